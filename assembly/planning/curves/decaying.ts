/**
 * Curves of one exponential E = e^−y, 1 − E without cancellation.
 *
 *   tanh          f = max tanh(rate x) = max (1 − E) / (1 + E), E = e^−2 rate x
 *                 f' = 4 max rate E / (1 + E)²,  f'' = −2 rate tanh f'
 *   exponential   f = max (1 − E), E = e^−rate x,  f' = max rate E,  f'' = −rate f'
 *
 *   columns   0 a, max   1 b, rate
 *
 * Source: LogisticSaturation, InverseScaledLogistic and TanhSaturation of PyMC-Marketing, components/saturation.py:
 * {max, rate} is max tanh(rate x / 2), {max, half} has the rate ln 3 / half, {max, scale}: max tanh(x / (max scale)).
 */
import { excess, octaves, one, powerOfTwo } from "../../math/elementary";
import { keep } from "./derivatives";

/** 1 − E, beside E. */
export let rise: v128 = f64x2.splat(0);

/** E = e^−y. */
export function decay(y: v128): v128 {
  const p = excess(f64x2.pmax(f64x2.neg(y), f64x2.splat(-693)));
  const two = powerOfTwo(octaves);
  const fall = f64x2.mul(two, p);
  rise = f64x2.sub(f64x2.sub(one(), two), fall);
  return f64x2.add(two, fall);
}

export function tangential(x: v128, at: usize, stride: usize): v128 {
  const max = v128.load(at);
  const rate = v128.load(at + stride);
  const twice = f64x2.add(rate, rate);
  const E = decay(f64x2.mul(twice, x));
  const r = f64x2.div(one(), f64x2.add(one(), E));
  const tanh = f64x2.mul(rise, r);
  const slope = f64x2.mul(f64x2.mul(f64x2.mul(max, twice), f64x2.add(E, E)), f64x2.mul(r, r));
  keep(slope, f64x2.neg(f64x2.mul(f64x2.mul(twice, tanh), slope)));
  return f64x2.mul(max, tanh);
}

export function exponential(x: v128, at: usize, stride: usize): v128 {
  const max = v128.load(at);
  const rate = v128.load(at + stride);
  const slope = f64x2.mul(f64x2.mul(max, rate), decay(f64x2.mul(rate, x)));
  keep(slope, f64x2.neg(f64x2.mul(rate, slope)));
  return f64x2.mul(max, rise);
}
