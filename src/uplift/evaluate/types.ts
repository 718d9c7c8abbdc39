/** What was tried on whom, what came out, and what an evaluation says of scores for it. */
import type { Engine } from "../../engine/engine.js";

/** Numbers by row. */
export type NumberColumn = Float64Array | Float32Array;

/** An experiment (or a log of decisions made with known chances): one row a person or occasion. */
export interface Trial {
  /** Arm that each row got: numbers, or names. */
  treatment: ArrayLike<number> | readonly string[];
  /** Which of them is the control. Default: 0 where arms are numbers. */
  control?: number | string;
  /** What came out, by row: finite numbers. */
  outcome: NumberColumn;
  /** What it cost, by row, in the money of the budget. */
  cost?: NumberColumn;
  /**
   * Chance with which each row got the arm it got, in (0, 1]; or the chance of each arm by design, by its name.
   * Default: the arm's share of the rows, as in an experiment that draws arms alike for all.
   */
  propensity?: NumberColumn | Readonly<Record<string, number>>;
  /** Rows of one cluster (a household, a person who came twice) are drawn together. Default: every row alone. */
  cluster?: ArrayLike<number | bigint | string>;
}

/** Scores by row: one column for all arms, or one an arm by its name. */
export type ArmScores = NumberColumn | Readonly<Record<string, NumberColumn>>;

export interface EvaluateInput extends Trial {
  /** Scores to judge, by name. Higher means sooner treated. */
  scores: Readonly<Record<string, ArmScores>>;
  /**
   * A plain response model's prediction of the outcome, which the scores are held against. Default: least squares on
   * `features`, fitted on other folds than the rows it predicts; without features there is none, and the result says so.
   */
  response?: NumberColumn;
  /** What is known of each row before the treatment, by name; NaN where it is missing. */
  features?: Readonly<Record<string, NumberColumn>>;
}

export interface BootstrapOptions {
  /** Poisson bootstrap resamples; 0 for none. Default 1,000. */
  resamples?: number;
  /** Coverage of the intervals, percentiles of the resamples. Default 0.95. */
  level?: number;
  /** A whole number below 2^53: the same seed gives the same bytes everywhere. Default 1. */
  seed?: number;
  /** An engine of the caller's. Default: one of its own, dropped at the end. */
  engine?: Engine;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface EvaluateOptions extends BootstrapOptions {
  /** Names of `evaluationMetrics()`. Default: all that suit the outcome. */
  metrics?: readonly string[];
  /** Shares of rows for uplift at the top. Default 0.1 and 0.3. */
  shares?: readonly number[];
  /** Points of the cost curve (AUCC). Default 20. */
  costPoints?: number;
  /** Buckets of calibration. Default 10. */
  buckets?: number;
}

/** A number, its standard error and interval by the bootstrap. */
export interface Estimate {
  value: number;
  /** Standard deviation over the resamples; NaN without any. */
  error: number;
  low: number;
  high: number;
}

export interface MetricResult extends Estimate {
  name: string;
  normalisation: string;
  ties: string;
  /** What an order that knows nothing gives on average. */
  random: number;
  /** This score less the plain response model, and less a random order: both on the same resamples. */
  over: { response?: Estimate; random?: Estimate };
  /** Resamples in which it was not defined (an arm missing, a quotient by 0): left out of the interval. */
  undefinedResamples: number;
}

export interface CalibrationBucket {
  rows: number;
  /** Mean of the score. */
  predicted: number;
  /** Treated mean less control mean. */
  observed: Estimate;
}

export interface ScoreResult {
  name: string;
  /** "score" as asked, or what stands beside it. */
  kind: "score" | "response" | "random";
  metrics: MetricResult[];
  /** By bucket of the score, highest first; where the score is meant as an effect. */
  calibration?: CalibrationBucket[];
  /** Gain by share of the rows treated, best first: (treated mean − control mean) · share, per row. */
  curve: { share: number; gain: number }[];
}

/** One arm against the control. */
export interface Comparison {
  arm: string;
  control: string;
  rows: number;
  treated: number;
  controls: number;
  /** Treated mean less control mean. */
  effect: Estimate;
  scores: ScoreResult[];
  /** Metrics that were not counted, and why. */
  left: { metric: string; why: string }[];
}

export interface ArmResult {
  name: string;
  rows: number;
  share: number;
  mean: number;
  /** Effective sample size of the rows weighed by 1 / propensity: (Σ w)² / Σ w². */
  effective: number;
}

export interface Checks {
  /** Counts of arms against the design's chances: a small p says that rows are missing or assigned otherwise than said. */
  sampleRatio: { tested: boolean; statistic: number; degrees: number; p: number; suspicious: boolean; why: string };
  /** Propensities as given or assumed. */
  overlap: { least: number; most: number; below1Percent: number; suspicious: boolean };
  /** Largest difference of a feature's means between an arm and the control in standard deviations, where features are given. */
  balance: { feature: string; arm: string; difference: number }[];
}

export interface Evaluation {
  rows: number;
  /** Units that are drawn: clusters, or rows. */
  units: number;
  binary: boolean;
  resamples: number;
  level: number;
  seed: number;
  arms: ArmResult[];
  comparisons: Comparison[];
  checks: Checks;
  /** How the response model came about, or why there is none. */
  response: string;
  seconds: number;
}

export interface PolicyInput extends Trial {
  /**
   * The arm that each policy gives each row, as `treatment` names them; or, of a policy that draws arms, the chance with which
   * it gives each row the arm that the row got.
   */
  policies: Readonly<Record<string, ArrayLike<number> | readonly string[] | { chance: NumberColumn }>>;
  /** For the models in AIPW: what is known of each row before the treatment. Without them μ is each arm's mean. */
  features?: Readonly<Record<string, NumberColumn>>;
}

/** Per row, by three estimators. */
export interface ByEstimator {
  /** Inverse propensity weighting: unbiased where the chances are true. */
  ipw: Estimate;
  /** Self-normalised; ERUPT. The one to read by default. */
  hajek: Estimate;
  /** Doubly robust; not of a policy that draws arms. */
  aipw?: Estimate;
}

export interface PolicyEstimate {
  name: string;
  /** How many rows it sends to each arm, the control first. */
  sent?: { arm: string; rows: number }[];
  /** Rows that got what the policy gives them. */
  matched: number;
  /** Effective number of them: (Σ w)² / Σ w², w = 1 / propensity. */
  effective: number;
  /** `eruptError`: ERUPT's own standard error, the weighted deviation over √effective. */
  outcome: ByEstimator & { eruptError: number };
  cost?: ByEstimator;
  /**
   * Matched outcome mean over arms, weighed by how many the policy sends there, and its gain over the control's mean. It
   * knows no budget: `utilisation`, the share of rows that are sent anything, stands beside it.
   */
  pmg?: { value: Estimate; gain: Estimate; utilisation: number };
}

export interface PolicyValues {
  rows: number;
  units: number;
  resamples: number;
  level: number;
  seed: number;
  policies: PolicyEstimate[];
  seconds: number;
}
