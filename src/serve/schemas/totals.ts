import { z } from "@hono/zod-openapi";
import { OffersBody } from "./allocation.js";

export const TotalsBody = z
  .strictObject({
    offers: OffersBody,
    prices: z
      .array(z.number().nonnegative())
      .min(1)
      .openapi({ description: "Prices of money.", example: [0.5, 1, 2] }),
    exactlyOne: z.boolean().optional(),
    unit: z.number().positive().optional(),
  })
  .openapi("TotalsBody");

export const TotalsRead = z
  .object({
    version: z.literal(1),
    options: z.int(),
    exactlyOne: z.boolean(),
    unit: z.number().optional(),
    users: z.int(),
    prices: z.array(z.number()),
    rows: z.array(
      z.object({
        price: z.number(),
        users: z.int(),
        unserved: z.int(),
        none: z.int(),
        counts: z.array(z.int()),
        cost: z.number(),
        value: z.number(),
        exact: z.object({ cost: z.string(), value: z.string() }).openapi({
          description: "The sums themselves, as whole numbers of 2^-149 (cost: of the unit, where there is one).",
        }),
      }),
    ),
  })
  .openapi("Totals");
