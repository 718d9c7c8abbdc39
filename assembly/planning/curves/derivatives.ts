import { put } from "../../math/each";

/** What a curve gives beside its value, for two spends: set by its function, written by its loop. */
let slope: v128 = f64x2.splat(0);
let curvature: v128 = f64x2.splat(0);

export function keep(first: v128, second: v128): void {
  slope = first;
  curvature = second;
}

/** Writes value and derivatives of two spends, or of one where n is 1, `at` bytes into their arrays; those at 0 are not wanted. */
export function write(f: v128, n: i32, at: usize, value: usize, first: usize, second: usize): void {
  if (value) put(value + at, f, n);
  if (first | second) writeDerivatives(n, at, first, second);
}

export function writeDerivatives(n: i32, at: usize, first: usize, second: usize): void {
  if (first) put(first + at, slope, n);
  if (second) put(second + at, curvature, n);
}

/**
 * Where the slope of a curve that is infinitely steep at 0 is taken for spends below: 2^-600. Finite, so that nothing turns
 * into NaN on the way; no price is near it.
 */
export function least(x: v128): v128 {
  return f64x2.pmax(x, f64x2.splat(2.409919865102884e-181));
}
