/**
 * A forest as every importer gives it and as the model format is written from it: one list of nodes for all trees, column
 * by column. One test stands for all libraries' own, chosen so that no answer changes:
 *
 *   x ≤ threshold  goes left, compared in `compares`: f32 (x rounded to f32 first) or f64;
 *   x < c          is  x ≤ the next number below c  in that precision (XGBoost);
 *   x > c          is  x ≤ c  with the children swapped in meaning: no is left (CatBoost's bit is 0 on the left);
 *   x in a set     goes left; what is in no set (negative, too large) goes right, and a fraction counts as the member that it is cut
 *                  to, but in no set where the test is of whole numbers (ONNX: x equals one of them).
 *
 * A value is missing when it is NaN, or |x| ≤ 1e-35 rounded to f32 where `zeroMissing` says so for its feature (LightGBM).
 */
export interface Forest {
  /** Name of each feature: a column of the rows to score. Unique, not empty. */
  features: string[];
  /** 1 where a zero of this feature is missing. */
  zeroMissing: Uint8Array;
  /** Name of each output ("score" where there is one without a name). */
  outputs: string[];
  compares: "f32" | "f64";
  /** Precision in which the leaves of an output are added up, tree by tree in their order, starting at `start`. */
  sums: "f32" | "f64";
  /** What each output's sum starts from. */
  start: Float64Array;
  /** Then: divided by this whole number, 1 to 2^32 − 1, in f64 (trees that are averaged; 1 where it is left out). */
  divisor?: number;
  /** Then: times scale plus bias by output, in f64 (1 and −0 where there is none: nothing is changed then). */
  scale: number;
  bias: Float64Array;
  /** Then: the link. Sums are exact to the bit; a link's exponential is the engine's own, within 2 ulp of the true one. */
  link: Link;
  /** First node of each tree (its root), and the number of nodes as the last: trees + 1 numbers, ascending. */
  roots: Uint32Array;
  /** Output that a tree's leaves add to; −1: its leaves hold a value for each output. By tree. */
  treeOutput: Int32Array;
  /** Tested feature, by node; −1: a leaf. */
  feature: Int32Array;
  /** Threshold of a test; of a test by set, the number of the set; of a leaf, where its values begin in `values`. By node. */
  threshold: Float64Array;
  /** Children by node, numbered as `roots` numbers them, inside the same tree; anything where a leaf stands. */
  left: Uint32Array;
  right: Uint32Array;
  /** By node: MISSING_LEFT if a missing value goes left, SET if the test is by set, with WHOLE if fractions are in none. */
  flags: Uint8Array;
  /** Leaves' values: one a leaf, or one an output for each leaf of a tree whose `treeOutput` is −1. */
  values: Float64Array;
  /** Sets of categories: for each, its members as bits, category 0 the lowest bit of the first word. */
  sets: Uint32Array[];
  /** What goes along with the model and changes no score. */
  about?: ModelAbout;
}

/** What a model says of itself. */
export interface ModelAbout {
  /** Texts of each feature of categories, by its name: rows are scored by their places in these lists. */
  categories?: Readonly<Record<string, readonly string[]>>;
  /** How it was trained: plain JSON. */
  training?: Readonly<Record<string, unknown>>;
}

/** Flags of a node. */
export const MISSING_LEFT = 1;
export const SET = 2;
export const WHOLE = 4;

export function areFlags(flags: number): boolean {
  return (flags & ~(MISSING_LEFT | SET | WHOLE)) === 0 && (flags & (SET | WHOLE)) !== WHOLE;
}

/** From sums to outputs: nothing; 1 / (1 + e^−s) with slope 1; softmax over the outputs; e^s. */
export type Link = "identity" | "sigmoid" | "softmax" | "exp";
