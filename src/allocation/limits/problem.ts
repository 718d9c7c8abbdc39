/**
 * Several limits as one problem: the table, its rows, how each is counted, and what a price for each row makes of the table.
 *
 * In normal form a row is sign · used ≤ sign · limit with a price π ≥ 0. For any such prices
 *
 *   D(π) = Σ_k π_k sign_k limit_k + Σ_i max_j (α v_ij − Σ_k π_k sign_k a_ijk),   α = 1
 *
 * is at least the value of every plan within the limits (weak duality); limit − used at the choices is its slope.
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Counting } from "../counting.js";
import type { Offers } from "../offers.js";
import type { AllocationOptions, AllocationRequest, Progress } from "../types.js";
import { type Account, accountsOf } from "./accounts.js";
import type { PriceJob, Scores, Source } from "./kernel.js";
import * as kernel from "./kernel.js";
import { type Row, rightSide, rowsOf, signOf } from "./rows.js";

/** Users a call of a kernel, between two looks at the signal. */
const SLICE = 1 << 18;
/** Users a tile of assembly/allocation/limits/columns.ts. */
const TILE = 512;
/** Where f32 scores are safe: nothing overflows, nothing drowns in denormals. */
const SMALLEST = 1e-18;
const LARGEST = 1e18;

/** The dual function at some prices. */
export interface DualValue {
  /** Σ α v − Σ π sign a of the best choices; `size` is Σ_i max_j Σ |terms|, for margins. */
  score: number;
  size: number;
  /** Σ π sign limit. */
  constant: number;
}

export interface Priced extends DualValue {
  /** What the choices use of each row (value − ρ · cost for minReturn), in the caller's units; f64 sums, to steer by. */
  used: Float64Array;
  value: number;
  cost: number;
  /** Users by offer, from 0 = none. */
  users: Float64Array;
  /** Users without an open option, where exactly one is asked. */
  unserved: number;
}

export interface PriceOptions {
  /** Factor of the values: 0 prices the limits alone. */
  alpha?: number;
  /** Where to write the choices (of columns), 0 = nowhere. */
  choices?: number;
  /** Whether every user gets exactly one option; without it as asked. */
  exactlyOne?: boolean;
  /** Instead of the whole table. */
  source?: Source;
  from?: number;
  to?: number;
  /** In f32 where the table allows it, to steer by: then `score` is that of the choices, a little below the dual. */
  quick?: boolean;
}

/** Users of one pricing, and what of it is asked. */
interface Span {
  from: number;
  to: number;
  choices: number;
  exactlyOne: boolean;
  isWhole: boolean;
}

/** One request on one table. Memory comes from `scratch` and is given back with it. */
export class Problem {
  readonly offers: Offers;
  readonly request: AllocationRequest;
  readonly exactlyOne: boolean;
  readonly money: Counting;
  readonly rows: readonly Row[];
  readonly accounts: readonly Account[];
  readonly scratch: Scratch;
  readonly options: AllocationOptions;
  /** Choices are u16. */
  readonly wide: boolean;
  /** Options are columns with values and costs alone, few enough for a byte each, of numbers that suit f32 scores. */
  readonly isPlain: boolean;
  /** Full readings of the table so far. */
  passes = 0;
  readonly #job: PriceJob;

  constructor(
    offers: Offers,
    request: AllocationRequest,
    money: Counting,
    scratch: Scratch,
    options: AllocationOptions = {},
  ) {
    this.offers = offers;
    this.request = request;
    this.exactlyOne = request.exactlyOne ?? false;
    this.money = money;
    this.scratch = scratch;
    this.options = options;
    this.rows = rowsOf(offers, request);
    this.accounts = accountsOf(offers, this.rows, money);
    this.wide = offers.columns > 254;
    const resources = offers.resources.names.length;
    const isSafe = (x: number) => x === 0 || (x > SMALLEST && x < LARGEST);
    const { mostValue, mostCost } = offers.facts;
    const isPriced = this.rows.some(({ counts }) => counts === "resource");
    this.isPlain = !offers.hasSlots && !isPriced && !this.wide && isSafe(mostValue) && isSafe(mostCost);
    const general = kernel.priceJobBytes(offers.names.length, resources);
    const at = scratch.take(this.isPlain ? Math.max(general, kernel.columnsJobBytes(offers.columns)) : general);
    this.#job = { at, offers: offers.names.length, resources };
  }

  get source(): Source {
    return kernel.sourceOf(this.offers);
  }

  /** A block for one choice a user. */
  takeChoices(): number {
    return this.scratch.take((this.offers.users + 32) * (this.wide ? 2 : 1));
  }

  /** The best choices at prices π ≥ 0 of the rows, in normal form. */
  price(prices: ArrayLike<number>, how: PriceOptions = {}): Priced {
    const source = how.source ?? this.source;
    const { from = 0, to = source.users, choices = 0, alpha = 1, exactlyOne = this.exactlyOne, quick = false } = how;
    const scores = scoresOf(this, prices, alpha);
    const isWhole = !how.source && to - from === source.users;
    const span = { from, to, choices, exactlyOne, isWhole };
    if (isWhole) this.passes++;
    const sums =
      quick && this.isPlain ? this.#priceColumns(source, scores, span) : this.#priceAll(source, scores, span);
    const constant = this.#constant(prices);
    const users = sums.byOffer.filter((_, n) => n % 3 === 0);
    const { score, size, unserved } = sums;
    return { score, size, constant, unserved, users, ...usedBy(this.rows, sums) };
  }

  /** The dual function of the whole table in f64, as it is certified: without choices or sums of them. */
  dual(prices: ArrayLike<number>, { alpha = 1, exactlyOne = this.exactlyOne } = {}): DualValue {
    if (!this.isPlain) return this.price(prices, { alpha, exactlyOne });
    this.passes++;
    const { engine } = this.offers;
    const perMoney = this.money.decimal ? this.money.perMoney : 0;
    const slice = (users: number, call: (from: number, to: number) => void) => this.#slices(0, users, true, call);
    const how = { exactlyOne, perMoney, slice };
    const scores = scoresOf(this, prices, alpha);
    return { ...kernel.dualColumns(engine, this.#job.at, this.source, scores, how), constant: this.#constant(prices) };
  }

  #priceAll(source: Source, scores: Scores, { from, to, choices, exactlyOne, isWhole }: Span): kernel.PriceSums {
    const { engine } = this.offers;
    const perMoney = this.money.decimal ? this.money.perMoney : 0;
    kernel.openPricing(engine, this.#job, source, scores, { exactlyOne, perMoney, choices, wide: this.wide });
    this.#slices(from, to, isWhole, (start, end) => kernel.priceUsers(engine, this.#job, start, end));
    return kernel.readPricing(engine, this.#job);
  }

  /** In f32, to steer by: what was chosen is summed in f64, so that it is a true cut of the dual. */
  #priceColumns(source: Source, scores: Scores, { from, to, choices, exactlyOne, isWhole }: Span): kernel.PriceSums {
    const { engine } = this.offers;
    const { at } = this.#job;
    kernel.openColumns(engine, at, source.columns, scores);
    this.#slices(from, to, isWhole, (start, end) =>
      kernel.priceColumns(engine, at, source, { from: start, to: end, alpha: scores.alpha, exactlyOne, choices }),
    );
    const byOffer = kernel.readColumns(engine, at, source.columns);
    let score = 0;
    let size = 0;
    for (let o = 0; 3 * o < byOffer.length; o++) {
      const [users, cost, value] = byOffer.subarray(3 * o, 3 * o + 3) as unknown as [number, number, number];
      const paid = (scores.byOffer[2 * o] as number) * cost + (scores.byOffer[2 * o + 1] as number) * users;
      score += scores.alpha * value - paid;
      size += Math.abs(scores.alpha * value) + Math.abs(paid);
    }
    return { score, size, unserved: exactlyOne ? (byOffer[0] as number) : 0, byOffer, used: new Float64Array(0) };
  }

  /** Calls a kernel for users [from, to), slices of whole tiles at a time, with a look at the signal after each. */
  #slices(from: number, to: number, isWhole: boolean, call: (from: number, to: number) => void): void {
    const slice = Math.ceil((this.options.slice ?? SLICE) / TILE) * TILE;
    for (let start = from; start < to; start += slice) {
      const end = Math.min(start + slice, to);
      call(start, end);
      if (isWhole) this.report("dual", end, to);
    }
  }

  #constant(prices: ArrayLike<number>): number {
    let constant = 0;
    this.rows.forEach((row, k) => {
      constant += (prices[k] as number) * signOf(row) * rightSide(row);
    });
    return constant;
  }

  /** What choices use of each row, in the quanta of its account: exact, to the safe side. */
  tally(choices: number, source = this.source): Float64Array {
    const { engine, names } = this.offers;
    return kernel.tally(engine, source, names.length, this.accounts, { choices, wide: this.wide });
  }

  report(phase: Progress["phase"], done: number, total: number): void {
    this.options.onProgress?.({ phase, done, total });
    this.options.signal?.throwIfAborted();
  }
}

/** What prices of rows are for each offer and resource. */
export function scoresOf({ offers, rows, accounts }: Problem, prices: ArrayLike<number>, alpha: number): Scores {
  const byOffer = new Float64Array(2 * (offers.names.length + 1));
  const byResource = new Float64Array(2 * offers.resources.names.length);
  let l = 0;
  let ownAlpha = alpha;
  rows.forEach((row, k) => {
    const price = (prices[k] as number) * signOf(row);
    if (row.counts === "resource") {
      byResource[2 * row.resource] = price;
      byResource[2 * row.resource + 1] = (accounts[k] as Account).perMoney;
    } else if (price === 0) return;
    else if (row.counts === "return") {
      ownAlpha -= price;
      l -= price * row.limit;
    } else if (row.members) {
      const n = row.counts === "users" ? 1 : 0;
      for (const o of row.members) byOffer[2 * o + n] = (byOffer[2 * o + n] as number) + price;
    } else l += price;
  });
  for (let o = 0; o <= offers.names.length; o++) byOffer[2 * o] = (byOffer[2 * o] as number) + l;
  return { alpha: ownAlpha, byOffer, byResource };
}

function usedBy(rows: readonly Row[], { byOffer, used }: kernel.PriceSums) {
  let value = 0;
  let cost = 0;
  for (let at = 0; at < byOffer.length; at += 3) {
    cost += byOffer[at + 1] as number;
    value += byOffer[at + 2] as number;
  }
  const sum = ({ members, counts }: Row) => {
    const field = counts === "users" ? 0 : 1;
    let total = 0;
    for (const o of members ?? []) total += byOffer[3 * o + field] as number;
    return total;
  };
  const uses = (row: Row) => {
    if (row.counts === "return") return value - row.limit * cost;
    if (row.counts === "resource") return used[row.resource] as number;
    return row.members ? sum(row) : cost;
  };
  return { used: Float64Array.from(rows, uses), value, cost };
}

/** Where the dual ended: what repair starts from. */
export interface DualPoint {
  /** π ≥ 0 by row, in normal form. */
  prices: Float64Array;
  /** No plan within the limits is worth more: certified for the caller's numbers. */
  bound: number;
}

/** What a repair found: the choices stand where the dual wrote them, of columns, changed in place. */
export interface Repaired {
  /** Every row of `problem.tally(choices)` holds (and everyone has an option where exactly one is asked). */
  held: boolean;
  /** A search that ended before its proof says why. */
  stopped?: "time" | "memory" | "passes" | "work";
  /** Proven: of whole options there is no plan, though there may be of parts of options. */
  none?: boolean;
  /** A better bound than the dual's, where a search found one. */
  bound?: number;
}
