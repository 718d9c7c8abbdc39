/**
 * Responses of a plan under posterior draws: R_j(x), the response of the whole plan in draw j, their weighted sums Σ p_j R_j
 * and the slopes of these. A line whose parameters are one number each adds the same to every draw.
 */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { Carry, Column } from "../flighting/kernel.js";
import type { Curve } from "../types.js";
import { canBeDrawn } from "./check.js";
import { Fixed } from "./fixed.js";
import { type Feed, NOT_CARRIED, Sample } from "./kernel.js";

interface Known {
  x: Float64Array;
  lifted: boolean;
  value: number;
  slopes: Float64Array;
}

/** One line of a plan: what carries its spend, and the curves that answer, each in its own periods. */
export interface DrawnLine {
  /** Parts of the line: a curve by draw, and what its response is worth by period of the horizon. */
  parts: readonly { curve: (draw: number) => Curve; drawn: boolean; worth: ArrayLike<number> }[];
  /** Carried draw by draw … */
  feed?: Feed;
  /** … or by weights by lag that all draws share. */
  taps?: Float64Array;
  /** Units of media for a unit of money, by period. */
  rates: ArrayLike<number>;
  /** Units before the plan, oldest first. */
  history: readonly number[];
}

interface Placed {
  line: DrawnLine;
  samples: (Sample | Fixed)[];
  /** Periods that the samples see, and where in them the plan begins. */
  length: number;
  start: number;
  /** With taps: units, what works, its slopes, and slopes by unit. */
  carried?: { by: Carry; units: Column; ones: Column; base: Column; a: Column; slopes: Column; back: Column };
}

interface Shape {
  periods: number;
  horizon: number;
  draws: number;
}

interface Sum {
  from: number;
  count: number;
  /** Σ of the weights. */
  total: number;
  lifted: boolean;
  p?: Column;
  /** Takes the values of each sample by period. */
  into?: (placed: Placed, sample: Sample | Fixed, line: number) => void;
}

/** Readings of all draws that are remembered. */
const KNOWN = 3;

export class Responses {
  readonly draws: number;
  /** Which draw stands where. */
  readonly order: Uint32Array;
  readonly size: number;
  /** Whether Σ p_j R_j is concave for every p ≥ 0. */
  readonly concave: boolean;
  /** Readings of one draw at one plan. */
  readings = 0;
  /** The last readings of all draws: what climbs, their certificates and reports ask of one plan after another. */
  readonly #known: Known[] = [];
  readonly #placed: Placed[];
  readonly #periods: number;
  readonly #shares: Column;
  readonly #each: Column;

  constructor(
    engine: Engine,
    scratch: Scratch,
    lines: readonly DrawnLine[],
    { periods, horizon, draws, order }: Shape & { order?: Uint32Array },
  ) {
    const single = Uint32Array.of(0);
    this.order = order ?? spread(draws);
    this.draws = this.order.length;
    this.#periods = periods;
    this.size = lines.length * periods;
    this.#shares = new Column(engine, scratch, this.draws);
    this.#each = new Column(engine, scratch, this.draws);
    this.#placed = lines.map((line): Placed => {
      const { parts, feed = NOT_CARRIED, taps, history } = line;
      const start = taps ? 0 : history.length;
      const length = start + horizon;
      const samples = parts.map(({ curve, worth, drawn }) => {
        const w = new Float64Array(length);
        w.set(Array.from(worth), start);
        if (!drawn && !canBeDrawn(curve(0).type)) return new Fixed(engine, scratch, curve(0), w);
        // A feed may be drawn where the curve is not.
        const alone = !drawn && !line.feed;
        return new Sample(engine, scratch, curve, taps ? NOT_CARRIED : feed, alone ? single : this.order, w);
      });
      const placed: Placed = { line, samples, length, start };
      if (taps) placed.carried = carriedBy(engine, scratch, line, taps, periods, horizon);
      else for (const { x } of samples) x.set(history);
      return placed;
    });
    this.concave = this.#placed.every(({ samples }) => samples.every(({ concave }) => concave));
  }

  /** Envelopes up to what can work in a period, by line and draw: `lifted` needs them. */
  envelop(most: (line: number, draw: number) => number): void {
    this.#known.length = 0;
    this.#placed.forEach(({ samples }, i) => {
      for (const sample of samples) sample.envelop((draw) => most(i, draw));
    });
  }

  /** What boundless spend brings on average, by line and period of the plan; NaN where it is not known. */
  ceilings(): Float64Array {
    const folded = new Float64Array(this.size);
    this.#placed.forEach(({ line, samples }, i) => {
      line.parts.forEach(({ worth }, part) => {
        const ceiling = samples[part]?.ceiling ?? Number.NaN;
        for (let t = 0; t < worth.length; t++) {
          if (!((worth[t] as number) > 0)) continue;
          const k = i * this.#periods + Math.min(t, this.#periods - 1);
          folded[k] = (folded[k] as number) + (worth[t] as number) * ceiling;
        }
      });
    });
    return folded;
  }

  /** What curves of a line need before they work well, on average over draws; 0 where they are concave. */
  chordOf(line: number): number {
    const { samples } = this.#placed[line] as Placed;
    return samples.reduce((most, { chords }) => Math.max(most, chords), 0);
  }

  /**
   * Mean response by line and period of the plan (what works after the plan counts in its last period), with the slopes of
   * Σ p_j R_j; without p, of the mean.
   */
  byPeriod(x: Column, g: Column, p?: Float64Array): Float64Array {
    const folded = new Float64Array(this.size);
    const into = (placed: Placed, sample: Sample | Fixed, i: number) => {
      sample.values.forEach((sum, t) => {
        if (t < placed.start) return;
        const k = i * this.#periods + Math.min(t - placed.start, this.#periods - 1);
        folded[k] = (folded[k] as number) + sum / sample.draws;
      });
    };
    const all = { from: 0, count: this.draws, lifted: false, into };
    if (p) this.#sum(x, g, { ...all, ...this.#sharesOf(p) }, 1);
    else this.#sum(x, g, { ...all, total: this.draws });
    return folded;
  }

  /** Mean over the first `count` draws, and its slopes: the first so many are spread over all. */
  mean(x: Column, g: Column, count: number, lifted: boolean): number {
    if (count < this.draws) return this.#sum(x, g, { from: 0, count, total: count, lifted }) / count;
    const spends = x.view;
    const known = this.#known.find((one) => one.lifted === lifted && isSame(one.x, spends));
    if (known) {
      g.view.set(known.slopes);
      return known.value;
    }
    const value = this.#sum(x, g, { from: 0, count, total: count, lifted }) / count;
    this.#known.unshift({ x: spends.slice(), lifted, value, slopes: g.view.slice() });
    if (this.#known.length > KNOWN) this.#known.pop();
    return value;
  }

  /** The mean over all draws alone. */
  meanOf(x: Column): number {
    return this.each(x, false).reduce((sum, response) => sum + response, 0) / this.draws;
  }

  /** Σ p_j R_j and its slopes. */
  weighted(x: Column, p: Float64Array, g: Column, lifted: boolean): number {
    return this.#sum(x, g, { from: 0, count: this.draws, lifted, ...this.#sharesOf(p) }, 1);
  }

  #sharesOf(p: Float64Array): { p: Column; total: number } {
    this.#shares.view.set(p);
    return { p: this.#shares, total: p.reduce((sum, share) => sum + share, 0) };
  }

  /** The response in one draw, and its slopes. */
  one(x: Column, draw: number, g: Column, lifted: boolean): number {
    const shares = this.#shares.view;
    const from = draw - (draw % 2);
    shares[from] = 0;
    if (from + 1 < this.draws) shares[from + 1] = 0;
    shares[draw] = 1;
    return this.#sum(x, g, { from, count: Math.min(2, this.draws - from), total: 1, lifted, p: this.#shares }, 1);
  }

  /** The response in every draw; without `line` of all lines together. */
  each(x: Column, lifted: boolean, line?: number): Float64Array {
    const each = this.#each;
    each.view.fill(0);
    let fixed = 0;
    this.#placed.forEach((placed, i) => {
      if (line !== undefined && line !== i) return;
      this.#feed(placed, x.view, i);
      for (const sample of placed.samples) {
        if (sample.draws === 1) fixed += sample.sum(0, 1, { lifted });
        else sample.sum(0, this.draws, { lifted, into: each });
      }
    });
    this.readings += this.draws;
    return Float64Array.from(each.view, (response) => response + fixed);
  }

  #sum(x: Column, g: Column, { from, count, total, lifted, p, into }: Sum, by = 1 / count): number {
    this.readings += count;
    const slopes = g.view;
    slopes.fill(0);
    let sum = 0;
    this.#placed.forEach((placed, i) => {
      this.#feed(placed, x.view, i);
      const at = i * this.#periods;
      for (const sample of placed.samples) {
        const alone = sample.draws === 1;
        const want = { lifted, sloped: true, summed: into !== undefined };
        const value = alone ? sample.sum(0, 1, want) : sample.sum(from, count, { ...want, p });
        const share = alone ? total : 1;
        sum += share * value;
        into?.(placed, sample, i);
        this.#collect(placed, sample, slopes, at, by * share);
      }
    });
    return sum;
  }

  /** What the samples of a line see of a plan. */
  #feed({ line, samples, start, carried }: Placed, spends: Float64Array, i: number): void {
    const from = i * this.#periods;
    const { rates } = line;
    if (carried) {
      const units = carried.units.view;
      for (let t = 0; t < this.#periods; t++) units[t] = (spends[from + t] as number) * (rates[t] as number);
      carried.by.forwards(carried.units, carried.ones, carried.base, carried.a);
      for (const sample of samples) sample.x.set(carried.a.view);
      return;
    }
    for (const { x } of samples) {
      for (let t = 0; t < this.#periods; t++) x[start + t] = (spends[from + t] as number) * (rates[t] as number);
    }
  }

  #collect(
    { line: { rates }, start, carried }: Placed,
    sample: Sample | Fixed,
    g: Float64Array,
    at: number,
    by: number,
  ): void {
    let from = sample.slopes;
    if (carried) {
      carried.slopes.view.set(from);
      carried.by.backwards(carried.slopes, carried.ones, carried.back);
      from = carried.back.view;
    }
    for (let t = 0; t < this.#periods; t++) {
      g[at + t] = (g[at + t] as number) + by * (rates[t] as number) * (from[start + t] as number);
    }
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function carriedBy(
  engine: Engine,
  scratch: Scratch,
  { history }: DrawnLine,
  taps: Float64Array,
  periods: number,
  horizon: number,
): NonNullable<Placed["carried"]> {
  const by = new Carry(engine, scratch, { lines: 1, periods, horizon });
  const weights = new Column(engine, scratch, taps.length);
  weights.view.set(taps);
  by.place(0, { taps: { at: weights.at, length: taps.length } });
  const column = (length: number) => new Column(engine, scratch, length);
  const carried = {
    ...{ by, units: column(periods), ones: column(periods), base: column(horizon) },
    ...{ a: column(horizon), slopes: column(horizon), back: column(periods) },
  };
  carried.ones.view.fill(1);
  const base = carried.base.view;
  for (let t = 0; t < horizon; t++) {
    // Oldest first: the smallest parts are added first.
    history.forEach((units, k) => {
      base[t] = (base[t] as number) + (taps[t + history.length - k] ?? 0) * units;
    });
  }
  return carried;
}

/** Draws in an order whose every beginning is spread over all of them: those of one chain lie side by side. */
function spread(draws: number): Uint32Array {
  let step = Math.max(1, Math.round(draws * 0.6180339887498949));
  while (common(step, draws) > 1) step++;
  const order = new Uint32Array(draws);
  for (let i = 0, at = 0; i < draws; i++, at = (at + step) % draws) order[i] = at;
  return order;
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}
