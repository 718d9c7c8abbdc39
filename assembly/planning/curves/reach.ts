/**
 * Reach: how many of a population N have had k contacts or more, by contacts x that fall on people at random: the number a
 * person has is Poisson's of mean λ = x / N.
 *
 *   t_j = λ^j e^−λ / j!
 *   f = N (1 − Σ_(j<k) t_j) = N t_k (1 + λ/(k+1) + λ²/((k+1)(k+2)) + …),   f' = t_(k−1),   f'' = (t_(k−2) − t_(k−1)) / N
 *
 * The series where λ < k + 1, the difference beyond, where it is a half or more: nothing cancels. For k = 1 it is
 * N (1 − e^−λ); for more S-shaped with its inflection at λ = k − 1. A lane whose series has ended stays.
 *
 *   f' = q:   (k − 1) ln λ − λ − ln (k−1)! = ln q,   concave in λ. As ln λ <= λ/2s + ln 2s − 1 with s = k − 1, the root lies below
 *   2 (s (ln 2s − 1) − ln s! − ln q); from there Newton comes down to the upper root and never passes it.
 *
 *   columns   0 a, N   1 b, 1 / N   2 c, k   4 p, ln (k−1)!   5 q, s (ln 2s − 1) − ln s!
 *
 * Source: budget-optimisation checklist, 13; incomplete gamma function, Abramowitz and Stegun 6.5.
 */
import { expDecay, log, one } from "../../math/elementary";
import { keep } from "./derivatives";

/** Beyond it everybody has had enough contacts, to all digits. */
const MOST: f64 = 10_000;
const MOST_TERMS = 400;
const MOST_STEPS = 60;

export function reach(x: v128, at: usize, stride: usize): v128 {
  const b = v128.load(at + stride);
  const k = v128.load(at + 2 * stride);
  const zero = f64x2.splat(0);
  const lambda = f64x2.pmin(f64x2.mul(x, b), f64x2.splat(MOST));
  let last = expDecay(f64x2.neg(lambda));
  let before = zero;
  let sum = last;
  const most = max(f64x2.extract_lane(k, 0), f64x2.extract_lane(k, 1));
  for (let j: f64 = 1; j < most; j += 1) {
    const more = f64x2.lt(f64x2.splat(j), k);
    const next = f64x2.mul(last, f64x2.div(lambda, f64x2.splat(j)));
    before = v128.bitselect(last, before, more);
    last = v128.bitselect(next, last, more);
    sum = v128.bitselect(f64x2.add(sum, next), sum, more);
  }
  const N = v128.load(at);
  const slope = f64x2.mul(f64x2.mul(N, b), last);
  keep(slope, f64x2.mul(f64x2.mul(f64x2.mul(N, b), b), f64x2.sub(before, last)));
  let moving = f64x2.lt(lambda, f64x2.add(k, one()));
  const near = moving;
  let term = f64x2.mul(last, f64x2.div(lambda, k));
  let series = term;
  let denominator = k;
  for (let i = 0; i < MOST_TERMS && v128.any_true(moving); i++) {
    denominator = f64x2.add(denominator, one());
    term = f64x2.mul(term, f64x2.div(lambda, denominator));
    series = v128.bitselect(f64x2.add(series, term), series, moving);
    moving = v128.and(moving, f64x2.gt(term, f64x2.mul(series, f64x2.splat(1e-17))));
  }
  return f64x2.mul(N, v128.bitselect(series, f64x2.sub(one(), sum), near));
}

/** The larger x of slope q; NaN where no slope is that steep. */
export function reachInverse(q: v128, at: usize, stride: usize): v128 {
  const b = v128.load(at + stride);
  const s = f64x2.sub(v128.load(at + 2 * stride), one());
  const zero = f64x2.splat(0);
  const target = log(f64x2.div(q, f64x2.mul(v128.load(at), b)));
  const offset = f64x2.add(target, v128.load(at + 4 * stride));
  const far = f64x2.sub(v128.load(at + 5 * stride), target);
  let lambda = f64x2.add(far, far);
  let lost = v128.not(f64x2.gt(lambda, zero));
  let moving = v128.not(lost);
  for (let step = 0; step < MOST_STEPS && v128.any_true(moving); step++) {
    const slope = f64x2.sub(f64x2.div(s, lambda), one());
    // Past the top of the concave side.
    lost = v128.or(lost, v128.and(moving, f64x2.ge(slope, zero)));
    const miss = f64x2.sub(f64x2.sub(f64x2.mul(s, log(lambda)), lambda), offset);
    const move = f64x2.div(miss, slope);
    const next = f64x2.sub(lambda, move);
    // The error of the next step is at most move² s / (2 λ² |slope|).
    const error = f64x2.mul(f64x2.mul(move, move), s);
    const bar = f64x2.mul(f64x2.mul(f64x2.splat(-2e-16), slope), f64x2.mul(lambda, f64x2.mul(lambda, lambda)));
    lambda = v128.bitselect(next, lambda, moving);
    moving = v128.andnot(v128.and(moving, f64x2.gt(error, bar)), lost);
  }
  return v128.bitselect(f64x2.splat(NaN), f64x2.div(lambda, b), lost);
}

/** p and q of one curve. */
export function prepareReach(k: f64, at: usize, stride: usize): void {
  let factorial: f64 = 1;
  for (let j: f64 = 2; j < k; j += 1) factorial *= j;
  const ln = f64x2.extract_lane(log(f64x2.splat(factorial)), 0);
  const s = k - 1;
  store<f64>(at + 4 * stride, ln);
  store<f64>(at + 5 * stride, s > 0 ? s * (f64x2.extract_lane(log(f64x2.splat(2 * s)), 0) - 1) - ln : 0);
}
