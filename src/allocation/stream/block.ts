/**
 * A block of a stream in the engine's memory: tiles of any size become blocks of one size, so that nothing that follows
 * depends on how the users were cut. On every reading a block must bear the seal of the first.
 *
 *   values, costs   as of a table (../offers.ts), `users` rows, padded to lines of 16 with closed options
 *   keys            raw ids, then tie-breaking keys, u64 (streams with ids)
 *   choices         u8 or u16 a user
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Columns } from "../kernel.js";
import { keysOfTexts } from "../keys.js";
import { columnStride, type Ids } from "../offers.js";
import * as kernel from "./kernel.js";
import type { Source } from "./source.js";
import type { Tile } from "./types.js";

type Engine = kernel.Engine;

/** Bytes of a block's columns: they stay in the second level of the cache. */
const BYTES = 1 << 19;
const LINE = 16;
const MOST_USERS = 16_384;
/** Tiles of fewer users are copied number by number: making views takes longer. */
const FEW = 24;

/** Users a block: whole tiles of the sieve where options are few enough. */
export function blockOf(options: number): number {
  const users = Math.min(MOST_USERS, Math.floor(BYTES / (8 * options)));
  return users >= 512 ? Math.floor(users / 512) * 512 : Math.max(LINE, Math.floor(users / LINE) * LINE);
}

export class Block {
  readonly engine: Engine;
  readonly capacity: number;
  readonly values: number;
  readonly costs: number;
  readonly stride: number;
  readonly options: number;
  readonly wide: boolean;
  readonly choices: number;
  readonly #source: Source;
  readonly #scratch: Scratch;
  readonly #seal: number;
  #keys = 0;
  #texts: string[] = [];
  /** Which tile each row is of: number and first row of the tiles in this block. */
  #tiles: { index: number; from: number }[] = [];
  #seals = new BigInt64Array(1024);
  /** Blocks before this one, in this reading. */
  #number = 0;
  users = 0;
  /** Row of the first user. */
  from = 0;

  constructor(engine: Engine, scratch: Scratch, source: Source, options: number, capacity: number) {
    this.engine = engine;
    this.capacity = capacity;
    this.options = options;
    this.wide = options > 254;
    this.stride = columnStride(capacity);
    this.#source = source;
    this.#scratch = scratch;
    this.values = scratch.take(2 * options * this.stride);
    this.costs = this.values + options * this.stride;
    this.choices = scratch.take((capacity + 32) * (this.wide ? 2 : 1));
    this.#seal = scratch.take(32);
  }

  /** Address of the tie-breaking keys, 0 where they come from the rows. */
  get keys(): number {
    return this.#keys;
  }

  get columns(): Columns {
    const { values, costs, stride, options, users } = this;
    return { values, costs, stride, options, users, origin: 0 };
  }

  /** Makes ready for another reading. */
  rewind(): void {
    this.#number = 0;
    this.users = 0;
    this.from = 0;
    this.#tiles = [];
    this.#texts = [];
  }

  /** Copies users of a tile from its user `offset` on, as many as there is room for; how many. */
  take(tile: Tile, index: number, offset: number): number {
    const count = Math.min(tile.users - offset, this.capacity - this.users);
    this.#tiles.push({ index, from: this.from + this.users - offset });
    this.#copyColumns(tile.values, this.values, offset, count);
    this.#copyColumns(tile.costs, this.costs, offset, count);
    if (tile.ids) this.#copyIds(tile.ids, offset, count);
    this.users += count;
    return count;
  }

  get isFull(): boolean {
    return this.users === this.capacity;
  }

  /** The number of the tile that holds a row of this block. */
  tileOf(row: number): number {
    return this.#tiles.findLast(({ from }) => from <= row)?.index ?? 0;
  }

  /** Closes what lies behind the last user, and costs of closed options. @throws {RangeError} when the block has changed. */
  seal(): void {
    const ids = this.#source.ids === "integers" ? this.#keys : 0;
    const seal = kernel.sealBlock(this.engine, this.columns, ids, this.#seal, digest(this.#texts));
    if (this.#source.reads > 1) {
      if (this.#seals[this.#number] === seal) return;
      throw this.#source.changed(`rows ${this.from} to ${this.from + this.users - 1} hold other numbers or ids`);
    }
    if (this.#number === this.#seals.length) {
      const more = new BigInt64Array(2 * this.#seals.length);
      more.set(this.#seals);
      this.#seals = more;
    }
    this.#seals[this.#number] = seal;
  }

  /** Turns the ids of users into keys: of all, or of the `count` users listed as u32 at `origin`. */
  makeKeys(origin: number, count: number): void {
    if (!this.#keys || this.#source.keyed) return;
    if (this.#source.ids === "integers") kernel.mixKeys(this.engine, this.#keys, this.users);
    else if (origin === 0) kernel.setKeys(this.engine, this.#keys, keysOfTexts(this.#texts));
    else {
      const places = kernel.numbersAt(this.engine, origin, count);
      const keys = keysOfTexts(Array.from(places, (place) => this.#texts[place] as string));
      kernel.scatterKeys(this.engine, this.#keys, places, keys);
    }
  }

  /** Empties the block for the users that follow. */
  next(): void {
    this.from += this.users;
    this.users = 0;
    this.#number++;
    this.#tiles = [];
    this.#texts = [];
  }

  #copyColumns(columns: readonly Float32Array[], to: number, offset: number, count: number): void {
    const numbers = new Float32Array(this.engine.memory.buffer);
    let at = to / 4 + this.users;
    for (const column of columns) {
      if (count < FEW) for (let i = 0; i < count; i++) numbers[at + i] = column[offset + i] as number;
      else numbers.set(count === column.length ? column : column.subarray(offset, offset + count), at);
      at += this.stride / 4;
    }
  }

  #copyIds(ids: Ids, offset: number, count: number): void {
    if (!this.#keys) this.#keys = this.#scratch.take(8 * this.capacity + 8);
    if (Array.isArray(ids)) {
      for (let i = offset; i < offset + count; i++)
        this.#texts.push(this.#text(ids[i], this.from + this.users + i - offset));
    } else kernel.copyIds(this.engine, this.#keys + 8 * this.users, ids as kernel.WholeIds, offset, count);
  }

  #text(id: unknown, row: number): string {
    if (typeof id === "string") return id;
    throw new TypeError(
      `id of row ${row}, tile ${this.tileOf(row)}, must be a string as the others are, got ${typeof id}`,
    );
  }
}

/** A cheap digest of texts: of each its length and three of its letters. The keys are made of all of them, where they count. */
function digest(texts: readonly string[]): number {
  let sum = 0;
  for (const text of texts) {
    const { length } = text;
    const letters = text.charCodeAt(0) + 257 * text.charCodeAt(length >> 1) + 65_537 * text.charCodeAt(length - 1);
    sum = (Math.imul(sum, 31) + Math.imul(length, 0x9e3779b1) + (letters | 0)) | 0;
  }
  return sum;
}
