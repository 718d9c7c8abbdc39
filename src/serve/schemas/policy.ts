/** A published policy: what a decision needs beside the user. */
import { z } from "@hono/zod-openapi";
import type { PolicyBody } from "../published/policy.js";

const name = z.string().min(1).max(256);

const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** The name of what is published, in the path. */
export const Named = z.object({
  name: z
    .string()
    .regex(NAME, "a name is letters, digits and, after the first, _ . -; at most 128 of them")
    .openapi({ param: { name: "name", in: "path" }, example: "spring" }),
});

/** Which version a write replaces, and which request it is; versions.ts and idempotency.ts read them. */
export const Conditions = z.object({
  "if-match": z
    .string()
    .optional()
    .openapi({ description: 'The version that is replaced, such as "3", or * for any.', example: '"3"' }),
  "if-none-match": z.string().optional().openapi({ description: "* writes the first version alone." }),
  "idempotency-key": z.string().optional().openapi({
    description:
      "A name for this request, such as a UUID: sent again with it, it publishes nothing twice and is answered as the first time, for a day.",
    example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  }),
});

const Amount = z
  .strictObject({
    output: name,
    minus: name.optional().openapi({ description: "An output that is taken off, such as the control's." }),
    times: z
      .union([z.number(), name])
      .optional()
      .openapi({ description: "A number, or the name of a feature of the user, such as a margin (1)." }),
    plus: z.number().optional(),
  })
  .openapi("PolicyAmount", {
    description: "times · (output − minus) + plus, of the policy's model.",
    example: { output: "10off", minus: "none", times: 40 },
  });

const Option = z
  .strictObject({
    name,
    value: z
      .union([z.number(), Amount])
      .optional()
      .openapi({ description: "With a model: what the option is worth to a user. Without one each decision says." }),
    cost: z.union([z.number(), Amount]).optional().openapi({
      description: "What it costs: for every user, or with a model by user; left out, each decision says.",
    }),
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
    model: z
      .strictObject({ name: z.string().regex(NAME), version: z.int().positive().optional() })
      .optional()
      .openapi({ description: "A published model that scores features: this version, or left out the last one." }),
    note: z.string().max(1000).optional(),
  })
  .openapi("Policy") satisfies z.ZodType<PolicyBody>;

export const PublishedPolicy = z.object({ name, version: z.int(), policy: Policy }).openapi("PublishedPolicy");

/** Numbers by option, in the order of the policy's options or by name. */
const byOption = z.union([z.array(z.number().nullable()), z.record(z.string(), z.number().nullable())]);

const User = z
  .strictObject({
    id: z.union([z.string(), z.int()]).optional(),
    values: byOption.optional().openapi({ description: "Without a model: value of each option; null closes one." }),
    features: z
      .union([z.array(z.number().nullable()), z.record(z.string(), z.number().nullable())])
      .optional()
      .openapi({ description: "With a model: its features by name, or in its order; null is missing." }),
    closed: z.array(name).optional().openapi({ description: "With a model: options that are not for this user." }),
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
  .object({
    policy: name,
    version: z.int(),
    price: z.number(),
    model: z.object({ name, version: z.int() }).optional(),
    decisions: z.array(Decision),
  })
  .openapi("Decisions");
