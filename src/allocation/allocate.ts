/** The public solve: checks, places, calls, and reads the answer with its proof. */
import { kind } from "../engine/check.js";
import { Scratch } from "../engine/scratch.js";
import { certify } from "./bound.js";
import { type Counting, countingOf, MOST_MULTIPLE, money, NO_DIGITS } from "./counting.js";
import { Offers } from "./offers.js";
import { checkRequest } from "./request.js";
import { Solve, type Solved } from "./solve.js";
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
  if (!(offers instanceof Offers)) throw new TypeError(`allocate needs a table from engine.offers, got ${kind(offers)}`);
  checkRequest(request);
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
  const covered = facts.digits < NO_DIGITS && unit === 10 ** -facts.digits;
  for (let j = 0; j < offers.columns && !covered; j++) {
    const at = j * offers.stride;
    const row = offers.engine.kernels.offUnit(offers.values + at, offers.costs + at, offers.users, unit) >>> 0;
    if (row === offers.users) continue;
    const cost = new DataView(offers.engine.memory.buffer).getFloat32(offers.costs + at + 4 * row, true);
    throw new RangeError(`row ${row}, option ${offers.columnName(j)}: cost ${cost} is no whole multiple of unit ${unit}`);
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
  const { phases } = solved;
  const copied = performance.now();
  const { choices, counts } = readChoices(offers, solved, scratch, options.into);
  phases.write = (performance.now() - copied) / 1000;
  const unserved = (request.exactlyOne ?? false) && (counts[0] as number) > 0;
  const impossible = !solved.feasible || unserved;
  const cost = money(solved.cost, counting);
  const value = valueOf(solved.value, counting);
  const certified = performance.now();
  const bound = impossible ? value : certify(offers, request, options, counting, solved, counts[0] === offers.users);
  phases.bound = (performance.now() - certified) / 1000;
  const result: AllocationResult = {
    status: impossible ? "impossible" : "met",
    value,
    cost,
    bound: Math.max(bound, value),
    gap: 0,
    price: solved.price,
    limits: request.budget === undefined ? [] : [{ name: "budget", used: cost, limit: request.budget, price: solved.price }],
    counts: counts.slice(1),
    none: counts[0] as number,
    choices,
    passes: solved.passes,
    seconds: 0,
    phases,
    unit: counting.quantum,
    schema: 1,
  };
  result.gap = (result.bound - value) / Math.max(Math.abs(result.bound), Number.MIN_VALUE);
  if (impossible) result.clash = clash(request, unserved, counts[0] as number, cost);
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

function clash(request: AllocationRequest, unserved: boolean, without: number, least: number): AllocationResult["clash"] {
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

/** Value of so many quanta (2^-32 of them are not counted: the total is a whole number of quanta). */
export function valueOf(quanta: bigint, { valueQuantum }: Counting): number {
  return Number(quanta) * valueQuantum;
}

function readChoices(offers: Offers, solved: Solved, scratch: Scratch, into: AllocationOptions["into"]) {
  const { engine, users, names } = offers;
  let { choices, wide } = solved;
  if (offers.hasSlots) {
    const byOffer = scratch.take(2 * users);
    engine.kernels.offersOf(offers.slots, offers.slotStride, choices, wide, users, byOffer);
    choices = byOffer;
    wide = true;
  }
  const table = scratch.take(4 * (names.length + 1));
  new Uint32Array(engine.memory.buffer, table, names.length + 1).fill(0);
  engine.kernels.count(choices, wide, users, table);
  const { buffer } = engine.memory;
  const counts = [...new Uint32Array(buffer, table, names.length + 1)];
  const narrow = names.length <= 254;
  const source = wide ? new Uint16Array(buffer, choices, users) : new Uint8Array(buffer, choices, users);
  const target = into ?? (narrow ? new Uint8Array(users) : new Uint16Array(users));
  target.set(source);
  return { choices: target, counts };
}
