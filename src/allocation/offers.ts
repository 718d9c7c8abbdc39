/**
 * A table of offers: users × options as `f32` columns in an engine's memory, values first, then costs.
 *
 *   values + j·stride + 4i     value of option j for user i, −∞ = closed
 *   costs  + j·stride + 4i     its cost
 *   slots  + j·slotStride + 2i offer of candidate slot j, u16, from 1 (tables with slots only)
 *   keys   + 8i                tie-breaking key of user i, u64 (tables with ids only)
 *
 * Resources have columns of their own (limits/resources.ts).
 *
 * Columns are padded to whole lines of 16 users with closed options.
 */

import { floats, wholeNumber } from "../engine/check.js";
import type { Engine } from "../engine/engine.js";
import { type Facts, noFacts } from "./counting.js";
import * as kernel from "./kernel.js";
import { keysOfTexts, MOST_OPTIONS, notIds, optionNames } from "./keys.js";
import { type FillResource, Resources } from "./limits/resources.js";

/** Ids of the users: they decide ties, so that the order of the rows does not. */
export type Ids = BigInt64Array | BigUint64Array | Int32Array | Uint32Array | readonly string[];

export interface OfferShape {
  /** Number of users, 1 to 2^28. */
  users: number;
  /** Names of the options, or how many (then named "1", "2", …); up to 65,534. */
  options: number | readonly string[];
  /** Columns are this many candidate slots, each with an offer index beside it. */
  slots?: number;
  /** Names of what options use beside money, at most 64: each gets an f32 column an option. */
  resources?: readonly string[];
  ids?: Ids;
}

/** Most users a table may have. */
const MOST_USERS = 2 ** 28;
const LINE = 16;

export type Fill = (values: Float32Array, costs: Float32Array, offers: Uint16Array) => void;

/**
 * Users × options of values and costs. Made by `engine.offers`, filled column by column, solved by `allocate`.
 * Holds memory of its engine until `release()`.
 */
export class Offers {
  readonly engine: Engine;
  /** Names of the options, in the order of the choices' numbers. */
  readonly names: readonly string[];
  /** Columns: options, or candidate slots. */
  readonly columns: number;
  readonly hasSlots: boolean;
  #users: number;
  #stride: number;
  #block = 0;
  #bytes: number;
  /** Users whose keys there is room for. */
  #keyed = 0;
  #keys = 0;
  #facts: (Facts | undefined)[];
  /** Rows of each column that were set from the first on, one after the other; NaN where some were set out of turn. */
  readonly #rows: number[];
  /** How many `fill` are under way, one inside of another. */
  #filling = 0;
  readonly #resources: Resources;

  constructor(engine: Engine, shape: OfferShape) {
    const { users, options, slots, resources = [], ids } = shape;
    this.engine = engine;
    this.#users = wholeNumber(users, "users", 1, MOST_USERS);
    this.names = optionNames(options);
    this.hasSlots = slots !== undefined;
    this.columns = slots === undefined ? this.names.length : wholeNumber(slots, "slots", 1, MOST_OPTIONS);
    this.#stride = columnStride(users);
    this.#facts = new Array(this.columns);
    this.#rows = new Array(this.columns).fill(0);
    this.#bytes = this.columns * (2 * this.stride + (this.hasSlots ? this.slotStride : 0));
    this.#resources = new Resources(this, resources);
    try {
      this.#block = engine.arena.take(this.#bytes);
      for (let j = 0; j < this.columns; j++) kernel.closeColumn(this, j);
      if (ids !== undefined) this.#setAllIds(ids);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get users(): number {
    return this.#users;
  }

  /** Bytes from one column to the next. */
  get stride(): number {
    return this.#stride;
  }

  get released(): boolean {
    return this.#block === 0;
  }

  /** Address of the first value column. @throws {TypeError} after `release()`. */
  get values(): number {
    if (this.#block === 0)
      throw new TypeError("this table of offers has been released: make a new one with engine.offers");
    return this.#block;
  }

  get costs(): number {
    return this.values + this.columns * this.stride;
  }

  get slots(): number {
    return this.hasSlots ? this.values + 2 * this.columns * this.stride : 0;
  }

  get slotStride(): number {
    return Math.ceil(this.users / 32) * 64;
  }

  /** Address of the tie-breaking keys, 0 where there are no ids. */
  get keys(): number {
    return this.#keys;
  }

  /**
   * Fills column j in place: `write` gets views of the values and costs of all users (and of the offer index of each,
   * from 1, where the table has candidate slots). A value of −Infinity closes the option to that user. The views are only
   * valid inside `write`; nothing that grows the memory may be called there.
   * @throws {RangeError} for NaN, +Infinity or an infinite cost, naming the row. After any error, also one thrown by `write`,
   *   the column is closed to all users.
   * @example offers.fill(0, (values, costs) => { values.set(uplift); costs.fill(5); });
   */
  fill(j: number, write: Fill): void {
    wholeNumber(j, "column", 0, this.columns - 1);
    if (typeof write !== "function")
      throw new TypeError(`fill needs a function that writes the column, got ${typeof write}`);
    const { buffer } = this.engine.memory;
    const values = new Float32Array(buffer, this.values + j * this.stride, this.users);
    const costs = new Float32Array(buffer, this.costs + j * this.stride, this.users);
    const offers = this.hasSlots
      ? new Uint16Array(buffer, this.slots + j * this.slotStride, this.users)
      : new Uint16Array(0);
    this.#filling++;
    try {
      write(values, costs, offers);
      if (this.engine.memory.buffer !== buffer) {
        throw new TypeError(
          `the engine's memory grew while column ${j} was being filled: make tables before or after, not inside fill`,
        );
      }
    } catch (error) {
      // Half a column, of which nothing is known, may not be solved.
      this.#close(j);
      throw error;
    } finally {
      this.#filling--;
    }
    this.#facts[j] = undefined;
    this.#rows[j] = this.users;
    this.#scan(j, 0, this.users, noFacts());
  }

  /**
   * Sets rows [from, from + values.length) of column j from `f64` or `f32` numbers. Costs that `f32` cannot hold are rounded
   * up, unless they are whole multiples of a decimal unit; values go to the nearest `f32`.
   * @throws {RangeError} for a number that is not finite (but value −Infinity, closed), naming the row.
   */
  set(
    j: number,
    from: number,
    values: Float64Array | Float32Array,
    costs: Float64Array | Float32Array,
    offers?: Uint16Array,
  ): void {
    wholeNumber(j, "column", 0, this.columns - 1);
    wholeNumber(from, "from", 0, this.users);
    floats(values, "values");
    floats(costs, "costs");
    if (values.length !== costs.length || from + values.length > this.users) {
      throw new RangeError(
        `column ${j} of ${this.users} users cannot take ${values.length} values and ${costs.length} costs from row ${from}`,
      );
    }
    if (this.hasSlots && offers?.length !== values.length) {
      throw new RangeError(
        `there are ${values.length} values and ${offers?.length ?? "no"} offer indices for slot ${j}`,
      );
    }
    const facts = this.#facts[j] ?? noFacts();
    const loss = kernel.setRows(this, j, from, values, costs);
    facts.inexact ||= loss > 0;
    facts.below ||= (loss & 2) > 0;
    facts.lostValues = loss & 8 ? 2 : loss & 4 && facts.lostValues === 0 ? 1 : facts.lostValues;
    if (this.hasSlots && offers) {
      new Uint16Array(this.engine.memory.buffer, this.slots + j * this.slotStride + 2 * from, offers.length).set(
        offers,
      );
    }
    this.#rows[j] = this.#rows[j] === from ? from + values.length : Number.NaN;
    this.#scan(j, from, values.length, facts);
  }

  /** The resources of the table, and where they lie. */
  get resources(): Resources {
    return this.#resources;
  }

  /**
   * Fills what option j uses of a resource, in place, as `fill` does; amounts may be negative and are 0 until they are set.
   * @throws {RangeError} for an unknown resource, NaN or an infinite amount, naming the row. After any error, also one
   *   thrown by `write`, the option is closed to all users.
   * @example offers.fillResource("van hours", 0, (amounts) => amounts.fill(0.25));
   */
  fillResource(name: string, j: number, write: FillResource): void {
    this.#writeResource(j, () => this.#resources.fill(name, j, write));
  }

  /**
   * Sets rows [from, from + amounts.length) of what option j uses of a resource; amounts that `f32` cannot hold are
   * rounded up, unless they are whole multiples of a decimal unit.
   * @throws {RangeError} for an unknown resource or an amount that is not finite, naming the row.
   */
  setResource(name: string, j: number, from: number, amounts: Float64Array | Float32Array): void {
    this.#writeResource(j, () => this.#resources.set(name, j, from, amounts));
  }

  /** Sets the tie-breaking keys of rows [from, from + keys.length) as they are. */
  setKeys(from: number, keys: BigUint64Array): void {
    this.#copyKeys(from, keys, keys.length);
  }

  /** Sets integer ids of rows [from, from + ids.length): mixed into tie-breaking keys. */
  setIds(from: number, ids: BigInt64Array | BigUint64Array): void {
    this.#copyKeys(from, ids, ids.length);
    kernel.mixIds(this.engine, this.#keys + 8 * from, ids.length);
  }

  /** What is known of the numbers of all columns. */
  get facts(): Facts {
    const all = noFacts();
    for (let j = 0; j < this.columns; j++) {
      const facts = this.#facts[j];
      if (facts) all.join(facts);
    }
    return all;
  }

  /** Number of the first option that is worth nothing and costs nothing for every user, 0 where there is none. */
  get nothing(): number {
    const isNothing = (facts: Facts | undefined, j: number) =>
      facts?.open === this.users && facts.mostValue === 0 && facts.mostCost === 0 && this.#rows[j] === this.users;
    return 1 + this.#facts.findIndex(isNothing);
  }

  /** What is known of the numbers of column j; nothing before it is set. */
  factsOf(j: number): Readonly<Facts> | undefined {
    return this.#facts[j];
  }

  /**
   * Makes the table one of so many users: rows that come to it are closed, rows that go are forgotten, which nobody may have set. For
   * readers of tables whose length is known at their end; not for tables with candidate slots. To fewer users nothing moves.
   * @throws {RangeError} where rows that were set would go; {CeilingError}, and the table stays as it was.
   */
  resize(users: number): void {
    wholeNumber(users, "users", 1, MOST_USERS);
    if (this.hasSlots) throw new TypeError("a table with candidate slots cannot be resized");
    if (this.#filling) throw new TypeError("a table cannot be resized while it is being filled");
    const set = Math.max(...this.#rows.map((rows) => (Number.isNaN(rows) ? this.#users : rows)));
    if (users < set) throw new RangeError(`${set} rows are set: the table cannot have ${users} users`);
    if (users <= this.#users) {
      this.#users = users;
      return;
    }
    const stride = columnStride(users);
    const { arena } = this.engine;
    const [block, bytes, from, before] = [this.values, this.#bytes, this.#stride, 2 * this.columns];
    const to = arena.take(before * stride);
    let keys = 0;
    try {
      if (this.#keys) keys = arena.take(8 * users);
      this.#resources.resize(stride);
    } catch (error) {
      arena.give(to, before * stride);
      if (keys) arena.give(keys, 8 * users);
      throw error;
    }
    const all = new Uint8Array(this.engine.memory.buffer);
    [this.#block, this.#bytes, this.#stride, this.#users] = [to, before * stride, stride, users];
    for (let j = 0; j < this.columns; j++) kernel.closeColumn(this, j);
    for (let c = 0; c < before; c++) all.copyWithin(to + c * stride, block + c * from, block + c * from + 4 * set);
    if (keys) {
      all.copyWithin(keys, this.#keys, this.#keys + 8 * this.#keyed);
      arena.give(this.#keys, 8 * this.#keyed);
      [this.#keys, this.#keyed] = [keys, users];
    }
    arena.give(block, bytes);
  }

  /** Gives the memory back. Using the table afterwards is an error; releasing it twice is not. */
  release(): void {
    if (this.#filling) throw new TypeError("a table cannot be released while it is being filled");
    if (this.#block) this.engine.arena.give(this.#block, this.#bytes);
    if (this.#keys) this.engine.arena.give(this.#keys, 8 * this.#keyed);
    this.#resources?.release();
    this.#block = 0;
    this.#keys = 0;
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #writeResource(j: number, write: () => void): void {
    wholeNumber(j, "column", 0, this.columns - 1);
    if (this.values) this.#filling++;
    try {
      write();
    } catch (error) {
      // An option of which it is not known what it uses may not be given to anyone.
      this.#close(j);
      throw error;
    } finally {
      this.#filling--;
    }
  }

  #close(j: number): void {
    kernel.closeColumn(this, j);
    this.#facts[j] = undefined;
  }

  #scan(j: number, from: number, rows: number, facts: Facts): void {
    const problem = kernel.scanRows(this, j, from, rows, facts);
    if (problem === undefined && this.hasSlots) this.#checkSlots(j, from, rows);
    if (problem !== undefined) {
      this.#close(j);
      throw new RangeError(
        `row ${problem.row}, option ${this.columnName(j)}: ${problem.what} is ${problem.value}, which is no finite number` +
          (problem.what === "value" ? " (−Infinity closes an option)" : ""),
      );
    }
    this.#facts[j] = facts;
  }

  #checkSlots(j: number, from: number, rows: number): void {
    const { buffer } = this.engine.memory;
    const offers = new Uint16Array(buffer, this.slots + j * this.slotStride + 2 * from, rows);
    const values = new Float32Array(buffer, this.values + j * this.stride + 4 * from, rows);
    const most = this.names.length;
    for (let i = 0; i < rows; i++) {
      const offer = offers[i] as number;
      if ((offer >= 1 && offer <= most) || values[i] === -Infinity) continue;
      this.#close(j);
      throw new RangeError(`row ${from + i}, slot ${j}: offer ${offer} is not one of 1 to ${most}`);
    }
  }

  columnName(j: number): string {
    return this.hasSlots ? `slot ${j}` : `"${this.names[j]}"`;
  }

  #setAllIds(ids: Ids): void {
    if (!Array.isArray(ids) && !ArrayBuffer.isView(ids)) throw notIds();
    if (ids.length !== this.users) {
      throw new RangeError(`there are ${ids.length} ids for ${this.users} users`);
    }
    if (ids instanceof BigInt64Array || ids instanceof BigUint64Array) this.setIds(0, ids);
    else if (ids instanceof Int32Array || ids instanceof Uint32Array) this.setIds(0, BigInt64Array.from(ids, BigInt));
    else if (Array.isArray(ids)) this.setKeys(0, keysOfTexts(ids));
    else throw notIds();
  }

  #copyKeys(from: number, keys: BigInt64Array | BigUint64Array, count: number): void {
    wholeNumber(from, "from", 0, this.users);
    if (from + count > this.users) throw new RangeError(`${count} ids from row ${from} do not fit ${this.users} users`);
    if (this.values && !this.#keys) {
      this.#keys = this.engine.arena.take(8 * this.users);
      this.#keyed = this.users;
    }
    new BigInt64Array(this.engine.memory.buffer, this.#keys + 8 * from, count).set(keys as BigInt64Array);
  }
}

/**
 * Bytes from one column to the next: whole lines, and 320 past a multiple of 4 KiB for large tables, so that the columns of
 * one user fall into different sets of the cache and leave the addresses free that the sieve writes to.
 */
export function columnStride(users: number): number {
  const bytes = Math.ceil(users / LINE) * LINE * 4;
  return bytes < 65_536 ? bytes : Math.ceil((bytes - 320) / 4096) * 4096 + 320;
}
