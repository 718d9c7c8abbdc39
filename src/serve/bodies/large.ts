/** JSON bodies whose table is large: where there are workers one of them reads it, so that no decision waits meanwhile. */
import type { z } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import type { OfferColumns } from "../../pool/table.js";
import type { Shared } from "../context.js";
import { within } from "../middleware/limits.js";
import { solve } from "../solving/solver.js";

/** Bytes of a body from which on reading it (some 20 ns a byte, with its schema) takes longer than a decision may wait. */
const LARGE = 1 << 18;
/** Bytes of it that go to the worker at a time. */
const BLOCK = 1 << 20;

/**
 * Middleware before a route whose body has `offers`: answers by `answer` what a worker read, whose table `body.offers` is without. What the
 * worker does not take, and what is above a limit, is left to the route, which reads all of it again and says what is wrong.
 */
export function largeBodies<Schema extends z.ZodType>(
  shared: Shared,
  schema: Schema,
  answer: (context: Context, body: z.output<Schema>, columns: OfferColumns) => Promise<Response>,
) {
  return async (context: Context, next: Next): Promise<Response | undefined> => {
    const read = await readApart(shared, context);
    const body = read && schema.safeParse(read.body);
    if (!read || !body?.success || !areWithin(shared, read.columns)) {
      await next();
      return undefined;
    }
    return answer(context, body.data, read.columns);
  };
}

async function readApart(shared: Shared, context: Context) {
  const { req } = context;
  const length = Number(req.header("content-length") ?? 0);
  if (!shared.solver.isApart || !(length >= LARGE)) return undefined;
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(req.header("content-type") ?? "")) return undefined;
  // Hono keeps it for the route.
  const bytes = new Uint8Array(await req.arrayBuffer());
  let at = 0;
  const input = {
    length: bytes.length,
    async next() {
      const piece = bytes.slice(at, at + BLOCK);
      at += piece.length;
      return piece.length > 0 ? piece : undefined;
    },
  };
  return solve(shared, context, "readOffers", [], input);
}

function areWithin({ limits }: Shared, { options, users }: OfferColumns): boolean {
  try {
    within(limits, "options", options.length);
    within(limits, "users", users);
    return true;
  } catch {
    return false;
  }
}
