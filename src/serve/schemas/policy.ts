/** A published policy: what a decision needs beside the user. */
import { z } from "@hono/zod-openapi";

const name = z.string().min(1).max(256);

/** The name of what is published, in the path. */
export const Named = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,127}$/, "a name is letters, digits and, after the first, _ . -; at most 128 of them")
    .openapi({ param: { name: "name", in: "path" }, example: "spring" }),
});

/** Which version a write replaces; versions.ts reads them. */
export const Conditions = z.object({
  "if-match": z
    .string()
    .optional()
    .openapi({ description: 'The version that is replaced, such as "3", or * for any.', example: '"3"' }),
  "if-none-match": z.string().optional().openapi({ description: "* writes the first version alone." }),
});

const Option = z
  .strictObject({
    name,
    cost: z.number().optional().openapi({ description: "What it costs for every user; left out, each decision says." }),
    price: z.number().optional().openapi({ description: "Price of money for this option (left out: the policy's)." }),
    charge: z
      .number()
      .optional()
      .openapi({ description: "Taken from its value beside its cost: the price of its stock, say." }),
  })
  .openapi("PolicyOption");

export const EXAMPLE_POLICY = {
  options: [
    { name: "5off", cost: 1 },
    { name: "10off", cost: 3 },
  ],
  price: 1.5,
};

export const Policy = z
  .strictObject({
    options: z.array(Option).min(1),
    price: z.number().openapi({ description: "Price of money, of a solve." }),
    exactlyOne: z.boolean().optional(),
    note: z.string().max(1000).optional(),
  })
  .openapi("Policy");

export const PublishedPolicy = z.object({ name, version: z.int(), policy: Policy }).openapi("PublishedPolicy");

/** Numbers by option, in the order of the policy's options or by name. */
const byOption = z.union([z.array(z.number().nullable()), z.record(z.string(), z.number().nullable())]);

const User = z
  .strictObject({
    id: z.union([z.string(), z.int()]).optional(),
    values: byOption.openapi({ description: "Value of each option; null closes one." }),
    costs: byOption.optional().openapi({ description: "Cost of each option that has none in the policy." }),
  })
  .openapi("User");

export const DecisionsBody = z.strictObject({ users: z.array(User).min(1) }).openapi("DecisionsBody");

const Decision = z
  .object({
    id: z.union([z.string(), z.int()]).optional(),
    offer: z.string().nullable().openapi({ description: "null: none." }),
    score: z.number().openapi({ description: "value − price · cost − charge of the offer; 0 for none." }),
    options: z
      .array(
        z.object({ name, value: z.number().nullable(), cost: z.number().nullable(), score: z.number().nullable() }),
      )
      .openapi({ description: "Why: what each option would have been worth." }),
  })
  .openapi("Decision");

export const DecisionsAnswer = z
  .object({ policy: name, version: z.int(), price: z.number(), decisions: z.array(Decision) })
  .openapi("Decisions");
