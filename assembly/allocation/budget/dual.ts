/**
 * The dual function at one price, in f64: Σ_i max_j (v_ij − λ c_ij), none scoring 0 unless exactly one is asked.
 *
 * A product of two f32 is exact in f64, so a score has one rounding. The sum is compensated (Knuth's TwoSum, a lane), so
 * that it is good to the last bit or so in whatever order the users stand; `size` = Σ |terms| is for the caller's margin.
 *
 * With `perMoney` above zero costs are decimals, whole multiples of 1/perMoney, and are read as such.
 *
 * The table may come in pieces of whole fours of users: the sums go on where the piece before left them, two lanes each.
 *
 *   out   0 f64x2 sum   16 f64x2 what its additions lost   32 f64x2 size      zeroed before the first piece
 */
export function dual(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  users: u32,
  exactlyOne: bool,
  price: f64,
  perMoney: f64,
  out: usize,
): void {
  const UNITS = f64x2.splat(perMoney);
  const PRICE = f64x2.splat(price);
  const NONE = f64x2.splat(exactlyOne ? -Infinity : 0);
  const LEAST = f64x2.splat(-Infinity);
  const columns = <usize>options * stride;
  let sum = v128.load(out);
  let lost = v128.load(out, 16);
  let size = v128.load(out, 32);
  for (let at: usize = 0, end = (<usize>((users + 3) & ~3)) << 2; at < end; at += 16) {
    let low = NONE;
    let high = NONE;
    let pv = values + at;
    let pc = costs + at;
    const stop = pv + columns;
    do {
      const v = v128.load(pv);
      const c = v128.load(pc);
      const vHigh = f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3));
      let cLow = f64x2.promote_low_f32x4(c);
      let cHigh = f64x2.promote_low_f32x4(i32x4.shuffle(c, c, 2, 3, 2, 3));
      if (perMoney > 0) {
        cLow = f64x2.div(f64x2.nearest(f64x2.mul(cLow, UNITS)), UNITS);
        cHigh = f64x2.div(f64x2.nearest(f64x2.mul(cHigh, UNITS)), UNITS);
      }
      low = f64x2.pmax(low, f64x2.sub(f64x2.promote_low_f32x4(v), f64x2.mul(PRICE, cLow)));
      high = f64x2.pmax(high, f64x2.sub(vHigh, f64x2.mul(PRICE, cHigh)));
      pv += stride;
      pc += stride;
    } while (pv < stop);
    // Padding users have no option: where exactly one is asked their −∞ must not count.
    low = v128.and(low, f64x2.gt(low, LEAST));
    high = v128.and(high, f64x2.gt(high, LEAST));
    size = f64x2.add(size, f64x2.add(f64x2.abs(low), f64x2.abs(high)));
    const next = f64x2.add(sum, low);
    lost = f64x2.add(lost, rounding(sum, low, next));
    sum = f64x2.add(next, high);
    lost = f64x2.add(lost, rounding(next, high, sum));
  }
  v128.store(out, sum);
  v128.store(out, lost, 16);
  v128.store(out, size, 32);
}

/** What a + b lost when it became `sum`, exactly. */
function rounding(a: v128, b: v128, sum: v128): v128 {
  const rest = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, rest)), f64x2.sub(b, rest));
}
