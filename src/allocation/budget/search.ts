/**
 * Which prices to sieve at: from a sample, from all users, or, for the users that a sieve left, from both.
 * Nothing here decides the answer: a bracket that proves wrong costs another pass.
 */

import { type Bracket, priceFor, type Spend } from "../bracket.js";
import { type Columns, spendAt } from "../kernel.js";
import type { Job } from "./kernel.js";

/** Tables of fewer users than this are searched as they are. */
export const SAMPLED = 262_144;
/** Users of a sample of those that a sieve left; a multiple of 16. */
const PILOT = 16_384;
/** First users of a table that find its price roughly. */
const ROUGH = 4096;
/** A sample's spend is trusted to this many standard deviations: one pass in four hundred is repeated. */
const DEVIATIONS = 3;
/** Users that a last bracket should leave. */
const CORE = 16_384;
/** A core of so many users is climbed without another sieve. */
export const CORE_MOST = 2 * CORE;

/** Tables for samples, given back when done. */
export interface Samples {
  take(table: Columns, users: number): Columns;
  give(sample: Columns): void;
}

export class Search {
  readonly #job: Job;
  readonly #samples: Samples;
  readonly #guess: number;
  #found: Bracket | undefined;

  /** `guess`: a price of the right order of magnitude, such as largest value / largest cost. */
  constructor(job: Job, samples: Samples, guess: number) {
    this.#job = job;
    this.#samples = samples;
    this.#guess = Math.fround(guess);
  }

  /** A bracket for the whole table with `left` to spend; each try is wider by `widen`. */
  first(table: Columns, left: number, widen: number): Bracket {
    return (table.users >= SAMPLED && this.#sampled(table, left, widen)) || this.#searched(table, left, widen);
  }

  /**
   * A bracket inside `parent`, for the users that the parent's sieve left: their spend at its ends is known, so that a
   * small sample tells how far between them the price lies. Undefined when the parent does not hold the price.
   */
  next(table: Columns, parent: Bracket, left: number, widen: number): Bracket | undefined {
    const whole = this.#spend(table, table.users);
    const most = whole(parent.low);
    const least = whole(parent.high);
    const tolerance = 1e-6 * Math.abs(most);
    if (left < least - tolerance || (parent.low > 0 && left > most + tolerance)) return undefined;
    if (left >= most) return { low: 0, high: Math.min(parent.high, (parent.high * CORE) / table.users) };
    const sampled = table.users >= 4 * PILOT;
    const sample = sampled ? this.#samples.take(table, PILOT) : table;
    const spend = this.#spend(sample, sample.users);
    const start = spend(parent.high);
    const full = spend(parent.low) - start;
    const share = (left - least) / (most - least);
    const spread = sampled ? (DEVIATIONS * widen) / (2 * Math.sqrt(PILOT)) : 0;
    // In shares of the spend between the ends: enough users below the break for the fill, some above it.
    const above = spread + (widen * CORE) / 8 / table.users;
    const below = spread + (widen * CORE) / 2 / table.users;
    const at = (x: number) => priceFor(spend, start + full * x, full * 2e-3, 1e-6, parent);
    const high = share - above > 0.01 ? Math.min(parent.high, at(share - above).high) : parent.high;
    const low = share + below < 0.99 ? Math.max(parent.low, at(share + below).low) : parent.low;
    if (sampled) this.#samples.give(sample);
    return { low, high };
  }

  #sampled(table: Columns, left: number, widen: number): Bracket | undefined {
    const sample = this.#samples.take(table, sampleOf(table.users));
    try {
      return this.sampled(sample, table.users, left, widen);
    } finally {
      this.#samples.give(sample);
    }
  }

  /**
   * A bracket that holds the price of `all` users to DEVIATIONS standard deviations of a sample of them; undefined when the
   * sample says too little. The ends are found to a part of that: the finer, the more searching and the fewer users between.
   */
  sampled(sample: Columns, all: number, left: number, widen: number, part = 1 / 2): Bracket | undefined {
    const spend = this.#spend(sample, sample.users);
    const { target, spread, rough } = this.#expected(sample, all, left, widen);
    const zero = spend(0);
    if (!(zero > target - spread)) {
      return { low: 0, high: priceFor(spend, zero * 0.99, zero * 0.005, 1e-4, near(rough)).high };
    }
    if (spread > 0.2 * Math.abs(target)) return undefined;
    const slack = spread * part;
    const { high } = priceFor(spend, target - spread - slack, slack, 1e-5, near(rough));
    if (zero <= target + spread) return { low: 0, high };
    const { low } = priceFor(spend, target + spread + slack, slack, 1e-5, near(rough));
    return { low, high };
  }

  /** A price below that of `all` users, where a sample says too little for a bracket. */
  floor(sample: Columns, all: number, left: number): number {
    const { target, spread, rough } = this.#expected(sample, all, left, 1);
    return priceFor(this.#spend(sample, sample.users), target + 2 * spread, spread, 1e-3, near(rough)).low;
  }

  /** What a sample of `all` users should spend, how far that may be off, and its price good to a few per cent. */
  #expected(sample: Columns, all: number, left: number, widen: number) {
    const { users } = sample;
    const target = left * (users / all);
    const rough = this.#rough(sample, target);
    const { spend: sum, squares } = spendAt(this.#job, sample, users, rough);
    const variance = Math.max(0, squares / users - (sum / users) ** 2);
    return { target, rough, spread: DEVIATIONS * widen * Math.sqrt(variance * users * (1 - users / all)) };
  }

  /** A bracket around the price that all users give, of about a core of users. */
  #searched(table: Columns, left: number, widen: number): Bracket {
    // Where this bracket proves too narrow it is only widened: the price itself has been found.
    this.#found ??= priceFor(this.#spend(table, table.users), left, 0, 1e-3, near(this.#rough(table, left)));
    const { low, high } = this.#found;
    // A per cent of price moves a few per cent of the users.
    const reach = high * Math.min(0.9, (CORE / table.users) * widen);
    return { low: Math.max(0, low - reach), high: high + reach / 8 };
  }

  /** A price good to a few per cent, from the first users of a table that has `left` to spend. */
  #rough(table: Columns, left: number): number {
    const users = Math.min(ROUGH, table.users);
    const target = Math.min(left, Number.MAX_VALUE) * (users / table.users);
    const { low, high } = priceFor(this.#spend(table, users), target, 0, 1e-2, near(this.#guess));
    return low > 0 ? Math.sqrt(low * high) : high;
  }

  #spend(table: Columns, users: number): Spend {
    return (price) => spendAt(this.#job, table, users, price).spend;
  }
}

/**
 * A user more in the sample costs 25 ns; the users it saves from being looked at again cost 35 ns each and go down with the
 * root of the sample. The least sum of both grows with the users to the power of 2/3.
 */
export function sampleOf(users: number): number {
  return Math.ceil((5.5 * users ** (2 / 3)) / 16) * 16;
}

function near(price: number): Bracket {
  return { low: Math.fround(price * 0.97), high: Math.fround(price * 1.03) };
}
