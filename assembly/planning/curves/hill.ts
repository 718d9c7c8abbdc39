/**
 * Curves of one power, in two steps so that a loop over each keeps the processor full (11.8 ns a spend against 16.5 in one
 * loop, Zen 4): the chain of a logarithm, a quotient, an exponential and a quotient is longer than it looks ahead. The quotient
 * of e^u is put into that of the value, and results go straight to memory: value and slope of Hill 12.4 ns instead of 16.0, of a
 * power 12.3 instead of 13.5.
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
import {
  denominator,
  logarithm,
  low,
  numerator,
  octaves,
  one,
  powerOfTwo,
  product,
  raised,
  ratio,
} from "../../math/elementary";
import { least } from "./derivatives";

/** |u| of more than this leaves nothing, or all: e^560 times a spend or a shape is a number still. */
const BOUND: f64 = 560;

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
  const bound = f64x2.splat(BOUND);
  for (let at: usize = 0; n > 0; n -= 2, at += 16) {
    // Q within e^±BOUND; where it would be above, f and its derivatives are 0.
    const minus = f64x2.neg(v128.load(us + at));
    const parts = ratio(f64x2.pmin(f64x2.pmax(minus, f64x2.neg(bound)), bound));
    const D = denominator;
    // Q = N / D, N = 2^n (D + 2r): f = max D / (D + N), which is max to the last digit where N is lost.
    const N = f64x2.mul(powerOfTwo(octaves), f64x2.add(D, parts));
    const sum = f64x2.add(v128.load(x), v128.load(curves + 3 * stride));
    const inside = f64x2.lt(minus, bound);
    const all = f64x2.add(D, N);
    const f = v128.and(inside, f64x2.mul(v128.load(curves), f64x2.div(D, all)));
    if (value) put(value + at, v128.and(f, f64x2.gt(sum, f64x2.splat(0))), n);
    if (first | second) {
      // f' = s f N / (a (D + N))
      const s = v128.load(curves + 4 * stride);
      const w = f64x2.div(f64x2.mul(s, N), f64x2.mul(all, least(sum)));
      const slope = f64x2.mul(f, w);
      if (first) put(first + at, slope, n);
      if (second) put(second + at, bend(slope, s, D, N, least(sum)), n);
    }
    x += xStep;
    curves += step;
  }
}

/** f'' = f' (s (N − D) / (N + D) − 1) / a */
function bend(slope: v128, s: v128, D: v128, N: v128, a: v128): v128 {
  const all = f64x2.add(D, N);
  const turn = f64x2.sub(f64x2.div(f64x2.mul(s, f64x2.sub(N, D)), all), one());
  return f64x2.div(f64x2.mul(slope, turn), a);
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
    const D = raised(v128.load(us + at));
    const above = f64x2.gt(spend, f64x2.splat(0));
    const top = f64x2.mul(v128.load(curves), numerator);
    if (value) put(value + at, v128.and(f64x2.div(top, D), above), n);
    if (first | second) {
      const s = v128.load(curves + 4 * stride);
      const from = least(spend);
      const slope = f64x2.div(f64x2.mul(s, top), f64x2.mul(D, from));
      if (first) put(first + at, slope, n);
      if (second) put(second + at, f64x2.div(f64x2.mul(f64x2.sub(s, one()), slope), from), n);
    }
    x += xStep;
    curves += step;
  }
}
