/** Bodies that are tables: which kind, how they are received, and how decisions leave. */
import type { Context } from "hono";
import type { Input } from "../../files/body/arrivals.js";
import type { BodyFormat } from "../../files/body/decide.js";
import type { Limits } from "../middleware/limits.js";
import { Problem } from "../problem.js";

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

/** Bytes that go to a solver at a time: many enough that the messages do not count, few enough that what is wrong is said early. */
const BLOCK = 1 << 18;
/** Bytes that are here before a solver is asked for: nobody who sends slowly keeps one from others for a small table. */
const AHEAD = 1 << 20;
/** Seconds without a byte after which the rest is not waited for. */
const STALL = 15;

/** A body as it arrives, each byte copied once. */
export class Received implements Input {
  readonly length?: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #limits: Limits;
  readonly #block: number;
  readonly #until: number;
  readonly #ahead: Uint8Array[] = [];
  #rest: Uint8Array | undefined;
  #received = 0;
  #hasEnded = false;

  /** @param isWhole it is wanted in one piece. */
  constructor(request: Request, limits: Limits, isWhole: boolean) {
    const declared = Number(request.headers.get("content-length") ?? Number.NaN);
    if (Number.isSafeInteger(declared) && declared >= 0) this.length = declared;
    this.#block = isWhole ? Math.max(1, Math.min(this.length ?? BLOCK, limits.tableBytes)) : BLOCK;
    this.#limits = limits;
    this.#until = Date.now() + 1000 * limits.receiveSeconds;
    this.#reader = request.body?.getReader();
  }

  /** Waits for the first bytes, or all where they are few. */
  async begun(): Promise<void> {
    for (let bytes = 0; bytes < AHEAD; ) {
      const block = await this.#next();
      if (!block) return;
      this.#ahead.push(block);
      bytes += block.length;
    }
  }

  /** @throws {Problem} when there are too many, or they do not come in time. */
  async next(back?: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#ahead.shift() ?? this.#next(back);
  }

  /** Nothing more is wanted: what the client still sends is let go. */
  async stop(): Promise<void> {
    this.#hasEnded = true;
    await this.#reader?.cancel().catch(() => {});
  }

  async #next(back?: Uint8Array): Promise<Uint8Array | undefined> {
    const isOurs = back?.buffer.byteLength === this.#block;
    const block = isOurs ? new Uint8Array(back.buffer as ArrayBuffer) : new Uint8Array(this.#block);
    let filled = 0;
    while (filled < block.length) {
      this.#rest ??= await this.#read();
      if (!this.#rest) break;
      const part = this.#rest.subarray(0, block.length - filled);
      block.set(part, filled);
      filled += part.length;
      this.#rest = part.length < this.#rest.length ? this.#rest.subarray(part.length) : undefined;
    }
    return filled > 0 ? block.subarray(0, filled) : undefined;
  }

  async #read(): Promise<Uint8Array | undefined> {
    if (this.#hasEnded) return undefined;
    const { value, done } = (await this.#inTime(this.#reader?.read())) ?? { done: true };
    if (done || !value) {
      this.#hasEnded = true;
      return undefined;
    }
    this.#received += value.length;
    const { tableBytes } = this.#limits;
    if (this.#received > tableBytes) {
      await this.stop();
      throw tooLong(tableBytes);
    }
    return value;
  }

  async #inTime<T>(reading: Promise<T> | undefined): Promise<T | undefined> {
    const left = Math.min(1000 * STALL, this.#until - Date.now());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow(this.#limits)), Math.max(0, left));
    });
    try {
      return await Promise.race([reading, late]);
    } catch (error) {
      this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooSlow({ receiveSeconds }: Limits): Problem {
  const detail = `a table must arrive within ${receiveSeconds} s here, and never keep silent for ${STALL} s`;
  return new Problem("too-slow", detail, { limit: { name: "receiveSeconds", most: receiveSeconds } });
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

/** Bytes of an answer that leaves at once, with its length. */
const SMALL = 1 << 16;

/**
 * Pieces as the body of an answer, written as the network takes them. What fails before the first of them are known is an answer of its own;
 * afterwards it breaks the answer off, so that nobody takes half of it for all. A closed connection stops the writing.
 * @param ended called once, whatever comes.
 */
export async function answerOf(
  context: Context,
  pieces: AsyncGenerator<Uint8Array>,
  headers: Record<string, string>,
  ended: (error?: unknown) => void,
): Promise<Response> {
  const ahead: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = false;
  try {
    while (!isWhole && bytes < SMALL) {
      const { value, done } = await pieces.next();
      isWhole = done === true;
      if (value) ahead.push(value);
      bytes += value?.length ?? 0;
    }
  } catch (error) {
    ended(error);
    throw error;
  }
  if (isWhole) {
    ended();
    return context.body(joined(ahead, bytes), 200, headers);
  }
  const stop = () => void pieces.return(undefined).then(() => ended(), ended);
  const { signal } = context.req.raw;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = ahead.length > 0 ? { value: ahead.shift(), done: false } : await pieces.next();
          if (value) controller.enqueue(value);
          if (!done) return;
          signal.removeEventListener("abort", stop);
          controller.close();
          ended();
        } catch (error) {
          controller.error(error);
          ended(error);
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  signal.addEventListener("abort", stop, { once: true });
  return context.body(stream, 200, headers);
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
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
