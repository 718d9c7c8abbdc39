/**
 * What a solve must know of a column, found in one reading when it is filled: whether every number is legal, how large
 * they are, and whether the costs are whole multiples of a decimal unit.
 *
 *   facts    0 f32 largest |cost| of an open option         16 u32 open users
 *            4 f32 smallest cost                            20 u32 decimal digits d: every cost is k / 10^d, d = 5: none
 *            8 f32 smallest |cost| that is not zero         24 u32 what is wrong with the row returned: 1 value, 2 cost
 *           12 f32 largest |value|                          28 f32 smallest value of an open option
 *
 * A closed option (value −∞) gets cost 0. Facts are only ever widened, so that they may be asked of pieces in any order.
 * Four rows at a time: 1.2 ns a row without a unit, 2.5 with one, where one by one took 5.3 (Zen 4, V8 11.3).
 */
export const MOST_DIGITS: u32 = 4;
/** A multiple k of 10^-d is told from its neighbours in f32 only while |k| < 2^23. */
const MOST_MULTIPLE: f64 = 8388608;

/** Reads rows [0, n) of one column; returns the first row that is not legal, or n. */
export function scan(values: usize, costs: usize, n: u32, facts: usize): u32 {
  const INFINITE = f32x4.splat(Infinity);
  const ZERO = f32x4.splat(0);
  let most = v128.load32_splat(facts);
  let least = v128.load32_splat(facts, 4);
  let tiny = v128.load32_splat(facts, 8);
  let mostValue = v128.load32_splat(facts, 12);
  let leastValue = v128.load32_splat(facts, 28);
  let open = load<u32>(facts, 16);
  let digits = load<u32>(facts, 20);
  let power = powerOfTen(digits);
  let row: u32 = 0;
  for (; row < n; row += 4) {
    const at = (<usize>row) << 2;
    const rest = n - row;
    let v = v128.load(values + at);
    const c = v128.load(costs + at);
    if (rest < 4) {
      // Rows behind the last are looked at as if they were closed.
      const behind = i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
      v = v128.bitselect(f32x4.splat(-Infinity), v, behind);
    }
    const closed = f32x4.eq(v, f32x4.splat(-Infinity));
    const cost = v128.andnot(c, closed);
    const size = f32x4.abs(cost);
    const valueSize = v128.andnot(f32x4.abs(v), closed);
    if (!i32x4.all_true(v128.and(f32x4.lt(size, INFINITE), f32x4.lt(valueSize, INFINITE)))) break;
    if (v128.any_true(v128.and(closed, i32x4.ne(c, ZERO)))) storeRows(costs + at, cost, min<u32>(rest, 4));
    most = f32x4.pmax(most, size);
    least = f32x4.pmin(least, v128.or(cost, v128.and(closed, INFINITE)));
    tiny = f32x4.pmin(tiny, v128.or(size, v128.and(f32x4.eq(size, ZERO), INFINITE)));
    mostValue = f32x4.pmax(mostValue, valueSize);
    leastValue = f32x4.pmin(leastValue, v128.bitselect(INFINITE, v, closed));
    open += 4 - popcnt(i32x4.bitmask(closed));
    while (digits <= MOST_DIGITS && !areMultiples(cost, power)) power = powerOfTen(++digits);
  }
  store<f32>(facts, largest(most));
  store<f32>(facts, smallest(least), 4);
  store<f32>(facts, smallest(tiny), 8);
  store<f32>(facts, largest(mostValue), 12);
  store<f32>(facts, smallest(leastValue), 28);
  store<u32>(facts, open, 16);
  store<u32>(facts, digits, 20);
  return row < n ? illegal(values, costs, row, facts) : n;
}

/** The first row from `row` on that is not legal, and which of its numbers. */
function illegal(values: usize, costs: usize, row: u32, facts: usize): u32 {
  while (true) {
    const v = load<f32>(values + ((<usize>row) << 2));
    if (v != -Infinity) {
      const wrong = !(abs<f32>(v) < Infinity)
        ? 1
        : !(abs<f32>(load<f32>(costs + ((<usize>row) << 2))) < Infinity)
          ? 2
          : 0;
      if (wrong) {
        store<u32>(facts, wrong, 24);
        return row;
      }
    }
    row++;
  }
}

function storeRows(at: usize, rows: v128, n: u32): void {
  if (n == 4) {
    v128.store(at, rows);
    return;
  }
  v128.store32_lane(at, rows, 0);
  if (n > 1) v128.store32_lane(at, rows, 1, 4);
  if (n > 2) v128.store32_lane(at, rows, 2, 8);
}

/** Whether four costs are whole multiples of 1 / power. */
export function areMultiples(c: v128, power: f64): bool {
  const POWER = f64x2.splat(power);
  const low = f64x2.nearest(f64x2.mul(f64x2.promote_low_f32x4(c), POWER));
  const high = f64x2.nearest(f64x2.mul(f64x2.promote_low_f32x4(i32x4.shuffle(c, c, 2, 3, 2, 3)), POWER));
  const k = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  const most = f64x2.pmax(f64x2.abs(low), f64x2.abs(high));
  return (
    i32x4.all_true(f32x4.eq(f32x4.div(k, f32x4.splat(<f32>power)), c)) &&
    i64x2.all_true(f64x2.lt(most, f64x2.splat(MOST_MULTIPLE)))
  );
}

export function powerOfTen(digits: u32): f64 {
  let power: f64 = 1;
  for (let d: u32 = 0; d < digits; d++) power *= 10;
  return power;
}

export function largest(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

export function smallest(x: v128): f32 {
  return min(
    min(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    min(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
