/**
 * Exact accounts: each row is counted in whole quanta of its own, rounded to the safe side, so that a plan that holds here
 * holds in the caller's numbers.
 *
 *   at most     Σ ⌈a / q⌉ ≤ ⌊b / q⌋          at least    Σ ⌊a / q⌋ ≥ ⌈b / q⌉
 *   return      Σ ⌊(v − ρ c) / q⌋ ≥ 0
 *
 * Quanta are integers in f64 and their sums stay below 2^53: exact in any order. Decimal money is exact both ways; of other
 * numbers q is a power of two, 2^-53 of the most that all users together can use (2^-49 for few users).
 */
import { bitLength, type Counting, exponentAbove, type Facts, MOST_MULTIPLE, NO_DIGITS } from "../counting.js";
import type { Offers } from "../offers.js";
import { type Row, rightSide } from "./rows.js";

/** How one row is counted: the fields of assembly/allocation/limits/tally.ts. */
export interface Account {
  row: Row;
  /** Money, users, value or units of the resource of one quantum. */
  quantum: number;
  /** The limit in quanta; sums are held against it. */
  limit: number;
  perMoney: number;
  scale: number;
  shift: number;
  off: number;
  valueScale: number;
  costScale: number;
}

/** An f32 may lie this far from the caller's number, relative. */
const OFF = 2 ** -23;
const MOST_QUANTA = 2 ** 53;
/** Bits that few users need not share. */
const MOST_BITS = 49;

export function accountsOf(offers: Offers, rows: readonly Row[], money: Counting): Account[] {
  return rows.map((row) => {
    if (row.counts === "users") return counted(row, { ...PLAIN, quantum: 1, limit: 0 });
    if (row.counts === "return") return returned(offers, row, money);
    if (row.counts === "money") return counted(row, scaled(offers.facts, offers.users, row, money));
    const facts = offers.resources.factsOf(row.resource);
    return counted(row, scaled(facts, offers.users, row, decimalOf(facts)));
  });
}

/** Whether sums in quanta hold all limits, and by how much each is broken, in quanta; 0 where it holds. */
export function brokenBy({ row, limit }: Account, used: number): number {
  return Math.max(0, row.kind === "at most" ? used - limit : limit - used);
}

const PLAIN = { perMoney: 0, scale: 1, shift: 0, off: 0, valueScale: 0, costScale: 0 };

type Scaled = Omit<Account, "row">;

function counted(row: Row, by: Scaled): Account {
  return { row, ...by, limit: limitQuanta(row, by) };
}

/** The largest whole number of quanta within the limit (the least of at least). */
function limitQuanta(row: Row, { quantum, perMoney }: Scaled): number {
  const limit = rightSide(row);
  const quanta = perMoney > 0 ? limit * perMoney : limit / quantum;
  const whole = Math.round(quanta);
  const near = perMoney > 0 && Math.abs(whole / perMoney - limit) <= Math.abs(limit) * 2 ** -50;
  const safe = near ? whole : row.kind === "at most" ? Math.floor(quanta) : Math.ceil(quanta);
  return Math.max(-MOST_QUANTA, Math.min(MOST_QUANTA, safe));
}

function scaled(facts: Facts, users: number, row: Row, decimal: { perMoney: number; decimal: boolean }): Scaled {
  if (decimal.decimal) {
    const { perMoney } = decimal;
    return { ...PLAIN, quantum: 1 / perMoney, perMoney, scale: perMoney, shift: 0.5, limit: 0 };
  }
  const below = facts.below || facts.digits < NO_DIGITS;
  const quantum = quantumOf(facts.mostCost, users);
  const isOff = row.kind === "at most" ? below : below || facts.inexact;
  return { ...PLAIN, quantum, scale: 1 / quantum, off: isOff ? OFF : 0, limit: 0 };
}

/** The unit of a resource, where its amounts have one. */
export function decimalOf(facts: Facts): { perMoney: number; decimal: boolean } {
  const perMoney = 10 ** facts.digits;
  return { perMoney, decimal: facts.digits < NO_DIGITS && facts.mostCost * perMoney < MOST_MULTIPLE };
}

/** A power of two of which `users` numbers up to `most` stay below 2^53 together. */
function quantumOf(most: number, users: number): number {
  const bits = Math.min(MOST_BITS, 53 - bitLength(users));
  return 2 ** Math.max(exponentAbove(most) - bits, -1022);
}

function returned(offers: Offers, row: Row, money: Counting): Account {
  const { facts, users } = offers;
  const { over, under } = fractionOf(row.limit);
  const perMoney = money.decimal ? money.perMoney : 0;
  // In whole units of money where there are such: v · under · perMoney − k · over.
  const whole = perMoney > 0 && Number.isInteger(perMoney);
  const valueScale = whole ? under * perMoney : under;
  const isUneven = (under === 1 && !Number.isInteger(over)) || (perMoney > 0 && !Number.isInteger(perMoney));
  const uneven = isUneven ? 2 ** -50 : 0;
  const costScale = (whole || perMoney === 0 ? over : over * money.quantum) * (1 + uneven);
  const most = facts.mostValue * valueScale + facts.mostCost * (perMoney || 1) * costScale;
  const quantum = quantumOf(2 * most, users);
  return {
    row,
    quantum: quantum / valueScale,
    limit: 0,
    perMoney,
    scale: 1 / quantum,
    shift: (perMoney === 0 && (facts.below || facts.digits < NO_DIGITS) ? OFF : 0) + uneven,
    off: facts.inexact ? OFF : 0,
    valueScale,
    costScale,
  };
}

/** Most digits of a ratio that is read as a decimal, and the largest numerator: products with an f32 stay exact. */
const MOST_DIGITS = 6;
const MOST_OVER = 2 ** 29;

/** A ratio as a decimal fraction where it is one. */
export function fractionOf(ratio: number): { over: number; under: number } {
  for (let digits = 0, under = 1; digits <= MOST_DIGITS; digits++, under *= 10) {
    const over = Math.round(ratio * under);
    if (over < MOST_OVER && Math.abs(over / under - ratio) <= ratio * 2 ** -50) return { over, under };
  }
  return { over: ratio, under: 1 };
}
