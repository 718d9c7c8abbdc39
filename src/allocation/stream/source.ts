/** Reading a source of tiles: every tile is checked, every iterator is closed, and nothing is waited for after an abort. */
import { kind, wholeNumber } from "../../engine/check.js";
import type { Ids } from "../offers.js";
import type { Tile, TileSource } from "./types.js";

/** Rows are numbered in 32 bits. */
export const MOST_ROWS = 2 ** 32 - 1;
/** Milliseconds of work after which timers and events get their turn. */
const BREATH = 100;

/** What the ids of a stream are. */
export type IdKind = "none" | "integers" | "texts";

type AnyIterator = AsyncIterator<Tile> | Iterator<Tile>;

export class Source {
  readonly #source: TileSource;
  readonly #options: number;
  readonly #signal: AbortSignal | undefined;
  /** Ids are keys already. */
  readonly keyed: boolean;
  /** Milliseconds spent waiting for tiles. */
  waited = 0;
  /** Readings begun. */
  reads = 0;
  ids: IdKind | undefined;
  /** Users of the stream, once it has been read to its end. */
  users: number | undefined;
  #breath = performance.now();

  constructor(source: TileSource, options: number, signal: AbortSignal | undefined, keyed: boolean) {
    this.#source = source;
    this.keyed = keyed;
    this.#options = options;
    this.#signal = signal;
  }

  /** One reading: `take` gets every tile, its number and the row of its first user. */
  async read(take: (tile: Tile, index: number, from: number) => void | Promise<void>): Promise<void> {
    this.reads++;
    this.#signal?.throwIfAborted();
    const iterator = iteratorOf(this.#source.tiles());
    let open = false;
    let rows = 0;
    try {
      for (let index = 0; ; index++) {
        // An iterator that throws has closed itself.
        open = false;
        const { done, value } = await this.#next(iterator);
        if (done) break;
        open = true;
        this.#check(value, index, rows);
        const taking = take(value, index, rows);
        if (taking) await this.orAborted(taking);
        rows += value.users;
        await this.#breathe();
        this.#signal?.throwIfAborted();
      }
      this.#checkEnd(rows);
    } finally {
      if (open) await close(iterator);
    }
  }

  /** What `promise` comes to, waited for no longer than until the signal. Not async: a rejection is never unhandled. */
  orAborted<T>(promise: PromiseLike<T> | T): PromiseLike<T> | T {
    const signal = this.#signal;
    if (!signal || typeof (promise as PromiseLike<T>)?.then !== "function") return promise;
    let abort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
    });
    return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
  }

  /** The error that the source changed between two readings. */
  changed(what: string): RangeError {
    return new RangeError(
      `reading ${this.reads} of the source is not what reading 1 was: ${what}; tiles() must give the same users in the same order every time`,
    );
  }

  async #next(iterator: AnyIterator): Promise<IteratorResult<Tile>> {
    const start = performance.now();
    try {
      return await this.orAborted<IteratorResult<Tile>>(iterator.next());
    } catch (error) {
      // Its next tile may never come: it is told to close, and not waited for.
      if (this.#signal?.aborted) close(iterator);
      throw error;
    } finally {
      this.waited += performance.now() - start;
    }
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#breath < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#breath = performance.now();
  }

  #check(tile: Tile, index: number, from: number): void {
    if (typeof tile !== "object" || tile === null) {
      throw new TypeError(`tile ${index} must be an object { users, values, costs }, got ${kind(tile)}`);
    }
    const { users, values, costs, ids } = tile;
    wholeNumber(users, `users of tile ${index}`, 1, MOST_ROWS);
    if (from + users > MOST_ROWS) {
      throw new RangeError(
        `tile ${index} brings the stream to ${from + users} users, and rows are numbered up to ${MOST_ROWS}: split it, and the budget, into several streams`,
      );
    }
    this.#checkColumns(values, "values", users, index);
    this.#checkColumns(costs, "costs", users, index);
    this.#checkIds(ids, users, index);
    if (this.users !== undefined && from + users > this.users) {
      throw this.changed(`tile ${index} brings it to ${from + users} users and there were ${this.users}`);
    }
  }

  #checkColumns(columns: readonly Float32Array[], name: string, users: number, index: number): void {
    if (!Array.isArray(columns))
      throw new TypeError(`${name} of tile ${index} must be an array of Float32Array, got ${kind(columns)}`);
    if (columns.length !== this.#options) {
      throw new RangeError(`tile ${index} has ${columns.length} columns of ${name} for ${this.#options} options`);
    }
    for (const [j, column] of columns.entries()) {
      if (!(column instanceof Float32Array))
        throw new TypeError(`${name}[${j}] of tile ${index} must be a Float32Array, got ${kind(column)}`);
      if (column.length !== users) {
        throw new RangeError(`${name}[${j}] of tile ${index} has ${column.length} numbers for ${users} users`);
      }
    }
  }

  #checkIds(ids: Ids | undefined, users: number, index: number): void {
    const now = kindOfIds(ids, index);
    this.ids ??= now;
    if (now !== this.ids) {
      const has = (what: IdKind) => (what === "none" ? "no ids" : `${what} for ids`);
      throw new TypeError(`tile ${index} has ${has(now)}, tiles before it have ${has(this.ids)}`);
    }
    if (ids && ids.length !== users) throw new RangeError(`tile ${index} has ${ids.length} ids for ${users} users`);
  }

  #checkEnd(rows: number): void {
    if (this.users !== undefined && rows < this.users) {
      throw this.changed(`it ended after ${rows} users and there were ${this.users}`);
    }
    if (rows === 0) throw new RangeError("the source gave no tile: a stream has at least one user");
    const { users } = this.#source;
    if (users !== undefined && users !== rows) {
      throw new RangeError(`the source says that it has ${users} users, and its tiles held ${rows}`);
    }
    this.users = rows;
  }
}

function kindOfIds(ids: Ids | undefined, index: number): IdKind {
  if (ids === undefined) return "none";
  if (Array.isArray(ids)) return "texts";
  const whole = [BigInt64Array, BigUint64Array, Int32Array, Uint32Array];
  if (whole.some((type) => ids instanceof type)) return "integers";
  throw new TypeError(
    `ids of tile ${index} must be a BigInt64Array, BigUint64Array, Int32Array, Uint32Array or an array of strings`,
  );
}

function iteratorOf(tiles: AsyncIterable<Tile> | Iterable<Tile>): AnyIterator {
  const iterable = tiles as Partial<AsyncIterable<Tile> & Iterable<Tile>>;
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (!iterator) throw new TypeError(`tiles() must give an iterable of tiles, got ${kind(tiles)}`);
  return iterator;
}

/** Tells an iterator that no more is wanted. What it then throws does not stand before the reason for it. */
async function close(iterator: AnyIterator): Promise<void> {
  try {
    await iterator.return?.();
  } catch {}
}
