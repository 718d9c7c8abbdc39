/** A model in one engine's memory. */
import type { Engine } from "../../engine/engine.js";
import { type Numbers, PlacedWalk } from "../kernel.js";
import { columnsOf } from "./columns.js";
import type { Stored } from "./format.js";
import { columnsInOrder, isRow, rowInto, type ScoreColumns, type ScoreRow } from "./rows.js";

/** Outputs of many rows, by name. */
export type Scores = Record<string, Float64Array>;

export interface ScoreOptions<Out = Scores> {
  /** Where to write: an array for each output, as long as the columns; or for one row an array as long as the outputs. */
  out?: Out;
}

/** Rows that are scored together: sums and what the kernels need beside fit into the second level of the cache. */
const TILE = 2_048;

/** Scores rows of one model with the memory of one engine until `release()`, or the end of `using`. */
export class PlacedModel {
  readonly engine: Engine;
  readonly #stored: Stored;
  #walk: PlacedWalk | undefined;
  #row: Float64Array | undefined;
  #results: Float64Array | undefined;

  /** @throws {CeilingError} where the model does not fit under the engine's ceiling. */
  constructor(engine: Engine, stored: Stored) {
    this.engine = engine;
    this.#stored = stored;
    this.#walk = new PlacedWalk(engine, stored, columnsOf(stored));
  }

  get features(): readonly string[] {
    return this.#stored.features;
  }

  get outputs(): readonly string[] {
    return this.#stored.outputs;
  }

  get released(): boolean {
    return this.#walk === undefined;
  }

  release(): void {
    this.#walk?.release();
    this.#walk = undefined;
    this.#row = undefined;
    this.#results = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }

  get #placed(): PlacedWalk {
    if (!this.#walk)
      throw new TypeError("this model has been released from its engine: place it again with model.place(engine)");
    return this.#walk;
  }

  /**
   * The row that `scoreRow` scores: one number by feature, NaN where it is missing; a view of the engine's memory. Get it anew
   * after whatever may have made the memory grow.
   */
  get row(): Float64Array {
    if (!this.#row || this.#row.buffer !== this.engine.memory.buffer) this.#row = this.#placed.features;
    return this.#row;
  }

  /** Scores what `row` holds, allocating nothing; returns output k. The others by `result`. */
  scoreRow(k = 0): number {
    this.#placed.one();
    return this.result(k);
  }

  /** Output k of the row that was scored last. */
  result(k: number): number {
    if (!this.#results || this.#results.buffer !== this.engine.memory.buffer) this.#results = this.#placed.results;
    return this.#results[2 * k] as number;
  }

  score(row: ScoreRow, options?: ScoreOptions<Float64Array>): Float64Array;
  score(columns: ScoreColumns, options?: ScoreOptions): Scores;
  score(rows: ScoreColumns | ScoreRow, options: ScoreOptions<Scores | Float64Array> = {}): Scores | Float64Array {
    if (isRow(rows)) return this.#scoreOne(rows, options.out as Float64Array | undefined);
    const { columns, rows: count } = columnsInOrder(this.features, rows);
    const out = this.#outputsInto(options.out as Scores | undefined, count);
    this.#scoreMany(columns, count, out);
    return Object.fromEntries(this.outputs.map((name, k) => [name, out[k] as Float64Array]));
  }

  #scoreOne(row: ScoreRow, out: Float64Array = new Float64Array(this.outputs.length)): Float64Array {
    if (!(out instanceof Float64Array) || out.length !== this.outputs.length) {
      throw new RangeError(`out must be a Float64Array of ${this.outputs.length}, one number an output`);
    }
    rowInto(this.features, row, this.row);
    this.#placed.one();
    for (let k = 0; k < out.length; k++) out[k] = this.result(k);
    return out;
  }

  #outputsInto(given: Scores | undefined, rows: number): Float64Array[] {
    return this.outputs.map((name) => {
      if (given === undefined) return new Float64Array(rows);
      const column = given[name];
      if (!(column instanceof Float64Array)) throw new TypeError(`out["${name}"] must be a Float64Array`);
      if (column.length !== rows)
        throw new RangeError(`out["${name}"] has ${column.length} rows and the columns have ${rows}`);
      return column;
    });
  }

  #scoreMany(columns: readonly Numbers[], count: number, out: readonly Float64Array[]): void {
    const walk = this.#placed;
    const { arena, memory } = this.engine;
    const tile = Math.min(TILE, Math.ceil(count / 16) * 16);
    const stride = tile * 8;
    const bytes = stride * out.length;
    const sums = arena.take(bytes);
    try {
      for (let from = 0; from < count; from += tile) {
        const rows = Math.min(tile, count - from);
        walk.begin(sums, stride, tile);
        walk.rows(columns, from, rows, sums, stride);
        walk.finish(sums, stride, rows);
        for (const [k, column] of out.entries()) {
          column.set(new Float64Array(memory.buffer, sums + k * stride, rows), from);
        }
      }
    } finally {
      arena.give(sums, bytes);
    }
  }
}
