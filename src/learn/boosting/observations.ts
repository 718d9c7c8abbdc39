/** A table of features and an outcome, without arms: read, binned, and split where a part of it is to validate. */
import { plainObject, wholeNumber } from "../../engine/check.js";
import { numbers, readUnits } from "../../uplift/evaluate/trial.js";
import type { NumberColumn, Trial } from "../../uplift/evaluate/types.js";
import { BINS, type Binned, binned } from "../data/binned.js";
import { type ReadExperiment, readRows } from "../data/read.js";
import type { CategoryColumn, TrainOptions } from "../data/types.js";
import { foldsOf, type Memory } from "../kernel.js";
import type { BoostOptions } from "./boost.js";
import { boosterBytes } from "./kernel.js";

/** What happened, and what was known before. */
export interface Observations {
  /** By name: numbers (NaN is missing), or categories. */
  features: Readonly<Record<string, NumberColumn | CategoryColumn>>;
  outcome: NumberColumn;
  /** What each row weighs, 0 or more; a row of weight 0 is left out. Default 1. */
  weight?: NumberColumn;
  /** Rows of one cluster validate together. */
  cluster?: Trial["cluster"];
}

export interface BoostingOptions
  extends Omit<BoostOptions, "signal" | "onProgress">,
    Pick<TrainOptions, "bins" | "engine" | "signal" | "onProgress"> {}

/** Of five parts, by cluster, the one that validates. */
const PARTS = 5;
const FIELDS = ["features", "outcome", "weight", "cluster"];
export const OPTIONS = [
  ...["loss", "power", "trees", "leaves", "learningRate", "minSamplesLeaf", "l2", "featureFraction", "rowFraction"],
  ...["monotone", "earlyStopping", "seed", "bins", "engine", "signal", "onProgress"],
];

export function checkFields(given: object, known: readonly string[], name: string): void {
  plainObject(given, name);
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`${name} has no field "${unknown}"; the fields are ${known.join(", ")}`);
}

/** An experiment of one arm. */
export function readObservations(data: Observations): ReadExperiment {
  checkFields(data, FIELDS, "the observations");
  plainObject(data.features, "features");
  const outcome = numbers(data.outcome, "outcome");
  const rows = outcome.length;
  if (rows === 0) throw new RangeError("outcome has no rows");
  const trial = { rows, names: ["all"], arm: new Uint16Array(rows), outcome, chance: new Float64Array(rows).fill(1) };
  return readRows(data, { ...trial, ...readUnits(data.cluster, rows) });
}

export function binnedOf(data: Observations, read: ReadExperiment, memory: Memory, options: BoostingOptions) {
  const { seed = 1, bins = BINS, leaves = 31 } = options;
  wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  wholeNumber(bins, "bins", 2, BINS);
  const beside = (count: number) => boosterBytes(read.rows, count, bins + 1, wholeNumber(leaves, "leaves", 2, 65_536));
  const { signal, onProgress } = options;
  const asked = { seed, bins, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  // No arms are compared here.
  return binned({ ...data, treatment: [] }, read, memory, asked, beside);
}

export interface Split {
  rows?: Uint32Array;
  validation?: Uint32Array;
}

/** Rows of weight, and with early stopping a part of them apart. */
export function splitOf(
  ready: Binned,
  { weight, rows }: ReadExperiment,
  options: BoostingOptions,
  memory: Memory,
): Split {
  const { earlyStopping, seed = 1 } = options;
  if (earlyStopping === undefined) {
    return weight?.includes(0) ? { rows: rowsWhere(rows, (i) => weight[i] !== 0) } : {};
  }
  const folds = foldsOf(memory, ready.units, rows, PARTS, seed);
  const some = (i: number) => weight?.[i] !== 0;
  const split = {
    rows: rowsWhere(rows, (i) => folds[i] !== 0 && some(i)),
    validation: rowsWhere(rows, (i) => folds[i] === 0 && some(i)),
  };
  if (split.rows.length > 0 && split.validation.length > 0) return split;
  throw new RangeError(
    "earlyStopping keeps a fifth of the rows apart, by cluster, and there are too few: leave it out",
  );
}

export function rowsWhere(rows: number, isIn: (i: number) => boolean): Uint32Array {
  const found = new Uint32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) if (isIn(i)) found[count++] = i;
  return found.slice(0, count);
}
