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

function cell(column: usize, i: u32): usize {
  return column + ((<usize>i) << 3);
}
