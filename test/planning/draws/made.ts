/** Posterior draws made for tests and measurements: seeded, the same everywhere. */
import type { DrawnLine } from "../../../src/planning/draws/responses.js";
import type { Channel, Curve, PlanProblem } from "../../../src/planning/types.js";

/** Numbers in [0, 1) (Numerical Recipes' linear congruence). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** About normal: the sum of twelve. */
export function normal(next: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += next();
  return sum;
}

/** Channels of concave curves, every parameter with draws about 15 % around a mean of its own; geometric adstocks. */
function drawnColumns(channels: number, draws: number) {
  const next = random(7);
  return Array.from({ length: channels }, () => {
    const around = (mean: number, spread: number) =>
      Float64Array.from({ length: draws }, () => mean * Math.max(0.2, 1 + spread * normal(next)));
    const max = around(50 + 150 * next(), 0.15);
    const half = around(0.5 + 1.5 * next(), 0.2);
    const shape = around(0.6 + 0.3 * next(), 0.05).map((one) => Math.min(1, one));
    const decay = around(0.1 + 0.6 * next(), 0.1).map((one) => Math.min(0.95, one));
    return { max, half, shape, decay };
  });
}

/** As lines of responses. */
export function drawnLines(family: "hill" | "tanh", channels: number, draws: number, weeks: number): DrawnLine[] {
  return drawnColumns(channels, draws).map(({ max, half, shape, decay }): DrawnLine => {
    const at = (column: Float64Array, draw: number) => column[draw] as number;
    const curve = (j: number): Curve =>
      family === "hill"
        ? { type: "hill", max: at(max, j), half: at(half, j), shape: at(shape, j) }
        : { type: "logistic", max: at(max, j), half: at(half, j) };
    return {
      parts: [{ curve, drawn: true, worth: new Float64Array(weeks).fill(1) }],
      feed: { decay: (j) => at(decay, j), gain: (j) => 1 - at(decay, j), cut: () => 0, lags: 0 },
      rates: new Float64Array(weeks).fill(1),
      history: [],
    };
  });
}

/** The same as a plan, 0.8 of money for a channel and week, 0.1 to 5 in each. */
export function drawnPlan(family: "hill" | "tanh", channels: number, draws: number, weeks: number): PlanProblem {
  return {
    budget: 0.8 * channels * weeks,
    periods: weeks,
    channels: drawnColumns(channels, draws).map((columns, c): Channel => {
      const [max, half, shape, decay] = [columns.max, columns.half, columns.shape, columns.decay].map((column) => [
        ...column,
      ]) as [number[], number[], number[], number[]];
      const adstock = { type: "geometric" as const, decay, normalised: true };
      const curve =
        family === "hill" ? { type: "hill" as const, max, half, shape } : { type: "logistic" as const, max, half };
      return { name: `channel ${c + 1}`, min: 0.1, max: 5, curve, adstock };
    }),
  };
}
