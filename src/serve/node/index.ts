/**
 * What Node brings to the application: a store in a folder. Deno and Bun run it too.
 * @module
 */
export { FolderStore } from "../store/folder.js";
export { type Holder, LockedError } from "../store/lock.js";
export {
  ConflictError,
  DamagedError,
  type Kind,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "../store/store.js";
