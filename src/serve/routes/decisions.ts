/** `POST /v1/policies/:name/decisions`: one user or a few at a published policy, each with why. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { readJson } from "../body.js";
import type { Env, Shared } from "../context.js";
import { decideUsers } from "../deciding.js";
import { DecisionsAnswer, DecisionsBody, Named } from "../schemas/policy.js";
import { AWAY, body, guard, json, needing, PROBLEMS, problem } from "./answers.js";

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

export function decisionRoutes(app: OpenAPIHono<Env>, { limits, metrics, needs, policies }: Shared): void {
  // Published, and not checked, by its schema: decideUsers checks the same in a third of the time, and says more.
  app.openAPIRegistry.registerPath(decisions);
  guard(app, needs, decisions);
  app.post(decisions.getRoutingPath(), async (context) => {
    const asked = await readJson(context.req);
    const decided = await decideUsers(policies, context.req.param("name") as string, asked, limits.decisions);
    metrics.add("shadowprice_decisions_total", "Users decided by policies.", {}, decided.decisions.length);
    return context.json(decided);
  });
}
