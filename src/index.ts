/**
 * shadowprice: which user gets which offer under a budget, with a proof of how near the optimum the answer is.
 * @module
 */
export { allocate } from "./allocation/allocate.js";
export { decide } from "./allocation/decide.js";
export { frontier } from "./allocation/frontier.js";
export { type Ids, type OfferShape, Offers } from "./allocation/offers.js";
export { allocateStream } from "./allocation/stream/stream.js";
export type * from "./allocation/stream/types.js";
export { mergeTotals, readTotals } from "./allocation/totals/merge.js";
export { totals } from "./allocation/totals/totals.js";
export type * from "./allocation/totals/types.js";
export type * from "./allocation/types.js";
export { createEngine, Engine } from "./create.js";
export { CeilingError } from "./engine/arena.js";
export type { EngineOptions } from "./engine/engine.js";
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
