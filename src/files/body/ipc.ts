/**
 * Arrow IPC as views over its bytes (format/Message.fbs, Schema.fbs; versions 4 and 5). Our own in place of a library: bodies come from
 * anyone, and both libraries of the field take a length in the metadata for true, up to 2^31 of them. Here every read is inside of its
 * message or an error, and no list is longer than the bytes that it would take.
 */

/** A type of the schema: what the readers need of it. */
export interface IpcType {
  id: number;
  bits: number;
  signed: boolean;
  precision: number;
  scale: number;
  /** Bytes of a fixed-size binary. */
  width: number;
}

export interface IpcField {
  name: string;
  type: IpcType;
  /** Number of the dictionary, and the type of its indices. */
  dictionary?: { id: bigint; index: IpcType };
  children: IpcField[];
  metadata: Map<string, string>;
}

/** A column of a record batch: its buffers where they lie. */
export interface IpcVector {
  field: IpcField;
  length: number;
  nulls: number;
  buffers: Uint8Array[];
}

export interface IpcTable {
  fields: IpcField[];
  batches: { length: number; vectors: IpcVector[] }[];
  /** Of each dictionary its parts, in order. */
  dictionaries: Map<bigint, IpcVector[]>;
}

export const TYPES = { int: 2, float: 3, utf8: 5, decimal: 7, fixed: 15, largeUtf8: 20 };
const [STRUCT, FIXED_LIST] = [13, 16];
/** Buffers of a type beside those of its children, by its number; what is not here is not read. */
const BUFFERS: Record<number, number> = {
  ...{ 1: 0, 2: 2, 3: 2, 4: 3, 5: 3, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2, 13: 1, 15: 2, 16: 1, 17: 2, 18: 2 },
  ...{ 19: 3, 20: 3, 21: 2 },
};
export const [SCHEMA, DICTIONARY, RECORDS] = [1, 2, 3] as const;
/** Bytes of "ARROW1", with which a file begins and ends. */
const MARK = 6;
/** Fields inside of fields. */
const DEEPEST = 16;

/**
 * Reads a stream, or a file, which is a stream between its marks with a footer behind it; some writers, apache-arrow's among them, give the
 * schema in the footer alone.
 * @throws {RangeError} saying what is wrong.
 */
export function readIpc(bytes: Uint8Array, isFile: boolean): IpcTable {
  const table: IpcTable = { fields: [], batches: [], dictionaries: new Map() };
  let schema = isFile ? footerSchema(bytes) : undefined;
  let isSeen = false;
  let at = isFile ? MARK + 2 : 0;
  for (;;) {
    const message = nextMessage(bytes, at);
    if (!message) break;
    at = message.end;
    const { header, kind, body } = message;
    if (kind === SCHEMA) {
      if (isSeen) throw new RangeError("it has two schemas");
      isSeen = true;
      schema = schemaOf(header);
    } else if (!schema) throw new RangeError("it has no schema before its batches");
    else if (kind === RECORDS) table.batches.push(batchOf(header, schema, body));
    else if (kind === DICTIONARY) addDictionary(table, header, schema, body);
  }
  if (!schema) throw new RangeError("it has no schema");
  table.fields = schema;
  return table;
}

export function schemaOf(header: Flat): IpcField[] {
  if (header.i16(0) !== 0) throw new RangeError("its numbers are big-endian");
  return header.tables(1).map((field) => fieldOf(field, 0));
}

/** The schema of the footer: its bytes, their count in four bytes, the mark. */
function footerSchema(bytes: Uint8Array): IpcField[] | undefined {
  const end = bytes.length - MARK - 4;
  if (end < 0) throw new RangeError("it ends before its footer");
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(end, true);
  if (size < 4 || size > end) throw new RangeError(`its footer has ${size} bytes`);
  const schema = Flat.root(bytes.subarray(end - size, end)).table(1);
  return schema && schemaOf(schema);
}

/** A message without its data. */
export interface IpcHead {
  kind: number;
  header: Flat;
  /** Bytes of the data that follow. */
  length: number;
}

interface Message extends IpcHead {
  body: Uint8Array;
  end: number;
}

/** @throws {RangeError} where it is none. */
export function headOf(metadata: Uint8Array): IpcHead {
  const flat = Flat.root(metadata);
  const length = flat.i64(3);
  if (length < 0) throw new RangeError(`a message has ${length} bytes of data`);
  const header = flat.table(2);
  if (!header) throw new RangeError("a message has no header");
  return { kind: flat.u8(1), header, length };
}

function nextMessage(bytes: Uint8Array, start: number): Message | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = start;
  let size = view.getInt32(at, true);
  at += 4;
  if (size === -1) {
    size = view.getInt32(at, true);
    at += 4;
  }
  if (size === 0) return undefined;
  if (size < 0 || at + size > bytes.length)
    throw new RangeError(`a message at byte ${start} ends behind the last byte`);
  const head = headOf(bytes.subarray(at, at + size));
  at += size;
  if (at + head.length > bytes.length) throw new RangeError(`the data at byte ${at} ends behind the last byte`);
  return { ...head, body: bytes.subarray(at, at + head.length), end: at + head.length };
}

function fieldOf(flat: Flat, depth: number): IpcField {
  if (depth > DEEPEST) throw new RangeError("fields are nested too deep");
  const name = flat.text(0);
  const encoding = flat.table(4);
  const index = encoding?.table(1);
  const metadata = new Map(flat.tables(6).map((pair) => [pair.text(0), pair.text(1)]));
  const field: IpcField = {
    ...{ name, metadata, type: typeOf(flat.u8(2), flat.table(3)) },
    children: flat.tables(5).map((child) => fieldOf(child, depth + 1)),
  };
  if (encoding) field.dictionary = { id: BigInt(encoding.i64(0)), index: typeOf(TYPES.int, index) };
  if (BUFFERS[field.type.id] === undefined) throw new RangeError(`column "${name}" is of Arrow type ${field.type.id}`);
  return field;
}

function typeOf(id: number, flat: Flat | undefined): IpcType {
  const type = { id, bits: 0, signed: true, precision: 0, scale: 0, width: 0 };
  if (id === TYPES.int) return { ...type, bits: flat?.i32(0) ?? 32, signed: flat ? flat.u8(1) === 1 : true };
  if (id === TYPES.float) return { ...type, precision: flat?.i16(0) ?? 0 };
  if (id === TYPES.decimal && flat)
    return { ...type, precision: flat.i32(0), scale: flat.i32(1), bits: flat.i32(2) || 128 };
  if (id === TYPES.fixed) return { ...type, width: flat?.i32(0) ?? 0 };
  return type;
}

export function addDictionary(
  { dictionaries }: Pick<IpcTable, "dictionaries">,
  header: Flat,
  schema: readonly IpcField[],
  body: Uint8Array,
): void {
  const id = BigInt(header.i64(0));
  const data = header.table(1);
  const field = findDictionary(schema, id);
  if (!field || !data) throw new RangeError(`a dictionary ${id} is of no column`);
  const { dictionary: _, ...values } = field;
  const { vectors } = batchOf(data, [values], body);
  const isMore = header.u8(2) === 1;
  dictionaries.set(id, [...(isMore ? (dictionaries.get(id) ?? []) : []), ...vectors]);
}

function findDictionary(fields: readonly IpcField[], id: bigint): IpcField | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : findDictionary(field.children, id);
    if (found) return found;
  }
  return undefined;
}

export function batchOf(
  flat: Flat,
  fields: readonly IpcField[],
  body: Uint8Array,
): { length: number; vectors: IpcVector[] } {
  const { length, columns } = placesOf(flat, fields, body.length);
  const vectors = columns.map((column) =>
    vectorOf(
      column,
      column.buffers.map(([offset, size]) => body.subarray(offset, offset + size)),
    ),
  );
  return { length, vectors };
}

/** A column of a record batch that may not be there yet: where its buffers lie in the data of the message. */
export interface IpcPlace {
  field: IpcField;
  length: number;
  nulls: number;
  /** First byte and size of each. */
  buffers: [number, number][];
}

/**
 * Where the columns of a batch lie, in its `size` bytes.
 * @throws {RangeError} where they lie elsewhere, or are not of one length.
 */
export function placesOf(
  flat: Flat,
  fields: readonly IpcField[],
  size: number,
): { length: number; columns: IpcPlace[] } {
  if (flat.table(3)) throw new RangeError("its buffers are compressed");
  const next = { nodes: flat.pairs(1), node: 0, buffers: flat.pairs(2), buffer: 0, size };
  const length = flat.i64(0);
  const columns = fields.map((field) => placeOf(field, next));
  for (const column of columns) {
    if (column.length === length) continue;
    throw new RangeError(`column "${column.field.name}" has ${column.length} of ${length} rows`);
  }
  return { length, columns };
}

/** The column of a place, whose buffers are here. */
export function vectorOf({ field, length, nulls }: IpcPlace, buffers: Uint8Array[]): IpcVector {
  const isNested = field.type.id === STRUCT || field.type.id === FIXED_LIST;
  const needed = nulls > 0 || isNested ? Math.ceil(length / 8) : 0;
  if (nulls > 0 && (buffers[0]?.length ?? 0) < needed) throw new RangeError(`column "${field.name}" lacks its NULLs`);
  return { field, length, nulls, buffers };
}

interface Next {
  nodes: [number, number][];
  node: number;
  buffers: [number, number][];
  buffer: number;
  size: number;
}

/** The next column of a batch; those of its children are passed over. */
function placeOf(field: IpcField, next: Next): IpcPlace {
  const [length, nulls] = next.nodes[next.node++] ?? [-1, -1];
  if (length < 0 || nulls < 0 || nulls > length) throw new RangeError(`column "${field.name}" has no length`);
  const count = field.dictionary ? 2 : (BUFFERS[field.type.id] as number);
  const buffers = Array.from({ length: count }, (): [number, number] => {
    const [offset, size] = next.buffers[next.buffer++] ?? [-1, -1];
    if (offset < 0 || size < 0 || offset + size > next.size) {
      throw new RangeError(`column "${field.name}" lies outside of its batch`);
    }
    return [offset, size];
  });
  if (!field.dictionary) for (const child of field.children) placeOf(child, next);
  return { field, length, nulls, buffers };
}

/** A table of a flatbuffer: offsets are checked by the view, which ends where the message does. */
export class Flat {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fields: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
    this.#fields = (view.getUint16(this.#vtable, true) - 4) / 2;
  }

  static root(bytes: Uint8Array): Flat {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return new Flat(view, view.getUint32(0, true));
  }

  u8(field: number): number {
    const at = this.#place(field);
    return at ? this.#view.getUint8(at) : 0;
  }

  i16(field: number): number {
    const at = this.#place(field);
    return at ? this.#view.getInt16(at, true) : 0;
  }

  i32(field: number): number {
    const at = this.#place(field);
    return at ? this.#view.getInt32(at, true) : 0;
  }

  i64(field: number): number {
    const at = this.#place(field);
    return at ? this.#safe(at) : 0;
  }

  table(field: number): Flat | undefined {
    const at = this.#place(field);
    return at ? new Flat(this.#view, at + this.#view.getUint32(at, true)) : undefined;
  }

  tables(field: number): Flat[] {
    const [start, count] = this.#vector(field, 4);
    return Array.from({ length: count }, (_, i) => {
      const at = start + 4 * i;
      return new Flat(this.#view, at + this.#view.getUint32(at, true));
    });
  }

  /** First byte in the message and count of a vector of structs of so many bytes. */
  structs(field: number, size: number): [number, number] {
    return this.#vector(field, size);
  }

  /** Structs of two 64-bit numbers. */
  pairs(field: number): [number, number][] {
    const [start, count] = this.#vector(field, 16);
    return Array.from({ length: count }, (_, i) => [this.#safe(start + 16 * i), this.#safe(start + 16 * i + 8)]);
  }

  text(field: number): string {
    const [start, count] = this.#vector(field, 1);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, count));
  }

  #place(field: number): number {
    const offset = field < this.#fields ? this.#view.getUint16(this.#vtable + 4 + 2 * field, true) : 0;
    return offset && this.#at + offset;
  }

  /** First byte and count of a vector, which fits into the message. */
  #vector(field: number, size: number): [number, number] {
    const at = this.#place(field);
    if (!at) return [0, 0];
    const start = at + this.#view.getUint32(at, true);
    const count = this.#view.getUint32(start, true);
    if (start + 4 + size * count > this.#view.byteLength) throw new RangeError("a list is longer than its message");
    return [start + 4, count];
  }

  #safe(at: number): number {
    const value = Number(this.#view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value)) throw new RangeError(`a length is ${value}`);
    return value;
  }
}
