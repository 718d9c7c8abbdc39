/** `POST /v1/totals`, `/v1/totals/merge`: what a part of the users takes at given prices, as bytes that merge exactly. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { mergeTotals, readTotals } from "../../index.js";
import type { OfferColumns } from "../../pool/table.js";
import { largeBodies } from "../bodies/large.js";
import { columnsOf, pointerToCell } from "../bodies/table.js";
import type { Env, Shared } from "../context.js";
import { within } from "../middleware/limits.js";
import { askCore, askSolver, Problem, pointerTo } from "../problem.js";
import { EXAMPLE_OFFERS } from "../schemas/examples.js";
import { TotalsBody, TotalsRead } from "../schemas/totals.js";
import { solve } from "../solving/solver.js";
import { body, guard, needing, PROBLEMS, SOLVE_PROBLEMS } from "./answers.js";

/** The bytes of totals. */
const BYTES = "application/vnd.shadowprice.totals";
const bytes = { [BYTES]: { schema: z.any().openapi({ type: "string", format: "binary" }) } };

const found = {
  description: "bytes for /v1/totals/merge; what they say, with Accept: application/json",
  content: { ...bytes, "application/json": { schema: TotalsRead } },
};

const ask = createRoute({
  method: "post",
  path: "/v1/totals",
  summary: "Users, money and value at each of a list of prices",
  ...needing("solve"),
  request: body(TotalsBody, { offers: EXAMPLE_OFFERS, prices: [0.5, 1, 2] }),
  responses: { 200: found, ...SOLVE_PROBLEMS },
});

const merge = createRoute({
  method: "post",
  path: "/v1/totals/merge",
  summary: "The totals of several parts together",
  ...needing("solve"),
  description: `The body is a multipart form: one file of ${BYTES} a part, under any names.`,
  request: { body: { required: true, content: { "multipart/form-data": { schema: z.looseObject({}) } } } },
  responses: { 200: found, ...PROBLEMS },
});

export function totalsRoutes(app: OpenAPIHono<Env>, shared: Shared): void {
  const { limits, needs } = shared;
  guard(app, needs, ask, merge);
  app.post("/v1/totals", largeBodies(shared, TotalsBody, totalsOf));
  app.openapi(ask, async (context) => {
    const asked = context.req.valid("json");
    within(limits, "points", asked.prices.length, "/prices");
    return totalsOf(context, asked, columnsOf(asked.offers, limits));
  });

  async function totalsOf(context: Context, asked: z.infer<typeof TotalsBody>, columns: OfferColumns): Promise<never> {
    const { offers: _, ...request } = asked;
    within(limits, "points", request.prices.length, "/prices");
    const solving = solve(shared, context, "totals", [columns, request]);
    return answer(context, await askSolver(request, "", solving, (text) => pointerToCell(text, columns)));
  }

  app.openapi(merge, async (context) => {
    const parts: Uint8Array[] = [];
    for (const [name, part] of (await context.req.formData()).entries()) {
      if (typeof part === "string") {
        throw new Problem("invalid-request", `part "${name}" must be a file`, { pointer: pointerTo(name) });
      }
      parts.push(new Uint8Array(await part.arrayBuffer()));
    }
    return answer(
      context,
      askCore({}, "", () => mergeTotals(...parts)),
    );
  });
}

/** Bytes, or what they say to those who accept JSON alone: its exact sums are whole numbers beyond 2^53, as text. */
function answer(context: Context, found: Uint8Array): never {
  if (!context.req.header("accept")?.includes("application/json")) {
    return context.body(found as Uint8Array<ArrayBuffer>, 200, { "content-type": BYTES }) as never;
  }
  const text = JSON.stringify(readTotals(found), (_, x) => (typeof x === "bigint" ? String(x) : x));
  return context.body(text, 200, { "content-type": "application/json" }) as never;
}
