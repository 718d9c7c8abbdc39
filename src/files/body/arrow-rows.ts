/** Decisions row by row into record batches. */
import type { DecisionShape, Out, Sink } from "../sink/sink.js";
import type { Exact } from "../types.js";
import { SLICE } from "./arrow.js";
import { type ArrowWriter, pieceOf } from "./arrow-sink.js";

export class ArrowRowsSink implements Sink {
  readonly #shape: DecisionShape;
  readonly #writer: ArrowWriter;
  readonly #out: Out;
  readonly #choices = new Uint16Array(SLICE);
  #columns: [Exact[], Exact[], Exact[]] = [[], [], []];

  constructor(shape: DecisionShape, writer: ArrowWriter, out: Out) {
    this.#shape = shape;
    this.#writer = writer;
    this.#out = out;
  }

  add(id: Exact, choice: number, value: Exact, cost: Exact): void {
    const [ids, values, costs] = this.#columns;
    this.#choices[ids.length] = choice;
    values.push(value);
    costs.push(cost);
    if (ids.push(id) === SLICE) this.#flush();
  }

  async finish(): Promise<void> {
    if (this.#columns[0].length > 0) this.#flush();
    this.#out.write(this.#writer.finish());
  }

  close(): void {
    this.#out.close();
  }

  #flush(): void {
    const [ids, values, costs] = this.#columns;
    this.#columns = [[], [], []];
    const batch = this.#writer.add({
      rows: ids.length,
      ids: pieceOf(this.#shape.id, ids),
      choices: this.#choices.subarray(0, ids.length),
      values: pieceOf(this.#shape.value, values),
      costs: pieceOf(this.#shape.cost, costs),
    });
    this.#out.write(batch);
  }
}
