/**
 * The frontier: value, spend and price of money at every budget, from one reading of the table.
 */
import { finiteNumber, kind, wholeNumber } from "../engine/check.js";
import { Scratch } from "../engine/scratch.js";
import { countingFor } from "./allocate.js";
import { priceFor } from "./bracket.js";
import { type Counting, exponentAbove, money } from "./counting.js";
import { columnsOf, spendAt } from "./kernel.js";
import { Offers } from "./offers.js";
import { checkRequest } from "./request.js";
import type { AllocationRequest, FrontierOptions, FrontierPoint, FrontierResult } from "./types.js";

/** As in assembly/allocation/histogram.ts: 32 octaves of 4,096 buckets of 16 bytes, 2 MiB. */
const BUCKETS = 131_072;
const SLICE = 1 << 18;
/** Steps may lie this far out of order: the slopes are `f32` (see the kernel). */
const OUT_OF_ORDER = 2 ** -21;

/**
 * What every budget buys.
 *
 * @param offers a filled table.
 * @param request limits that hold at every budget; its own budget, if any, is the largest point.
 * @returns points of ascending budget. `value` and `bound` enclose the optimum of the linear relaxation at that budget;
 *   a plan of whole options reaches it but for at most one user's step.
 * @throws {RangeError} for a number of points below 2, or a limit that this version does not solve.
 * @example for (const { budget, value, price } of frontier(offers, {}).points) console.log(budget, value, price);
 */
export function frontier(
  offers: Offers,
  request: AllocationRequest = {},
  options: FrontierOptions = {},
): FrontierResult {
  const started = performance.now();
  if (!(offers instanceof Offers)) throw new TypeError(`frontier needs a table from engine.offers, got ${kind(offers)}`);
  checkRequest(request);
  const points = wholeNumber(options.points ?? 41, "points", 2, 1_000_000);
  options.budgets?.forEach((budget, i) => finiteNumber(budget, `budgets[${i}]`));
  options.signal?.throwIfAborted();
  const counting = countingFor(offers, request);
  const scratch = new Scratch(offers.engine.arena);
  try {
    const curve = build(offers, request, counting, scratch, options);
    const most = request.budget ?? curve.most;
    const budgets =
      options.budgets ??
      Array.from({ length: points }, (_, i) => curve.least + ((most - curve.least) * i) / (points - 1));
    return {
      status: curve.unserved ? "impossible" : "met",
      points: curve.unserved ? [] : budgets.map((budget) => curve.at(budget)),
      least: curve.least,
      most: curve.most,
      passes: 1,
      seconds: (performance.now() - started) / 1000,
      schema: 1,
    };
  } finally {
    scratch.release();
  }
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
  const buckets = scratch.take(BUCKETS * 16);
  const out = scratch.take(32);
  const work = scratch.take(256);
  const top = topBucket(offers, exactlyOne, scratch);
  // All steps of all users must fit an i64, and each of them the 51 bits that the magic number rounds to.
  const room = Math.max(Math.ceil(Math.log2(users + 1)) - 61, -50);
  const valueQuantum = 2 ** (Math.max(exponentAbove(offers.facts.mostValue), -900) + room);
  new Uint8Array(engine.memory.buffer, buckets, BUCKETS * 16).fill(0);
  new Uint8Array(engine.memory.buffer, out, 32).fill(0);
  const magic = 6755399441055744 * valueQuantum;
  for (let from = 0; from < users; from += SLICE) {
    const to = Math.min(from + SLICE, users);
    engine.kernels.histogram(
      offers.values, offers.costs, offers.stride, offers.columns, from, to, exactlyOne,
      counting.costScale, counting.costShift, magic, top, buckets, out, work,
    );
    options.onProgress?.({ phase: "histogram", done: to, total: users });
    options.signal?.throwIfAborted();
  }
  const { buffer } = engine.memory;
  const view = new DataView(buffer, out, 32);
  return new Curve(
    new BigInt64Array(buffer, buckets, 2 * BUCKETS),
    { weight: view.getBigInt64(0, true), value: view.getBigInt64(8, true), unserved: view.getUint32(16, true) },
    top,
    counting,
    valueQuantum,
    users,
  );
}

/** The bucket of a price just above which (nearly) nothing is spent. */
function topBucket(offers: Offers, exactlyOne: boolean, scratch: Scratch): number {
  const { engine, facts } = offers;
  const table = columnsOf(offers);
  const users = Math.min(table.users, 65_536);
  const out = scratch.take(64);
  const spend = (price: number) => spendAt(engine, table, users, exactlyOne, price, out).spend;
  const guess = Math.fround((facts.mostValue || 1) / (facts.mostCost || 1));
  const least = spend(Math.fround(Math.min(guess * 1e9, 1e30)));
  const { high } = priceFor(spend, least, 0, 0.5, { low: guess / 2, high: guess * 2 });
  // Three octaves of room for steeper steps that these users did not have.
  const bits = new Uint32Array(Float32Array.of(Math.min(high * 8, 1e38)).buffer)[0] as number;
  return bits >>> 11;
}

/** The edges of bucket b: [low, high). */
function edge(b: number, top: number): number {
  const bits = Math.max(0, (b + top - BUCKETS + 1) << 11);
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

/** Steps in order of price, added up bucket by bucket. */
class Curve {
  readonly least: number;
  readonly most: number;
  readonly unserved: number;
  /** From the highest price down, only buckets that hold steps: totals before and in each. */
  readonly #price: number[] = [];
  readonly #index: number[] = [];
  readonly #cost: number[] = [];
  readonly #value: number[] = [];
  readonly #top: number;
  readonly #margin: number;

  constructor(
    buckets: BigInt64Array,
    start: { weight: bigint; value: bigint; unserved: number },
    top: number,
    counting: Counting,
    valueQuantum: number,
    users: number,
  ) {
    let { weight, value } = start;
    this.unserved = start.unserved;
    this.#top = top;
    this.least = money(weight, counting);
    for (let b = BUCKETS - 1; b >= 0; b--) {
      const w = buckets[2 * b] as bigint;
      const v = buckets[2 * b + 1] as bigint;
      if (w === 0n && v === 0n) continue;
      this.#index.push(b);
      this.#price.push(edge(b, top));
      this.#cost.push(money(weight, counting));
      this.#value.push(Number(value) * valueQuantum);
      weight += w;
      value += v;
    }
    this.most = money(weight, counting);
    this.#cost.push(this.most);
    this.#value.push(Number(value) * valueQuantum);
    this.#margin = users * valueQuantum * 4;
  }

  /** The point at one budget; outside [least, most] nothing more is spent or nothing is possible. */
  at(budget: number): FrontierPoint {
    const cost = this.#cost;
    const value = this.#value;
    const last = cost.length - 1;
    if (budget < this.least) {
      const none = Number.NEGATIVE_INFINITY;
      return { budget, value: none, bound: none, spend: Number.NaN, price: Number.POSITIVE_INFINITY };
    }
    if (budget >= this.most) {
      const all = value[last] as number;
      return { budget, value: all, bound: all * (1 + 2 ** -48) + this.#margin, spend: this.most, price: 0 };
    }
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((cost[middle] as number) <= budget) low = middle;
      else high = middle;
    }
    const x = budget - (cost[low] as number);
    const dc = (cost[low + 1] as number) - (cost[low] as number);
    const dv = (value[low + 1] as number) - (value[low] as number);
    const b = this.#index[low] as number;
    const cheapest = this.#price[low] as number;
    const steepest = b === BUCKETS - 1 ? Number.POSITIVE_INFINITY : edge(b + 1, this.#top);
    const least = (value[low] as number) + (x * dv) / dc;
    const most = (value[low] as number) + Math.min(steepest * x, dv - cheapest * (dc - x));
    const slack = OUT_OF_ORDER * Math.min(dv, steepest * dc) + 2 ** -48 * Math.abs(most) + this.#margin;
    const price = b === BUCKETS - 1 || b === 0 ? dv / dc : (cheapest + steepest) / 2;
    return { budget, value: least, bound: Math.max(most, least) + slack, spend: budget, price };
  }
}
