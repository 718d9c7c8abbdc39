/**
 * How one exact solve counts, and the sums of its plan: one block of 128 bytes.
 *
 *    0 f64 costScale    K(c) = ceil(c · costScale − costShift), in quanta of money
 *    8 f64 costShift
 *   16 f64 valueScale   V(v) = v · valueScale to the nearest whole number, in quanta of value
 *   24 f64 price        λ, quanta of value for one quantum of money
 *   32 i64 P, 40 i64 W  what the plan b brings and costs
 *   48 i64 Z, 56 i64 X  what the given choices bring and cost
 *   64 f64 size         Σ_i max_j (|p_ij| + λ|k_ij|): rounding is measured by it
 *   72 u32 users without an open option, where everyone must get one
 */
import { costQuanta } from "../../math/fixed";

/** 1.5 · 2^52: adding it to |x| < 2^51 rounds x to the nearest whole number. */
const MAGIC: f64 = 6755399441055744.0;
const MAGIC_BITS: i64 = 0x4338000000000000;

export function cost(counting: usize, c: f64): i64 {
  return costQuanta(c, load<f64>(counting), load<f64>(counting, 8));
}

export function value(counting: usize, v: f64): i64 {
  return reinterpret<i64>(v * load<f64>(counting, 16) + MAGIC) - MAGIC_BITS;
}

export function price(counting: usize): f64 {
  return load<f64>(counting, 24);
}
