/** `POST /v1/policies/:name/decisions`, described: one user or a few at a published policy, each with why. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "../context.js";
import { DecisionsAnswer, DecisionsBody, Named } from "../schemas/policy.js";
import { AWAY, body, json, needing, PROBLEMS, problem } from "./answers.js";

const decisions = createRoute({
  method: "post",
  path: "/v1/policies/{name}/decisions",
  summary: "The offer of one user, or of a few",
  ...needing("decide"),
  request: { params: Named, ...body(DecisionsBody, { users: [{ id: "u1", values: [3, 10] }] }) },
  responses: {
    200: json(
      DecisionsAnswer,
      "offers in the order of the users, with the versions of policy and model, and the price",
    ),
    ...PROBLEMS,
    404: problem("There is no policy of this name."),
    409: problem("The policy's model was withdrawn, or its last version has other outputs."),
    503: AWAY,
  },
});

/** Published, and not checked, by its schema: app.ts answers by decideUsers, which checks the same in a third of the time, and says more. */
export function describeDecisions(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerPath(decisions);
}
