/**
 * Expected S-shaped curves where periods do not act on each other: F(u) = Σ w_j f_j(u) is a curve of one variable, which need
 * not be S-shaped itself. The separable method takes it as a table T that is nowhere below it and equal to it at the table's
 * nodes; a plan x of the tables brings Σ F(x) at least and no plan more than their bound. Where T(x) is above F(x) a node is
 * put, and the tables are solved again (outer approximation; Kelley 1960 for what is concave).
 *
 * Between two nodes l < r, with draws that are convex there (inflection ≥ r) on their chords, the others lie under two lines:
 *
 *   Σ w f(u) ≤ A + S (u − l),  S = Σ w max f'       and       Σ w f(u) ≤ B − s (r − u),  s = Σ w min f'
 *
 * f' has one top, at the inflection: its most is there or, past it, at l; its least is at an end.
 */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { Coordinates } from "../kernel.js";
import type { Model } from "../model.js";
import { frame } from "../separable/feasible.js";
import type { Found, SearchOptions } from "../separable/search.js";
import { Separable } from "../separable/separable.js";
import type { Curve, Stopped } from "../types.js";
import { drawnCurve } from "./lines.js";

export interface AveragedOptions extends Pick<SearchOptions, "tolerance" | "deadline" | "watch"> {
  budget: number;
  fee: number;
  /** The expected response of a plan, and the best plan so far. */
  responseOf: (x: Float64Array) => number;
  found: Pick<Found, "x" | "value">;
}

export interface AveragedFound extends Pick<Found, "x" | "value" | "bound" | "price" | "cuts" | "nodes"> {
  stopped: Stopped | undefined;
}

/** Rounds of tables, and nodes of each search. */
const ROUNDS = 60;
const NODES = 4000;
/** Tables are raised by more than sums over draws may lose. */
const ROOM = 1e-12;
/** Of the most, where a curve that starts vertically gets its first point: below it, what it may bring is added to the bound. */
const HAIR = 1e-24;
const VERTICAL = 1e100;

export function solveAveraged(engine: Engine, model: Model, options: AveragedOptions): AveragedFound | undefined {
  // Bounds are of the problem without whole units, as over time.
  const { framed } = frame({ ...model, problem: { ...model.problem, unit: undefined } });
  if (!framed) return undefined;
  const scratch = new Scratch(engine.arena);
  try {
    return new Averaged(engine, scratch, framed, options).run();
  } finally {
    scratch.release();
  }
}

type Framed = NonNullable<ReturnType<typeof frame>["framed"]>;

class Averaged {
  readonly #engine: Engine;
  readonly #framed: Framed;
  readonly #options: AveragedOptions;
  readonly #means = new Map<Curve, Mean>();

  constructor(engine: Engine, scratch: Scratch, framed: Framed, options: AveragedOptions) {
    this.#engine = engine;
    this.#framed = framed;
    this.#options = options;
    const { model, tree, high } = framed;
    const tops = new Map<Curve, number>();
    tree.order.forEach((i, p) => {
      const curve = model.curves[i] as Curve;
      const top = Math.min(high[p] as number, options.budget) * (model.rate[i] as number);
      tops.set(curve, Math.max(tops.get(curve) ?? 0, top));
    });
    for (const [curve, top] of tops) {
      const { drawn, curve: one } = drawnCurve(curve);
      if (drawn && top > 0) this.#means.set(curve, new Mean(engine, scratch, one, model.draws, top));
    }
  }

  run(): AveragedFound {
    const { fee, tolerance, responseOf, found, deadline } = this.#options;
    const best: AveragedFound = {
      ...{ x: found.x, value: found.value, bound: Number.POSITIVE_INFINITY },
      ...{ price: 0, cuts: [], nodes: 0, stopped: "nodes" },
    };
    // The plan in hand is where tables are good first.
    if (best.x) this.#refine(best.x);
    for (let round = 0; round < ROUNDS; round++) {
      const solved = this.#solve();
      best.nodes += solved.nodes;
      if (solved.bound < best.bound) {
        [best.bound, best.price] = [solved.bound, solved.price];
        best.cuts = solved.cuts;
      }
      if (!solved.x) break;
      const value = responseOf(solved.x) - fee * solved.x.reduce((sum, money) => sum + money, 0);
      if (value > best.value) [best.x, best.value] = [solved.x, value];
      if (best.bound - best.value <= tolerance * Math.abs(best.value)) {
        best.stopped = undefined;
        break;
      }
      if (performance.now() > deadline) {
        best.stopped = "time";
        break;
      }
      if (!this.#refine(solved.x)) break;
    }
    best.bound = Math.max(best.bound, best.value);
    return best;
  }

  /** The best plan of the tables, by coordinate, and a bound for the curves. */
  #solve(): Found {
    const { model } = this.#framed;
    const { budget, fee, tolerance, deadline, watch } = this.#options;
    const curves = model.curves.slice();
    const rate = model.rate.slice();
    let slack = 0;
    model.curves.forEach((curve, i) => {
      const mean = this.#means.get(curve);
      if (!mean) return;
      curves[i] = mean.table(rate[i] as number);
      slack += (model.scale[i] as number) * mean.slack;
      rate[i] = 1;
    });
    const settings = { tolerance: tolerance / 4, nodes: NODES, deadline, watch };
    const tabled = { ...this.#framed, model: { ...model, curves, rate } };
    const separable = new Separable(this.#engine, tabled, settings);
    try {
      const found = separable.solve(budget, fee);
      found.bound += slack;
      for (const cut of found.cuts) cut.bound += slack;
      if (found.x) found.x = separable.unordered(found.x);
      return found;
    } finally {
      separable.release();
    }
  }

  /** Nodes where a plan is; false where all were there. */
  #refine(x: Float64Array): boolean {
    const { curves, rate } = this.#framed.model;
    let more = false;
    x.forEach((money, i) => {
      const mean = this.#means.get(curves[i] as Curve);
      if (mean?.insert(money * (rate[i] as number))) more = true;
    });
    return more;
  }
}

/** One spend: value and slope of every draw. */
interface Node {
  u: number;
  value: number;
  values: Float64Array;
  slopes: Float64Array;
}

/** Between two nodes: ends, values there, and the corner of the lines above. */
interface Span {
  from: number;
  to: number;
  low: number;
  high: number;
  at: number;
  top: number;
}

/** The mean curve of the draws of one curve, and a table above it. */
export class Mean {
  readonly #draws: Coordinates;
  readonly #inflections: Float64Array;
  readonly #steepest: Float64Array;
  readonly #spans: Span[] = [];
  /** What the curve may be above the table, at most, where it starts vertically. */
  slack = 0;

  constructor(engine: Engine, scratch: Scratch, curve: (draw: number) => Curve, draws: number, top: number) {
    this.#draws = new Coordinates(engine, scratch, draws);
    for (let j = 0; j < draws; j++) this.#draws.place(j, curve(j), 1, 1, 0, scratch);
    this.#draws.finish();
    this.#inflections = this.#draws.inflections.slice();
    const tops = this.#inflections.map((z) => (z > 0 && z < top ? z : 0));
    this.#steepest = this.#draws.evaluate(tops).slopes.slice();
    const nodes = this.#first(top).map((u) => this.#read(u));
    nodes.forEach((node, k) => {
      if (k > 0) this.#spans.push(this.#span(nodes[k - 1] as Node, node));
    });
  }

  /** Where inflections lie, around there, and evenly up to the top. */
  #first(top: number): number[] {
    const bends = this.#inflections.filter((z) => z > 0 && z < top).sort();
    const spends = new Set([0, top]);
    for (let k = 1; k < 16; k++) spends.add((k * top) / 16);
    for (const share of bends.length > 0 ? [0.05, 0.5, 0.95] : []) {
      const bend = bends[Math.floor(share * bends.length)] as number;
      for (const factor of [0.25, 0.5, 1, 1.5, 2, 3, 5]) if (factor * bend < top) spends.add(factor * bend);
    }
    const sorted = [...spends].sort((a, b) => a - b);
    return sorted.filter((u, k) => k === 0 || u === top || u - (sorted[k - 1] as number) > 1e-6 * top);
  }

  #read(u: number): Node {
    const { values, slopes } = this.#draws.evaluate(new Float64Array(this.#draws.size).fill(u));
    return { u, value: mean(values), values: values.slice(), slopes: slopes.slice() };
  }

  #span(l: Node, r: Node): Span {
    const [z, width] = [this.#inflections, r.u - l.u];
    const n = z.length;
    // Of those that are convex, on their chords; of the others, at both ends, with most and least slopes.
    let [convexLow, convexHigh, low, high, most, least] = [0, 0, 0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      const [before, after] = [l.values[j] as number, r.values[j] as number];
      if ((z[j] as number) >= r.u) {
        convexLow += before;
        convexHigh += after;
        continue;
      }
      const [first, last] = [l.slopes[j] as number, r.slopes[j] as number];
      low += before;
      high += after;
      most += (z[j] as number) > l.u ? (this.#steepest[j] as number) : first;
      least += Math.min(first, last);
    }
    let t = width / 2;
    let above = (low + high) / 2;
    if (!(most < n * VERTICAL)) {
      t = HAIR * width;
      above = high - least * (width - t);
      // Only at nothing: the first span.
      this.slack = (1 + ROOM) * this.#read(l.u + t).value;
    } else if (most > least) {
      t = Math.min(width, Math.max(0, (high - least * width - low) / (most - least)));
      above = Math.max(low + most * t, high - least * (width - t));
    }
    const chord = convexLow + ((convexHigh - convexLow) * t) / width;
    const top = Math.max(l.value, Math.min(r.value, (chord + above) / n));
    return { from: l.u, to: r.u, low: l.value, high: r.value, at: l.u + t, top };
  }

  /** Puts a node at a spend; false where there is one. */
  insert(u: number): boolean {
    const k = this.#spans.findIndex(({ from, to }) => u > from && u < to);
    if (k < 0) return false;
    const { from, to } = this.#spans[k] as Span;
    if (Math.min(u - from, to - u) < 1e-12 * to) return false;
    const node = this.#read(u);
    this.#spans.splice(k, 1, this.#span(this.#read(from), node), this.#span(node, this.#read(to)));
    return true;
  }

  /** The mean of the draws at a spend. */
  valueAt(u: number): number {
    return this.#read(u).value;
  }

  /** The table by money, at so many units of media for one. */
  table(rate: number): Curve {
    const spend: number[] = [];
    const response: number[] = [];
    const add = (u: number, value: number) => {
      const money = u / rate;
      if (!(money > (spend.at(-1) ?? 0))) return;
      spend.push(money);
      response.push(Math.max(response.at(-1) ?? 0, value * (1 + ROOM)));
    };
    for (const { at, top, to, high } of this.#spans) {
      if (at < to) add(at, top);
      add(to, high);
    }
    return { type: "table", spend, response };
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
