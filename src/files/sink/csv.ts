/** Decisions as CSV: an empty offer is none. */
import type { CsvCells } from "../source/csv/cells.js";
import { encodeText, newBytes } from "../text.js";
import type { Exact } from "../types.js";
import { type DecisionShape, NAMES, type Out, type Sink, textOf } from "./sink.js";

const PIECE = 1 << 18;
const [COMMA, LF, ZERO] = [44, 10, 48];

export class CsvSink implements Sink {
  readonly #shape: DecisionShape;
  readonly #out: Out;
  /** Names of the options, quoted where they must be, none first. */
  readonly #names: Uint8Array[];
  #piece = newBytes(PIECE);
  #filled = 0;

  constructor(shape: DecisionShape, out: Out) {
    this.#shape = shape;
    this.#out = out;
    this.#names = [new Uint8Array(0), ...shape.options.map((name) => encodeText(csvText(name)))];
    this.#bytes(encodeText(`${NAMES.join(",")}\n`));
  }

  add(id: Exact, choice: number, value: Exact, cost: Exact): void {
    const shape = this.#shape;
    this.#bytes(encodeText(csvText(textOf(id, shape.id))));
    this.#byte(COMMA);
    this.#bytes(this.#names[choice] as Uint8Array);
    this.#bytes(encodeText(`,${csvText(textOf(value, shape.value))},${csvText(textOf(cost, shape.cost))}\n`));
  }

  copy(ids: CsvCells, i: number, choice: number, value: CsvCells | undefined, cost: CsvCells | undefined): void {
    this.#cell(ids, i);
    this.#byte(COMMA);
    this.#bytes(this.#names[choice] as Uint8Array);
    this.#byte(COMMA);
    this.#cell(value, i);
    this.#byte(COMMA);
    this.#cell(cost, i);
    this.#byte(LF);
  }

  async finish(): Promise<void> {
    this.#room(PIECE);
  }

  close(): void {
    this.#out.close();
  }

  #cell(cells: CsvCells | undefined, i: number): void {
    if (cells === undefined) this.#byte(ZERO);
    else {
      this.#room(cells.size(i));
      this.#filled = cells.copy(i, this.#piece, this.#filled);
    }
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#piece[this.#filled++] = byte;
  }

  #bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Makes room for so many bytes, by writing out what there is. */
  #room(bytes: number): void {
    if (this.#filled + bytes <= this.#piece.length) return;
    this.#out.write(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
    if (bytes > this.#piece.length) this.#piece = newBytes(bytes);
  }
}

/** Text as a cell: quoted where it must be, and where it is empty, since an empty cell is NULL. */
export function csvText(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
