/**
 * One budget: sample → bracket → one full pass → residual core (ARCHITECTURE.md, "How one budget is solved").
 *
 * Every step only narrows which users still have to be looked at; what is decided is decided exactly, so that the answer
 * does not depend on the sample, the brackets or the tiles.
 */
import type { Engine } from "../engine/engine.js";
import type { Scratch } from "../engine/scratch.js";
import { type Bracket, priceFor, type Spend } from "./bracket.js";
import { budgetQuanta, type Counting } from "./counting.js";
import { type Columns, columnsOf, spendAt } from "./kernel.js";
import { columnStride, type Offers } from "./offers.js";
import type { AllocationOptions, AllocationRequest, Progress } from "./types.js";

/** Users of a sample; with fewer than SAMPLED users the table itself serves. Multiples of 16. */
const SAMPLE = 65_536;
const SAMPLED = 4 * SAMPLE;
/** Users of a sample of those that a sieve left. */
const PILOT = 16_384;
/** First part of a sample that finds the price roughly. */
const ROUGH = 4096;
/** A sample's spend is trusted to this many standard deviations. */
const DEVIATIONS = 4;
/** A core of so many users is climbed without another sieve. */
const CORE = 16_384;
/** Steps after the break that the fill may use (ARCHITECTURE.md, 6). */
export const WINDOW = 4096;
/** Tolerances of the sieve are this many times what rounding can do: its choices hold but for this part of a bracket. */
const LEAD = 16;
/** Users a call of a kernel, between two looks at the signal. */
const SLICE = 1 << 20;
const STEP_BYTES = 40;
/** Larger budgets than any sum of quanta. */
const NO_LIMIT = 1n << 62n;

export interface Solved {
  feasible: boolean;
  /** Quanta of money spent, of the plan and of the plan before the fill. */
  cost: bigint;
  value: bigint;
  costAtPrice: bigint;
  valueAtPrice: bigint;
  price: number;
  /** Gain by weight of the break, by which decimals are priced; the same as `price` but for f32. */
  rate: number;
  choices: number;
  wide: boolean;
  passes: number;
  phases: Record<string, number>;
}

export class Solve {
  readonly engine: Engine;
  readonly offers: Offers;
  readonly counting: Counting;
  readonly exactlyOne: boolean;
  readonly budget: bigint;
  readonly money: number;
  readonly wide: boolean;
  readonly choices: number;
  passes = 0;
  readonly phases: Record<string, number> = {};
  readonly #scratch: Scratch;
  readonly #options: AllocationOptions;
  readonly #sums: number;
  readonly #constants: number;
  readonly #out: number;
  #price = 0;
  #rate = 0;
  #found: Bracket | undefined;
  #atPrice = { cost: 0n, value: 0n };

  constructor(
    offers: Offers,
    request: AllocationRequest,
    counting: Counting,
    scratch: Scratch,
    options: AllocationOptions,
  ) {
    this.engine = offers.engine;
    this.offers = offers;
    this.counting = counting;
    this.exactlyOne = request.exactlyOne ?? false;
    this.money = request.budget ?? Number.POSITIVE_INFINITY;
    this.budget = request.budget === undefined ? NO_LIMIT : budgetQuanta(request.budget, counting);
    this.wide = offers.columns > 254;
    this.#scratch = scratch;
    this.#options = options;
    this.#sums = scratch.take(64);
    this.#out = scratch.take(64);
    this.#constants = scratch.take(256);
    this.choices = scratch.take((offers.users + 32) * (this.wide ? 2 : 1));
  }

  run(): Solved {
    const full = columnsOf(this.offers);
    const sievable = this.#sievable();
    for (let widen = 1; widen <= 64 && sievable; widen *= 4) {
      if (this.#attempt(full, widen)) return this.#solved(true);
    }
    this.#reset();
    const everything = { low: 0, high: Number.POSITIVE_INFINITY };
    return this.#solved(this.#finish(full, everything) === "done");
  }

  /** One descent from the full table to a core; false when a bracket proved wrong. */
  #attempt(full: Columns, widen: number): boolean {
    this.#reset();
    let table = full;
    let bracket: Bracket | undefined;
    while (table.users > CORE) {
      const next = this.#timed(table === full ? "sample" : "core", () => this.#bracket(table, bracket, widen));
      if (!next) return false;
      const rest = this.#timed(table === full ? "pass" : "core", () => this.#sieve(table, next));
      if (!rest) return this.#timed("core", () => this.#finish(table, bracket ?? next)) === "done";
      const stuck = rest.users > table.users / 2;
      if (table !== full) this.#giveTable(table);
      table = rest;
      bracket = next;
      if (stuck) break;
    }
    const everything = { low: 0, high: Number.POSITIVE_INFINITY };
    const outcome = this.#timed("core", () => this.#finish(table, bracket ?? everything));
    if (table !== full) this.#giveTable(table);
    return outcome === "done";
  }

  /** Whether f32 scores are safe: nothing overflows, nothing drowns in denormals. */
  #sievable(): boolean {
    const { mostValue, mostCost } = this.offers.facts;
    const inRange = (x: number) => x === 0 || (x > 1e-18 && x < 1e18);
    return inRange(mostValue) && inRange(mostCost) && this.offers.facts.open > 0;
  }

  #reset(): void {
    const { costScale, costShift, valueQuantum, tileScale } = this.counting;
    const view = this.#view();
    for (let i = 0; i < 4; i++) view.setBigInt64(this.#sums + 8 * i, 0n, true);
    view.setFloat64(this.#sums + 32, costScale, true);
    view.setFloat64(this.#sums + 40, costShift, true);
    view.setFloat64(this.#sums + 48, 6755399441055744 * valueQuantum, true);
    view.setFloat64(this.#sums + 56, tileScale, true);
  }

  /** Narrows the price for the users of `table`: by a sample of them, or by them all. */
  #bracket(table: Columns, parent: Bracket | undefined, widen: number): Bracket | undefined {
    const left =
      this.budget === NO_LIMIT ? Number.POSITIVE_INFINITY : this.money - Number(this.#cost()) * this.counting.quantum;
    if (!parent)
      return (table.users >= SAMPLED && this.#sampled(table, left, widen)) || this.#searched(table, left, widen);
    return this.#narrowed(table, parent, left, widen);
  }

  /** A bracket that holds the price to DEVIATIONS standard deviations; undefined when the sample says too little. */
  #sampled(table: Columns, left: number, widen: number): Bracket | undefined {
    const sample = this.#takeSample(table, SAMPLE);
    try {
      const target = left * (SAMPLE / table.users);
      const spend = this.#spender(sample, SAMPLE);
      const rough = this.#roughPrice(sample, target);
      const { spend: mean, squares } = spendAt(this.engine, sample, SAMPLE, this.exactlyOne, rough, this.#out);
      const variance = Math.max(0, squares / SAMPLE - (mean / SAMPLE) ** 2);
      const spread = DEVIATIONS * widen * Math.sqrt(variance * SAMPLE * (1 - SAMPLE / table.users));
      const zero = spend(0);
      if (!(zero > target - spread))
        return { low: 0, high: priceFor(spend, zero * 0.99, zero * 0.005, 1e-4, near(rough)).high };
      if (spread > 0.2 * Math.abs(target)) return undefined;
      const slack = spread / 3;
      const { high } = priceFor(spend, target - spread - slack, slack, 1e-5, near(rough));
      if (zero <= target + spread) return { low: 0, high };
      const { low } = priceFor(spend, target + spread + slack, slack, 1e-5, near(rough));
      return { low, high };
    } finally {
      this.#giveTable(sample);
    }
  }

  /** A bracket around the price of the whole table that leaves about a core of users. */
  #searched(table: Columns, left: number, widen: number): Bracket {
    // Where this bracket proves too narrow it is only widened: the price itself has been found on all users.
    this.#found ??= this.#search(table, left);
    const { low, high } = this.#found;
    // A per cent of price moves a few per cent of the users.
    const reach = high * Math.min(0.9, (CORE / table.users) * widen);
    return { low: Math.max(0, low - reach), high: high + reach / 8 };
  }

  #search(table: Columns, left: number): Bracket {
    const part = Math.min(ROUGH, table.users) / table.users;
    const rough = this.#roughPrice(table, Math.min(left, Number.MAX_VALUE) * part);
    return priceFor(this.#spender(table, table.users), left, 0, 1e-3, near(rough));
  }

  /**
   * A bracket inside `parent`, for the users that the parent's sieve left: their spend at its ends is known, so that a
   * small sample tells how far between them the price lies. Undefined when the parent does not hold the price.
   */
  #narrowed(table: Columns, parent: Bracket, left: number, widen: number): Bracket | undefined {
    const whole = this.#spender(table, table.users);
    const most = whole(parent.low);
    const least = whole(parent.high);
    const tolerance = 1e-6 * Math.abs(most);
    if (left < least - tolerance || (parent.low > 0 && left > most + tolerance)) return undefined;
    if (left >= most) return { low: 0, high: Math.min(parent.high, (parent.high * CORE) / table.users) };
    const sampled = table.users >= 4 * PILOT;
    const sample = sampled ? this.#takeSample(table, PILOT) : table;
    const users = sample.users;
    const spend = this.#spender(sample, users);
    const start = spend(parent.high);
    const full = spend(parent.low) - start;
    const share = (left - least) / (most - least);
    const spread = sampled ? (DEVIATIONS * widen) / (2 * Math.sqrt(users)) : 0;
    // In shares of the spend between the ends: enough users below the break for the fill, some above it.
    const above = Math.max(spread, (widen * CORE) / 8 / table.users);
    const below = Math.max(spread, (widen * CORE) / 2 / table.users);
    const at = (x: number) => priceFor(spend, start + full * x, full * 2e-3, 1e-6, parent);
    const high = share - above > 0.01 ? Math.min(parent.high, at(share - above).high) : parent.high;
    const low = share + below < 0.99 ? Math.max(parent.low, at(share + below).low) : parent.low;
    if (sampled) this.#giveTable(sample);
    return { low, high };
  }

  /** A price good to a few per cent, from the first users of a table. */
  #roughPrice(table: Columns, target: number): number {
    const users = Math.min(ROUGH, table.users);
    const { mostValue, mostCost } = this.offers.facts;
    const guess = Math.fround((mostValue || 1) / (mostCost || 1));
    const goal = target * (table.users === SAMPLE ? users / SAMPLE : 1);
    const { low, high } = priceFor(this.#spender(table, users), goal, 0, 1e-2, near(guess));
    return low > 0 ? Math.sqrt(low * high) : high;
  }

  #spender(table: Columns, users: number): Spend {
    return (price) => spendAt(this.engine, table, users, this.exactlyOne, price, this.#out).spend;
  }

  #takeSample(table: Columns, users: number): Columns {
    const sample = this.#takeTable(users, false);
    this.engine.kernels.sample(
      table.values,
      table.costs,
      table.stride,
      table.options,
      table.users,
      sample.values,
      sample.costs,
      sample.stride,
      users / 16,
    );
    return sample;
  }

  /** Sieves a table at the ends of a bracket; the users that stay as a new table, undefined when nearly all do. */
  #sieve(table: Columns, { low, high }: Bracket): Columns | undefined {
    const hi = Math.fround(high);
    const lo = Math.fround(low - (hi - low) / (LEAD - 1));
    // A score v − λc is off by at most 2^-24 (|λc| + |score|), a lead by twice that. Four times as much covers the rounding
    // of this and what lies between an f32 and the caller's number (bound.ts).
    const absolute = Math.max(LEAD * 2 ** -21 * Math.max(hi, Math.abs(lo)) * this.offers.facts.mostCost, 1e-36);
    const relative = LEAD * 2 ** -21;
    const row = 8 * table.options;
    let capacity = Math.min(table.users, Math.max(table.users >> 4, 1024)) + 512;
    let rows = this.#scratch.take((capacity + 16) * row);
    let origin = this.#scratch.take(4 * capacity);
    const view = this.#view();
    view.setUint32(this.#sums + 24, 0, true);
    for (let from = 0; from < table.users; ) {
      const to = Math.min(from + SLICE, table.users);
      from =
        this.engine.kernels.sieve(
          table.values,
          table.costs,
          table.stride,
          table.options,
          from,
          to,
          table.origin,
          this.exactlyOne,
          hi,
          lo,
          absolute,
          relative,
          this.choices,
          this.wide,
          rows,
          origin,
          capacity,
          this.#sums,
          this.#constants,
        ) >>> 0;
      this.#report(table.origin ? "core" : "pass", from, table.users);
      if (from === to) continue;
      const stay = this.#stay();
      const larger = Math.min(2 * capacity, table.users + 512);
      [rows, origin] = [this.#moved(rows, stay * row, (larger + 16) * row), this.#moved(origin, 4 * stay, 4 * larger)];
      capacity = larger;
    }
    if (!table.origin) this.passes++;
    const users = this.#stay();
    const rest = this.#takeTable(users, true);
    this.engine.kernels.columns(rows, users, table.options, rest.values, rest.costs, rest.stride);
    this.#scratch.give(rows);
    new Uint32Array(this.engine.memory.buffer, rest.origin, users).set(
      new Uint32Array(this.engine.memory.buffer, origin, users),
    );
    this.#scratch.give(origin);
    return rest;
  }

  /** Climbs the users that are left, finds the break among their steps, fills and swaps. */
  #finish(table: Columns, { low, high }: Bracket): "done" | "missed" | "impossible" {
    const { kernels } = this.engine;
    const { steps, count } = this.#climb(table, low, high);
    if (!table.origin) this.passes++;
    const left = this.budget - this.#cost();
    const everything = high === Number.POSITIVE_INFINITY;
    if (left < 0n) return everything ? "impossible" : "missed";
    const order = this.#scratch.take(16 * count);
    const taken = this.#scratch.take(2 * count);
    kernels.list(steps, count, order);
    const end = kernels.findBreak(steps, order, count, left) >>> 0;
    if (low > 0 && count - end - 1 < WINDOW) {
      for (const block of [steps, order, taken]) this.#scratch.give(block);
      return "missed";
    }
    new Uint8Array(this.engine.memory.buffer, taken, 2 * count).fill(0);
    kernels.takeFirst(steps, order, end, taken, this.#sums);
    this.#atPrice = { cost: this.#cost(), value: this.#value() };
    this.#price = 0;
    this.#rate = 0;
    if (end < count) {
      const broken = this.#view().getUint32(order + 16 * end + 8, true);
      const step = new DataView(this.engine.memory.buffer, steps + STEP_BYTES * broken, STEP_BYTES);
      this.#price = step.getFloat64(0, true);
      const weight = Number(step.getBigInt64(16, true)) * this.counting.quantum;
      this.#rate = (Number(step.getBigInt64(24, true)) * this.counting.valueQuantum) / weight;
      const last = Math.min(count, end + 1 + WINDOW);
      kernels.sortFirst(steps, order, end + 1, count, WINDOW);
      kernels.fill(steps, order, end + 1, last, this.budget - this.#cost(), taken, this.#sums);
      kernels.writeTaken(steps, count, taken, table.origin, this.choices, this.wide);
      this.#swap(table, steps, order, end, last, taken + count);
    } else {
      kernels.writeTaken(steps, count, taken, table.origin, this.choices, this.wide);
    }
    for (const block of [steps, order, taken]) this.#scratch.give(block);
    return "done";
  }

  #climb(table: Columns, low: number, high: number): { steps: number; count: number } {
    const { kernels } = this.engine;
    const perUser = table.options + 1;
    let capacity = Math.max(4 * table.users, 64) + perUser;
    let steps = this.#scratch.take(capacity * STEP_BYTES);
    this.#view().setBigInt64(this.#out, 0n, true);
    for (let from = 0; from < table.users; ) {
      const to = Math.min(from + SLICE / 4, table.users);
      from =
        kernels.climb(
          table.values,
          table.costs,
          table.stride,
          table.options,
          from,
          to,
          table.origin,
          this.offers.keys,
          this.exactlyOne,
          high,
          low,
          this.choices,
          this.wide,
          steps,
          capacity,
          this.#sums,
          this.#out,
        ) >>> 0;
      this.#report("core", from, table.users);
      if (from === to) continue;
      const count = this.#view().getUint32(this.#out, true);
      const larger = capacity * 2;
      steps = this.#moved(steps, count * STEP_BYTES, larger * STEP_BYTES);
      capacity = larger;
    }
    return { steps, count: this.#view().getUint32(this.#out, true) };
  }

  #swap(table: Columns, steps: number, order: number, from: number, to: number, seen: number): void {
    const { kernels } = this.engine;
    const users = this.#scratch.take(16 * (to - from));
    const count = kernels.listUsers(steps, order, from, to, seen, table.origin, this.choices, this.wide, users) >>> 0;
    for (let capacity = 16_384; ; capacity *= 8) {
      const moves = this.#scratch.take(32 * capacity);
      const left = kernels.swapAll(
        table.values,
        table.costs,
        table.stride,
        table.options,
        this.exactlyOne,
        table.origin,
        users,
        count,
        this.#price,
        this.counting.quantum,
        this.budget - this.#cost(),
        moves,
        capacity,
        this.choices,
        this.wide,
        this.#sums,
      );
      this.#scratch.give(moves);
      if (left >= 0n) break;
    }
    this.#scratch.give(users);
  }

  #solved(feasible: boolean): Solved {
    const { cost, value } = { cost: this.#cost(), value: this.#value() };
    return {
      feasible,
      cost,
      value,
      costAtPrice: this.#atPrice.cost,
      valueAtPrice: this.#atPrice.value,
      price: this.#price,
      rate: this.#rate,
      choices: this.choices,
      wide: this.wide,
      passes: this.passes,
      phases: this.phases,
    };
  }

  #takeTable(users: number, withOrigin: boolean): Columns {
    const options = this.offers.columns;
    const stride = columnStride(users);
    const values = this.#scratch.take(2 * options * stride + (withOrigin ? 4 * users : 0));
    const costs = values + options * stride;
    return { values, costs, stride, options, users, origin: withOrigin ? costs + options * stride : 0 };
  }

  #giveTable(table: Columns): void {
    this.#scratch.give(table.values);
  }

  /** A block with the first bytes of another, which is given back. */
  #moved(from: number, bytes: number, size: number): number {
    const to = this.#scratch.take(size);
    new Uint8Array(this.engine.memory.buffer).copyWithin(to, from, from + bytes);
    this.#scratch.give(from);
    return to;
  }

  #timed<T>(phase: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.phases[phase] = (this.phases[phase] ?? 0) + (performance.now() - start) / 1000;
    }
  }

  #report(phase: Progress["phase"], done: number, total: number): void {
    const { onProgress, signal } = this.#options;
    onProgress?.({ phase, done, total });
    signal?.throwIfAborted();
  }

  /** Views are made after whatever may have grown the memory. */
  #view(): DataView {
    return new DataView(this.engine.memory.buffer);
  }

  #cost(): bigint {
    return this.#view().getBigInt64(this.#sums, true);
  }

  #value(): bigint {
    const view = this.#view();
    return (view.getBigInt64(this.#sums + 8, true) << 32n) + view.getBigInt64(this.#sums + 16, true);
  }

  #stay(): number {
    return this.#view().getUint32(this.#sums + 24, true);
  }
}

function near(price: number): Bracket {
  return { low: Math.fround(price * 0.97), high: Math.fround(price * 1.03) };
}
