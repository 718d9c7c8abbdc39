/** `POST /v1/allocations`, `/v1/frontiers`: a table and a request in, decisions and budgets out. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
import { within } from "../limits.js";
import { askSolver } from "../problem.js";
import { Allocation, AllocationBody, Frontier, FrontierBody } from "../schemas/allocation.js";
import { EXAMPLE_OFFERS } from "../schemas/examples.js";
import { SEARCH, solve } from "../solver.js";
import { columnsOf, pointerToCell } from "../table.js";
import { body, guard, json, needing, printed, SOLVE_PROBLEMS } from "./answers.js";

const allocations = createRoute({
  method: "post",
  path: "/v1/allocations",
  summary: "Give each user the right offer under the limits",
  ...needing("solve"),
  request: body(AllocationBody, { offers: EXAMPLE_OFFERS, request: { budget: 5 } }),
  responses: { 200: json(Allocation, "met, impossible or not found: each is an answer"), ...SOLVE_PROBLEMS },
});

const frontiers = createRoute({
  method: "post",
  path: "/v1/frontiers",
  summary: "What every budget buys",
  ...needing("solve"),
  request: body(FrontierBody, { offers: EXAMPLE_OFFERS, budgets: [0, 3, 5] }),
  responses: { 200: json(Frontier, "value, spend and price of money by budget"), ...SOLVE_PROBLEMS },
});

export function allocationRoutes(app: OpenAPIHono<Env>, shared: Shared): void {
  const { limits, metrics, needs } = shared;
  guard(app, needs, allocations, frontiers);
  app.openapi(allocations, async (context) => {
    const { offers, request } = context.req.valid("json");
    const columns = columnsOf(offers, limits);
    const solving = solve(shared, context, "allocate", [columns, request, { timeLimit: SEARCH * limits.seconds }]);
    const { choices, ...result } = await askSolver(request, "/request", solving, (text) =>
      pointerToCell(text, columns),
    );
    metrics.add("shadowprice_users_decided_total", "Users decided by solves.", {}, columns.users);
    if (Number.isFinite(result.gap)) metrics.set("shadowprice_gap", "Gap of the last solve.", {}, result.gap);
    return printed(context, { ...result, choices: result.status === "met" ? [...choices] : [] });
  });

  app.openapi(frontiers, async (context) => {
    const { offers, request = {}, points, budgets } = context.req.valid("json");
    within(limits, "points", points ?? 0, "/points");
    within(limits, "points", budgets?.length ?? 0, "/budgets");
    const columns = columnsOf(offers, limits);
    const solving = solve(shared, context, "frontier", [columns, request, { points, budgets }]);
    return printed(context, await askSolver(request, "/request", solving, (text) => pointerToCell(text, columns)));
  });
}
