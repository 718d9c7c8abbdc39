/** Problems with known answers, for the tests of planning. */
import type { Channel, Curve, PlanProblem } from "../../src/index.js";
import type { Flight } from "../reference/planning/flighting.js";

export const S_CURVE: Curve = { type: "hill", max: 100, half: 50, shape: 3 };

/** Two equal S-curves: the trap of every local method (media-mix.md 5.1). */
export function trap(budget = 60): PlanProblem {
  return { budget, channels: ["search", "tv"].map((name) => ({ name, curve: S_CURVE })) };
}

/** The four S-shaped channels of marketing-rights.md 2.1. */
export function rights(budget: number): PlanProblem {
  const parameters = [
    [120, 0.12, 25],
    [80, 0.2, 12],
    [200, 0.06, 70],
    [60, 0.35, 5],
  ] as const;
  const channels = parameters.map(
    ([max, slope, midpoint], i): Channel => ({
      name: `channel ${i + 1}`,
      curve: { type: "logit", max, slope, midpoint },
    }),
  );
  return { budget, channels };
}

/** Budget and best continuous value of marketing-rights.md 2.1. */
export const RIGHTS = [
  [20, 68.910627],
  [40, 117.413583],
  [60, 175.294325],
  [80, 216.31872],
  [100, 231.808378],
  [120, 253.084355],
  [150, 328.050235],
  [200, 406.736732],
] as const;

/** The random family of media-mix.md 8: one stream for all. */
export function hills(): (n: number) => PlanProblem {
  let seed = 1;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  return (n) => ({
    budget: 30 * n,
    channels: Array.from({ length: n }, (_, i): Channel => {
      const max = 50 + 150 * next();
      const half = 20 + 80 * next();
      return { name: `c${i}`, max: 300, curve: { type: "hill", max, half, shape: 1 + 2.5 * next() } };
    }),
  });
}

/** Channels × time as in media-mix.md 7: concave Hill curves, geometric adstock; one stream for all. */
export function flights(): (channels: number, periods: number) => Flight {
  let seed = 1;
  const next = (low: number, high: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return low + ((high - low) * seed) / 2 ** 32;
  };
  return (channels, periods) => {
    const draw = (low: number, high: number) => Array.from({ length: channels }, () => next(low, high));
    return {
      ...{ channels, periods, weight: 1 / periods, least: 0.1, most: 5, budget: 0.8 * channels * periods },
      ...{ decay: draw(0.1, 0.8), max: draw(50, 200), half: draw(0.5, 2), shape: draw(0.6, 1) },
    };
  };
}

/** The twin's instance as a plan. */
export function flightPlan({ periods, weight, least, most, budget, decay, max, half, shape }: Flight): PlanProblem {
  const channels = max.map((top, c): Channel => {
    const curve = { type: "hill", max: top, half: half[c] as number, shape: shape[c] as number } as const;
    const adstock = { type: "geometric", decay: decay[c] as number, normalised: true } as const;
    return { name: `c${c}`, min: least, max: most, curve, adstock, seasonality: weight };
  });
  return { budget, periods, spend: "exactly", channels };
}

export function total(spend: readonly (readonly number[])[]): number {
  return spend.flat().reduce((sum, x) => sum + x, 0);
}
