/**
 * The residual core: the users that no sieve settled climb their hulls, the budget breaks among their steps, what is left
 * is filled and swapped (ARCHITECTURE.md, "The canonical answer", 2 to 7).
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Bracket } from "../bracket.js";
import type { Counting } from "../counting.js";
import type { Columns } from "../kernel.js";
import * as kernel from "./kernel.js";
import { ENTRY_BYTES, type Job, STEP_BYTES, type Steps } from "./kernel.js";

/** Steps after the break that the fill may use. */
const WINDOW = 4096;

export interface Core {
  job: Job;
  table: Columns;
  bracket: Bracket;
  budget: bigint;
  counting: Counting;
  scratch: Scratch;
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

/**
 * Finishes a solve on the users of `table`. "missed": the budget does not break inside the bracket, or too few steps lie
 * below it; nothing but sums and choices was touched. "impossible": even the cheapest choices cost more than the budget.
 */
export function finish(core: Core): AtPrice | "missed" | "impossible" {
  const { job, table, bracket, budget, scratch } = core;
  const steps = climb(core);
  const left = budget - kernel.costSum(job);
  if (left < 0n) return bracket.high === Number.POSITIVE_INFINITY ? "impossible" : "missed";
  const order = scratch.take(ENTRY_BYTES * steps.count);
  const taken = scratch.take(2 * steps.count);
  try {
    const end = kernel.findBreak(job.engine, steps, order, left);
    if (bracket.low > 0 && steps.count - end - 1 < WINDOW) return "missed";
    kernel.takeFirst(job, steps, order, end, taken);
    const plan = { cost: kernel.costSum(job), value: kernel.valueSum(job), price: 0, rate: 0 };
    if (end === steps.count) {
      kernel.writeTaken(job, steps, taken, table);
      return plan;
    }
    const { efficiency, weight, value } = kernel.stepAt(job.engine, steps, order, end);
    plan.price = efficiency;
    plan.rate = (Number(value) * core.counting.valueQuantum) / (Number(weight) * core.counting.quantum);
    const last = kernel.fill(job, steps, order, end + 1, WINDOW, budget - plan.cost, taken);
    kernel.writeTaken(job, steps, taken, table);
    swap(core, steps, order, end, last, taken + steps.count, efficiency);
    return plan;
  } finally {
    for (const block of [order, taken, steps.steps]) scratch.give(block);
  }
}

function climb({ job, table, bracket, scratch, slice, report }: Core): Steps {
  const between = kernel.rangeOf(bracket);
  let capacity = Math.max(4 * table.users, 64) + table.options + 1;
  const steps: Steps = { steps: scratch.take(capacity * STEP_BYTES), count: 0 };
  for (let from = 0; from < table.users; ) {
    const to = Math.min(from + slice, table.users);
    const { next, count } = kernel.climb(job, table, from, to, between, steps, capacity);
    steps.count = count;
    from = next;
    report(from, table.users);
    if (from === to) continue;
    capacity *= 2;
    steps.steps = scratch.move(steps.steps, count * STEP_BYTES, capacity * STEP_BYTES);
  }
  return steps;
}

function swap(core: Core, steps: Steps, order: number, from: number, to: number, seen: number, price: number): void {
  const { job, table, budget, counting, scratch } = core;
  const users = scratch.take(16 * (to - from));
  const listed = { at: users, count: kernel.listUsers(job, steps, order, from, to, seen, table, users) };
  for (let capacity = 16_384, done = false; !done; capacity *= 8) {
    const moves = scratch.take(32 * capacity);
    const left = budget - kernel.costSum(job);
    done = kernel.swap(job, table, listed, { price, quantum: counting.quantum, left }, moves, capacity);
    scratch.give(moves);
  }
  scratch.give(users);
}
