/**
 * The application: routes parse, call and print; nothing here decides anything. Web-standard Request and Response only, so that it runs
 * wherever Hono does.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { cors } from "hono/cors";
import { createEngine, Model } from "../index.js";
import type { Env, Shared } from "./context.js";
import { documentRoute } from "./document.js";
import { type ApiKey, checkKeys, keeper } from "./keys.js";
import { bodyLimit, checkLimits, type Limits, noOthers } from "./limits.js";
import { type LogEntry, printed } from "./log.js";
import { Metrics } from "./metrics.js";
import { Models } from "./models.js";
import { observing } from "./observe.js";
import { Policies } from "./policies.js";
import { expected, Problem, pointerTo, problemResponse } from "./problem.js";
import { allocationRoutes } from "./routes/allocations.js";
import { decisionRoutes } from "./routes/decisions.js";
import { healthRoutes } from "./routes/health.js";
import { modelRoutes } from "./routes/models.js";
import { planRoutes } from "./routes/plans.js";
import { policyRoutes } from "./routes/policies.js";
import { isTable } from "./routes/tables.js";
import { totalsRoutes } from "./routes/totals.js";
import { type Solver, Turns } from "./solver.js";
import { Latest } from "./store/latest.js";
import { MemoryStore } from "./store/memory.js";
import type { Store } from "./store/store.js";

export interface AppOptions {
  /** Who may do what. Without keys everyone may do everything: for loopback, and behind a gateway that asks for its own. */
  keys?: readonly ApiKey[];
  limits?: Partial<Limits>;
  /** Where policies live (default: in memory, until the process ends). */
  store?: Store;
  /** Where solves run: a pool of shadowprice/pool. Default: in turns on this thread, or, where that is not possible, held to a size. */
  solver?: Solver;
  /** Origins whose pages may call; none by default. */
  origins?: readonly string[];
  /** `createMcp` of shadowprice/mcp: the Model Context Protocol at /mcp. */
  mcp?: (options: Pick<AppOptions, "keys" | "limits" | "store" | "solver" | "origins">) => Hono<Env>;
  /** Takes one line a request (default: JSON on the console; `() => {}` keeps quiet). */
  log?: (entry: LogEntry) => void;
}

/**
 * The application as a Hono app: mount it, or serve its `fetch`.
 *
 * @throws {TypeError | RangeError} for options that are not right, such as a key that is too short.
 * @example
 * import { createApp, readKeys } from "shadowprice/serve";
 * export default createApp({ keys: readKeys(process.env.SHADOWPRICE_KEYS) });
 */
export function createApp({
  keys = [],
  limits,
  store = new MemoryStore(),
  solver = new Turns(),
  origins = [],
  mcp,
  log = printed,
  ...rest
}: AppOptions = {}): OpenAPIHono<Env> {
  noOthers(rest, "createApp");
  checkKeys(keys);
  const metrics = new Metrics();
  const latest = new Latest(store);
  const models = new Models(store, latest, (bytes) => Model.read(bytes).place(createEngine()));
  const shared: Shared = {
    ...{ limits: checkLimits(limits ?? {}), metrics, store, latest, models },
    policies: new Policies(store, latest, models),
    ...{ needs: keeper(keys), solver },
  };
  const app = new OpenAPIHono<Env>({
    defaultHook: ({ success, ...rest }) => {
      if (!success && "error" in rest) throw invalid(rest.error.issues, rest.target);
    },
  });
  app.use(observing(metrics, log));
  if (origins.length > 0)
    app.use(
      cors({
        origin: [...origins],
        exposeHeaders: ["x-request-id", "etag", "shadowprice-result", "retry-after", "mcp-session-id"],
      }),
    );
  app.use(bodyLimit(shared.limits, isTable));
  healthRoutes(app, shared);
  allocationRoutes(app, shared);
  totalsRoutes(app, shared);
  planRoutes(app, shared);
  policyRoutes(app, shared);
  decisionRoutes(app, shared);
  modelRoutes(app, shared);
  documentRoute(app, keys.length > 0);
  if (mcp) app.route("/mcp", mcp({ keys, limits, store, solver, origins }));
  app.notFound((context) => problemResponse(context, unknownRoute(app, context.req)));
  app.onError((error, context) => problemResponse(context, expected(error)));
  return app;
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

/** The first of zod's findings; the rest is often the same. A pointer is into the body: what is wrong elsewhere is named. */
function invalid([issue]: readonly Issue[], target: string): Problem {
  const { path = [], message = "the body is not right" } = issue ?? {};
  if (target === "json" || target === "form")
    return new Problem("invalid-request", message, { pointer: pointerTo(...path) });
  return new Problem("invalid-request", `${target} ${path.join(".")}: ${message}`);
}

/** Why no route was found: the path is unknown, or takes other methods. */
function unknownRoute(
  { openAPIRegistry }: OpenAPIHono<Env>,
  { method, path }: { method: string; path: string },
): Problem {
  const methods = openAPIRegistry.definitions.flatMap((one) => {
    if (one.type !== "route") return [];
    const steps = new RegExp(`^${one.route.path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return steps.test(path) ? [one.route.method.toUpperCase()] : [];
  });
  if (methods.length === 0) return new Problem("not-found", `there is no ${path}`);
  const allow = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return new Problem(
    "method-not-allowed",
    `${path} takes ${allow.join(", ")}, not ${method}`,
    {},
    { allow: allow.join(", ") },
  );
}
