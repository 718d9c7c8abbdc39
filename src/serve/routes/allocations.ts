/** `POST /v1/allocations`, `/v1/frontiers`: a table and a request in, decisions and budgets out. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { allocate, frontier } from "../../index.js";
import type { Env, Shared } from "../context.js";
import { within } from "../limits.js";
import { askCore } from "../problem.js";
import { Allocation, AllocationBody, EXAMPLE_OFFERS, Frontier, FrontierBody } from "../schemas/allocation.js";
import { tableOf } from "../table.js";
import { body, guard, json, needing, PROBLEMS, printed } from "./answers.js";

const allocations = createRoute({
  method: "post",
  path: "/v1/allocations",
  summary: "Give each user the right offer under the limits",
  ...needing("solve"),
  request: body(AllocationBody, { offers: EXAMPLE_OFFERS, request: { budget: 5 } }),
  responses: { 200: json(Allocation, "met, impossible or not found: each is an answer"), ...PROBLEMS },
});

const frontiers = createRoute({
  method: "post",
  path: "/v1/frontiers",
  summary: "What every budget buys",
  ...needing("solve"),
  request: body(FrontierBody, { offers: EXAMPLE_OFFERS, budgets: [0, 3, 5] }),
  responses: { 200: json(Frontier, "value, spend and price of money by budget"), ...PROBLEMS },
});

export function allocationRoutes(app: OpenAPIHono<Env>, { limits, metrics, needs, newEngine }: Shared): void {
  guard(app, needs, allocations, frontiers);
  app.openapi(allocations, (context) => {
    const asked = context.req.valid("json");
    const table = tableOf(newEngine(), asked.offers, limits);
    try {
      const options = { signal: context.req.raw.signal, timeLimit: limits.seconds };
      const { choices, ...result } = askCore(asked.request, "/request", () => allocate(table, asked.request, options));
      metrics.add("shadowprice_users_decided_total", "Users decided by solves.", {}, table.users);
      if (Number.isFinite(result.gap)) metrics.set("shadowprice_gap", "Gap of the last solve.", {}, result.gap);
      return printed(context, { ...result, choices: result.status === "met" ? [...choices] : [] });
    } finally {
      table.release();
    }
  });

  app.openapi(frontiers, (context) => {
    const { offers, request = {}, points, budgets } = context.req.valid("json");
    within(limits, "points", points ?? 0, "/points");
    within(limits, "points", budgets?.length ?? 0, "/budgets");
    const table = tableOf(newEngine(), offers, limits);
    try {
      const options = { points, budgets, signal: context.req.raw.signal };
      return printed(
        context,
        askCore(request, "/request", () => frontier(table, request, options)),
      );
    } finally {
      table.release();
    }
  });
}
