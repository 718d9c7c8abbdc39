/**
 * shadowprice: which user gets which offer under a budget, with a proof of how near the optimum the answer is.
 * @module
 */
export * from "./allocation.js";
export { type PlanBlend, type PlanBlendOptions, type PlanBlendPoint, planBlend } from "./planning/blend.js";
export type { LightweightModel } from "./planning/importers/lightweight.js";
export { importLightweight } from "./planning/importers/lightweight.js";
export type { MeridianModel } from "./planning/importers/meridian.js";
export { importMeridian } from "./planning/importers/meridian.js";
export type { PyMCModel } from "./planning/importers/pymc.js";
export { importPyMC } from "./planning/importers/pymc.js";
export type * from "./planning/importers/robyn.js";
export { importRobyn } from "./planning/importers/robyn.js";
export type * from "./planning/importers/types.js";
export { planBudget } from "./planning/plan.js";
export { explain } from "./planning/report/explain.js";
export {
  changePlan,
  type PlanChange,
  type PlanFrontier,
  type PlanFrontierOptions,
  type PlanFrontierPoint,
  planFrontier,
  planScenarios,
  type Scenario,
} from "./planning/scenarios.js";
export { planSchema } from "./planning/schema.js";
export type * from "./planning/types.js";
export {
  type LimitChange,
  planBan,
  planLimit,
  planObjective,
  planPin,
  planScale,
  type WhatIf,
  type WhatIfOptions,
} from "./planning/what-if.js";
export {
  type PolicyCurve,
  type PolicyCurveInput,
  type PolicyCurveOptions,
  type PolicyPoint,
  policyCurve,
} from "./policy/curve.js";
export {
  type GainCurve,
  type GainCurveInput,
  type GainCurveOptions,
  type GainPoint,
  gainCurve,
} from "./policy/gain.js";
export {
  type GateInput,
  type GateLimits,
  type Gates,
  gatesOf,
  SEGMENTS,
  type Segment,
  type SegmentOptions,
  type Segments,
  segmentsOf,
} from "./policy/gates.js";
export { calibrated, isotonic } from "./policy/isotonic.js";
export { type Kept, type KeptInput, keptValue } from "./policy/kept.js";
export { type Amount, type ModelledOffer, type ModelledOffers, offersOf } from "./policy/offers.js";
export { type PolicyOfOptions, type PricedPolicy, policyOf } from "./policy/published.js";
export {
  againstControl,
  type Output,
  type Scorer,
  solvedEffects,
  type TransformedOptions,
  transformed,
  twoModels,
} from "./policy/uplift.js";
export { evaluate } from "./uplift/evaluate/evaluate.js";
export { evaluationMetrics } from "./uplift/evaluate/judge.js";
export type * from "./uplift/evaluate/types.js";
export { policyValue } from "./uplift/evaluate/value.js";
export type * from "./uplift/forest.js";
export { type ImportModelOptions, importModel } from "./uplift/import.js";
export type { PortableForest, PortableTree } from "./uplift/importers/portable.js";
export { Model } from "./uplift/model/model.js";
export { PlacedModel, type ScoreOptions, type Scores } from "./uplift/model/placed.js";
export type { ScoreColumns, ScoreRow } from "./uplift/model/rows.js";
