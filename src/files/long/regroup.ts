/**
 * A long file in any order, made into one whose users are adjacent, in the order of their first rows. Rows are dealt to files
 * by the number of their user, 32,768 users a file, which are then sorted one at a time: a bucket sort, read once and written
 * once, whatever the size. While it deals, it holds 16 to 32 bytes a user.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchKeys } from "../cells.js";
import { InputFileError, reasonOf } from "../errors.js";
import type { LongLayout } from "../layout.js";
import { removeTemporary, temporaryName } from "../output.js";
import { textOf } from "../sink/sink.js";
import type { Batch, Cells, Column, Format, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { UserNumbers } from "./numbers.js";
import { TextCells } from "./text-cells.js";

const BUCKET_USERS = 32_768;
const PIECE = 1 << 16;
/** user u32 · row f64 · line f64 · four cells: length u32 (NULL is 2^32 − 1) and UTF-8 */
const FIXED = 20;
const NULL = 0xffff_ffff;
const CELLS = 4;

export class RegroupedSource implements Source {
  readonly path: string;
  readonly format: Format;
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly users: number;
  readonly #folder: string;
  readonly #buckets: number;

  private constructor(
    source: Source,
    columns: Column[],
    folder: string,
    dealt: { rows: number; users: number; buckets: number },
  ) {
    this.path = source.path;
    this.format = source.format;
    this.columns = columns;
    this.rows = dealt.rows;
    this.users = dealt.users;
    this.#folder = folder;
    this.#buckets = dealt.buckets;
  }

  /** Deals the rows of `source`. `layout` says which columns; the result's are 0 to 3: user_id, offer, value, cost. */
  static async from(
    source: Source,
    layout: LongLayout,
    temporaryFolder: string | undefined,
    watch: Watch,
  ): Promise<RegroupedSource> {
    const parent = temporaryFolder ?? tmpdir();
    const wanted = [layout.id, layout.offer, layout.value, layout.cost];
    const folder = makeFolder(parent);
    try {
      const dealt = await deal(source, wanted, folder, watch);
      return new RegroupedSource(
        source,
        wanted.map((c) => source.columns[c] as Column),
        folder,
        dealt,
      );
    } catch (error) {
      removeTemporary(folder);
      throw error;
    }
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const records = new Records(readFileSync(bucketPath(this.#folder, bucket)));
      records.requireOneIdAUser(this.path);
      yield {
        rows: records.count,
        columns: wanted.map((c) => new TextCells((this.columns[c] as Column).type, records, c)),
        place: (i) => records.place(i),
      };
    }
  }

  async close(): Promise<void> {
    removeTemporary(this.#folder);
  }
}

/** A temporary folder of this process, to be removed by `removeTemporary`. */
export function makeFolder(parent: string): string {
  const folder = temporaryName(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    removeTemporary(folder);
    throw new Error(`the folder for temporary files, ${parent}, cannot be used: ${reasonOf(error)}`);
  }
}

function bucketPath(folder: string, bucket: number): string {
  return join(folder, `users-${bucket}`);
}

async function deal(
  source: Source,
  wanted: readonly number[],
  folder: string,
  watch: Watch,
): Promise<{ rows: number; users: number; buckets: number }> {
  const numbers = new UserNumbers();
  const buckets: BucketWriter[] = [];
  let rows = 0;
  try {
    for await (const batch of source.batches(wanted)) {
      watch.step("sort", rows, source.rows ?? 0);
      const keys = batchKeys(source.path, batch, batch.columns[0] as Cells);
      const words = keys instanceof Uint32Array ? keys : new Uint32Array(keys.buffer);
      for (let i = 0; i < batch.rows; i++) {
        const user = numbers.of(words[2 * i] as number, words[2 * i + 1] as number);
        const bucket = Math.floor(user / BUCKET_USERS);
        buckets[bucket] ??= new BucketWriter(bucketPath(folder, bucket));
        buckets[bucket].write(user, batch, i);
      }
      rows += batch.rows;
    }
    for (const bucket of buckets) bucket.finish();
  } finally {
    for (const bucket of buckets) bucket.close();
  }
  return { rows, users: numbers.count, buckets: buckets.length };
}

class BucketWriter {
  readonly #path: string;
  #file: number | undefined;
  #piece = Buffer.allocUnsafe(PIECE);
  #filled = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "wx");
  }

  write(user: number, batch: Batch, i: number): void {
    const { row = 0, line = 0 } = batch.place(i);
    const texts = batch.columns.map((cells) => (cells.isNull(i) ? undefined : textOf(cells.exact(i), cells.type)));
    const most = FIXED + texts.reduce((sum, text) => sum + 4 + 3 * (text?.length ?? 0), 0);
    if (this.#filled + most > this.#piece.length) this.#flush(most);
    let at = this.#piece.writeUInt32LE(user, this.#filled);
    at = this.#piece.writeDoubleLE(row, at);
    at = this.#piece.writeDoubleLE(line, at);
    for (const text of texts) {
      const length = text === undefined ? 0 : this.#piece.write(text, at + 4);
      this.#piece.writeUInt32LE(text === undefined ? NULL : length, at);
      at += 4 + length;
    }
    this.#filled = at;
  }

  finish(): void {
    this.#flush(0);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #flush(room: number): void {
    try {
      for (let done = 0; done < this.#filled; ) {
        done += writeSync(this.#file as number, this.#piece, done, this.#filled - done);
      }
    } catch (error) {
      throw new Error(`${this.#path}, a temporary file for sorting: ${reasonOf(error)}; name a folder with more room`, {
        cause: error,
      });
    }
    this.#filled = 0;
    if (room > this.#piece.length) this.#piece = Buffer.allocUnsafe(room);
  }
}

/** The records of a bucket, ordered by user, then by row. */
export class Records {
  readonly bytes: Buffer;
  /** Where each record begins. */
  readonly #starts: Float64Array;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at = recordEnd(bytes, at)) starts.push(at);
    // Dealt in the order of the rows, and sorting is stable: the user alone decides.
    starts.sort((a, b) => bytes.readUInt32LE(a) - bytes.readUInt32LE(b));
    this.#starts = Float64Array.from(starts);
  }

  get count(): number {
    return this.#starts.length;
  }

  place(i: number): { row: number; line?: number } {
    const at = this.#starts[i] as number;
    const line = this.bytes.readDoubleLE(at + 12);
    return { row: this.bytes.readDoubleLE(at + 4), line: line || undefined };
  }

  /** Bytes [start, end) of cell c of record i; undefined for NULL. */
  cell(i: number, c: number): [number, number] | undefined {
    let at = (this.#starts[i] as number) + FIXED;
    for (let before = 0; before < c; before++) at = cellEnd(this.bytes, at);
    return this.bytes.readUInt32LE(at) === NULL ? undefined : [at + 4, cellEnd(this.bytes, at)];
  }

  /** Users were told apart by 64-bit keys. Two ids with one key would be one user: possible, once in a million files. */
  requireOneIdAUser(path: string): void {
    for (let i = 1; i < this.count; i++) {
      if (this.#user(i) !== this.#user(i - 1)) continue;
      const [start, end] = this.cell(i, 0) as [number, number];
      const [from, to] = this.cell(i - 1, 0) as [number, number];
      if (this.bytes.compare(this.bytes, from, to, start, end) === 0) continue;
      const ids = [this.bytes.toString("utf8", from, to), this.bytes.toString("utf8", start, end)];
      throw new InputFileError(
        path,
        `ids ${ids.join(" and ")} have the same 64-bit key: sort the file by user_id`,
        this.place(i),
      );
    }
  }

  #user(i: number): number {
    return this.bytes.readUInt32LE(this.#starts[i] as number);
  }
}

function recordEnd(bytes: Buffer, at: number): number {
  let end = at + FIXED;
  for (let c = 0; c < CELLS; c++) end = cellEnd(bytes, end);
  return end;
}

function cellEnd(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32LE(at);
  return at + 4 + (length === NULL ? 0 : length);
}
