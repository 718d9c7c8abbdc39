/** Bodies that are tables: which kind, how they are received, and how decisions leave. */
import type { Context } from "hono";
import type { BodyFormat } from "../files/body/decide.js";
import type { Limits } from "./limits.js";
import { Problem } from "./problem.js";

/** Media types of tables. */
export const TABLES: Record<string, BodyFormat> = {
  "application/vnd.apache.arrow.stream": "arrow stream",
  "application/vnd.apache.arrow.file": "arrow file",
  "application/vnd.apache.parquet": "parquet",
  "text/csv": "csv",
};

/** The media type without its parameters. */
export function mediaType(header: string | undefined): string {
  return header?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Bytes without a length that are made room for at first. */
const FIRST = 1 << 20;

/**
 * The whole body, from the first byte of a buffer of its own on, each byte copied once.
 * @throws {Problem} when it is too long.
 */
export async function receive(request: Request, { tableBytes }: Limits): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  let bytes = new Uint8Array(Math.min(Number.isSafeInteger(declared) ? declared : FIRST, tableBytes));
  let filled = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) break;
    const end = filled + value.length;
    if (end > tableBytes) {
      await reader?.cancel();
      throw tooLong(tableBytes);
    }
    if (end > bytes.length) {
      const more = new Uint8Array(Math.min(tableBytes, Math.max(end, 2 * bytes.length)));
      more.set(bytes.subarray(0, filled));
      bytes = more;
    }
    bytes.set(value, filled);
    filled = end;
  }
  return filled === bytes.length ? bytes : bytes.slice(0, filled);
}

export function tooLong(most: number): Problem {
  return new Problem("too-large", `a table must be at most ${most} bytes here`, {
    limit: { name: "tableBytes", most },
  });
}

/** What the answer is written as: JSON, or the first table that is accepted; what comes in where anything is. */
export function outputOf(
  accept: string | undefined,
  input: BodyFormat,
): { type: string; output: BodyFormat | "choices" } {
  const wishes = (accept ?? "*/*").split(",").map((wish) => mediaType(wish));
  for (const wish of wishes) {
    if (wish === "application/json") return { type: wish, output: "choices" };
    const output = TABLES[wish];
    if (output) return { type: wish, output };
    if (wish === "*/*" || wish === "application/*") break;
  }
  if (!wishes.some((wish) => wish === "*/*" || wish === "application/*")) {
    throw new Problem("not-acceptable", `accept application/json or one of ${Object.keys(TABLES).join(", ")}`);
  }
  const [type] = Object.entries(TABLES).find(([, format]) => format === input) as [string, BodyFormat];
  return { type, output: input };
}

/** Bytes of a piece of an answer: what the network takes is asked for, and no more. */
const PIECE = 1 << 20;

/** Pieces as the body of an answer, one by one as they are asked for. */
export function answerOf(context: Context, pieces: Uint8Array[], headers: Record<string, string>): Response {
  const [only] = pieces;
  if (pieces.length === 1 && only) return context.body(only as Uint8Array<ArrayBuffer>, 200, headers);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[0];
      if (!piece) {
        controller.close();
        return;
      }
      controller.enqueue(piece.subarray(at, at + PIECE));
      at += PIECE;
      if (at >= piece.length) {
        pieces.shift();
        at = 0;
      }
    },
  });
  return context.body(stream, 200, headers);
}

/** Most characters of a header that every client takes. */
const MOST = 6000;

/** The result as a header: ASCII JSON, long lists left out where they are too long. */
export function resultHeader({ phases: _, ...result }: { phases?: unknown; limits: unknown; counts: unknown }): string {
  const ascii = (value: object) =>
    JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const whole = ascii(result);
  if (whole.length <= MOST) return whole;
  const { limits: __, counts: ___, ...short } = result;
  return ascii(short);
}
