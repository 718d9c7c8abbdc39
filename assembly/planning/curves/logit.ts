/**
 * Logit: L(x) = G (σ(b (x − m)) − σ(−b m)), zero at zero, S-shaped where m > 0.
 *
 *   σ(u) − σ(v) = σ(u) σ(−v) (1 − e^−(u−v)):     L = G σ(bm) (1 − E) / (1 + Q),   E = e^−bx,  Q = e^(bm − bx) = E e^bm
 *   L' = G b Q / (1 + Q)²,   L'' = L' b (Q − 1) / (Q + 1)
 *
 * Nothing cancels: 1 − E is −expm1(−bx). One exponential a spend: E = 2^n (1 + p), and e^bm is kept as 2^octaves · rest, so
 * that Q neither overflows nor vanishes before L does.
 *
 *   columns   0 a, G   1 b   4, 5 p and q, e^bm = 2^p q, 0.7 <= q < 1.5   6 r, σ(bm)
 *
 * Source: reference "Channel efficiency saturation", form A; HillSigmoid of PyMC-Marketing, components/saturation.py.
 */
import { excess, low, octaves, one, powerOfTwo, product, sigmoid } from "../../math/elementary";
import { keep } from "./derivatives";

/** MAGIC ± 1000: beyond e^±693 the curve is flat to all digits. */
const LEAST: f64 = 6755399441054744.0;
const MOST: f64 = 6755399441056744.0;
/** The least −bx: octaves stay whole numbers. */
const END: f64 = -1e9;

export function logit(x: v128, at: usize, stride: usize): v128 {
  const b = v128.load(at + stride);
  const p = excess(f64x2.pmax(f64x2.neg(f64x2.mul(b, x)), f64x2.splat(END)));
  const shifted = f64x2.add(octaves, v128.load(at + 4 * stride));
  const scale = powerOfTwo(f64x2.pmin(f64x2.pmax(shifted, f64x2.splat(LEAST)), f64x2.splat(MOST)));
  const Q = f64x2.mul(f64x2.mul(f64x2.add(one(), p), v128.load(at + 5 * stride)), scale);
  const two = powerOfTwo(f64x2.pmax(octaves, f64x2.splat(LEAST)));
  const rise = f64x2.sub(f64x2.sub(one(), two), f64x2.mul(two, p));
  const r = f64x2.div(one(), f64x2.add(one(), Q));
  const G = v128.load(at);
  const slope = f64x2.mul(f64x2.mul(G, b), f64x2.mul(f64x2.mul(Q, r), r));
  keep(slope, f64x2.mul(f64x2.mul(slope, b), f64x2.mul(f64x2.sub(Q, one()), r)));
  return f64x2.mul(f64x2.mul(G, v128.load(at + 6 * stride)), f64x2.mul(rise, r));
}

/** p, q and r of one curve from its slope and midpoint. */
export function prepareLogit(b: f64, m: f64, at: usize, stride: usize): void {
  const bm = product(f64x2.splat(b), f64x2.splat(m), f64x2.splat(0));
  const lower = low;
  const excessOfOne = excess(f64x2.pmin(f64x2.pmax(bm, f64x2.splat(END)), f64x2.splat(-END)));
  const e = f64x2.add(one(), excessOfOne);
  v128.store64_lane(at + 4 * stride, f64x2.sub(octaves, f64x2.splat(0.5 * (LEAST + MOST))), 0);
  v128.store64_lane(at + 5 * stride, f64x2.add(e, f64x2.mul(e, lower)), 0);
  v128.store64_lane(at + 6 * stride, sigmoid(bm), 0);
}
