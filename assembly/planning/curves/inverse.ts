/**
 * Where a curve of two has a given slope q > 0 on its concave side: the largest such x; NaN where no slope is that steep. The
 * parameters are those of evaluate.ts; not for linear curves.
 *
 *   logit            σ (1 − σ) = q / (G b) =: y / 4 has the upper root σ = (1 + δ) / 2, δ = √(1 − y); odds (1 + δ)² / y
 *   tanh             1 − tanh² = q / (max rate) =: y;  artanh √(1 − y) = ln ((1 + √(1 − y)) / √y)
 *   michaelis-menten √(max half / q) − half        power  (q / (scale s))^(1 / (s − 1))
 *   log              scale / q − unit              exponential  ln (max rate / q) / rate
 *   incentive, reach: beside their values
 *   hill             in v = s ln (a / h):  ln f' = ln (max s / h) + α v − 2 ln (1 + e^v),  α = 1 − 1/s
 *
 * The right side of Hill's equation is concave in v and lies below α v − 2 max(v, 0): from where that line meets the target,
 * Newton comes down to the upper root from the right and never passes it, about five steps. A lane that has arrived stays,
 * so that its bits do not depend on its neighbour.
 */
import { exp, expDecay, log, logarithm, low, one, pow } from "../../math/elementary";
import { EXPONENTIAL, HILL, INCENTIVE, LOG, LOGIT, MICHAELIS_MENTEN, POWER, REACH, TANH } from "./evaluate";
import { incentiveInverse } from "./incentive";
import { reachInverse } from "./reach";

const MOST_STEPS = 60;

export function inverse(family: i32, q: v128, at: usize, stride: usize): v128 {
  const a = v128.load(at);
  const b = v128.load(at + stride);
  const y = f64x2.div(q, f64x2.mul(a, b));
  switch (family) {
    case HILL:
      return f64x2.sub(hill(q, at, stride), v128.load(at + 3 * stride));
    case LOGIT: {
      const four = f64x2.mul(y, f64x2.splat(4));
      const top = f64x2.add(one(), f64x2.sqrt(f64x2.sub(one(), four)));
      return f64x2.add(v128.load(at + 2 * stride), f64x2.div(log(f64x2.div(f64x2.mul(top, top), four)), b));
    }
    case TANH: {
      const top = f64x2.add(one(), f64x2.sqrt(f64x2.sub(one(), y)));
      return f64x2.div(log(f64x2.div(top, f64x2.sqrt(y))), b);
    }
    case MICHAELIS_MENTEN:
      return f64x2.sub(f64x2.sqrt(f64x2.div(f64x2.mul(a, b), q)), b);
    case POWER:
      return pow(y, f64x2.div(one(), f64x2.sub(b, one())));
    case LOG:
      return f64x2.sub(f64x2.div(a, q), b);
    case EXPONENTIAL:
      return f64x2.neg(f64x2.div(log(y), b));
    case INCENTIVE:
      return incentiveInverse(q, at, stride);
    case REACH:
      return reachInverse(q, at, stride);
    default:
      return f64x2.splat(NaN);
  }
}

/** a = x + carry of Hill's root. */
function hill(q: v128, at: usize, stride: usize): v128 {
  const b = v128.load(at + stride);
  const s = v128.load(at + 2 * stride);
  const zero = f64x2.splat(0);
  const two = f64x2.add(one(), one());
  const target = log(f64x2.div(f64x2.mul(q, b), f64x2.mul(v128.load(at), s)));
  const alpha = f64x2.sub(one(), f64x2.div(one(), s));
  const above = f64x2.gt(target, zero);
  let lost = v128.and(above, f64x2.ge(alpha, zero));
  let v = f64x2.div(target, v128.bitselect(alpha, f64x2.sub(alpha, two), above));
  let moving = v128.not(lost);
  for (let step = 0; step < MOST_STEPS; step++) {
    const e = expDecay(f64x2.neg(f64x2.abs(v)));
    const inverse = f64x2.div(one(), f64x2.add(one(), e));
    const share = f64x2.mul(inverse, v128.bitselect(one(), e, f64x2.gt(v, zero)));
    const soft = f64x2.add(f64x2.add(logarithm(f64x2.add(one(), e)), low), f64x2.pmax(v, zero));
    const slope = f64x2.sub(alpha, f64x2.mul(two, share));
    // Past the top of the concave side: no slope is that steep.
    lost = v128.or(lost, v128.and(moving, f64x2.ge(slope, zero)));
    const miss = f64x2.sub(f64x2.sub(f64x2.mul(alpha, v), f64x2.mul(two, soft)), target);
    const move = f64x2.div(miss, slope);
    v = v128.bitselect(f64x2.sub(v, move), v, moving);
    // The error of the next step is at most move² / (4 |slope|).
    const far = f64x2.gt(f64x2.mul(move, move), f64x2.mul(f64x2.splat(-2.0e-16), slope));
    moving = v128.andnot(v128.and(moving, far), lost);
    if (!v128.any_true(moving)) break;
  }
  return v128.bitselect(f64x2.splat(NaN), f64x2.mul(b, exp(f64x2.div(v, s))), lost);
}
