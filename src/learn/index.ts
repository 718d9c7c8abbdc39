/**
 * Training: from an experiment to a model that scores. A module of its own (learn.wasm), on the memory of an engine.
 * @module
 */
export { CeilingError } from "../engine/arena.js";
export { Engine, type EngineOptions } from "../engine/engine.js";
export type { Forest, Link } from "../uplift/forest.js";
export { Model } from "../uplift/model/model.js";
export type { ScoreOptions, Scores } from "../uplift/model/placed.js";
export type { ScoreColumns, ScoreRow } from "../uplift/model/rows.js";
export type { BoostReport } from "./boosting/boost.js";
export type { BoostingOptions, Observations } from "./boosting/observations.js";
export { type BoostingReport, type TrainedBoosting, trainBoosting } from "./boosting/train.js";
export { type TrainedZeroInflated, trainZeroInflated, zeroInflated } from "./boosting/ziln.js";
export { type Choice, type ChooseOptions, type Compared, chooseLearner, trainChosen } from "./choose/choose.js";
export { type Judged, judgeOnTest } from "./choose/judge.js";
export type { Learned, LearnedReport } from "./choose/learners.js";
export type { PolicyWorth, Valued } from "./choose/value.js";
export { codesOf } from "./data/codes.js";
export type { Balance } from "./data/guard.js";
export { type SplitOptions, splitExperiment, type TestSplit } from "./data/split.js";
export type * from "./data/types.js";
export { type Agreement, agreementOf } from "./explain/agreement.js";
export { type ContributionOptions, type Contributions, contributionsOf } from "./explain/contributions.js";
export { type Dependence, type DependenceOptions, dependenceOf } from "./explain/dependence.js";
export { type Importance, type ImportanceOptions, importanceOf } from "./explain/importance.js";
export { type ChanceOptions, type EstimatedChances, estimatePropensities } from "./meta/observed.js";
export { trainMetaLearner } from "./meta/train.js";
export type * from "./meta/types.js";
export { trainCausalForest } from "./trees/causal.js";
export { type Interval, type IntervalOptions, intervalsOf } from "./trees/intervals.js";
export type { SplitCriterion } from "./trees/kernel.js";
export type * from "./trees/types.js";
export { trainUpliftForest } from "./trees/uplift.js";
