/**
 * Curves of one power, in two steps so that a loop over each keeps the processor full (11.8 ns a spend against 16.5 in one
 * loop, Zen 4): the chain of a logarithm, a quotient, an exponential and a quotient is longer than it looks ahead.
 *
 *   hill    f(x) = max a^s / (h^s + a^s), a = x + carry
 *           Q = (h/a)^s = e^−u,  u = s (ln a − ln h)
 *           f = max / (1 + Q),  f' = max s Q / (a (1 + Q)²),  f'' = f' (s (Q − 1) / (Q + 1) − 1) / a
 *   power   f(x) = scale x^s = scale e^u, h = 1
 *           f' = s f / x,  f'' = (s − 1) f' / x
 *
 * In logarithms no shape overflows. ln a − ln h is exact but for the errors of both, 2^-57, so that the error of f is that of
 * u, half a unit in its last place, and does not grow with s as that of (h/a)^s in f64 does (a is rounded once where there is
 * a carry). With carry the value at x = 0 is kept, as Robyn's allocator has it.
 *
 *   columns   0 a, max or scale   3 d, the carry   4 p, s   5, 6 q and r, ln h as `logarithm` gives it
 *
 * Source: R/R/allocator.R of Robyn; meridian/model/adstock_hill.py of Meridian; RootSaturation of PyMC-Marketing.
 */
import { put } from "../../math/each";
import { excess, exp, logarithm, low, octaves, one, powerOfTwo, product } from "../../math/elementary";
import { keep, least, write } from "./derivatives";

/** u of n spends. */
export function powers(x: usize, xStep: usize, curves: usize, step: usize, stride: usize, n: i32, out: usize): void {
  for (; n > 0; n -= 2) {
    const a = least(f64x2.add(v128.load(x), v128.load(curves + 3 * stride)));
    const d = f64x2.sub(logarithm(a), v128.load(curves + 5 * stride));
    put(out, product(v128.load(curves + 4 * stride), d, f64x2.sub(low, v128.load(curves + 6 * stride))), n);
    x += xStep;
    curves += step;
    out += 16;
  }
}

/** Hill from the u of n spends, which `second`, `first` or `value` may overwrite. */
export function hills(
  us: usize,
  x: usize,
  xStep: usize,
  curves: usize,
  step: usize,
  stride: usize,
  n: i32,
  value: usize,
  first: usize,
  second: usize,
): void {
  const bound = f64x2.splat(690);
  for (let at: usize = 0; n > 0; n -= 2, at += 16) {
    // Q within e^±690; where it would be above, f and its derivatives are 0.
    const minus = f64x2.neg(v128.load(us + at));
    const p = excess(f64x2.pmin(f64x2.pmax(minus, f64x2.neg(bound)), bound));
    const Q = f64x2.mul(powerOfTwo(octaves), f64x2.add(one(), p));
    const sum = f64x2.add(v128.load(x), v128.load(curves + 3 * stride));
    const r = v128.and(f64x2.div(one(), f64x2.add(one(), Q)), f64x2.lt(minus, bound));
    const max = v128.load(curves);
    const f = v128.and(f64x2.mul(max, r), f64x2.gt(sum, f64x2.splat(0)));
    if (first | second) {
      const s = v128.load(curves + 4 * stride);
      const inverse = f64x2.div(one(), least(sum));
      const slope = f64x2.mul(f64x2.mul(f64x2.mul(max, s), inverse), f64x2.mul(f64x2.mul(Q, r), r));
      const bend = f64x2.sub(f64x2.mul(s, f64x2.mul(f64x2.sub(Q, one()), r)), one());
      keep(slope, f64x2.mul(f64x2.mul(slope, inverse), bend));
    }
    write(f, n, at, value, first, second);
    x += xStep;
    curves += step;
  }
}

/** Powers from the u of n spends, which `second`, `first` or `value` may overwrite. */
export function roots(
  us: usize,
  x: usize,
  xStep: usize,
  curves: usize,
  step: usize,
  stride: usize,
  n: i32,
  value: usize,
  first: usize,
  second: usize,
): void {
  for (let at: usize = 0; n > 0; n -= 2, at += 16) {
    const spend = v128.load(x);
    const f = f64x2.mul(v128.load(curves), exp(v128.load(us + at)));
    if (first | second) {
      const s = v128.load(curves + 4 * stride);
      const inverse = f64x2.div(one(), least(spend));
      const slope = f64x2.mul(f64x2.mul(s, f), inverse);
      keep(slope, f64x2.mul(f64x2.mul(f64x2.sub(s, one()), slope), inverse));
    }
    write(v128.and(f, f64x2.gt(spend, f64x2.splat(0))), n, at, value, first, second);
    x += xStep;
    curves += step;
  }
}
