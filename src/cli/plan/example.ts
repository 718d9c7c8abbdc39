/** The plan of `npm start -- plan`: six channels of a made-up shop, curves and today's spend by the week. */
import type { Channel, Curve, PlanProblem } from "../../planning/types.js";

const hill = (max: number, half: number, shape: number): Curve => ({ type: "hill", max, half, shape });
const logit = (max: number, slope: number, midpoint: number): Curve => ({ type: "logit", max, slope, midpoint });

/** Name, today's spend, curve: two that start slowly and pay late, two that start at once, two between. */
const CHANNELS: readonly [name: string, current: number, curve: Curve][] = [
  ["tv", 42_000, hill(260_000, 60_000, 2.4)],
  ["out of home", 30_000, hill(90_000, 55_000, 0.7)],
  ["social", 16_000, hill(150_000, 26_000, 1.6)],
  ["search", 12_000, hill(110_000, 15_000, 0.8)],
  ["print", 11_000, hill(48_000, 14_000, 2.1)],
  ["video", 9_000, logit(130_000, 0.000_22, 21_000)],
];

export function examplePlan(): PlanProblem {
  const channels = CHANNELS.map(([name, current, curve]): Channel => ({ name, curve, current, max: 3 * current }));
  const budget = CHANNELS.reduce((sum, [, current]) => sum + current, 0);
  return { name: "one week of a made-up shop", budget, currency: "EUR", unit: 100, channels };
}
