/** Climbs within the box and the budget of a plan of draws, and readings of its points with their certificate. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { Ascent, type Objective } from "../flighting/ascent.js";
import { Column, type Simplex, Vectors } from "../flighting/kernel.js";

export interface Box {
  low: Float64Array;
  high: Float64Array;
  budget: number;
  /** Some of the budget may stay unspent. */
  atMost: boolean;
}

export interface Reached {
  x: Float64Array;
  value: number;
  /** value + Frank–Wolfe gap: no point of the box has more, where the objective is concave. */
  bound: number;
  price: number;
  slopes: Float64Array;
  turns: number;
}

export class Climber {
  readonly #simplex: Simplex;
  readonly #ascent: Ascent;
  readonly #vectors: Vectors;
  readonly #x: Column;
  readonly #g: Column;
  readonly #turns: number;
  readonly #watch: () => void;

  /** `turns` is the most of one climb; `watch` is called at each and may throw. */
  constructor(engine: Engine, scratch: Scratch, box: Box, turns: number, watch: () => void) {
    const column = (values: Float64Array) => {
      const made = new Column(engine, scratch, values.length);
      made.view.set(values);
      return made;
    };
    const { low, high, budget, atMost } = box;
    const most = Math.min(budget, Number.MAX_VALUE);
    const ends = high.map((amount, i) => Math.max(low[i] as number, Math.min(amount, most)));
    this.#simplex = { low: column(low), high: column(ends), budget, atMost };
    this.#ascent = new Ascent(engine, scratch, this.#simplex);
    this.#vectors = new Vectors(engine, scratch, low.length);
    this.#x = column(low);
    this.#g = column(low);
    this.#turns = turns;
    this.#watch = watch;
  }

  /** The same share of the budget everywhere, floors kept. */
  even(): Float64Array {
    const { low, budget } = this.#simplex;
    return low.view.map((least) => Math.max(least, Number.isFinite(budget) ? budget / low.length : 0));
  }

  climb(objective: Objective, start: Float64Array, tolerance: number): Reached {
    const { turns, ...found } = this.#ascent.climb(objective, start, {
      ...{ tolerance, turns: this.#turns, watch: this.#watch },
    });
    return { ...found, turns, x: this.#ascent.point.slice(), slopes: this.#ascent.slopes.slice() };
  }

  /** Value, slopes and certificate at a point. */
  read(objective: Objective, x: Float64Array): Omit<Reached, "x" | "turns"> {
    this.#watch();
    this.#x.view.set(x);
    const value = objective(this.#x, this.#g);
    const { value: most, price } = this.#vectors.mostAlong(this.#g, this.#simplex, 1e-9 * Math.abs(value));
    const there = this.#vectors.dot(this.#g, this.#x);
    const rounding = 2 ** -50 * (Math.abs(most) + Math.abs(there));
    const bound = value + Math.max(0, most - there + rounding);
    return { value, bound, price, slopes: this.#g.view.slice() };
  }
}
