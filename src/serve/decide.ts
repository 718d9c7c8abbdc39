/**
 * The decisions route alone, for the tightest edge: no schema library, no OpenAPI, no engine; the scoring kernels alone, and those only when
 * a policy asks for a model. The same answers as the whole application.
 * @module
 */
import { Hono } from "hono";
import { readJson } from "./bodies/json.js";
import type { Env } from "./context.js";
import { type ApiKey, checkKeys, keeper } from "./middleware/keys.js";
import { bodyLimit, checkLimits, type Limits, noOthers } from "./middleware/limits.js";
import { type LogEntry, printed } from "./middleware/log.js";
import { Metrics } from "./middleware/metrics.js";
import { observing } from "./middleware/observe.js";
import { expected, Problem, problemResponse } from "./problem.js";
import { decideUsers } from "./published/deciding.js";
import { Models, type Scoring } from "./published/models.js";
import { Policies } from "./published/policies.js";
import { Latest } from "./store/latest.js";
import type { Store } from "./store/store.js";

export { type ApiKey, readKeys, type Scope } from "./middleware/keys.js";
export type { Limits } from "./middleware/limits.js";
export type { LogEntry } from "./middleware/log.js";
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

export interface DecideOptions {
  /** Where policies are read. */
  store: Store;
  /** Keys with the scope "decide". Without keys everyone may decide. */
  keys?: readonly ApiKey[];
  limits?: Partial<Pick<Limits, "bodyBytes" | "decisions">>;
  /** Takes one line a request (default: JSON on the console). */
  log?: (entry: LogEntry) => void;
}

/** Loaded by the first policy that has a model: 13 KB. */
const scoring: Scoring = async (bytes) => (await import("../scoring.js")).scorerOf(bytes);

/**
 * `POST /v1/policies/:name/decisions` and `GET /healthz` as a Hono app.
 *
 * @throws {TypeError | RangeError} for options that are not right.
 * @example
 * import { createDecide } from "shadowprice/serve/decide";
 * export default createDecide({ store });
 */
export function createDecide({ store, keys = [], limits = {}, log = printed, ...rest }: DecideOptions): Hono<Env> {
  noOthers(rest, "createDecide");
  checkKeys(keys);
  const allowed = checkLimits(limits);
  const latest = new Latest(store);
  const models = new Models(store, latest, scoring);
  const policies = new Policies(store, latest, models);
  const app = new Hono<Env>();
  app.use(observing(new Metrics(), log));
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.post("/v1/policies/:name/decisions", keeper(keys)("decide"), bodyLimit(allowed), async (context) => {
    const asked = await readJson(context.req);
    return context.json(await decideUsers(policies, context.req.param("name"), asked, allowed.decisions));
  });
  app.notFound((context) =>
    problemResponse(context, new Problem("not-found", `there is no ${context.req.path}; this handler decides alone`)),
  );
  app.onError((error, context) => problemResponse(context, expected(error)));
  return app;
}
