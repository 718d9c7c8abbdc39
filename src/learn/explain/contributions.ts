/** Which feature made a row's score what it is: exact Shapley values of the trees. */
import { breath } from "../../engine/breath.js";
import { plainObject } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { readModel, type Stored } from "../../uplift/model/format.js";
import type { Model } from "../../uplift/model/model.js";
import { columnsInOrder, type ScoreColumns } from "../../uplift/model/rows.js";
import { stateMemory } from "../data/binned.js";
import { Memory } from "../kernel.js";
import { Contributor, Cover, TILE_ROWS, Tile } from "./kernel.js";
import { placeLeaves, placeTests } from "./place.js";

export interface ContributionOptions {
  /** Rows that stand for everyone: a feature that is not known is what it is among them. Best the rows of the training. */
  background: ScoreColumns;
  /** An engine of the caller's. Default: one of its own. */
  engine?: Engine;
  signal?: AbortSignal;
  /** Rows that are done, of all. */
  onProgress?: (done: number, total: number) => void;
}

/** What makes up one output, before its link: base + Σ of all features is the raw score of each row. */
export interface Contributions {
  /** The mean raw score of the background, along the trees. */
  base: number;
  /** By feature: what it adds, by row. */
  features: Record<string, Float64Array>;
}

/**
 * What each feature adds to each row's raw score, by output: Shapley values over the trees' own paths (Lundberg, Erion and Lee 2018), exact,
 * not sampled. Of a model of uplift: why this person's effect is larger than another's. Not a cause: a feature that goes with the one that
 * matters takes a share of it.
 *
 * @param columns rows to explain, by feature name; numbers as the model scores them (texts by `codesOf`).
 * @returns by output, in units of the raw score (log-odds where the link is the sigmoid). 100 trees of 31 leaves take about half a
 *   millisecond a row.
 * @throws {TypeError | RangeError} for columns that are missing, of a wrong kind, or of different lengths, and an empty background.
 * @throws {CeilingError} where the trees' paths do not fit under the engine's ceiling.
 * @example
 * const { "5 off": { base, features } } = await contributionsOf(model, { age, visits }, { background: training });
 * features.age[0]; // what this person's age adds to the effect of "5 off"
 */
export async function contributionsOf(
  model: Model,
  columns: ScoreColumns,
  options: ContributionOptions,
): Promise<Record<string, Contributions>> {
  plainObject(options, "options");
  const stored = readModel(model.bytes());
  const { features, outputs, tests, feature, compares } = stored;
  const { columns: given, rows } = columnsInOrder(features, columns);
  const background = columnsInOrder(features, options.background);
  if (background.rows === 0)
    throw new RangeError("the background has no rows: give those that the model was trained on");
  const memory = new Memory(options.engine ?? new Engine());
  try {
    stateMemory(memory, bytesOf(stored));
    const rounds = compares === "f32";
    const tile = new Tile(memory, features.length);
    const placed = placeTests(stored, memory);
    const cover = new Cover(memory, placed, feature.length);
    for (let first = 0; first < background.rows; first += TILE_ROWS) {
      cover.add(tile, tests.length, tile.fill(background.columns, first, rounds));
      if (first % (64 * TILE_ROWS) === 0) await turn(options);
    }
    const leaves = placeLeaves(stored, cover.read(), memory);
    const contributor = new Contributor(memory, { tests: placed, testCount: feature.length, leaves }, features.length);
    const by = outputs.map(() => features.map(() => new Float64Array(rows)));
    const scale = stored.scale / stored.divisor;
    for (let first = 0; first < rows; first += TILE_ROWS) {
      const count = tile.fill(given, first, rounds);
      const values = contributor.read(tile, count);
      spread(values, by, first, count, scale);
      options.onProgress?.(first + count, rows);
      await turn(options);
    }
    const base = (k: number) =>
      ((stored.start[k] as number) + (leaves.means[k] as number)) * scale + (stored.bias[k] as number);
    return Object.fromEntries(
      outputs.map((name, k) => [
        name,
        { base: base(k), features: Object.fromEntries(features.map((f, at) => [f, by[k]?.[at] as Float64Array])) },
      ]),
    );
  } finally {
    memory.release();
  }
}

async function turn({ signal }: ContributionOptions): Promise<void> {
  signal?.throwIfAborted();
  await breath();
  signal?.throwIfAborted();
}

function spread(values: Float64Array, by: Float64Array[][], first: number, count: number, scale: number): void {
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (const columns of by) for (const column of columns) column[first + i] = (values[at++] as number) * scale;
  }
}

/** An upper bound of what is placed: of each leaf, as many elements and steps as it has tests above it. */
function bytesOf(stored: Stored): number {
  const { feature, tests, features, outputs, words, values } = stored;
  const leaves = feature.length + tests.length;
  return (
    41 * feature.length +
    16 * leaves +
    28 * depthsOf(stored) +
    8 * values.length +
    4 * words.length +
    8 * TILE_ROWS * features.length * (outputs.length + 1) +
    65_536
  );
}

/** Tests above leaves, of all leaves together. */
function depthsOf({ tests, lefts }: Stored): number {
  let [first, sum] = [0, 0];
  for (const inTree of tests) {
    const open = [{ test: first, leaves: inTree + 1 }];
    for (let one = open.pop(); one; one = open.pop()) {
      if (one.leaves === 1) continue;
      const left = lefts[one.test] as number;
      sum += one.leaves;
      open.push({ test: one.test + 1, leaves: left }, { test: one.test + left, leaves: one.leaves - left });
    }
    first += inTree;
  }
  return sum;
}
