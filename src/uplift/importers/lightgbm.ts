/**
 * What LightGBM's text and JSON have in common. Versions v2 to v4; compared and added up in f64, x ≤ threshold goes left.
 *
 *   missing type none   NaN counts as 0, and so goes where 0 goes
 *   missing type zero   NaN and |x| ≤ 1e-35 (rounded to f32) go by default_left
 *   missing type NaN    NaN goes by default_left
 *   |x| ≤ 1e-35         counts as 0, whatever the missing type
 *   a category in the set goes left; any other, and NaN, right
 *   average_output      the sum is divided by the iterations (v2: and that is the prediction, whatever the objective)
 */
import type { Forest, Link } from "../forest.js";
import { checkCount, type ForestBuilder, type Naming, outputNames, wordsOf } from "./builder.js";
import { below64 } from "./numbers.js";

export const MISSING_NONE = 0;
export const MISSING_ZERO = 1;
export const MISSING_NAN = 2;

/** Categories are read as 32-bit integers. */
export const MOST_CATEGORY = 2 ** 31;

/** The head of a model. */
export interface Head {
  version: string;
  classes: number;
  treesPerIteration: number;
  features: string[];
  objective: string;
  average: boolean;
}

/** Which features have tests to which a zero is a missing value, and which have others: a feature may not have both. */
export class ZeroRule {
  readonly #rule: Int8Array;

  constructor(features: number) {
    this.#rule = new Int8Array(features);
  }

  /** @param where names the test in an error. */
  add(feature: number, missing: number, where: () => string): void {
    const rule = missing === MISSING_ZERO ? 1 : -1;
    if (this.#rule[feature] === -rule)
      throw new RangeError(
        `${where()}: zeros of feature ${feature} are missing to some tests only, which is not supported`,
      );
    this.#rule[feature] = rule;
  }

  get zeroMissing(): Uint8Array {
    return Uint8Array.from(this.#rule, (rule) => (rule === 1 ? 1 : 0));
  }
}

/** 1e-35 rounded to f32: LightGBM reads a number of this size, or less, as 0 before it compares. */
const ZERO = Math.fround(1e-35);
const BELOW_ZERO = below64(-ZERO);

/** A threshold that sends every x of at most this size where it sends 0. */
function clear(threshold: number): number {
  if (Math.abs(threshold) > ZERO) return threshold;
  return threshold >= 0 ? ZERO : BELOW_ZERO;
}

/** Adds a numeric test. */
export function addTest(
  builder: ForestBuilder,
  test: { feature: number; threshold: number; missing: number; defaultLeft: boolean; left: number; right: number },
): void {
  const { feature, threshold, missing, defaultLeft, left, right } = test;
  builder.test(feature, clear(threshold), missing === MISSING_NONE ? 0 <= threshold : defaultLeft, left, right);
}

export function addSet(builder: ForestBuilder, feature: number, words: Uint32Array, left: number, right: number): void {
  builder.testSet(feature, words, false, left, right);
}

/** A categorical threshold of the JSON dump: "1||3||5". */
export function wordsOfText(text: string, path: string): Uint32Array {
  const members = text.split("||").map((one) => (/^\d+$/.test(one) ? Number(one) : Number.NaN));
  return wordsOf(members, MOST_CATEGORY, path);
}

export function finishForest(builder: ForestBuilder, head: Head, zero: ZeroRule, naming: Naming): Forest {
  const { features, treesPerIteration: outputs } = head;
  const { link, scale } = linkOf(head, naming.raw === true);
  const iterations = builder.trees / outputs;
  if (!Number.isInteger(iterations))
    throw new RangeError(
      `${builder.trees} trees are no whole number of iterations of ${outputs} trees: the file was cut`,
    );
  return builder.forest(
    {
      features,
      outputs: outputNames(outputs),
      compares: "f64",
      sums: "f64",
      zeroMissing: zero.zeroMissing,
      divisor: head.average && !naming.raw ? Math.max(iterations, 1) : 1,
      scale,
      link,
    },
    naming,
  );
}

/** The first word of an objective decides; "sigmoid:2" is the slope of the logistic curve. */
function linkOf({ objective, average, version }: Head, raw: boolean): { link: Link; scale: number } {
  const [name = "", ...rest] = objective.split(" ");
  if (raw || (average && version === "v2")) return { link: "identity", scale: 1 };
  const slope = Number(/^sigmoid:(.+)$/.exec(rest.find((one) => one.startsWith("sigmoid:")) ?? "")?.[1] ?? 1);
  if (!(Number.isFinite(slope) && slope > 0))
    throw new RangeError(`objective is "${objective.slice(0, 80)}": its sigmoid is no number above 0`);
  if (rest.includes("sqrt")) throw noLink(objective);
  if (["binary", "multiclassova"].includes(name)) return { link: "sigmoid", scale: slope };
  if (["cross_entropy", "xentropy"].includes(name)) return { link: "sigmoid", scale: 1 };
  if (name === "multiclass") return { link: "softmax", scale: 1 };
  if (["poisson", "gamma", "tweedie"].includes(name)) return { link: "exp", scale: 1 };
  if (/^(|none|custom|regression|regression_l1|l2|l1|huber|fair|quantile|mape|lambdarank|rank_xendcg)$/.test(name))
    return { link: "identity", scale: 1 };
  throw noLink(objective);
}

function noLink(objective: string): RangeError {
  return new RangeError(
    `objective is "${objective.slice(0, 80)}", whose prediction is no function of the sums known here: import the sums themselves with "raw: true"`,
  );
}

/** Feature names, of which short files have fewer than features. */
export function featureNames(names: readonly string[], count: number): string[] {
  checkCount(count, "features", "max_feature_idx");
  if (names.length > count) throw new RangeError(`feature_names has ${names.length} names for ${count} features`);
  return Array.from({ length: count }, (_, f) => names[f] ?? `Column_${f}`);
}
