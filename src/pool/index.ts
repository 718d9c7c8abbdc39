/**
 * Workers that solve: Node, Deno, Bun and browsers.
 * @module
 */
export { QueueFullError } from "./errors.js";
export { createPool, Pool, type PoolOptions, type PoolState, type TaskOptions } from "./pool.js";
export type { Numbers, OfferColumns } from "./table.js";
export type { PoolProgress } from "./tasks.js";
