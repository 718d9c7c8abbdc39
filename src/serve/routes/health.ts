/** Whether the server lives, whether it is ready, and its metrics. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
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

export function healthRoutes(app: OpenAPIHono<Env>, { metrics, newEngine }: Shared): void {
  app.openapi(health, (context) => context.json({ status: "ok" as const }, 200));
  app.openapi(ready, (context) => {
    newEngine();
    return context.json({ status: "ok" as const }, 200);
  });
  app.openapi(metricsRoute, (context) =>
    context.text(metrics.text(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
}
