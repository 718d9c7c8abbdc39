/** The border of the planning kernels: the only place of this problem that calls the module's exports. */
import type { Engine } from "../engine/engine.js";
import type { Scratch } from "../engine/scratch.js";
import { FAMILY as CURVES, type Parameters } from "./curves/kernel.js";
import { tableOf } from "./curves/reach.js";
import type { Curve } from "./types.js";

/** Columns of assembly/planning/envelope.ts. */
const COLUMN = {
  family: 0,
  a: 1,
  b: 2,
  c: 3,
  d: 4,
  scale: 8,
  rate: 9,
  z: 10,
  l: 11,
  u: 12,
  s: 13,
  fl: 14,
  w: 15,
  k: 16,
} as const;
/** What is given of a curve, or made of it by `prepare`, but for its scale. */
const GIVEN = [0, 1, 2, 3, 4, 5, 6, 7, COLUMN.rate, COLUMN.s];
/** Work columns behind them: the answer to a price from below and from above, twice, a point, its values and slopes. */
const LOW = 20;
const HIGH = 21;
const OTHER_LOW = 22;
const OTHER_HIGH = 23;
const POINT = 24;
const VALUES = 25;
const SLOPES = 26;
const ALL = 27;
/** ln 3 / 2, written out: Math.log is not the same everywhere. */
const LN_3_HALVES = 0.5493061443340549;

/** Numbers of the families; tables are the envelopes' own (assembly/planning/response.ts). */
const FAMILY = { ...CURVES, table: 8 } as const;

/** A curve as the kernels take it; a table's points lie at `points`. */
function parametersOf(curve: Exclude<Curve, { type: "insertions" }>, points: number): Parameters & { family: number } {
  switch (curve.type) {
    case "hill":
      return { family: FAMILY.hill, a: curve.max, b: curve.half, c: curve.shape, d: curve.carry ?? 0 };
    case "logit":
      return { family: FAMILY.logit, a: curve.max, b: curve.slope, c: curve.midpoint };
    case "logistic":
      return { family: FAMILY.tanh, a: curve.max, b: LN_3_HALVES / curve.half };
    case "tanh":
      return { family: FAMILY.tanh, a: curve.max, b: 1 / (curve.max * curve.scale) };
    case "michaelis-menten":
      return { family: FAMILY["michaelis-menten"], a: curve.max, b: curve.half };
    case "power":
    case "root":
      return { family: FAMILY.power, a: curve.scale, b: curve.exponent };
    case "log":
      return { family: FAMILY.log, a: curve.scale, b: curve.unit };
    case "exponential":
      return { family: FAMILY.exponential, a: curve.max, b: curve.rate };
    case "linear":
      return { family: FAMILY.linear, a: curve.slope };
    case "unit-incentive": {
      const { market, value, intercept, slope } = curve;
      return { family: FAMILY.incentive, a: value * market, b: slope, c: intercept, d: market };
    }
    case "reach":
      return { family: FAMILY.reach, a: curve.population, b: 1 / curve.population, c: curve.times ?? 1 };
    case "table":
      return { family: FAMILY.table, a: points, b: curve.spend.length + (curve.spend[0] === 0 ? 0 : 1) };
  }
}

/** A curve of a family that has parameters, as the curve kernels take it. */
export function familyOf(curve: Curve): Parameters & { family: number } {
  return parametersOf(curve.type === "insertions" ? tableOf(curve) : curve, 0);
}

/** Curves with boxes, side by side in the engine's memory. */
export class Coordinates {
  readonly size: number;
  readonly #engine: Engine;
  readonly #at: number;
  readonly #out: number;
  #views: Float64Array[] = [];
  #results: Float64Array | undefined;

  constructor(engine: Engine, scratch: Scratch, size: number) {
    this.#engine = engine;
    this.size = size;
    this.#at = scratch.take(ALL * 8 * size);
    this.#out = scratch.take(16);
  }

  #column(c: number): Float64Array {
    const { buffer } = this.#engine.memory;
    if (this.#views[0]?.buffer !== buffer) {
      this.#views = Array.from({ length: ALL }, (_, i) => new Float64Array(buffer, this.#address(i), this.size));
      this.#results = new Float64Array(buffer, this.#out, 2);
    }
    return this.#views[c] as Float64Array;
  }

  #address(c: number): number {
    return this.#at + c * 8 * this.size;
  }

  #result(i: 0 | 1): number {
    this.#column(0);
    return (this.#results as Float64Array)[i] as number;
  }

  /** Places coordinate i: f(x) = scale · curve(rate · x), zero or at least `presence`. */
  place(i: number, given: Curve, scale: number, rate: number, presence: number, scratch: Scratch): void {
    const curve = given.type === "insertions" ? tableOf(given) : given;
    let points = 0;
    if (curve.type === "table") points = this.#placeTable(curve, scratch);
    const {
      family,
      a,
      b = 0,
      c = 0,
      d = 0,
    } = scale > 0 ? parametersOf(curve, points) : { family: FAMILY.linear, a: 0 };
    this.#column(COLUMN.family)[i] = family;
    this.#column(COLUMN.a)[i] = a;
    this.#column(COLUMN.b)[i] = b;
    this.#column(COLUMN.c)[i] = c;
    this.#column(COLUMN.d)[i] = d;
    this.#column(COLUMN.scale)[i] = scale > 0 ? scale : 1;
    this.#column(COLUMN.rate)[i] = rate;
    this.#column(COLUMN.s)[i] = presence;
    if (family !== FAMILY.table) {
      this.#engine.kernels.prepare(family, this.#address(COLUMN.a) + 8 * i, 8 * this.size, 1);
    }
  }

  /** Coordinate i's curve for those up to `to` as well, each at a scale of its own, all above zero. */
  repeat(i: number, to: number, scales: ArrayLike<number>): void {
    for (const c of GIVEN) {
      const column = this.#column(c);
      column.fill(column[i] as number, i + 1, to);
    }
    const scale = this.#column(COLUMN.scale);
    for (let k = i; k < to; k++) scale[k] = scales[k - i] as number;
  }

  #placeTable({ spend, response }: Curve & { type: "table" }, scratch: Scratch): number {
    const at = scratch.take(16 * (spend.length + 1));
    const view = new Float64Array(this.#engine.memory.buffer, at, 2 * (spend.length + 1)).fill(0);
    const first = spend[0] === 0 ? 0 : 1;
    spend.forEach((x, i) => {
      view[2 * (i + first)] = x;
      view[2 * (i + first) + 1] = response[i] as number;
    });
    return at;
  }

  /** After all coordinates are placed. */
  finish(): void {
    this.#engine.kernels.inflections(this.#at, this.size);
    // No box yet: no number equals NaN, so that the first boxes are all new.
    this.#column(COLUMN.l).fill(Number.NaN);
  }

  /** Boxes of all coordinates; envelopes are made anew where they changed. */
  setBoxes(low: Float64Array, high: Float64Array): void {
    const [l, u] = [this.#column(COLUMN.l), this.#column(COLUMN.u)];
    const { kernels } = this.#engine;
    let from = -1;
    for (let i = 0; i <= this.size; i++) {
      const changed = i < this.size && (l[i] !== low[i] || u[i] !== high[i]);
      if (changed) {
        l[i] = low[i] as number;
        u[i] = high[i] as number;
        if (from < 0) from = i;
      } else if (from >= 0) {
        kernels.envelopes(this.#at, this.size, from, i);
        from = -1;
      }
    }
  }

  /** Whether coordinate i is a straight line through 0. */
  isStraight(i: number): boolean {
    return this.#column(COLUMN.family)[i] === FAMILY.linear;
  }

  /** The number `share` of the way from a to b, both above 0, by their logarithms: with the module's own powers. */
  between(a: number, b: number, share: number): number {
    return a * this.#engine.kernels.pow(b / a, share);
  }

  get inflections(): Float64Array {
    return this.#column(COLUMN.z);
  }

  /** Ends of the chords. */
  get chords(): Float64Array {
    return this.#column(COLUMN.w);
  }

  get presences(): Float64Array {
    return this.#column(COLUMN.s);
  }

  /** Answers of [from, to) to a price; their sums are `lowSum` and `highSum`. `side` says which columns take them. */
  respond(from: number, to: number, price: number, side: "lower" | "upper" | "trial"): void {
    const low = this.#address(side === "lower" ? LOW : OTHER_LOW);
    const high = this.#address(side === "upper" ? HIGH : OTHER_HIGH);
    this.#engine.kernels.respond(this.#at, this.size, from, to, price, low, high, this.#out);
  }

  get lowSum(): number {
    return this.#result(0);
  }

  get highSum(): number {
    return this.#result(1);
  }

  /** The smallest answers to the bracket's upper price, after `respond(…, "lower")`. */
  get lows(): Float64Array {
    return this.#column(LOW);
  }

  /** The largest answers to the bracket's lower price, after `respond(…, "upper")`. */
  get highs(): Float64Array {
    return this.#column(HIGH);
  }

  /** A jump of [from, to) strictly between two prices, the nearest to `middle`; 0 for none. Needs both sides' answers. */
  jumpBetween(from: number, to: number, least: number, most: number, middle: number): number {
    const [low, high] = [this.#address(LOW), this.#address(HIGH)];
    return this.#engine.kernels.jumpBetween(this.#at, this.size, from, to, least, most, middle, low, high);
  }

  /** Σ max (envelope − price · x) over [from, to), never too small, with room for rounding. */
  conjugate(from: number, to: number, price: number): number {
    this.#engine.kernels.conjugates(this.#at, this.size, from, to, price, this.#out);
    return this.#result(0) + ROUNDING * this.#result(1);
  }

  /** The envelope of coordinate i at x, which lies between two answers to `price`. */
  envelopeAt(i: number, x: number, price: number): number {
    if (this.#column(COLUMN.family)[i] === FAMILY.table) return this.conjugate(i, i + 1, price) + price * x;
    const l = this.#column(COLUMN.l)[i] as number;
    if (x >= (this.#column(COLUMN.w)[i] as number)) return Number.NEGATIVE_INFINITY;
    return (this.#column(COLUMN.fl)[i] as number) + (this.#column(COLUMN.k)[i] as number) * (x - l);
  }

  /** Whether coordinate i never again rises by `fee` a unit of money from x on; x lies beyond its inflection. */
  levelAt(i: number, x: number, fee: number): boolean {
    this.pair(i, x, x);
    const past = this.#column(COLUMN.family)[i] === FAMILY.table ? this.#column(SLOPES)[i] === 0 : true;
    return past && (this.#column(SLOPES)[i] as number) <= fee;
  }

  /** f of coordinate i at two points. */
  pair(i: number, x: number, y: number): [number, number] {
    const { kernels } = this.#engine;
    const [point, values, slopes] = [this.#address(POINT), this.#address(VALUES), this.#address(SLOPES)];
    const at = (here: number): number => {
      this.#column(POINT)[i] = here;
      kernels.responses(this.#at, this.size, i, i + 1, point, values, slopes);
      return this.#column(VALUES)[i] as number;
    };
    return [at(x), at(y)];
  }

  /** f and f' at the points of a column in the engine's memory: where values and slopes lie until the next call. */
  evaluateAt(points: number): { values: number; slopes: number } {
    const [values, slopes] = [this.#address(VALUES), this.#address(SLOPES)];
    this.#engine.kernels.responses(this.#at, this.size, 0, this.size, points, values, slopes);
    return { values, slopes };
  }

  /** f and f' at x: views until the next call. */
  evaluate(x: Float64Array): { values: Float64Array; slopes: Float64Array } {
    this.#column(POINT).set(x);
    const [point, values, slopes] = [this.#address(POINT), this.#address(VALUES), this.#address(SLOPES)];
    this.#engine.kernels.responses(this.#at, this.size, 0, this.size, point, values, slopes);
    return { values: this.#column(VALUES), slopes: this.#column(SLOPES) };
  }
}

/** What evaluating a curve may lose, relative: pow of a large shape, a quotient, a product. */
const ROUNDING = 1e-14;
