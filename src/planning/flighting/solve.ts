/**
 * Channels × time (media-mix.md, section 7). The envelopes' problem is concave: climbed to its Frank–Wolfe gap, it bounds
 * every plan. Concave curves are their own envelopes, and the same climb is the answer; else the curves themselves are
 * climbed from the envelopes' plan, from today's and from seeded ones, and the best plan stands beside the bound.
 */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import type { Model } from "../model.js";
import type { Stopped } from "../types.js";
import { Ascent, type Climb } from "./ascent.js";
import { Flight } from "./flight.js";
import { Column, randoms, type Simplex } from "./kernel.js";
import { excessOf, intoRows, Multipliers, type Row, rowsOf } from "./rows.js";

export interface FlightOptions {
  tolerance: number;
  /** Turns of one climb. */
  turns: number;
  /** Climbs of curves that are not concave. */
  starts: number;
  seed: number;
  /** Milliseconds of performance.now at which to stop. */
  deadline: number;
  watch: (done: number, total: number, value: number, bound: number) => void;
}

export interface Flown {
  /** By coordinate; undefined where no plan within all rows was found. */
  x?: Float64Array;
  value: number;
  bound: number;
  /** Price of money, and of each row, in the proof. */
  price: number;
  rows: readonly Row[];
  prices: Float64Array;
  /** Slopes of the response at x. */
  slopes: Float64Array;
  /** Response by line. */
  byLine: Float64Array;
  climbs: number;
  turns: number;
  stopped?: Stopped;
}

/** Weights of broken rows grow until rows hold to this, relative to the budget. */
const HOLDS = 1e-11;
const ROUNDS = 40;

export function solveFlight(engine: Engine, scratch: Scratch, model: Model, options: FlightOptions): Flown {
  return new Solve(engine, scratch, model, options).run();
}

class Solve {
  readonly #engine: Engine;
  readonly #scratch: Scratch;
  readonly #model: Model;
  readonly #options: FlightOptions;
  readonly #flight: Flight;
  readonly #ascent: Ascent;
  readonly #simplex: Simplex;
  readonly #rows: Row[];
  readonly #point: Column;
  readonly #slopes: Column;
  #turns = 0;
  #climbs = 0;

  constructor(engine: Engine, scratch: Scratch, model: Model, options: FlightOptions) {
    this.#engine = engine;
    this.#scratch = scratch;
    this.#model = model;
    this.#options = options;
    this.#flight = new Flight(engine, scratch, model);
    const [low, high] = [new Column(engine, scratch, model.size), new Column(engine, scratch, model.size)];
    this.#simplex = { low, high, budget: model.budget, atMost: model.problem.spend !== "exactly" };
    this.#ascent = new Ascent(engine, scratch, this.#simplex);
    this.#point = new Column(engine, scratch, model.size);
    this.#slopes = new Column(engine, scratch, model.size);
    this.#rows = rowsOf(model);
    this.#setBoxes(model.low, model.high);
  }

  run(): Flown {
    const { starts, deadline, watch } = this.#options;
    const lifted = !this.#flight.concave;
    const relaxed = this.#climb(this.#even(), lifted);
    let best: { x: Float64Array; value: number } | undefined;
    const consider = (x: Float64Array | undefined) => {
      const value = x ? this.#valueOf(x) : Number.NEGATIVE_INFINITY;
      if (x && (best === undefined || value > best.value)) best = { x, value };
    };
    const present = this.#model.presence.some((least) => least > 0);
    if (!present) consider(this.#feasible(relaxed.x));
    let stopped: Stopped | undefined;
    for (let start = 0; (lifted || present) && start < starts; start++) {
      watch(start, starts, best?.value ?? Number.NEGATIVE_INFINITY, relaxed.bound);
      if (best && relaxed.bound - best.value <= this.#options.tolerance * Math.abs(relaxed.bound)) break;
      if (performance.now() > deadline) {
        stopped = "time";
        break;
      }
      consider(this.#local(this.#start(start, relaxed.x)));
    }
    const x = best?.x;
    if (x) this.#point.view.set(x);
    const byLine = x ? this.#flight.byLine(this.#point, this.#slopes) : new Float64Array(this.#model.lines.length);
    return {
      x,
      value: best?.value ?? Number.NEGATIVE_INFINITY,
      bound: Math.max(relaxed.bound, best?.value ?? Number.NEGATIVE_INFINITY),
      ...{ price: relaxed.price, rows: this.#rows, prices: relaxed.prices },
      ...{ slopes: this.#slopes.view.slice(), byLine, climbs: this.#climbs, turns: this.#turns, stopped },
    };
  }

  #setBoxes(low: Float64Array, high: Float64Array): void {
    this.#simplex.low.view.set(low);
    const most = Math.min(this.#model.budget, Number.MAX_VALUE);
    this.#simplex.high.view.set(high.map((amount, i) => Math.max(low[i] as number, Math.min(amount, most))));
  }

  /** Where to climb from: the envelopes' plan, today's, then seeded ones. */
  #start(number: number, relaxed: Float64Array): Float64Array {
    if (number === 0) return relaxed;
    if (number === 1) return this.#model.hasCurrent.some(Boolean) ? this.#model.current : this.#even();
    const { size, budget } = this.#model;
    const draws = randoms(this.#engine, this.#scratch, BigInt(this.#options.seed) * 0x1_0000n + BigInt(number), size);
    const lines = randoms(
      this.#engine,
      this.#scratch,
      BigInt(this.#options.seed) * 0x1_0000n + BigInt(0x8000 + number),
      this.#model.lines.length,
    );
    // Whole lines large or small: what curves with a threshold want.
    const wishes = draws.map((draw, i) => draw * (lines[Math.floor(i / this.#model.periods)] as number) ** 3);
    const sum = wishes.reduce((total, wish) => total + wish, 0);
    return wishes.map((wish) => (wish * Math.min(budget, Number.MAX_VALUE)) / sum);
  }

  #even(): Float64Array {
    const { size, budget, low } = this.#model;
    const share = Number.isFinite(budget) ? budget / size : 0;
    return Float64Array.from(low, (least) => Math.max(least, share));
  }

  /** The curves' climb from a start; with presence, after choosing who is present. */
  #local(start: Float64Array): Float64Array | undefined {
    const { presence, low, high } = this.#model;
    if (!presence.some((least) => least > 0)) return this.#feasible(this.#climb(start, false).x);
    const free = this.#climb(start, false).x;
    const absent = free.map((amount, i) =>
      (presence[i] as number) > 0 && amount < (presence[i] as number) / 2 ? 1 : 0,
    );
    this.#setBoxes(
      low.map((least, i) => (absent[i] ? least : Math.max(least, presence[i] as number))),
      high.map((most, i) => (absent[i] ? Math.min(most, low[i] as number) : most)),
    );
    const x = this.#feasible(this.#climb(free, false).x);
    this.#setBoxes(low, high);
    return x;
  }

  /** One climb, rows kept by prices. */
  #climb(start: Float64Array, lifted: boolean) {
    const objective = (x: Column, g: Column) => this.#flight.respond(x, g, lifted);
    const { tolerance, turns } = this.#options;
    const watch = () => this.#options.watch(this.#climbs, this.#options.starts, 0, 0);
    this.#climbs++;
    const climb = (goal: typeof objective, from: Float64Array, near: number): Climb => {
      const found = this.#ascent.climb(goal, from, { tolerance: near, turns, watch });
      this.#turns += found.turns;
      return found;
    };
    if (this.#rows.length === 0) {
      const found = climb(objective, start, tolerance / 2);
      return { x: this.#ascent.point.slice(), bound: found.bound, price: found.price, prices: new Float64Array(0) };
    }
    let x = start;
    let bound = Number.POSITIVE_INFINITY;
    let price = 0;
    let prices = new Float64Array(this.#rows.length);
    const size = Math.max(...Float64Array.from(start), 1e-300);
    const multipliers = new Multipliers(this.#rows, this.#firstWeight(objective, start, size));
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const goal = (at: Column, g: Column) => multipliers.lower(objective(at, g), at.view, g.view);
      const found = climb(goal, x, tolerance / 8);
      x = this.#ascent.point.slice();
      const worst = multipliers.update(x);
      this.#point.view.set(x);
      const value = objective(this.#point, this.#slopes);
      // The Lagrangian at the new prices has the slopes that the climb ended with: its gap is the climb's.
      const here = value - multipliers.paid(x) + (found.bound - found.value);
      if (here < bound) {
        bound = here;
        price = found.price;
        prices = multipliers.prices.slice();
      }
      const done = worst <= HOLDS * size && bound - value <= tolerance * Math.abs(bound);
      if (done || !Number.isFinite(worst)) break;
      if (worst > before / 4) multipliers.weight *= 4;
      before = worst;
    }
    return { x, bound, price, prices };
  }

  /** Breaking a row by a tenth of a usual spend costs about what that spend brings. */
  #firstWeight(objective: (x: Column, g: Column) => number, start: Float64Array, size: number): number {
    this.#point.view.set(start);
    objective(this.#point, this.#slopes);
    const slope = this.#slopes.view.reduce((sum, one) => sum + Math.min(Math.abs(one), 1e100), 0) / start.length;
    return (10 * Math.max(slope, Number.MIN_VALUE)) / size;
  }

  /** A plan in all rows and boxes near x; undefined where none was found. */
  #feasible(x: Float64Array): Float64Array | undefined {
    if (this.#rows.length === 0) return x;
    const near = x.slice();
    const left = intoRows(this.#rows, near, (wished) => {
      wished.set(this.#ascent.project(wished));
    });
    const size = this.#rows.reduce((most, row) => Math.max(most, Math.abs(row.limit)), Number.MIN_VALUE);
    return left <= 1e-9 * size && this.#rows.every((row) => excessOf(row, near) <= 1e-9 * size) ? near : undefined;
  }

  #valueOf(x: Float64Array): number {
    this.#point.view.set(x);
    return this.#flight.respond(this.#point, this.#slopes, false);
  }
}
