/**
 * Where the price of money lies: searches on a sample, or on all users of a small table.
 * Nothing here decides the answer; a bracket that proves wrong is widened and the pass repeated.
 */

/** Spend at a price; does not grow with the price but for rounding. */
export type Spend = (price: number) => number;

/** Valid prices: the break is expected in [low, high]. */
export interface Bracket {
  low: number;
  high: number;
}

const MOST_STEPS = 60;

/**
 * A price with spend at most `target` and one with spend above it (0 where even a price of zero spends no more),
 * so near each other that the spends lie in the band target ± slack, or the prices within `width` of each other.
 */
export function priceFor(spend: Spend, target: number, slack: number, width: number, start: Bracket): Bracket {
  let { low, high } = start;
  let above = spend(high);
  for (let step = 0; above > target && step < MOST_STEPS; step++) {
    low = high;
    high *= 4;
    above = spend(high);
  }
  let below = low > 0 ? spend(low) : Number.POSITIVE_INFINITY;
  for (let step = 0; below <= target && step < MOST_STEPS && low > 0; step++) {
    high = low;
    above = below;
    low = low < 1e-30 ? 0 : low / 4;
    below = spend(low);
  }
  if (low === 0) below = spend(0);
  if (below <= target) return { low: 0, high };
  let side = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (high - low <= width * high || (below - target <= slack && target - above <= slack)) break;
    // Illinois' variant of the false position on the spends, kept off the ends; bisection where they are far apart.
    const fraction = high > 4 * low ? 0.5 : Math.min(0.95, Math.max(0.05, (below - target) / (below - above)));
    const middle = Math.fround(high > 4 * low && low > 0 ? Math.sqrt(low * high) : low + fraction * (high - low));
    if (!(middle > low && middle < high)) break;
    const at = spend(middle);
    if (at > target) {
      low = middle;
      below = at;
      if (side === 1) above = target - (target - above) / 2;
      side = 1;
    } else {
      high = middle;
      above = at;
      if (side === -1) below = target + (below - target) / 2;
      side = -1;
    }
  }
  return { low, high };
}
