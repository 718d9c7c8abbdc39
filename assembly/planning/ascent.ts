/**
 * Steps of a spectral projected gradient on n spends in f64 (Birgin, Martínez and Raydan 2000), and its certificate.
 *
 * Columns of n f64, padded to an even length with zeros in every column, so that two lanes at a time need no rest. Sums are
 * taken in two lanes from the front: the same bits on every runtime.
 */

/** d = p − x; returns gᵀd, the slope along it. */
export function direction(x: usize, p: usize, g: usize, n: u32, d: usize): f64 {
  let sum = f64x2.splat(0);
  for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
    const step = f64x2.sub(v128.load(p + at), v128.load(x + at));
    v128.store(d + at, step);
    sum = f64x2.add(sum, f64x2.mul(v128.load(g + at), step));
  }
  return total(sum);
}

/** out = x + t d. */
export function along(x: usize, d: usize, t: f64, n: u32, out: usize): void {
  const T = f64x2.splat(t);
  for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
    v128.store(out + at, f64x2.add(v128.load(x + at), f64x2.mul(T, v128.load(d + at))));
  }
}

/** Barzilai and Borwein's step ‖s‖² / sᵀy between two points of an ascent, s = x′ − x and y = g − g′; −1 where sᵀy is not positive. */
export function spectral(x: usize, g: usize, toX: usize, toG: usize, n: u32): f64 {
  let squares = f64x2.splat(0);
  let curved = f64x2.splat(0);
  for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
    const s = f64x2.sub(v128.load(toX + at), v128.load(x + at));
    const y = f64x2.sub(v128.load(g + at), v128.load(toG + at));
    squares = f64x2.add(squares, f64x2.mul(s, s));
    curved = f64x2.add(curved, f64x2.mul(s, y));
  }
  const sy = total(curved);
  return sy > 0 ? total(squares) / sy : -1;
}

/** gᵀx. */
export function gainOf(g: usize, x: usize, n: u32): f64 {
  let sum = f64x2.splat(0);
  for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(g + at), v128.load(x + at)));
  }
  return total(sum);
}

/**
 * The linear program behind the Frank–Wolfe gap (Frank and Wolfe 1956; Jaggi 2013) by its dual in the price of money:
 *
 *   max gᵀs, l ≤ s ≤ u, Σ s = B   ≤   h(λ) = λ B + Σ max((g_i − λ) l_i, (g_i − λ) u_i)      for every λ
 *
 * h is convex and piecewise linear: each step goes where the lines at the two ends of the bracket meet (Kelley 1960), which
 * is at the least of h after a few of them, against fifty halvings. Ends when what is left to gain is `enough`. Returns the
 * least value seen, a bound wherever it stopped. With `atMost` the sum may stay below B and λ is not negative. `out` 0 f64 λ,
 * in and out: the first to be tried. What cannot move (l = u) has no say in the bracket.
 */
export function mostAlong(
  g: usize,
  l: usize,
  u: usize,
  n: u32,
  budget: f64,
  atMost: bool,
  enough: f64,
  out: usize,
): f64 {
  let low = Infinity;
  let high = -Infinity;
  // Σ l, Σ u, Σ g l, Σ g u: h is one line left of the smallest g and another right of the largest.
  let floors = 0.0;
  let tops = 0.0;
  let atFloors = 0.0;
  let atTops = 0.0;
  for (let at: usize = 0, end = (<usize>n) << 3; at < end; at += 8) {
    const G = load<f64>(g + at);
    const L = load<f64>(l + at);
    const U = load<f64>(u + at);
    floors += L;
    tops += U;
    atFloors += G * L;
    atTops += G * U;
    if (!(U > L)) continue;
    low = min(low, G);
    high = max(high, G);
  }
  if (!(low <= high)) return atFloors + (atMost ? 0.0 : load<f64>(out) * (budget - floors));
  if (atMost && high < 0) high = 0;
  let fromHigh = budget - floors;
  let atHigh = high * fromHigh + atFloors;
  let fromLow = budget - tops;
  let atLow = low * fromLow + atTops;
  // A sum that stays below B even at all tops has no price.
  if (atMost && (low < 0 || fromLow > 0)) {
    low = 0;
    atLow = dual(g, l, u, n, budget, 0);
    fromLow = slope;
  }
  let least = min(atLow, atHigh);
  let price = atLow < atHigh ? low : high;
  let middle = load<f64>(out);
  for (let step = 0; step < MOST_STEPS && fromLow < 0 && fromHigh > 0; step++) {
    const meet = (atHigh - atLow + fromLow * low - fromHigh * high) / (fromLow - fromHigh);
    // Both ends are above the least of h by no more than what their lines say.
    if (least - (atLow + fromLow * (meet - low)) <= enough) break;
    if (step > 0 || !(middle > low && middle < high)) middle = meet;
    if (!(middle > low && middle < high)) middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) break;
    const h = dual(g, l, u, n, budget, middle);
    if (h < least) {
      least = h;
      price = middle;
    }
    if (slope > 0) {
      high = middle;
      atHigh = h;
      fromHigh = slope;
    } else {
      low = middle;
      atLow = h;
      fromLow = slope;
    }
  }
  store<f64>(out, price);
  return least;
}

const MOST_STEPS = 200;
/** h' beside what `dual` returns. */
let slope: f64 = 0;

/** h(λ), and its slope B − Σ s. */
function dual(g: usize, l: usize, u: usize, n: u32, budget: f64, price: f64): f64 {
  const LAMBDA = f64x2.splat(price);
  let value = f64x2.splat(0);
  let spent = f64x2.splat(0);
  for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
    const rate = f64x2.sub(v128.load(g + at), LAMBDA);
    const s = v128.bitselect(v128.load(u + at), v128.load(l + at), f64x2.gt(rate, f64x2.splat(0)));
    value = f64x2.add(value, f64x2.mul(rate, s));
    spent = f64x2.add(spent, s);
  }
  slope = budget - total(spent);
  return price * budget + total(value);
}

function bytesOf(n: u32): usize {
  return (<usize>((n + 1) & ~1)) << 3;
}

function total(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

/**
 * The point nearest to v with Σ = B (at most B, with `atMost`) and l ≤ x ≤ u, into `out`: x_i = clamp(v_i − m), m the price
 * of the sum. Newton on the piecewise linear Σ clamp(v − m) − B inside a bracket (a bisection where Newton leaves it): one
 * or two turns where the last price is near. `price` 0 f64 m, in and out. Returns Σ x.
 */
export function nearestPlan(
  v: usize,
  l: usize,
  u: usize,
  n: u32,
  budget: f64,
  atMost: bool,
  price: usize,
  out: usize,
): f64 {
  let low = atMost ? 0.0 : -Infinity;
  let high = Infinity;
  let m = max(load<f64>(price), low);
  const near = 1e-14 * abs(budget);
  let sum = 0.0;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const M = f64x2.splat(m);
    let spent = f64x2.splat(0);
    let free = i64x2.splat(0);
    for (let at: usize = 0, end = bytesOf(n); at < end; at += 16) {
      const L = v128.load(l + at);
      const U = v128.load(u + at);
      const wish = f64x2.sub(v128.load(v + at), M);
      const x = f64x2.pmin(U, f64x2.pmax(L, wish));
      free = i64x2.sub(free, v128.and(f64x2.gt(wish, L), f64x2.lt(wish, U)));
      spent = f64x2.add(spent, x);
      v128.store(out + at, x);
    }
    sum = total(spent);
    const over = sum - budget;
    if (abs(over) <= near || (atMost && m <= 0 && over <= 0)) break;
    if (over > 0) low = m;
    else high = m;
    const inside = i64x2.extract_lane(free, 0) + i64x2.extract_lane(free, 1);
    let next = m + over / <f64>inside;
    // Where nobody moves, Newton's step is no number.
    if (!(next > low && next < high)) next = middleOf(low, high, m, over);
    if (next == m) break;
    m = next;
  }
  store<f64>(price, m);
  return sum;
}

const MOST_TURNS = 200;

/** Inside a bracket that may still be open on a side: doubling steps, then halves. */
function middleOf(low: f64, high: f64, m: f64, over: f64): f64 {
  if (low == -Infinity) return m - max(2 * abs(over), 2 * abs(m));
  if (high == Infinity) return m + max(2 * abs(over), 2 * abs(m));
  return low + 0.5 * (high - low);
}
