/**
 * What channels do to each other's response, period by period: v_t are responses of lines, A and B sums of some of them.
 *
 *   0 geometric   + s √(A_{t−lag} B_t)                  concave and rising in A and B: of concave curves concave itself
 *   1 product     + s A_{t−lag} B_t                     (Naik and Raman, J. Marketing Research 2003); not concave. Lifted:
 *                 + s Ā B̄ M(A/Ā, B/B̄), M(u, v) = ((u⁻⁸ + v⁻⁸) / 2)^(−1/8) ≥ min(u, v) ≥ u v on [0, 1]²: concave, rising
 *   2 pool        − A + P (1 − e^(−A/P))                the lines draw on P units of response together; concave, rising
 *
 *   record, 32 bytes   0 u32 kind   4 u32 lag   8 f64 s or P   16 u32 lines of A (u32 each)  20 u32 how many   24, 28 of B
 *   values, slopes, most, factors   f64 by line · horizon + period; `most` what a line brings at most (for Ā, B̄)
 *
 * Slopes become slopes of the whole; `out` takes what each record adds, f64. Returns the sum of all that they add.
 */
import { expm1 } from "../math/elementary";

const RECORD: usize = 32;
const GEOMETRIC: u32 = 0;
const PRODUCT: u32 = 1;
/** A root starts vertically; so steep it counts. */
const STEEPEST: f64 = 1e75;

export function interact(
  records: usize,
  count: u32,
  lines: u32,
  horizon: u32,
  values: usize,
  slopes: usize,
  most: usize,
  factors: usize,
  lifted: bool,
  out: usize,
): f64 {
  const n = lines * horizon;
  for (let i: u32 = 0; i < n; i++) store<f64>(factors + ((<usize>i) << 3), 1);
  let all = 0.0;
  for (let k: u32 = 0; k < count; k++, records += RECORD) {
    const kind = load<u32>(records);
    const lag = load<u32>(records, 4);
    const strength = load<f64>(records, 8);
    let added = 0.0;
    for (let t = lag; t < horizon; t++) {
      const a = max(sum(records + 16, horizon, t - lag, values), 0);
      if (kind > PRODUCT) {
        // e^(−A/P) − 1
        const lost = f64x2.extract_lane(expm1(f64x2.splat(-a / strength)), 0);
        added -= strength * lost + a;
        spread(records + 16, horizon, t, lost, factors);
        continue;
      }
      const b = max(sum(records + 24, horizon, t, values), 0);
      if (kind == GEOMETRIC) {
        added += strength * sqrt(a) * sqrt(b);
        spread(records + 16, horizon, t - lag, 0.5 * strength * root(b, a), factors);
        spread(records + 24, horizon, t, 0.5 * strength * root(a, b), factors);
      } else if (!lifted) {
        added += strength * a * b;
        spread(records + 16, horizon, t - lag, strength * b, factors);
        spread(records + 24, horizon, t, strength * a, factors);
      } else {
        const mostA = sum(records + 16, horizon, t - lag, most);
        const mostB = sum(records + 24, horizon, t, most);
        if (!(mostA > 0 && mostB > 0)) continue;
        const u = a / mostA;
        const v = b / mostB;
        const least = min(u, v);
        const larger = max(u, v);
        const ratio = larger > 0 ? least / larger : 1.0;
        // M / min, and its derivatives ½ (M / u)⁹ and ½ (M / v)⁹.
        const over = sqrt(sqrt(sqrt(2.0 / (1.0 + eighth(ratio)))));
        added += strength * mostA * mostB * (least * over);
        const byLeast = 0.5 * eighth(over) * over;
        const byLarger = byLeast * eighth(ratio) * ratio;
        spread(records + 16, horizon, t - lag, strength * mostB * (u <= v ? byLeast : byLarger), factors);
        spread(records + 24, horizon, t, strength * mostA * (u <= v ? byLarger : byLeast), factors);
      }
    }
    store<f64>(out + ((<usize>k) << 3), added);
    all += added;
  }
  for (let i: u32 = 0; i < n; i++) {
    const at = (<usize>i) << 3;
    store<f64>(slopes + at, load<f64>(slopes + at) * load<f64>(factors + at));
  }
  return all;
}

/** Σ of some lines in a period. */
function sum(side: usize, horizon: u32, t: u32, values: usize): f64 {
  const lines: usize = load<u32>(side);
  const count = load<u32>(side, 4);
  let total = 0.0;
  for (let i: u32 = 0; i < count; i++) {
    const line = load<u32>(lines + ((<usize>i) << 2));
    total += load<f64>(values + ((<usize>(line * horizon + t)) << 3));
  }
  return total;
}

function spread(side: usize, horizon: u32, t: u32, by: f64, factors: usize): void {
  const lines: usize = load<u32>(side);
  const count = load<u32>(side, 4);
  for (let i: u32 = 0; i < count; i++) {
    const at = factors + ((<usize>(load<u32>(lines + ((<usize>i) << 2)) * horizon + t)) << 3);
    store<f64>(at, load<f64>(at) + by);
  }
}

/** √(b / a): 0 where b is, however small a is. */
function root(b: f64, a: f64): f64 {
  if (!(b > 0)) return 0;
  return a > 0 ? min(sqrt(b) / sqrt(a), STEEPEST) : STEEPEST;
}

function eighth(x: f64): f64 {
  const square = x * x;
  const fourth = square * square;
  return fourth * fourth;
}
