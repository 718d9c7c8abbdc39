/**
 * shadowprice as a service: one Hono application for Node, the edge and the browser. Needs hono beside it.
 * @module
 */
export { type AppOptions, createApp } from "./app.js";
export { type ApiKey, readKeys, type Scope } from "./middleware/keys.js";
export type { Limits } from "./middleware/limits.js";
export type { LogEntry } from "./middleware/log.js";
export type { ProblemBody, ProblemKind } from "./problem.js";
export type { Solver, SolverState } from "./solving/solver.js";
export { Turns, type TurnsOptions } from "./solving/turns.js";
export { MemoryStore } from "./store/memory.js";
export {
  ConflictError,
  DamagedError,
  type Kind,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "./store/store.js";
