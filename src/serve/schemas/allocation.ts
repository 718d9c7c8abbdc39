/** Allocation in JSON: what the core's own types say, as schemas that OpenAPI publishes. The core checks the rest. */
import { z } from "@hono/zod-openapi";
import { EXAMPLE_OFFERS } from "./examples.js";

const name = z.string().min(1).max(256);

export const GroupLimit = z
  .strictObject({
    name,
    offers: z.array(name).openapi({ description: "Names of options." }),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
  })
  .openapi("GroupLimit", {
    description: "Money spent on some options, such as those of one channel. Groups may nest and overlap.",
  });

export const AllocationRequest = z
  .strictObject({
    budget: z.number().optional().openapi({ description: "Most money to spend." }),
    exactlyOne: z
      .boolean()
      .optional()
      .openapi({ description: "Every user gets exactly one option; else at most one." }),
    unit: z.number().positive().optional().openapi({ description: "Money is counted in whole units of this size." }),
    stock: z.record(name, z.int().nonnegative()).optional().openapi({ description: "Most users by option." }),
    groups: z.array(GroupLimit).optional(),
    minReturn: z.number().nonnegative().optional().openapi({ description: "Least value for each 1 spent." }),
    minSpend: z.number().optional().openapi({ description: "Least money to spend." }),
    resources: z.array(z.strictObject({ name, atMost: z.number() })).optional(),
    exact: z
      .boolean()
      .optional()
      .openapi({ description: "The proven integer optimum: one budget, up to 100,000 users." }),
  })
  .openapi("AllocationRequest");

/** Numbers by user, option by option; null in both is an option that is closed to this user. */
const columns = z.array(z.array(z.number().nullable()));

export const OffersBody = z
  .strictObject({
    options: z.array(name).min(1).openapi({ description: "Names of the options.", example: EXAMPLE_OFFERS.options }),
    ids: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .openapi({ description: "Ids of the users: they decide ties. Left out: the place in the list does." }),
    values: columns.openapi({
      description: "Value of each option for each user: one list an option, one number a user.",
      example: EXAMPLE_OFFERS.values,
    }),
    costs: columns.openapi({
      description: "Cost of each option for each user, in the same form. null beside a null value closes the option.",
      example: EXAMPLE_OFFERS.costs,
    }),
    resources: z
      .record(name, columns)
      .optional()
      .openapi({ description: "What options use beside money: for each resource, columns as those of the costs." }),
  })
  .openapi("Offers", { description: "A table of users × options, column by column." });

export const AllocationBody = z
  .strictObject({ offers: OffersBody, request: AllocationRequest.openapi({ example: { budget: 5 } }) })
  .openapi("AllocationBody");

export const LimitReport = z
  .object({
    name: z.string(),
    kind: z.enum(["at most", "at least"]),
    used: z.number().nullable().openapi({ description: "null: infinite (a return where nothing is spent)." }),
    limit: z.number(),
    price: z.number(),
  })
  .openapi("LimitReport");

export const Allocation = z
  .object({
    status: z.enum(["met", "impossible", "not found"]),
    value: z.number().nullable(),
    cost: z.number().nullable(),
    bound: z.number().nullable(),
    gap: z.number().nullable(),
    price: z.number().nullable(),
    limits: z.array(LimitReport),
    counts: z.array(z.int()),
    none: z.int(),
    choices: z.array(z.int()).openapi({ description: "By user: 0 for none, j + 1 for option j. Empty unless met." }),
    passes: z.int(),
    seconds: z.number(),
    unit: z.number(),
    valueUnit: z.number().optional(),
    stopped: z.enum(["time", "memory", "passes", "work"]).optional(),
    violation: z.object({ name: z.string(), used: z.number().nullable(), limit: z.number() }).optional(),
    clash: z.object({ limits: z.array(z.string()), nearest: AllocationRequest, reason: z.string() }).optional(),
    schema: z.literal(1),
  })
  .openapi("Allocation", {
    description: "The answer with its proof: no choice within the limits is worth more than `bound`.",
  });

export const FrontierBody = z
  .strictObject({
    offers: OffersBody,
    request: AllocationRequest.optional(),
    points: z.int().min(2).optional().openapi({ description: "How many budgets, evenly spaced (41)." }),
    budgets: z.array(z.number()).min(1).optional().openapi({ description: "Or these budgets." }),
  })
  .openapi("FrontierBody");

export const Frontier = z
  .object({
    status: z.enum(["met", "impossible"]),
    points: z.array(
      z
        .object({
          budget: z.number(),
          value: z.number().nullable(),
          bound: z.number().nullable(),
          spend: z.number().nullable(),
          price: z.number().nullable(),
        })
        .openapi({ description: "null: nothing keeps the limits at this budget." }),
    ),
    least: z.number().nullable(),
    most: z.number().nullable(),
    passes: z.int(),
    seconds: z.number(),
    schema: z.literal(1),
  })
  .openapi("Frontier");
