/**
 * Exact sums by fixed point.
 *
 * A sum of floats depends on its order; a sum of integers does not. Adding MAGIC · q, MAGIC = 1.5 · 2^52 and q a power of
 * two, to a number below 2^51 · q rounds it to the nearest multiple of q and leaves that multiple as an integer in the low
 * bits of the double: one `i64` addition of those bits accumulates it exactly, and every addition carries MAGIC_BITS too much.
 *
 * Source: the double-to-integer trick; order-free sums after Demmel and Nguyen, "Fast Reproducible Floating-Point
 * Summation" (ARITH 2013).
 */
export const MAGIC: f64 = 6755399441055744.0;
const MAGIC_BITS: i64 = 0x4338000000000000;

/** `x` in quanta: `magic` is MAGIC · q. */
export function quanta(x: f64, magic: f64): i64 {
  return reinterpret<i64>(x + magic) - reinterpret<i64>(magic);
}

/** Both lanes of an accumulator that took `additions` vectors of bits of x + magic. */
export function settled(accumulator: v128, magic: f64, additions: i64): i64 {
  return (
    i64x2.extract_lane(accumulator, 0) + i64x2.extract_lane(accumulator, 1) - 2 * additions * reinterpret<i64>(magic)
  );
}

/** The cost of an option in quanta of money: see ARCHITECTURE.md, "Money is counted in whole quanta". */
export function costQuanta(cost: f64, scale: f64, shift: f64): i64 {
  return reinterpret<i64>(Math.ceil(cost * scale - shift) + MAGIC) - MAGIC_BITS;
}
