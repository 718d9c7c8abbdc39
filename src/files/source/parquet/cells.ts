/** Cells of one column of a row group, as hyparquet hands out what is stored: typed arrays, or arrays with holes. */
import type { DecodedArray } from "hyparquet";
import { md5Key } from "../../../allocation/md5.js";
import { isUtf8 } from "../../text.js";
import { decimalNumber, decimalText } from "../../total.js";
import type { Cells, ColumnType, Exact } from "../../types.js";
import { uuidText } from "../uuid.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

type Stored = number | bigint | Uint8Array | null | undefined;

export class ParquetCells implements Cells {
  readonly type: ColumnType;
  readonly #rows: number;
  readonly #stored: ArrayLike<Stored>;

  constructor(type: ColumnType, rows: number, pieces: readonly DecodedArray[]) {
    this.type = type;
    this.#rows = rows;
    this.#stored = joined(pieces, rows);
  }

  isNull(i: number): boolean {
    return this.#stored[i] === null || this.#stored[i] === undefined;
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    const stored = this.#stored;
    if (
      stored instanceof Float64Array ||
      stored instanceof Float32Array ||
      (stored instanceof Int32Array && this.#isPlain())
    ) {
      into.set(stored);
      missing.fill(0, 0, this.#rows);
      return -1;
    }
    for (let i = 0; i < this.#rows; i++) {
      const absent = stored[i] === null || stored[i] === undefined;
      missing[i] = absent ? 1 : 0;
      into[i] = absent ? 0 : this.number(i);
    }
    return -1;
  }

  integers(into: BigInt64Array): void {
    const stored = this.#stored;
    if (stored instanceof BigInt64Array) into.set(stored);
    else for (let i = 0; i < this.#rows; i++) into[i] = this.isNull(i) ? 0n : this.#integer(i);
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.#rows; i++) {
      const stored = this.#stored[i];
      if (stored === null || stored === undefined) continue;
      const isText = this.type.kind === "text";
      if (isText && !isUtf8(stored as Uint8Array)) return i;
      const bytes = isText ? (stored as Uint8Array) : encoder.encode(this.text(i));
      md5Key(bytes, 0, bytes.length, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const { type } = this;
    if (type.kind === "float" || type.kind === "double") return this.#stored[i] as number;
    return decimalNumber(this.#integer(i), type.kind === "decimal" ? type.scale : 0);
  }

  exact(i: number): Exact {
    const { kind } = this.type;
    if (kind === "float" || kind === "double") return this.#stored[i] as number;
    return kind === "integer" || kind === "decimal" ? this.#integer(i) : this.text(i);
  }

  text(i: number): string {
    const { type } = this;
    const stored = this.#stored[i];
    if (type.kind === "text") return decoder.decode(stored as Uint8Array);
    if (type.kind === "uuid") return uuidText(stored as Uint8Array);
    if (type.kind === "decimal") return decimalText(this.#integer(i), type.scale);
    return type.kind === "integer" ? String(this.#integer(i)) : String(stored);
  }

  #isPlain(): boolean {
    return this.type.kind === "integer" && this.type.signed;
  }

  /** The stored integer; smaller than 64 bits unsigned ones are stored in the bits of signed ones. */
  #integer(i: number): bigint {
    const stored = this.#stored[i];
    const { type } = this;
    if (stored instanceof Uint8Array) return bigEndian(stored);
    const x = BigInt(stored as number | bigint);
    return type.kind === "integer" && !type.signed ? BigInt.asUintN(type.bits, x) : x;
  }
}

function joined(pieces: readonly DecodedArray[], rows: number): ArrayLike<Stored> {
  const [first] = pieces;
  if (pieces.length === 1) return first as ArrayLike<Stored>;
  if (first instanceof Float64Array && pieces.every((piece) => piece instanceof Float64Array))
    return concat(new Float64Array(rows), pieces);
  if (first instanceof Float32Array && pieces.every((piece) => piece instanceof Float32Array))
    return concat(new Float32Array(rows), pieces);
  if (first instanceof BigInt64Array && pieces.every((piece) => piece instanceof BigInt64Array))
    return concat(new BigInt64Array(rows), pieces);
  const all: Stored[] = [];
  for (const piece of pieces) for (let i = 0; i < piece.length; i++) all.push((piece as ArrayLike<Stored>)[i]);
  return all;
}

function concat<T extends { set(from: never, at: number): void }>(into: T, pieces: readonly { length: number }[]): T {
  let at = 0;
  for (const piece of pieces) {
    into.set(piece as never, at);
    at += piece.length;
  }
  return into;
}

function bigEndian(bytes: Uint8Array): bigint {
  let x = 0n;
  for (const byte of bytes) x = (x << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, x);
}
