/** What all routes say of their answers. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ProblemSchema } from "../schemas/problem.js";

export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export function body<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ProblemSchema } },
});

/** Problems that a route with a body and a key may answer. */
export const PROBLEMS = {
  400: problem("The body does not have the form of the schema; `pointer` names the field."),
  401: problem("No key, or an unknown one."),
  403: problem("The key lacks the scope."),
  413: problem("Above a limit of this server, which `limit` names."),
  415: problem("The body is no JSON."),
  422: problem("The form is right and a value is wrong; `pointer` names the field."),
  500: problem("Something unexpected; the log of the server has it under `instance`."),
};

/** An answer of the core as JSON: infinite numbers, which JSON does not have, become null. Its form is held by tests, not by types. */
export function printed(context: Context, value: object): never {
  return context.body(JSON.stringify(value), 200, { "content-type": "application/json" }) as never;
}
