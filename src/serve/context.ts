/** What the routes of one application share. */
import type { MiddlewareHandler } from "hono";
import type { Scope } from "./middleware/keys.js";
import type { Limits } from "./middleware/limits.js";
import type { Metrics } from "./middleware/metrics.js";
import type { Models } from "./published/models.js";
import type { Policies } from "./published/policies.js";
import type { Solver } from "./solving/solver.js";
import type { Latest } from "./store/latest.js";
import type { Store } from "./store/store.js";

export interface Shared {
  limits: Limits;
  metrics: Metrics;
  store: Store;
  /** Numbers of last versions: a route that publishes says `forget`. */
  latest: Latest;
  policies: Policies;
  models: Models;
  /** Middleware that lets only keys with this scope pass. */
  needs: (scope: Scope) => MiddlewareHandler;
  /** Runs every solve, so that none holds up a decision. */
  solver: Solver;
}

/** What a request carries from one middleware to the next. */
export interface Variables {
  requestId: string;
  keyName?: string;
  /** A request like this one began before, and its answer was lost: what it asks for may be there. */
  retried?: boolean;
}

export interface Env {
  Variables: Variables;
}
