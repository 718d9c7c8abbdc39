/** `POST /v1/policies/:name/decisions`: one user or a few at a published policy, each with why. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
import { decideUsers } from "../deciding.js";
import { DecisionsAnswer, DecisionsBody, Named } from "../schemas/policy.js";
import { body, guard, json, needing, PROBLEMS, printed, problem } from "./answers.js";

const decisions = createRoute({
  method: "post",
  path: "/v1/policies/{name}/decisions",
  summary: "The offer of one user, or of a few",
  ...needing("decide"),
  request: { params: Named, ...body(DecisionsBody, { users: [{ id: "u1", values: [3, 10] }] }) },
  responses: {
    200: json(DecisionsAnswer, "offers in the order of the users, with the policy's version and price"),
    ...PROBLEMS,
    404: problem("There is no policy of this name."),
  },
});

export function decisionRoutes(app: OpenAPIHono<Env>, { limits, metrics, needs, policies }: Shared): void {
  guard(app, needs, decisions);
  app.openapi(decisions, async (context) => {
    const { name } = context.req.valid("param");
    const ready = await policies.find(name);
    const decided = decideUsers(ready, context.req.valid("json"), limits.decisions);
    metrics.add("shadowprice_decisions_total", "Users decided by policies.", {}, decided.length);
    return printed(context, { policy: name, version: ready.version, price: ready.policy.price, decisions: decided });
  });
}
