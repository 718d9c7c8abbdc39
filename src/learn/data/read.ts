/** Reads an experiment for training: arms, outcome, cost, weights; what no learner could learn from is refused here, by name. */
import { kind, plainObject } from "../../engine/check.js";
import { numbers, type ReadTrial, readTrial } from "../../uplift/evaluate/trial.js";
import { MOST_ARMS, MOST_ROWS } from "../kernel.js";
import type { Experiment } from "./types.js";

export interface ReadExperiment extends ReadTrial {
  /** What each row weighs in a mean of its arm: the caller's weight times inverse chances; undefined where all weigh 1. */
  weight?: Float64Array;
  /** Rows of weight above 0, by arm. */
  armRows: number[];
}

const FIELDS = ["treatment", "control", "outcome", "cost", "propensity", "cluster", "features", "weight"];

/** @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming the row. */
export function readExperiment(data: Experiment): ReadExperiment {
  plainObject(data, "the experiment");
  const unknown = Object.keys(data).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`the experiment has no field "${unknown}"; the fields are ${FIELDS.join(", ")}`);
  plainObject(data.features, "features");
  return readRows(data, readTrial(data));
}

/** What rows weigh, and that there are some of each arm, of different outcomes. */
export function readRows(data: Pick<Experiment, "weight">, trial: ReadTrial): ReadExperiment {
  const { rows, names } = trial;
  if (rows > MOST_ROWS)
    throw new RangeError(`training takes at most ${MOST_ROWS} rows, outcome has ${rows}: sample them`);
  if (names.length > MOST_ARMS) {
    throw new RangeError(
      `training takes at most ${MOST_ARMS} arms, treatment has ${names.length}: train on some at a time`,
    );
  }
  const weight = weightsOf(data, trial);
  const armRows = new Array<number>(names.length).fill(0);
  for (let i = 0; i < rows; i++) {
    if (weight && weight[i] === 0) continue;
    const a = trial.arm[i] as number;
    armRows[a] = (armRows[a] as number) + 1;
  }
  armRows.forEach((n, a) => {
    if (n === 0)
      throw new RangeError(`every row of arm "${names[a]}" has weight 0: leave the arm out, or give it weights`);
  });
  varies(trial.outcome, weight, "outcome");
  return { ...trial, armRows, ...(weight && { weight }) };
}

/** w_i p̄ / p_i: where the chances of an arm's rows differ, each row stands for those who had less chance to be in it. */
function weightsOf(
  data: Pick<Experiment, "weight">,
  { arm, chance, names, rows }: ReadTrial,
): Float64Array | undefined {
  const given = data.weight === undefined ? undefined : numbers(data.weight, "weight", rows);
  const bad = given?.findIndex((w) => w < 0) ?? -1;
  if (bad >= 0) throw new RangeError(`weight[${bad}] must be 0 or more, got ${given?.[bad]}`);
  const first = new Float64Array(names.length);
  let differ = false;
  for (let i = 0; i < rows && !differ; i++) {
    const a = arm[i] as number;
    if (first[a] === 0) first[a] = chance[i] as number;
    differ = first[a] !== chance[i];
  }
  if (!differ) return given;
  const counts = new Float64Array(names.length);
  for (const a of arm) counts[a] = (counts[a] as number) + 1;
  return Float64Array.from(chance, (p, i) => {
    const w = given ? (given[i] as number) : 1;
    return (w * (counts[arm[i] as number] as number)) / (rows * p);
  });
}

function varies(outcome: Float64Array, weight: Float64Array | undefined, name: string): void {
  const first = outcome.findIndex((_, i) => weight?.[i] !== 0);
  const other = outcome.findIndex((y, i) => y !== outcome[first] && weight?.[i] !== 0);
  if (other >= 0) return;
  throw new RangeError(`${name} is ${outcome[first]} in all rows: there is nothing to learn; name another column`);
}

/** Whether all outcomes are 0 or 1. */
export function isBinary(outcome: Float64Array): boolean {
  return outcome.every((y) => y === 0 || y === 1);
}

/**
 * That every arm has the rows that one split needs: `needed` rows of the structure, of which a tree sees the share `seen`.
 * @throws {RangeError} naming the arm.
 */
export function requireRows({ names, armRows }: ReadExperiment, needed: number, seen: number): void {
  armRows.forEach((n, a) => {
    if (n * seen >= needed) return;
    throw new RangeError(
      `arm "${names[a]}" has ${n} rows, of which a tree sees ${Math.floor(n * seen)}, and one split needs ${needed}: ` +
        "leave the arm out, join it with another, or lower minSamplesTreatment",
    );
  });
}

/** The features that may differ between the arms. @throws {RangeError} for one that there is not. */
export function readAllowed(
  allow: readonly string[] | true | undefined,
  features: readonly { name: string }[],
): readonly string[] | true {
  if (allow === undefined || allow === true) return allow ?? [];
  if (!Array.isArray(allow)) throw new TypeError(`allow must be an array of names, or true, got ${kind(allow)}`);
  const unknown = allow.find((name) => !features.some((feature) => feature.name === name));
  if (unknown !== undefined) {
    const names = features.slice(0, 20).map(({ name }) => name);
    throw new RangeError(`allow names ${JSON.stringify(unknown)}, which is no feature; there are ${names.join(", ")}`);
  }
  return allow;
}

export function requireKind(column: unknown, name: string): void {
  if (column instanceof Float32Array || column instanceof Float64Array) return;
  const isCategories = typeof column === "object" && column !== null && ("codes" in column || Array.isArray(column));
  if (!isCategories) {
    throw new TypeError(
      `${name} must be a Float32Array, a Float64Array, an array of texts, or codes with names; got ${kind(column)}`,
    );
  }
}
