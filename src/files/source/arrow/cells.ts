/** Cells of one column of an Arrow record batch. */
import type { Vector } from "apache-arrow";
import { md5Key } from "../../../allocation/md5.js";
import { decimalNumber, decimalText } from "../../total.js";
import type { Cells, ColumnType, Exact } from "../../types.js";
import { uuidText } from "../uuid.js";

const encoder = new TextEncoder();

export class ArrowCells implements Cells {
  readonly type: ColumnType;
  readonly #vector: Vector;
  /** Numbers as they lie in the file, where the column is one plain array of them. */
  readonly #plain: ArrayLike<number | bigint> | undefined;

  constructor(type: ColumnType, vector: Vector) {
    this.type = type;
    this.#vector = vector;
    const isNumber = ["integer", "float", "double"].includes(type.kind);
    const [data] = vector.data;
    this.#plain =
      isNumber && vector.data.length === 1 && !data?.dictionary ? data?.values.subarray(0, vector.length) : undefined;
  }

  isNull(i: number): boolean {
    return this.#vector.nullCount > 0 && !this.#vector.isValid(i);
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    const plain = this.#plain;
    const rows = this.#vector.length;
    const clear = this.#vector.nullCount === 0;
    if (clear && (plain instanceof Float64Array || plain instanceof Float32Array)) {
      into.set(plain);
      missing.fill(0, 0, rows);
      return -1;
    }
    for (let i = 0; i < rows; i++) {
      const absent = this.isNull(i);
      missing[i] = absent ? 1 : 0;
      into[i] = absent ? 0 : this.number(i);
    }
    return -1;
  }

  integers(into: BigInt64Array): void {
    const plain = this.#plain;
    if (plain instanceof BigInt64Array || plain instanceof BigUint64Array) {
      into.set(new BigInt64Array(plain.buffer, plain.byteOffset, plain.length));
    } else for (let i = 0; i < this.#vector.length; i++) into[i] = this.isNull(i) ? 0n : this.#integer(i);
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.#vector.length; i++) {
      if (this.isNull(i)) continue;
      const text = this.text(i);
      // apache-arrow decodes what is not UTF-8 with replacement characters.
      if (text.includes("\ufffd")) return i;
      const bytes = encoder.encode(text);
      md5Key(bytes, 0, bytes.length, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const { type } = this;
    if (type.kind === "decimal") return decimalNumber(this.#integer(i), type.scale);
    return Number(this.#plain ? this.#plain[i] : this.#vector.get(i));
  }

  exact(i: number): Exact {
    const { kind } = this.type;
    if (kind === "float" || kind === "double") return this.number(i);
    return kind === "integer" || kind === "decimal" ? this.#integer(i) : this.text(i);
  }

  text(i: number): string {
    const { type } = this;
    if (type.kind === "uuid") return uuidText(this.#vector.get(i));
    if (type.kind === "decimal") return decimalText(this.#integer(i), type.scale);
    return type.kind === "integer" ? String(this.#integer(i)) : String(this.#vector.get(i));
  }

  #integer(i: number): bigint {
    const stored = this.#plain ? this.#plain[i] : this.#vector.get(i);
    return stored instanceof Uint32Array ? littleEndian(stored) : BigInt(stored);
  }
}

/** A decimal of 128 (or 256) bits as its words, low word first. */
function littleEndian(words: Uint32Array): bigint {
  let x = 0n;
  for (let k = words.length - 1; k >= 0; k--) x = (x << 32n) | BigInt(words[k] as number);
  return BigInt.asIntN(32 * words.length, x);
}
