/**
 * The dual function at one price, in f64: Σ_i max_j (v_ij − λ c_ij), none scoring 0 unless exactly one is asked.
 *
 * A product of two f32 is exact in f64, so a score has one rounding; sums are taken by blocks of 1,024 users. The error is
 * at most (block + blocks + 3)·2^-53 of `size` = Σ |terms| and covered by the caller's margin.
 *
 * With `perMoney` above zero costs are decimals, whole multiples of 1/perMoney, and are read as such.
 *
 *   out   0 f64 dual   8 f64 size
 */
const BLOCK: u32 = 1024;

export function dual(
  values: usize, costs: usize, stride: usize, options: u32, users: u32, exactlyOne: bool, price: f64,
  perMoney: f64, out: usize,
): void {
  const UNITS = f64x2.splat(perMoney);
  let total: f64 = 0;
  let size: f64 = 0;
  const none: f64 = exactlyOne ? -Infinity : 0;
  for (let from: u32 = 0; from < users; from += BLOCK) {
    const to = min(from + BLOCK, users);
    const padded = (to + 3) & ~3;
    let sum = f64x2.splat(0);
    let absolute = f64x2.splat(0);
    const PRICE = f64x2.splat(price);
    const NONE = f64x2.splat(none);
    for (let at: usize = <usize>from << 2, end = <usize>padded << 2; at < end; at += 16) {
      let low = NONE;
      let high = NONE;
      let pv = values + at;
      let pc = costs + at;
      const stop = pv + <usize>options * stride;
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
      low = v128.and(low, f64x2.gt(low, f64x2.splat(-Infinity)));
      high = v128.and(high, f64x2.gt(high, f64x2.splat(-Infinity)));
      sum = f64x2.add(sum, f64x2.add(low, high));
      absolute = f64x2.add(absolute, f64x2.add(f64x2.abs(low), f64x2.abs(high)));
    }
    total += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    size += f64x2.extract_lane(absolute, 0) + f64x2.extract_lane(absolute, 1);
  }
  store<f64>(out, total);
  store<f64>(out, size, 8);
}
