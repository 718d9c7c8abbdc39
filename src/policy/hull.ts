/** A row's arms as steps that a growing budget takes. */

/** Arms on the upper hull above (0, 0), cheapest first, and the slope towards each. */
export function hullOf(values: readonly Float64Array[], costs: readonly Float64Array[], i: number) {
  const hull: { k: number; slope: number }[] = [];
  let [cost, value, slope] = [0, 0, Number.POSITIVE_INFINITY];
  for (;;) {
    let best: { k: number; slope: number; cost: number; value: number } | undefined;
    for (let k = 0; k < values.length; k++) {
      const c = (costs[k] as Float64Array)[i] as number;
      const v = (values[k] as Float64Array)[i] as number;
      if (!(c > cost && v > value)) continue;
      const s = (v - value) / (c - cost);
      if (!best || s > best.slope || (s === best.slope && c > best.cost)) best = { k, slope: s, cost: c, value: v };
    }
    if (!best) return hull;
    slope = Math.min(slope, best.slope);
    hull.push({ k: best.k, slope });
    [cost, value] = [best.cost, best.value];
  }
}
