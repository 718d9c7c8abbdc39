/**
 * One response curve at one point: value and slope, and the largest point of a given slope. For loops that take a different
 * curve at every step (the envelopes of the separable method); the bits are those of `evaluate`.
 *
 *   families 0 to 7 and their parameters a, b, c, d, p, q, r: assembly/planning/curves/evaluate.ts
 *   8 table   a address, b points: straight between (t₀, f₀) = (0, 0), (t₁, f₁), …: f64 pairs, level at the end
 */
import { evaluate, HILL, MICHAELIS_MENTEN, POWER } from "./curves/evaluate";

export const TABLE: i32 = 8;

/**
 * Value and slope at t to `out` and out + 8; t is written to out + 16. The parameters lie `stride` bytes apart from `a` on.
 * At t = ∞ a curve is at its limit, where the kernels of one power and of one quotient do not reach.
 */
export function curveAt(family: i32, a: usize, stride: usize, t: f64, out: usize): void {
  if (family == TABLE) {
    const points = <usize>load<f64>(a);
    const count = <i32>load<f64>(a + stride);
    store<f64>(out, tableAt(points, count, t));
    store<f64>(out, tableSlope(points, count, t), 8);
  } else if (t == Infinity && (family == HILL || family == MICHAELIS_MENTEN || family == POWER)) {
    store<f64>(out, family == POWER ? t : load<f64>(a));
    store<f64>(out, 0, 8);
  } else {
    store<f64>(out, t, 16);
    evaluate(family, a, stride, 8, out + 16, 8, 1, out, out + 8, 0);
  }
}

/** Number of the last point at or before t. */
export function pointBefore(points: usize, count: i32, t: f64): i32 {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (load<f64>(points + ((<usize>middle) << 4)) <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

function tableAt(points: usize, count: i32, t: f64): f64 {
  const i = pointBefore(points, count, t);
  const at = points + ((<usize>i) << 4);
  const f = load<f64>(at, 8);
  if (i == count - 1) return f;
  const t0 = load<f64>(at);
  return f + ((load<f64>(at, 24) - f) * (t - t0)) / (load<f64>(at, 16) - t0);
}

/** To the right of t; 0 past the last point. */
function tableSlope(points: usize, count: i32, t: f64): f64 {
  const i = pointBefore(points, count, t);
  if (i == count - 1) return 0.0;
  const at = points + ((<usize>i) << 4);
  return (load<f64>(at, 24) - load<f64>(at, 8)) / (load<f64>(at, 16) - load<f64>(at));
}
