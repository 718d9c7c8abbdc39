/**
 * Counts and sums of outcomes of the first `top` rows in the order of a score (columns as in gains.ts).
 *
 *   arm   1: only treated rows count, 0: only controls, 2: all
 *   out   n_t, n_c, Y_t, Y_c
 *
 * Of those whose score is cut, the last come first, as a reversed stable sort has them (scikit-uplift's uplift_at_k).
 */
export function topSums(
  n: u32,
  arms: usize,
  y: usize,
  units: usize,
  counts: usize,
  arm: u32,
  top: f64,
  out: usize,
): void {
  memory.fill(out, 0, 32);
  let taken = 0.0;
  for (let from: u32 = 0; from < n; ) {
    let to = from;
    while ((load<u8>(arms + to++) & 2) == 0) {}
    for (let i = to; i-- > from; ) {
      const w = min(copies(i, arms, units, counts, arm), top - taken);
      taken += w;
      const side = (<usize>(1 - (load<u8>(arms + i) & 1))) << 3;
      store<f64>(out + side, load<f64>(out + side) + w);
      store<f64>(out + side, load<f64>(out + side, 16) + w * load<f64>(y + ((<usize>i) << 3)), 16);
      if (taken >= top) return;
    }
    from = to;
  }
}

function copies(i: u32, arms: usize, units: usize, counts: usize, arm: u32): f64 {
  if (arm != 2 && <u32>(load<u8>(arms + i) & 1) != arm) return 0;
  return counts ? <f64>load<u8>(counts + load<u32>(units + ((<usize>i) << 2))) : 1;
}
