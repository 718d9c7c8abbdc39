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

/** Values, slopes and certificates of points of a box, which may change. */
export class Reader {
  readonly #vectors: Vectors;
  readonly #x: Column;
  readonly #g: Column;
  readonly simplex: Simplex;

  constructor(engine: Engine, scratch: Scratch, size: number) {
    const column = () => new Column(engine, scratch, size);
    this.#vectors = new Vectors(engine, scratch, size);
    [this.#x, this.#g] = [column(), column()];
    this.simplex = { low: column(), high: column(), budget: 0, atMost: true };
  }

  place({ low, high, budget, atMost }: Box): void {
    const { simplex } = this;
    const most = Math.min(budget, Number.MAX_VALUE);
    simplex.low.view.set(low);
    simplex.high.view.set(high.map((amount, i) => Math.max(low[i] as number, Math.min(amount, most))));
    simplex.budget = budget;
    simplex.atMost = atMost;
  }

  /** At a point; each unit of money there is worth `fee` less. */
  read(objective: Objective, x: Float64Array, fee = 0): Omit<Reached, "x" | "turns"> {
    this.#x.view.set(x);
    let value = objective(this.#x, this.#g);
    const slopes = this.#g.view.slice();
    if (fee > 0) {
      this.#g.view.set(slopes.map((slope) => slope - fee));
      value -= fee * x.reduce((sum, money) => sum + money, 0);
    }
    return { value, slopes, ...this.#certify(value) };
  }

  #certify(value: number): { bound: number; price: number } {
    const { value: most, price } = this.#vectors.mostAlong(this.#g, this.simplex, 1e-9 * Math.abs(value));
    const there = this.#vectors.dot(this.#g, this.#x);
    const rounding = 2 ** -50 * (Math.abs(most) + Math.abs(there));
    return { bound: value + Math.max(0, most - there + rounding), price };
  }

  /** The most that a plan of the box gains along slopes from a point of it. */
  most(slopes: Float64Array, x: Float64Array): number {
    this.#x.view.set(x);
    this.#g.view.set(slopes);
    const size = slopes.reduce((sum, slope, i) => sum + Math.abs(slope * (x[i] as number)), 0);
    return this.#vectors.mostAlong(this.#g, this.simplex, 1e-9 * size).value - this.#vectors.dot(this.#g, this.#x);
  }
}

export class Climber {
  readonly #reader: Reader;
  readonly #ascent: Ascent;
  readonly #turns: number;
  readonly #watch: () => void;

  /** In a box, or where a reader reads. `turns` is the most of one climb; `watch` is called at each and may throw. */
  constructor(engine: Engine, scratch: Scratch, box: Box | Reader, turns: number, watch: () => void) {
    if (box instanceof Reader) this.#reader = box;
    else {
      this.#reader = new Reader(engine, scratch, box.low.length);
      this.#reader.place(box);
    }
    this.#ascent = new Ascent(engine, scratch, this.#reader.simplex);
    this.#turns = turns;
    this.#watch = watch;
  }

  /** The same share of the budget everywhere, floors kept. */
  even(): Float64Array {
    const { low, budget } = this.#reader.simplex;
    return low.view.map((least) => Math.max(least, Number.isFinite(budget) ? budget / low.length : 0));
  }

  climb(
    objective: Objective,
    start: Float64Array,
    tolerance: number,
    enough: (value: number, bound: number) => boolean = () => false,
  ): Reached {
    const { turns, ...found } = this.#ascent.climb(objective, start, {
      ...{ tolerance, turns: this.#turns, watch: this.#watch, enough },
    });
    return { ...found, turns, x: this.#ascent.point.slice(), slopes: this.#ascent.slopes.slice() };
  }

  /** Value, slopes and certificate at a point. */
  read(objective: Objective, x: Float64Array): Omit<Reached, "x" | "turns"> {
    this.#watch();
    return this.#reader.read(objective, x);
  }
}
