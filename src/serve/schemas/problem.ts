import { z } from "@hono/zod-openapi";

/** As problem.ts answers it. */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    pointer: z.string().optional().openapi({ description: "JSON pointer to the field of the request's body." }),
    limit: z.object({ name: z.string(), most: z.number() }).optional(),
    instance: z.string().optional().openapi({ description: "Id of the request, as in the server's log." }),
  })
  .openapi("Problem");
