/**
 * What a reading does to a block at a range of the canonical order: everyone takes the steps before it, and the steps in it
 * are found. Whoever clearly chooses the same at all its prices is settled by the sieve; the others climb in f64.
 */
import type { Scratch } from "../../engine/scratch.js";
import * as budget from "../budget/kernel.js";
import { type Job, type Range, STEP_BYTES, type Steps } from "../budget/kernel.js";
import type { Facts } from "../counting.js";
import type { Columns } from "../kernel.js";
import type { Block } from "./block.js";
import * as kernel from "./kernel.js";

/** Users a tile of the sieve: room it wants free before it starts on one. */
const TILE = 512;
/** Scores in f32 do not overflow below. */
const DEAREST = 1e30;

export class Pass {
  readonly #block: Block;
  readonly #job: Job;
  readonly #facts: Facts;
  /** Number of an option that stands for none in the sieve, 0 where there is none. */
  readonly #nothing: number;
  /** Users that the sieve leaves: rows, then columns. */
  readonly #rows: number;
  readonly #rest: Columns;
  readonly #steps: number;
  readonly #capacity: number;

  constructor(block: Block, job: Job, facts: Facts, nothing: number, scratch: Scratch) {
    const { capacity, options, stride } = block;
    this.#block = block;
    this.#job = job;
    this.#facts = facts;
    this.#nothing = nothing;
    this.#rows = scratch.take(8 * options * (capacity + 16));
    const values = scratch.take(2 * options * stride);
    const origin = scratch.take(4 * (capacity + TILE));
    this.#rest = { values, costs: values + options * stride, stride, options, users: 0, origin };
    this.#capacity = (capacity + 1) * (options + 1);
    this.#steps = scratch.take(STEP_BYTES * this.#capacity);
  }

  /** Choices before the range go to the block's, sums to the job's; the steps in it, and the table their places are of. */
  run(range: Range): { steps: Steps; table: Columns } {
    const steps: Steps = { steps: this.#steps, count: 0 };
    const table = this.#sieved(range) ?? this.#block.columns;
    if (table.users > 0) {
      this.#block.makeKeys(table.origin, table.users);
      const { from } = this.#block;
      steps.count = budget.climb(this.#job, table, 0, table.users, range, steps, this.#capacity, from).count;
    }
    if (this.#nothing) budget.replaceChoice(this.#job, this.#block.users, this.#nothing, 0);
    kernel.carry(this.#job);
    return { steps, table };
  }

  /** The users that the sieve leaves; undefined where it cannot be used. */
  #sieved({ first, last }: Range): Columns | undefined {
    const bracket = { high: first.efficiency, low: last.efficiency };
    if (!budget.isSievable(this.#facts) || !(bracket.high * this.#facts.mostCost < DEAREST)) return undefined;
    const { columns, users } = this.#block;
    const rest = this.#rest;
    const { origin } = rest;
    const room = { rows: this.#rows, origin, capacity: this.#block.capacity + TILE };
    const by = { ...budget.sieveAt(bracket, this.#facts), ...room };
    budget.resetStay(this.#job);
    budget.sieve(this.#job, columns, 0, users, by);
    rest.users = budget.stayOf(this.#job);
    if (rest.users > 0) budget.rowsToColumns(this.#job.engine, by, rest);
    return rest;
  }
}
