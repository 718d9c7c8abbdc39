/** Every request has an id, a line in the log, and its place in the metrics. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { LogEntry } from "./log.js";
import type { Metrics } from "./metrics.js";

/** An id that a proxy gave is kept if it is one: letters, digits and a few signs, so that it can do no harm in a log. */
const ID = /^[\w.:-]{1,128}$/;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/** @param only the pattern of the one route that it is for (default: that of the last handler that matches). */
export function observing(metrics: Metrics, log: (entry: LogEntry) => void, only?: string): MiddlewareHandler {
  return async (context, next) => {
    const started = performance.now();
    const given = context.req.header("x-request-id");
    const requestId = given && ID.test(given) ? given : crypto.randomUUID();
    context.set("requestId", requestId);
    await next();
    context.header("x-request-id", requestId);
    const milliseconds = performance.now() - started;
    const route = only ?? routePath(context, -1);
    // A method is any word: as a label, each would be a series of its own.
    const method = METHODS.has(context.req.method) ? context.req.method : "other";
    const { status } = context.res;
    const labels = { method, route, status: String(status) };
    metrics.add("shadowprice_requests_total", "Requests answered.", labels);
    metrics.observe("shadowprice_request_seconds", "Time to answer.", { method, route }, milliseconds / 1000);
    const { error } = context;
    log({
      time: new Date().toISOString(),
      ...{ level: status >= 500 ? "error" : "info", requestId, method, route, status, milliseconds },
      ...(context.get("keyName") ? { key: context.get("keyName") } : {}),
      ...(status >= 500 && error && error.name !== "Problem" ? { error: error.stack ?? String(error) } : {}),
    });
  };
}
