/** The border of the kernel of posterior draws: the only place here that calls the module's exports. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { Column } from "../flighting/kernel.js";
import { Coordinates, familyOf } from "../kernel.js";
import type { Curve } from "../types.js";

/** Columns of assembly/planning/draws.ts. */
const COLUMNS = 13;
const COLUMN = { decay: 7, gain: 8, cut: 9, end: 10, height: 11, steepness: 12 } as const;
const TILE = 64;
const LINE = 32;

/** What a line is fed with, draw by draw: the share that stays, the gain, and what leaves after `lags` (0: never). */
export interface Feed {
  decay: (draw: number) => number;
  gain: (draw: number) => number;
  cut: (draw: number) => number;
  lags: number;
}

export const NOT_CARRIED: Feed = { decay: () => 0, gain: () => 1, cut: () => 0, lags: 0 };

/** One curve under many draws, in memory. */
export class Sample {
  readonly draws: number;
  /** Whether every draw's curve is concave on all that can work. */
  readonly concave: boolean;
  readonly #engine: Engine;
  readonly #line: number;
  readonly #work: number;
  readonly #x: Column;
  readonly #slopes: Column;
  readonly #values: Column;
  readonly #curve: (draw: number) => Curve;
  readonly #order: Uint32Array;
  readonly #columns: { at: number; family: number };
  readonly #column: (k: number) => Float64Array;

  /**
   * `order` says which draw stands where; `worth` is by period. A sample that is not concave is lifted only after
   * `envelop`.
   */
  constructor(
    engine: Engine,
    scratch: Scratch,
    curve: (draw: number) => Curve,
    { decay, gain, cut, lags }: Feed,
    order: Uint32Array,
    worth: Float64Array,
  ) {
    const even = order.length + (order.length % 2);
    this.draws = order.length;
    this.#engine = engine;
    const at = scratch.take(COLUMNS * 8 * even);
    this.#line = scratch.take(LINE);
    this.#work = scratch.take((worth.length + 4) * TILE * 8);
    const w = new Column(engine, scratch, worth.length);
    this.#x = new Column(engine, scratch, worth.length);
    this.#slopes = new Column(engine, scratch, worth.length);
    this.#values = new Column(engine, scratch, worth.length);
    w.view.set(worth);
    const column = (k: number) => new Float64Array(engine.memory.buffer, at + k * 8 * even, even);
    [this.#curve, this.#order, this.#column] = [curve, order, column];
    // What pads an odd number of draws has no height, is never fed, and has a slope of zero at zero.
    for (let k = 0; k < COLUMNS; k++) column(k).fill(k === 1 || k === 2 ? 1 : 0);
    let family = 0;
    const views = Array.from({ length: COLUMNS }, (_, k) => column(k));
    order.forEach((draw, place) => {
      const placed = familyOf(curve(draw));
      family = placed.family;
      const { a, b = 0, c = 0, d = 0 } = placed;
      [a, b, c, d].forEach((parameter, k) => {
        (views[k] as Float64Array)[place] = parameter;
      });
      (views[COLUMN.decay] as Float64Array)[place] = decay(draw);
      (views[COLUMN.gain] as Float64Array)[place] = gain(draw);
      (views[COLUMN.cut] as Float64Array)[place] = cut(draw);
    });
    engine.kernels.prepare(family, at, 8 * even, even);
    this.#columns = { at, family };
    this.concave = order.every((draw) => isConcave(curve(draw)));
    const line = new Uint32Array(engine.memory.buffer, this.#line, LINE / 4);
    line.set([family, at, 8 * even, lags, worth.length, this.#x.at, w.at, 0]);
  }

  /** Envelopes from nothing to `most`, what can work in a period, draw by draw: a chord, then the curve. */
  envelop(most: (draw: number) => number): void {
    if (this.concave) return;
    const { length } = this.#order;
    const scratch = new Scratch(this.#engine.arena);
    const zero = new Float64Array(length);
    let [ends, atEnds, atZero] = [zero, zero, zero];
    try {
      const envelopes = new Coordinates(this.#engine, scratch, length);
      this.#order.forEach((draw, place) => {
        envelopes.place(place, this.#curve(draw), 1, 1, 0, scratch);
      });
      envelopes.finish();
      envelopes.setBoxes(zero, Float64Array.from(this.#order, most));
      ends = envelopes.chords.slice();
      atEnds = envelopes.evaluate(ends).values.slice();
      atZero = envelopes.evaluate(zero).values.slice();
    } finally {
      scratch.release();
    }
    const [end, height, steepness] = [COLUMN.end, COLUMN.height, COLUMN.steepness].map(this.#column) as Chord;
    for (let i = 0; i < length; i++) {
      const to = ends[i] as number;
      end[i] = Math.max(0, to);
      if (!(to > 0)) continue;
      height[i] = (atZero[i] as number) * (1 + ROOM);
      steepness[i] = (((atEnds[i] as number) - (atZero[i] as number)) / to) * (1 + ROOM);
    }
  }

  /** Where the chords end, on average: what curves need before they work well; 0 where they are concave. */
  get chords(): number {
    const ends = this.#column(COLUMN.end).subarray(0, this.draws);
    return ends.reduce((sum, end) => sum + end, 0) / this.draws;
  }

  /** The most that any spend brings, on average over draws; NaN or ∞ where there is no such number. */
  get ceiling(): number {
    const scratch = new Scratch(this.#engine.arena);
    try {
      const even = this.draws + (this.draws % 2);
      const boundless = new Column(this.#engine, scratch, 2);
      const values = new Column(this.#engine, scratch, even);
      boundless.view.fill(Number.POSITIVE_INFINITY);
      const { at, family } = this.#columns;
      this.#engine.kernels.evaluate(family, at, 8 * even, 8, boundless.at, 0, even, values.at, 0, 0);
      return values.view.subarray(0, this.draws).reduce((sum, value) => sum + value, 0) / this.draws;
    } finally {
      scratch.release();
    }
  }

  /** What the line is fed with by period; a view until memory grows. */
  get x(): Float64Array {
    return this.#x.view;
  }

  /** Slopes of the last sum by period; a view until memory grows. */
  get slopes(): Float64Array {
    return this.#slopes.view;
  }

  /** Values of the last sum by period, where it was to give them; a view until memory grows. */
  get values(): Float64Array {
    return this.#values.view;
  }

  /** Σ p_j R_j of the draws [from, from + count); `from` and `count` are even, or reach to the end. */
  sum(from: number, count: number, { lifted, sloped = false, summed = false, p, into }: Wanted): number {
    const even = count + (count % 2);
    const { kernels, memory } = this.#engine;
    if (summed) this.#values.view.fill(0);
    new DataView(memory.buffer).setUint32(this.#line + 28, lifted && !this.concave ? 1 : 0, true);
    const slopes = sloped ? this.#slopes.at : 0;
    const values = summed ? this.#values.at : 0;
    return kernels.expected(this.#line, from, even, p?.at ?? 0, into?.at ?? 0, values, slopes, this.#work);
  }
}

/** What a sum is of, and what it gives beside itself. */
export interface Wanted {
  lifted: boolean;
  /** The slopes by period; Σ of the values over the draws, by period. */
  sloped?: boolean;
  summed?: boolean;
  /** Weights by draw: all 1 without. */
  p?: Column | undefined;
  /** R_j is added to it. */
  into?: Column;
}

type Chord = [Float64Array, Float64Array, Float64Array];

/** Chords are raised by more than their quotients may have lost. */
const ROOM = 1e-12;

function isConcave(curve: Curve): boolean {
  if (curve.type === "hill") return curve.shape <= 1;
  if (curve.type === "power" || curve.type === "root") return curve.exponent <= 1;
  return curve.type !== "logit";
}
