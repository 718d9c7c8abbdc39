/** Whether the server lives, whether it is ready, and its metrics. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createEngine } from "../../index.js";
import type { Env, Shared } from "../context.js";
import type { Metrics } from "../middleware/metrics.js";
import type { Solver } from "../solving/solver.js";
import { json } from "./answers.js";

const State = z.object({ status: z.literal("ok") });

const health = createRoute({
  method: "get",
  path: "/healthz",
  summary: "Is the process alive",
  responses: { 200: json(State, "it is") },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Can it decide",
  responses: { 200: json(State, "the engine is there") },
});

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Prometheus metrics",
  responses: { 200: { description: "text format 0.0.4", content: { "text/plain": { schema: z.string() } } } },
});

export function healthRoutes(app: OpenAPIHono<Env>, { metrics, solver }: Shared): void {
  app.openapi(health, (context) => context.json({ status: "ok" as const }, 200));
  app.openapi(ready, (context) => {
    createEngine();
    return context.json({ status: "ok" as const }, 200);
  });
  app.openapi(metricsRoute, (context) => {
    gauge(metrics, solver);
    return context.text(metrics.text(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
}

/** What holds now, as it is asked for. */
function gauge(metrics: Metrics, { state }: Solver): void {
  metrics.set("shadowprice_solves_running", "Solves under way.", {}, state.running);
  metrics.set("shadowprice_solves_waiting", "Solves in the queue.", {}, state.waiting);
  metrics.set("shadowprice_engine_bytes", "Memory of the engines of running solves.", {}, state.memory);
  const { process } = globalThis as { process?: { memoryUsage?: { rss?(): number } } };
  // Only a runtime with processes of its own knows it; workerd answers 0.
  const resident = process?.memoryUsage?.rss?.();
  if (resident) metrics.set("process_resident_memory_bytes", "Resident memory of this process.", {}, resident);
}
