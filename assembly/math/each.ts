/**
 * The elementary functions one number at a time and over arrays of f64. Addresses are multiples of 8; the last pair of an odd
 * array reads 8 bytes past its end (arrays in the arena have them) and writes none.
 */
import * as elementary from "./elementary";

/** Functions of one argument, by number. */
const EXP = 0;
const EXPM1 = 1;
const LOG = 2;
const LOG1P = 3;
const TANH = 4;
/** 5 is sigmoid. */

function apply(which: i32, x: v128): v128 {
  switch (which) {
    case EXP:
      return elementary.exp(x);
    case EXPM1:
      return elementary.expm1(x);
    case LOG:
      return elementary.log(x);
    case LOG1P:
      return elementary.log1p(x);
    case TANH:
      return elementary.tanh(x);
    default:
      return elementary.sigmoid(x);
  }
}

/** Writes one pair, or its first number where only one is left. */
export function put(to: usize, pair: v128, left: u32): void {
  if (left > 1) v128.store(to, pair);
  else v128.store64_lane(to, pair, 0);
}

/** out[i] = function `which` of x[i]. */
export function each(which: i32, x: usize, n: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i += 2) {
    const at = (<usize>i) << 3;
    put(out + at, apply(which, v128.load(x + at)), n - i);
  }
}

/** out[i] = x[i]^y[i]. */
export function eachPower(x: usize, y: usize, n: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i += 2) {
    const at = (<usize>i) << 3;
    put(out + at, elementary.pow(v128.load(x + at), v128.load(y + at)), n - i);
  }
}

/** Function `which` of one number: the bits that `each` gives. */
export function ofOne(which: i32, x: f64): f64 {
  return f64x2.extract_lane(apply(which, f64x2.splat(x)), 0);
}

/** x^y: the bits that `eachPower` gives. */
export function pow(x: f64, y: f64): f64 {
  return f64x2.extract_lane(elementary.pow(f64x2.splat(x), f64x2.splat(y)), 0);
}
