/**
 * Curves of one quotient or one logarithm.
 *
 *   michaelis-menten   f = max x / (half + x)       columns   0 a, max     1 b, half
 *   log                f = scale ln(1 + x / unit)   columns   0 a, scale   1 b, unit
 *   linear             f = slope x                  columns   0 a, slope
 *
 * Source: R/R/transformation.R of Robyn (Michaelis-Menten); LogSaturation, NoSaturation of PyMC-Marketing.
 */
import { log1p, one } from "../../math/elementary";
import { keep } from "./derivatives";

export function michaelisMenten(x: v128, at: usize, stride: usize): v128 {
  const max = v128.load(at);
  const half = v128.load(at + stride);
  const r = f64x2.div(one(), f64x2.add(half, x));
  const slope = f64x2.mul(f64x2.mul(max, half), f64x2.mul(r, r));
  keep(slope, f64x2.mul(f64x2.mul(f64x2.splat(-2), slope), r));
  return f64x2.mul(f64x2.mul(max, x), r);
}

export function logarithmic(x: v128, at: usize, stride: usize): v128 {
  const scale = v128.load(at);
  const unit = v128.load(at + stride);
  const r = f64x2.div(one(), f64x2.add(unit, x));
  const slope = f64x2.mul(scale, r);
  keep(slope, f64x2.neg(f64x2.mul(slope, r)));
  return f64x2.mul(scale, log1p(f64x2.div(x, unit)));
}

export function linear(x: v128, at: usize): v128 {
  const slope = v128.load(at);
  keep(slope, f64x2.splat(0));
  return f64x2.mul(slope, x);
}
