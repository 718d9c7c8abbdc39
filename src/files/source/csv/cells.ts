/** The cells of one column of a scanned block. */
import { md5Key } from "../../../allocation/md5.js";
import { decodeText, encodeText } from "../../text.js";
import type { Cells, ColumnType, Exact } from "../../types.js";
import { parseNumber } from "./number-text.js";
import type { Rows } from "./scan.js";

export class CsvCells implements Cells {
  readonly type: ColumnType;
  readonly #block: Uint8Array;
  readonly #rows: Rows;
  readonly #column: number;

  constructor(type: ColumnType, block: Uint8Array, rows: Rows, column: number) {
    this.type = type;
    this.#block = block;
    this.#rows = rows;
    this.#column = column;
  }

  isNull(i: number): boolean {
    const at = this.#at(i);
    return this.#rows.ends[at] === this.#rows.starts[at];
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    const { starts, ends, width, count } = this.#rows;
    for (let i = 0, at = this.#column; i < count; i++, at += width) {
      const start = starts[at] as number;
      const end = ends[at] as number;
      const empty = start === end;
      const x = empty ? 0 : parseNumber(this.#block, start, end);
      if (Number.isNaN(x)) return i;
      into[i] = x;
      missing[i] = empty ? 1 : 0;
    }
    return -1;
  }

  integers(): never {
    throw new TypeError("cells of a CSV are text");
  }

  keys(into: Uint32Array): number {
    const { starts, ends, quotes, count } = this.#rows;
    for (let i = 0; i < count; i++) {
      const at = this.#at(i);
      if (quotes[at] === 2) {
        const bytes = encodeText(this.text(i));
        md5Key(bytes, 0, bytes.length, into, 2 * i);
      } else md5Key(this.#block, starts[at] as number, ends[at] as number, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const at = this.#at(i);
    return parseNumber(this.#block, this.#rows.starts[at] as number, this.#rows.ends[at] as number);
  }

  exact(i: number): Exact {
    return this.text(i);
  }

  text(i: number): string {
    const at = this.#at(i);
    const text = decodeText(this.#block, this.#rows.starts[at], this.#rows.ends[at]);
    return this.#rows.quotes[at] === 2 ? text.replaceAll('""', '"') : text;
  }

  /** Bytes that `copy` needs at most. */
  size(i: number): number {
    const at = this.#at(i);
    return (this.#rows.ends[at] as number) - (this.#rows.starts[at] as number) + 2;
  }

  /** Puts the cell as it stands, quotes and all, at `into[to…]`; the end of it. */
  copy(i: number, into: Uint8Array, to: number): number {
    const at = this.#at(i);
    const quotes = this.#rows.quotes[at] === 0 ? 0 : 1;
    const start = (this.#rows.starts[at] as number) - quotes;
    const end = (this.#rows.ends[at] as number) + quotes;
    for (let from = start; from < end; from++) into[to++] = this.#block[from] as number;
    return to;
  }

  #at(i: number): number {
    return i * this.#rows.width + this.#column;
  }
}
