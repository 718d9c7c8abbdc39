/**
 * What the choices cost and bring, exactly, from the table's own numbers: for tables whose numbers are so far apart that
 * the sums kept in quanta lose the small ones.
 *
 * An f32 is ± a 24-bit integer times a power of two. One i64 for each of the 255 powers holds the sum of 2^39 of them
 * without rounding, in any order.
 *
 *   out   8 e: i64 Σ mantissas of costs of exponent e; 2,048 + 8 e: of values; the sums count 2^(max(e, 1) − 150) each
 */
import { choiceAt } from "./choices";

export function total(
  values: usize,
  costs: usize,
  stride: usize,
  users: u32,
  choices: usize,
  wide: bool,
  out: usize,
): void {
  for (let i: usize = 0; i < users; i++) {
    const option: u32 = choiceAt(choices, wide, i);
    if (!option) continue;
    const at = <usize>(option - 1) * stride + (i << 2);
    addExactly(load<u32>(costs + at), out);
    addExactly(load<u32>(values + at), out + 2048);
  }
}

function addExactly(bits: u32, sums: usize): void {
  const exponent = (bits >> 23) & 255;
  const mantissa = <i64>((bits & 0x7fffff) | (exponent ? 0x800000 : 0));
  const sum = sums + ((<usize>exponent) << 3);
  store<i64>(sum, load<i64>(sum) + (bits >> 31 ? -mantissa : mantissa));
}
