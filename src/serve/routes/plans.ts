/** `POST /v1/plans` and the questions around one: budgets, scenarios, sentences. */
import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { explain, type PlanOptions, type PlanProblem, planBudget, planFrontier, planScenarios } from "../../index.js";
import type { Env, Shared } from "../context.js";
import { type Limits, within } from "../limits.js";
import { askCore } from "../problem.js";
import {
  EXAMPLE_PLAN,
  ExplainAnswer,
  PlanAnswer,
  PlanBody,
  PlanFrontierAnswer,
  PlanFrontierBody,
  ScenariosAnswer,
  ScenariosBody,
} from "../schemas/plan.js";
import { body, guard, json, needing, PROBLEMS, printed } from "./answers.js";

const plans = createRoute({
  method: "post",
  path: "/v1/plans",
  summary: "How much each channel spends, and when",
  ...needing("solve"),
  request: body(PlanBody, { plan: EXAMPLE_PLAN }),
  responses: { 200: json(PlanAnswer, "met, impossible or not found: each is an answer"), ...PROBLEMS },
});

const frontier = createRoute({
  method: "post",
  path: "/v1/plans/frontier",
  summary: "The best plan at many budgets",
  ...needing("solve"),
  request: body(PlanFrontierBody, { plan: EXAMPLE_PLAN, budgets: [30, 60, 120] }),
  responses: { 200: json(PlanFrontierAnswer, "a plan by budget, each with its bound"), ...PROBLEMS },
});

const scenarios = createRoute({
  method: "post",
  path: "/v1/plans/scenarios",
  summary: "The plan with channels pinned, banned or scaled, and with other limits",
  ...needing("solve"),
  request: body(ScenariosBody, { plan: EXAMPLE_PLAN, scenarios: { "without tv": [{ ban: "tv" }] } }),
  responses: { 200: json(ScenariosAnswer, "each scenario beside the plan as it is"), ...PROBLEMS },
});

const explanation = createRoute({
  method: "post",
  path: "/v1/plans/explain",
  summary: "What a plan does and why, in sentences",
  ...needing("solve"),
  request: body(PlanBody, { plan: EXAMPLE_PLAN }),
  responses: { 200: json(ExplainAnswer, "sentences, the most important first"), ...PROBLEMS },
});

/** What the core is asked: the plan, and how to solve it. */
interface Asked {
  problem: PlanProblem;
  options: PlanOptions;
}

export function planRoutes(app: OpenAPIHono<Env>, { limits, needs }: Shared): void {
  const ask = ({ plan, ...rest }: z.infer<typeof PlanBody>, signal: AbortSignal): Asked => {
    const problem = plan as unknown as PlanProblem;
    sized(problem, limits);
    return { problem, options: { ...rest, signal, seconds: limits.seconds } };
  };
  const answer = <T>({ problem }: Asked, question: () => T): T => askCore(problem, "/plan", question);
  guard(app, needs, plans, frontier, scenarios, explanation);

  app.openapi(plans, (context) => {
    const asked = ask(context.req.valid("json"), context.req.raw.signal);
    return printed(
      context,
      answer(asked, () => planBudget(asked.problem, asked.options)),
    );
  });

  app.openapi(frontier, (context) => {
    const { points, budgets, ...rest } = context.req.valid("json");
    within(limits, "points", points ?? budgets?.length ?? 0, points === undefined ? "/budgets" : "/points");
    const asked = ask(rest, context.req.raw.signal);
    return printed(
      context,
      answer(asked, () => planFrontier(asked.problem, { ...asked.options, points, budgets })),
    );
  });

  app.openapi(scenarios, (context) => {
    const { scenarios: changes, ...rest } = context.req.valid("json");
    within(limits, "points", Object.keys(changes).length, "/scenarios");
    const asked = ask(rest, context.req.raw.signal);
    return printed(
      context,
      answer(asked, () => planScenarios(asked.problem, changes as never, asked.options)),
    );
  });

  app.openapi(explanation, (context) => {
    const asked = ask(context.req.valid("json"), context.req.raw.signal);
    const found = answer(asked, () => {
      const result = planBudget(asked.problem, asked.options);
      return { sentences: explain(result, asked.problem), result };
    });
    return printed(context, found);
  });
}

/** Before the core checks the plan: how much of it there is. */
function sized(plan: PlanProblem, limits: Limits): void {
  const { channels, periods } = plan as { channels?: unknown; periods?: unknown };
  if (!Array.isArray(channels)) return;
  const lines = channels.reduce(
    (sum: number, one) => sum + (Array.isArray(one?.campaigns) ? one.campaigns.length : 1),
    0,
  );
  within(limits, "spends", lines * (typeof periods === "number" ? periods : 1), "/plan/channels");
}
