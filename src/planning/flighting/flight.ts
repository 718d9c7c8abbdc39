/**
 * A plan over time as one function of its spends: adstock, curve and worth of every line in every period, and its slopes.
 *
 *   Σ_i Σ_t scale_it f_it(a_it),   a_i = base_i + k_i ∗ (rate_i x_i)            saturation after the adstock (default)
 *   Σ_i Σ_t (Σ_l k_il scale_i,t+l) f_it(rate_it x_it)                            saturation before it: no period meets another
 */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { at } from "../check.js";
import { Coordinates } from "../kernel.js";
import type { Model, ModelLine } from "../model.js";
import type { Channel, Curve } from "../types.js";
import { adstockOf, MOST_TAIL, powersOf, tailOf } from "./adstocks.js";
import type { Chain } from "./chains.js";
import { hullOf, isBent } from "./hull.js";
import { Interactions } from "./interactions.js";
import { Carry, Column } from "./kernel.js";

/** Lags times periods of a line beyond which its most is taken more simply. */
const MOST_LAGS = 4_000_000;

/** Values by line and period (what works after the plan counts in the last one), and slopes by coordinate. */
export interface Evaluated {
  values: Float64Array;
  slopes: Float64Array;
  /** What each interaction adds to the values. */
  added?: Float64Array;
}

/** A plan over time as one function of its spends. */
export interface OverTime {
  /** Whether it is concave wherever a plan may be: then the climb itself is the proof. */
  readonly concave: boolean;
  /** Makes the envelopes on what can work in each period: from what the floors and history leave to the most of the budget. */
  bound(low: Float64Array, high: Float64Array, budget: number): void;
  /** The response of a plan and its slopes; with `lifted`, of what is concave and nowhere below it. */
  respond(x: Column, g: Column, lifted: boolean): number;
  evaluate(x: Column, g: Column): Evaluated;
  /** What boundless spend brings, by line and period; NaN where it is not known. */
  ceilings(): Float64Array;
  /** Money that a coordinate alone needs to work well. */
  pulses(): Float64Array;
  /** Money that no plan of most response − fee · spend exceeds, where one plan spends `feasible`. */
  worthAtMost(fee: number, feasible: number, name: (line: number) => string): number;
  /** Whether what coordinate i brings starts vertically: slopes at no spend are no numbers. */
  vertical?(i: number): boolean;
  /** Lines as chains of states, where periods meet only so and lines not at all. */
  chain?(): Chain | undefined;
  /** A plan near the best one at less work than a climb to it, where there is a way. */
  approach?(climbing: Climbing, from: Float64Array, lifted: boolean): Float64Array;
}

/** Climbs of goals of one's own, and certified readings of a point, within the limits of a solve. */
export interface Climbing {
  tolerance: number;
  /** Ends when gap ≤ tolerance · |bound|. */
  climb(
    goal: (x: Column, g: Column) => number,
    from: Float64Array,
    tolerance: number,
  ): { x: Float64Array; turns: number };
  read(
    goal: (x: Column, g: Column) => number,
    x: Float64Array,
  ): { value: number; bound: number; price: number; slopes: Float64Array };
}

export class Flight implements OverTime {
  readonly #model: Model;
  readonly #horizon: number;
  readonly #coordinates: Coordinates;
  /** The same with concave tables in place of others: what is lifted is taken from these. */
  readonly #hulls: Coordinates;
  readonly #carry: Carry;
  readonly #rates: Column;
  readonly #base: Column;
  readonly #a: Column;
  readonly #floor: Column;
  readonly #tap: ((lag: number) => number)[] = [];
  readonly #lags: number[] = [];
  /** No curve is convex anywhere: its own envelope, whatever the box. */
  readonly #straight: boolean;
  readonly interactions: Interactions;
  /** Chords of the envelopes: start, value there, slope, end, by period of the horizon (assembly/planning/flighting.ts). */
  readonly #chords: Column;
  /** Whether every curve is concave wherever a plan may be: then the climb itself is the proof. */
  concave = false;

  constructor(engine: Engine, scratch: Scratch, model: Model) {
    const { lines, periods, problem, curves } = model;
    const tails = lines.map((line) => (problem.carryOut ? tailOf(line) : 0));
    const horizon = periods + Math.min(MOST_TAIL, Math.max(0, ...tails));
    const count = lines.length * horizon;
    this.#model = model;
    this.#horizon = horizon;
    this.#rates = new Column(engine, scratch, model.size);
    this.#base = new Column(engine, scratch, count);
    this.#a = new Column(engine, scratch, count);
    this.#floor = new Column(engine, scratch, count);
    this.#chords = new Column(engine, scratch, 4 * count);
    this.#coordinates = new Coordinates(engine, scratch, count);
    const bent = [...new Set(curves)].some(isBent);
    this.#hulls = bent ? new Coordinates(engine, scratch, count) : this.#coordinates;
    this.#carry = new Carry(engine, scratch, { lines: lines.length, periods, horizon });
    this.interactions = new Interactions(engine, scratch, model, horizon);
    this.#rates.view.set(model.rate);
    lines.forEach((line, i) => {
      this.#placeLine(engine, scratch, line, i);
    });
    this.#coordinates.finish();
    const flat = (z: number, k: number) => z <= 0 || this.#curveAt(k).type === "linear";
    this.#straight = !bent && this.interactions.concave && this.#coordinates.inflections.every(flat);
    if (bent) this.#hulls.finish();
  }

  #placeLine(engine: Engine, scratch: Scratch, line: ModelLine, i: number): void {
    const { periods, scale } = this.#model;
    const horizon = this.#horizon;
    const { history = [], saturation = "after" } = this.#channelOf(line);
    const by = adstockOf(engine, scratch, line.adstock);
    const before = saturation === "before";
    const weights = by.taps
      ? Float64Array.from(new Float64Array(engine.memory.buffer, by.taps.at, by.taps.length))
      : powersOf(by.gain as number, by.decay as number, horizon + history.length);
    const tap = (lag: number) => weights[lag] ?? 0;
    this.#tap.push(before ? (lag) => (lag === 0 ? 1 : 0) : tap);
    this.#lags.push(before ? 1 : Math.min(horizon, weights.length));
    const worths = new Float64Array(horizon);
    for (let t = 0; t < horizon; t++) {
      const worth = scale[i * periods + Math.min(t, periods - 1)] as number;
      worths[t] = before ? 0 : worth;
      for (let lag = 0; before && t < periods && t + lag < horizon; lag++) {
        worths[t] = (worths[t] as number) + tap(lag) * (scale[i * periods + Math.min(t + lag, periods - 1)] as number);
      }
    }
    for (let t = 0, end = 0; t < horizon; t = end) {
      const curve = this.#curveAt(i * horizon + t);
      end = t + 1;
      // Periods of one curve in one go.
      while (end < horizon && (worths[t] as number) > 0 && (worths[end] as number) > 0) {
        if (this.#curveAt(i * horizon + end) !== curve) break;
        end++;
      }
      const k = i * horizon + t;
      const run = worths.subarray(t, end);
      this.#coordinates.place(k, curve, run[0] as number, 1, 0, scratch);
      if (end > t + 1) this.#coordinates.repeat(k, k + end - t, run);
      if (this.#hulls === this.#coordinates) continue;
      this.#hulls.place(k, hullOf(curve), run[0] as number, 1, 0, scratch);
      if (end > t + 1) this.#hulls.repeat(k, k + end - t, run);
    }
    this.#carry.place(i, before ? { decay: 0, gain: 1 } : by);
    if (before) return;
    const base = this.#base.view.subarray(i * horizon, (i + 1) * horizon);
    const rate = 1 / at(line.spec.cost ?? 1, 0);
    for (let t = 0; t < horizon; t++) {
      // Oldest first: the smallest parts are added first.
      for (let back = 0; back < history.length; back++) {
        base[t] = (base[t] as number) + tap(t + history.length - back) * rate * (history[back] as number);
      }
    }
  }

  #curveAt(k: number): Curve {
    const { periods, curves } = this.#model;
    const line = Math.floor(k / this.#horizon);
    return curves[line * periods + Math.min(k - line * this.#horizon, periods - 1)] as Curve;
  }

  #channelOf({ channel }: ModelLine): Channel {
    return this.#model.problem.channels[channel] as Channel;
  }

  /** Whether what coordinate i brings starts vertically: slopes at no spend are no numbers. */
  vertical(i: number): boolean {
    if (this.interactions.vertical(Math.floor(i / this.#model.periods))) return true;
    const curve = this.#model.curves[i] as Curve;
    if (curve.type === "hill") return curve.shape < 1 && !(curve.carry && curve.carry > 0);
    return (curve.type === "power" || curve.type === "root") && curve.exponent < 1;
  }

  /** Media that a unit of money in period t of a line puts to work at once. */
  #gainAt(line: number, t: number): number {
    return (
      (this.#tap[line] as (lag: number) => number)(0) * (this.#model.rate[line * this.#model.periods + t] as number)
    );
  }

  chain(): Chain | undefined {
    const { lines, periods, rate } = this.#model;
    const before = (line: ModelLine) => this.#channelOf(line).saturation === "before";
    const tied = (line: ModelLine) => line.adstock && line.adstock.type !== "geometric" && !before(line);
    const tables = this.#model.curves.some(({ type }) => type === "table" || type === "insertions");
    if (tables || this.interactions.all.length > 0 || lines.some(tied)) return undefined;
    const decay = Float64Array.from(lines, (line) => {
      return !before(line) && line.adstock?.type === "geometric" ? line.adstock.decay : 0;
    });
    const rates = rate.map((_, i) => this.#gainAt(Math.floor(i / periods), i % periods));
    const c = this.#coordinates;
    const count = this.#a.length;
    return {
      ...{ lines: lines.length, periods, horizon: this.#horizon, decay, rates, base: this.#base.view.slice() },
      ...{ inflections: c.inflections.slice(), chords: this.#chords.view.slice(3 * count) },
      evaluate: (a) => c.evaluate(a),
    };
  }

  /** Makes the envelopes on what can work in each period: from what the floors and history leave to the most of the budget. */
  bound(low: Float64Array, high: Float64Array, budget: number): void {
    if (this.#straight) {
      this.concave = true;
      return;
    }
    const { lines } = this.#model;
    const count = lines.length * this.#horizon;
    const x = this.#floor;
    x.view.set(low);
    this.#carry.forwards(x, this.#rates, this.#base, this.#a);
    const from = Float64Array.from(this.#a.view);
    const floors = low.reduce((sum, least) => sum + least, 0);
    const to = new Float64Array(count);
    lines.forEach((_, line) => {
      this.#mostOf(line, low, high, Math.max(0, Math.min(budget, Number.MAX_VALUE) - floors), from, to);
    });
    const c = this.#hulls;
    c.setBoxes(from, to);
    const ends = Float64Array.from(c.chords);
    this.interactions.bound(c.evaluate(to).values);
    const values = Float64Array.from(c.evaluate(from).values);
    const atEnds = Float64Array.from(c.evaluate(ends).values);
    const slope = new Float64Array(count);
    let bent = this.#hulls !== this.#coordinates || !this.interactions.concave;
    for (let i = 0; i < count; i++) {
      const width = (ends[i] as number) - (from[i] as number);
      if (width > 0) slope[i] = ((atEnds[i] as number) - (values[i] as number)) / width;
      bent ||= width > 0 && this.#curveAt(i).type !== "linear";
    }
    const chords = this.#chords.view;
    [from, values, slope, ends].forEach((column, k) => {
      chords.set(column, k * count);
    });
    this.concave = !bent;
  }

  /** What works at most in each period: the money above the floors, in the periods from which it works best. */
  #mostOf(
    line: number,
    low: Float64Array,
    high: Float64Array,
    money: number,
    from: Float64Array,
    to: Float64Array,
  ): void {
    const { periods, rate } = this.#model;
    const horizon = this.#horizon;
    const tap = this.#tap[line] as (lag: number) => number;
    const lags = this.#lags[line] as number;
    const simple = lags * horizon > MOST_LAGS;
    for (let t = 0; t < horizon; t++) {
      const parts: { weight: number; room: number }[] = [];
      let [best, all] = [0, 0];
      for (let s = Math.max(0, t - lags + 1); s <= Math.min(t, periods - 1); s++) {
        const i = line * periods + s;
        const weight = tap(t - s) * (rate[i] as number);
        if (!(weight > 0)) continue;
        const room = Math.min(money, Math.max(0, (high[i] as number) - (low[i] as number)));
        best = Math.max(best, weight);
        all += weight * room;
        if (!simple) parts.push({ weight, room });
      }
      let more = Math.min(all, best * money);
      if (!simple && all > more) {
        parts.sort((a, b) => b.weight - a.weight);
        more = 0;
        let left = money;
        for (const { weight, room } of parts) {
          more += weight * Math.min(room, left);
          left -= Math.min(room, left);
        }
      }
      const k = line * horizon + t;
      // A hair more than sums of another order may come to.
      to[k] = (from[k] as number) + more * (1 + 1e-12);
    }
  }

  /** The response of a plan and its slopes; with `lifted`, of the envelopes, which are concave and nowhere below the curves. */
  respond(x: Column, g: Column, lifted: boolean): number {
    this.#carry.forwards(x, this.#rates, this.#base, this.#a);
    const at = (lifted ? this.#hulls : this.#coordinates).evaluateAt(this.#a.at);
    const own = this.#carry.settle(this.#a.length, this.#a, at, lifted ? this.#chords : undefined);
    const sum = own + this.interactions.add(at, lifted);
    this.#carry.backwards({ at: at.slopes }, this.#rates, g);
    return sum;
  }

  /** Values by line and period of the curves themselves, and slopes by coordinate. */
  evaluate(x: Column, g: Column): Evaluated {
    this.respond(x, g, false);
    const added = this.interactions.added;
    return { added, values: this.#folded(this.#coordinates.evaluate(this.#a.view).values), slopes: g.view.slice() };
  }

  /** What the curves bring at boundless spend, by line and period. */
  ceilings(): Float64Array {
    const { values } = this.#coordinates.evaluate(new Float64Array(this.#a.length).fill(Number.POSITIVE_INFINITY));
    return this.#folded(values);
  }

  #folded(values: Float64Array): Float64Array {
    const { periods, size } = this.#model;
    const folded = new Float64Array(size);
    for (let i = 0; i < values.length; i++) {
      const line = Math.floor(i / this.#horizon);
      const k = line * periods + Math.min(i - line * this.#horizon, periods - 1);
      folded[k] = (folded[k] as number) + (values[i] as number);
    }
    return folded;
  }

  /** Where the chord of each coordinate's own period ends, as money spent in that period alone: what a pulse is worth. */
  pulses(): Float64Array {
    const { size, periods } = this.#model;
    const count = this.#a.length;
    const chords = this.#chords.view;
    const [from, to] = [chords.subarray(0, count), chords.subarray(3 * count)];
    return Float64Array.from({ length: size }, (_, i) => {
      const line = Math.floor(i / periods);
      const k = line * this.#horizon + (i - line * periods);
      const gain = this.#gainAt(line, i - line * periods);
      return gain > 0 ? Math.max(0, (to[k] as number) - (from[k] as number)) / gain : 0;
    });
  }

  /**
   * Money that no plan of most response − fee · spend exceeds, where one plan spends `feasible`. Each curve lies below its
   * tangent at a point past its own tangent from zero; what works in all periods grows with the money at most at the best
   * rate: response ≤ C + m · spend with m < fee, and the best plan has response − fee · spend ≥ −fee · feasible.
   */
  worthAtMost(price: number, feasible: number, name: (line: number) => string): number {
    const factor = this.interactions.most;
    if (factor === undefined) throw new RangeError("budget is missing: interactions of the form product need one");
    // What pairs add, as if each unit of response were so much more, or money so much cheaper.
    const fee = price / factor;
    const { lines, periods, rate } = this.#model;
    const strongest = lines.map((_, line) => {
      let [taps, dearest] = [0, 0];
      for (let lag = 0; lag < (this.#lags[line] as number); lag++)
        taps += (this.#tap[line] as (lag: number) => number)(lag);
      for (let t = 0; t < periods; t++) dearest = Math.max(dearest, rate[line * periods + t] as number);
      return taps * dearest;
    });
    const c = this.#hulls;
    const lineOf = (k: number) => Math.floor(k / this.#horizon);
    const rateOf = (k: number) => strongest[lineOf(k)] as number;
    const start = c.evaluate(new Float64Array(this.#a.length)).values.slice();
    const point = c.inflections.map((z) => Math.max(1, Number.isFinite(z) ? 2 * z : 0));
    for (;;) {
      const { values, slopes } = c.evaluate(point);
      let grown = false;
      for (let k = 0; k < point.length; k++) {
        const [x, f, slope] = [point[k] as number, values[k] as number, slopes[k] as number];
        const past = f - slope * x >= (start[k] as number) - 1e-12 * f;
        if (slope * rateOf(k) <= 0.9 * fee && past) continue;
        point[k] = 2 * x;
        grown = true;
        if (x < 1e280) continue;
        throw new RangeError(
          `channel "${name(lineOf(k))}" earns more than it costs at any spend: give it a max, or a budget`,
        );
      }
      if (!grown) break;
    }
    const { values, slopes } = c.evaluate(point);
    const base = this.#base.view;
    let most = 0;
    let steepest = 0;
    for (let k = 0; k < point.length; k++) {
      const slope = slopes[k] as number;
      steepest = Math.max(steepest, slope * rateOf(k));
      most += Math.max(0, (values[k] as number) - slope * ((point[k] as number) - (base[k] as number)));
    }
    return ((most + fee * feasible) / (fee - steepest)) * (1 + 1e-9);
  }
}
