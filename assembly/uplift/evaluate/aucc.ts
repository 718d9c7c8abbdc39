/**
 * Area under the cost curve (columns in the order of predicted return, as in gains.ts; c the cost that arose, f64).
 *
 *   d_r = R_t/N_t − R_c/N_c,   d_c = C_t/N_t − C_c/N_c      over the first rows, N of all rows
 *   recorded: d_r at the last row, and wherever d_c ≥ D_c j/Q, for j = 1 … Q − 1 in turn, one a row at most
 *
 *   out   Σ of the recorded d_r, D_r, D_c (of all rows), N_t, N_c
 *
 * Source: DFCL's Metric.py, as incentive-allocation writes it down.
 */
export function costSums(
  n: u32,
  arms: usize,
  y: usize,
  c: usize,
  units: usize,
  counts: usize,
  Q: u32,
  out: usize,
): void {
  totals(n, arms, y, c, units, counts, out);
  const D_c = load<f64>(out, 16);
  const scale_t = 1 / load<f64>(out, 24);
  const scale_c = 1 / load<f64>(out, 32);
  let d_r = 0.0;
  let d_c = 0.0;
  let recorded = 0.0;
  let j: u32 = 1;
  for (let i: usize = 0; i < n; i++) {
    const w: u32 = counts ? load<u8>(counts + load<u32>(units + (i << 2))) : 1;
    const sign = load<u8>(arms + i) & 1 ? scale_t : -scale_c;
    const r_i = sign * load<f64>(y + (i << 3));
    const c_i = sign * load<f64>(c + (i << 3));
    for (let copy: u32 = 0; copy < w; copy++) {
      d_r += r_i;
      d_c += c_i;
      if (j >= Q || !(d_c >= (D_c * <f64>j) / <f64>Q)) continue;
      recorded += d_r;
      j++;
    }
  }
  // The last row's point.
  store<f64>(out, recorded + d_r);
}

function totals(n: u32, arms: usize, y: usize, c: usize, units: usize, counts: usize, out: usize): void {
  let N_t = 0.0;
  let N_c = 0.0;
  let R_t = 0.0;
  let R_c = 0.0;
  let C_t = 0.0;
  let C_c = 0.0;
  for (let i: usize = 0; i < n; i++) {
    const w: f64 = counts ? <f64>load<u8>(counts + load<u32>(units + (i << 2))) : 1;
    const r = w * load<f64>(y + (i << 3));
    const cost = w * load<f64>(c + (i << 3));
    if (load<u8>(arms + i) & 1) {
      N_t += w;
      R_t += r;
      C_t += cost;
    } else {
      N_c += w;
      R_c += r;
      C_c += cost;
    }
  }
  store<f64>(out, R_t / N_t - R_c / N_c, 8);
  store<f64>(out, C_t / N_t - C_c / N_c, 16);
  store<f64>(out, N_t, 24);
  store<f64>(out, N_c, 32);
}
