/** The quantum on which an exact solve counts values. */
import { bitLength, exponentAbove, MOST_MULTIPLE, NO_DIGITS } from "../counting.js";
import type { Offers } from "../offers.js";
import { surveyValues } from "./kernel.js";

export interface Grid {
  /** Value of one quantum. */
  quantum: number;
  /** Quanta in a value of 1. */
  scale: number;
  /** Every value of the table is a whole multiple, as it stands or as the decimal that `f32` is next to. */
  exact: boolean;
  /** Values are whole multiples of a decimal unit, not the f32 next to them. */
  decimal: boolean;
}

/** Sums of all users' values, and differences of such sums, stay below 2^62. */
const SUM_BITS = 60;

/** Decimals where all values are; else a power of two, the coarsest that loses nothing where sums of it fit 64 bits. */
export function gridOf(offers: Offers): Grid {
  const { mostValue } = offers.facts;
  const { digits, grain } = surveyValues(offers);
  if (digits < NO_DIGITS && mostValue * 10 ** digits < MOST_MULTIPLE) {
    return { quantum: 1 / 10 ** digits, scale: 10 ** digits, exact: true, decimal: true };
  }
  const bits = Math.min(50, SUM_BITS - bitLength(Math.max(offers.users, 2) - 1));
  const finest = exponentAbove(mostValue) - bits;
  const exponent = Math.max(grain, finest);
  return { quantum: 2 ** exponent, scale: 2 ** -exponent, exact: grain >= finest, decimal: false };
}

/** Value of so many quanta, rounded once. */
export function valueAt(quanta: bigint, { quantum, scale }: Grid): number {
  return Number.isInteger(scale) ? Number(quanta) / scale : Number(quanta) * quantum;
}
