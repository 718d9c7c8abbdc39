/** How sure a causal forest is of a row: bags of little bootstraps over its pairs of trees (assembly/learn/spread.ts). */
import { finiteNumber, floats, plainObject } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { chiSquareTail } from "../../uplift/evaluate/kernel.js";
import { MISSING_LEFT, SET } from "../../uplift/forest.js";
import { readModel, type Stored } from "../../uplift/model/format.js";
import type { Model } from "../../uplift/model/model.js";
import type { ScoreColumns } from "../../uplift/model/rows.js";
import { treesOf } from "../../uplift/model/shapes.js";
import { Memory } from "../kernel.js";
import { countedSets } from "../sets.js";
import { GROUP } from "./causal.js";
import { type PlacedTrees, SPREAD_ROWS, Spread } from "./kernel.js";

export interface IntervalOptions {
  /** Coverage of the intervals, 0.5 to 0.999. Default 0.95. */
  level?: number;
  /** An engine of the caller's. Default: one of its own. */
  engine?: Engine;
}

/** An effect by row, its standard error, and the interval of a normal estimate. */
export interface Interval {
  effect: Float64Array;
  error: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

/** Least pairs of trees that say anything of a variance. */
const LEAST_GROUPS = 10;
const NODE = 24;

/**
 * Effects with standard errors, by output of a causal forest that `trainCausalForest` gave, as it is or read from its bytes.
 *
 * The error is that of the forest as an estimate from this many rows, drawn anew with its trees: not of a person's own outcome. It takes
 * some hundred trees: with T of them its own relative error is about √(4/T).
 * @throws {TypeError} for a column of a wrong kind, {RangeError} for one that is missing, or for a model of other trees.
 * @example const { "5 off": { effect, low, high } } = intervalsOf(trained.model, { age, visits }, { level: 0.9 });
 */
export function intervalsOf(
  model: Model,
  columns: ScoreColumns,
  options: IntervalOptions = {},
): Record<string, Interval> {
  plainObject(options, "options");
  const { level = 0.95 } = options;
  if (!(finiteNumber(level, "level") >= 0.5 && level <= 0.999)) {
    throw new RangeError(`level must be from 0.5 to 0.999, got ${level}`);
  }
  const stored = readModel(model.bytes());
  checkTrees(stored);
  const { given, rows } = columnsOf(stored, columns);
  const make = (): Interval => {
    const column = () => new Float64Array(rows);
    return { effect: column(), error: column(), low: column(), high: column() };
  };
  const out = stored.outputs.map(make);
  const memory = new Memory(options.engine ?? new Engine());
  const z = normalQuantile(level, memory.engine);
  try {
    const spread = new Spread(memory, place(stored, memory), given.length);
    for (let first = 0; first < rows; first += SPREAD_ROWS) {
      const count = Math.min(SPREAD_ROWS, rows - first);
      const tile = spread.rows;
      for (const [f, column] of given.entries()) {
        for (let i = 0; i < count; i++) tile[i * given.length + f] = column[first + i] as number;
      }
      const { mean, error } = spread.read(count, GROUP);
      for (const [o, interval] of out.entries()) {
        for (let i = 0; i < count; i++) {
          const [effect, one] = [mean[i * out.length + o] as number, error[i * out.length + o] as number];
          interval.effect[first + i] = effect;
          interval.error[first + i] = one;
          interval.low[first + i] = effect - z * one;
          interval.high[first + i] = effect + z * one;
        }
      }
    }
  } finally {
    memory.release();
  }
  return Object.fromEntries(stored.outputs.map((name, o) => [name, out[o] as Interval]));
}

function checkTrees({ tests, treeOutput, divisor, link, scale }: Stored): void {
  const trees = tests.length;
  const ours = treeOutput.every((output) => output === -1) && divisor === trees && link === "identity" && scale === 1;
  if (!ours || trees % GROUP !== 0 || trees < GROUP * LEAST_GROUPS) {
    throw new RangeError(
      `intervals need a causal forest of ${GROUP * LEAST_GROUPS} trees or more, in pairs; this model has ${trees} ` +
        `${ours ? "trees" : "trees that are no such forest"}: train it with trainCausalForest`,
    );
  }
}

function columnsOf({ features, compares }: Stored, columns: ScoreColumns) {
  plainObject(columns, "columns");
  let rows: number | undefined;
  const given = features.map((name) => {
    const column = (columns as Record<string, Float32Array | Float64Array>)[name];
    if (column === undefined)
      throw new RangeError(`columns has no "${name}"; the model asks for ${features.join(", ")}`);
    floats(column, `columns[${JSON.stringify(name)}]`);
    rows ??= column.length;
    if (column.length !== rows) {
      throw new RangeError(`columns[${JSON.stringify(name)}] has ${column.length} rows, the first has ${rows}`);
    }
    return compares === "f32" && column instanceof Float64Array ? Float32Array.from(column) : column;
  });
  return { given, rows: rows ?? 0 };
}

/** The trees as nodes, from tests in pre-order. */
function place(stored: Stored, memory: Memory): PlacedTrees {
  const { tests, lefts, feature, flags, threshold, outputs, values, setStart } = stored;
  const trees = tests.length;
  const nodeCount = 2 * feature.length + trees;
  const wordsAt = memory.put(countedSets(stored));
  const placed = {
    nodes: memory.take(NODE * nodeCount),
    roots: memory.take(4 * trees),
    trees,
    values: memory.put(Float64Array.from(values)),
    outputs: outputs.length,
  };
  const view = new DataView(memory.engine.memory.buffer, placed.nodes, NODE * nodeCount);
  const roots = memory.wholes(placed.roots, trees);
  let made = 0;
  for (const { tree, firstTest, firstValue, width, leaves } of treesOf(stored)) {
    roots[tree] = made;
    // What is to be made: first test, first leaf, leaves; where its number goes.
    const open = [{ test: firstTest, leaf: 0, leaves, to: -1 }];
    for (let one = open.pop(); one; one = open.pop()) {
      const at = NODE * made;
      if (one.to >= 0) view.setUint32(one.to, made, true);
      made++;
      if (one.leaves === 1) {
        view.setInt32(at + 8, -1, true);
        view.setUint32(at + 12, firstValue / width + one.leaf, true);
        continue;
      }
      const [i, left] = [one.test, lefts[one.test] as number];
      const flag = flags[i] as number;
      const limit = threshold[i] as number;
      view.setFloat64(at, flag & SET ? wordsAt + 4 * ((setStart[limit] as number) + limit + 1) : limit, true);
      view.setInt32(at + 8, feature[i] as number, true);
      view.setUint32(at + 20, (flag & MISSING_LEFT ? 1 : 0) | (flag & SET ? 2 : 0), true);
      open.push({ test: i + left, leaf: one.leaf + left, leaves: one.leaves - left, to: at + 16 });
      open.push({ test: i + 1, leaf: one.leaf, leaves: left, to: at + 12 });
    }
  }
  return placed;
}

/** z with P(|Z| > z) = 1 − level, by halving: Z² is χ² with one degree of freedom. */
function normalQuantile(level: number, engine: Engine): number {
  let [low, high] = [0, 8];
  for (let step = 0; step < 52; step++) {
    const z = (low + high) / 2;
    if (chiSquareTail(engine, z * z, 1) > 1 - level) low = z;
    else high = z;
  }
  return high;
}
