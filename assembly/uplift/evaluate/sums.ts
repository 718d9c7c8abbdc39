/**
 * Sums of columns over the rows of a resample: the whole of what estimators that are ratios of sums need.
 *
 *   out[0] = Σ_i c_i,  out[1 + j] = Σ_i c_i x_ij       c_i the count of row i's unit, 1 where counts = 0
 *
 *   columns   f64, `stride` bytes apart; units u32 by row
 *   work      1 KiB: counts as f64 of the rows that go together, which all columns share
 */
const TILE: u32 = 128;

export function weighedSums(
  n: u32,
  units: usize,
  counts: usize,
  columns: usize,
  stride: usize,
  width: u32,
  work: usize,
  out: usize,
): void {
  memory.fill(out, 0, (<usize>width + 1) << 3);
  for (let from: u32 = 0; from < n; from += TILE) {
    const rows = min(TILE, n - from);
    let total = 0.0;
    for (let i: usize = 0; i < rows; i++) {
      const c: f64 = counts ? <f64>load<u8>(counts + load<u32>(units + ((<usize>from + i) << 2))) : 1;
      store<f64>(work + (i << 3), c);
      total += c;
    }
    store<f64>(out, load<f64>(out) + total);
    for (let j: usize = 0; j < width; j++) {
      const into = out + 8 + (j << 3);
      store<f64>(into, load<f64>(into) + dot(work, columns + j * stride + ((<usize>from) << 3), rows));
    }
  }
}

/** Two lanes of two: a fixed order, and two chains of additions at once. */
function dot(c: usize, x: usize, n: u32): f64 {
  let a = f64x2.splat(0);
  let b = a;
  const whole: usize = <usize>n & ~3;
  let i: usize = 0;
  for (; i < whole; i += 4) {
    const at = i << 3;
    a = f64x2.add(a, f64x2.mul(v128.load(c + at), v128.load(x + at)));
    b = f64x2.add(b, f64x2.mul(v128.load(c + at, 16), v128.load(x + at, 16)));
  }
  const s = f64x2.add(a, b);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; i < n; i++) sum += load<f64>(c + (i << 3)) * load<f64>(x + (i << 3));
  return sum;
}
