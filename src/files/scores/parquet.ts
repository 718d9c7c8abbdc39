/** Scores as Parquet through hyparquet-writer, a row group at a time. */
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { ID } from "../layout.js";
import type { FileWriter } from "../output.js";
import { element, stored } from "../sink/parquet.js";
import { exactAs } from "../sink/sink.js";
import type { Cells } from "../types.js";
import type { ScoreShape, ScoreSink } from "./sink.js";

const GROUP = 122_880;

export class ParquetScores implements ScoreSink {
  readonly #shape: ScoreShape;
  readonly #out: FileWriter;
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #writer: ParquetWriter;
  #columns: unknown[][] = [];

  constructor(shape: ScoreShape, out: FileWriter) {
    this.#shape = shape;
    this.#out = out;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      createdBy: "shadowprice",
      schema: [
        { name: "scores", num_children: 1 + shape.columns.length },
        { ...element(shape.id), name: ID, repetition_type: "REQUIRED" },
        ...shape.columns.map((name) => ({ type: "DOUBLE", name, repetition_type: "OPTIONAL" }) as const),
      ],
    });
    this.#clear();
  }

  add(rows: number, ids: Cells, columns: readonly Float64Array[]): void {
    const { id } = this.#shape;
    const [first, ...rest] = this.#columns as [unknown[], ...unknown[][]];
    for (let i = 0; i < rows; i++) first.push(stored(exactAs(ids, i, id), id));
    for (const [c, to] of rest.entries()) {
      const column = columns[c] as Float64Array;
      for (let i = 0; i < rows; i++) to.push(Number.isNaN(column[i]) ? null : column[i]);
    }
    if (first.length >= GROUP) this.#writeGroup();
  }

  async finish(): Promise<void> {
    if (this.#columns[0]?.length) this.#writeGroup();
    this.#writer.finish();
    this.#flush();
  }

  close(): void {
    this.#out.close();
  }

  #clear(): void {
    this.#columns = [[], ...this.#shape.columns.map(() => [])];
  }

  #writeGroup(): void {
    const names = [ID, ...this.#shape.columns];
    const columnData = this.#columns.map((data, c) => ({ name: names[c] as string, data }));
    const rowGroupSize = columnData[0]?.data.length ?? 0;
    this.#clear();
    this.#writer.write({ columnData, rowGroupSize });
    this.#flush();
  }

  #flush(): void {
    this.#out.write(new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index));
    this.#bytes.index = 0;
  }
}
