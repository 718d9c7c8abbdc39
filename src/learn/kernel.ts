/** The border of the kernels that train: the only place of src/learn that calls the module's exports. Layouts: assembly/learn/run.ts. */
import type { Engine } from "../engine/engine.js";
import { type LearnKernels, learningOf } from "../engine/learning.js";
import { Scratch } from "../engine/scratch.js";
import type { NumberColumn } from "../uplift/evaluate/types.js";

/** Rows and arms that an entry holds. */
export const MOST_ROWS = 2 ** 27 - 1;
export const MOST_ARMS = 32;
/** Bins of a column, the missing one included. */
export const MOST_BINS = 256;
const COUNTS = 49_152;

/** Bytes from one column of bins to the next: past whole lines, so that the bins of a row fall into different sets of a cache. */
export function strideOf(rows: number): number {
  return Math.ceil(rows / 64) * 64 + 64;
}

/** What one training has in an engine's memory; given back together. */
export class Memory {
  readonly engine: Engine;
  readonly #kernels: LearnKernels;
  readonly #scratch: Scratch;

  constructor(engine: Engine) {
    this.engine = engine;
    this.#kernels = learningOf(engine);
    this.#scratch = new Scratch(engine.arena);
  }

  get kernels(): LearnKernels {
    return this.#kernels;
  }

  /** Room of that many bytes, all 0. */
  take(bytes: number): number {
    const start = this.#scratch.take(bytes);
    new Uint8Array(this.engine.memory.buffer, start, bytes).fill(0);
    return start;
  }

  /** A copy of a column. */
  put(column: Float64Array | Uint32Array | Uint16Array | Uint8Array): number {
    const start = this.#scratch.take(column.byteLength);
    new Uint8Array(this.engine.memory.buffer, start, column.byteLength).set(
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
    );
    return start;
  }

  give(start: number): void {
    this.#scratch.give(start);
  }

  release(): void {
    this.#scratch.release();
  }

  bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.engine.memory.buffer, start, length);
  }

  wholes(start: number, length: number): Uint32Array {
    return new Uint32Array(this.engine.memory.buffer, start, length);
  }

  floats(start: number, length: number): Float64Array {
    return new Float64Array(this.engine.memory.buffer, start, length);
  }
}

/** Bins columns one after the other through the same room: 25 bytes a row, and a column of numbers is read twice. */
export class Binner {
  readonly #memory: Memory;
  readonly #rows: number;
  readonly #column: number;
  readonly #keys: number;
  readonly #spare: number;
  readonly #counts: number;
  readonly #borders: number;
  readonly #table: number;

  constructor(memory: Memory, rows: number) {
    this.#memory = memory;
    this.#rows = rows;
    this.#column = memory.take(8 * rows);
    this.#keys = memory.take(8 * rows);
    this.#spare = memory.take(8 * rows);
    this.#counts = memory.take(COUNTS);
    this.#borders = memory.take(8 * MOST_BINS);
    this.#table = memory.take(8 * MOST_BINS);
  }

  /** Bytes that a binner of so many rows takes. */
  static bytes(rows: number): number {
    return 24 * rows + COUNTS + 16 * MOST_BINS;
  }

  /**
   * Borders of a column, and its bins at `to` where it has two or more; a whole number below 0 where it has none: −1 − row of a number
   * that is not finite, −2^31 where all are missing.
   */
  bin(column: NumberColumn, most: number, to: number): Float64Array | number {
    const memory = this.#memory;
    const { kernels } = memory;
    const wide = column instanceof Float64Array;
    const Kind = wide ? Float64Array : Float32Array;
    new Kind(memory.engine.memory.buffer, this.#column, this.#rows).set(column);
    const rows = this.#rows;
    const made = kernels.quantiles(
      this.#column,
      wide,
      rows,
      most,
      this.#keys,
      this.#spare,
      this.#counts,
      this.#borders,
    );
    if (made < 0) return made;
    kernels.binNumbers(this.#column, wide, rows, this.#borders, made, this.#table, to);
    return memory.floats(this.#borders, made).slice();
  }

  release(): void {
    for (const start of [this.#column, this.#keys, this.#spare, this.#counts, this.#borders, this.#table]) {
      this.#memory.give(start);
    }
  }
}

/** Number of the fold that each row falls into; rows of a unit into the same. */
export function foldsOf(memory: Memory, units: number, rows: number, folds: number, seed: number): Uint8Array {
  const out = memory.take(rows);
  const [low, high] = halves(seed);
  memory.kernels.drawFolds(units, rows, folds, low, high, out);
  const copy = memory.bytes(out, rows).slice();
  memory.give(out);
  return copy;
}

/** A seed as two words. */
export function halves(seed: number): [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/** Functions of assembly/math/each.ts, of the engine's module: the same bytes everywhere. */
const LOG = 2;
const SIGMOID = 5;

/** 1 / (1 + e^−x) of every number. */
export function sigmoids(memory: Memory, x: Float64Array): Float64Array {
  const at = memory.take(8 * x.length + 8);
  memory.floats(at, x.length).set(x);
  memory.engine.kernels.each(SIGMOID, at, x.length, at);
  const out = memory.floats(at, x.length).slice();
  memory.give(at);
  return out;
}

/** ln x of every number. */
export function logarithms(memory: Memory, x: Float64Array): Float64Array {
  const at = memory.take(8 * x.length + 8);
  memory.floats(at, x.length).set(x);
  memory.engine.kernels.each(LOG, at, x.length, at);
  const out = memory.floats(at, x.length).slice();
  memory.give(at);
  return out;
}
