/**
 * The published budget example of PyMC-Marketing (media-mix.md 10.3): 4,000 a week for two channels in two regions, 13 weeks
 * of the same spend, carry-out counted. The draws themselves are not published; these are sampled from the published means
 * and standard deviations, each parameter by itself. That can show that the optimum of the expectation is not the plan of
 * the mean parameters, and on which side of it the published plan lies. It cannot show the published plan to the last digit:
 * a posterior's height and rate of a curve go against each other, which moments do not say.
 */
import { describe, expect, it } from "vitest";
import { type Channel, type PlanProblem, planBudget } from "../../src/index.js";
import { readCsv } from "./data/csv.js";

const PERIODS = 13;
const PUBLISHED = [961.9, 1031, 970.2, 1037];
const PLUG_IN = [1066, 926, 1077, 930];
const MOMENTS = {
  x1: { beta: [0.37, 0.021], lam: [4.02, 0.43], alpha: [0.394, 0.033] },
  x2: { beta: [0.272, 0.06], lam: [2.73, 0.95], alpha: [0.184, 0.04] },
} as const;

/** Largest spend of each channel and largest target, by region: what the model scales by. */
function scales() {
  const { text, column } = readCsv("mmm", "pymc-marketing", "multidimensional_mock_data.csv");
  const geos = text("geo");
  return (geo: string, name: string) => Math.max(...column(name).filter((_, row) => geos[row] === geo));
}

function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Log-normal draws of a mean and a standard deviation: positive, and skewed as rates and heights are. */
function sampled([mean, sd]: readonly [number, number], n: number, next: () => number): number[] {
  const spread = Math.sqrt(Math.log1p((sd / mean) ** 2));
  return Array.from({ length: n }, () => {
    const normal = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    return mean * Math.exp(spread * normal - (spread * spread) / 2);
  });
}

/** One plan with a constant spend a week: each week's steps are zero. */
function problemOf(n: number): PlanProblem {
  const most = scales();
  const next = uniforms(42);
  const drawn = (["x1", "x2"] as const).map((name) => {
    const { beta, lam, alpha } = MOMENTS[name];
    const of = (moments: readonly [number, number]) => (n > 1 ? sampled(moments, n, next) : [moments[0]]);
    return { name, beta: of(beta), lam: of(lam), alpha: of(alpha).map((one) => Math.min(0.95, one)) };
  });
  const channels = ["geo_a", "geo_b"].flatMap((geo) =>
    drawn.map(({ name, beta, lam, alpha }): Channel => {
      const max = beta.map((one) => one * most(geo, "y"));
      const half = lam.map((one) => (Math.log(3) * most(geo, name)) / one);
      return {
        ...{ name: `${geo} ${name}`, min: 500, max: 2000, smoothness: { amount: 0 } },
        curve: { type: "logistic", max, half },
        adstock: { type: "geometric", decay: alpha, length: 8, normalised: true },
      };
    }),
  );
  return { budget: 4000 * PERIODS, periods: PERIODS, spend: "exactly", carryOut: true, channels };
}

const weekly = (spend: readonly (readonly number[])[]) =>
  spend.map((row) => row.reduce((sum, money) => sum + money, 0) / PERIODS);

describe("the published budget example", () => {
  it("at the mean parameters is the plug-in plan, which is not the published one", () => {
    const { spend, status, gap, response } = planBudget(problemOf(1), { tolerance: 1e-6 });
    expect(status).toBe("met");
    weekly(spend).forEach((money, c) => {
      expect(Math.abs(money - (PLUG_IN[c] as number))).toBeLessThan(0.001 * money);
    });
    expect(Math.abs(response - 153_363)).toBeLessThan(1);
    expect(gap).toBeLessThan(1e-5);
  });

  it("in expectation over draws moves to the published plan", () => {
    const { spend, status, gap, response } = planBudget(problemOf(400), { tolerance: 1e-6 });
    expect(status).toBe("met");
    expect(gap).toBeLessThan(1e-5);
    weekly(spend).forEach((money, c) => {
      const [published, plug] = [PUBLISHED[c] as number, PLUG_IN[c] as number];
      expect(Math.abs(money - published)).toBeLessThan(0.6 * Math.abs(plug - published));
      expect(Math.abs(money - published)).toBeLessThan(0.05 * published);
    });
    // 151,562.67 is published, 153,363 the plug-in's.
    expect(Math.abs(response - 151_562.67)).toBeLessThan(0.01 * 151_562.67);
  });
});
