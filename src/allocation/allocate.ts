/** The public solve: checks, places, calls, and reads the answer with its proof. */
import { finiteNumber, kind, plainObject, wholeNumber } from "../engine/check.js";
import { Scratch } from "../engine/scratch.js";
import { addDual, type Dual, dualSum, resetDual } from "./budget/kernel.js";
import { Proof } from "./budget/proof.js";
import { Solve, type Solved } from "./budget/solve.js";
import { type Counting, checkUnit, countingOf } from "./counting.js";
import { checkExact, type Proven, prove } from "./exact/prove.js";
import { columnsOf, exactTotals, offUnit } from "./kernel.js";
import { limitsResult } from "./limits/answer.js";
import { hasLimits, solveLimits } from "./limits/solve.js";
import { Offers } from "./offers.js";
import { readChoices } from "./reading.js";
import { checkRequest } from "./request.js";
import type { AllocationOptions, AllocationRequest, AllocationResult } from "./types.js";

/**
 * Gives each user an option (or none) so that the total value is largest within the limits, with a proof.
 *
 * @param offers a filled table, users × options.
 * @param request what is asked; see `AllocationRequest`.
 * @returns choices, value, cost (never over the budget), a bound that no plan within the limits exceeds, the gap between
 *   them, and the price of money and of every limit. `status` is "impossible" when no plan meets the request, with what
 *   clashes and the nearest request that is possible; "not found" where neither a plan nor a proof was found, with the best
 *   try (which breaks the limit named in `violation`).
 * @throws {TypeError} for a wrong kind of argument or a released table.
 * @throws {RangeError} for a wrong value, or a limit that this version does not solve.
 * @throws {CeilingError} when working memory does not fit under the engine's ceiling.
 * @example
 * const { choices, value, bound, price } = allocate(offers, { budget: 100_000 });
 */
export function allocate(
  offers: Offers,
  request: AllocationRequest,
  options: AllocationOptions = {},
): AllocationResult {
  const start = performance.now();
  if (!(offers instanceof Offers))
    throw new TypeError(`allocate needs a table from engine.offers, got ${kind(offers)}`);
  checkRequest(request, offers.names, offers.resources.names);
  if (request.exact) checkExact(offers, request);
  plainObject(options, "the options");
  if (options.bound !== undefined && options.bound !== "quick" && options.bound !== "f64") {
    throw new RangeError(`bound must be "quick" or "f64", got ${JSON.stringify(options.bound)}`);
  }
  if (options.slice !== undefined) wholeNumber(options.slice, "slice", 1, 2 ** 30);
  if (options.timeLimit !== undefined && finiteNumber(options.timeLimit, "timeLimit") < 0) {
    throw new RangeError(`timeLimit must be seconds, not below zero, got ${options.timeLimit}`);
  }
  if (options.memory !== undefined) wholeNumber(options.memory, "memory", 0, 2 ** 32);
  checkInto(offers, options.into);
  options.signal?.throwIfAborted();
  const counting = countingFor(offers, request);
  const scratch = new Scratch(offers.engine.arena);
  try {
    if (hasLimits(request)) {
      const solved = solveLimits(offers, request, counting, scratch, options);
      return limitsResult(solved, scratch, options, start);
    }
    const solved = new Solve(offers, request, counting, scratch, options).run();
    const isProvable = request.exact && solved.feasible;
    const proven = isProvable ? prove({ offers, request, counting, scratch, options, start }, solved) : undefined;
    return read(offers, request, options, counting, solved, scratch, start, proven);
  } finally {
    scratch.release();
  }
}

/** How the money of this table is counted under this request. @throws {RangeError} when a cost is no multiple of `unit`. */
export function countingFor(offers: Offers, request: AllocationRequest): Counting {
  const { facts } = offers;
  const { unit, exact } = request;
  // The search of `exact` adds and compares sums: they and their differences stay below 2^62 quanta.
  const users = exact ? 4 * offers.users : offers.users;
  if (unit === undefined) return countingOf(facts, users);
  const covered = checkUnit(facts, unit);
  for (let j = 0; j < offers.columns && !covered; j++) {
    const off = offUnit(offers, j, unit);
    if (!off) continue;
    const name = offers.columnName(j);
    throw new RangeError(`row ${off.row}, option ${name}: cost ${off.cost} is no whole multiple of unit ${unit}`);
  }
  return countingOf(facts, users, unit);
}

function checkInto(offers: Offers, into: AllocationOptions["into"]): void {
  if (into === undefined) return;
  const wide = (offers.hasSlots ? offers.names.length : offers.columns) > 254;
  if (!(into instanceof (wide ? Uint16Array : Uint8Array))) {
    throw new TypeError(`into must be a ${wide ? "Uint16Array" : "Uint8Array"} for this table, got ${kind(into)}`);
  }
  if (into.length < offers.users) throw new RangeError(`into has room for ${into.length} of ${offers.users} users`);
}

function read(
  offers: Offers,
  request: AllocationRequest,
  options: AllocationOptions,
  counting: Counting,
  solved: Solved,
  scratch: Scratch,
  start: number,
  proven: Proven | undefined,
): AllocationResult {
  const timed = <T>(phase: string, work: () => T): T => {
    const from = performance.now();
    const result = work();
    solved.phases[phase] = (performance.now() - from) / 1000;
    return result;
  };
  const { choices, counts } = timed("write", () => readChoices(offers, solved, scratch, options.into));
  const proof = new Proof(offers, request, counting, solved, counts, options.bound, proven);
  if (proof.needsDual) solved.passes++;
  const result = timed("bound", () =>
    proof.result({
      totals: () => exactTotals(offers, solved.choices, solved.wide),
      dual: (price) => dualAt(offers, request.exactlyOne ?? false, price, counting, scratch),
    }),
  );
  return { ...result, choices, seconds: (performance.now() - start) / 1000 };
}

function dualAt(offers: Offers, exactlyOne: boolean, price: number, counting: Counting, scratch: Scratch): Dual {
  const out = scratch.take(48);
  resetDual(offers.engine, out);
  addDual(offers.engine, columnsOf(offers), exactlyOne, price, counting.decimal ? counting.perMoney : 0, out);
  return dualSum(offers.engine, out);
}
