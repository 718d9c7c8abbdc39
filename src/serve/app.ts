/**
 * The application: routes parse, call and print; nothing here decides anything. Web-standard Request and Response only, so that it runs
 * wherever Hono does. Decisions are answered from here; every other route is in whole.ts, which an edge loads when one is first asked for.
 */
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { basePath } from "hono/route";
import { readJson } from "./bodies/json.js";
import type { Env, Shared } from "./context.js";
import { type ApiKey, checkKeys, keeper } from "./middleware/keys.js";
import { bodyLimit, checkLimits, type Limits, noOthers } from "./middleware/limits.js";
import { type LogEntry, printed } from "./middleware/log.js";
import { Metrics } from "./middleware/metrics.js";
import { observing } from "./middleware/observe.js";
import { expected, Problem, problemResponse } from "./problem.js";
import { decideUsers } from "./published/deciding.js";
import { Models } from "./published/models.js";
import { Policies } from "./published/policies.js";
import type { Solver } from "./solving/solver.js";
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

/** Headers that pages of other origins may read. */
const EXPOSED = ["x-request-id", "etag", "shadowprice-result", "retry-after", "mcp-session-id"];
const DECISIONS = "/v1/policies/:name/decisions";
/** Where the routes of whole.ts are. */
const OTHERS = ["/v1/*", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/mcp", "/mcp/*"];

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
  solver,
  origins = [],
  mcp,
  log = printed,
  ...rest
}: AppOptions = {}): Hono<Env> {
  noOthers(rest, "createApp");
  checkKeys(keys);
  const metrics = new Metrics();
  const latest = new Latest(store);
  const models = new Models(store, latest, async (bytes) => (await import("../scoring.js")).scorerOf(bytes));
  const parts: Omit<Shared, "solver"> = {
    ...{ limits: checkLimits(limits ?? {}), metrics, store, latest, models },
    ...{ policies: new Policies(store, latest, models), needs: keeper(keys) },
  };
  const open = origins.length > 0 ? [cors({ origin: [...origins], exposeHeaders: EXPOSED })] : [];
  const others = loadedOnce(async () =>
    (await import("./whole.js")).wholeApp(parts, { keys, limits, solver, origins, open, mcp, log }),
  );
  const app = new Hono<Env>();
  const guards = [...open, bodyLimit(parts.limits), parts.needs("decide")];
  app.on("POST", DECISIONS, observing(metrics, log, DECISIONS), ...guards, async (context) => {
    const asked = await readJson(context.req);
    const name = context.req.param("name") as string;
    const decided = await decideUsers(parts.policies, name, asked, parts.limits.decisions);
    metrics.add("shadowprice_decisions_total", "Users decided by policies.", {}, decided.decisions.length);
    return context.json(decided);
  });
  app.on("ALL", OTHERS, async (context) => {
    const whole = await others();
    return whole.fetch(unmounted(context), context.env, executionOf(context));
  });
  // For routes that the caller adds, and for what there is not.
  app.use(observing(metrics, log), ...open, bodyLimit(parts.limits));
  app.notFound((context) => problemResponse(context, new Problem("not-found", `there is no ${context.req.path}`)));
  app.onError((error, context) => problemResponse(context, expected(error)));
  return app;
}

/**
 * Loads when first asked to; where a process goes on, by itself as soon as this thread is free, so that no request waits for it. Not on
 * workerd, where every isolate would pay for it before its first decision.
 */
function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  const loaded = () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  if (navigator?.userAgent !== "Cloudflare-Workers") setTimeout(() => loaded().catch(() => {}), 0);
  return loaded;
}

/** The request as if the application were at the root of its server. */
function unmounted(context: Context): Request {
  const { raw } = context.req;
  const base = basePath(context);
  if (base === "" || base === "/") return raw;
  const url = new URL(raw.url);
  url.pathname = url.pathname.slice(base.length);
  return new Request(url, raw);
}

/** Hono throws where the runtime gave none. */
function executionOf(context: Context): Context["executionCtx"] | undefined {
  try {
    return context.executionCtx;
  } catch {
    return undefined;
  }
}
