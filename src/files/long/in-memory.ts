/**
 * A long table in any order whose users are made adjacent in memory, in the order of their first rows: for bodies of requests, which are
 * there already and may not touch a disk. Takes the bytes of its cells once more, and 36 bytes a row.
 */
import { batchKeys } from "../cells.js";
import { InputFileError } from "../errors.js";
import { type LongLayout, usedColumns } from "../layout.js";
import { textOf } from "../sink/sink.js";
import { decodeText, encodeText } from "../text.js";
import type { Batch, Cells, Column, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { UserNumbers } from "./numbers.js";
import { TextCells, type TextRecords } from "./text-cells.js";

const CELLS = 4;
/** Rows of a batch. */
const TILE = 32_768;
/** Where a cell that is NULL ends. */
const NULL = 0xffff_ffff;
const FIRST = 1 << 16;

/** Rows of `source`, whose columns are 0 to 3 of the result: user_id, offer, value, cost. */
export async function regroupedInMemory(source: Source, layout: LongLayout, watch: Watch): Promise<Source> {
  const rows = new Rows();
  const numbers = new UserNumbers();
  const wanted = usedColumns(layout);
  for await (const batch of source.batches(wanted)) {
    watch.step("sort", rows.count, source.rows ?? 0);
    const keys = batchKeys(source.path, batch, batch.columns[0] as Cells);
    const words = keys instanceof Uint32Array ? keys : new Uint32Array(keys.buffer);
    for (let i = 0; i < batch.rows; i++) {
      rows.add(numbers.of(words[2 * i] as number, words[2 * i + 1] as number), batch, i);
    }
  }
  const order = rows.byUser(numbers.count);
  const { path, format } = source;
  rows.requireOneIdAUser(path, order);
  const columns = wanted.map((c) => source.columns[c] as Column);
  return {
    ...{ path, format, columns, rows: rows.count },
    async *batches(asked) {
      for (let from = 0; from < order.length; from += TILE) {
        const records = rows.records(order.subarray(from, from + TILE));
        yield {
          rows: records.count,
          columns: asked.map((c) => new TextCells((columns[c] as Column).type, records, c)),
          place: (i) => rows.place(order[from + i] as number),
        };
      }
    },
    async close() {},
  };
}

/** Cells as text, one after the other; of each row its user, its line and where its cells end. */
class Rows {
  count = 0;
  #bytes = new Uint8Array(FIRST);
  #filled = 0;
  /** Where each row begins, in `#bytes`. */
  #starts = new Float64Array(FIRST);
  #lengths = new Uint32Array(CELLS * FIRST);
  #users = new Uint32Array(FIRST);
  #lines = new Float64Array(FIRST);

  add(user: number, batch: Batch, i: number): void {
    if (this.count === this.#users.length) this.#grow();
    const row = this.count++;
    this.#users[row] = user;
    this.#lines[row] = batch.place(i).line ?? 0;
    this.#starts[row] = this.#filled;
    for (const [c, cells] of batch.columns.entries()) {
      const text = cells.isNull(i) ? undefined : encodeText(textOf(cells.exact(i), cells.type));
      this.#lengths[CELLS * row + c] = text?.length ?? NULL;
      if (text) this.#write(text);
    }
  }

  place(row: number): { row: number; line?: number } {
    return { row: row + 1, line: this.#lines[row] || undefined };
  }

  /** Rows user by user, each user's in their order. */
  byUser(users: number): Uint32Array {
    const next = new Uint32Array(users + 1);
    for (let row = 0; row < this.count; row++) {
      const after = (this.#users[row] as number) + 1;
      next[after] = (next[after] as number) + 1;
    }
    for (let user = 0; user < users; user++) next[user + 1] = (next[user + 1] as number) + (next[user] as number);
    const order = new Uint32Array(this.count);
    for (let row = 0; row < this.count; row++) {
      const user = this.#users[row] as number;
      const to = next[user] as number;
      order[to] = row;
      next[user] = to + 1;
    }
    return order;
  }

  records(order: Uint32Array): TextRecords {
    return { count: order.length, bytes: this.#bytes, cell: (i, c) => this.#cell(order[i] as number, c) };
  }

  /** Users were told apart by 64-bit keys: two ids with one key would be one user. */
  requireOneIdAUser(path: string, order: Uint32Array): void {
    for (let i = 1; i < order.length; i++) {
      const [row, before] = [order[i] as number, order[i - 1] as number];
      if (this.#users[row] !== this.#users[before] || this.#isSameId(row, before)) continue;
      const ids = [this.#id(before), this.#id(row)];
      const problem = `ids ${ids.join(" and ")} have the same 64-bit key: sort the file by user_id`;
      throw new InputFileError(path, problem, this.place(row));
    }
  }

  #isSameId(row: number, other: number): boolean {
    const [start, end] = this.#cell(row, 0) as [number, number];
    const [from, to] = this.#cell(other, 0) as [number, number];
    if (end - start !== to - from) return false;
    for (let at = 0; at < end - start; at++) if (this.#bytes[start + at] !== this.#bytes[from + at]) return false;
    return true;
  }

  #id(row: number): string {
    return decodeText(this.#bytes, ...(this.#cell(row, 0) as [number, number]));
  }

  #cell(row: number, c: number): [number, number] | undefined {
    let start = this.#starts[row] as number;
    for (let before = 0; before < c; before++) start += this.#length(row, before) ?? 0;
    const length = this.#length(row, c);
    return length === undefined ? undefined : [start, start + length];
  }

  #length(row: number, c: number): number | undefined {
    const length = this.#lengths[CELLS * row + c] as number;
    return length === NULL ? undefined : length;
  }

  #write(text: Uint8Array): void {
    const end = this.#filled + text.length;
    if (end > this.#bytes.length) {
      const more = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes.set(text, this.#filled);
    this.#filled = end;
  }

  #grow(): void {
    const longer = <T extends Uint32Array | Float64Array>(array: T, more: T): T => {
      more.set(array);
      return more;
    };
    this.#starts = longer(this.#starts, new Float64Array(2 * this.#starts.length));
    this.#lengths = longer(this.#lengths, new Uint32Array(2 * this.#lengths.length));
    this.#users = longer(this.#users, new Uint32Array(2 * this.#users.length));
    this.#lines = longer(this.#lines, new Float64Array(2 * this.#lines.length));
  }
}
