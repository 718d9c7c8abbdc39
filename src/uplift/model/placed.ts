/** A model in one engine's memory. */
import type { Engine } from "../../engine/engine.js";
import { PlacedBulk, PlacedMasks } from "../bulk/kernel.js";
import { maskPlan } from "../bulk/masks.js";
import { planOf } from "../bulk/plan.js";
import { TILE } from "../bulk/trees.js";
import { type Numbers, PlacedWalk } from "../kernel.js";
import { type Columns, columnsOf } from "./columns.js";
import type { Stored } from "./format.js";
import { columnsInOrder, isRow, rowInto, type ScoreColumns, type ScoreRow } from "./rows.js";

/** Outputs of many rows, by name. */
export type Scores = Record<string, Float64Array>;

export interface ScoreOptions<Out = Scores> {
  /** Where to write: an array for each output, as long as the columns; or for one row an array as long as the outputs. */
  out?: Out;
  /**
   * Leaves rounded to 16 bits: somewhat faster, for models of symmetric trees of at most six levels with one output. The sum is then within
   * `quantisedError` of the exact one.
   */
  quantised?: boolean;
}

/** From so many rows on a model is laid out for bulk, which takes a millisecond or two; laid out, it serves from fewer. */
const BULK_ROWS = 1_000;
const FEW_ROWS = 24;
/** So many single rows, and masks are worth the milliseconds that they take to be made. */
const MANY_SINGLES = 500;

/** Scores rows of one model with the memory of one engine until `release()`, or the end of `using`. */
export class PlacedModel {
  readonly engine: Engine;
  readonly #stored: Stored;
  readonly #questions: Columns;
  #walk: PlacedWalk | undefined;
  /** For many rows: false where the model's shape does not suit. */
  #bulk: PlacedBulk | false | undefined;
  /** For one row: false where the model's shape does not suit. */
  #masks: PlacedMasks | false | undefined;
  #singles = 0;
  #row: Float64Array | undefined;
  #results: Float64Array | undefined;

  /** @throws {CeilingError} where the model does not fit under the engine's ceiling. */
  constructor(engine: Engine, stored: Stored) {
    this.engine = engine;
    this.#stored = stored;
    this.#questions = columnsOf(stored);
    this.#walk = new PlacedWalk(engine, stored, this.#questions);
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
    if (this.#bulk) this.#bulk.release();
    if (this.#masks) this.#masks.release();
    this.#walk = undefined;
    this.#bulk = undefined;
    this.#masks = undefined;
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
   * after whatever may have made the memory grow. The first time, the model is laid out for single rows: some milliseconds.
   */
  get row(): Float64Array {
    this.#layOutRow();
    return this.#rowView();
  }

  #rowView(): Float64Array {
    if (!this.#row || this.#row.buffer !== this.engine.memory.buffer) this.#row = this.#placed.features;
    return this.#row;
  }

  /** Scores what `row` holds, allocating nothing; returns output k. The others by `result`. */
  scoreRow(k = 0): number {
    this.#placed.one(this.#masks || undefined);
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
    if (options.quantised === true) this.#wantQuantised();
    this.#scoreMany(columns, count, out, options.quantised === true);
    return Object.fromEntries(this.outputs.map((name, k) => [name, out[k] as Float64Array]));
  }

  #scoreOne(row: ScoreRow, out: Float64Array = new Float64Array(this.outputs.length)): Float64Array {
    if (!(out instanceof Float64Array) || out.length !== this.outputs.length) {
      throw new RangeError(`out must be a Float64Array of ${this.outputs.length}, one number an output`);
    }
    if (++this.#singles === MANY_SINGLES) this.#layOutRow();
    rowInto(this.features, row, this.#rowView());
    this.#placed.one(this.#masks || undefined);
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

  /**
   * Most that a sum of the quantised mode may differ from the exact one's, before scale and link; undefined where the model has no such
   * mode.
   */
  get quantisedError(): number | undefined {
    return this.#layOut()?.quantisedError;
  }

  #wantQuantised(): void {
    if (this.quantisedError !== undefined) return;
    throw new RangeError(
      "quantised scoring is for symmetric trees of at most six levels with one output, and this model has others: leave it out",
    );
  }

  /** Lays the model out for many rows, once, where its shape suits. */
  #layOut(): PlacedBulk | undefined {
    if (this.#bulk === undefined) {
      void this.#placed;
      const plan = planOf(this.#stored, this.#questions);
      this.#bulk = plan ? new PlacedBulk(this.engine, this.#stored, plan) : false;
    }
    return this.#bulk || undefined;
  }

  #layOutRow(): void {
    if (this.#masks !== undefined) return;
    void this.#placed;
    const plan = maskPlan(this.#stored, this.#questions);
    this.#masks = plan ? new PlacedMasks(this.engine, this.#stored, plan) : false;
  }

  /** What scores so many rows, where that is not the walk. */
  #bulkFor(rows: number): PlacedBulk | undefined {
    if (rows < FEW_ROWS || (this.#bulk === undefined && rows < BULK_ROWS)) return;
    return this.#layOut();
  }

  #scoreMany(columns: readonly Numbers[], count: number, out: readonly Float64Array[], quantised: boolean): void {
    const walk = this.#placed;
    const bulk = quantised ? this.#layOut() : this.#bulkFor(count);
    const { arena, memory } = this.engine;
    const tile = Math.min(TILE, Math.ceil(count / 64) * 64);
    const stride = tile * 8;
    const bytes = stride * out.length;
    const sums = arena.take(bytes);
    try {
      for (let from = 0; from < count; from += tile) {
        const rows = Math.min(tile, count - from);
        walk.begin(sums, stride, tile);
        if (bulk) {
          bulk.bin(columns, from, rows);
          if (quantised) bulk.setQuantised(rows, sums);
          else bulk.add(rows, sums, stride);
        } else walk.rows(columns, from, rows, sums, stride);
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
