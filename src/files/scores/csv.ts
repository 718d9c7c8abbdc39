/** Scores as CSV: the shortest text that reads back as the same number; an empty cell is NULL. */
import { ID } from "../layout.js";
import type { FileWriter } from "../output.js";
import { csvText } from "../sink/csv.js";
import { exactAs, textOf } from "../sink/sink.js";
import type { Cells } from "../types.js";
import type { ScoreShape, ScoreSink } from "./sink.js";

export class CsvScores implements ScoreSink {
  readonly #shape: ScoreShape;
  readonly #out: FileWriter;

  constructor(shape: ScoreShape, out: FileWriter) {
    this.#shape = shape;
    this.#out = out;
    out.write(Buffer.from(`${[ID, ...shape.columns].map(csvText).join(",")}\n`));
  }

  add(rows: number, ids: Cells, columns: readonly Float64Array[]): void {
    const { id } = this.#shape;
    const isText = ids.type.kind === "text";
    const lines: string[] = [];
    for (let i = 0; i < rows; i++) {
      let line = csvText(isText ? ids.text(i) : textOf(exactAs(ids, i, id), id));
      for (const column of columns) {
        const x = column[i] as number;
        line += Number.isNaN(x) ? "," : `,${x}`;
      }
      lines.push(line);
    }
    if (rows > 0) this.#out.write(Buffer.from(`${lines.join("\n")}\n`));
  }

  async finish(): Promise<void> {}

  close(): void {
    this.#out.close();
  }
}
