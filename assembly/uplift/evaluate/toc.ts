/**
 * Sums for rank-weighted average treatment effects (columns in the order of a priority, as in gains.ts).
 *
 *   S_k = Σ of the k first rows' Γ, rows of one priority with their mean        out: N, S_N, Σ_k S_k / k, Σ_k S_k
 *
 * Source: Yadlowsky et al., "Evaluating treatment prioritization rules via rank-weighted average treatment effects" (2021).
 */
export function tocSums(n: u32, arms: usize, gamma: usize, units: usize, counts: usize, out: usize): void {
  let k = 0.0;
  let S = 0.0;
  let means = 0.0;
  let sums = 0.0;
  let m = 0.0;
  let s = 0.0;
  for (let i: usize = 0; i < n; i++) {
    const w: f64 = counts ? <f64>load<u8>(counts + load<u32>(units + (i << 2))) : 1;
    m += w;
    s += w * load<f64>(gamma + (i << 3));
    if ((load<u8>(arms + i) & 2) == 0 || m == 0) continue;
    const mean = s / m;
    for (let j = 1.0; j <= m; j++) {
      const S_k = S + j * mean;
      means += S_k / (k + j);
      sums += S_k;
    }
    k += m;
    S += s;
    m = 0;
    s = 0;
  }
  store<f64>(out, k);
  store<f64>(out, S, 8);
  store<f64>(out, means, 16);
  store<f64>(out, sums, 24);
}
