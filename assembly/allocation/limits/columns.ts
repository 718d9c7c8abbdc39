/**
 * Prices by option over plain columns (no slots, no resources), four users at a time: f32 scores to steer by, and an f64
 * reading that proves.
 *
 *   score_ij = α v_ij − l_j c_ij − m_j        x_i = argmax_j score_ij
 *
 * Whatever f32 rounds a choice to, the sums of what was chosen are a true cut of the dual function.
 *
 *   prices   32 bytes an option: f32 l four times, f32 m four times
 *   tile     512 u8 options, then 512 f32 costs, then f64 cost by option four times over (one a lane), from option 0
 *   sums     as price.ts: f64 users, cost, value by offer from 0 = none; all value goes to none
 *
 * Measured on Zen 4 beside other work, 8 options: see bench/limits/several.ts.
 */
const TILE: usize = 512;
const COSTS: usize = 512;
const BY_OPTION: usize = 2560;
const ENTRY: usize = 24;

/** Adds users [from, to), `from` a multiple of 16; choices of one byte are written where `choices` is not 0. */
export function priceColumns(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  exactlyOne: bool,
  alpha: f32,
  prices: usize,
  choices: usize,
  tile: usize,
  sums: usize,
): void {
  const byOption = tile + BY_OPTION;
  const lane = (<usize>options + 1) << 3;
  memory.fill(byOption, 0, lane << 2);
  let value = f64x2.splat(0);
  for (let start: usize = from; start < to; start += TILE) {
    const end = min(start + TILE, <usize>to);
    // A tile ends on a whole line: padding has no option open.
    const count = (end - start + 15) & ~15;
    value = f64x2.add(value, scoreTile(values, costs, stride, options, start, count, exactlyOne, alpha, prices, tile));
    // Padding is none: it is left out of the counts.
    const users = end - start;
    if (choices) memory.copy(choices + start, tile, users);
    for (let o: usize = 0; o <= options; o++) {
      const chosen: f64 = countOf(tile, count, <u8>o);
      store<f64>(sums + o * ENTRY, load<f64>(sums + o * ENTRY) + chosen);
    }
    store<f64>(sums, load<f64>(sums) - <f64>(count - users));
    for (let i: usize = 0; i < count; i += 4) {
      addCost(byOption, tile, i);
      addCost(byOption + lane, tile, i + 1);
      addCost(byOption + 2 * lane, tile, i + 2);
      addCost(byOption + 3 * lane, tile, i + 3);
    }
  }
  for (let o: usize = 0; o <= options; o++) {
    const at = byOption + (o << 3);
    const cost = load<f64>(at) + load<f64>(at + lane) + (load<f64>(at + 2 * lane) + load<f64>(at + 3 * lane));
    store<f64>(sums + o * ENTRY, load<f64>(sums + o * ENTRY, 8) + cost, 8);
  }
  store<f64>(sums, load<f64>(sums, 16) + f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1), 16);
}

/** Options and costs of the best of `count` users go to the tile; their values are summed. */
function scoreTile(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  start: usize,
  count: usize,
  exactlyOne: bool,
  alpha: f32,
  prices: usize,
  tile: usize,
): v128 {
  const ALPHA = f32x4.splat(alpha);
  const NONE = f32x4.splat(exactlyOne ? -Infinity : 0);
  const ONE = i32x4.splat(1);
  const columns = <usize>options * stride;
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < count; i += 4) {
    let best = NONE;
    let option = i32x4.splat(0);
    let value = option;
    let cost = option;
    let tag = ONE;
    let p = prices;
    let pv = values + ((start + i) << 2);
    let pc = costs + ((start + i) << 2);
    const stop = pv + columns;
    do {
      const v = v128.load(pv);
      const c = v128.load(pc);
      // Where α is 0 a closed option scores no number, which is never better.
      const gain = f32x4.mul(ALPHA, v);
      const score = f32x4.sub(f32x4.sub(gain, f32x4.mul(v128.load(p), c)), v128.load(p, 16));
      const better = f32x4.gt(score, best);
      value = v128.bitselect(v, value, better);
      cost = v128.bitselect(c, cost, better);
      option = v128.bitselect(tag, option, better);
      best = f32x4.pmax(best, score);
      tag = i32x4.add(tag, ONE);
      p += 32;
      pv += stride;
      pc += stride;
    } while (pv < stop);
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(value));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(i32x4.shuffle(value, value, 2, 3, 2, 3)));
    const bytes = v128.shuffle<i8>(option, option, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    v128.store32_lane(tile + i, bytes, 0);
    v128.store(tile + COSTS + (i << 2), cost);
  }
  return sum;
}

function addCost(byOption: usize, tile: usize, i: usize): void {
  const at = byOption + ((<usize>load<u8>(tile + i)) << 3);
  store<f64>(at, load<f64>(at) + <f64>load<f32>(tile + COSTS + (i << 2)));
}

/** How many of `count` bytes are `option`: a byte lane takes 32 additions at most. */
function countOf(bytes: usize, count: usize, option: u8): u32 {
  const OPTION = i8x16.splat(<i8>option);
  let lanes = i8x16.splat(0);
  for (let i: usize = 0; i < count; i += 16) lanes = i8x16.sub(lanes, i8x16.eq(v128.load(bytes + i), OPTION));
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/**
 * The dual function in f64 at prices by option, as budget/dual.ts at one price: α v − l c − m, compensated sums.
 *
 *   prices   f64 l, f64 m by option from option 0 (none, unused)
 *   out      0 f64 Σ score   8 f64 what its rounding lost   16 f64 Σ_i max_j (α|v| + |l c| + |m|); added to
 */
export function dualColumns(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  exactlyOne: bool,
  alpha: f64,
  perMoney: f64,
  prices: usize,
  out: usize,
): void {
  const NONE = f64x2.splat(exactlyOne ? -Infinity : 0);
  const LEAST = f64x2.splat(-Infinity);
  const ALPHA = f64x2.splat(alpha);
  const UNITS = f64x2.splat(perMoney);
  const columns = <usize>options * stride;
  let sum = f64x2.splat(0);
  let lost = f64x2.splat(0);
  let size = f64x2.splat(0);
  for (let at: usize = (<usize>from) << 2, end = (<usize>((to + 3) & ~3)) << 2; at < end; at += 16) {
    let low = NONE;
    let high = NONE;
    let most = f64x2.splat(0);
    let mostHigh = most;
    let p = prices + 16;
    let pv = values + at;
    let pc = costs + at;
    const stop = pv + columns;
    do {
      const v = v128.load(pv);
      const c = v128.load(pc);
      const L = v128.load64_splat(p);
      const M = v128.load64_splat(p, 8);
      let cLow = f64x2.promote_low_f32x4(c);
      let cHigh = f64x2.promote_low_f32x4(i32x4.shuffle(c, c, 2, 3, 2, 3));
      if (perMoney > 0) {
        cLow = f64x2.div(f64x2.nearest(f64x2.mul(cLow, UNITS)), UNITS);
        cHigh = f64x2.div(f64x2.nearest(f64x2.mul(cHigh, UNITS)), UNITS);
      }
      const gain = f64x2.mul(ALPHA, f64x2.promote_low_f32x4(v));
      const gainHigh = f64x2.mul(ALPHA, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)));
      const paid = f64x2.mul(L, cLow);
      const paidHigh = f64x2.mul(L, cHigh);
      low = f64x2.pmax(low, f64x2.sub(f64x2.sub(gain, paid), M));
      high = f64x2.pmax(high, f64x2.sub(f64x2.sub(gainHigh, paidHigh), M));
      // A closed option, of gain −∞, counts nothing.
      most = f64x2.pmax(most, terms(gain, paid, M));
      mostHigh = f64x2.pmax(mostHigh, terms(gainHigh, paidHigh, M));
      p += 16;
      pv += stride;
      pc += stride;
    } while (pv < stop);
    // Padding users have no option: where exactly one is asked their −∞ must not count.
    low = v128.and(low, f64x2.gt(low, LEAST));
    high = v128.and(high, f64x2.gt(high, LEAST));
    size = f64x2.add(size, f64x2.add(most, mostHigh));
    const next = f64x2.add(sum, low);
    lost = f64x2.add(lost, rounding(sum, low, next));
    sum = f64x2.add(next, high);
    lost = f64x2.add(lost, rounding(next, high, sum));
  }
  addTo(out, f64x2.extract_lane(sum, 0));
  addTo(out, f64x2.extract_lane(sum, 1));
  store<f64>(out, load<f64>(out, 8) + f64x2.extract_lane(lost, 0) + f64x2.extract_lane(lost, 1), 8);
  store<f64>(out, load<f64>(out, 16) + f64x2.extract_lane(size, 0) + f64x2.extract_lane(size, 1), 16);
}

function terms(gain: v128, paid: v128, m: v128): v128 {
  const open = f64x2.gt(gain, f64x2.splat(-Infinity));
  return v128.and(f64x2.add(f64x2.add(f64x2.abs(gain), f64x2.abs(paid)), f64x2.abs(m)), open);
}

function addTo(out: usize, x: f64): void {
  const sum = load<f64>(out);
  const next = sum + x;
  const rest = next - sum;
  store<f64>(out, next);
  store<f64>(out, load<f64>(out, 8) + (sum - (next - rest) + (x - rest)), 8);
}

/** What a + b lost when it became `sum`, exactly. */
function rounding(a: v128, b: v128, sum: v128): v128 {
  const rest = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, rest)), f64x2.sub(b, rest));
}
