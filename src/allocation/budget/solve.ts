/**
 * One budget: sample → bracket → one full pass → residual core (ARCHITECTURE.md, "How one budget is solved").
 *
 * Every step only narrows which users still have to be looked at; what is decided is decided exactly, so that the answer
 * does not depend on the sample, the brackets or the tiles.
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Bracket } from "../bracket.js";
import { budgetQuanta, type Counting } from "../counting.js";
import { type Columns, columnsOf } from "../kernel.js";
import { columnStride, type Offers } from "../offers.js";
import type { AllocationOptions, AllocationRequest, Progress } from "../types.js";
import { type AtPrice, finish } from "./core.js";
import type { Job } from "./kernel.js";
import * as kernel from "./kernel.js";
import { CORE_MOST, Search } from "./search.js";

/** Most times over that a bracket is widened before the table is climbed without one; each time by WIDER. */
const WIDEST = 64;
const WIDER = 4;
/** Users a call of a kernel, between two looks at the signal. */
const SLICE = 1 << 20;
/** Users a tile of the sieve, which wants as many rows free before it starts on one (assembly/allocation/budget/sieve.ts). */
const TILE = 512;
/** Larger than any sum of quanta. */
const NO_LIMIT = 1n << 62n;
type Outcome = AtPrice | "missed" | "impossible";

const EVERYTHING: Bracket = { low: 0, high: Number.POSITIVE_INFINITY };

export interface Solved {
  feasible: boolean;
  /** What the plan costs and brings, in quanta of money and of value. */
  cost: bigint;
  value: bigint;
  atPrice: AtPrice;
  /** Address of the choices, u16 where `wide`. */
  choices: number;
  wide: boolean;
  passes: number;
  /** Seconds by phase. */
  phases: Record<string, number>;
}

export class Solve {
  readonly #offers: Offers;
  readonly #counting: Counting;
  readonly #budget: bigint;
  readonly #money: number;
  readonly #scratch: Scratch;
  readonly #options: AllocationOptions;
  readonly #job: Job;
  readonly #search: Search;
  readonly #slice: number;
  /** Number of an option that is worth nothing and costs nothing for everyone, where users may have none; else 0. */
  readonly #nothing: number;
  readonly #phases: Record<string, number> = {};
  #passes = 0;

  constructor(
    offers: Offers,
    request: AllocationRequest,
    counting: Counting,
    scratch: Scratch,
    options: AllocationOptions,
  ) {
    const { engine, facts, columns, keys, users } = offers;
    const wide = columns > 254;
    this.#offers = offers;
    this.#counting = counting;
    this.#money = request.budget ?? Number.POSITIVE_INFINITY;
    this.#budget = request.budget === undefined ? NO_LIMIT : budgetQuanta(request.budget, counting);
    this.#scratch = scratch;
    this.#options = options;
    this.#slice = Math.ceil((options.slice ?? SLICE) / TILE) * TILE;
    this.#nothing = request.exactlyOne ? 0 : offers.nothing;
    this.#job = {
      engine,
      exactlyOne: request.exactlyOne ?? false,
      sieveExactlyOne: (request.exactlyOne ?? false) || this.#nothing > 0,
      keys,
      wide,
      choices: scratch.take((users + 32) * (wide ? 2 : 1)),
      sums: scratch.take(64),
      out: scratch.take(64),
      constants: scratch.take(256),
    };
    const samples = { take: this.#takeSample.bind(this), give: this.#giveTable.bind(this) };
    this.#search = new Search(this.#job, samples, (facts.mostValue || 1) / (facts.mostCost || 1));
  }

  run(): Solved {
    const solved = this.#run();
    // Nobody is given nothing at no cost by name: where an option is that for everyone, it stood for none in the sieve.
    if (this.#nothing) kernel.replaceChoice(this.#job, this.#offers.users, this.#nothing, 0);
    return solved;
  }

  #run(): Solved {
    const full = columnsOf(this.#offers);
    if (kernel.isSievable(this.#offers.facts)) {
      for (let widen = 1; widen <= WIDEST; widen *= WIDER) {
        kernel.resetSums(this.#job, this.#counting);
        const outcome = this.#descend(full, undefined, widen);
        if (outcome !== "missed") return this.#solved(outcome);
      }
    }
    kernel.resetSums(this.#job, this.#counting);
    return this.#solved(this.#finish(full, EVERYTHING));
  }

  /** Narrows a table down to a core and finishes it; "missed" when a bracket proved wrong. */
  #descend(table: Columns, parent: Bracket | undefined, widen: number): Outcome {
    if (table.users <= CORE_MOST) return this.#finish(table, parent ?? EVERYTHING);
    const bracket = this.#timed(parent ? "core" : "sample", () => {
      const left = this.#money - Number(kernel.costSum(this.#job)) * this.#counting.quantum;
      return parent ? this.#search.next(table, parent, left, widen) : this.#search.first(table, left, widen);
    });
    if (!bracket) return "missed";
    const before = kernel.copySums(this.#job);
    const rest = this.#timed(parent ? "core" : "pass", () => this.#sieve(table, bracket));
    // Where (nearly) everyone ties, no bracket helps.
    const stuck = rest.users > table.users / 2;
    const outcome = stuck ? this.#finish(rest, bracket) : this.#descend(rest, bracket, widen);
    this.#giveTable(rest);
    if (outcome !== "missed" || !parent) return outcome;
    kernel.restoreSums(this.#job, before);
    return this.#finish(table, parent);
  }

  /** Sieves a table at the ends of a bracket; the users that stay are a new table. */
  #sieve(table: Columns, bracket: Bracket): Columns {
    const { engine } = this.#job;
    const rowBytes = 8 * table.options;
    let capacity = Math.min(table.users, Math.max(table.users >> 3, 1024)) + TILE;
    const by = {
      ...kernel.sieveAt(bracket, this.#offers.facts),
      rows: this.#scratch.take((capacity + 16) * rowBytes),
      origin: this.#scratch.take(4 * capacity),
      capacity,
    };
    kernel.resetStay(this.#job);
    for (let from = 0; from < table.users; ) {
      const to = Math.min(from + this.#slice, table.users);
      from = kernel.sieve(this.#job, table, from, to, by);
      this.#report(table.origin ? "core" : "pass", from, table.users);
      if (from === to) continue;
      const stay = kernel.stayOf(this.#job);
      capacity = Math.min(2 * capacity, table.users + TILE);
      by.rows = this.#scratch.move(by.rows, stay * rowBytes, (capacity + 16) * rowBytes);
      by.origin = this.#scratch.move(by.origin, 4 * stay, 4 * capacity);
      by.capacity = capacity;
    }
    if (!table.origin) this.#passes++;
    const rest = this.#takeTable(kernel.stayOf(this.#job), true);
    kernel.rowsToColumns(engine, by, rest);
    this.#scratch.give(by.rows);
    this.#scratch.give(by.origin);
    return rest;
  }

  #finish(table: Columns, bracket: Bracket): Outcome {
    if (!table.origin) this.#passes++;
    return this.#timed("core", () =>
      finish({
        job: this.#job,
        table,
        bracket,
        budget: this.#budget,
        counting: this.#counting,
        scratch: this.#scratch,
        slice: this.#slice,
        report: (done, total) => this.#report("core", done, total),
      }),
    );
  }

  #solved(outcome: Outcome): Solved {
    const cost = kernel.costSum(this.#job);
    const value = kernel.valueSum(this.#job);
    const { choices, wide } = this.#job;
    const feasible = typeof outcome !== "string";
    return {
      feasible,
      cost,
      value,
      atPrice: feasible ? outcome : { cost, value, price: 0, rate: 0 },
      choices,
      wide,
      passes: this.#passes,
      phases: this.#phases,
    };
  }

  #takeSample(table: Columns, users: number): Columns {
    const sample = this.#takeTable(users, false);
    kernel.takeLines(this.#job.engine, table, sample);
    return sample;
  }

  #takeTable(users: number, withOrigin: boolean): Columns {
    const options = this.#offers.columns;
    const stride = columnStride(users);
    const values = this.#scratch.take(2 * options * stride + (withOrigin ? 4 * users : 0));
    const costs = values + options * stride;
    return { values, costs, stride, options, users, origin: withOrigin ? costs + options * stride : 0 };
  }

  #giveTable(table: Columns): void {
    this.#scratch.give(table.values);
  }

  #timed<T>(phase: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#phases[phase] = (this.#phases[phase] ?? 0) + (performance.now() - start) / 1000;
    }
  }

  #report(phase: Progress["phase"], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total });
    this.#options.signal?.throwIfAborted();
  }
}
