/**
 * What Node brings to the application: workers that solve, stores in a folder and in PostgreSQL. Deno and Bun run it too.
 * @module
 */
import { FolderStore } from "../store/folder.js";
import { PostgresStore } from "../store/postgres.js";

export { createPool, Pool, type PoolOptions, type PoolState } from "../../pool/index.js";
export { FolderStore } from "../store/folder.js";
export { type Holder, LockedError } from "../store/lock.js";
export { type PostgresOptions, PostgresStore } from "../store/postgres.js";
export {
  ConflictError,
  DamagedError,
  type Kind,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "../store/store.js";
export { createNodeApp, type NodeAppOptions } from "./app.js";

/**
 * The store that the surroundings name: PostgreSQL where there is an address, else a folder. Nothing is opened before it is needed.
 * @param url address of a database (default: the environment's DATABASE_URL).
 * @example createApp({ store: storeOf({ folder: "/var/lib/shadowprice" }) });
 */
export function storeOf({
  folder = "shadowprice-data",
  url = process.env.DATABASE_URL,
}: {
  folder?: string;
  url?: string;
} = {}): FolderStore | PostgresStore {
  return url ? new PostgresStore(url) : new FolderStore(folder);
}
