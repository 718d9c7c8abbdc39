/**
 * The residual core: the users that no sieve settled climb their hulls, the budget breaks among their steps, what is left
 * is filled and swapped (ARCHITECTURE.md, "The canonical answer", 2 to 7).
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Bracket } from "../bracket.js";
import type { Counting } from "../counting.js";
import type { Columns } from "../kernel.js";
import * as kernel from "./kernel.js";
import { ENTRY_BYTES, type Job, type Listed, STEP_BYTES, type Steps } from "./kernel.js";

/** Steps after the break that the fill may use. */
export const WINDOW = 4096;

/** What it takes to settle steps that have been written out. */
export interface Settling {
  job: Job;
  budget: bigint;
  counting: Counting;
  scratch: Scratch;
  /** The users of the steps, their number in the choices at `origin`. */
  table: Columns;
}

export interface Core extends Settling {
  bracket: Bracket;
  /** Users a call of a kernel. */
  slice: number;
  report: (done: number, total: number) => void;
}

/** The plan before the fill, which proves the bound, and the prices of the break. */
export interface AtPrice {
  cost: bigint;
  value: bigint;
  /** Efficiency of the break. */
  price: number;
  /** Its gain by its weight in quanta: the same but for decimals, which `f32` does not hold. */
  rate: number;
}

/** A plan and the step at which its budget breaks; none where all steps fit. */
export interface Settled extends AtPrice {
  stop?: { efficiency: number; key: bigint; place: number };
}

/**
 * Finishes a solve on the users of `table`. "missed": the budget does not break inside the bracket, or too few steps lie
 * below it; nothing but sums and choices was touched. "impossible": even the cheapest choices cost more than the budget.
 */
export function finish(core: Core): AtPrice | "missed" | "impossible" {
  const { bracket, scratch } = core;
  const steps = climb(core);
  try {
    const settled = settle(core, steps, bracket.low > 0);
    return settled === "over" ? (bracket.high === Number.POSITIVE_INFINITY ? "impossible" : "missed") : settled;
  } finally {
    scratch.give(steps.steps);
  }
}

/**
 * Breaks the budget among steps, takes, fills and swaps. `more`: further steps follow the last of these. "over": what lies
 * before the first step costs more than the budget. "missed": too few steps follow the break to fill from.
 * `narrow` may put the listed users (kernel.listUsers) into a smaller table for the swaps.
 */
export function settle(
  settling: Settling,
  steps: Steps,
  more: boolean,
  narrow: (listed: Listed) => Columns = () => settling.table,
): Settled | "missed" | "over" {
  const { job, table, budget, counting, scratch } = settling;
  const left = budget - kernel.costSum(job);
  if (left < 0n) return "over";
  const order = scratch.take(ENTRY_BYTES * steps.count);
  const taken = scratch.take(2 * steps.count);
  try {
    const end = kernel.findBreak(job.engine, steps, order, left);
    if (more && steps.count - end - 1 < WINDOW) return "missed";
    kernel.takeFirst(job, steps, order, end, taken);
    const plan = { cost: kernel.costSum(job), value: kernel.valueSum(job), price: 0, rate: 0 };
    if (end === steps.count) {
      kernel.writeTaken(job, steps, taken, table);
      return plan;
    }
    const { efficiency, key, place, weight, value } = kernel.stepAt(job.engine, steps, order, end);
    const last = kernel.fill(job, steps, order, end + 1, WINDOW, budget - plan.cost, taken);
    kernel.writeTaken(job, steps, taken, table);
    swap(settling, steps, order, end, last, taken + steps.count, efficiency, narrow);
    const rate = (Number(value) * counting.valueQuantum) / (Number(weight) * counting.quantum);
    return { ...plan, price: efficiency, rate, stop: { efficiency, key, place } };
  } finally {
    scratch.give(order);
    scratch.give(taken);
  }
}

function climb({ job, table, bracket, scratch, slice, report }: Core): Steps {
  const range = kernel.rangeOf(bracket);
  let capacity = Math.max(4 * table.users, 64) + table.options + 1;
  const steps: Steps = { steps: scratch.take(capacity * STEP_BYTES), count: 0 };
  for (let from = 0; from < table.users; ) {
    const to = Math.min(from + slice, table.users);
    const { next, count } = kernel.climb(job, table, from, to, range, steps, capacity);
    steps.count = count;
    from = next;
    report(from, table.users);
    if (from === to) continue;
    capacity *= 2;
    steps.steps = scratch.move(steps.steps, count * STEP_BYTES, capacity * STEP_BYTES);
  }
  return steps;
}

function swap(
  { job, table, budget, counting, scratch }: Settling,
  steps: Steps,
  order: number,
  from: number,
  to: number,
  seen: number,
  price: number,
  narrow: (listed: Listed) => Columns,
): void {
  const users = scratch.take(16 * (to - from));
  const listed = { at: users, count: kernel.listUsers(job, steps, order, from, to, seen, table, users) };
  const among = narrow(listed);
  for (let capacity = 16_384, done = false; !done; capacity *= 8) {
    const moves = scratch.take(32 * capacity);
    const left = budget - kernel.costSum(job);
    done = kernel.swap(job, among, listed, { price, quantum: counting.quantum, left }, moves, capacity);
    scratch.give(moves);
  }
  scratch.give(users);
}
