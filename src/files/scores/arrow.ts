/** Scores as an Arrow IPC file through apache-arrow, a record batch at a time. */
import { makeBuilder, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from "apache-arrow";
import { ID } from "../layout.js";
import type { FileWriter } from "../output.js";
import { field, stored } from "../sink/arrow.js";
import { exactAs } from "../sink/sink.js";
import type { Cells } from "../types.js";
import type { ScoreShape, ScoreSink } from "./sink.js";

export class ArrowScores implements ScoreSink {
  readonly #shape: ScoreShape;
  readonly #out: FileWriter;
  readonly #schema: Schema;
  readonly #writer = new RecordBatchFileWriter();
  readonly #pump: Promise<unknown>;

  constructor(shape: ScoreShape, out: FileWriter) {
    this.#shape = shape;
    this.#out = out;
    const numbers = shape.columns.map((name) => field(name, { kind: "double" }, true));
    this.#schema = new Schema([field(ID, shape.id, false), ...numbers]);
    this.#writer.reset(undefined, this.#schema);
    // The writer hands its bytes out asynchronously; an error of the disk is kept until `finish`.
    this.#pump = this.#pumpBytes().catch((error: unknown) => error ?? new Error("the output failed"));
  }

  add(rows: number, ids: Cells, columns: readonly Float64Array[]): void {
    const { id } = this.#shape;
    const children = this.#schema.fields.map(({ type }, c) => {
      const builder = makeBuilder({ type, nullValues: [null] });
      const column = columns[c - 1];
      for (let i = 0; i < rows; i++) {
        if (column === undefined) builder.append(stored(exactAs(ids, i, id), id));
        else builder.append(Number.isNaN(column[i]) ? null : column[i]);
      }
      return builder.finish().flush();
    });
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    if (rows > 0) this.#writer.write(new RecordBatch(this.#schema, data));
  }

  async finish(): Promise<void> {
    this.#writer.finish();
    const error = await this.#pump;
    if (error !== undefined) throw error;
  }

  close(): void {
    this.#writer.abort();
    this.#out.close();
  }

  async #pumpBytes(): Promise<undefined> {
    for await (const bytes of this.#writer) this.#out.write(bytes);
    return undefined;
  }
}
