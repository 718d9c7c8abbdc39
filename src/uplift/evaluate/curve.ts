/** The gain curve as data. */

const POINTS = 100;

/** (treated mean − control mean) · share of the first rows in the order, at every hundredth. */
export function gainCurve(order: Uint32Array, treated: Uint8Array, outcome: Float64Array) {
  const n = order.length;
  const curve = [{ share: 0, gain: 0 }];
  let [n_t, n_c, Y_t, Y_c, point] = [0, 0, 0, 0, 1];
  for (let k = 0; k < n; k++) {
    const i = order[k] as number;
    if (treated[i]) [n_t, Y_t] = [n_t + 1, Y_t + (outcome[i] as number)];
    else [n_c, Y_c] = [n_c + 1, Y_c + (outcome[i] as number)];
    if ((k + 1) * POINTS < point * n) continue;
    while ((k + 1) * POINTS >= point * n) point++;
    const lift = (n_t > 0 ? Y_t / n_t : 0) - (n_c > 0 ? Y_c / n_c : 0);
    curve.push({ share: (k + 1) / n, gain: (lift * (k + 1)) / n });
  }
  return curve;
}
