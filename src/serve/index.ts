/**
 * shadowprice as a service: one Hono application for Node, the edge and the browser. Needs hono beside it.
 * @module
 */
export { type AppOptions, createApp } from "./app.js";
export { type ApiKey, readKeys, type Scope } from "./keys.js";
export type { Limits } from "./limits.js";
export type { LogEntry } from "./log.js";
export type { ProblemBody, ProblemKind } from "./problem.js";
export type { Solver, SolverState } from "./solver.js";
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
export { Turns, type TurnsOptions } from "./turns.js";
