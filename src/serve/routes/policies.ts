/** `/v1/policies/:name`: published policies, by version. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Shared } from "../context.js";
import { Named, Policy, PublishedPolicy } from "../schemas/policy.js";
import { publish, tag, withdraw } from "../versions.js";
import { body, json, PROBLEMS } from "./answers.js";

const path = "/v1/policies/{name}";
const VERSIONED = {
  404: { ...PROBLEMS[422], description: "There is no policy of this name." },
  412: { ...PROBLEMS[422], description: "Another version is there: read it, then write again." },
  428: { ...PROBLEMS[422], description: "It is there already: say with If-Match which version is replaced." },
};

const put = createRoute({
  method: "put",
  path,
  summary: "Publish a policy",
  request: { params: Named, ...body(Policy) },
  responses: {
    200: json(PublishedPolicy, "a new version in place of the one in If-Match; its number is the ETag"),
    201: json(PublishedPolicy, "the first version"),
    ...PROBLEMS,
    ...VERSIONED,
  },
});

const read = createRoute({
  method: "get",
  path,
  summary: "A policy as it was published",
  request: { params: Named },
  responses: { 200: json(PublishedPolicy, "the last version"), ...PROBLEMS, 404: VERSIONED[404] },
});

const remove = createRoute({
  method: "delete",
  path,
  summary: "Withdraw a policy",
  request: { params: Named },
  responses: { 204: { description: "withdrawn" }, ...PROBLEMS, ...VERSIONED },
});

export function policyRoutes(app: OpenAPIHono<Env>, { limits, needs, policies, store }: Shared): void {
  app.on(["PUT", "DELETE"], "/v1/policies/:name", needs("publish"));
  app.on("GET", "/v1/policies/:name", needs("decide"));

  app.openapi(put, async (context) => {
    const { name } = context.req.valid("param");
    const policy = context.req.valid("json");
    policies.check(policy, limits);
    const bytes = new TextEncoder().encode(JSON.stringify(policy));
    const { version, isNew } = await publish(context, store, "policy", name, bytes);
    context.header("etag", tag(version));
    return context.json({ name, version, policy }, isNew ? 201 : 200);
  });

  app.openapi(read, async (context) => {
    const { name } = context.req.valid("param");
    const { version, policy } = await policies.find(name);
    context.header("etag", tag(version));
    return context.json({ name, version, policy }, 200);
  });

  app.openapi(remove, async (context) => {
    await withdraw(context, store, "policy", context.req.valid("param").name);
    return context.body(null, 204);
  });
}
