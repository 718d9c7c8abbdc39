/**
 * What spend does over time: adstock forwards, and slopes backwards (the adjoint is the transpose: the recursion reversed).
 *
 *   u_t = rate_t x_t                     units bought                      x, rate by line · periods + period
 *   a_t = base_t + Σ_l k_l u_{t−l}       what works in period t            a, base by line · horizon + period, horizon ≥ periods
 *   ∂/∂x_t = rate_t Σ_l k_l ∂/∂a_{t+l}
 *
 *   line, 32 bytes   0 u32 address of k (f64 each), 0 = geometric: k_l = gain · decay^l   8 f64 decay
 *                    4 u32 how many                                                      16 f64 gain
 *
 * `base` is what spend before the plan still does. Periods of the horizon behind the plan have no spend of their own.
 */

const LINE: usize = 32;

/** a of `lines` lines. */
export function carry(
  lines: usize,
  count: u32,
  periods: u32,
  horizon: u32,
  x: usize,
  rates: usize,
  base: usize,
  a: usize,
): void {
  for (let i: u32 = 0; i < count; i++, lines += LINE) {
    const taps: usize = load<u32>(lines);
    if (taps) convolve(taps, load<u32>(lines, 4), periods, horizon, x, rates, base, a);
    else {
      const decay = load<f64>(lines, 8);
      const gain = load<f64>(lines, 16);
      let left = 0.0;
      for (let t: u32 = 0; t < horizon; t++) {
        left *= decay;
        if (t < periods) left += gain * (load<f64>(cell(rates, t)) * load<f64>(cell(x, t)));
        store<f64>(cell(a, t), load<f64>(cell(base, t)) + left);
      }
    }
    x = cell(x, periods);
    rates = cell(rates, periods);
    base = cell(base, horizon);
    a = cell(a, horizon);
  }
}

function convolve(
  taps: usize,
  length: u32,
  periods: u32,
  horizon: u32,
  x: usize,
  rates: usize,
  base: usize,
  a: usize,
): void {
  for (let t: u32 = 0; t < horizon; t++) {
    let sum = load<f64>(cell(base, t));
    const last = min<u32>(t, periods - 1);
    for (let s: u32 = t < length ? 0 : t - length + 1; s <= last; s++) {
      sum += load<f64>(cell(taps, t - s)) * (load<f64>(cell(rates, s)) * load<f64>(cell(x, s)));
    }
    store<f64>(cell(a, t), sum);
  }
}

/** Slopes by a become slopes by x. */
export function carryBack(
  lines: usize,
  count: u32,
  periods: u32,
  horizon: u32,
  slopes: usize,
  rates: usize,
  g: usize,
): void {
  for (let i: u32 = 0; i < count; i++, lines += LINE) {
    const taps: usize = load<u32>(lines);
    const length = load<u32>(lines, 4);
    const decay = load<f64>(lines, 8);
    const gain = load<f64>(lines, 16);
    let later = 0.0;
    for (let t = horizon; t-- > 0; ) {
      if (!taps) later = decay * later + load<f64>(cell(slopes, t));
      if (t >= periods) continue;
      let sum = 0.0;
      if (taps) {
        const end = min<u32>(t + length, horizon);
        for (let s = t; s < end; s++) sum += load<f64>(cell(taps, s - t)) * load<f64>(cell(slopes, s));
      } else {
        sum = gain * later;
      }
      store<f64>(cell(g, t), load<f64>(cell(rates, t)) * sum);
    }
    slopes = cell(slopes, horizon);
    rates = cell(rates, periods);
    g = cell(g, periods);
  }
}

/**
 * Σ values, and slopes of at most STEEPEST, in place. With `chords`, below a chord's end its line takes the curve's place:
 *
 *   chords   columns of n f64, one after another: start, value there, slope, end
 */
export function settle(n: u32, a: usize, values: usize, slopes: usize, chords: usize): f64 {
  const steepest = f64x2.splat(STEEPEST);
  const column = (<usize>n) << 3;
  let sum = f64x2.splat(0);
  let last = 0.0;
  const pairs = column & ~15;
  for (let at: usize = 0; at < pairs; at += 16) {
    let f = v128.load(values + at);
    let s = f64x2.pmin(steepest, v128.load(slopes + at));
    if (chords) {
      const here = v128.load(a + at);
      const on = f64x2.lt(here, v128.load(chords + 3 * column + at));
      const k = v128.load(chords + 2 * column + at);
      const line = f64x2.add(v128.load(chords + column + at), f64x2.mul(k, f64x2.sub(here, v128.load(chords + at))));
      f = v128.bitselect(line, f, on);
      s = v128.bitselect(k, s, on);
      v128.store(values + at, f);
    }
    v128.store(slopes + at, s);
    sum = f64x2.add(sum, f);
  }
  if (pairs < column) {
    const k = chords ? load<f64>(chords + 2 * column + pairs) : 0.0;
    const on = chords != 0 && load<f64>(a + pairs) < load<f64>(chords + 3 * column + pairs);
    if (on) {
      const line = load<f64>(chords + column + pairs) + k * (load<f64>(a + pairs) - load<f64>(chords + pairs));
      store<f64>(values + pairs, line);
    }
    store<f64>(slopes + pairs, on ? k : min(STEEPEST, load<f64>(slopes + pairs)));
    last = load<f64>(values + pairs);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + last;
}

/** A vertical start counts as this steep, so that sums of slopes stay finite. */
const STEEPEST: f64 = 1e150;

function cell(column: usize, i: u32): usize {
  return column + ((<usize>i) << 3);
}
