/** Decisions as Arrow IPC in memory: ids where they lie in the body, offers by number, a record batch for each of the body's. */
import {
  type Batch,
  batchType,
  Column,
  type DataType,
  decimal,
  dictionary,
  fixedSizeBinary,
  float32,
  float64,
  type IntBitWidth,
  int,
  int16,
  int32,
  int64,
  Table,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import { type DecisionShape, NAMES } from "../sink/sink.js";
import { encodeText } from "../text.js";
import type { ColumnType, Exact } from "../types.js";
import { type Block, FOOTER, footerOf, type IpcPart, messagesOf } from "./ipc-parts.js";

const UUID = [
  ["ARROW:extension:name", "arrow.uuid"],
  ["ARROW:extension:metadata", ""],
] as const;

/** Columns of one record batch of decisions. */
export interface DecidedBatch {
  rows: number;
  ids: Batch<unknown>;
  choices: Uint8Array | Uint16Array;
  values: Batch<unknown>;
  costs: Batch<unknown>;
}

/**
 * Writes a file or stream batch by batch. The library writes whole tables alone: each batch is one of its own, of which the schema and the
 * names of the offers, which are the same in all, leave once.
 */
export class ArrowWriter {
  readonly #shape: DecisionShape;
  readonly #format: "file" | "stream";
  readonly #note: Map<string, string>;
  readonly #names: Column<unknown>;
  readonly #offers: DataType;
  /** Of each record batch: where it begins in the file, bytes of its metadata, of its data. */
  readonly #blocks: Block[] = [];
  #dictionary: Block | undefined;
  #at = 0;

  /** @param note what the schema carries beside, by name. */
  constructor(shape: DecisionShape, format: "file" | "stream", note: Map<string, string>) {
    this.#shape = shape;
    this.#format = format;
    this.#note = note;
    const text = utf8();
    this.#names = new Column([textBatch(shape.options)], text);
    // The very type of the names: by it their number is found when they are written.
    this.#offers = dictionary(text, shape.options.length > MOST_NARROW ? int32() : int16());
  }

  add(batch: DecidedBatch): Uint8Array {
    const bytes = this.#table([batch], "stream");
    const [, names, records] = messagesOf(bytes) as [IpcPart, IpcPart, IpcPart];
    const isFirst = this.#blocks.length === 0;
    // Before it a file has its mark, in eight bytes.
    if (isFirst && this.#format === "file") this.#at = MAGIC.length;
    const start = isFirst ? 0 : records.start;
    const moved = this.#at - start;
    if (isFirst) this.#dictionary = { ...names, start: names.start + moved };
    this.#blocks.push({ ...records, start: records.start + moved });
    this.#at += records.end - start;
    const part = bytes.subarray(start, records.end);
    return isFirst && this.#format === "file" ? joined(MAGIC, part) : part;
  }

  finish(): Uint8Array {
    if (this.#format === "stream") return END;
    // The footer of a file of as many batches without rows, and in it where ours lie.
    const none = { rows: 0, choices: new Uint8Array(0) };
    const { id, value, cost } = this.#shape;
    const empty = { ...none, ids: pieceOf(id, []), values: pieceOf(value, []), costs: pieceOf(cost, []) };
    const bytes = this.#table(
      this.#blocks.map(() => empty),
      "file",
    ).slice();
    const footer = footerOf(bytes);
    footer.place(FOOTER.dictionaries, this.#dictionary ? [this.#dictionary] : []);
    footer.place(FOOTER.records, this.#blocks);
    return joined(END, bytes.subarray(footer.start));
  }

  #table(batches: readonly DecidedBatch[], format: "file" | "stream"): Uint8Array {
    const shape = this.#shape;
    const Numbers = shape.options.length > MOST_NARROW ? Int32Array : Int16Array;
    const offers = batches.map(({ rows, choices }) => {
      return offerBatch(this.#offers, this.#names, choices, new Numbers(rows));
    });
    const columns = [
      new Column(
        batches.map(({ ids }) => ids),
        arrowType(shape.id),
      ),
      new Column(offers, this.#offers),
      new Column(
        batches.map(({ values }) => values),
        arrowType(shape.value),
      ),
      new Column(
        batches.map(({ costs }) => costs),
        arrowType(shape.cost),
      ),
    ];
    const fields = NAMES.map((name, c) => ({
      name,
      type: (columns[c] as Column<unknown>).type,
      nullable: c === 1,
      metadata: new Map(c === 0 && shape.id.kind === "uuid" ? UUID : []),
    }));
    const schema = { version: 4 as const, endianness: 0 as const, fields, metadata: this.#note };
    const bytes = tableToIPC(new Table(schema, columns), { format });
    if (!bytes) throw new Error("flechette gave no bytes");
    return bytes;
  }
}

/** Names that 16 bits tell apart. */
const MOST_NARROW = 32_767;
/** "ARROW1", to eight bytes. */
const MAGIC = Uint8Array.of(65, 82, 82, 79, 87, 49, 0, 0);
/** The mark behind the last message. */
const END = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Numbers or ids of this type as a column's piece. Typed arrays are taken as they are. */
export function pieceOf(type: ColumnType, all: readonly Exact[] | ArrayBufferView): Batch<unknown> {
  const arrow = arrowType(type);
  if (!Array.isArray(all)) return numbersBatch(arrow, all as Float32Array);
  if (type.kind === "text") return textBatch(all as string[]);
  if (type.kind === "uuid") return numbersBatch(arrow, bytesOfUuids(all as string[]), 16);
  if (type.kind === "decimal") return numbersBatch(arrow, wordsOf(all as bigint[]), 2);
  const array = new (arrow as unknown as { values: new (size: number) => Float64Array }).values(all.length);
  const isWide = array instanceof BigInt64Array || array instanceof BigUint64Array;
  for (let i = 0; i < all.length; i++) (array as unknown as unknown[])[i] = isWide ? all[i] : Number(all[i]);
  return numbersBatch(arrow, array);
}

function numbersBatch(type: DataType, values: { length: number }, size = 1): Batch<unknown> {
  const Class = batchType(type, { useBigInt: true, useDecimalInt: true });
  return new Class({ length: values.length / size, nullCount: 0, type, validity: new Uint8Array(0), values } as never);
}

function textBatch(texts: readonly string[]): Batch<unknown> {
  const pieces = texts.map(encodeText);
  const offsets = new Int32Array(texts.length + 1);
  pieces.forEach((piece, i) => {
    offsets[i + 1] = (offsets[i] as number) + piece.length;
  });
  const values = new Uint8Array(offsets[texts.length] as number);
  pieces.forEach((piece, i) => {
    values.set(piece, offsets[i]);
  });
  const type = utf8();
  const Class = batchType(type);
  return new Class({ length: texts.length, nullCount: 0, type, validity: new Uint8Array(0), offsets, values } as never);
}

/** Numbers of the offers from 0, none as NULL. */
function offerBatch(
  type: DataType,
  names: Column<unknown>,
  choices: Uint8Array | Uint16Array,
  values: Int16Array | Int32Array,
): Batch<unknown> {
  const rows = values.length;
  const validity = new Uint8Array(Math.ceil(rows / 8));
  let nullCount = 0;
  for (let i = 0; i < rows; i++) {
    const choice = choices[i] as number;
    if (choice === 0) nullCount++;
    else {
      values[i] = choice - 1;
      validity[i >> 3] = (validity[i >> 3] as number) | (1 << (i & 7));
    }
  }
  const Class = batchType(type) as unknown as new (
    options: object,
  ) => Batch<unknown> & { setDictionary(of: Column<unknown>): Batch<unknown> };
  return new Class({ length: rows, nullCount, type, validity, values }).setDictionary(names);
}

function arrowType(type: ColumnType): DataType {
  switch (type.kind) {
    case "integer":
      return type.bits === 64 && type.signed ? int64() : int(type.bits as IntBitWidth, type.signed);
    case "decimal":
      return decimal(type.precision, type.scale, 128);
    case "uuid":
      return fixedSizeBinary(16);
    case "float":
      return float32();
    case "double":
      return float64();
    default:
      return utf8();
  }
}

function bytesOfUuids(texts: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(16 * texts.length);
  texts.forEach((text, i) => {
    const hex = text.replaceAll("-", "");
    for (let b = 0; b < 16; b++) bytes[16 * i + b] = Number.parseInt(hex.slice(2 * b, 2 * b + 2), 16);
  });
  return bytes;
}

/** Decimals of 128 bits, two words each, low word first. */
function wordsOf(all: readonly bigint[]): BigUint64Array {
  const words = new BigUint64Array(2 * all.length);
  all.forEach((x, i) => {
    words[2 * i] = BigInt.asUintN(64, x);
    words[2 * i + 1] = BigInt.asUintN(64, x >> 64n);
  });
  return words;
}
