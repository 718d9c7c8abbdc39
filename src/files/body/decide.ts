/** A table of offers as the bytes of a request, solved, and its decisions as bytes: on every runtime, nothing on a disk. */
import type { Offers } from "../../allocation/offers.js";
import type { AllocationRequest, AllocationResult } from "../../allocation/types.js";
import type { Engine } from "../../create.js";
import { InputFileError } from "../errors.js";
import { findLayout, type WideLayout } from "../layout.js";
import { CsvSink } from "../sink/csv.js";
import { decisionShape } from "../sink/decided.js";
import type { Out } from "../sink/sink.js";
import { bytesOf } from "../source/bytes.js";
import { CsvSource } from "../source/csv.js";
import { newBytes } from "../text.js";
import type { Source } from "../types.js";
import { Watch } from "../watch.js";
import { decideWide, fillWide } from "../wide/batches.js";
import { requireUnique } from "../wide/duplicates.js";
import { fillResources } from "../wide/resources.js";

/** Kinds of bodies that hold a table. */
export type BodyFormat = "arrow file" | "arrow stream" | "parquet" | "csv";

export interface OfferBody {
  /** The whole body, from the first byte of its buffer on: columns are read where they lie. */
  bytes: Uint8Array;
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
  /** The decisions, in pieces. */
  pieces: Uint8Array[];
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

const PATH = "body";

/**
 * Reads the table, solves it and writes the decisions.
 * @throws {InputFileError} naming row and column; {BodyLimitError}; and what the solve throws.
 */
export async function decideBody(body: OfferBody, ways: BodyWays): Promise<BodyAnswer> {
  const source = breathing(await openBody(body), ways);
  const resources = body.request.resources?.map(({ name }) => name) ?? [];
  const layout = findLayout(PATH, source.columns, resources);
  if (layout.kind === "long") {
    const problem = "a body is wide, one row a user with value_NAME and cost_NAME of each offer; this one is long";
    throw new InputFileError(PATH, problem);
  }
  if (layout.options.length > body.options) throw new BodyLimitError("options", body.options, layout.options.length);
  const watch = new Watch({ signal: ways.signal });
  const users = await rowsOf(source, body.users);
  const table = ways.newEngine().offers({ users, options: layout.options, resources });
  try {
    await fill(source, layout, table, watch);
    await fillResources(source, layout, table, watch);
    await requireUnique(source, layout.id, table, watch);
    const { choices, ...result } = await ways.allocate(table, body.request);
    if (result.status !== "met") return { result, users, pieces: [] };
    if (body.output === "choices") return { result, users, choices, pieces: [] };
    return { result, users, pieces: await decisions(source, layout, choices, body.output, watch, result) };
  } finally {
    table.release();
  }
}

async function openBody({ bytes, format }: OfferBody): Promise<Source> {
  if (bytes.length === 0) throw new InputFileError(PATH, "it is empty");
  if (format === "csv") return CsvSource.open(PATH, bytesOf(bytes));
  // Loaded when they are needed: most edges never read one.
  if (format === "parquet") return (await import("../source/parquet.js")).ParquetSource.open(PATH, bytesOf(bytes));
  return new (await import("./arrow.js")).ArrowBody(PATH, bytes);
}

/** The same source, with a turn for others after each batch. */
function breathing(source: Source, { breath }: BodyWays): Source {
  return Object.create(source, {
    batches: {
      async *value(wanted: readonly number[]) {
        for await (const batch of source.batches(wanted)) {
          yield batch;
          await breath();
        }
      },
    },
    // Private fields are the source's own.
    columns: { value: source.columns },
    rows: { value: source.rows },
    path: { value: source.path },
    format: { value: source.format },
  }) as Source;
}

async function rowsOf(source: Source, most: number): Promise<number> {
  let rows = source.rows ?? 0;
  if (source.rows === undefined) {
    for await (const batch of source.batches([])) {
      rows += batch.rows;
      if (rows > most) break;
    }
  }
  if (rows > most) throw new BodyLimitError("users", most, rows);
  if (rows === 0) throw new InputFileError(PATH, "it has columns and no rows: there are no users to decide for");
  return rows;
}

async function fill(source: Source, layout: WideLayout, table: Offers, watch: Watch): Promise<void> {
  if (source.format === "arrow") {
    const { fillPlain } = await import("./plain.js");
    if (await fillPlain(source, layout, table, watch)) return;
  }
  await fillWide(source, layout, table, watch);
}

async function decisions(
  source: Source,
  layout: WideLayout,
  choices: Uint8Array | Uint16Array,
  output: BodyFormat,
  watch: Watch,
  result: BodyAnswer["result"],
): Promise<Uint8Array[]> {
  const shape = decisionShape(source.columns, layout, output === "csv");
  if (output === "arrow file" || output === "arrow stream") {
    const { decideArrow } = await import("./plain.js");
    const note = new Map([["shadowprice", JSON.stringify(result)]]);
    return [
      await decideArrow(source, layout, choices, shape, output === "arrow file" ? "file" : "stream", note, watch),
    ];
  }
  const out = new Pieces();
  const Sink = output === "csv" ? CsvSink : (await import("../sink/parquet.js")).ParquetSink;
  const sink = new Sink(shape, out);
  await decideWide(source, layout, choices, shape, sink, watch);
  await sink.finish();
  return out.pieces;
}

/** Bytes in memory: the sinks write from buffers that they use again. */
class Pieces implements Out {
  readonly pieces: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const piece = newBytes(bytes.length);
    piece.set(bytes);
    this.pieces.push(piece);
  }

  close(): void {}
}
