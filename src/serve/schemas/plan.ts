/**
 * Plans in JSON. The form of a plan is the published plan.schema.json, which the core checks itself: here it is an object, so that there
 * is one schema and not two.
 */
import { z } from "@hono/zod-openapi";
import { EXAMPLE_PLAN } from "./examples.js";

/** document.ts puts the published schema in its place. */
const Plan = z.looseObject({}).openapi("Plan", { example: EXAMPLE_PLAN });

const options = {
  method: z.enum(["separable", "flighting"]).optional().openapi({ description: "Left out: what the plan needs." }),
  tolerance: z.number().positive().optional().openapi({ description: "Gap at which the search ends (1e-6)." }),
  seed: z.int().nonnegative().optional(),
};

export const PlanBody = z.strictObject({ plan: Plan, ...options }).openapi("PlanBody");

export const PlanAnswer = z
  .looseObject({
    status: z.enum(["met", "impossible", "not found"]),
    spend: z.array(z.array(z.number())),
    response: z.number().nullable(),
    bound: z.number().nullable(),
    gap: z.number().nullable(),
    price: z.number().nullable(),
    channels: z.array(z.looseObject({})),
    seconds: z.number(),
  })
  .openapi("PlanAnswer", { description: "Spend by channel and period, its proof, and every report of `planBudget`." });

export const PlanFrontierBody = z
  .strictObject({
    plan: Plan,
    ...options,
    points: z.int().min(2).optional().openapi({ description: "How many budgets, from half to twice (41)." }),
    budgets: z.array(z.number().positive()).min(1).optional().openapi({ description: "Or these budgets." }),
  })
  .openapi("PlanFrontierBody");

export const PlanFrontierAnswer = z
  .looseObject({
    status: z.enum(["met", "impossible"]),
    points: z.array(
      z.looseObject({
        budget: z.number(),
        response: z.number(),
        bound: z.number(),
        spend: z.array(z.array(z.number())),
      }),
    ),
    seconds: z.number(),
  })
  .openapi("PlanFrontier");

/** A change to a plan, as `planScenarios` takes them. */
const Change = z
  .union([
    z.strictObject({ pin: z.string(), amount: z.number().nonnegative(), period: z.int().positive().optional() }),
    z.strictObject({ ban: z.string() }),
    z.strictObject({ scale: z.string(), factor: z.number().nonnegative() }),
    z.strictObject({ channel: z.string(), set: z.looseObject({}) }),
    z.strictObject({ set: z.looseObject({}) }),
  ])
  .openapi("ScenarioChange");

export const ScenariosBody = z
  .strictObject({
    plan: Plan,
    ...options,
    scenarios: z
      .record(z.string(), z.array(Change).min(1))
      .openapi({ description: "Changes by name.", example: { "without tv": [{ ban: "tv" }] } }),
  })
  .openapi("ScenariosBody");

export const ScenariosAnswer = z
  .object({
    base: PlanAnswer,
    scenarios: z.array(
      z.object({
        name: z.string(),
        problem: Plan,
        result: PlanAnswer,
        responseChange: z.number().optional(),
        spentChange: z.number().optional(),
      }),
    ),
  })
  .openapi("Scenarios", { description: "The plan as it is, and with each of the changes." });

export const ExplainAnswer = z
  .object({ sentences: z.array(z.string()), result: PlanAnswer })
  .openapi("Explanation", { description: "Sentences that are true of the result by construction." });
