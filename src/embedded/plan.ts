/** The plan of `npm start -- plan`: a year of a made-up shop, six channels by the week, curves as Robyn fits them. */
import type { Adstock, Channel, Curve, PlanProblem } from "../planning/types.js";

const WEEKS = 52;
const hill = (max: number, half: number, shape: number): Curve => ({ type: "hill", max, half, shape });
const geometric = (decay: number): Adstock => ({ type: "geometric", decay });

/** Name, today's spend a week, curve of what works in a week, how long spend works, how much the season moves it. */
const CHANNELS: readonly [name: string, current: number, curve: Curve, adstock: Adstock, season: number][] = [
  ["tv", 16_000, hill(120_000, 45_000, 1.7), geometric(0.45), 1],
  ["out of home", 9_000, hill(60_000, 40_000, 0.7), geometric(0.35), 0.6],
  ["print", 4_000, hill(22_000, 7_000, 1.5), geometric(0.12), 0.4],
  ["social", 6_000, hill(70_000, 13_000, 1.3), geometric(0.2), 1],
  ["search", 7_000, hill(80_000, 12_000, 0.8), geometric(0.05), 1.4],
  ["video", 3_000, hill(45_000, 9_000, 1.4), { type: "weibull", form: "pdf", shape: 2, scale: 2.5, length: 8 }, 0.8],
];

/** Demand by the week of the year: a quiet summer, a rise from October on, its peak before Christmas. */
function demandOf(week: number): number {
  const summer = bump(week, 29, 6);
  const christmas = bump(week, 49, 4);
  const sale = bump(week, 26, 1.2);
  return 1 - 0.25 * summer + 0.7 * christmas + 0.2 * sale;
}

/** A bell from quotients alone: the same on every runtime. */
function bump(week: number, peak: number, width: number): number {
  const away = (week - peak) / width;
  return 1 / (1 + away * away) ** 2;
}

export function examplePlan(): PlanProblem {
  const channels = CHANNELS.map(([name, current, curve, adstock, season]): Channel => {
    const seasonality = Array.from({ length: WEEKS }, (_, t) => {
      return Math.round(1000 * (1 + season * (demandOf(t + 1) - 1))) / 1000;
    });
    return { name, curve, adstock, seasonality, current, max: 3 * current, history: [current, current, current] };
  });
  const budget = WEEKS * CHANNELS.reduce((sum, [, current]) => sum + current, 0);
  return {
    ...{ name: "a year of a made-up shop", budget, currency: "EUR", unit: 100 },
    ...{ periods: WEEKS, start: "2027-01-04", period: "week", channels },
  };
}
