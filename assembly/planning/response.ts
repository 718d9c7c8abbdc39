/**
 * One response curve at one point: value, slope, and the largest point of a given slope. Scalar, for loops that take a
 * different curve at every step (the envelopes of the separable method).
 *
 *   family        a        b       c         d        value at t
 *   0 hill        max      half    shape     carry    a v^c / (b^c + v^c), v = t + d
 *   1 logit       max      slope   midpoint           a (σ(b (t − c)) − σ(−b c))
 *   2 tanh        max      rate                       a tanh(b t)
 *   3 hyperbola   max      half                       a t / (b + t)                (Michaelis–Menten)
 *   4 power       scale    exponent                   a t^b
 *   5 log         scale    unit                       a ln(1 + t / b)
 *   6 exponential max      rate                       a (1 − e^(−b t))
 *   7 linear      slope                               a t
 *   8 table       address  points                     straight between (t₀, f₀) = (0, 0), (t₁, f₁), …: f64 pairs, level at the end
 */

export const HILL: i32 = 0;
export const LOGIT: i32 = 1;
export const TANH: i32 = 2;
export const HYPERBOLA: i32 = 3;
export const POWER: i32 = 4;
export const LOG: i32 = 5;
export const EXPONENTIAL: i32 = 6;
export const LINEAR: i32 = 7;
export const TABLE: i32 = 8;

export function valueAt(family: i32, a: f64, b: f64, c: f64, d: f64, t: f64): f64 {
  switch (family) {
    case HILL: {
      const v = t + d;
      if (v <= 0.0) return 0.0;
      const r = Math.pow(v / b, c);
      // From above one the quotient of infinities is near.
      return r > 1.0 ? a / (1.0 + 1.0 / r) : (a * r) / (1.0 + r);
    }
    case LOGIT:
      // σ(u) − σ(v) = (1 − e^(v − u)) σ(u) σ(−v): nothing cancels near zero.
      return a * sigma(b * (t - c)) * sigma(b * c) * -Math.expm1(-b * t);
    case TANH:
      return a * Math.tanh(b * t);
    case HYPERBOLA:
      return t == Infinity ? a : (a * t) / (b + t);
    case POWER:
      return a * Math.pow(t, b);
    case LOG:
      return a * Math.log1p(t / b);
    case EXPONENTIAL:
      return a * -Math.expm1(-b * t);
    case LINEAR:
      return a * t;
    default:
      return tableAt(<usize>a, <i32>b, t);
  }
}

export function slopeAt(family: i32, a: f64, b: f64, c: f64, d: f64, t: f64): f64 {
  switch (family) {
    case HILL: {
      const v = t + d;
      if (v <= 0.0) return c < 1.0 ? Infinity : c == 1.0 ? a / b : 0.0;
      // r / (1 + r)² is the same for r and 1/r.
      const r = Math.pow(v / b, v > b ? -c : c);
      return ((a * c) / v) * (r / ((1.0 + r) * (1.0 + r)));
    }
    case LOGIT: {
      const e = Math.exp(-Math.abs(b * (t - c)));
      return (a * b * e) / ((1.0 + e) * (1.0 + e));
    }
    case TANH: {
      const e = Math.exp(-2.0 * b * t);
      return (4.0 * a * b * e) / ((1.0 + e) * (1.0 + e));
    }
    case HYPERBOLA:
      return (a * (b / (b + t))) / (b + t);
    case POWER:
      if (t <= 0.0) return b < 1.0 ? Infinity : b == 1.0 ? a : 0.0;
      return a * b * Math.pow(t, b - 1.0);
    case LOG:
      return a / (b + t);
    case EXPONENTIAL:
      return a * b * Math.exp(-b * t);
    case LINEAR:
      return a;
    default:
      return tableSlope(<usize>a, <i32>b, t);
  }
}

/** The largest t at which the slope is q > 0; NaN where no slope is that steep. Not for linear curves and tables. */
export function whereSlope(family: i32, a: f64, b: f64, c: f64, d: f64, q: f64): f64 {
  switch (family) {
    case HILL:
      return hillWhere(a, b, c, q) - d;
    case LOGIT: {
      // σ' = y has its upper root at σ = (1 + δ) / 2, δ = √(1 − 4y); odds (1 + δ) / (1 − δ) = (1 + δ)² / 4y.
      const y = (4.0 * q) / (a * b);
      if (y > 1.0) return NaN;
      const top = 1.0 + Math.sqrt(1.0 - y);
      return c + Math.log((top * top) / y) / b;
    }
    case TANH: {
      const y = q / (a * b);
      if (y > 1.0) return NaN;
      return Math.log((1.0 + Math.sqrt(1.0 - y)) / Math.sqrt(y)) / b;
    }
    case HYPERBOLA:
      return Math.sqrt((a * b) / q) - b;
    case POWER:
      return Math.pow(q / (a * b), 1.0 / (b - 1.0));
    case LOG:
      return a / q - b;
    default:
      return Math.log((a * b) / q) / b;
  }
}

/**
 * Hill's slope in v = shape · ln(t / half):  ln f' = ln(a c / b) + α v − 2 ln(1 + e^v),  α = 1 − 1/c. The right side is
 * concave in v and lies below α v − 2 max(v, 0): from where that line meets the target, Newton comes down to the upper root
 * from the right and never passes it.
 */
function hillWhere(a: f64, b: f64, c: f64, q: f64): f64 {
  const target = Math.log((q * b) / (a * c));
  const alpha = 1.0 - 1.0 / c;
  if (target > 0.0 && alpha >= 0.0) return NaN;
  let v = target <= 0.0 ? target / (alpha - 2.0) : target / alpha;
  for (let i = 0; i < 60; i++) {
    const e = Math.exp(-Math.abs(v));
    const up = v > 0.0;
    const soft = Math.log1p(e) + (up ? v : 0.0);
    const share = up ? 1.0 / (1.0 + e) : e / (1.0 + e);
    const slope = alpha - 2.0 * share;
    // Past the top of the concave side: no slope is that steep.
    if (slope >= 0.0) return NaN;
    const step = (alpha * v - 2.0 * soft - target) / slope;
    v -= step;
    if (Math.abs(step) <= 4.0e-16 * (1.0 + Math.abs(v))) break;
  }
  return b * Math.exp(v / c);
}

function sigma(u: f64): f64 {
  if (u >= 0.0) return 1.0 / (1.0 + Math.exp(-u));
  const e = Math.exp(u);
  return e / (1.0 + e);
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
