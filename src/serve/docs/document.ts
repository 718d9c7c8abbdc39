/** `GET /openapi.json`: the routes as they describe themselves, and what none of them can say by itself. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { planSchema } from "../../index.js";
import type { Env } from "../context.js";
import { json } from "../routes/answers.js";

const CONFIG = {
  openapi: "3.1.0",
  info: {
    title: "shadowprice",
    version: "1",
    description: "Who gets which offer, and what each channel spends, with proofs.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/", description: "this server" }],
};

/** Groups of routes, by the first step of their path behind /v1. */
const TAGS: Record<string, [name: string, description: string]> = {
  allocations: ["Offers", "Which user gets which offer."],
  frontiers: ["Offers", ""],
  totals: ["Offers", ""],
  plans: ["Channels", "How much each channel spends, and when."],
  policies: ["Policies", "Published prices, at which single users are decided."],
  models: ["Models", "Models that score users."],
};
const SERVER: [string, string] = ["Server", "Whether it lives, and what it says of itself."];

/** The part of an OpenAPI document that is changed here. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes?: object };
  tags?: { name: string; description: string }[];
}

interface Operation {
  operationId?: string;
  tags?: string[];
  security?: object[];
  responses: Record<string, { headers?: Record<string, object>; content?: Record<string, { example?: unknown }> }>;
}

const route = createRoute({
  method: "get",
  path: "/openapi.json",
  summary: "This description",
  responses: { 200: json(z.looseObject({ openapi: z.literal("3.1.0") }), "OpenAPI 3.1") },
});

const page = createRoute({
  method: "get",
  path: "/docs",
  summary: "This description, to be read by people",
  responses: { 200: { description: "a page that loads nothing", content: { "text/html": { schema: z.string() } } } },
});

/** Adds the routes; the document is made when it is first asked for, of all routes that are there by then. */
export function documentRoute(app: OpenAPIHono<Env>, hasKeys: boolean): void {
  let document: Document | undefined;
  // The page, and the examples of answers, are read when they are first asked for: a server that only answers never reads them.
  const docs = () => import("./index.js");
  const described = async () => {
    if (document) return document;
    const made = completed(app.getOpenAPI31Document(CONFIG) as unknown as Document, hasKeys);
    exemplify(made, (await docs()).EXAMPLES);
    document = made;
    return made;
  };
  app.openapi(route, async (context) => context.json((await described()) as never, 200));
  app.openapi(page, async (context) => {
    const { docsPage } = await docs();
    const { html, policy } = await docsPage(await described(), new URL(context.req.url).origin);
    return context.html(html, 200, { "content-security-policy": policy, "x-content-type-options": "nosniff" });
  });
}

/** Beside the schema of an answer one that was given: to the example of the request. */
function exemplify({ paths }: Document, examples: Readonly<Record<string, unknown>>): void {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      const example = examples[`${method.toUpperCase()} ${path}`];
      const content = (responses[200] ?? responses[201])?.content?.["application/json"];
      if (content && example !== undefined) content.example = example;
    }
  }
}

function completed(document: Document, hasKeys: boolean): Document {
  const { paths, components } = document;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) complete(operation, method, path, hasKeys);
  }
  const used = new Set(Object.values(paths).flatMap((methods) => Object.values(methods).flatMap(({ tags }) => tags)));
  document.tags = [...Object.values(TAGS), SERVER]
    .filter(([name, description]) => description !== "" && used.has(name))
    .map(([name, description]) => ({ name, description }));
  Object.assign(components.schemas, planComponents(components.schemas.Plan));
  if (hasKeys) {
    components.securitySchemes = {
      apiKey: {
        type: "http",
        scheme: "bearer",
        description: "A key of this server, which has the scope that is named.",
      },
    };
  }
  return document;
}

function complete(operation: Operation, method: string, path: string, hasKeys: boolean): void {
  const steps = path.split("/").filter((step) => step !== "" && step !== "v1" && !step.startsWith("{"));
  operation.operationId = method + steps.map((step) => (step[0] as string).toUpperCase() + step.slice(1)).join("");
  operation.operationId = operation.operationId.replace(/\W/g, "");
  operation.tags = [((path.startsWith("/v1/") && TAGS[steps[0] as string]) || SERVER)[0]];
  if (!hasKeys) {
    for (const part of ["401", "403"]) delete operation.responses[part];
    delete operation.security;
  }
  for (const response of Object.values(operation.responses)) {
    const id = { description: "Id of the request, as in the log.", required: true, schema: { type: "string" } };
    response.headers = { ...response.headers, "X-Request-Id": id };
  }
}

/** The published schema of a plan and its definitions, as components: `#/$defs/curve` is `#/components/schemas/PlanCurve`. */
function planComponents(plan: object | undefined): Record<string, object> {
  const nameOf = (name: string) => `Plan${(name[0] as string).toUpperCase()}${name.slice(1)}`;
  const moved = JSON.parse(
    JSON.stringify(planSchema, (key, value) =>
      key === "$ref" ? `#/components/schemas/${nameOf(value.slice("#/$defs/".length))}` : value,
    ),
  );
  const { $schema, $id, $defs, ...rest } = moved as { $schema: string; $id: string; $defs: Record<string, object> };
  const parts = Object.entries($defs).map(([name, schema]) => [nameOf(name), schema]);
  return { Plan: { ...rest, ...plan }, ...Object.fromEntries(parts) };
}
