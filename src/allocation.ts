/**
 * The part of shadowprice that gives users their offers, in one file: half of what a runtime reads before its first decision. It has
 * its own copy of the engine: `planBudget` of the whole package takes no engine of this one.
 * @module
 */
export { allocate } from "./allocation/allocate.js";
export { decide } from "./allocation/decide.js";
export { frontier } from "./allocation/frontier.js";
export { type Ids, type OfferShape, Offers } from "./allocation/offers.js";
export { allocateStream } from "./allocation/stream/stream.js";
export { allocateInTurns } from "./allocation/stream/turns.js";
export type * from "./allocation/stream/types.js";
export { mergeTotals, readTotals } from "./allocation/totals/merge.js";
export { totals } from "./allocation/totals/totals.js";
export type * from "./allocation/totals/types.js";
export type * from "./allocation/types.js";
export { createEngine, Engine } from "./create.js";
export { CeilingError } from "./engine/arena.js";
export type { EngineOptions } from "./engine/engine.js";
