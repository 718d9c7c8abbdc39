/**
 * Certificates: no plan within the budget is worth more.
 *
 * For every price λ ≥ 0, UB(λ) = λ·B + Σ_i max_j (v_ij − λ c_ij) (weak duality; Sinha and Zoltners 1979). At the price of
 * the break the plan before the fill chooses a maximiser for every user: the sieve proves it for those it settles, the
 * climb makes it so for the rest. So the quick bound needs no further reading: UB = λ·B + V − λ·C of that plan. The f64
 * bound reads the table again and scores every option in f64.
 *
 * Where the caller's costs c differ from the table's f32 by δ, relative, any plan that fits B fits B·(1 + 2δ) by the f32,
 * for costs that are not negative; costs below zero add 2δ of themselves for each user. Values likewise.
 */
import { type Counting, type Facts, money } from "../counting.js";
import type { Dual } from "./kernel.js";
import type { Solved } from "./solve.js";

/** A value narrowed to `f32` is off by at most this, relative. */
const NEAREST = 2 ** -24;
/** Relative error of the few `f64` operations below, generously. */
const ROUNDING = 2 ** -48;

/** How many users and columns there are, and what is known of their numbers. */
export interface Extent {
  readonly users: number;
  readonly columns: number;
  readonly facts: Facts;
}

/** The bound that came with the pass. `nobody`: no user has an option. */
export function quickBound(
  extent: Extent,
  budget: number,
  counting: Counting,
  solved: Pick<Solved, "atPrice">,
  nobody: boolean,
): number {
  const { users } = extent;
  const { price } = solved.atPrice;
  const value = Number(solved.atPrice.value) * counting.valueQuantum;
  const cost = money(solved.atPrice.cost, counting);
  // Fill and swaps only ever add value: when nobody has an option now, nobody had one at the price either.
  const counted = nobody ? 0 : users * (counting.valueQuantum + price * counting.roundedUp);
  const size = price * (Math.abs(budget) + Math.abs(cost)) + Math.abs(value);
  const hidden = narrowing(extent, counting.narrowed, Math.abs(budget) + Math.abs(cost), price, value);
  return price * (budget - cost) + value + counted + hidden + ROUNDING * size;
}

/** The bound by another full reading in `f64`: the dual at any price that is not negative. */
export function fullBound(
  extent: Extent,
  budget: number,
  counting: Counting,
  price: number,
  { dual, size }: Dual,
): number {
  const narrowed = counting.decimal ? 0 : counting.narrowed;
  const hidden = narrowing(extent, narrowed, Math.abs(budget), price, size);
  return price * budget + dual + hidden + ROUNDING * (price * Math.abs(budget) + size);
}

/** What lies between the table's `f32` and the caller's numbers; `off` is the relative error of the costs. */
function narrowing(extent: Extent, off: number, spent: number, price: number, value: number): number {
  const { users, facts } = extent;
  const saved = 2 * users * Math.max(0, -facts.leastCost);
  const costs = price * 2 * off * (spent + saved);
  const lost = 2 * users * Math.max(0, -facts.leastValue);
  return costs + (facts.inexact ? NEAREST * (Math.abs(value) + costs + lost) : 0);
}
