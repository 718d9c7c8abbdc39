/**
 * The test split: units drawn by a seed, left out of the training, and known by a fingerprint of what is in them, so that a second look
 * at the same rows is seen. Whoever chooses among models by a test split has trained on it.
 */
import { finiteNumber, wholeNumber } from "../../engine/check.js";
import { readExperiment } from "./read.js";
import { rowsOf } from "./rows.js";
import type { Experiment } from "./types.js";

export interface SplitOptions {
  /** Share of the units that is left out, above 0 and below 1. Default 0.2. */
  share?: number;
  /** Default 1. */
  seed?: number;
}

export interface TestSplit {
  train: Experiment;
  test: Experiment;
  /** Numbers of the rows left out, ascending. */
  testRows: Uint32Array;
  /** SHA-256 of the test rows: which they are, their arms, outcomes and clusters. */
  fingerprint: string;
  seed: number;
  share: number;
}

/** How often rows of a fingerprint were judged on in this process. */
const uses = new Map<string, number>();

/** Notes that a split is judged on; returns how often it was before. */
export function useSplit({ fingerprint }: Pick<TestSplit, "fingerprint">): number {
  const before = uses.get(fingerprint) ?? 0;
  uses.set(fingerprint, before + 1);
  return before;
}

/**
 * Parts an experiment by unit (a cluster, or a row): the same seed gives the same rows everywhere.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value or where an arm would have no row on one side.
 * @example
 * const { train, test, fingerprint } = await splitExperiment(data, { share: 0.2 });
 */
export async function splitExperiment(data: Experiment, options: SplitOptions = {}): Promise<TestSplit> {
  const { share = 0.2, seed = 1 } = options;
  if (!(finiteNumber(share, "share") > 0 && share < 1)) {
    throw new RangeError(`share must be above 0 and below 1, got ${share}`);
  }
  wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  const { units, rows, arm, names } = readExperiment(data);
  const limit = Math.round(share * 2 ** 32);
  const [inside, outside]: [number[], number[]] = [[], []];
  for (let i = 0; i < rows; i++) (drawn(units[i] as number, seed) < limit ? outside : inside).push(i);
  for (const [side, what] of [[inside, "training"] as const, [outside, "test"] as const]) {
    const left = new Set(side.map((i) => arm[i] as number));
    const lost = names.find((_, a) => !left.has(a));
    if (lost !== undefined) {
      throw new RangeError(
        `the ${what} split has no row of arm "${lost}": ask for another share, or leave out the arm, which has few rows`,
      );
    }
  }
  const testRows = Uint32Array.from(outside);
  const test = rowsOf(data, testRows);
  const train = rowsOf(data, Uint32Array.from(inside));
  return { train, test, testRows, fingerprint: await fingerprintOf(test, testRows), seed, share };
}

/** A fold for each row, by its unit. */
export function drawnFolds(units: Uint32Array, folds: number, seed: number): Uint8Array {
  return Uint8Array.from(units, (unit) => drawn(unit, seed + 7919) % folds);
}

/** A number below 2^32 of a unit and a seed: splitmix's finaliser over both, in whole numbers. */
function drawn(unit: number, seed: number): number {
  let x = Math.imul(unit + 1, 0x9e3779b1) ^ Math.imul(seed >>> 0, 0x85ebca6b) ^ Math.floor(seed / 2 ** 32);
  for (const factor of [0x7feb352d, 0x846ca68b]) {
    x = Math.imul(x ^ (x >>> 16), factor);
    x ^= x >>> 15;
  }
  return (x ^ (x >>> 16)) >>> 0;
}

/** SHA-256 of each column, and of those. Other features or costs of the same rows do not make them other rows. */
async function fingerprintOf({ treatment, outcome, cluster }: Experiment, numbers: Uint32Array): Promise<string> {
  const columns = Object.entries({ treatment, outcome, cluster: cluster ?? [], numbers });
  const encoder = new TextEncoder();
  const digests: Uint8Array<ArrayBuffer>[] = [];
  for (const [name, column] of columns) {
    digests.push(await digest(encoder.encode(name)), await digest(bytesOf(column)));
  }
  const all = new Uint8Array(32 * digests.length);
  digests.forEach((one, k) => {
    all.set(one, 32 * k);
  });
  return Array.from(await digest(all), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function bytesOf(column: unknown): Uint8Array<ArrayBuffer> {
  if (column instanceof Float32Array || column instanceof Float64Array) {
    return new Uint8Array(Float64Array.from(column).buffer);
  }
  return new TextEncoder().encode(JSON.stringify(Array.from(column as ArrayLike<unknown>, String)));
}
