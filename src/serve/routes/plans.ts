/** `POST /v1/plans` and the questions around one: budgets, scenarios, sentences. */
import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { explain, type PlanOptions, type PlanProblem } from "../../index.js";
import type { Env, Shared } from "../context.js";
import { sizedPlan, within } from "../middleware/limits.js";
import { askSolver } from "../problem.js";
import { EXAMPLE_PLAN } from "../schemas/examples.js";
import {
  ExplainAnswer,
  PlanAnswer,
  PlanBody,
  PlanFrontierAnswer,
  PlanFrontierBody,
  ScenariosAnswer,
  ScenariosBody,
} from "../schemas/plan.js";
import { SEARCH, solve } from "../solving/solver.js";
import { body, guard, json, needing, printed, SOLVE_PROBLEMS } from "./answers.js";

const plans = createRoute({
  method: "post",
  path: "/v1/plans",
  summary: "How much each channel spends, and when",
  ...needing("solve"),
  request: body(PlanBody, { plan: EXAMPLE_PLAN }),
  responses: { 200: json(PlanAnswer, "met, impossible or not found: each is an answer"), ...SOLVE_PROBLEMS },
});

const frontier = createRoute({
  method: "post",
  path: "/v1/plans/frontier",
  summary: "The best plan at many budgets",
  ...needing("solve"),
  request: body(PlanFrontierBody, { plan: EXAMPLE_PLAN, budgets: [30, 60, 120] }),
  responses: { 200: json(PlanFrontierAnswer, "a plan by budget, each with its bound"), ...SOLVE_PROBLEMS },
});

const scenarios = createRoute({
  method: "post",
  path: "/v1/plans/scenarios",
  summary: "The plan with channels pinned, banned or scaled, and with other limits",
  ...needing("solve"),
  request: body(ScenariosBody, { plan: EXAMPLE_PLAN, scenarios: { "without tv": [{ ban: "tv" }] } }),
  responses: { 200: json(ScenariosAnswer, "each scenario beside the plan as it is"), ...SOLVE_PROBLEMS },
});

const explanation = createRoute({
  method: "post",
  path: "/v1/plans/explain",
  summary: "What a plan does and why, in sentences",
  ...needing("solve"),
  request: body(PlanBody, { plan: EXAMPLE_PLAN }),
  responses: { 200: json(ExplainAnswer, "sentences, the most important first"), ...SOLVE_PROBLEMS },
});

/** What the core is asked: the plan, and how to solve it. */
interface Asked {
  problem: PlanProblem;
  options: PlanOptions;
}

export function planRoutes(app: OpenAPIHono<Env>, shared: Shared): void {
  const { limits, needs } = shared;
  const ask = ({ plan, ...rest }: z.infer<typeof PlanBody>): Asked => {
    const problem = plan as unknown as PlanProblem;
    sizedPlan(problem, limits);
    return { problem, options: { ...rest, seconds: SEARCH * limits.seconds } };
  };
  guard(app, needs, plans, frontier, scenarios, explanation);

  app.openapi(plans, async (context) => {
    const { problem, options } = ask(context.req.valid("json"));
    const solving = solve(shared, context, "planBudget", [problem, options]);
    return printed(context, await askSolver(problem, "/plan", solving));
  });

  app.openapi(frontier, async (context) => {
    const { points, budgets, ...rest } = context.req.valid("json");
    within(limits, "points", points ?? budgets?.length ?? 0, points === undefined ? "/budgets" : "/points");
    const { problem, options } = ask(rest);
    const solving = solve(shared, context, "planFrontier", [problem, { ...options, points, budgets }]);
    return printed(context, await askSolver(problem, "/plan", solving));
  });

  app.openapi(scenarios, async (context) => {
    const { scenarios: changes, ...rest } = context.req.valid("json");
    within(limits, "points", Object.keys(changes).length, "/scenarios");
    const { problem, options } = ask(rest);
    const solving = solve(shared, context, "planScenarios", [problem, changes as never, options]);
    return printed(context, await askSolver(problem, "/plan", solving));
  });

  app.openapi(explanation, async (context) => {
    const { problem, options } = ask(context.req.valid("json"));
    const result = await askSolver(problem, "/plan", solve(shared, context, "planBudget", [problem, options]));
    return printed(context, { sentences: explain(result, problem), result });
  });
}
