/**
 * Spectral projected gradient onto a box and a budget (Birgin, Martínez and Raydan, SIAM J. Optim. 2000), with the
 * Frank–Wolfe gap as its certificate: for a concave objective no plan is better than value + gap.
 */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { Column, type Simplex, Vectors } from "./kernel.js";

/** Puts slopes at x into g and returns the value. */
export type Objective = (x: Column, g: Column) => number;

export interface Climb {
  value: number;
  /** value + Frank–Wolfe gap. */
  bound: number;
  /** Price of money in the certificate. */
  price: number;
  turns: number;
}

export interface ClimbOptions {
  /** The climb ends when gap ≤ tolerance · |bound| … */
  tolerance: number;
  /** … or after so many turns, or when no step gains. */
  turns: number;
  watch: () => void;
  /** Whether the start is near the end of a climb like the one before. */
  near?: boolean;
  /** Whether a value and its bound already say what was asked. */
  enough?: (value: number, bound: number) => boolean;
}

/** Values that the search along a direction looks back on. */
const MEMORY = 10;
const SUFFICIENT = 1e-4;
/** Slopes along a direction, in values, that only curves have that start vertically. */
const VERTICAL = 1e6;
const SHORTEST = 2 ** -40;
/** Turns between two looks at the certificate, which costs several evaluations of a cheap curve. */
const CERTIFY = 2;

export class Ascent {
  readonly #vectors: Vectors;
  readonly #simplex: Simplex;
  #x: Column;
  #g: Column;
  #toX: Column;
  #toG: Column;
  #p: Column;
  #step = 0;

  constructor(engine: Engine, scratch: Scratch, simplex: Simplex) {
    const size = simplex.low.length;
    const column = () => new Column(engine, scratch, size);
    this.#simplex = simplex;
    this.#vectors = new Vectors(engine, scratch, size);
    [this.#x, this.#g, this.#toX, this.#toG, this.#p] = [column(), column(), column(), column(), column()];
  }

  /** Where the last climb ended: a view until the memory grows. */
  get point(): Float64Array {
    return this.#x.view;
  }

  get slopes(): Float64Array {
    return this.#g.view;
  }

  /** The point of the simplex nearest to `wished`: a view until the memory grows. */
  project(wished: Float64Array): Float64Array {
    this.#toX.view.set(wished);
    this.#vectors.project(this.#toX, this.#simplex, this.#p);
    return this.#p.view;
  }

  /** Climbs from the point of the simplex nearest to `start`. */
  climb(objective: Objective, start: Float64Array, { tolerance, turns, watch, enough, near }: ClimbOptions): Climb {
    const vectors = this.#vectors;
    this.#toX.view.set(start);
    vectors.project(this.#toX, this.#simplex, this.#x);
    let value = objective(this.#x, this.#g);
    const before = [value];
    // The last climb's step fits one that begins near its end.
    let step = near && this.#step > 0 ? this.#step : 1 / Math.max(this.#steepest(), Number.MIN_VALUE);
    for (let turn = 0; ; turn++) {
      watch();
      const last = turn >= turns;
      if (turn % CERTIFY === 0 || last) {
        const { bound, price } = this.#certify(value, tolerance);
        const done = bound - value <= tolerance * Math.abs(bound) || enough?.(value, bound);
        if (last || done) return this.#settled(objective, { value, bound, price, turns: turn }, step);
      }
      const reference = before.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
      let slope = this.#aim(step);
      const steep = slope > VERTICAL * Math.max(Math.abs(value), Math.abs(reference));
      // Along slopes that are all but vertical a step leads so far that no sum holds: one of a size with the budget.
      if (steep || !(slope > 0)) {
        step = this.#sized();
        slope = this.#aim(step);
      }
      let length = 1;
      let reached = 0;
      for (; ; length /= 2) {
        vectors.along(this.#x, this.#p, length, this.#toX);
        reached = objective(this.#toX, this.#toG);
        // Of slopes that are all but vertical no step brings a part of the slope: then any gain will do.
        const enoughRise = steep ? reached > value : reached >= reference + SUFFICIENT * length * slope;
        if (enoughRise || length < SHORTEST) break;
      }
      if (!(slope > 0) || length < SHORTEST) {
        const { bound, price } = this.#certify(value, tolerance);
        return { value, bound, price, turns: turn };
      }
      const next = vectors.spectral(this.#x, this.#g, this.#toX, this.#toG);
      step = next > 0 ? Math.min(1e12 * step, Math.max(1e-12 * step, next)) : 1e3 * step;
      [this.#x, this.#toX] = [this.#toX, this.#x];
      [this.#g, this.#toG] = [this.#toG, this.#g];
      // Curvature there says nothing of what is here.
      if (steep) step = this.#sized();
      value = reached;
      before.push(value);
      if (before.length > MEMORY) before.shift();
    }
  }

  /** The step whose longest part is the budget. */
  #sized(): number {
    const { budget } = this.#simplex;
    return (Number.isFinite(budget) ? budget : 1) / Math.max(this.#steepest(), Number.MIN_VALUE);
  }

  /** Puts the way to the nearest plan of x + step · slopes into p; the slope along it. */
  #aim(step: number): number {
    this.#vectors.along(this.#x, this.#g, step, this.#toX);
    this.#vectors.project(this.#toX, this.#simplex, this.#p);
    return this.#vectors.direction(this.#x, this.#p, this.#g, this.#p);
  }

  /** One whole step more where it gains: what is all but at its limit is then at it. */
  #settled(objective: Objective, climb: Climb, step: number): Climb {
    this.#step = step;
    const vectors = this.#vectors;
    vectors.along(this.#x, this.#g, step, this.#toX);
    vectors.project(this.#toX, this.#simplex, this.#p);
    const reached = objective(this.#p, this.#toG);
    if (!(reached >= climb.value)) return climb;
    [this.#x, this.#p] = [this.#p, this.#x];
    [this.#g, this.#toG] = [this.#toG, this.#g];
    return { ...climb, value: reached, bound: Math.max(climb.bound, reached) };
  }

  #certify(value: number, tolerance: number): { bound: number; price: number } {
    const size = this.#vectors.dot(this.#g, this.#x);
    const reached = this.#vectors.mostAlong(this.#g, this.#simplex, 0.01 * tolerance * Math.abs(value));
    // The sums of 2n products, each rounded, and n conjugates.
    const rounding = 2 ** -50 * (Math.abs(reached.value) + Math.abs(size));
    return { bound: value + Math.max(0, reached.value - size + rounding), price: reached.price };
  }

  #steepest(): number {
    const [slopes, low, high] = [this.#g.view, this.#simplex.low.view, this.#simplex.high.view];
    let most = 0;
    // What cannot move has no say.
    for (let i = 0; i < slopes.length; i++) {
      if ((high[i] as number) > (low[i] as number)) most = Math.max(most, Math.abs(slopes[i] as number));
    }
    return most;
  }
}
