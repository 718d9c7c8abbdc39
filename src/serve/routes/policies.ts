/** `/v1/policies/:name`: published policies, by version. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
import { once } from "../middleware/idempotency.js";
import { Problem } from "../problem.js";
import type { PolicyBody } from "../published/policy.js";
import { publish, tag, withdraw } from "../published/versions.js";
import { Conditions, EXAMPLE_POLICY, Named, Policy, PublishedPolicy } from "../schemas/policy.js";
import { AWAY, body, ETAG, guard, json, KEYED, needing, PROBLEMS, problem, UNDER_WAY } from "./answers.js";

const path = "/v1/policies/{name}";
const VERSIONED = {
  412: problem("Another version is there: read it, then write again."),
  428: problem("It is there already: say with If-Match which version is meant."),
  503: AWAY,
};
const NAMED = { 400: problem("The name or a header is not right."), 404: problem("There is no policy of this name.") };

const put = createRoute({
  method: "put",
  path,
  summary: "Publish a policy",
  ...needing("publish"),
  request: { params: Named, headers: Conditions, ...body(Policy, EXAMPLE_POLICY) },
  responses: {
    200: { ...json(PublishedPolicy, "a new version in place of the one in If-Match"), headers: ETAG },
    201: { ...json(PublishedPolicy, "the first version"), headers: ETAG },
    ...PROBLEMS,
    ...VERSIONED,
    409: UNDER_WAY,
  },
});

const read = createRoute({
  method: "get",
  path,
  summary: "A policy as it was published",
  ...needing("decide"),
  request: { params: Named },
  responses: { 200: { ...json(PublishedPolicy, "the last version"), headers: ETAG }, ...KEYED, ...NAMED, 503: AWAY },
});

const remove = createRoute({
  method: "delete",
  path,
  summary: "Withdraw a policy",
  ...needing("publish"),
  request: { params: Named, headers: Conditions.pick({ "if-match": true }) },
  responses: { 204: { description: "withdrawn" }, ...KEYED, ...NAMED, ...VERSIONED },
});

export function policyRoutes(app: OpenAPIHono<Env>, { limits, needs, policies, latest, store }: Shared): void {
  guard(app, needs, put, read, remove);
  app.on("PUT", put.getRoutingPath(), once(store));

  app.openapi(put, async (context) => {
    const { name } = context.req.valid("param");
    const policy = context.req.valid("json");
    await policies.check(policy, limits);
    const bytes = new TextEncoder().encode(JSON.stringify(policy));
    const { version, isNew } = await publish(context, store, "policy", name, bytes);
    latest.forget("policy", name);
    context.header("etag", tag(version));
    return context.json({ name, version, policy }, isNew ? 201 : 200);
  });

  app.openapi(read, async (context) => {
    const { name } = context.req.valid("param");
    const stored = await store.read("policy", name);
    if (!stored) throw new Problem("not-found", `there is no policy "${name}"`);
    const { version } = stored;
    const policy = JSON.parse(new TextDecoder().decode(stored.bytes)) as PolicyBody;
    context.header("etag", tag(version));
    return context.json({ name, version, policy }, 200);
  });

  app.openapi(remove, async (context) => {
    const { name } = context.req.valid("param");
    await withdraw(context, store, "policy", name);
    latest.forget("policy", name);
    return context.body(null, 204);
  });
}
