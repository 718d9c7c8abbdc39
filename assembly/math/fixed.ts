/**
 * Exact sums by fixed point.
 *
 * A sum of floats depends on its order; a sum of integers does not. Adding MAGIC = 1.5 · 2^52 to a number below 2^51
 * leaves it rounded to the nearest integer in the low bits of the double, so that one `i64` addition of those bits
 * accumulates it exactly. `n` such additions carry `n · BITS_OF_MAGIC` too much, which `settle` takes off.
 *
 * Source: the well-known double-to-integer trick; the idea of order-free sums is Demmel and Nguyen, "Fast Reproducible
 * Floating-Point Summation" (2013).
 */
export const MAGIC: f64 = 6755399441055744.0;
const BITS_OF_MAGIC: i64 = 0x4338000000000000;

/** Remainders of a value below one quantum are counted in 2^-32 quanta. */
export const FRACTION: f64 = 4294967296.0;

/** The integer sum in an accumulator that took `additions` doubles of the form x + MAGIC. */
export function settle(accumulator: i64, additions: i64): i64 {
  return accumulator - additions * BITS_OF_MAGIC;
}
