/** Arrow IPC in memory, file or stream: columns are where they lie in the body. */
import { md5Key } from "../../allocation/md5.js";
import { InputFileError, reasonOf } from "../errors.js";
import { uuidText } from "../source/uuid.js";
import { decodeText, hexOf, isUtf8 } from "../text.js";
import { decimalNumber, decimalText } from "../total.js";
import type { Batch, Cells, Column, ColumnType, Exact, Source } from "../types.js";
import { type IpcField, type IpcTable, type IpcType, type IpcVector, readIpc, TYPES } from "./ipc.js";

export type Plain = Float32Array | Float64Array;

const MAGIC = "ARROW1";
const STREAM_END = "ffffffff00000000";

export class ArrowBody implements Source {
  readonly path: string;
  readonly format = "arrow";
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly #table: IpcTable;

  /** @throws {InputFileError} where the bytes are no Arrow, or hold fewer numbers than they say. */
  constructor(path: string, body: Uint8Array | IpcTable) {
    this.path = path;
    this.#table = body instanceof Uint8Array ? readTable(path, body) : body;
    this.columns = this.#table.fields.map((field) => ({ name: field.name, type: columnType(field) }));
    this.rows = this.#table.batches.reduce((sum, { length }) => sum + length, 0);
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    let done = 0;
    for (const { length, vectors } of this.#table.batches) {
      for (let from = 0; from < length; from += SLICE) {
        const rows = Math.min(SLICE, length - from);
        const start = done;
        yield {
          rows,
          columns: wanted.map((c) => this.#cells(vectors[c] as IpcVector, from, rows)),
          place: (i) => ({ row: start + i + 1 }),
        };
        done += rows;
      }
    }
  }

  async close(): Promise<void> {}

  #cells(vector: IpcVector, from: number, rows: number): Cells {
    const { dictionary } = vector.field;
    return cellsOf(
      this.path,
      sliceOf(this.path, vector, from, rows),
      dictionary && this.#table.dictionaries.get(dictionary.id),
    );
  }
}

/** Rows of a batch of ours: a whole one may be of millions. Of eight each, so that bits of NULLs begin with a byte. */
export const SLICE = 65_536;

/** Cells of a column. `parts`: of its dictionary, where it has one. @throws {InputFileError} where it holds less than it says. */
export function cellsOf(path: string, vector: IpcVector, parts: readonly IpcVector[] = []): Cells {
  try {
    return vector.field.dictionary ? new DictionaryCells(vector, parts) : new FlatCells(vector);
  } catch (error) {
    throw broken(path, `column "${vector.field.name}": ${reasonOf(error)}`);
  }
}

/** Rows of a column, from a multiple of eight on. */
export function sliceOf(path: string, vector: IpcVector, from: number, rows: number): IpcVector {
  const { field, length, buffers } = vector;
  if (from === 0 && rows === length) return vector;
  const { id, bits, precision, width } = field.dictionary?.index ?? field.type;
  const [nulls, second, ...texts] = buffers as [Uint8Array, Uint8Array, ...Uint8Array[]];
  const isText = texts.length > 0;
  const size = isText
    ? id === TYPES.utf8
      ? 4
      : 8
    : id === TYPES.float
      ? 4 * precision
      : id === TYPES.fixed
        ? width
        : bits / 8;
  const last = (from + rows + (isText ? 1 : 0)) * size;
  if (second.length < last) throw broken(path, `column "${field.name}": it is shorter than its batch`);
  return { ...vector, length: rows, buffers: [nulls.subarray(from / 8), second.subarray(from * size, last), ...texts] };
}

function readTable(path: string, bytes: Uint8Array): IpcTable {
  const isFile = decodeText(bytes, 0, 6) === MAGIC;
  const end = isFile ? decodeText(bytes, bytes.length - 6) === MAGIC : hexOf(bytes.subarray(-8)) === STREAM_END;
  // The end of the bytes is not the end of the data: batches that were cut off would be missed.
  if (!end) throw broken(path, isFile ? "it ends before its footer" : "it has no end mark");
  try {
    return readIpc(bytes, isFile);
  } catch (error) {
    throw broken(path, reasonOf(error));
  }
}

export function broken(path: string, why: string): InputFileError {
  const problem = `the Arrow data is damaged or of a kind that cannot be read (${why}): write it again, uncompressed`;
  return new InputFileError(path, problem);
}

export function columnType({ type, metadata }: IpcField): ColumnType {
  const { id, bits, signed, precision, scale, width } = type;
  if (id === TYPES.int && [8, 16, 32, 64].includes(bits)) return { kind: "integer", bits: bits as 64, signed };
  if (id === TYPES.float && precision > 0) return { kind: precision === 1 ? "float" : "double" };
  if (id === TYPES.utf8 || id === TYPES.largeUtf8) return { kind: "text" };
  if (id === TYPES.decimal && [32, 64, 128].includes(bits) && precision > 0 && precision <= 38) {
    return { kind: "decimal", precision, scale };
  }
  if (id === TYPES.fixed && width === 16 && metadata.get("ARROW:extension:name") === "arrow.uuid")
    return { kind: "uuid" };
  return { kind: "other", name: id === TYPES.float ? "half float" : `Arrow type ${id}` };
}

type Numbers =
  | Plain
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** The numbers of a buffer. @throws {RangeError} where they are too few, or do not begin on a multiple of their size. */
function numbersOf(type: IpcType, bytes: Uint8Array, length: number): Numbers {
  const { id, bits, signed, precision } = type;
  const signedTypes = { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array };
  const unsignedTypes = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array };
  const Float = precision === 1 ? Float32Array : Float64Array;
  const Type = id === TYPES.float ? Float : (signed ? signedTypes : unsignedTypes)[bits as 64];
  if (!Type) throw new RangeError(`integers of ${bits} bits`);
  if (bytes.length < length * Type.BYTES_PER_ELEMENT) throw new RangeError("it is shorter than its batch");
  return new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
}

/** Cells of one column of a record batch. */
export class FlatCells implements Cells {
  readonly type: ColumnType;
  readonly length: number;
  readonly #nulls: Uint8Array | undefined;
  readonly #numbers: Numbers | undefined;
  readonly #bytes: Uint8Array;
  /** Of texts: where each begins. */
  readonly #offsets: Int32Array | BigInt64Array | undefined;
  readonly #width: number;

  constructor({ field, length, nulls, buffers }: IpcVector) {
    this.type = columnType(field);
    this.length = length;
    this.#nulls = nulls > 0 ? buffers[0] : undefined;
    this.#bytes = buffers.at(-1) ?? new Uint8Array(0);
    const { id, bits, width } = field.type;
    this.#width = id === TYPES.decimal ? bits / 8 : width;
    const { kind } = this.type;
    if (kind === "integer" || kind === "float" || kind === "double") {
      this.#numbers = numbersOf(field.type, this.#bytes, length);
    } else if (kind === "text") {
      const offsets = { ...field.type, id: TYPES.int, bits: id === TYPES.utf8 ? 32 : 64, signed: true };
      this.#offsets = numbersOf(offsets, buffers[1] as Uint8Array, length + 1) as Int32Array;
    } else if (this.#bytes.length < length * this.#width) throw new RangeError("it is shorter than its batch");
  }

  /** The numbers where they lie, where the column is one array of them without NULLs. */
  get plain(): Plain | undefined {
    const isPlain = this.#numbers instanceof Float32Array || this.#numbers instanceof Float64Array;
    return isPlain && !this.#nulls ? (this.#numbers as Plain) : undefined;
  }

  /** The 64-bit integers where they lie, unsigned ones by their bits. */
  get plainIntegers(): BigInt64Array | undefined {
    const numbers = this.#numbers;
    if (this.#nulls || !(numbers instanceof BigInt64Array || numbers instanceof BigUint64Array)) return undefined;
    return new BigInt64Array(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.length);
  }

  isNull(i: number): boolean {
    return this.#nulls !== undefined && (((this.#nulls[i >> 3] as number) >> (i & 7)) & 1) === 0;
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    const { plain, length } = this;
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
    else for (let i = 0; i < this.length; i++) into[i] = this.isNull(i) ? 0n : this.#integer(i);
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.length; i++) {
      if (this.isNull(i)) continue;
      const bytes = this.type.kind === "text" ? this.#textBytes(i) : new TextEncoder().encode(this.text(i));
      if (!isUtf8(bytes)) return i;
      md5Key(bytes, 0, bytes.length, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const { type } = this;
    return type.kind === "decimal" ? decimalNumber(this.#integer(i), type.scale) : Number(this.#numbers?.[i]);
  }

  exact(i: number): Exact {
    const { kind } = this.type;
    if (kind === "float" || kind === "double") return this.number(i);
    return kind === "integer" || kind === "decimal" ? this.#integer(i) : this.text(i);
  }

  text(i: number): string {
    const { type } = this;
    if (type.kind === "text") return decodeText(this.#textBytes(i));
    if (type.kind === "uuid") return uuidText(this.#bytes.subarray(16 * i, 16 * i + 16));
    if (type.kind === "decimal") return decimalText(this.#integer(i), type.scale);
    return String(this.#numbers?.[i]);
  }

  #integer(i: number): bigint {
    if (this.type.kind !== "decimal") return BigInt(this.#numbers?.[i] ?? 0);
    const width = this.#width;
    let x = 0n;
    for (let b = width - 1; b >= 0; b--) x = (x << 8n) | BigInt(this.#bytes[width * i + b] as number);
    return BigInt.asIntN(8 * width, x);
  }

  /** A text that begins or ends outside of the column is empty: it is one that nobody wrote. */
  #textBytes(i: number): Uint8Array {
    const [start, end] = [Number(this.#offsets?.[i]), Number(this.#offsets?.[i + 1])];
    if (!(start >= 0 && end >= start && end <= this.#bytes.length))
      throw new RangeError("a text lies outside of its column");
    return this.#bytes.subarray(start, end);
  }
}

/** Cells that stand in a dictionary, each by its number there. */
class DictionaryCells implements Cells {
  readonly type: ColumnType;
  readonly #indices: FlatCells;
  readonly #parts: FlatCells[];

  constructor(vector: IpcVector, parts: readonly IpcVector[]) {
    const { dictionary, ...values } = vector.field;
    if (!dictionary) throw new RangeError("it has no dictionary");
    this.type = columnType(values);
    this.#indices = new FlatCells({ ...vector, field: { ...values, type: dictionary.index } });
    this.#parts = parts.map((part) => new FlatCells(part));
    const size = this.#parts.reduce((sum, { length }) => sum + length, 0);
    for (let i = 0; i < vector.length; i++) {
      const index = this.#indices.number(i);
      if (!this.#indices.isNull(i) && !(index >= 0 && index < size))
        throw new RangeError(`row ${i + 1} is not in its dictionary`);
    }
  }

  isNull(i: number): boolean {
    if (this.#indices.isNull(i)) return true;
    const [part, at] = this.#find(i);
    return part.isNull(at);
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    for (let i = 0; i < this.#indices.length; i++) {
      const absent = this.isNull(i);
      missing[i] = absent ? 1 : 0;
      into[i] = absent ? 0 : this.number(i);
    }
    return -1;
  }

  integers(into: BigInt64Array): void {
    for (let i = 0; i < this.#indices.length; i++) into[i] = this.isNull(i) ? 0n : (this.exact(i) as bigint);
  }

  keys(into: Uint32Array): number {
    for (let i = 0; i < this.#indices.length; i++) {
      if (this.isNull(i)) continue;
      const text = this.text(i);
      // What is not UTF-8 is decoded with replacement characters.
      if (text.includes("\ufffd")) return i;
      const bytes = new TextEncoder().encode(text);
      md5Key(bytes, 0, bytes.length, into, 2 * i);
    }
    return -1;
  }

  number(i: number): number {
    const [part, at] = this.#find(i);
    return part.number(at);
  }

  exact(i: number): Exact {
    const [part, at] = this.#find(i);
    return part.exact(at);
  }

  text(i: number): string {
    const [part, at] = this.#find(i);
    return part.text(at);
  }

  #find(i: number): [FlatCells, number] {
    let at = this.#indices.number(i);
    for (const part of this.#parts) {
      if (at < part.length) return [part, at];
      at -= part.length;
    }
    throw new RangeError("it is not in its dictionary");
  }
}
