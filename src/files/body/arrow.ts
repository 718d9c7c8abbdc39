/**
 * Arrow IPC in memory, file or stream, through flechette: a sixth of apache-arrow's bytes, no views but those that are asked for, and
 * nothing of Node's. Columns are where they lie in the body.
 */
import {
  type DataType,
  type Batch as Piece,
  type Table,
  Type,
  tableFromIPC,
  type Column as Vector,
} from "@uwdata/flechette";
import { md5Key } from "../../allocation/md5.js";
import { InputFileError, reasonOf } from "../errors.js";
import { decodeText, encodeText, hexOf } from "../text.js";
import { decimalNumber, decimalText } from "../total.js";
import type { Batch, Cells, Column, ColumnType, Exact, Source } from "../types.js";

const MAGIC = "ARROW1";
const STREAM_END = "ffffffff00000000";

export type Plain = Float32Array | Float64Array;

export class ArrowBody implements Source {
  readonly path: string;
  readonly format = "arrow";
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly #vectors: readonly Vector<unknown>[];

  /** @throws {InputFileError} where the bytes are no Arrow, or hold fewer numbers than they say. */
  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    const table = readTable(path, bytes);
    this.rows = table.numRows;
    this.#vectors = table.children;
    this.columns = table.schema.fields.map(({ name, type, metadata }) => ({ name, type: columnType(type, metadata) }));
    for (const [c, vector] of this.#vectors.entries()) {
      if (vector.data.every(isWhole) && vector.data.length === this.#vectors[0]?.data.length) continue;
      throw broken(path, `column "${this.columns[c]?.name}" is shorter than its batch`);
    }
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    let done = 0;
    for (const [b, { length: rows }] of (this.#vectors[0]?.data ?? []).entries()) {
      if (rows === 0) continue;
      const start = done;
      const columns = wanted.map((c) => new FlatCells((this.columns[c] as Column).type, this.#piece(c, b, rows)));
      yield { rows, columns, place: (i) => ({ row: start + i + 1 }) };
      done += rows;
    }
  }

  async close(): Promise<void> {}

  #piece(c: number, b: number, rows: number): Piece<unknown> {
    const piece = this.#vectors[c]?.data[b] as Piece<unknown>;
    if (piece.length !== rows)
      throw broken(this.path, `column "${this.columns[c]?.name}" has ${piece.length} of ${rows} rows`);
    return piece;
  }
}

function readTable(path: string, bytes: Uint8Array): Table {
  const isFile = decodeText(bytes, 0, 6) === MAGIC;
  const end = isFile ? decodeText(bytes, bytes.length - 6) === MAGIC : hexOf(bytes.subarray(-8)) === STREAM_END;
  // A reader takes the end of the bytes for the end of the stream, and would miss the batches that were cut off.
  if (!end) throw broken(path, isFile ? "it ends before its footer" : "it has no end mark");
  try {
    return tableFromIPC(bytes, { useBigInt: true, useDecimalInt: true });
  } catch (error) {
    throw broken(path, reasonOf(error));
  }
}

function broken(path: string, why: string): InputFileError {
  return new InputFileError(
    path,
    `the Arrow data is damaged or of a kind that cannot be read (${why}): write it again, uncompressed`,
  );
}

/** What a batch says that it has is there: whoever made it may be no friend. */
function isWhole({ length, type, values, offsets, validity, nullCount }: Piece<unknown>): boolean {
  if (!Number.isSafeInteger(length) || length < 0) return false;
  const bits = validity as Uint8Array | undefined;
  if (nullCount > 0 && (bits?.length ?? 0) < Math.ceil(length / 8)) return false;
  if (length === 0 || type.typeId === Type.Null) return true;
  if (type.typeId === Type.Utf8 || type.typeId === Type.LargeUtf8) {
    return ((offsets as ArrayLike<unknown> | undefined)?.length ?? 0) > length;
  }
  const size =
    type.typeId === Type.FixedSizeBinary ? type.stride : type.typeId === Type.Decimal ? decimalSize(type) : 1;
  return ((values as ArrayLike<unknown> | undefined)?.length ?? 0) >= length * size;
}

/** Elements of the values' array for one decimal. */
function decimalSize({ bitWidth }: DataType & { bitWidth: number }): number {
  return bitWidth === 32 ? 1 : bitWidth / 64;
}

function columnType(type: DataType, metadata: Map<string, string> | null): ColumnType {
  switch (type.typeId) {
    case Type.Dictionary:
      return columnType(type.dictionary, metadata);
    case Type.Int:
      return { kind: "integer", bits: type.bitWidth, signed: type.signed };
    case Type.Float:
      return type.precision === 0
        ? { kind: "other", name: "half float" }
        : { kind: type.precision === 1 ? "float" : "double" };
    case Type.Utf8:
    case Type.LargeUtf8:
      return { kind: "text" };
    case Type.Decimal:
      return { kind: "decimal", precision: type.precision, scale: type.scale };
    case Type.FixedSizeBinary:
      if (type.stride === 16 && metadata?.get("ARROW:extension:name") === "arrow.uuid") return { kind: "uuid" };
  }
  return { kind: "other", name: `Arrow type ${type.typeId}` };
}

/** Cells of one column of a record batch. */
export class FlatCells implements Cells {
  readonly type: ColumnType;
  readonly #piece: Piece<unknown>;

  constructor(type: ColumnType, piece: Piece<unknown>) {
    this.type = type;
    this.#piece = piece;
  }

  /** The numbers where they lie, where the column is one array of them without NULLs. */
  get plain(): Plain | undefined {
    const { values, length, nullCount, type } = this.#piece;
    if (nullCount > 0 || type.typeId !== Type.Float) return undefined;
    const isPlain = values instanceof Float32Array || values instanceof Float64Array;
    return isPlain ? values.subarray(0, length) : undefined;
  }

  /** The integers where they lie. */
  get plainIntegers(): BigInt64Array | undefined {
    const { values, length, nullCount, type } = this.#piece;
    if (nullCount > 0 || type.typeId !== Type.Int) return undefined;
    if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return undefined;
    return new BigInt64Array(values.buffer as ArrayBuffer, values.byteOffset, length);
  }

  isNull(i: number): boolean {
    return this.#piece.nullCount > 0 && !this.#piece.isValid(i);
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    const { plain } = this;
    const { length } = this.#piece;
    if (plain) {
      into.set(plain);
      missing.fill(0, 0, length);
      return -1;
    }
    for (let i = 0; i < length; i++) {
      const absent = this.isNull(i);
      missing[i] = absent ? 1 : 0;
      into[i] = absent ? 0 : this.number(i);
    }
    return -1;
  }

  integers(into: BigInt64Array): void {
    const plain = this.plainIntegers;
    if (plain) into.set(plain);
    else for (let i = 0; i < this.#piece.length; i++) into[i] = this.isNull(i) ? 0n : this.#integer(i);
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.#piece.length; i++) {
      if (this.isNull(i)) continue;
      const text = this.text(i);
      // What is not UTF-8 is decoded with replacement characters.
      if (text.includes("\ufffd")) return i;
      const bytes = encodeText(text);
      md5Key(bytes, 0, bytes.length, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const { type } = this;
    return type.kind === "decimal" ? decimalNumber(this.#integer(i), type.scale) : Number(this.#piece.value(i));
  }

  exact(i: number): Exact {
    const { kind } = this.type;
    if (kind === "float" || kind === "double") return this.number(i);
    return kind === "integer" || kind === "decimal" ? this.#integer(i) : this.text(i);
  }

  text(i: number): string {
    const { type } = this;
    if (type.kind === "uuid") return uuidOf(this.#piece.value(i) as Uint8Array);
    if (type.kind === "decimal") return decimalText(this.#integer(i), type.scale);
    return String(type.kind === "integer" ? this.#integer(i) : this.#piece.value(i));
  }

  #integer(i: number): bigint {
    return BigInt(this.#piece.value(i) as bigint | number);
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = hexOf(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
