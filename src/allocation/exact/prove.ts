/** An exact solve in the caller's numbers: checks that it is one, searches, and says what the end of the search proves. */
import type { Solved } from "../budget/solve.js";
import type { Offers } from "../offers.js";
import type { AllocationRequest } from "../types.js";
import { valueAt } from "./grid.js";
import { type Ending, search, type Task } from "./solve.js";

/** Most users of an exact solve. */
export const MOST_EXACT_USERS = 100_000;
const OTHER_LIMITS = ["stock", "groups", "minReturn", "minSpend", "resources"] as const;
/** A value narrowed to `f32` is off by at most this, relative. */
const NEAREST = 2 ** -24;
/** Relative error of a few `f64` operations, generously. */
const ROUNDING = 2 ** -50;

/** What an exact solve knows besides the choices. */
export interface Proven {
  /** No plan within the budget is worth more. */
  bound: number;
  /** Value of the choices, where the quantum of value loses nothing; else it is the table's to add up. */
  value: number | undefined;
  /** Value of one quantum. */
  unit: number;
  stopped: "time" | "memory" | undefined;
}

/** @throws {RangeError} for more users or other limits than can be proven. */
export function checkExact(offers: Offers, request: AllocationRequest): void {
  for (const field of OTHER_LIMITS) {
    if (request[field] === undefined) continue;
    throw new RangeError(
      `exact proves one budget only: leave out "${field}", or leave out exact for a bound and a gap`,
    );
  }
  if (offers.users > MOST_EXACT_USERS) {
    throw new RangeError(
      `exact is for up to ${MOST_EXACT_USERS} users and this table has ${offers.users}: leave exact out, ` +
        "its bound and gap then say how near the optimum the choices are",
    );
  }
}

/** Proves the choices of `solved` optimal, or replaces them by better ones, as far as time and memory allow. */
export function prove(task: Task, solved: Solved): Proven {
  const ending = search(task, solved);
  const { grid, value, stopped } = ending;
  return {
    bound: boundOf(task.offers, ending),
    value: grid.exact ? valueAt(value, grid) : undefined,
    unit: grid.quantum,
    stopped,
  };
}

/** The bound in the caller's values, which the table holds as `f32` and the search as quanta. */
function boundOf({ users, facts }: Offers, { grid, bound }: Ending): number {
  let most = valueAt(bound, grid);
  if (!grid.exact) most += (users * grid.quantum) / 2 + ROUNDING * Math.abs(most);
  if (facts.lostValues > (grid.decimal ? 1 : 0))
    most += NEAREST * (Math.abs(most) + 2 * users * Math.max(0, -facts.leastValue));
  return most;
}
