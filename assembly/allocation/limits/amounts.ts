/**
 * Columns of a resource: amounts that options use beside their costs. Legal are finite numbers, also of closed options.
 */
import { areMultiples, largest, MOST_DIGITS, powerOfTen, smallest } from "../scan";

/**
 * Reads rows [0, n) of a column and widens its facts; returns the first row that is no finite number, or n. Up to three rows
 * behind the last are read with it: a column is padded with zeros.
 *
 *   facts    0 f32 largest |amount|   4 f32 smallest   8 f32 smallest |amount| that is not zero
 *           20 u32 decimal digits, as in scan.ts
 */
export function scanAmounts(amounts: usize, n: u32, facts: usize): u32 {
  const INFINITE = f32x4.splat(Infinity);
  let most = v128.load32_splat(facts);
  let least = v128.load32_splat(facts, 4);
  let tiny = v128.load32_splat(facts, 8);
  let digits = load<u32>(facts, 20);
  let power = powerOfTen(digits);
  let row: u32 = 0;
  for (; row < n; row += 4) {
    const a = v128.load(amounts + ((<usize>row) << 2));
    const size = f32x4.abs(a);
    if (!i32x4.all_true(f32x4.lt(size, INFINITE))) break;
    most = f32x4.pmax(most, size);
    least = f32x4.pmin(least, a);
    tiny = f32x4.pmin(tiny, v128.or(size, v128.and(f32x4.eq(size, f32x4.splat(0)), INFINITE)));
    while (digits <= MOST_DIGITS && !areMultiples(a, power)) power = powerOfTen(++digits);
  }
  store<f32>(facts, largest(most));
  store<f32>(facts, smallest(least), 4);
  store<f32>(facts, smallest(tiny), 8);
  store<u32>(facts, digits, 20);
  for (; row < n; row++) if (!(abs<f32>(load<f32>(amounts + ((<usize>row) << 2))) < Infinity)) return row;
  return n;
}
