/**
 * Sums of f32 numbers, exact in any order: a sum is ten i64 limbs, limb w counting 2^(32 w) units (2^-149, the least f32, or
 * one unit of money). Ten limbs hold 2^53 of the largest f32; a limb takes 2^29 additions before it could overflow.
 *
 * Which limbs a number went to depends on how it was added; what the limbs come to does not.
 */
export const LIMBS: usize = 10;
export const SUM: usize = 8 * LIMBS;

/** Adds k · 2^bit units. */
export function addAt(sum: usize, bit: u32, k: i64): void {
  const shift = <i64>(bit & 31);
  const limb = sum + <usize>((bit >> 5) << 3);
  const low = <i64>((<u64>(k & 0xffffffff)) << (<u64>shift));
  const high = (k >> 32) << shift;
  store<i64>(limb, load<i64>(limb) + (low & 0xffffffff));
  store<i64>(limb, load<i64>(limb, 8) + <i64>(<u64>low >> 32) + (high & 0xffffffff), 8);
  store<i64>(limb, load<i64>(limb, 16) + (high >> 32), 16);
}

/** Adds an f32, by its bits, or takes it away. */
export function addNumber(sum: usize, bits: u32, away: bool): void {
  const exponent = (bits >> 23) & 255;
  const mantissa = <i64>((bits & 0x7fffff) | (exponent ? 0x800000 : 0));
  const negative = (bits >> 31 != 0) != away;
  addAt(sum, exponent ? exponent - 1 : 0, negative ? -mantissa : mantissa);
}
