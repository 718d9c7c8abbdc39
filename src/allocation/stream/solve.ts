/**
 * The readings of a stream (ARCHITECTURE.md, "Streams"): one for what the numbers are and a sample; at least one at a range
 * of prices that holds the budget's, until what lies in it can be kept; the last to write. Sample and ranges only steer:
 * where one proves wrong, another reading follows.
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Bracket } from "../bracket.js";
import { type AtPrice, settle } from "../budget/core.js";
import type { Job, Place } from "../budget/kernel.js";
import * as budget from "../budget/kernel.js";
import type { Proof } from "../budget/proof.js";
import { Search } from "../budget/search.js";
import type { Solved } from "../budget/solve.js";
import { budgetQuanta, type Counting, type Facts } from "../counting.js";
import { type Columns, spendAt } from "../kernel.js";
import type { AllocationRequest, Progress } from "../types.js";
import type { Block } from "./block.js";
import { Changes, Narrow } from "./changes.js";
import { Core } from "./kept.js";
import * as kernel from "./kernel.js";
import { axisOf, BOTTOM, BUCKETS, EVERYTHING, Narrowing, type Next, segmentOf, TOP } from "./order.js";
import { Pass } from "./pass.js";
import type { Source } from "./source.js";
import type { Sample } from "./survey.js";

/** Larger than any sum of quanta. */
const NO_LIMIT = 1n << 62n;
/** Numbers of so few users that all steps are looked at from the start. */
const SMALL = 1 << 18;
/** Times that an end of a range is moved out before it goes to the end of all steps. */
const MOVES = 2;
/** A price beyond which f32 scores overflow. */
const DEAREST = 1e18;

/** How finely the ends of the first range are found: users between them cost more than searching the sample. */
const FINE = 1 / 8;

/** How to read: every block of the stream in turn. */
export type Read = (phase: Progress["phase"], onBlock: () => void) => Promise<void>;

/** What a stream of users asked for, and what has been seen of it. */
export interface Seen {
  request: AllocationRequest;
  block: Block;
  users: number;
  facts: Facts;
  counting: Counting;
  /** Option that is worth nothing and costs nothing for everyone, 0 where there is none or users must have one. */
  nothing: number;
  scratch: Scratch;
  /** Most steps to keep. */
  most: number;
  source: Source;
  read: Read;
  timed: <T>(phase: string, work: () => T) => T;
}

/** The plan, found but not yet written. */
export interface Found extends Pick<Solved, "feasible" | "cost" | "value" | "atPrice"> {
  /** Everyone takes the steps before this place … */
  place: Place;
  /** … but for these rows, ascending, and their choices. */
  rows: Uint32Array;
  choices: Uint8Array | Uint16Array;
  /** Users by choice, none first. */
  counts: number[];
}

export class Solve {
  readonly #seen: Seen;
  readonly #job: Job;
  readonly #pass: Pass;
  readonly #budget: bigint;
  readonly #counts: number;
  #buckets = 0;
  #bracket: Bracket | undefined;
  #narrowing: Narrowing;
  #up = 0;
  #down = 0;

  constructor(seen: Seen) {
    const { request, block, scratch, counting, nothing, facts, most } = seen;
    const exactlyOne = request.exactlyOne ?? false;
    this.#seen = seen;
    this.#budget = request.budget === undefined ? NO_LIMIT : budgetQuanta(request.budget, counting);
    this.#job = {
      engine: block.engine,
      exactlyOne,
      sieveExactlyOne: exactlyOne || nothing > 0,
      keys: block.keys,
      wide: block.wide,
      choices: block.choices,
      sums: scratch.take(64),
      out: scratch.take(64),
      constants: scratch.take(256),
    };
    this.#counts = scratch.take(4 * (block.options + 1));
    this.#pass = new Pass(block, this.#job, facts, nothing, scratch);
    this.#narrowing = new Narrowing(most);
  }

  /** Readings until the plan is known. The sample is given back: what is kept takes its place. */
  async find(sample: Sample): Promise<Found> {
    let next = this.#seen.timed("core", () => this.#start(sample.table));
    sample.release();
    for (;;) {
      const step = await this.#look(next);
      if ("place" in step) return step;
      next = step;
    }
  }

  /** The last reading, by `read`, which takes the choices from the block: what the proof still needs. */
  async decide(found: Found, proof: Proof, read: Read): Promise<Parameters<Proof["result"]>[0]> {
    const { block, scratch, counting, timed, source } = this.#seen;
    const { engine } = block;
    const [totals, dual] = [scratch.take(4096), scratch.take(48)];
    kernel.clear(engine, totals, 4096);
    budget.resetDual(engine, dual);
    this.#reset();
    const range = { first: found.place, last: found.place };
    const perMoney = counting.decimal ? counting.perMoney : 0;
    const changes = new Changes(found, counting);
    await read("write", () =>
      timed("last", () => {
        this.#pass.run(range);
        changes.apply(this.#job, block);
        if (proof.needsTotals) kernel.addTotals(this.#job, block.columns, totals);
        if (proof.needsDual) {
          budget.addDual(engine, block.columns, this.#job.exactlyOne, proof.dualPrice, perMoney, dual);
        }
      }),
    );
    const cost = budget.costSum(this.#job) + changes.cost;
    const value = budget.valueSum(this.#job) + changes.value;
    if (cost !== found.cost || value !== found.value) {
      throw source.changed("its choices do not add up to the plan");
    }
    return { totals: () => kernel.totalsAt(engine, totals), dual: () => budget.dualSum(engine, dual) };
  }

  /** Where to look first. */
  #start(sample: Columns): Next {
    const { request, users, facts, most, block } = this.#seen;
    if (request.budget === undefined) return { range: { first: BOTTOM, last: BOTTOM }, room: most };
    if (!budget.isSievable(facts) || users * block.options <= Math.min(most, SMALL)) {
      return { range: EVERYTHING, room: most };
    }
    const part = users / sample.users;
    const spend = (price: number) => part * spendAt(this.#sampleJob, sample, sample.users, price).spend;
    const doubt = part === 1 ? 0 : 0.01 * Math.abs(request.budget);
    const dear = Math.min(DEAREST, 1e30 / facts.mostCost);
    if (spend(dear) > request.budget + doubt) return { range: EVERYTHING, room: most };
    this.#bracket = this.#search(sample, dear);
    const allFits = spend(0) <= request.budget - doubt;
    return { range: allFits ? { first: BOTTOM, last: BOTTOM } : rangeIn(this.#bracket), room: most };
  }

  get #sampleJob() {
    return { ...this.#job, exactlyOne: this.#job.sieveExactlyOne };
  }

  #search(sample: Columns, dear: number): Bracket {
    const { request, users, facts } = this.#seen;
    const left = request.budget as number;
    const none = () => {
      throw new Error("a sample of a sample is never taken");
    };
    const guess = (facts.mostValue || 1) / (facts.mostCost || 1);
    const search = new Search(this.#sampleJob, { take: none, give: none }, guess);
    const bracket =
      sample.users === users ? search.first(sample, left, 1) : search.sampled(sample, users, left, 1, FINE);
    // A budget too small for the sample to say much: everything from a low price up.
    if (!bracket) return { low: search.floor(sample, users, left), high: dear };
    return { low: bracket.low, high: Math.min(bracket.high, dear) };
  }

  /** A reading at a range: the plan, or where to look next. */
  async #look({ range, room, behind }: Next): Promise<Found | Next> {
    const { block, scratch, read, timed, most } = this.#seen;
    const core = new Core(scratch, block.options, block.wide, room);
    const axis = axisOf(range);
    let tallied = room === 0;
    this.#reset();
    if (tallied) this.#clearBuckets();
    await read("pass", () =>
      timed("pass", () => {
        const { steps, table } = this.#pass.run(range);
        kernel.addCounts(this.#job, block.users, block.options, this.#counts);
        if (!tallied && !core.add(this.#job, steps, table, block.from)) {
          tallied = true;
          this.#clearBuckets();
          kernel.distribute(block.engine, core.kept, core.kept.numbers, 0, axis, this.#buckets);
          core.release();
        }
        if (tallied) kernel.distribute(block.engine, steps, table.origin, block.from, axis, this.#buckets);
      }),
    );
    const left = this.#budget - budget.costSum(this.#job);
    if (left < 0n && !behind) {
      core.release();
      return range.first.efficiency === Number.POSITIVE_INFINITY ? this.#found(TOP, false) : this.#above(range);
    }
    if (tallied) {
      const segments = kernel.bucketsAt(block.engine, this.#buckets).map((bucket) => segmentOf(range, axis, bucket));
      const next = this.#narrowing.after(range, segments, left);
      if (next === "all") return { range: { first: BOTTOM, last: BOTTOM }, room: most };
      return next === "below" ? this.#below({ ...range, first: this.#narrowing.first ?? range.first }) : next;
    }
    const found = timed("core", () => this.#settle(core, range.last.efficiency > 0));
    core.release();
    return found ?? this.#below(range);
  }

  #settle(core: Core, more: boolean): Found | undefined {
    const { kept } = core;
    const { block, scratch, counting } = this.#seen;
    const { engine, options } = block;
    const job = { ...this.#job, choices: kept.chosen };
    const before = kernel.choicesAt(job, kept.users).slice();
    const table: Columns = { values: 0, costs: 0, stride: 0, options, users: kept.users, origin: 0 };
    const small = new Narrow(engine, scratch, options);
    const settled = settle({ job, budget: this.#budget, counting, scratch, table }, kept, more, (listed) =>
      small.table(listed, kept.rows),
    );
    small.release();
    if (typeof settled === "string") return undefined;
    const { stop, ...atPrice } = settled;
    const numbers = kernel.numbersAt(engine, kept.numbers, kept.users);
    const chosen = kernel.choicesAt(job, kept.users);
    const counts = this.#countsNow();
    chosen.forEach((choice, place) => {
      const was = before[place] as number;
      counts[was] = (counts[was] as number) - 1;
      counts[choice] = (counts[choice] as number) + 1;
    });
    const places = small.places.sort();
    return {
      ...this.#found(stop ? { ...stop, row: BigInt(numbers[stop.place] as number) } : BOTTOM, true, atPrice),
      rows: places.map((place) => numbers[place] as number),
      choices: block.wide
        ? Uint16Array.from(places, (place) => chosen[place] as number)
        : Uint8Array.from(places, (place) => chosen[place] as number),
      counts,
    };
  }

  #found(place: Place, feasible: boolean, atPrice?: AtPrice): Found {
    const [cost, value] = [budget.costSum(this.#job), budget.valueSum(this.#job)];
    const nobody = { rows: new Uint32Array(0), choices: new Uint8Array(0) };
    const { efficiency, key, row } = place;
    const plan = atPrice ?? { cost, value, price: 0, rate: 0 };
    return {
      place: { efficiency, key, row },
      feasible,
      cost,
      value,
      atPrice: plan,
      counts: this.#countsNow(),
      ...nobody,
    };
  }

  /** The budget breaks above a range. */
  #above({ first, last }: Next["range"]): Next {
    const { most } = this.#seen;
    this.#narrowing = new Narrowing(most);
    if (first.efficiency === 0 && this.#bracket && this.#up === 0) return { range: rangeIn(this.#bracket), room: most };
    const efficiency = this.#up++ < MOVES ? first.efficiency + reach(first, last) : Number.POSITIVE_INFINITY;
    return { range: { first: { ...TOP, efficiency }, last }, room: most };
  }

  /** The budget breaks below a range, or the fill would want steps from there. */
  #below({ first, last }: Next["range"]): Next {
    const { most } = this.#seen;
    this.#narrowing = new Narrowing(most);
    const efficiency = this.#down++ < MOVES ? last.efficiency - reach(first, last) : 0;
    return { range: { first, last: efficiency > 0 ? { ...BOTTOM, efficiency } : BOTTOM }, room: most };
  }

  #reset(): void {
    budget.resetSums(this.#job, this.#seen.counting);
    kernel.clear(this.#job.engine, this.#counts, 4 * (this.#seen.block.options + 1));
  }

  #clearBuckets(): void {
    this.#buckets ||= this.#seen.scratch.take(BUCKETS * kernel.BUCKET_BYTES);
    kernel.clear(this.#job.engine, this.#buckets, BUCKETS * kernel.BUCKET_BYTES);
  }

  #countsNow(): number[] {
    return [...kernel.numbersAt(this.#job.engine, this.#counts, this.#seen.block.options + 1)];
  }
}

function rangeIn({ low, high }: Bracket): Next["range"] {
  return { first: { ...TOP, efficiency: high }, last: low > 0 ? { ...BOTTOM, efficiency: low } : BOTTOM };
}

/** How far an end is moved out: some times the range. */
function reach(first: Place, last: Place): number {
  return Math.max(4 * (first.efficiency - last.efficiency), 1e-3 * first.efficiency);
}
