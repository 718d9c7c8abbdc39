/** The public solve: checks, places, calls, and reads the answer with its proof. */
import { kind, plainObject, wholeNumber } from "../engine/check.js";
import { Scratch } from "../engine/scratch.js";
import { fullBound, quickBound } from "./budget/bound.js";
import { Solve, type Solved } from "./budget/solve.js";
import { type Counting, countingOf, MOST_MULTIPLE, money, NO_DIGITS } from "./counting.js";
import { countChoices, exactTotals, offUnit, slotsToOffers } from "./kernel.js";
import { Offers } from "./offers.js";
import { checkRequest } from "./request.js";
import type { AllocationOptions, AllocationRequest, AllocationResult } from "./types.js";

/**
 * Gives each user an option (or none) so that the total value is largest within the budget, with a proof.
 *
 * @param offers a filled table, users × options.
 * @param request what is asked; see `AllocationRequest`.
 * @returns choices, value, cost (never over the budget), a bound that no plan within the budget exceeds, the gap between
 *   them, and the price of money. `status` is "impossible" when no plan meets the request, with what clashes.
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
  checkRequest(request, offers.names);
  plainObject(options, "the options");
  if (options.bound !== undefined && options.bound !== "quick" && options.bound !== "f64") {
    throw new RangeError(`bound must be "quick" or "f64", got ${JSON.stringify(options.bound)}`);
  }
  if (options.slice !== undefined) wholeNumber(options.slice, "slice", 1, 2 ** 30);
  checkInto(offers, options.into);
  options.signal?.throwIfAborted();
  const counting = countingFor(offers, request);
  const scratch = new Scratch(offers.engine.arena);
  try {
    const solved = new Solve(offers, request, counting, scratch, options).run();
    return read(offers, request, options, counting, solved, scratch, start);
  } finally {
    scratch.release();
  }
}

/** How the money of this table is counted under this request. @throws {RangeError} when a cost is no multiple of `unit`. */
export function countingFor(offers: Offers, request: AllocationRequest): Counting {
  const { facts } = offers;
  const { unit } = request;
  if (unit === undefined) return countingOf(facts, offers.users);
  if (facts.mostCost / unit >= MOST_MULTIPLE) {
    throw new RangeError(
      `unit ${unit} is too small for a cost of ${facts.mostCost}: 32-bit costs tell ${MOST_MULTIPLE} units apart; use a larger unit`,
    );
  }
  const covered = facts.digits < NO_DIGITS && unit === 1 / 10 ** facts.digits;
  for (let j = 0; j < offers.columns && !covered; j++) {
    const off = offUnit(offers, j, unit);
    if (!off) continue;
    const name = offers.columnName(j);
    throw new RangeError(`row ${off.row}, option ${name}: cost ${off.cost} is no whole multiple of unit ${unit}`);
  }
  return countingOf(facts, offers.users, unit);
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
): AllocationResult {
  const { phases, atPrice } = solved;
  const { price } = atPrice;
  const timed = <T>(phase: string, work: () => T): T => {
    const from = performance.now();
    const result = work();
    phases[phase] = (performance.now() - from) / 1000;
    return result;
  };
  const { choices, counts } = timed("write", () => readChoices(offers, solved, scratch, options.into));
  const none = counts[0] as number;
  const unserved = (request.exactlyOne ?? false) && none > 0;
  const impossible = !solved.feasible || unserved;
  const { cost, value, precise } = totals(offers, counting, solved);
  const bound = timed("bound", () => {
    const { budget = 0, exactlyOne = false } = request;
    if (impossible) return value;
    const quick = quickBound(offers, budget, counting, solved, none === offers.users);
    // A second reading of a small table costs less than a millisecond: worth it where the margin would show.
    const loose = quick - value > 1e-8 * Math.abs(value) && offers.users * offers.columns < SMALL;
    if (options.bound !== "f64" && precise && !loose) return quick;
    solved.passes++;
    const full = fullBound(offers, budget, exactlyOne, counting, counting.decimal ? atPrice.rate : price);
    return precise ? Math.min(full, quick) : full;
  });
  const result: AllocationResult = {
    status: impossible ? "impossible" : "met",
    value,
    cost,
    bound: Math.max(bound, value),
    gap: 0,
    price,
    limits:
      request.budget === undefined
        ? []
        : [{ name: "budget", kind: "at most", used: cost, limit: request.budget, price }],
    counts: counts.slice(1),
    none,
    choices,
    passes: solved.passes,
    seconds: 0,
    phases,
    unit: counting.quantum,
    schema: 1,
  };
  result.gap = (result.bound - value) / Math.max(Math.abs(result.bound), Number.MIN_VALUE);
  if (impossible) result.clash = clash(request, unserved, none, cost);
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

/** Numbers of a small table. */
const SMALL = 1 << 20;

/** Cost and value of the choices: from the sums in quanta where they are good to 1e-12, else from the table's numbers. */
function totals(offers: Offers, counting: Counting, solved: Solved) {
  const { users } = offers;
  const cost = money(solved.cost, counting);
  const value = Number(solved.value) * counting.valueQuantum;
  const precise =
    users * counting.valueQuantum <= 1e-12 * Math.abs(value) && users * counting.roundedUp <= 1e-12 * Math.abs(cost);
  if (precise || (solved.value === 0n && solved.cost === 0n && offers.facts.open === 0))
    return { cost, value, precise };
  const exact = exactTotals(offers, solved.choices, solved.wide);
  return { cost: counting.decimal ? cost : Math.min(cost, exact.cost), value: exact.value, precise: false };
}

function clash(
  request: AllocationRequest,
  unserved: boolean,
  without: number,
  least: number,
): AllocationResult["clash"] {
  if (unserved) {
    return {
      limits: ["exactlyOne"],
      nearest: { ...request, exactlyOne: false },
      reason: `${without} ${without === 1 ? "user has" : "users have"} no open option, and every user must get exactly one`,
    };
  }
  return {
    limits: request.exactlyOne ? ["budget", "exactlyOne"] : ["budget"],
    nearest: { ...request, budget: least },
    reason: `the cheapest choices cost ${least} and the budget is ${request.budget}`,
  };
}

function readChoices(offers: Offers, solved: Solved, scratch: Scratch, into: AllocationOptions["into"]) {
  const { engine, users, names } = offers;
  let { choices, wide } = solved;
  if (offers.hasSlots) {
    const byOffer = scratch.take(2 * users);
    slotsToOffers(offers, choices, wide, byOffer);
    choices = byOffer;
    wide = true;
  }
  const counts = countChoices(offers, choices, wide);
  const { buffer } = engine.memory;
  const narrow = names.length <= 254;
  const source = wide ? new Uint16Array(buffer, choices, users) : new Uint8Array(buffer, choices, users);
  const target = into ?? (narrow ? new Uint8Array(users) : new Uint16Array(users));
  target.set(source);
  return { choices: target, counts };
}
