/** Scores as an Arrow IPC file through apache-arrow, a record batch at a time. */
import { makeBuilder, Schema } from "apache-arrow";
import { ID } from "../layout.js";
import type { FileWriter } from "../output.js";
import { BatchWriter, field, stored } from "../sink/arrow.js";
import { exactAs } from "../sink/sink.js";
import type { Cells } from "../types.js";
import type { ScoreShape, ScoreSink } from "./sink.js";

export class ArrowScores implements ScoreSink {
  readonly #shape: ScoreShape;
  readonly #schema: Schema;
  readonly #writer: BatchWriter;

  constructor(shape: ScoreShape, out: FileWriter) {
    this.#shape = shape;
    const numbers = shape.columns.map((name) => field(name, { kind: "double" }, true));
    this.#schema = new Schema([field(ID, shape.id, false), ...numbers]);
    this.#writer = new BatchWriter(this.#schema, out);
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
    if (rows > 0) this.#writer.write(children, rows);
  }

  finish(): Promise<void> {
    return this.#writer.finish();
  }

  close(): void {
    this.#writer.close();
  }
}
