/** Checks of an experiment, each number against its definition. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/index.js";

const scoresOf = (rows: number) => ({ s: Float64Array.from({ length: rows }, (_, i) => i) });
const options = { resamples: 0, metrics: ["autoc.grf"] };

/** P(χ² of one degree > x), by Simpson's rule over the normal density. */
function tail(x: number): number {
  const [z, n] = [Math.sqrt(x), 20_000];
  const h = 12 / n;
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    const u = z + k * h;
    sum += (k === 0 || k === n ? 1 : k % 2 === 1 ? 4 : 2) * Math.exp((-u * u) / 2);
  }
  return (2 * sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe("with a chance for each row", () => {
  const treatment = [0, 0, 0, 0, 0, 1, 1];
  const outcome = Float64Array.of(0, 1, 0, 1, 0, 1, 1);
  const propensity = Float64Array.of(0.3, 0.3, 0.75, 0.3, 0.3, 0.5, 0.25);
  const { arms, checks } = evaluate({ treatment, outcome, propensity, scores: scoresOf(7) }, options);

  test("an arm has as many effective rows as its weights leave", () => {
    // Weights 2 and 4: 6² / (4 + 16).
    expect(arms[1]?.effective).toBeCloseTo(36 / 20, 14);
  });

  test("weights of an arm must add up to the rows, within what drawing leaves open; of two arms the worse, twice its p", () => {
    const z2 = [0, 1].map((arm) => {
      const p = propensity.filter((_, i) => treatment[i] === arm);
      const sum = p.reduce((total, one) => total + 1 / one, 0) - 7;
      return sum ** 2 / p.reduce((total, one) => total + (1 - one) / one ** 2, 0);
    });
    const worst = Math.max(...z2);
    expect(checks.sampleRatio.statistic).toBeCloseTo(worst, 13);
    expect(checks.sampleRatio.p).toBeCloseTo(Math.min(1, 2 * tail(worst)), 9);
    expect(checks.sampleRatio.p).toBeLessThan(1);
  });

  test("rows below one chance in a hundred are counted, one in a hundred is not", () => {
    const low = Float64Array.of(0.01, 0.015, 0.75, 0.5, 0.8, 0.009, 0.25);
    const { overlap } = evaluate({ treatment, outcome, propensity: low, scores: scoresOf(7) }, options).checks;
    expect(overlap).toEqual({ least: 0.009, most: 0.8, below1Percent: 1 / 7, suspicious: true });
  });
});

test("balance is the greatest difference of means in deviations, with the arm that has it", () => {
  const treatment = [0, 0, 1, 1, 2, 2];
  const features = { age: Float64Array.of(99, 101, 100, 102, 102, 104) };
  const { balance } = evaluate(
    { treatment, outcome: new Float64Array(6).fill(1), features, scores: scoresOf(6) },
    options,
  ).checks;
  // Every arm has variance 1, means 100, 101, 103.
  expect(balance).toEqual([{ feature: "age", arm: "2", difference: 3 }]);
});
