/** Climbs on the limits of a plan over time: the box and the budget by projection, all other rows by prices (rows.ts). */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { Ascent } from "./ascent.js";
import { Column, type Simplex } from "./kernel.js";
import { excessOf, intoRows, Multipliers, type Row } from "./rows.js";

/** Puts slopes at x into g and returns the value. */
export type Goal = (x: Column, g: Column) => number;

export interface Climbed {
  x: Float64Array;
  /** No plan within the limits has a larger value, where the goal is concave. */
  bound: number;
  /** Price of money, and of each row, in the bound. */
  price: number;
  prices: Float64Array;
  /** Whether the climb came to its tolerance. */
  done: boolean;
}

export interface ClimbSettings {
  tolerance: number;
  /** Most turns of one climb. */
  turns: number;
  watch: () => void;
}

/** Weights of broken rows grow until rows hold to this, relative to the plan. */
const HOLDS = 1e-11;
const ROUNDS = 40;
/** A plan this near to a row, relative to its limit, keeps it. */
export const KEEPS = 1e-9;

export class Climbs {
  readonly #ascent: Ascent;
  readonly #rows: readonly Row[];
  readonly #point: Column;
  readonly #slopes: Column;
  readonly #settings: ClimbSettings;
  turns = 0;

  constructor(engine: Engine, scratch: Scratch, simplex: Simplex, rows: readonly Row[], settings: ClimbSettings) {
    const size = simplex.low.length;
    this.#ascent = new Ascent(engine, scratch, simplex);
    this.#point = new Column(engine, scratch, size);
    this.#slopes = new Column(engine, scratch, size);
    this.#rows = rows;
    this.#settings = settings;
  }

  /** Climbs from the plan nearest to `start`; prices of rows begin at those given; `near` as in Ascent. */
  climb(
    goal: Goal,
    start: Float64Array,
    enough: (value: number, bound: number) => boolean,
    { prices, near = false }: { prices?: Float64Array; near?: boolean } = {},
  ): Climbed {
    const { tolerance, turns, watch } = this.#settings;
    if (this.#rows.length === 0) {
      const found = this.#ascent.climb(goal, start, { tolerance: tolerance / 2, turns, watch, enough, near });
      this.turns += found.turns;
      const { value, bound, price } = found;
      const done = bound - value <= tolerance * Math.abs(bound) || enough(value, bound);
      return { x: this.#ascent.point.slice(), bound, price, prices: new Float64Array(0), done };
    }
    return this.#withRows(goal, start, enough, prices);
  }

  #withRows(
    goal: Goal,
    start: Float64Array,
    enough: (value: number, bound: number) => boolean,
    known?: Float64Array,
  ): Climbed {
    const { tolerance, turns, watch } = this.#settings;
    const best: Climbed = {
      ...{ x: start, bound: Number.POSITIVE_INFINITY, price: 0, done: false },
      prices: new Float64Array(this.#rows.length),
    };
    const size = start.reduce((most, amount) => Math.max(most, amount), 1e-300);
    const multipliers = new Multipliers(this.#rows, this.#firstWeight(goal, start, size));
    if (known) multipliers.prices.set(known);
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const lowered: Goal = (x, g) => multipliers.lower(goal(x, g), x.view, g.view);
      const found = this.#ascent.climb(lowered, best.x, { tolerance: tolerance / 8, turns, watch });
      this.turns += found.turns;
      best.x = this.#ascent.point.slice();
      const worst = multipliers.update(best.x);
      this.#point.view.set(best.x);
      const value = goal(this.#point, this.#slopes);
      // The Lagrangian at the new prices has the slopes that the climb ended with: its gap is the climb's.
      const here = value - multipliers.paid(best.x) + (found.bound - found.value);
      if (here < best.bound) {
        best.bound = here;
        best.price = found.price;
        best.prices = multipliers.prices.slice();
      }
      const near = best.bound - value <= tolerance * Math.abs(best.bound);
      best.done = (worst <= HOLDS * size && near) || enough(Number.NEGATIVE_INFINITY, best.bound);
      if (best.done || !Number.isFinite(worst)) break;
      if (worst > before / 4) multipliers.weight *= 4;
      before = worst;
    }
    return best;
  }

  /** Breaking a row by a tenth of a usual spend costs about what that spend brings. */
  #firstWeight(goal: Goal, start: Float64Array, size: number): number {
    this.#point.view.set(start);
    goal(this.#point, this.#slopes);
    const slope = this.#slopes.view.reduce((sum, one) => sum + Math.min(Math.abs(one), 1e100), 0) / start.length;
    return (10 * Math.max(slope, Number.MIN_VALUE)) / size;
  }

  /** A plan in all rows and boxes near x; undefined where none was found. */
  feasible(x: Float64Array): Float64Array | undefined {
    if (this.#rows.length === 0) return x;
    const near = x.slice();
    intoRows(this.#rows, near, (wished) => {
      wished.set(this.#ascent.project(wished));
    });
    const size = near.reduce((most, amount) => Math.max(most, amount), Number.MIN_VALUE);
    const kept = (row: Row) => excessOf(row, near) <= KEEPS * Math.max(size * 1e-3, Math.abs(row.limit));
    return this.#rows.every(kept) ? near : undefined;
  }

  /**
   * The point of the box and the budget that breaks the rows least, Σ excess² / 2, and a bound that proves what it cannot
   * come below: at that point the excesses themselves are prices whose rows no plan keeps together (Farkas 1902).
   */
  leastBroken(start: Float64Array): { x: Float64Array; broken: number; proven: boolean } {
    const size = this.#rows.reduce((most, { limit }) => Math.max(most, Math.abs(limit)), Number.MIN_VALUE);
    const rows = new Multipliers(this.#rows, 1);
    const goal: Goal = (x, g) => {
      g.view.fill(0);
      return rows.lower(0, x.view, g.view);
    };
    const none = -0.5 * (1e-10 * size) ** 2;
    const { turns, watch } = this.#settings;
    const enough = (value: number, bound: number) => value >= none || bound < 0.9 * value;
    const { value, bound } = this.#ascent.climb(goal, start, { tolerance: 1e-9, turns, watch, enough });
    const broken = Math.sqrt(-2 * Math.min(0, value));
    return { x: this.#ascent.point.slice(), broken, proven: bound < none };
  }
}
