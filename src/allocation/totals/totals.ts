/** Totals at given prices: checks, places, counts, and writes the bytes. */
import { finiteNumber, kind, plainObject, wholeNumber } from "../../engine/check.js";
import { Scratch } from "../../engine/scratch.js";
import { countingFor } from "../allocate.js";
import { Offers } from "../offers.js";
import { addTotals, changes, prepare, type Question } from "./kernel.js";
import { hashOf, isUnit, MOST_COUNTS, MOST_PRICES, rowAt, SUM, setCount, setSum, viewOf, writeHead } from "./layout.js";
import type { TotalsOptions, TotalsRequest } from "./types.js";

const FIELDS = ["prices", "exactlyOne", "unit"];
const SLICE = 1 << 18;

/**
 * Users by option, total cost and total value at each of a list of prices: what this table adds to the answer of many.
 *
 * At a price, a user starts at its cheapest option (none, unless exactly one is asked) and takes every step of its hull whose
 * efficiency is above the price (ARCHITECTURE.md, "The canonical answer", 2 and 3): the choice of largest
 * value − price · cost, the cheapest of equals. The sums are exact, so that the same users give the same bytes however they
 * are split into tables: see `mergeTotals`, and `readTotals` for the numbers.
 *
 * @param offers a filled table; with candidate slots users are counted by offer.
 * @param request prices, and how to choose and count; see `TotalsRequest`.
 * @returns a byte string: its layout stands in ARCHITECTURE.md, "Totals that merge".
 * @throws {TypeError} for a wrong kind of argument or a released table.
 * @throws {RangeError} for a price below 0 or not finite, too many prices, or a cost that is no whole multiple of `unit`.
 * @throws {CeilingError} when working memory does not fit under the engine's ceiling.
 * @example
 * const bytes = totals(offers, { prices: [0.5, 1, 2] });
 * readTotals(bytes).rows[1]; // { price: 1, users, none, counts, cost, value, … }
 */
export function totals(offers: Offers, request: TotalsRequest, options: TotalsOptions = {}): Uint8Array {
  if (!(offers instanceof Offers)) throw new TypeError(`totals needs a table from engine.offers, got ${kind(offers)}`);
  const question = check(offers, request);
  plainObject(options, "the options");
  const slice = wholeNumber(options.slice ?? SLICE, "slice", 4, 2 ** 30);
  if (slice % 4) throw new RangeError(`slice must be a multiple of 4, got ${slice}`);
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const { users } = offers;
  const scratch = new Scratch(offers.engine.arena);
  try {
    const place = prepare(offers, question, scratch);
    for (let from = 0; from < users; from += slice) {
      const to = Math.min(from + slice, users);
      addTotals(offers, question, from, to, place);
      onProgress?.({ phase: "totals", done: to, total: users });
      signal?.throwIfAborted();
    }
    return write(offers, request, question, changes(offers, question.prices.length, place));
  } finally {
    scratch.release();
  }
}

function check(offers: Offers, request: TotalsRequest): Question {
  plainObject(request, "the request");
  for (const field of Object.keys(request)) {
    if (!FIELDS.includes(field)) {
      throw new TypeError(`the request has no field "${field}"; its fields are ${FIELDS.join(", ")}`);
    }
  }
  const { prices, exactlyOne = false, unit } = request;
  if (typeof exactlyOne !== "boolean") throw new TypeError(`exactlyOne must be true or false, got ${kind(exactlyOne)}`);
  const ascending = ascendingPrices(prices);
  const counts = ascending.length * offers.names.length;
  if (counts > MOST_COUNTS) {
    throw new RangeError(
      `${ascending.length} prices × ${offers.names.length} options are more than ${MOST_COUNTS} counts: ask for fewer prices at a time`,
    );
  }
  if (unit === undefined) return { prices: ascending, exactlyOne, perMoney: 0 };
  if (!isUnit(finiteNumber(unit, "unit"))) {
    throw new RangeError(`unit must be above zero, such as 0.01 for cents, got ${unit}`);
  }
  return { prices: ascending, exactlyOne, perMoney: countingFor(offers, { unit }).perMoney };
}

/** Ascending, each once, and zero without a sign. */
function ascendingPrices(prices: ArrayLike<number>): Float64Array {
  if (!Array.isArray(prices) && !(ArrayBuffer.isView(prices) && "length" in prices)) {
    throw new TypeError(`prices must be a list of numbers, got ${kind(prices)}`);
  }
  wholeNumber(prices.length, "prices.length", 1, MOST_PRICES);
  for (let i = 0; i < prices.length; i++) {
    if (finiteNumber(prices[i] as number, `prices[${i}]`) < 0) {
      throw new RangeError(`prices[${i}] must not be negative, got ${prices[i]}`);
    }
  }
  return Float64Array.from(new Set(Array.from(prices, Math.abs))).sort();
}

/** Running sums of the changes, from the lowest price up. */
function write(
  offers: Offers,
  { unit = 0 }: TotalsRequest,
  { prices, exactlyOne }: Question,
  { counts, costs, values }: ReturnType<typeof changes>,
): Uint8Array {
  const options = offers.names.length;
  const unserved = exactlyOne ? (counts[0] as number) : 0;
  const head = { exactlyOne, unit, prices, options, hash: hashOf(offers.names), users: offers.users, unserved };
  const bytes = writeHead(head);
  const view = viewOf(bytes);
  const users = new Int32Array(options + 1);
  let cost = 0n;
  let value = 0n;
  prices.forEach((_, i) => {
    let at = rowAt(i, head);
    for (let option = 0; option <= options; option++, at += 8) {
      users[option] = (users[option] as number) + (counts[i * (options + 1) + option] as number);
      // Who has no option where everyone must have one is counted in the head.
      setCount(view, at, option === 0 && exactlyOne ? 0 : (users[option] as number));
    }
    cost += costs[i] as bigint;
    value += values[i] as bigint;
    setSum(view, at, cost);
    setSum(view, at + SUM, value);
  });
  return bytes;
}
