/** What trains forests, and what comes out. */
import type { Forest } from "../../uplift/forest.js";
import type { Model } from "../../uplift/model/model.js";
import type { Balance } from "../data/guard.js";
import type { Dropped, TrainOptions } from "../data/types.js";
import type { SplitCriterion } from "./kernel.js";

/** What both kinds of forests take. */
export interface ForestOptions extends TrainOptions {
  trees?: number;
  /** Levels of tests at most. */
  maxDepth?: number;
  /** Least rows of a leaf, by weight. */
  minSamplesLeaf?: number;
  /** Least rows of each arm in a leaf, by weight. */
  minSamplesTreatment?: number;
  /** Features that a node tries. */
  maxFeatures?: number;
  /** Every level of a tree asks one question: such trees score several times faster. Default false. */
  symmetric?: boolean;
  /**
   * Price of a unit of cost, in units of the outcome: splits look at outcome − price · cost, row by row. Leaves hold the effects on
   * both. Default 0: splits look at the outcome alone. Needs `cost`.
   */
  price?: number;
}

/** Criteria of uplift forests (causalml's definitions). */
export type UpliftCriterion = Exclude<SplitCriterion, "causal">;

export interface UpliftForestOptions extends ForestOptions {
  /**
   * What a split gains. "KL" (default), "ED", "Chi", "CTS": any number of arms; "DDP", "IT", "CIT", "IDDP": one beside the control.
   * "ED", "CTS" and "DDP" take any outcome, the others 0 and 1.
   */
  criterion?: UpliftCriterion;
  /** Rzepakowski and Jaroszewicz's normalisation as causalml has it, where the criterion knows one. Default true. */
  normalization?: boolean;
  /** Rows' worth by which a node's rates are drawn to its parent's, in splits. Default 10. */
  nReg?: number;
  /** Trees see a resample of the rows (of the clusters), drawn with replacement. Default true. */
  bootstrap?: boolean;
  /** Share of a tree's rows that gives its structure; the others give its leaves. Default 1: all give both. */
  honestFraction?: number;
}

export interface CausalForestOptions extends ForestOptions {
  /** Share of the units that two trees see. Default 0.5. */
  sampleFraction?: number;
  /** Share of those that gives a tree's structure; the others give its leaves. Default 0.5. */
  honestFraction?: number;
  /** Least share of a node's rows that each child has. Default 0.05. */
  alpha?: number;
  /**
   * What the outcome is expected to be without regard to the arm, by row and out of fold: taken from the outcome before it is split on
   * and estimated, it takes away noise and no effect.
   */
  baseline?: Float64Array | Float32Array;
}

/** What a training says of itself. */
export interface TrainReport {
  learner: "uplift forest" | "causal forest";
  criterion: SplitCriterion;
  rows: number;
  arms: { name: string; rows: number }[];
  trees: number;
  leaves: number;
  depth: number;
  /** Leaves in which an arm had too few rows of the estimates: they say what their nearest ancestor with all arms does. */
  fallenLeaves: number;
  /** Share of all gain, each split by the rows that it parts, by feature. */
  importance: Record<string, number>;
  /** Features that were left out, and why. */
  dropped: Dropped[];
  /** How alike each feature is in all arms. */
  balances: Balance[];
  /** Bytes of the engine's memory that were stated before the training began. */
  memory: number;
  seed: number;
  seconds: number;
}

/** A trained forest: an effect by arm, of cost too where it was given. */
export interface TrainedForest {
  /** Outputs are the arms' names; with cost, value_NAME and cost_NAME. */
  model: Model;
  forest: Forest;
  /** Texts of each feature of categories: the model scores their places in these lists (`codesOf`). */
  categories: Record<string, readonly string[]>;
  report: TrainReport;
}
