/** What trains meta-learners, and what comes out. */
import type { Forest } from "../../uplift/forest.js";
import type { Model } from "../../uplift/model/model.js";
import type { Balance } from "../data/guard.js";
import type { Dropped, TrainOptions } from "../data/types.js";

/**
 * How models of the outcome become effects, the simplest first. e: chance of the arm against the control, μ_a: outcome expected of arm a.
 *
 *   response     μ(x) of all rows alike: effects in proportion to the outcome; what often wins
 *   class        2 P([y = t] | x) − 1, rows weighed by 1 / chance; an outcome of 0 and 1
 *   transformed  E[y (t − e) / (e (1 − e)) | x]
 *   s            f(x, a) − f(x, 0) of one model that has the arm as a feature
 *   t            μ_a(x) − μ_0(x) of a model for each arm
 *   x            (1 − e) E[y − μ_0 | x, a] + e E[μ_a − y | x, 0]
 *   r            argmin Σ ((y − m(x)) − (t − e) τ(x))²
 *   dr           E[Γ_a − Γ_0 | x], Γ_a = μ_a + 1[t = a] (y − μ_a) / p_a
 *   roi          value per unit of cost of each arm, learned directly (DRP); "roi-steps" of each arm over the next cheaper one (DPM)
 */
export type MetaLearner = "response" | "class" | "transformed" | "s" | "t" | "x" | "r" | "dr" | "roi" | "roi-steps";

export interface MetaOptions extends TrainOptions {
  /** Default "t". */
  learner?: MetaLearner;
  /** Of each boosted model: trees at most. Default 200; the validation fold says when to stop. */
  trees?: number;
  /** Leaves of a tree. Default 8. */
  leaves?: number;
  /** Default 0.05. */
  learningRate?: number;
  /** Least rows of a leaf. Default 50, or a thousandth of the rows. */
  minSamplesLeaf?: number;
  /** Default 10: rounds without gain on the validation fold. */
  earlyStopping?: number;
  /**
   * "given" (default): the experiment's chances, or the arms' shares. "estimated": a boosted logistic of the features, out of fold; then
   * features may differ between the arms, for that is what the chances are for.
   */
  propensity?: "given" | "estimated";
  /** Estimated chances are at least this. Default 0.01. */
  clip?: number;
  /** Rows with an estimated chance of any arm below this are left out. Default 0: none. */
  trim?: number;
}

/** What was found out about chances. */
export interface PropensityReport {
  how: "shares of the arms" | "given by arm" | "given by row" | "estimated";
  least: number;
  most: number;
  /** Rows whose estimate was raised to `clip`, and rows left out by `trim`. */
  clipped: number;
  trimmed: number;
}

export interface MetaReport {
  learner: MetaLearner;
  rows: number;
  arms: { name: string; rows: number }[];
  trees: number;
  leaves: number;
  /** Boosted models that were trained, those of the folds included. */
  models: number;
  /** Nuisances are predicted by models that did not see the row's unit; 0 where a learner has none. */
  folds: number;
  propensity: PropensityReport;
  /** Of "roi": by output, what a score of 1 stands for in value per unit of cost. */
  scale?: Record<string, number>;
  dropped: Dropped[];
  balances: Balance[];
  memory: number;
  seed: number;
  seconds: number;
}

export interface TrainedMeta {
  /** Outputs are the arms' names; with cost, value_NAME and cost_NAME. Of "roi": the arms' names alone. */
  model: Model;
  forest: Forest;
  categories: Record<string, readonly string[]>;
  report: MetaReport;
}
