/**
 * What prices prove about the caller's own numbers.
 *
 * A pricing is good to the rounding of its few operations, relative to the terms of each score. Where the table's f32
 * differ from the caller's numbers by δ, relative, no plan's score differs by more than δ · Σ_i max_j |terms of j|.
 */
import { type Facts, NO_DIGITS } from "../../counting.js";
import type { DualValue, Problem } from "../problem.js";
import { rightSide } from "../rows.js";

/** Of the f64 operations that make a score and a sum, generously: up to 70 terms of a score. */
const ROUNDING = 2 ** -46;
/** A value is narrowed to the nearest f32, an amount to the one above. */
const NEAREST = 2 ** -24;
const ABOVE = 2 ** -23;

/** Amounts that a table of f32 may not hold as they are. */
function isInexact({ digits, inexact }: Facts): boolean {
  return inexact || digits < NO_DIGITS;
}

/** What may lie between a dual value and the caller's. */
export function marginOf(
  { offers, rows, accounts, money }: Problem,
  prices: ArrayLike<number>,
  priced: DualValue,
): number {
  const { facts, resources } = offers;
  const constants = rows.reduce((sum, row, k) => sum + Math.abs((prices[k] as number) * rightSide(row)), 0);
  const isOff = accounts.some(
    ({ row, perMoney }) => row.resource >= 0 && perMoney === 0 && isInexact(resources.factsOf(row.resource)),
  );
  const off = (facts.inexact ? NEAREST : 0) + (money.decimal ? 0 : money.narrowed) + (isOff ? ABOVE : 0);
  return ROUNDING * (priced.size + constants) + off * priced.size;
}

/** No plan within the limits is worth more than this: of a pricing of the whole table at these prices. */
export function boundOf(problem: Problem, prices: ArrayLike<number>, priced: DualValue): number {
  return priced.constant + priced.score + marginOf(problem, prices, priced);
}

/**
 * Whether these prices prove that no plan, not even one of parts of options, holds all limits of price above zero (Farkas
 * 1902): at α = 0 the dual of every plan within them would be at least 0.
 */
export function provesImpossible(
  problem: Problem,
  prices: ArrayLike<number>,
  exactlyOne = problem.exactlyOne,
): boolean {
  return boundOf(problem, prices, problem.dual(prices, { alpha: 0, exactlyOne })) < 0;
}
