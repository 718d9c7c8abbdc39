/** `POST /v1/allocations`, `/v1/frontiers`: a table and a request in, decisions and budgets out. */
import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { OfferColumns } from "../../pool/table.js";
import { largeBodies } from "../bodies/large.js";
import { columnsOf, pointerToCell } from "../bodies/table.js";
import type { Env, Shared } from "../context.js";
import { within } from "../middleware/limits.js";
import { askSolver } from "../problem.js";
import { Allocation, AllocationBody, Frontier, FrontierBody } from "../schemas/allocation.js";
import { EXAMPLE_OFFERS } from "../schemas/examples.js";
import { SEARCH, solve } from "../solving/solver.js";
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
  app.post(
    "/v1/allocations",
    largeBodies(shared, AllocationBody, (context, { request }, columns) => allocated(context, columns, request)),
  );
  app.post("/v1/frontiers", largeBodies(shared, FrontierBody, frontiersOf));
  app.openapi(allocations, async (context) => {
    const { offers, request } = context.req.valid("json");
    return allocated(context, columnsOf(offers, limits), request);
  });
  app.openapi(frontiers, async (context) => {
    const asked = context.req.valid("json");
    withinPoints(asked);
    return frontiersOf(context, asked, columnsOf(asked.offers, limits));
  });

  async function allocated(context: Context, columns: OfferColumns, request: Request): Promise<never> {
    // They move to where they are solved: afterwards there is nothing left of them but their names.
    const { users } = columns;
    const solving = solve(shared, context, "allocate", [columns, request, { timeLimit: SEARCH * limits.seconds }]);
    const { choices, ...result } = await askSolver(request, "/request", solving, (text) =>
      pointerToCell(text, columns),
    );
    metrics.add("shadowprice_users_decided_total", "Users decided by solves.", {}, users);
    if (Number.isFinite(result.gap)) metrics.set("shadowprice_gap", "Gap of the last solve.", {}, result.gap);
    return printed(context, { ...result, choices: result.status === "met" ? [...choices] : [] });
  }

  async function frontiersOf(context: Context, asked: Omit<Points, "offers">, columns: OfferColumns): Promise<never> {
    withinPoints(asked);
    const { request = {}, points, budgets } = asked;
    const solving = solve(shared, context, "frontier", [columns, request, { points, budgets }]);
    return printed(context, await askSolver(request, "/request", solving, (text) => pointerToCell(text, columns)));
  }

  function withinPoints({ points, budgets }: Pick<Points, "points" | "budgets">): void {
    within(limits, "points", points ?? 0, "/points");
    within(limits, "points", budgets?.length ?? 0, "/budgets");
  }
}

type Request = z.infer<typeof AllocationBody>["request"];
type Points = z.infer<typeof FrontierBody>;
