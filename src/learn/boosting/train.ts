/** Boosting as it is asked for from outside: a table of features and an outcome, without arms. */
import { plainObject, wholeNumber } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { numbers, readUnits } from "../../uplift/evaluate/trial.js";
import type { NumberColumn, Trial } from "../../uplift/evaluate/types.js";
import type { Forest } from "../../uplift/forest.js";
import { Model } from "../../uplift/model/model.js";
import { withCategories } from "../data/about.js";
import { BINS, type Binned, binned } from "../data/binned.js";
import { type ReadExperiment, readRows } from "../data/read.js";
import type { CategoryColumn, Dropped, TrainOptions } from "../data/types.js";
import { foldsOf, Memory } from "../kernel.js";
import { type BoostOptions, type BoostReport, boost } from "./boost.js";
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

export interface BoostingReport extends BoostReport {
  rows: number;
  /** Rows that were kept apart to say when to stop; none without `earlyStopping`. */
  validationRows: number;
  dropped: Dropped[];
  /** Bytes of the engine's memory that were stated before the training began. */
  memory: number;
  seed: number;
  seconds: number;
}

export interface TrainedBoosting {
  /** One output, "score": the expected outcome. */
  model: Model;
  forest: Forest;
  /** Texts of each feature of categories: the model scores their places in these lists (`codesOf`). */
  categories: Record<string, readonly string[]>;
  report: BoostingReport;
}

/** Of five parts, by cluster, the one that validates. */
const PARTS = 5;
const FIELDS = ["features", "outcome", "weight", "cluster"];
const OPTIONS = [
  ...["loss", "power", "trees", "leaves", "learningRate", "minSamplesLeaf", "l2", "featureFraction", "rowFraction"],
  ...["monotone", "earlyStopping", "seed", "bins", "engine", "signal", "onProgress"],
];

/**
 * Trains gradient boosted trees on an outcome: of responses ("logistic"), amounts ("squared"), amounts that are mostly 0 ("tweedie").
 * It says what people do, not what an offer changes: for that see `trainMetaLearner` and the forests.
 *
 * With `earlyStopping` a fifth of the rows, drawn by the seed and by cluster, is kept apart, and the trees are those at which its loss was least.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming the place; a constant outcome, features that say nothing.
 * @throws {CeilingError} where it does not fit under the engine's ceiling, before it begins.
 * @example
 * const { model, report } = await trainBoosting({ features: { age, visits }, outcome: spend }, { loss: "tweedie", earlyStopping: 20 });
 */
export async function trainBoosting(data: Observations, options: BoostingOptions = {}): Promise<TrainedBoosting> {
  const started = performance.now();
  checkFields(options, OPTIONS, "options");
  const read = readObservations(data);
  const { seed = 1, engine = new Engine() } = options;
  const memory = new Memory(engine);
  try {
    const ready = await binnedOf(data, read, memory, options);
    const split = splitOf(ready, read, options, memory);
    const { forest, report } = await boostRead(ready, read, split, options);
    const described = withCategories(forest, ready);
    return {
      model: Model.from(described),
      forest: described,
      categories: ready.categories,
      report: {
        ...{ ...report, rows: read.armRows[0] as number, validationRows: split.validation?.length ?? 0, seed },
        ...{ dropped: ready.dropped, memory: ready.stated, seconds: (performance.now() - started) / 1000 },
      },
    };
  } finally {
    memory.release();
  }
}

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

function boostRead(
  ready: Binned & { stated: number },
  { outcome, weight }: ReadExperiment,
  split: Split,
  options: BoostingOptions,
) {
  const { bins, engine, onProgress, ...asked } = options;
  return boost(
    ready,
    { y: outcome, ...(weight && { weight }), ...split },
    {
      ...asked,
      onProgress: (done, total) => onProgress?.({ phase: "trees", done, total, memory: ready.stated }),
    },
  );
}
