/** What the routes of one application share. */
import type { MiddlewareHandler } from "hono";
import type { Engine } from "../index.js";
import type { Scope } from "./keys.js";
import type { Limits } from "./limits.js";
import type { Metrics } from "./metrics.js";
import type { Policies } from "./policies.js";
import type { Store } from "./store/store.js";

export interface Shared {
  limits: Limits;
  metrics: Metrics;
  store: Store;
  policies: Policies;
  /** Middleware that lets only keys with this scope pass. */
  needs: (scope: Scope) => MiddlewareHandler;
  /** A new engine for one solve: its memory goes with it. */
  newEngine: () => Engine;
}

/** What a request carries from one middleware to the next. */
export interface Variables {
  requestId: string;
  keyName?: string;
}

export interface Env {
  Variables: Variables;
}
