/** A table of offers as the body of a request, solved, and its decisions as bytes: on every runtime, nothing on a disk. */
import type { Offers } from "../../allocation/offers.js";
import type { AllocationRequest, AllocationResult } from "../../allocation/types.js";
import type { Engine } from "../../create.js";
import type { Source } from "../types.js";
import { Watch } from "../watch.js";
import { answerPieces } from "./answer.js";
import type { Input } from "./arrivals.js";
import { readBody } from "./reading.js";

/** Kinds of bodies that hold a table. */
export type BodyFormat = "arrow file" | "arrow stream" | "parquet" | "csv";

export interface OfferBody {
  format: BodyFormat;
  /** What the decisions are written as; `choices` is for JSON. */
  output: BodyFormat | "choices";
  request: AllocationRequest;
  /** Most users and options. */
  users: number;
  options: number;
}

/** How a body is solved: at once in a worker, in turns where everyone waits. */
export interface BodyWays {
  signal: AbortSignal;
  newEngine: () => Engine;
  allocate: (table: Offers, request: AllocationRequest) => AllocationResult | Promise<AllocationResult>;
  /** A turn for everyone else. */
  breath: () => Promise<void> | void;
}

export interface BodyAnswer {
  result: Omit<AllocationResult, "choices">;
  /** Of JSON answers, and when the request is not met: nothing. */
  choices?: Uint8Array | Uint16Array;
  users: number;
  /** The decisions, written as they are asked for; whoever stops says `return`, so that the table is given back. */
  pieces?: AsyncGenerator<Uint8Array>;
}

/** There is more of it than may be. */
export class BodyLimitError extends RangeError {
  override readonly name = "BodyLimitError";
  readonly limit: "users" | "options";
  readonly most: number;

  constructor(limit: "users" | "options", most: number, count: number) {
    super(`${limit} must be at most ${most} here, got ${count}`);
    this.limit = limit;
    this.most = most;
  }
}

/**
 * Reads the table as it arrives and solves it; its decisions are written as they are asked for.
 * @throws {InputFileError} naming row and column; {BodyLimitError}; and what the input and the solve throw.
 */
export async function decideBody(input: Input, body: OfferBody, ways: BodyWays): Promise<BodyAnswer> {
  const watch = new Watch({ signal: ways.signal });
  const { table, source, layout } = await readBody(input, body, ways, watch);
  const { users, names: options } = table;
  const { output } = body;
  let isKept = false;
  try {
    const { choices, ...result } = await ways.allocate(table, body.request);
    if (result.status !== "met") return { result, users };
    if (output === "choices") return { result, users, choices };
    isKept = true;
    const note = new Map([["shadowprice", JSON.stringify(result)]]);
    const pieces = answerPieces({ source, layout, options, choices, output, watch, note });
    return { result, users, pieces: closing(pieces, table, source) };
  } finally {
    if (!isKept) table.release();
  }
}

/** Gives table and bytes back behind the last piece, or when nobody wants more. */
async function* closing(pieces: AsyncGenerator<Uint8Array>, table: Offers, source: Source): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } finally {
    table.release();
    await source.close();
  }
}
