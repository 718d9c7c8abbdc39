/** What a training starts from. */
import type { Engine } from "../../engine/engine.js";
import type { NumberColumn, Trial } from "../../uplift/evaluate/types.js";

/** Categories by row: texts (null is missing), or their numbers with the names that they stand for. */
export type CategoryColumn =
  | readonly (string | null)[]
  | { codes: Uint8Array | Uint16Array | Uint32Array; names: readonly string[] };

/** An experiment with what was known of each row before the treatment. */
export interface Experiment extends Trial {
  /** By name: numbers (NaN is missing), or categories. */
  features: Readonly<Record<string, NumberColumn | CategoryColumn>>;
  /** What each row weighs, 0 or more. A row of weight 0 is left out, for cross-fitting. Default 1. */
  weight?: NumberColumn;
}

export interface TrainProgress {
  phase: "features" | "trees" | "models" | "learners";
  done: number;
  total: number;
  /** Bytes of the engine's memory that the training takes at most: known before it starts. */
  memory: number;
}

/** What every training takes. */
export interface TrainOptions {
  /** A whole number below 2^53: the same seed gives the same bytes of the model everywhere. Default 1. */
  seed?: number;
  /** Bins of a feature of numbers, 2 to 255; missing values have one of their own. Default 255. */
  bins?: number;
  /**
   * Features that may differ between the arms by more than chance (p < 1e-6), by name; true: all. Others that do are refused: they came
   * about after the treatment, or the arms were not drawn alike.
   */
  allow?: readonly string[] | true;
  /** An engine of the caller's. Default: one of its own, dropped at the end. */
  engine?: Engine;
  signal?: AbortSignal;
  onProgress?: (progress: TrainProgress) => void;
}

/** A feature that no tree could use. */
export interface Dropped {
  feature: string;
  why: "constant" | "missing";
}
