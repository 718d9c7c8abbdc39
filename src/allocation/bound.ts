/**
 * Certificates: no plan within the budget is worth more.
 *
 * For every price λ ≥ 0, UB(λ) = λ·B + Σ_i max_j (v_ij − λ c_ij) (weak duality; Sinha and Zoltners 1979). At the price of
 * the break the plan before the fill chooses a maximiser for every user: the sieve proves it for those it settles, the
 * climb makes it so for the rest. So the quick bound needs no further reading: UB = λ·B + V − λ·C of that plan, plus what
 * counting in quanta and narrowing to f32 can hide.
 */
import type { Counting } from "./counting.js";
import { money } from "./counting.js";
import type { Offers } from "./offers.js";
import type { Solved } from "./solve.js";
import type { AllocationOptions, AllocationRequest } from "./types.js";

/** Relative error of the few f64 operations below, generously. */
const ROUNDING = 2 ** -48;
/** A value narrowed to `f32` is off by at most this, relative. */
const VALUE_NARROWED = 2 ** -24;

export function certify(
  offers: Offers,
  request: AllocationRequest,
  options: AllocationOptions,
  counting: Counting,
  solved: Solved,
  nobody: boolean,
): number {
  const { price } = solved;
  const budget = request.budget ?? 0;
  const { users } = offers;
  const margin = valueMargin(offers, counting, nobody);
  if (options.bound === "f64" && price > 0) {
    const out = offers.engine.arena.take(16);
    try {
      const { kernels, memory } = offers.engine;
      kernels.dual(
        offers.values, offers.costs, offers.stride, offers.columns, users, request.exactlyOne ?? false, price, out,
      );
      solved.passes++;
      const view = new DataView(memory.buffer, out, 16);
      const dual = view.getFloat64(0, true);
      const size = view.getFloat64(8, true);
      const narrowed = offers.facts.inexact || counting.excessRelative > 0 ? 2 ** -22 * size : 0;
      return price * budget + dual + narrowed + ROUNDING * (price * Math.abs(budget) + size) + margin.narrowed;
    } finally {
      offers.engine.arena.give(out, 16);
    }
  }
  const value = Number(solved.valueAtPrice) * counting.valueQuantum;
  const cost = money(solved.costAtPrice, counting);
  const hidden = price * (users * counting.excess + counting.excessRelative * Math.abs(cost));
  const size = price * (Math.abs(budget) + Math.abs(cost)) + Math.abs(value);
  return price * (budget - cost) + value + hidden + ROUNDING * size + margin.counted + margin.narrowed * Math.abs(value);
}

/** What rounding values to quanta, and to f32, can hide. */
function valueMargin(offers: Offers, counting: Counting, nobody: boolean) {
  return {
    // Fill and swaps only ever add value: when nobody has an option, nobody had one at the price either.
    counted: nobody ? 0 : offers.users * counting.valueQuantum,
    narrowed: offers.facts.inexact ? VALUE_NARROWED : 0,
  };
}
