/** Non-concave plans of a published fit (media-mix.md 5.3, 5.4 and 6): certified values and their independent intervals. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Channel, planBudget } from "../../src/index.js";
import { referenceData } from "../reference.setup.js";

interface Case {
  tag: string;
  budget: number;
  lb: number[];
  ub: number[];
  best_multistart400: { value: number };
  grid_dp_lower_bound: number;
  grid_dp_upper_bound: number;
}

function load() {
  const file = referenceData("mmm/robyn/nonconcave_allocation_instances_DERIVED.json");
  const data = JSON.parse(readFileSync(file, "utf8"));
  const channels = (low: (i: number) => number, high: (i: number) => number): Channel[] =>
    data.channels.map(
      (name: string, i: number): Channel => ({
        name,
        min: low(i),
        max: high(i),
        current: data.meanSpend[i],
        curve: { type: "hill", max: data.coef[i], half: data.inflexion[i], shape: data.alpha[i], carry: data.carry[i] },
      }),
    );
  return { cases: data.cases as Case[], mean: data.meanSpend as number[], channels };
}

describe("the five instances", () => {
  it.each([0, 1, 2, 3, 4])("case %d is certified to 1e-6 inside its interval, no worse than 400 starts", (k) => {
    const { cases, channels } = load();
    const one = cases[k] as Case;
    const plan = planBudget({
      budget: one.budget,
      channels: channels(
        (i) => one.lb[i] as number,
        (i) => one.ub[i] as number,
      ),
    });
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
    expect(plan.response).toBeGreaterThanOrEqual(one.best_multistart400.value * (1 - 1e-9));
    expect(plan.response).toBeGreaterThanOrEqual(one.grid_dp_lower_bound * (1 - 1e-9));
    expect(plan.response).toBeLessThanOrEqual(one.grid_dp_upper_bound);
    expect(plan.moves).toEqual([]);
  });
});

describe("a target return of 0.8 × the historical one", () => {
  const history = 80106.87269492532;
  const response = 218_967.7;
  const target = 0.8 * 2.73344;

  it("bounds of 0.1 to 10 ×: spend 6.0487 ×, response 4.8390 × history", () => {
    const { mean, channels } = load();
    const plan = planBudget({
      channels: channels(
        (i) => 0.1 * (mean[i] as number),
        (i) => 10 * (mean[i] as number),
      ),
      objective: { type: "target-roas", atLeast: target },
    });
    expect(plan.spent / history).toBeCloseTo(6.0487, 3);
    expect(plan.response / response).toBeCloseTo(4.839, 3);
    expect(plan.response / plan.spent).toBeGreaterThanOrEqual(target);
    expect(plan.target?.slack).toBe(false);
    expect(plan.gap).toBeLessThanOrEqual(2e-6);
  });

  it("bounds of 0.5 to 2 ×: every ceiling, and the constraint is said to be slack", () => {
    const { mean, channels } = load();
    const plan = planBudget({
      channels: channels(
        (i) => 0.5 * (mean[i] as number),
        (i) => 2 * (mean[i] as number),
      ),
      objective: { type: "target-roas", atLeast: target },
    });
    expect(plan.spent / history).toBeCloseTo(2, 9);
    expect(plan.response / response).toBeCloseTo(1.745, 3);
    expect(plan.target?.slack).toBe(true);
    expect((plan.target?.reached as number) / target).toBeCloseTo(1.0907, 3);
  });
});
