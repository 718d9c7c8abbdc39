/**
 * What a solve must know of a column, found in one reading when it is filled: whether every number is legal, how large
 * they are, and whether the costs are whole multiples of a decimal unit.
 *
 *   facts    0 f32 largest |cost| of an open option         16 u32 open users
 *            4 f32 smallest cost                            20 u32 decimal digits d: every cost is k / 10^d, d = 5: none
 *            8 f32 smallest |cost| that is not zero         24 u32 what is wrong with the row returned: 1 value, 2 cost
 *           12 f32 largest |value|                         28 f32 smallest value of an open option
 *
 * A closed option (value −∞) gets cost 0. Facts are only ever widened, so that they may be asked of pieces in any order.
 */
const MOST_DIGITS: u32 = 4;
/** A multiple k of 10^-d is told from its neighbours in f32 only while |k| < 2^23. */
const MOST_MULTIPLE: f64 = 8388608;

/** Reads rows [0, n) of one column; returns the first row that is not legal, or n. */
export function scan(values: usize, costs: usize, n: u32, facts: usize): u32 {
  let most = load<f32>(facts);
  let least = load<f32>(facts, 4);
  let tiny = load<f32>(facts, 8);
  let mostValue = load<f32>(facts, 12);
  let leastValue = load<f32>(facts, 28);
  let open = load<u32>(facts, 16);
  let digits = load<u32>(facts, 20);
  let power = powerOfTen(digits);
  for (let i: u32 = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    const v = load<f32>(values + at);
    if (v == -Infinity) {
      store<f32>(costs + at, 0);
      continue;
    }
    const c = load<f32>(costs + at);
    const size = abs<f32>(c);
    if (!(abs<f32>(v) < Infinity)) {
      store<u32>(facts, 1, 24);
      return i;
    }
    if (!(size < Infinity)) {
      store<u32>(facts, 2, 24);
      return i;
    }
    mostValue = max(mostValue, abs<f32>(v));
    leastValue = min(leastValue, v);
    most = max(most, size);
    least = min(least, c);
    if (size > 0) tiny = min(tiny, size);
    open++;
    while (digits <= MOST_DIGITS && !isMultiple(c, power)) power = powerOfTen(++digits);
  }
  store<f32>(facts, most);
  store<f32>(facts, least, 4);
  store<f32>(facts, tiny, 8);
  store<f32>(facts, mostValue, 12);
  store<u32>(facts, open, 16);
  store<u32>(facts, digits, 20);
  store<f32>(facts, leastValue, 28);
  return n;
}

function isMultiple(c: f32, power: f64): bool {
  const k = nearest(<f64>c * power);
  return <f32>k / <f32>power == c && abs(k) < MOST_MULTIPLE;
}

function powerOfTen(digits: u32): f64 {
  let power: f64 = 1;
  for (let d: u32 = 0; d < digits; d++) power *= 10;
  return power;
}
