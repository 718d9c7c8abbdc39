/**
 * What Cloudflare Workers bring to the application: stores in Durable Objects, and in KV for those who only read.
 * @module
 */
export { DurableStore, type ObjectNamespace, type ObjectStorage, StoreObject } from "../store/durable.js";
export { copied, type KvNamespace, KvStore } from "../store/kv.js";
export {
  ConflictError,
  type Kind,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "../store/store.js";
