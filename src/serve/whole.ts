/**
 * Every route of the application, with the schemas that check what they are sent and describe them. Loaded apart from app.ts, which decides:
 * on an edge these schemas, the solvers and the planner take 60 ms of a start (CPU time, workerd).
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppOptions } from "./app.js";
import type { Env, Shared } from "./context.js";
import { documentRoute } from "./docs/document.js";
import { bodyLimit } from "./middleware/limits.js";
import { observing } from "./middleware/observe.js";
import { expected, Problem, pointerTo, problemResponse } from "./problem.js";
import { allocationRoutes } from "./routes/allocations.js";
import { describeDecisions } from "./routes/decisions.js";
import { healthRoutes } from "./routes/health.js";
import { modelRoutes } from "./routes/models.js";
import { planRoutes } from "./routes/plans.js";
import { policyRoutes } from "./routes/policies.js";
import { isTable } from "./routes/tables.js";
import { totalsRoutes } from "./routes/totals.js";
import { Turns } from "./solving/turns.js";

export type WholeOptions = Required<Pick<AppOptions, "keys" | "origins" | "log">> &
  Pick<AppOptions, "limits" | "mcp" | "solver"> & {
    /** Lets pages of other origins call. */
    open: readonly MiddlewareHandler[];
  };

export function wholeApp(
  parts: Omit<Shared, "solver">,
  { keys, limits, solver = new Turns(), origins, open, mcp, log }: WholeOptions,
): OpenAPIHono<Env> {
  const shared: Shared = { ...parts, solver };
  const { metrics, store } = shared;
  const app = new OpenAPIHono<Env>({
    defaultHook: ({ success, ...rest }) => {
      if (!success && "error" in rest) throw invalid(rest.error.issues, rest.target);
    },
  });
  app.use(observing(metrics, log), ...open, bodyLimit(shared.limits, isTable));
  healthRoutes(app, shared);
  allocationRoutes(app, shared);
  totalsRoutes(app, shared);
  planRoutes(app, shared);
  policyRoutes(app, shared);
  describeDecisions(app);
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
