/** Published models: what scores features. */
import { z } from "@hono/zod-openapi";

const name = z.string();

export const PublishedModel = z
  .object({
    name,
    version: z.int(),
    features: z.array(name).openapi({ description: "Columns that it asks for." }),
    outputs: z.array(name),
    trees: z.int(),
    leaves: z.int(),
    link: z.enum(["identity", "sigmoid", "softmax", "exp"]),
    compares: z.enum(["f32", "f64"]).openapi({ description: "Precision in which features are compared." }),
    bytes: z.int().openapi({ description: "Bytes of the model as it is kept." }),
  })
  .openapi("PublishedModel");

/** How a file is imported. */
export const Importing = z.object({
  raw: z.enum(["true", "false"]).optional().openapi({ description: "true: sums before the link." }),
  outputs: z.string().optional().openapi({ description: "Names of the outputs, with commas between them." }),
  features: z.string().optional().openapi({ description: "Names of the features, with commas between them." }),
});

export const Version = z.object({
  version: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "a version is a whole number from 1 on")
    .optional()
    .openapi({ description: "Left out: the last one." }),
});

const cell = z.number().nullable();

export const ScoresBody = z
  .strictObject({
    rows: z
      .array(z.record(z.string(), cell))
      .optional()
      .openapi({
        description: "Features by name, a row a user; null is missing.",
        example: [{ recency: 3, history: 329 }],
      }),
    columns: z.record(z.string(), z.array(cell)).optional().openapi({ description: "Or a column a feature." }),
    version: z.int().positive().optional().openapi({ description: "Version of the model; left out, the last one." }),
  })
  .openapi("ScoresBody");

export const ScoresAnswer = z
  .object({
    model: name,
    version: z.int(),
    rows: z.int(),
    outputs: z.record(z.string(), z.array(z.number().nullable())),
  })
  .openapi("Scores", { description: "By output one number a row; null where it is infinite." });
