/**
 * What the values of a table are whole multiples of: a decimal unit 10^-d, d ≤ 4, and a power of two.
 *
 *   out   0 u32 d, 5 where there is none   4 i32 the largest e with every value a multiple of 2^e, 128 where all are zero
 */
const MOST_DIGITS: u32 = 4;
/** A multiple k of 10^-d is told from its neighbours in f32 only while |k| < 2^23. */
const MOST_MULTIPLE: f64 = 8388608;

/** Widens what `out` says by n values of one column. */
export function survey(values: usize, n: u32, out: usize): void {
  let digits = load<u32>(out);
  let power: f64 = 1;
  for (let d: u32 = 0; d < digits; d++) power *= 10;
  let grain = load<i32>(out, 4);
  for (let i: usize = 0; i < <usize>n; i++) {
    const v = load<f32>(values + (i << 2));
    if (v == -Infinity || v == 0) continue;
    grain = min(grain, lowestBit(v));
    while (digits <= MOST_DIGITS && !isMultiple(v, power)) {
      digits++;
      power *= 10;
    }
  }
  store<u32>(out, digits);
  store<i32>(out, grain, 4);
}

function isMultiple(v: f32, power: f64): bool {
  const k = nearest(<f64>v * power);
  return abs(k) < MOST_MULTIPLE && <f32>(k / power) == v;
}

/** Exponent of the lowest bit that is set in x ≠ 0. */
function lowestBit(x: f32): i32 {
  const bits = reinterpret<u32>(x);
  const exponent = <i32>((bits >> 23) & 0xff);
  const fraction = (bits & 0x7fffff) | (exponent ? 0x800000 : 0);
  return max(exponent, 1) - 150 + <i32>ctz(fraction);
}
