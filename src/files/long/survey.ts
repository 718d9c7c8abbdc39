/**
 * First look at a long file: how many users, which offers, whether the rows of a user are adjacent. Takes 8 bytes a user.
 */
import { batchKeys } from "../cells.js";
import { InputFileError } from "../errors.js";
import type { LongLayout } from "../layout.js";
import { repeatedKeys } from "../repeats.js";
import type { Batch, Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";

export interface Survey {
  users: number;
  rows: number;
  /** Names of the offers as they first appear. */
  options: string[];
  /** Most rows of one user. */
  most: number;
  grouped: boolean;
}

/** Choices of a table of columns are bytes; and closed columns of many offers would fill memory that slots do not. */
const MOST_COLUMNS = 254;
const SLOTS_FROM = 16;

/** Candidate slots that a table of these users takes; undefined where columns serve. */
export function slotsOf({ options, most }: Survey): number | undefined {
  return options.length > MOST_COLUMNS || options.length >= SLOTS_FROM * most ? most : undefined;
}

/** Runs after which a file is looked at for users that come again: most files that are not grouped show it here. */
const EARLY = 65_536;

export async function survey(source: Source, layout: LongLayout, watch: Watch): Promise<Survey> {
  const offers = new OfferNames(source.path);
  const runs = new Runs();
  let rows = 0;
  for await (const batch of source.batches([layout.id, layout.offer])) {
    watch.step("count", rows, source.rows ?? 0);
    const [ids, names] = batch.columns as [Cells, Cells];
    runs.add(wordsOf(batchKeys(source.path, batch, ids)));
    for (let i = 0; i < batch.rows; i++) offers.number(batch, names, i);
    rows += batch.rows;
  }
  if (rows === 0)
    throw new InputFileError(source.path, "the file has columns and no rows: there are no users to decide for");
  return { users: runs.count, rows, options: offers.names, most: runs.most, grouped: runs.areUnique() };
}

function wordsOf(keys: BigInt64Array | Uint32Array): Uint32Array {
  return keys instanceof Uint32Array ? keys : new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
}

/** Numbers of the offers, from 0, by their names. */
export class OfferNames {
  readonly names: string[] = [];
  readonly #path: string;
  readonly #numbers = new Map<string, number>();

  /** `known`: names that have their numbers already, in their order. */
  constructor(path: string, known: readonly string[] = []) {
    this.#path = path;
    for (const name of known) this.#numbers.set(name, this.names.push(name) - 1);
  }

  /** Number of the offer in row i; a name that is new gets the next. */
  number(batch: Batch, cells: Cells, i: number): number {
    if (cells.isNull(i)) {
      throw new InputFileError(this.#path, "the offer is missing: every row needs its offer", {
        ...batch.place(i),
        column: "offer",
      });
    }
    const name = cells.text(i);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (name === "" || this.names.length === MOST_OFFERS) {
      const problem = name === "" ? "the name of the offer is empty" : `more than ${MOST_OFFERS} different offers`;
      throw new InputFileError(this.#path, problem, { ...batch.place(i), column: "offer" });
    }
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

export const MOST_OFFERS = 65_534;

/** Keys of adjacent equal ids, once a run. */
export class Runs {
  count = 0;
  most = 0;
  #words = new Uint32Array(2 * EARLY);
  #low = 0;
  #high = 0;
  #length = 0;
  #unique = true;

  add(words: Uint32Array): void {
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] as number;
      const high = words[at + 1] as number;
      if (this.count > 0 && this.#low === low && this.#high === high) this.#length++;
      else this.#begin(low, high);
      if (this.#length > this.most) this.most = this.#length;
    }
  }

  /** Whether no key came again after another. */
  areUnique(): boolean {
    this.#unique &&= repeatedKeys(this.#words.subarray(0, 2 * this.count)).length === 0;
    return this.#unique;
  }

  #begin(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    this.#length = 1;
    const at = 2 * this.count++;
    // A file known to be in no order needs no more keys.
    if (!this.#unique) return;
    if (at === this.#words.length) {
      if (at === 2 * EARLY) this.#unique = repeatedKeys(this.#words).length === 0;
      if (!this.#unique) return;
      const more = new Uint32Array(2 * this.#words.length);
      more.set(this.#words);
      this.#words = more;
    }
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }
}
