/**
 * Certificates: no plan within the budget is worth more.
 *
 * For every price λ ≥ 0, UB(λ) = λ·B + Σ_i max_j (v_ij − λ c_ij) (weak duality; Sinha and Zoltners 1979). At the price of
 * the break the plan before the fill chooses a maximiser for every user: the sieve proves it for those it settles, the
 * climb makes it so for the rest. So the quick bound needs no further reading: UB = λ·B + V − λ·C of that plan, plus what
 * counting in quanta and narrowing to f32 can hide. The f64 bound reads the table again and scores every option in f64.
 */
import type { Counting } from "./counting.js";
import { money } from "./counting.js";
import type { Offers } from "./offers.js";
import type { Solved } from "./solve.js";

/** Relative error of the few f64 operations below, generously. */
const ROUNDING = 2 ** -48;
/** A number narrowed to `f32` is off by at most this, relative, when it is rounded outward, … */
const OUTWARD = 2 ** -23;
/** … and by this when it is rounded to the nearest. */
const NEAREST = 2 ** -24;

/** The bound that came with the pass. `nobody`: no user has an option. */
export function quickBound(offers: Offers, budget: number, counting: Counting, solved: Solved, nobody: boolean): number {
  const { price, climbed } = solved;
  const { users, facts } = offers;
  const value = Number(solved.valueAtPrice) * counting.valueQuantum;
  const cost = money(solved.costAtPrice, counting);
  // Of settled users the lead is beyond what narrowing can do: only what they chose counts. Climbed users may have chosen
  // otherwise by the caller's numbers.
  const off = counting.excessRelative + (facts.inexact ? OUTWARD : 0);
  const hidden = price * (climbed * (counting.excess + off * facts.mostCost) + off * Math.abs(cost) + users * counting.roundedUp);
  // Fill and swaps only ever add value: when nobody has an option now, nobody had one at the price either.
  const counted = nobody ? 0 : users * counting.valueQuantum;
  const narrowed = facts.inexact ? NEAREST * (climbed * facts.mostValue + Math.abs(value)) : 0;
  const size = price * (Math.abs(budget) + Math.abs(cost)) + Math.abs(value);
  return price * (budget - cost) + value + hidden + counted + narrowed + ROUNDING * size;
}

/** The bound by another full reading in `f64` at the final price. */
export function fullBound(offers: Offers, budget: number, exactlyOne: boolean, counting: Counting, price: number): number {
  const { engine, users, facts } = offers;
  const out = engine.arena.take(16);
  try {
    const perMoney = counting.decimal ? counting.perMoney : 0;
    const { values, costs, stride, columns } = offers;
    engine.kernels.dual(values, costs, stride, columns, users, exactlyOne, price, perMoney, out);
    const view = new DataView(engine.memory.buffer, out, 16);
    const dual = view.getFloat64(0, true);
    const size = price * Math.abs(budget) + view.getFloat64(8, true);
    const narrowed =
      facts.inexact || counting.excessRelative > 0
        ? users * (NEAREST * facts.mostValue + (OUTWARD + counting.excessRelative) * price * facts.mostCost)
        : 0;
    return price * budget + dual + narrowed + ROUNDING * size;
  } finally {
    engine.arena.give(out, 16);
  }
}
