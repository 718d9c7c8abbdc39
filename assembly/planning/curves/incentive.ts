/**
 * What a market pays back for an incentive per sale, by money. At the incentive c a share σ(a + b c) of the market D buys, each
 * sale worth v and each paid c: spend x = D σ c, response v D (σ(a + b c) − σ(a)).
 *
 * In c this is not concave. By the share it is a linear response to a convex spend, so that by x it is concave; and w = b c
 * has a closed form in x, with W Lambert's function:
 *
 *   y = b x / D = σ(a + w) w   ⇔   (w − y) e^(w − y) = y e^(−a − y)   ⇔   w = y + W(y e^(−a − y))
 *   Q = e^(−a − w),  N = 1 + Q (1 + w)
 *   f = v D σ(−a) (1 − e^−w) / (1 + Q),   f' = v b Q / N,   f'' = −v b²/D · Q ((1 + Q) / N)³
 *   f' = q:  with e = e^(a + w),  e + ln e = v b / q − 1 + a: Wright's ω
 *
 * Nothing cancels; W by Iacono and Boyd's start (within 2 %) and two of Fritsch's steps, each of which takes the error to its
 * fourth power: all lanes take two.
 *
 *   columns   0 a, v D   1 b   2 c, a   3 d, D   4 p, e^−a   5 q, σ(−a)   6 r, b / D
 *
 * Source: reference "Channel efficiency saturation", form B, after Zhao et al., "A Unified Framework for Marketing Budget
 * Allocation" (KDD 2019, arXiv 1902.01128). Fritsch, Shafer and Crowley, Algorithm 443 (1973); Iacono and Boyd (2017).
 */
import { exp, expDecay, log, log1p, one, sigmoid } from "../../math/elementary";
import { decay, rise } from "./decaying";
import { keep } from "./derivatives";

const STEPS = 2;
/** Above it y is taken as this: everything is spent in vain. */
const MOST: f64 = 1e300;

export function incentive(x: v128, at: usize, stride: usize): v128 {
  const r = v128.load(at + 6 * stride);
  const p = v128.load(at + 4 * stride);
  const y = f64x2.pmin(f64x2.mul(x, r), f64x2.splat(MOST));
  const w = f64x2.add(y, lambert(f64x2.mul(p, f64x2.mul(y, expDecay(f64x2.neg(y))))));
  const Q = f64x2.mul(p, decay(w));
  const up = rise;
  const odds = f64x2.add(one(), Q);
  const N = f64x2.add(one(), f64x2.mul(Q, f64x2.add(one(), w)));
  const A = v128.load(at);
  const steep = f64x2.mul(A, r);
  const share = f64x2.div(odds, N);
  const cube = f64x2.mul(share, f64x2.mul(share, share));
  keep(f64x2.mul(steep, f64x2.div(Q, N)), f64x2.neg(f64x2.mul(f64x2.mul(steep, r), f64x2.mul(Q, cube))));
  return f64x2.mul(f64x2.mul(A, v128.load(at + 5 * stride)), f64x2.div(up, odds));
}

/** The x of slope q; below 0 where no slope is that steep. */
export function incentiveInverse(q: v128, at: usize, stride: usize): v128 {
  const r = v128.load(at + 6 * stride);
  const a = v128.load(at + 2 * stride);
  const most = f64x2.pmin(f64x2.div(f64x2.mul(v128.load(at), r), q), f64x2.splat(MOST));
  const e = omega(f64x2.add(f64x2.sub(most, one()), a));
  const w = f64x2.sub(log(e), a);
  return f64x2.div(f64x2.div(w, f64x2.add(one(), f64x2.div(one(), e))), r);
}

/** v e^v = z, z >= 0. */
function lambert(z: v128): v128 {
  let v = start(log1p(z));
  for (let i = 0; i < STEPS; i++) v = step(v, f64x2.sub(log(f64x2.div(z, v)), v));
  return v128.and(v, f64x2.gt(z, f64x2.splat(0)));
}

/** v + ln v = K. */
function omega(K: v128): v128 {
  const soft = f64x2.add(f64x2.pmax(K, f64x2.splat(0)), log1p(expDecay(f64x2.neg(f64x2.abs(K)))));
  let v = start(soft);
  for (let i = 0; i < STEPS; i++) v = step(v, f64x2.sub(f64x2.sub(K, log(v)), v));
  return v;
}

/** W near, from L = ln(1 + z). */
function start(L: v128): v128 {
  const two = f64x2.add(one(), one());
  return f64x2.mul(L, f64x2.sub(one(), f64x2.div(log1p(L), f64x2.add(two, L))));
}

/** Fritsch's step, `r` what v + ln v lacks. */
function step(v: v128, r: v128): v128 {
  const n = f64x2.add(one(), v);
  const s = f64x2.div(r, n);
  const t = f64x2.div(s, n);
  const base = f64x2.add(one(), f64x2.mul(s, f64x2.splat(2.0 / 3.0)));
  const quotient = f64x2.div(f64x2.sub(base, f64x2.mul(t, f64x2.splat(0.5))), f64x2.sub(base, t));
  return f64x2.mul(v, f64x2.add(one(), f64x2.mul(s, quotient)));
}

/** p, q and r of one curve. */
export function prepareIncentive(b: f64, a: f64, market: f64, at: usize, stride: usize): void {
  const minus = f64x2.splat(-a);
  v128.store64_lane(at + 4 * stride, exp(minus), 0);
  v128.store64_lane(at + 5 * stride, sigmoid(minus), 0);
  store<f64>(at + 6 * stride, b / market);
}
