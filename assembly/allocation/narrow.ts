/**
 * From the caller's f64 to the table's f32, outward: a cost is never stored below the caller's, so that a plan that fits
 * the table fits the caller's money; a value goes to the nearest f32 (the bound's margin covers it). A decimal cost
 * (k / 10^d as f64 holds it, d ≤ 4) goes to its nearest f32, from which the decimal is found again.
 */
const MOST_POWER: f64 = 10000;
/** As in scan.ts: more would not be told apart in f32. */
const MOST_MULTIPLE: f64 = 8388608;

/**
 * Narrows n rows; returns 1 where anything was inexact, + 2 where a decimal cost lies below the caller's, + 4 where a value
 * was inexact, + 8 where one was that is no decimal.
 */
export function narrow(fromValues: usize, fromCosts: usize, n: u32, values: usize, costs: usize): u32 {
  let inexact: u32 = 0;
  for (let i: usize = 0; i < n; i++) {
    const v = load<f64>(fromValues + (i << 3));
    const c = load<f64>(fromCosts + (i << 3));
    let cost = <f32>c;
    if (<f64>cost < c) {
      if (isDecimal(c)) inexact |= 2;
      else cost = nextUp(cost);
    }
    const value = <f32>v;
    store<f32>(values + (i << 2), value);
    store<f32>(costs + (i << 2), cost);
    if (<f64>value != v && !(inexact & 8)) inexact |= isDecimal(v) ? 4 : 12;
    inexact |= u32(<f64>value != v) | u32(<f64>cost != c);
  }
  return inexact;
}

function isDecimal(c: f64): bool {
  for (let power: f64 = 1; power <= MOST_POWER; power *= 10) {
    const k = nearest(c * power);
    if (k / power == c && abs(k) < MOST_MULTIPLE) return true;
  }
  return false;
}

/** The next f32 above a finite x. */
function nextUp(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  if (x == 0) return reinterpret<f32>(1);
  return reinterpret<f32>(bits + (bits > 0 ? 1 : -1));
}

/** The first of n open rows whose cost is no whole multiple of `unit`, or n. */
export function offUnit(values: usize, costs: usize, n: u32, unit: f64): u32 {
  for (let i: u32 = 0; i < n; i++) {
    if (load<f32>(values + ((<usize>i) << 2)) == -Infinity) continue;
    const c = load<f32>(costs + ((<usize>i) << 2));
    if (<f32>(nearest(<f64>c / unit) * unit) != c) return i;
  }
  return n;
}
