/** Cells that were put aside as text, in the types they came with. */
import { md5Key } from "../../allocation/md5.js";
import { parseNumber } from "../source/csv/number-text.js";
import { decodeText } from "../text.js";
import type { Cells, ColumnType, Exact } from "../types.js";

/** Rows of cells as UTF-8. */
export interface TextRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Bytes [start, end) of cell c of record i; undefined for NULL. */
  cell(i: number, c: number): [number, number] | undefined;
}

export class TextCells implements Cells {
  readonly type: ColumnType;
  readonly #records: TextRecords;
  readonly #column: number;

  constructor(type: ColumnType, records: TextRecords, column: number) {
    this.type = type;
    this.#records = records;
    this.#column = column;
  }

  isNull(i: number): boolean {
    return this.#records.cell(i, this.#column) === undefined;
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    for (let i = 0; i < this.#records.count; i++) {
      const absent = this.isNull(i);
      missing[i] = absent ? 1 : 0;
      into[i] = absent ? 0 : this.number(i);
      // Text of a CSV may be no number; NaN and the infinities of the other formats are numbers here.
      if (this.type.kind === "text" && Number.isNaN(into[i])) return i;
    }
    return -1;
  }

  integers(into: BigInt64Array): void {
    for (let i = 0; i < this.#records.count; i++) into[i] = BigInt(this.text(i));
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.#records.count; i++) {
      const [start, end] = this.#cell(i);
      md5Key(this.#records.bytes, start, end, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    if (this.type.kind !== "text") return Number(this.text(i));
    const [start, end] = this.#cell(i);
    return parseNumber(this.#records.bytes, start, end);
  }

  exact(i: number): Exact {
    const text = this.text(i);
    switch (this.type.kind) {
      case "integer":
        return BigInt(text);
      case "decimal":
        return BigInt(text.replace(".", ""));
      case "float":
      case "double":
        return Number(text);
      default:
        return text;
    }
  }

  text(i: number): string {
    const [start, end] = this.#cell(i);
    return decodeText(this.#records.bytes, start, end);
  }

  #cell(i: number): [number, number] {
    return this.#records.cell(i, this.#column) as [number, number];
  }
}
