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
import type { Adstock, Channel, Curve } from "../types.js";
import { Carry, Column, tapsOf } from "./kernel.js";

/** What of a geometric adstock is left at its end, of what there was at first. */
const LEFT = 1e-12;
/** Most periods after the plan in which its spend still counts. */
const MOST_TAIL = 1040;

export class Flight {
  readonly size: number;
  readonly #model: Model;
  readonly #horizon: number;
  readonly #coordinates: Coordinates;
  readonly #carry: Carry;
  readonly #rates: Column;
  readonly #base: Column;
  readonly #a: Column;
  readonly #slopes: Column;
  /** Chords of the envelopes, by period of the horizon: where they start, their value there, their slope and their end. */
  readonly #chord: { from: Float64Array; value: Float64Array; slope: Float64Array; to: Float64Array };
  readonly concave: boolean;

  constructor(engine: Engine, scratch: Scratch, model: Model) {
    const { lines, periods, problem } = model;
    const tails = lines.map((line) => (problem.carryOut ? tailOf(line) : 0));
    const horizon = periods + Math.min(MOST_TAIL, Math.max(0, ...tails));
    const shape = { lines: lines.length, periods, horizon };
    this.#model = model;
    this.#horizon = horizon;
    this.size = lines.length * periods;
    this.#rates = new Column(engine, scratch, this.size);
    this.#base = new Column(engine, scratch, lines.length * horizon);
    this.#a = new Column(engine, scratch, lines.length * horizon);
    this.#slopes = new Column(engine, scratch, lines.length * horizon);
    this.#coordinates = new Coordinates(engine, scratch, lines.length * horizon);
    this.#carry = new Carry(engine, scratch, shape);
    this.#rates.view.set(model.rate);
    lines.forEach((line, i) => {
      this.#placeLine(engine, scratch, line, i);
    });
    this.#coordinates.finish();
    this.#chord = this.#envelopes();
    this.concave = this.#chord.to.every((to, i) => to <= (this.#chord.from[i] as number));
  }

  #placeLine(engine: Engine, scratch: Scratch, line: ModelLine, i: number): void {
    const { periods, scale, curves } = this.#model;
    const horizon = this.#horizon;
    const { adstock, history = [], saturation = "after" } = line.spec as Channel;
    const by = adstockOf(engine, scratch, line.adstock ?? adstock);
    const before = saturation === "before";
    const scales = Array.from({ length: horizon }, (_, t) => scale[i * periods + Math.min(t, periods - 1)] as number);
    const weights = by.taps
      ? Float64Array.from(new Float64Array(engine.memory.buffer, by.taps.at, by.taps.length))
      : [];
    const tap = (lag: number) =>
      by.taps ? (weights[lag] ?? 0) : (by.gain as number) * powerOf(by.decay as number, lag);
    for (let t = 0; t < horizon; t++) {
      let worth = scales[t] as number;
      if (before) {
        worth = 0;
        for (let lag = 0; t < periods && t + lag < horizon; lag++) worth += tap(lag) * (scales[t + lag] as number);
      }
      const curve = curves[i * periods + Math.min(t, periods - 1)] as Curve;
      this.#coordinates.place(i * horizon + t, curve, worth, 1, 0, scratch);
    }
    this.#carry.place(i, before ? { decay: 0, gain: 1 } : by);
    if (before) return;
    const base = this.#base.view.subarray(i * horizon, (i + 1) * horizon);
    const rate = 1 / at((line.spec as Channel).cost ?? 1, 0);
    for (let t = 0; t < horizon; t++) {
      // Oldest first: the smallest parts are added first.
      for (let back = 0; back < history.length; back++) {
        base[t] = (base[t] as number) + tap(t + history.length - back) * rate * (history[back] as number);
      }
    }
  }

  /** Envelopes on what can work in each period: from what history left to all the budget at once. */
  #envelopes() {
    const { lines, high, budget } = this.#model;
    const count = lines.length * this.#horizon;
    const from = Float64Array.from(this.#base.view);
    const most = Math.min(budget, Number.MAX_VALUE);
    const to = this.#most(high.map((amount) => Math.min(amount, most)));
    const c = this.#coordinates;
    c.setBoxes(from, to);
    const ends = Float64Array.from(c.chords);
    const values = Float64Array.from(c.evaluate(from).values);
    const atEnds = Float64Array.from(c.evaluate(ends).values);
    const slope = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const width = (ends[i] as number) - (from[i] as number);
      if (width > 0) slope[i] = ((atEnds[i] as number) - (values[i] as number)) / width;
    }
    return { from, value: values, slope, to: ends };
  }

  /** What works at most, with every period's spend at `high`. */
  #most(high: Float64Array): Float64Array {
    const x = this.#slopes; // A column of at least this size, not in use yet.
    x.view.set(high);
    this.#carry.forwards(x, this.#rates, this.#base, this.#a);
    return Float64Array.from(this.#a.view);
  }

  /** The response of a plan and its slopes; with `lifted`, of the envelopes, which are concave and nowhere below the curves. */
  respond(x: Column, g: Column, lifted: boolean): number {
    this.#carry.forwards(x, this.#rates, this.#base, this.#a);
    const a = this.#a.view;
    const { values, slopes } = this.#coordinates.evaluate(a);
    const into = this.#slopes.view;
    const { from, value, slope, to } = this.#chord;
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      const here = a[i] as number;
      const chord = lifted && here < (to[i] as number);
      sum += chord ? (value[i] as number) + (slope[i] as number) * (here - (from[i] as number)) : (values[i] as number);
      into[i] = chord ? (slope[i] as number) : Math.min(slopes[i] as number, STEEPEST);
    }
    this.#carry.backwards(this.#slopes, this.#rates, g);
    return sum;
  }

  /** Response by line at the plan last evaluated, and what works by line and period. */
  byLine(x: Column, g: Column): Float64Array {
    this.respond(x, g, false);
    const { values } = this.#coordinates.evaluate(this.#a.view);
    const horizon = this.#horizon;
    return Float64Array.from(this.#model.lines, (_, i) =>
      values.subarray(i * horizon, (i + 1) * horizon).reduce((sum, value) => sum + value, 0),
    );
  }
}

/** A vertical start counts as this steep, so that sums of slopes stay finite. */
const STEEPEST = 1e150;

interface By {
  taps?: { at: number; length: number };
  decay?: number;
  gain?: number;
}

function adstockOf(engine: Engine, scratch: Scratch, adstock: Adstock | undefined): By {
  if (!adstock) return { decay: 0, gain: 1 };
  if (adstock.type !== "geometric") return { taps: tapsOf(engine, scratch, adstock) };
  const { decay, normalised = false } = adstock;
  return { decay, gain: normalised ? 1 - decay : 1 };
}

/** Periods after the plan in which its last spend still works. */
function tailOf({ adstock, spec }: ModelLine): number {
  const by = adstock ?? (spec as Channel).adstock;
  if (!by) return 0;
  if (by.type === "geometric") return by.decay > 0 ? Math.ceil(Math.log(LEFT) / Math.log(by.decay)) : 0;
  return (by.type === "kernel" ? by.weights.length : by.length) - 1;
}

/** By multiplication: the same on every runtime. */
function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= base;
  return power;
}
