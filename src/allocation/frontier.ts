/**
 * The frontier: value, spend and price of money at every budget, from one reading of the table.
 */
import { finiteNumber, kind, wholeNumber } from "../engine/check.js";
import { Scratch } from "../engine/scratch.js";
import { countingFor } from "./allocate.js";
import { priceFor } from "./bracket.js";
import { bitLength, type Counting, exponentAbove, money } from "./counting.js";
import type { Histogram } from "./kernel.js";
import * as kernel from "./kernel.js";
import { hasLimits } from "./limits/solve.js";
import { Sweep } from "./limits/sweep.js";
import { Offers } from "./offers.js";
import { checkRequest } from "./request.js";
import type { AllocationRequest, FrontierOptions, FrontierPoint, FrontierResult } from "./types.js";

/** As in assembly/allocation/histogram.ts: 23 octaves of 4,096 buckets, 1.9 MiB. */
const BUCKETS = 94_208;
const SLICE = 1 << 18;
/** Steps may lie this far out of order: the slopes are `f32` (see the kernel). */
const SLOPE = 3 * 2 ** -24;

/**
 * What every budget buys.
 *
 * @param offers a filled table.
 * @param request limits that hold at every budget; its own budget, if any, is the largest point.
 * @returns points of ascending budget. `value` and `bound` enclose the optimum of the linear relaxation at that budget;
 *   a plan of whole options reaches it but for at most one user's step. Under several limits the budget sweeps and the others
 *   hold: `value` is that of a mix of plans within them, on large tables of one plan of whole options (−∞ where none was
 *   found); "impossible" when the others clash without any budget.
 * @throws {RangeError} for a number of points below 2, or a limit that this version does not solve.
 * @example for (const { budget, value, price } of frontier(offers, {}).points) console.log(budget, value, price);
 */
export function frontier(
  offers: Offers,
  request: AllocationRequest = {},
  options: FrontierOptions = {},
): FrontierResult {
  const started = performance.now();
  if (!(offers instanceof Offers))
    throw new TypeError(`frontier needs a table from engine.offers, got ${kind(offers)}`);
  checkRequest(request, offers.names, offers.resources.names);
  if (request.exact) throw new RangeError('a frontier is of the linear relaxation: leave out "exact", or ask allocate');
  const points = wholeNumber(options.points ?? 41, "points", 2, 1_000_000);
  for (const [i, budget] of (options.budgets ?? []).entries()) finiteNumber(budget, `budgets[${i}]`);
  options.signal?.throwIfAborted();
  const counting = countingFor(offers, request);
  const scratch = new Scratch(offers.engine.arena);
  const seconds = () => (performance.now() - started) / 1000;
  try {
    if (hasLimits(request))
      return { ...swept(offers, request, counting, scratch, options, points), seconds: seconds() };
    const curve = build(offers, request, counting, scratch, options);
    const budgets = options.budgets ?? evenly(curve.least, request.budget ?? curve.most, points);
    return {
      status: curve.unserved ? "impossible" : "met",
      points: curve.unserved ? [] : budgets.map((budget) => curve.at(budget)),
      least: curve.least,
      most: curve.most,
      passes: 1,
      seconds: seconds(),
      schema: 1,
    };
  } finally {
    scratch.release();
  }
}

function evenly(least: number, most: number, points: number): number[] {
  return Array.from({ length: points }, (_, i) => least + ((most - least) * i) / (points - 1));
}

/** Several limits: a solve a point, from the largest budget down, as that is the one whose prices are the easiest. */
function swept(
  offers: Offers,
  request: AllocationRequest,
  counting: Counting,
  scratch: Scratch,
  options: FrontierOptions,
  points: number,
): FrontierResult {
  const sweep = new Sweep(offers, request, counting, scratch, options);
  const ends = sweep.ends();
  if (!ends) {
    const none = { points: [], least: Number.NaN, most: Number.NaN };
    return { status: "impossible", ...none, passes: sweep.passes, seconds: 0, schema: 1 };
  }
  const budgets = options.budgets ?? evenly(ends.least, request.budget ?? ends.most, points);
  const order = [...budgets.keys()].sort((a, b) => (budgets[b] as number) - (budgets[a] as number));
  const found: FrontierPoint[] = [];
  for (const i of order) found[i] = sweep.point(budgets[i] as number);
  return { status: "met", points: found, ...ends, passes: sweep.passes, seconds: 0, schema: 1 };
}

function build(
  offers: Offers,
  request: AllocationRequest,
  counting: Counting,
  scratch: Scratch,
  options: FrontierOptions,
): Curve {
  const { engine, users } = offers;
  const exactlyOne = request.exactlyOne ?? false;
  // All steps of all users must fit an i64, and each of them the 51 bits that the magic number rounds to: a table of few
  // users would else lose the upper bits of its values.
  const room = Math.max(bitLength(users) - 61, -50);
  const scale = Math.max(exponentAbove(offers.facts.mostValue), -900) + room;
  const by: Histogram = {
    costScale: counting.costScale,
    costShift: counting.costShift,
    valueQuantum: 2 ** scale,
    top: topBucket(offers, exactlyOne, scratch),
    buckets: scratch.take(BUCKETS * 21 + 64),
    out: scratch.take(32),
    scratch: scratch.take(256 + 48 * (offers.columns + 2)),
  };
  kernel.clearHistogram(engine, by);
  for (let from = 0; from < users; from += SLICE) {
    const to = Math.min(from + SLICE, users);
    kernel.addToHistogram(offers, exactlyOne, from, to, by);
    options.onProgress?.({ phase: "histogram", done: to, total: users });
    options.signal?.throwIfAborted();
  }
  const { start, weight, value, unserved } = kernel.cumulateHistogram(engine, by);
  const { buffer } = engine.memory;
  const totals = new Float64Array(buffer, by.buckets, 2 * BUCKETS).slice();
  const slopes = new Uint16Array(buffer, by.buckets + 16 * BUCKETS, 2 * BUCKETS).slice();
  return new Curve(
    { totals, slopes, end: { weight, value }, top: by.top },
    {
      least: money(start, counting),
      unserved,
      perQuantum: counting.decimal ? 1 / counting.perMoney : counting.quantum,
      valueQuantum: by.valueQuantum,
      margin: users * by.valueQuantum * offers.columns,
    },
  );
}

/** The bucket of a price just above which (nearly) nothing is spent. */
function topBucket(offers: Offers, exactlyOne: boolean, scratch: Scratch): number {
  const { engine, facts } = offers;
  const table = kernel.columnsOf(offers);
  const users = Math.min(table.users, 65_536);
  const out = scratch.take(64);
  const spend = (price: number) => kernel.spendAt({ engine, exactlyOne, out }, table, users, price).spend;
  const guess = Math.fround((facts.mostValue || 1) / (facts.mostCost || 1));
  const least = spend(Math.fround(Math.min(guess * 1e9, 1e30)));
  const { high } = priceFor(spend, least, 0, 0.5, { low: guess / 2, high: guess * 2 });
  // Three octaves of room for steeper steps that these users did not have.
  const bits = new Uint32Array(Float32Array.of(Math.min(high * 8, 1e38)).buffer)[0] as number;
  return bits >>> 11;
}

/** A slope in bucket b, by the 11 bits that the bucket leaves open. */
function slopeIn(b: number, open: number, top: number): number {
  const bits = Math.max(0, (b + top - BUCKETS + 1) << 11) + open;
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

interface Totals {
  /** Weight and value above bucket b at 2b and 2b + 1 … */
  totals: Float64Array;
  /** … and the open bits of its least and largest slope. */
  slopes: Uint16Array;
  /** Of all steps. */
  end: { weight: number; value: number };
  top: number;
}

interface Scale {
  least: number;
  unserved: number;
  perQuantum: number;
  valueQuantum: number;
  margin: number;
}

/** Running totals by price, from the highest down. */
class Curve {
  readonly least: number;
  readonly most: number;
  readonly unserved: number;
  readonly #steps: Totals;
  readonly #scale: Scale;
  readonly #value: number;

  constructor(steps: Totals, scale: Scale) {
    this.least = scale.least;
    this.unserved = scale.unserved;
    this.most = steps.end.weight * scale.perQuantum;
    this.#value = steps.end.value * scale.valueQuantum;
    this.#steps = steps;
    this.#scale = scale;
  }

  /** Cost and value of all steps above bucket b; of all steps for −1. */
  #above(b: number): { cost: number; value: number } {
    if (b < 0) return { cost: this.most, value: this.#value };
    const { perQuantum, valueQuantum } = this.#scale;
    const { totals } = this.#steps;
    return { cost: (totals[2 * b] as number) * perQuantum, value: (totals[2 * b + 1] as number) * valueQuantum };
  }

  /** The point at one budget; outside [least, most] nothing more is spent or nothing is possible. */
  at(budget: number): FrontierPoint {
    const { margin } = this.#scale;
    if (budget < this.least) {
      const none = Number.NEGATIVE_INFINITY;
      return { budget, value: none, bound: none, spend: Number.NaN, price: Number.POSITIVE_INFINITY };
    }
    if (budget >= this.most) {
      const all = this.#value;
      return { budget, value: all, bound: all + margin, spend: this.most, price: 0 };
    }
    // The last bucket from the top whose steps do not all fit: above it at most the budget is spent, with it more.
    let fits = BUCKETS - 1;
    let over = -1;
    while (fits - over > 1) {
      const middle = (fits + over) >> 1;
      if (this.#above(middle).cost <= budget) fits = middle;
      else over = middle;
    }
    const { cost, value } = this.#above(fits);
    const next = this.#above(fits - 1);
    const x = budget - cost;
    const dc = next.cost - cost;
    const dv = next.value - value;
    const { slopes, top } = this.#steps;
    // The end buckets hold steps of any slope beyond.
    const cheapest = fits === 0 ? 0 : slopeIn(fits, slopes[2 * fits] as number, top);
    const steepest =
      fits === BUCKETS - 1 ? Number.POSITIVE_INFINITY : slopeIn(fits, slopes[2 * fits + 1] as number, top);
    const least = value + (x * dv) / dc;
    const most = value + Math.min(steepest * x, dv - cheapest * (dc - x));
    const slack = SLOPE * Math.abs(most) + margin;
    const price = fits === BUCKETS - 1 || fits === 0 ? dv / dc : (cheapest + steepest) / 2;
    return { budget, value: least, bound: Math.max(most, least) + slack, spend: budget, price };
  }
}
