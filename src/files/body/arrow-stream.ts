/** Arrow IPC as it arrives: batches as they begin, their columns one by one, so that a batch of everything is not held whole either. */
import { reasonOf } from "../errors.js";
import type { Column } from "../types.js";
import type { Arrivals } from "./arrivals.js";
import { ArrowBody, broken, columnType } from "./arrow.js";
import {
  addDictionary,
  DICTIONARY,
  type Flat,
  headOf,
  type IpcField,
  type IpcHead,
  type IpcPlace,
  type IpcVector,
  placesOf,
  RECORDS,
  SCHEMA,
  schemaOf,
  vectorOf,
} from "./ipc.js";

/** Most bytes of a message without its data: schemas of thousands of columns, and no more. */
const MOST_METADATA = 1 << 24;

/** A batch whose columns are still to come. */
export interface ArrivingBatch {
  rows: number;
  /** Bytes of its columns. */
  bytes: number;
  /** The wanted columns in the order in which they arrive, with their dictionaries. Goes on behind the batch. */
  columns(wanted: ReadonlySet<number>, room: Room): AsyncGenerator<[column: number, vector: IpcVector]>;
}

/** Memory for a buffer of a column. */
export type Room = (bytes: number) => Uint8Array;

export class ArrowStream {
  readonly path: string;
  readonly #arrivals: Arrivals;
  readonly #dictionaries = new Map<bigint, IpcVector[]>();
  #fields: IpcField[] = [];
  #isSeen = false;

  private constructor(path: string, arrivals: Arrivals) {
    this.path = path;
    this.#arrivals = arrivals;
  }

  /** Reads the schema. @throws {InputFileError} where there is none. */
  static async open(path: string, arrivals: Arrivals): Promise<ArrowStream> {
    const stream = new ArrowStream(path, arrivals);
    const head = await stream.#head();
    if (!head) throw broken(path, "it has no schema");
    if (head.kind !== SCHEMA) throw broken(path, "it has no schema before its batches");
    stream.#fields = stream.#read(() => schemaOf(head.header));
    stream.#isSeen = true;
    await stream.#pass(head.length);
    return stream;
  }

  get columns(): Column[] {
    return this.#fields.map((field) => ({ name: field.name, type: columnType(field) }));
  }

  /** Parts of the dictionary of a column, as they are now. */
  partsOf({ field }: IpcVector): readonly IpcVector[] | undefined {
    return field.dictionary && this.#dictionaries.get(field.dictionary.id);
  }

  /** The next batch that has rows; undefined behind the last. */
  async next(): Promise<ArrivingBatch | undefined> {
    for (;;) {
      const head = await this.#head();
      if (!head) return undefined;
      if (head.kind === SCHEMA && this.#isSeen) throw broken(this.path, "it has two schemas");
      if (head.kind === DICTIONARY) await this.#dictionary(head);
      else if (head.kind !== RECORDS) await this.#pass(head.length);
      else {
        const { length, columns } = this.#read(() => placesOf(head.header, this.#fields, head.length));
        if (length > 0) return this.#arriving(length, columns, head.length);
        await this.#pass(head.length);
      }
    }
  }

  /** What is left, whole. */
  async rest(): Promise<ArrowBody> {
    const batches: { length: number; vectors: IpcVector[] }[] = [];
    const wanted = new Set(this.#fields.keys());
    for (let batch = await this.next(); batch; batch = await this.next()) {
      const vectors: IpcVector[] = [];
      for await (const [c, vector] of batch.columns(wanted, newRoom)) vectors[c] = vector;
      batches.push({ length: batch.rows, vectors });
    }
    return new ArrowBody(this.path, { fields: this.#fields, batches, dictionaries: this.#dictionaries });
  }

  #arriving(rows: number, places: readonly IpcPlace[], size: number): ArrivingBatch {
    return { rows, bytes: size, columns: (wanted, room) => this.#columns(places, size, wanted, room) };
  }

  async *#columns(
    places: readonly IpcPlace[],
    size: number,
    wanted: ReadonlySet<number>,
    room: Room,
  ): AsyncGenerator<[number, IpcVector]> {
    const isInOrder = areInOrder(places.filter((_, c) => wanted.has(c)));
    const body = isInOrder ? undefined : await this.#take(newRoom(size));
    let at = 0;
    for (const [c, place] of places.entries()) {
      if (!wanted.has(c)) continue;
      const buffers: Uint8Array[] = [];
      for (const [offset, bytes] of place.buffers) {
        if (body) buffers.push(body.slice(offset, offset + bytes));
        else if (bytes === 0) buffers.push(new Uint8Array(0));
        else {
          await this.#pass(offset - at);
          buffers.push(await this.#take(room(bytes)));
          at = offset + bytes;
        }
      }
      yield [c, this.#read(() => vectorOf(place, buffers))];
    }
    if (!body) await this.#pass(size - at);
  }

  async #dictionary({ header, length }: IpcHead): Promise<void> {
    const body = await this.#take(newRoom(length));
    this.#read(() => addDictionary({ dictionaries: this.#dictionaries }, header as Flat, this.#fields, body));
  }

  /** The next message without its data; undefined at the end mark, behind which there must be nothing. */
  async #head(): Promise<IpcHead | undefined> {
    const word = new Uint8Array(4);
    const view = new DataView(word.buffer);
    const next = async () => {
      if ((await this.#arrivals.fill(word)) < word.length) throw broken(this.path, "it has no end mark");
      return view.getInt32(0, true);
    };
    let size = await next();
    const isMarked = size === -1;
    if (isMarked) size = await next();
    if (size === 0) {
      // The end of the bytes is not the end of the data: batches that were cut off would be missed.
      if (!isMarked) throw broken(this.path, "it has no end mark");
      if ((await this.#arrivals.skip(1)) > 0) throw broken(this.path, "bytes follow its end mark");
      return undefined;
    }
    if (size < 0 || size > MOST_METADATA) throw broken(this.path, `a message has ${size} bytes of metadata`);
    const metadata = await this.#take(new Uint8Array(size));
    const head = this.#read(() => headOf(metadata));
    const left = (this.#arrivals.length ?? Number.POSITIVE_INFINITY) - this.#arrivals.taken;
    if (head.length > left) throw this.#cut();
    return head;
  }

  async #take(into: Uint8Array): Promise<Uint8Array> {
    if ((await this.#arrivals.fill(into)) < into.length) throw this.#cut();
    return into;
  }

  async #pass(bytes: number): Promise<void> {
    if ((await this.#arrivals.skip(bytes)) < bytes) throw this.#cut();
  }

  #cut(): Error {
    return broken(this.path, "it ends behind the last byte: it has no end mark");
  }

  /** What the metadata says, which may be anything. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw broken(this.path, reasonOf(error));
    }
  }
}

function newRoom(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

function areInOrder(places: readonly IpcPlace[]): boolean {
  let end = 0;
  for (const [offset, size] of places.flatMap(({ buffers }) => buffers)) {
    if (size === 0) continue;
    if (offset < end) return false;
    end = offset + size;
  }
  return true;
}
