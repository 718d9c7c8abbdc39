/**
 * Response of one line under posterior draws j of its parameters, and the slopes of its weighted sum by spend.
 *
 *   R_j(x) = Σ_t w_t f_j(a_jt),     a_jt = α_j a_j,t−1 + γ_j (x_t − κ_j x_t−L)
 *   ∂/∂x_t Σ_j p_j R_j = Σ_j γ_j b_jt,   b_jt = p_j w_t f_j'(a_jt) + α_j b_j,t+1 − κ_j p_j w_t+L f_j'(a_j,t+L)
 *
 *   κ = 0: a geometric adstock without end; κ = α^L: one of L lags, in two products instead of L.
 *
 *   line, 32 bytes   0 u32 family         4 u32 draws     8 u32 stride   12 u32 L, 0 = without end
 *                    16 u32 periods      20 u32 x        24 u32 w        28 u32 1 = lifted
 *   draws   columns `stride` bytes apart, an even number of draws each: 0 … 6 of the curve (curves/evaluate.ts), 7 α, 8 γ, 9 κ,
 *           10 … 12 the chord of its envelope: where it ends, its height at zero, its slope. Lifted, what lies before the end
 *           is on the chord, and every f_j is concave
 *   x, w    f64 by period: history (w = 0), the plan, what comes after it (x = 0)
 *   p       f64 by draw; 0 = all 1
 *   responses   f64 by draw, R_j is added to them; 0 = not wanted
 *   values      f64 by period, w_t Σ_j f_j(a_jt) is added to them; 0 = not wanted
 *   slopes      f64 by period, set; 0 = not wanted
 *   work    (periods + 4) · 64 f64: values, a, b, R, and f' by period, of the draws that go together
 */
import { evaluate } from "./curves/evaluate";

/** Draws that go together: 52 periods of their slopes are 26 KB, within the nearest cache. */
const TILE: u32 = 64;
const ROW: usize = 64 << 3;
/** A vertical start counts as this steep, so that sums of slopes stay finite. */
const STEEPEST: f64 = 1e150;

/** Σ p_j R_j of the draws [from, from + count), both even. */
export function expected(
  line: usize,
  from: u32,
  count: u32,
  p: usize,
  responses: usize,
  values: usize,
  slopes: usize,
  work: usize,
): f64 {
  if (slopes) memory.fill(slopes, 0, (<usize>load<u32>(line, 16)) << 3);
  let sum = 0.0;
  for (let j = from; j < from + count; j += TILE) {
    const n = min(TILE, from + count - j);
    const by = p ? cell(p, j) : 0;
    forwards(line, j, n, slopes != 0, values, work);
    sum += weighed(n, by, responses ? cell(responses, j) : 0, work);
    if (slopes) backwards(line, j, n, by, slopes, work);
  }
  return sum;
}

function forwards(line: usize, from: u32, n: u32, sloped: bool, values: usize, work: usize): void {
  const family = load<u32>(line);
  const stride: usize = load<u32>(line, 8);
  const draws = cell(load<u32>(line, 4), from);
  const lags = load<u32>(line, 12);
  const periods = load<u32>(line, 16);
  const x: usize = load<u32>(line, 20);
  const w: usize = load<u32>(line, 24);
  const lifted = load<u32>(line, 28);
  const a = work + ROW;
  const totals = work + 3 * ROW;
  const end = (<usize>n) << 3;
  memory.fill(a, 0, end);
  memory.fill(totals, 0, end);
  for (let t: u32 = 0; t < periods; t++) {
    const spend = f64x2.splat(load<f64>(cell(x, t)));
    const ended = f64x2.splat(lags == 0 || t < lags ? 0 : load<f64>(cell(x, t - lags)));
    for (let at: usize = 0; at < end; at += 16) {
      const by = draws + at;
      const fresh = f64x2.sub(spend, f64x2.mul(v128.load(by + 9 * stride), ended));
      const kept = f64x2.mul(v128.load(by + 7 * stride), v128.load(a + at));
      // What κ takes off may leave less than nothing, by rounding.
      v128.store(a + at, f64x2.pmax(f64x2.splat(0), f64x2.add(kept, f64x2.mul(v128.load(by + 8 * stride), fresh))));
    }
    const worth = load<f64>(cell(w, t));
    if (worth == 0) continue;
    const first = sloped ? row(work, t) : 0;
    evaluate(family, draws, stride, 8, a, 8, n, work, first, 0);
    if (lifted) lift(draws, stride, end, a, work, first);
    const W = f64x2.splat(worth);
    let all = f64x2.splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const f = f64x2.mul(W, v128.load(work + at));
      v128.store(totals + at, f64x2.add(v128.load(totals + at), f));
      all = f64x2.add(all, f);
    }
    if (!values) continue;
    const into = cell(values, t);
    store<f64>(into, load<f64>(into) + f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1));
  }
}

/** Puts values and slopes onto the chords, where they are above the curves. */
function lift(draws: usize, stride: usize, end: usize, a: usize, values: usize, first: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    const by = draws + at;
    const A = v128.load(a + at);
    const before = f64x2.lt(A, v128.load(by + 10 * stride));
    const slope = v128.load(by + 12 * stride);
    const chord = f64x2.add(v128.load(by + 11 * stride), f64x2.mul(slope, A));
    v128.store(values + at, v128.bitselect(chord, v128.load(values + at), before));
    if (first) v128.store(first + at, v128.bitselect(slope, v128.load(first + at), before));
  }
}

/** Σ p_j R_j of a tile; adds R_j to the responses. */
function weighed(n: u32, p: usize, responses: usize, work: usize): f64 {
  const totals = work + 3 * ROW;
  const end = (<usize>n) << 3;
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const R = v128.load(totals + at);
    if (responses) v128.store(responses + at, f64x2.add(v128.load(responses + at), R));
    sum = f64x2.add(sum, p ? f64x2.mul(v128.load(p + at), R) : R);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function backwards(line: usize, from: u32, n: u32, p: usize, slopes: usize, work: usize): void {
  const stride: usize = load<u32>(line, 8);
  const draws = cell(load<u32>(line, 4), from);
  const lags = load<u32>(line, 12);
  const periods = load<u32>(line, 16);
  const w: usize = load<u32>(line, 24);
  const b = work + 2 * ROW;
  const end = (<usize>n) << 3;
  const steepest = f64x2.splat(STEEPEST);
  memory.fill(b, 0, end);
  for (let t = periods; t-- > 0; ) {
    const here = load<f64>(cell(w, t));
    const later = lags > 0 && t + lags < periods ? load<f64>(cell(w, t + lags)) : 0;
    const worth = f64x2.splat(here);
    const worthLater = f64x2.splat(later);
    let total = f64x2.splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const by = draws + at;
      let back = f64x2.mul(v128.load(by + 7 * stride), v128.load(b + at));
      let fresh = f64x2.splat(0);
      if (here != 0) fresh = f64x2.mul(worth, f64x2.pmin(v128.load(row(work, t) + at), steepest));
      if (later != 0) {
        const ended = f64x2.mul(worthLater, f64x2.pmin(v128.load(row(work, t + lags) + at), steepest));
        fresh = f64x2.sub(fresh, f64x2.mul(v128.load(by + 9 * stride), ended));
      }
      if (p) fresh = f64x2.mul(v128.load(p + at), fresh);
      back = f64x2.add(back, fresh);
      v128.store(b + at, back);
      total = f64x2.add(total, f64x2.mul(v128.load(by + 8 * stride), back));
    }
    const at = cell(slopes, t);
    store<f64>(at, load<f64>(at) + f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
  }
}

/** f' of the tile in period t. */
function row(work: usize, t: u32): usize {
  return work + (4 + <usize>t) * ROW;
}

function cell(column: usize, i: u32): usize {
  return column + ((<usize>i) << 3);
}
