/** Curves of incentives and of reach in plans: the published instance, closed forms, ceilings by frequency. */
import { describe, expect, it } from "vitest";
import { type Channel, type Curve, type PlanProblem, planBudget } from "../../src/index.js";
import { frequencyAt, tableOf, unitsAt } from "../../src/planning/curves/reach.js";

describe("incentives per sale", () => {
  const parameters = [
    [-1.5, 1.2, 1000, 10],
    [-0.5, 0.6, 800, 14],
    [0.2, 0.9, 500, 8],
  ] as const;
  const channels = parameters.map(
    ([intercept, slope, market, value], i): Channel => ({
      name: `segment ${i + 1}`,
      curve: { type: "unit-incentive", intercept, slope, market, value },
    }),
  );

  it("of marketing-rights 1.2: value, price and incentives", () => {
    const plan = planBudget({ budget: 600, channels }, { tolerance: 1e-12 });
    expect(plan.response).toBeCloseTo(3222.781418873, 8);
    expect(plan.price).toBeCloseTo(4.041524534853, 10);
    expect(plan.bound - plan.response).toBeLessThan(1e-8);
    // Spend is market · share · incentive.
    const incentives = [1.01352822, 0.462878206, 0];
    const shares = [0.4295307, 0.44465939, 0.549834];
    plan.spend.forEach(([x], i) => {
      expect(x).toBeCloseTo((parameters[i]?.[2] as number) * (shares[i] as number) * (incentives[i] as number), 4);
    });
    expect(plan.kkt.stationarity).toBeLessThan(1e-9);
  });

  it("agree with a search over the incentives themselves, which is not concave", () => {
    const share = (u: number) => 1 / (1 + Math.exp(-u));
    const money = ([a, b, D]: (typeof parameters)[number], c: number) => D * share(a + b * c) * c;
    const worth = ([a, b, D, v]: (typeof parameters)[number], c: number) => v * D * (share(a + b * c) - share(a));
    let best = 0;
    for (let c0 = 0; c0 <= 2; c0 += 0.01) {
      for (let c1 = 0; c1 <= 2; c1 += 0.01) {
        const left = 600 - money(parameters[0], c0) - money(parameters[1], c1);
        if (left < 0) break;
        // All that is left to the third: its incentive by bisection.
        let [low, high] = [0, 10];
        for (let i = 0; i < 40; i++) {
          const middle = (low + high) / 2;
          if (money(parameters[2], middle) <= left) low = middle;
          else high = middle;
        }
        best = Math.max(best, worth(parameters[0], c0) + worth(parameters[1], c1) + worth(parameters[2], low));
      }
    }
    const { response, bound } = planBudget({ budget: 600, channels });
    expect(best).toBeLessThanOrEqual(bound);
    expect(best).toBeGreaterThan(response * (1 - 5e-4));
  });
});

const poisson = (population: number, times?: number, frequencyAtMost?: number): Curve => ({
  type: "reach",
  population,
  ...(times === undefined ? {} : { times }),
  ...(frequencyAtMost === undefined ? {} : { frequencyAtMost }),
});

describe("reach", () => {
  it("once, of contacts at random, is 1 − e^−mean exactly", () => {
    for (const mean of [1e-9, 0.1, 0.7, 3, 12, 40]) {
      const channels = [{ name: "tv", cost: 0.02, curve: poisson(5000) }];
      const { response } = planBudget({ budget: 0.02 * 5000 * mean, channels });
      expect(response / (5000 * -Math.expm1(-mean))).toBeCloseTo(1, 14);
    }
  });

  it("three times or more starts slowly: one of two equal channels gets all, and it is proven", () => {
    const channels = ["a", "b"].map((name) => ({ name, cost: 0.01, curve: poisson(10_000, 3) }));
    const plan = planBudget({ budget: 250, channels });
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
    expect(plan.spend.flat().toSorted((a, b) => a - b)).toEqual([0, 250]);
  });

  it("under a frequency limit stops where contacts by person reached meet it", () => {
    const channels = ["a", "b"].map((name, i) => ({ name, cost: 0.01 * (i + 1), curve: poisson(10_000, 2) }));
    const plan = planBudget({ budget: 10_000, channels, objective: { type: "reach", frequencyAtMost: 4 } });
    plan.spend.forEach(([x], i) => {
      const mean = (x as number) / (0.01 * (i + 1)) / 10_000;
      const frequency = mean / -Math.expm1(-mean);
      expect(frequency).toBeLessThanOrEqual(4 * (1 + 1e-13));
      expect(frequency).toBeGreaterThan(4 * (1 - 1e-9));
    });
    expect(plan.unspent).toBeGreaterThan(0);
    const own = channels.map((channel) => ({ ...channel, curve: poisson(10_000, 2, 4) }));
    expect(planBudget({ budget: 10_000, channels: own }).spend).toEqual(plan.spend);
  });

  it("a floor above the frequency limit names both, and the nearest plan is possible", () => {
    const channels = [{ name: "a", cost: 0.01, min: 500, curve: poisson(10_000, 1, 3) }];
    const plan = planBudget({ budget: 600, channels });
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.limits).toEqual(["channels[0].min", "channels[0].curve.frequencyAtMost"]);
    expect(planBudget(plan.clash?.nearest as PlanProblem).status).toBe("met");
  });

  it("is the objective of curves of reach only", () => {
    const channels: Channel[] = [{ name: "a", curve: { type: "linear", slope: 1 } }];
    const problem: PlanProblem = { budget: 1, channels, objective: { type: "reach", frequencyAtMost: 2 } };
    expect(() => planBudget(problem)).toThrow(/^channels\[0\]\.curve must be reach or insertions/);
  });

  it("frequency and contacts are each other's inverse", () => {
    const curve = poisson(3000) as Curve & { type: "reach" };
    for (const frequency of [1.0001, 1.5, 2, 7, 100]) {
      const contacts = unitsAt(curve, frequency);
      const mean = contacts / 3000;
      expect(mean / -Math.expm1(-mean) / frequency).toBeCloseTo(1, 12);
      expect(frequencyAt(curve, contacts)).toBeLessThanOrEqual(frequency);
    }
  });
});

describe("insertions", () => {
  const curve = (times: number) => ({
    type: "insertions" as const,
    ...{ population: 1000, alpha: 0.4, beta: 1.3, most: 12, times },
  });

  /** P(X = j of n) by counting all ways, chance by chance. */
  function pmf(n: number, alpha: number, beta: number): number[] {
    let row = [1];
    for (let i = 0; i < n; i++) {
      const next = new Array<number>(i + 2).fill(0);
      row.forEach((p, seen) => {
        const chance = (alpha + seen) / (alpha + beta + i);
        next[seen + 1] = (next[seen + 1] as number) + p * chance;
        next[seen] = (next[seen] as number) + p * (1 - chance);
      });
      row = next;
    }
    return row;
  }

  it.each([1, 2, 3, 7, 12])("%d times or more is the beta-binomial's tail", (times) => {
    const { spend, response } = tableOf(curve(times));
    spend.forEach((n, i) => {
      const tail = pmf(n, 0.4, 1.3)
        .slice(times)
        .reduce((sum, p) => sum + p, 0);
      expect(response[i]).toBeCloseTo(1000 * tail, 10);
    });
    expect(spend.at(-1)).toBe(12);
  });

  it("a plan of them keeps a frequency limit", () => {
    const channels = [{ name: "a", cost: 50, curve: { ...curve(2), frequencyAtMost: 3 } }];
    const { spend } = planBudget({ budget: 10_000, channels });
    const n = (spend[0]?.[0] as number) / 50;
    expect(n).toBeGreaterThan(1);
    expect(frequencyAt(curve(2), n)).toBeCloseTo(3, 9);
    expect(planBudget({ budget: 100, channels }).response).toBeCloseTo(1000 * (pmf(2, 0.4, 1.3)[2] as number), 9);
  });

  it("of which more are asked than there are is a named error", () => {
    const channels = [{ name: "a", curve: { ...curve(2), most: 1 } }];
    expect(() => planBudget({ budget: 1, channels })).toThrow(/^channels\[0\]\.curve\.times must be at most 1/);
  });
});
