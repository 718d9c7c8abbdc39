/** `POST /v1/allocations`, `/v1/frontiers`: a table and a request in, decisions and budgets out. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
import { within } from "../limits.js";
import { askSolver } from "../problem.js";
import { Allocation, AllocationBody, Frontier, FrontierBody } from "../schemas/allocation.js";
import { EXAMPLE_OFFERS } from "../schemas/examples.js";
import { SEARCH, solve } from "../solver.js";
import { columnsOf, pointerToCell } from "../table.js";
import { body, guard, json, needing, printed, problem, SOLVE_PROBLEMS } from "./answers.js";
import { REQUEST_QUERY, RESULT_HEADER, TABLE_CONTENT, tableRoute } from "./tables.js";

const asJson = body(AllocationBody, { offers: EXAMPLE_OFFERS, request: { budget: 5 } });

const allocations = createRoute({
  method: "post",
  path: "/v1/allocations",
  summary: "Give each user the right offer under the limits",
  ...needing("solve"),
  description:
    "JSON, or a table: user_id, and value_NAME and cost_NAME of each offer, or a row an offer with user_id, offer, value, cost; the request " +
    "is in the query. It is read as it arrives, and above a limit refused before its end. A table is answered by " +
    "decisions (user_id, offer, value, cost), of the kind that is accepted, else of its own; what is impossible or not found, by JSON.",
  request: {
    query: REQUEST_QUERY,
    body: { required: true, content: { ...asJson.body.content, ...TABLE_CONTENT } },
  },
  responses: {
    200: {
      ...json(Allocation, "met, impossible or not found: each is an answer"),
      headers: RESULT_HEADER,
      content: { ...json(Allocation, "").content, ...TABLE_CONTENT },
    },
    ...SOLVE_PROBLEMS,
    406: problem("None of the kinds of table, nor JSON, is accepted."),
    408: problem("A table that did not arrive in time."),
  },
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
  tableRoute(app, shared);
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
