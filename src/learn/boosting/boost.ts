/** Gradient boosting on what is binned: of any target, over any of the rows. Everything that learns from models of outcomes stands on it. */
import { breath } from "../../engine/breath.js";
import { finiteNumber, wholeNumber } from "../../engine/check.js";
import type { Forest, Link } from "../../uplift/forest.js";
import { type Binned, type BinnedColumn, stateMemory } from "../data/binned.js";
import { ForestBuilder } from "../forest.js";
import { logarithms, MOST_BINS } from "../kernel.js";
import { type BoostedTree, Booster, boosterBytes, LOSSES, type Loss, mostBins } from "./kernel.js";

export interface BoostOptions {
  /** "squared" (default), "logistic" of 0 and 1, "tweedie" of amounts that are often 0. */
  loss?: Loss;
  /** Power of Tweedie's variance, between 1 and 2. Default 1.5. */
  power?: number;
  /** Trees at most. Default 100. */
  trees?: number;
  /** Leaves of a tree at most. Default 31. */
  leaves?: number;
  /** Default 0.1. */
  learningRate?: number;
  /** Least rows of a leaf. Default 20. */
  minSamplesLeaf?: number;
  /** Added to a leaf's curvature: draws it to 0. Default 0. */
  l2?: number;
  /** Share of the columns that a tree asks, of the rows that it sees. Default 1. */
  featureFraction?: number;
  rowFraction?: number;
  /** Features with which the output may only rise (1) or fall (−1), others the same. Not of categories. */
  monotone?: Readonly<Record<string, 1 | -1>>;
  /** With a validation: stops after so many trees that did not lower its loss; the best trees are kept. Default 20. */
  earlyStopping?: number;
  /** A whole number below 2^53: the same seed gives the same bytes everywhere. Default 1. */
  seed?: number;
  signal?: AbortSignal | undefined;
  /** Trees that are done, of all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface BoostTarget {
  /** By row of `binned`. */
  y: Float64Array;
  /** By row; rows of weight 0 are left out. Default 1. */
  weight?: Float64Array;
  /** Rows to learn from, ascending. Default: all. */
  rows?: Uint32Array;
  /** Rows whose loss says when to stop. */
  validation?: Uint32Array;
  /** A column of categories 0 … count − 1 beside the features, the last feature of the forest. */
  extra?: { bins: Uint8Array; count: number };
}

export interface Boosted {
  /** One output, "score", before its link the raw score. */
  forest: Forest;
  /** Raw scores of all rows of `binned`: those that were no training rows' are out of sample. */
  raw: Float64Array;
  report: BoostReport;
}

export interface BoostReport {
  /** Trees that were kept. */
  trees: number;
  leaves: number;
  depth: number;
  /** Mean loss of the training rows at the end of the kept trees: squared error, logarithmic loss, Tweedie's deviance but for constants. */
  loss: number;
  /** By tree: mean loss of the rows that validate. */
  validation: Float64Array;
  /** Share of all gain, by feature. */
  importance: Record<string, number>;
}

/** Name of the feature that `extra` becomes. */
export const EXTRA = "\u0000extra";
/** Readings of a number between two turns for everyone else: some 20 ms. */
const BUDGET = 1e7;
const LINKS: Record<Loss, Link> = { squared: "identity", logistic: "sigmoid", tweedie: "exp" };

/**
 * Boosts trees, each grown best leaf first, on rows of what is binned; arms and outcomes of the experiment are not looked at.
 * @throws {RangeError} for options that are not right, a target that the loss does not know, rows without any weight.
 * @throws {CeilingError} where it does not fit under the engine's ceiling.
 */
export async function boost(binned: Binned, target: BoostTarget, options: BoostOptions = {}): Promise<Boosted> {
  const { memory } = binned;
  const settings = settingsOf(options);
  const training = rowsOf(
    target,
    target.rows ?? Uint32Array.from({ length: binned.rows }, (_, i) => i),
    binned.rows,
    settings,
  );
  if (training.length === 0) throw new RangeError("there is no row to learn from: rows are empty, or weigh nothing");
  const validation = rowsOf(target, target.validation ?? new Uint32Array(0), binned.rows, settings);
  const taken: number[] = [];
  try {
    const columns = columnsOf(binned, target, options.monotone ?? {}, taken);
    stateMemory(memory, boosterBytes(binned.rows, columns.length, mostBins(columns), settings.leaves));
    const start = startOf(target, training, settings.loss, (x) => logarithms(memory, Float64Array.of(x))[0] as number);
    const { y, weight } = target;
    const booster = new Booster(
      memory,
      { rows: binned.rows, columns, y, weight, training, validation, start },
      settings,
    );
    try {
      const { trees, losses, kept } = await run(
        booster,
        validation.length > 0,
        settings,
        training.length * columns.length,
        options,
      );
      const features = target.extra ? [...binned.features, EXTRA] : binned.features;
      const builder = new ForestBuilder<BoostedTree>(
        { features, columns: columns.map(({ column }) => column), compares: binned.compares },
        ["score"],
        ({ value }, node) => value.subarray(node, node + 1),
      );
      for (const tree of trees) builder.add(tree);
      const forest = { ...builder.done(), divisor: 1, start: Float64Array.of(start), link: LINKS[settings.loss] };
      const raw = booster.scores(kept);
      const loss = booster.loss("training");
      const { leaves, depth } = builder;
      return {
        forest,
        raw,
        report: { trees: trees.length, leaves, depth, loss, validation: losses, importance: builder.importance() },
      };
    } finally {
      booster.release();
    }
  } finally {
    for (const at of taken) memory.give(at);
  }
}

interface Run {
  /** Those that are kept. */
  trees: BoostedTree[];
  losses: Float64Array;
  /** Whether scores were kept at the last of them, as others came after. */
  kept: boolean;
}

async function run(
  booster: Booster,
  validates: boolean,
  { trees: most, earlyStopping, rowShare, columnShare }: Settings,
  work: number,
  { signal, onProgress }: BoostOptions,
): Promise<Run> {
  const trees: BoostedTree[] = [];
  const losses: number[] = [];
  let [best, bestAt, spent] = [Infinity, 0, 0];
  if (validates) {
    best = booster.loss("validation");
    booster.keep();
  }
  for (let t = 0; t < most && !(validates && t - bestAt >= earlyStopping); t++) {
    signal?.throwIfAborted();
    const tree = booster.grow(t);
    // No test gains anything: nor will one of the next tree, which sees the same.
    if (tree.value.length === 1 && rowShare === 1 && columnShare === 1) break;
    trees.push(tree);
    if (validates) {
      const loss = booster.loss("validation");
      losses.push(loss);
      if (loss < best) {
        [best, bestAt] = [loss, t + 1];
        booster.keep();
      }
    }
    onProgress?.(t + 1, most);
    spent += work;
    if (spent > BUDGET) {
      await breath();
      spent = 0;
    }
  }
  signal?.throwIfAborted();
  const kept = validates && bestAt < trees.length;
  if (kept) trees.length = bestAt;
  return { trees, losses: Float64Array.from(losses), kept };
}

type Settings = ReturnType<typeof settingsOf>;

function settingsOf(options: BoostOptions) {
  const { loss = "squared", power = 1.5, l2 = 0, learningRate = 0.1, minSamplesLeaf = 20 } = options;
  if (!LOSSES.includes(loss)) throw new RangeError(`loss must be ${LOSSES.join(", ")}, got ${JSON.stringify(loss)}`);
  const between = (value: number, name: string, least: number, most: number) => {
    if (finiteNumber(value, name) > least && value <= most) return value;
    throw new RangeError(`${name} must be above ${least} and at most ${most}, got ${value}`);
  };
  if (!(finiteNumber(power, "power") > 1 && power < 2))
    throw new RangeError(`power must be between 1 and 2, got ${power}`);
  if (finiteNumber(l2, "l2") < 0) throw new RangeError(`l2 must be 0 or more, got ${l2}`);
  if (finiteNumber(minSamplesLeaf, "minSamplesLeaf") < 1) {
    throw new RangeError(`minSamplesLeaf must be 1 or more, got ${minSamplesLeaf}`);
  }
  return {
    ...{ loss, power, l2, leastRows: minSamplesLeaf },
    trees: wholeNumber(options.trees ?? 100, "trees", 1, 100_000),
    leaves: wholeNumber(options.leaves ?? 31, "leaves", 2, 65_536),
    rate: between(learningRate, "learningRate", 0, 1),
    rowShare: between(options.rowFraction ?? 1, "rowFraction", 0, 1),
    columnShare: between(options.featureFraction ?? 1, "featureFraction", 0, 1),
    earlyStopping: wholeNumber(options.earlyStopping ?? 20, "earlyStopping", 1, 100_000),
    seed: wholeNumber(options.seed ?? 1, "seed", 0, Number.MAX_SAFE_INTEGER),
  };
}

/** Rows that weigh something, checked: a target that the loss knows. */
function rowsOf({ y, weight }: BoostTarget, rows: Uint32Array, most: number, { loss }: Settings): Uint32Array {
  if (y.length !== most) throw new RangeError(`the target has ${y.length} rows, the features ${most}`);
  if (weight && weight.length !== most) throw new RangeError(`weight has ${weight.length} rows, the features ${most}`);
  return rows.filter((i) => {
    if (i >= most) throw new RangeError(`there is no row ${i}: there are ${most}`);
    const [x, w] = [y[i] as number, weight ? (weight[i] as number) : 1];
    if (!(w >= 0 && w < Infinity)) throw new RangeError(`weight[${i}] must be 0 or more, got ${w}`);
    if (!Number.isFinite(x)) throw new RangeError(`the target of row ${i} is ${x}: it must be a finite number`);
    if (loss === "logistic" && x !== 0 && x !== 1) {
      throw new RangeError(`the target of row ${i} is ${x}: the logistic loss knows 0 and 1`);
    }
    if (loss === "tweedie" && x < 0)
      throw new RangeError(`the target of row ${i} is ${x}: Tweedie's amounts are 0 or more`);
    return w > 0;
  });
}

/** The score that is best where nothing is known. */
function startOf(
  { y, weight }: BoostTarget,
  training: Uint32Array,
  loss: Loss,
  logarithm: (x: number) => number,
): number {
  let [w, sum] = [0, 0];
  for (const i of training) {
    const own = weight ? (weight[i] as number) : 1;
    w += own;
    sum += own * (y[i] as number);
  }
  const mean = sum / w;
  if (loss === "squared") return mean;
  // A constant outcome has no finite logit: as if half a row more were of the other kind.
  const least = 0.5 / (training.length + 1);
  if (loss === "tweedie") return logarithm(Math.max(mean, 1e-9));
  const p = Math.min(Math.max(mean, least), 1 - least);
  return logarithm(p / (1 - p));
}

function columnsOf(
  { memory, columns, counts, bins, stride, features, rows }: Binned,
  { extra }: BoostTarget,
  monotone: Readonly<Record<string, 1 | -1>>,
  taken: number[],
): { at: number; bins: number; monotone: -1 | 0 | 1; column: BinnedColumn }[] {
  for (const [name, way] of Object.entries(monotone)) {
    const column = columns.find(({ feature }) => features[feature] === name);
    if (!column) throw new RangeError(`monotone names "${name}", which is no feature, or one that says nothing`);
    if (column.categories) throw new RangeError(`monotone["${name}"]: its categories have no order; leave it out`);
    if (way !== 1 && way !== -1) throw new RangeError(`monotone["${name}"] must be 1 or -1, got ${way}`);
  }
  const all = columns.map((column, c) => ({
    at: bins + c * stride,
    bins: counts[c] as number,
    monotone: monotone[features[column.feature] as string] ?? (0 as const),
    column,
  }));
  if (!extra) return all;
  if (extra.bins.length !== rows) throw new RangeError(`extra has ${extra.bins.length} rows, the others ${rows}`);
  if (!(extra.count >= 2 && extra.count < MOST_BINS))
    throw new RangeError(`extra has ${extra.count} categories: 2 to ${MOST_BINS - 1}`);
  const at = memory.put(extra.bins.map((category) => category + 1));
  taken.push(at);
  const borders = Float64Array.from({ length: extra.count - 1 }, (_, k) => k + 0.5);
  return [...all, { at, bins: extra.count + 1, monotone: 0, column: { feature: features.length, borders } }];
}
