/** What all routes say of their answers, and who may ask them. */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Scope } from "../middleware/keys.js";
import { ProblemSchema } from "../schemas/problem.js";

export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** @param example of the whole body, where that of the schema says too little: a test sends it. */
export function body<Schema extends z.ZodType>(schema: Schema, example?: z.input<Schema>) {
  return {
    body: {
      required: true,
      content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
    },
  };
}

/** Headers of answers, as the document says them. */
export const ETAG = z.object({ ETag: z.string().openapi({ description: "The version, quoted.", example: '"1"' }) });
const PATIENCE = z.object({ "Retry-After": z.string().openapi({ description: "Seconds to wait." }) });
const CHALLENGE = z.object({ "WWW-Authenticate": z.string().openapi({ description: "What to send (RFC 6750)." }) });

export const problem = <Headers extends z.ZodObject>(description: string, headers?: Headers) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { "application/problem+json": { schema: ProblemSchema } },
});

/** Problems that a route with a key may answer. */
export const KEYED = {
  401: problem("No key, or an unknown one.", CHALLENGE),
  403: problem("The key lacks the scope."),
  500: problem("Something unexpected; the log of the server has it under `instance`."),
};

/** Problems that a route with a body and a key may answer. */
export const PROBLEMS = {
  ...KEYED,
  400: problem("The body does not have the form of the schema; `pointer` names the field."),
  413: problem("Above a limit of this server, which `limit` names."),
  415: problem("The body is no JSON, or is compressed."),
  422: problem("The form is right and a value is wrong; `pointer` names the field."),
};

/** Problems that a route with a solve behind it may answer. */
export const SOLVE_PROBLEMS = {
  ...PROBLEMS,
  503: problem("As many solves wait as may: ask again later.", PATIENCE),
};

/** Of a route that asks the store. */
export const AWAY = problem("What is published cannot be reached now: ask again later.", PATIENCE);

/** Of a route that publishes. */
export const UNDER_WAY = problem("The first request with this Idempotency-Key is still under way.", PATIENCE);

/** In a route: the scope that a key of it needs; `guard` holds it. */
export function needing(scope: Scope) {
  return { security: [{ apiKey: [scope] }] };
}

interface Guarded {
  on(method: string, path: string, handler: MiddlewareHandler): unknown;
}

/** Lets only keys pass that have the scope of the route: what the document says is what is asked. */
export function guard(app: Guarded, needs: (scope: Scope) => MiddlewareHandler, ...routes: readonly Route[]): void {
  for (const route of routes) {
    const [scope] = route.security?.[0]?.apiKey ?? [];
    if (scope) app.on(route.method.toUpperCase(), route.getRoutingPath(), needs(scope as Scope));
  }
}

type Route = RouteConfig & { getRoutingPath(): string };

/** An answer of the core as JSON: infinite numbers, which JSON does not have, become null. Its form is held by tests, not by types. */
export function printed(context: Context, value: object): never {
  return context.body(JSON.stringify(value), 200, { "content-type": "application/json" }) as never;
}
