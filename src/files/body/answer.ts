/** Decisions as bytes, piece by piece as they are asked for: what was decided is there, what is written never is as a whole. */
import { type Layout, usedColumns } from "../layout.js";
import { LongDecider } from "../long/grouped.js";
import { CsvSink } from "../sink/csv.js";
import { type Choices, decisionShape } from "../sink/decided.js";
import type { DecisionShape, Out, Sink } from "../sink/sink.js";
import { newBytes } from "../text.js";
import type { Source } from "../types.js";
import type { Watch } from "../watch.js";
import { WideDecider } from "../wide/batches.js";
import type { BodyFormat } from "./decide.js";

export interface Answering {
  source: Source;
  layout: Layout;
  /** Names of the offers. */
  options: readonly string[];
  choices: Choices;
  output: BodyFormat;
  watch: Watch;
  /** What an Arrow schema carries beside, by name. */
  note: Map<string, string>;
}

/** The pieces of an answer. */
export async function* answerPieces(asked: Answering): AsyncGenerator<Uint8Array> {
  const { source, layout, output, options } = asked;
  const [values, costs] = layout.kind === "wide" ? [layout.values, layout.costs] : [[layout.value], [layout.cost]];
  const shape = decisionShape(source.columns, { id: layout.id, values, costs, options }, output === "csv");
  if (output === "arrow file" || output === "arrow stream") yield* arrowPieces(asked, shape);
  else {
    const out = new Pieces();
    const Sink = output === "csv" ? CsvSink : (await import("../sink/parquet.js")).ParquetSink;
    yield* sunk(asked, shape, new Sink(shape, out), out);
  }
}

/** Into a sink, and out of it what each batch gave. */
async function* sunk(asked: Answering, shape: DecisionShape, sink: Sink, out: Pieces): AsyncGenerator<Uint8Array> {
  const { source, layout, choices, watch } = asked;
  const decider =
    layout.kind === "wide"
      ? new WideDecider(source, choices, shape, sink)
      : new LongDecider(source.path, choices, shape, sink);
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("write", decider.done, choices.length);
    decider.add(batch);
    yield* out.taken();
  }
  decider.finish();
  await sink.finish();
  yield* out.taken();
}

async function* arrowPieces(asked: Answering, shape: DecisionShape): AsyncGenerator<Uint8Array> {
  const { source, layout, choices, output, watch, note } = asked;
  const { ArrowWriter } = await import("./arrow-sink.js");
  const writer = new ArrowWriter(shape, output === "arrow file" ? "file" : "stream", note);
  if (layout.kind === "long") {
    const { ArrowRowsSink } = await import("./arrow-rows.js");
    const out = new Pieces(false);
    yield* sunk(asked, shape, new ArrowRowsSink(shape, writer, out), out);
    return;
  }
  const { decidedBatch } = await import("./plain.js");
  let done = 0;
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("write", done, choices.length);
    yield writer.add(decidedBatch(batch, choices.subarray(done, done + batch.rows), shape));
    done += batch.rows;
  }
  yield writer.finish();
}

/** Bytes on their way out. The sinks of files write from buffers that they use again. */
class Pieces implements Out {
  readonly #isCopied: boolean;
  #pieces: Uint8Array[] = [];

  constructor(isCopied = true) {
    this.#isCopied = isCopied;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    let piece = bytes;
    if (this.#isCopied) {
      piece = newBytes(bytes.length);
      piece.set(bytes);
    }
    this.#pieces.push(piece);
  }

  close(): void {}

  *taken(): Generator<Uint8Array> {
    const pieces = this.#pieces;
    this.#pieces = [];
    yield* pieces;
  }
}
