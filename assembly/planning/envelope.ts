/**
 * Concave envelopes of many curves, coordinate by coordinate, and what they answer to a price (media-mix.md, section 8;
 * Udell and Boyd, "Maximizing a Sum of Sigmoids", 2013).
 *
 * Coordinate i has f(x) = scale · curve(rate · x) on the box [l, u], first convex, then concave from z on. Its envelope is
 * the chord from l to w, then f; the chord's slope k is the price at which the answer jumps from l to w. With presence s > 0
 * (and l = 0) the box is {0} ∪ [s, u], and the chord ends at max(w, s). Tables may bend as they like: their answer is found
 * among their points.
 *
 *   columns of n f64 each, one after another from `at`:
 *   0 family  1 a  2 b  3 c  4 d  8 scale  9 rate │ 5 p  6 q  7 r  10 z         │ 11 l  12 u  13 s │ 14 f(l)  15 w  16 k
 *   given once                                    │ `prepare`, `inflections`  │ by node           │ 17 f'(w)  18 f'(u)
 *                                                                                               │ written by `envelopes`
 *   19: work
 */
import { pow } from "../math/each";
import { evaluate, HILL, LINEAR, LOGIT, POWER, REACH } from "./curves/evaluate";
import { inverse } from "./curves/inverse";
import { curveAt, pointBefore, TABLE } from "./response";

const A: usize = 1;
const SCALE: usize = 8;
const RATE: usize = 9;
const Z: usize = 10;
const L: usize = 11;
const U: usize = 12;
const S: usize = 13;
const FL: usize = 14;
const W: usize = 15;
const K: usize = 16;
const FW: usize = 17;
const FU: usize = 18;
const T: usize = 19;

/** Address of column c of row `row` (the address of its family), n bytes · 8 apart. */
function cell(row: usize, stride: usize, c: usize): usize {
  return row + c * stride;
}

/** f' beside what `f` returns. */
let slope: f64 = 0;
/** Value, slope and t of one coordinate. */
const one = memory.data(24);

/** f and, in `slope`, f' at x. */
function f(row: usize, stride: usize, x: f64): f64 {
  const rate = load<f64>(cell(row, stride, RATE));
  const scale = load<f64>(cell(row, stride, SCALE));
  curveAt(<i32>load<f64>(row), cell(row, stride, A), stride, x * rate, one);
  slope = scale * rate * load<f64>(one, 8);
  return scale * load<f64>(one);
}

/** The x of the concave side where f' = price, within [from, to]. */
function where(row: usize, stride: usize, price: f64, from: f64, to: f64): f64 {
  const rate = load<f64>(cell(row, stride, RATE));
  const q = price / (load<f64>(cell(row, stride, SCALE)) * rate);
  const t = inverse(<i32>load<f64>(row), f64x2.splat(q), cell(row, stride, A), stride);
  const x = f64x2.extract_lane(t, 0) / rate;
  // Also where it is no number: no slope is that steep.
  if (!(x > from)) return from;
  return x < to ? x : to;
}

/** Writes the inflection z of every coordinate: Infinity where the curve is convex or straight throughout. */
export function inflections(at: usize, n: i32): void {
  const stride = (<usize>n) << 3;
  for (let i = 0; i < n; i++) {
    const row = at + ((<usize>i) << 3);
    const family = <i32>load<f64>(row);
    const b = load<f64>(cell(row, stride, A + 1));
    const c = load<f64>(cell(row, stride, A + 2));
    const d = load<f64>(cell(row, stride, A + 3));
    let z = 0.0;
    if (family == HILL && c > 1.0) z = b * pow((c - 1.0) / (c + 1.0), 1.0 / c) - d;
    else if (family == LOGIT) z = c;
    else if (family == REACH) z = (c - 1.0) / b;
    else if (family == LINEAR || (family == POWER && b >= 1.0)) z = Infinity;
    store<f64>(cell(row, stride, Z), z > 0.0 ? z / load<f64>(cell(row, stride, RATE)) : 0.0);
  }
}

/** Envelopes of coordinates [from, to) on their boxes. */
export function envelopes(at: usize, n: i32, from: i32, to: i32): void {
  const stride = (<usize>n) << 3;
  for (let i = from; i < to; i++) {
    const row = at + ((<usize>i) << 3);
    const l = load<f64>(cell(row, stride, L));
    const u = load<f64>(cell(row, stride, U));
    const s = load<f64>(cell(row, stride, S));
    const z = load<f64>(cell(row, stride, Z));
    const fl = f(row, stride, l);
    store<f64>(cell(row, stride, FL), fl);
    let w = l;
    let k = 0.0;
    if (u > l && <i32>load<f64>(row) != TABLE) {
      if (l < z) w = tangent(row, stride, l, u, fl, z);
      if (l == 0.0 && s > w) w = s;
      if (w > l) k = (f(row, stride, w) - fl) / (w - l);
    }
    store<f64>(cell(row, stride, W), w);
    store<f64>(cell(row, stride, K), k);
    f(row, stride, w);
    store<f64>(cell(row, stride, FW), slope);
    f(row, stride, u);
    store<f64>(cell(row, stride, FU), slope);
  }
}

/**
 * The w in [z, u] where the chord from l touches f, by Dinkelbach's method for max (f(x) − f(l)) / (x − l): the point whose
 * slope is the best quotient so far. The quotients rise to the best one quadratically: about five steps, against sixty of
 * a bisection.
 */
function tangent(row: usize, stride: usize, l: f64, u: f64, fl: f64, z: f64): f64 {
  if (u <= z) return u;
  let w = u;
  let k = (f(row, stride, u) - fl) / (u - l);
  if (slope >= k) return u;
  for (let i = 0; i < 60; i++) {
    const x = where(row, stride, k, z, u);
    const next = (f(row, stride, x) - fl) / (x - l);
    if (!(next > k)) break;
    k = next;
    w = x;
  }
  return w;
}

/**
 * Where envelope − price · x is largest, for coordinates [from, to): the smallest such x to `low`, the largest to `high`
 * (they differ where the price is a chord's slope). Their sums go to out, f64: Σ low, Σ high.
 */
export function respond(at: usize, n: i32, from: i32, to: i32, price: f64, low: usize, high: usize, out: usize): void {
  const stride = (<usize>n) << 3;
  let lows = 0.0;
  let highs = 0.0;
  for (let i = from; i < to; i++) {
    const row = at + ((<usize>i) << 3);
    const l = load<f64>(cell(row, stride, L));
    const u = load<f64>(cell(row, stride, U));
    let x = l;
    let y = l;
    if (u > l) {
      if (<i32>load<f64>(row) == TABLE) {
        x = bestPoint(row, stride, price, false);
        y = price <= 0.0 ? u : bestPoint(row, stride, price, true);
      } else {
        const w = load<f64>(cell(row, stride, W));
        const k = load<f64>(cell(row, stride, K));
        if (w <= l || price <= k) {
          y = right(row, stride, price, w, u);
          x = w > l && price == k ? l : y;
        }
      }
    }
    store<f64>(low + ((<usize>i) << 3), x);
    store<f64>(high + ((<usize>i) << 3), y);
    lows += x;
    highs += y;
  }
  store<f64>(out, lows);
  store<f64>(out, highs, 8);
}

/** Where f − price · x is largest on [w, u], the concave side. */
function right(row: usize, stride: usize, price: f64, w: f64, u: f64): f64 {
  if (price <= load<f64>(cell(row, stride, FU))) return u;
  if (price >= load<f64>(cell(row, stride, FW))) return w;
  return where(row, stride, price, w, u);
}

/** Where a table's f − price · x is largest among its points in the box and the box's ends: the first, or the last such. */
function bestPoint(row: usize, stride: usize, price: f64, last: bool): f64 {
  const l = load<f64>(cell(row, stride, L));
  const u = load<f64>(cell(row, stride, U));
  const s = load<f64>(cell(row, stride, S));
  const rate = load<f64>(cell(row, stride, RATE));
  const points = <usize>load<f64>(cell(row, stride, A));
  const count = <i32>load<f64>(cell(row, stride, A + 1));
  let best = l;
  let most = load<f64>(cell(row, stride, FL)) - price * l;
  const start = l == 0.0 && s > 0.0 ? s : l;
  if (start > l) {
    const at = f(row, stride, start) - price * start;
    if (at > most || (last && at == most)) {
      most = at;
      best = start;
    }
  }
  for (let i = pointBefore(points, count, start * rate) + 1; i <= count; i++) {
    let x = i < count ? load<f64>(points + ((<usize>i) << 4)) / rate : u;
    const end = x >= u;
    if (end) x = u;
    const at = f(row, stride, x) - price * x;
    if (at > most || (last && at == most)) {
      most = at;
      best = x;
    }
    if (end) break;
  }
  return best;
}

/**
 * Σ over [from, to) of max (envelope − price · x), never below the true maximum: where the point found is not exactly the
 * best, the tangent at it says by how much at most. To out, f64: the sum; Σ |f| + price · x, on which rounding is taken.
 */
export function conjugates(at: usize, n: i32, from: i32, to: i32, price: f64, out: usize): void {
  const stride = (<usize>n) << 3;
  let sum = 0.0;
  let size = 0.0;
  for (let i = from; i < to; i++) {
    const row = at + ((<usize>i) << 3);
    const l = load<f64>(cell(row, stride, L));
    const u = load<f64>(cell(row, stride, U));
    const fl = load<f64>(cell(row, stride, FL));
    let best = fl - price * l;
    let x = l;
    let fx = fl;
    if (u > l) {
      if (<i32>load<f64>(row) == TABLE) {
        x = bestPoint(row, stride, price, false);
        fx = f(row, stride, x);
        best = fx - price * x;
      } else {
        const w = load<f64>(cell(row, stride, W));
        const x1 = right(row, stride, price, w, u);
        const f1 = f(row, stride, x1);
        const s1 = slope;
        let most = f1 - price * x1;
        // Below 1e-290 the answer itself has lost its digits, and brings nothing that a sum could show.
        if (x1 < u && s1 > price && x1 > 1e-290) most += (s1 - price) * (u - x1);
        if (x1 > w && s1 < price) most += (price - s1) * (x1 - w);
        if (w <= l || most > best) {
          best = most;
          x = x1;
          fx = f1;
        }
      }
    }
    sum += best;
    size += fx + price * x;
  }
  store<f64>(out, sum);
  store<f64>(out, size, 8);
}

/**
 * A price strictly between `least` and `most` at which some coordinate of [from, to) jumps, the nearest to `middle`; 0 where
 * there is none. `low` is the answer at `most`, `high` the answer at `least`: a table's jumps lie between them.
 */
export function jumpBetween(
  at: usize,
  n: i32,
  from: i32,
  to: i32,
  least: f64,
  most: f64,
  middle: f64,
  low: usize,
  high: usize,
): f64 {
  const stride = (<usize>n) << 3;
  let best = 0.0;
  let distance = Infinity;
  for (let i = from; i < to; i++) {
    const row = at + ((<usize>i) << 3);
    let k = load<f64>(cell(row, stride, K));
    if (<i32>load<f64>(row) == TABLE) {
      const x = load<f64>(low + ((<usize>i) << 3));
      const y = load<f64>(high + ((<usize>i) << 3));
      if (!(y > x)) continue;
      k = (f(row, stride, y) - f(row, stride, x)) / (y - x);
    }
    if (!(k > least && k < most)) continue;
    const away = Math.abs(k - middle);
    if (away < distance) {
      distance = away;
      best = k;
    }
  }
  return best;
}

/** f and f' of coordinates [from, to) at x, to `values` and `slopes`: runs of one family go through its kernel together. */
export function responses(at: usize, n: i32, from: i32, to: i32, x: usize, values: usize, slopes: usize): void {
  const stride = (<usize>n) << 3;
  for (let i = from; i < to; i++) {
    const place = (<usize>i) << 3;
    store<f64>(cell(at, stride, T) + place, load<f64>(x + place) * load<f64>(cell(at, stride, RATE) + place));
  }
  for (let i = from; i < to; ) {
    const place = (<usize>i) << 3;
    const row = at + place;
    const family = load<f64>(row);
    let end = i + 1;
    while (end < to && load<f64>(at + ((<usize>end) << 3)) == family) end++;
    if (<i32>family == TABLE) {
      for (; i < end; i++) {
        const here = (<usize>i) << 3;
        store<f64>(values + here, f(at + here, stride, load<f64>(x + here)));
        store<f64>(slopes + here, slope);
      }
      continue;
    }
    const t = cell(row, stride, T);
    evaluate(<i32>family, cell(row, stride, A), stride, 8, t, 8, end - i, values + place, slopes + place, 0);
    for (; i < end; i++) {
      const here = (<usize>i) << 3;
      const scale = load<f64>(cell(at, stride, SCALE) + here);
      store<f64>(values + here, scale * load<f64>(values + here));
      store<f64>(slopes + here, scale * load<f64>(cell(at, stride, RATE) + here) * load<f64>(slopes + here));
    }
  }
}
