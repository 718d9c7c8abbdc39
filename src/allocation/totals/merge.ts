/** Totals of parts become totals of the whole, and bytes become numbers. */
import { countAt, type Head, readHead, rowAt, SUM, setCount, setSum, sumAt, viewOf, writeHead } from "./layout.js";
import type { Totals, TotalsRow } from "./types.js";

/**
 * The totals of several tables together. Counts and sums are exact integers, so that any split of the users, merged in any
 * order and grouping, gives the bytes that one table of all users gives.
 *
 * @param parts byte strings of `totals` or `mergeTotals`, one or more, of the same prices, options, mode and unit.
 * @returns a new byte string.
 * @throws {TypeError} for what is no Uint8Array.
 * @throws {RangeError} for bytes that are no totals, and for parts that do not belong together, naming what differs.
 * @example const whole = mergeTotals(monday, tuesday);
 */
export function mergeTotals(...parts: Uint8Array[]): Uint8Array {
  if (parts.length === 0) throw new TypeError("mergeTotals needs at least one byte string of totals");
  const heads = parts.map((part, i) => readHead(part, `part ${i + 1}`));
  const first = heads[0] as Head;
  heads.forEach((head, i) => {
    const problem = difference(first, head);
    if (problem) throw new RangeError(`part ${i + 1} cannot be merged with part 1: ${problem}`);
  });
  const users = total(heads, "users");
  const bytes = writeHead({ ...first, users, unserved: total(heads, "unserved") });
  for (const part of parts) addRows(viewOf(part), first, viewOf(bytes));
  return bytes;
}

function addRows(part: DataView, head: Head, into: DataView): void {
  for (let i = 0; i < head.prices.length; i++) {
    let at = rowAt(i, head);
    for (const end = at + 8 * (head.options + 1); at < end; at += 8) {
      setCount(into, at, countAt(into, at) + countAt(part, at));
    }
    for (const end = at + 2 * SUM; at < end; at += SUM) setSum(into, at, sumAt(into, at) + sumAt(part, at));
  }
}

function total(heads: readonly Head[], field: "users" | "unserved"): number {
  const sum = heads.reduce((sum, head) => sum + head[field], 0);
  if (sum > Number.MAX_SAFE_INTEGER) throw new RangeError("the parts have 2^53 users or more together");
  return sum;
}

function difference(a: Head, b: Head): string | undefined {
  if (a.exactlyOne !== b.exactlyOne) return `exactlyOne is ${b.exactlyOne} and ${a.exactlyOne}`;
  if (a.unit !== b.unit) return `its unit is ${b.unit || "none"} and ${a.unit || "none"}`;
  if (a.options !== b.options) return `it has ${b.options} options and not ${a.options}`;
  if (a.hash !== b.hash) return "its options have other names, or stand in another order";
  if (a.prices.length !== b.prices.length) return `it has ${b.prices.length} prices and not ${a.prices.length}`;
  const i = a.prices.findIndex((price, i) => price !== b.prices[i]);
  return i < 0 ? undefined : `its prices[${i}] is ${b.prices[i]} and not ${a.prices[i]}`;
}

/**
 * What totals say.
 *
 * @param bytes of `totals` or `mergeTotals`.
 * @returns users, cost, value and users by option at each price, prices ascending; money in the money of the costs.
 * @throws {TypeError} for what is no Uint8Array. @throws {RangeError} for bytes that are no totals.
 * @example for (const { price, cost, value } of readTotals(bytes).rows) console.log(price, cost, value);
 */
export function readTotals(bytes: Uint8Array): Totals {
  const head = readHead(bytes, "the argument");
  const { options, exactlyOne, unit, users, unserved, prices } = head;
  const view = viewOf(bytes);
  const rows = Array.from(prices, (price, i): TotalsRow => {
    const at = rowAt(i, head);
    const cost = sumAt(view, at + 8 * (options + 1));
    const value = sumAt(view, at + 8 * (options + 1) + SUM);
    return {
      price,
      users,
      unserved,
      none: countAt(view, at),
      counts: Array.from({ length: options }, (_, j) => countAt(view, at + 8 * (j + 1))),
      cost: unit ? moneyOf(cost, unit) : numberOf(cost),
      value: numberOf(value),
      exact: { cost, value },
    };
  });
  return { version: 1, options, exactlyOne, ...(unit && { unit }), users, prices: [...prices], rows };
}

/** Units of 2^-149 as a number, rounded once. */
function numberOf(units: bigint): number {
  return Number(units) * 2 ** -149;
}

/** Whole units of money as money, rounded once: 29 units of 0.01, which stands for 1/100, are 0.29. */
function moneyOf(units: bigint, unit: number): number {
  const perMoney = 1 / unit;
  if (units >= -Number.MAX_SAFE_INTEGER && units <= Number.MAX_SAFE_INTEGER) {
    return Number.isInteger(perMoney) ? Number(units) / perMoney : Number(units) * unit;
  }
  return Number.isInteger(perMoney) ? quotient(units, BigInt(perMoney)) : product(units, unit);
}

function quotient(n: bigint, d: bigint): number {
  const shift = 64 + d.toString(2).length;
  const scaled = (n < 0n ? -n : n) << BigInt(shift);
  // More bits than a number holds, and one that says whether more would follow.
  const size = Number(((scaled / d) << 1n) | (scaled % d ? 1n : 0n)) * 2 ** -(shift + 1);
  return n < 0n ? -size : size;
}

function product(n: bigint, x: number): number {
  let whole = x;
  let scale = 1;
  for (; !Number.isInteger(whole); whole *= 2) scale *= 2;
  return Number(n * BigInt(whole)) / scale;
}
