import { describe, expect, it } from "vitest";
import { type PlanProblem, planBudget } from "../../src/index.js";
import { RIGHTS, rights, total, trap } from "./instances.js";

describe("least spend for a target", () => {
  it.each(RIGHTS)("is the inverse of the maximum at budget %d", (budget, best) => {
    const { budget: _, ...free } = rights(budget);
    const plan = planBudget({ ...free, objective: { type: "least-spend", target: best } });
    expect(plan.status).toBe("met");
    expect(plan.response).toBeGreaterThanOrEqual(best);
    expect(plan.spent).toBeLessThanOrEqual(budget * (1 + 2e-6));
    expect(plan.leastSpend as number).toBeLessThanOrEqual(plan.spent);
    expect(plan.gap).toBeLessThanOrEqual(2e-6);
  });

  it("is impossible past all ceilings, and the nearest target is possible", () => {
    const problem: PlanProblem = { ...trap(), objective: { type: "least-spend", target: 70 } };
    const plan = planBudget(problem);
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.limits).toEqual(["objective.target", "budget"]);
    const nearest = planBudget(plan.clash?.nearest as PlanProblem);
    expect(nearest.status).toBe("met");
    expect(nearest.spent).toBeCloseTo(60, 5);
  });
});

describe("a target return", () => {
  const power: PlanProblem = {
    channels: [{ name: "a", curve: { type: "power", scale: 10, exponent: 0.5 } }],
    objective: { type: "target-roas", atLeast: 2 },
  };

  it("is the budget where 10 √x = 2 x: 25", () => {
    const plan = planBudget(power);
    expect(plan.spent).toBeCloseTo(25, 4);
    expect(plan.response / plan.spent).toBeGreaterThanOrEqual(2);
    expect(plan.target).toMatchObject({ kind: "roas", asked: 2, slack: false });
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
  });

  it("is the same as a cost per response", () => {
    const plan = planBudget({ ...power, objective: { type: "target-cpa", atMost: 0.5 } });
    expect(plan.spent).toBeCloseTo(25, 4);
    expect(plan.target?.reached).toBeLessThanOrEqual(0.5);
  });

  it("says that it is slack where the budget ends first", () => {
    const plan = planBudget({ ...power, budget: 16 });
    expect(plan.spent).toBe(16);
    expect(plan.target?.slack).toBe(true);
  });

  it("finds the largest of several crossings", () => {
    // A small steep channel alone crosses at once; the large S-curve brings the ratio back above the target, and crosses last.
    const problem: PlanProblem = {
      channels: [
        { name: "small", curve: { type: "exponential", max: 10, rate: 1 } },
        { name: "large", curve: { type: "logit", max: 300, slope: 0.2, midpoint: 50 } },
      ],
      objective: { type: "target-roas", atLeast: 3 },
    };
    const plan = planBudget(problem);
    expect(plan.spent).toBeGreaterThan(90);
    expect(plan.response / plan.spent).toBeGreaterThanOrEqual(3);
    const more = planBudget({ ...problem, objective: undefined, budget: plan.spent * 1.0001 });
    expect(more.bound / (plan.spent * 1.0001)).toBeLessThan(3);
  });

  it("is impossible where the floors cost more, and names the best return", () => {
    const problem: PlanProblem = { ...power, channels: [{ ...power.channels[0], name: "a", min: 100 } as never] };
    const plan = planBudget(problem);
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.limits).toEqual(["objective.atLeast", "channels[0].min"]);
    const nearest = planBudget(plan.clash?.nearest as PlanProblem);
    expect(nearest.status).toBe("met");
    expect(nearest.spent).toBeCloseTo(100, 3);
  });
});

describe("profit", () => {
  it("stops where one more unit of money brings one: 10 √x, margin 2, at x = 100", () => {
    const plan = planBudget({
      channels: [{ name: "a", curve: { type: "power", scale: 10, exponent: 0.5 } }],
      objective: { type: "profit", margin: 2 },
    });
    expect(plan.spent).toBeCloseTo(100, 6);
    expect(plan.profit?.value).toBeCloseTo(100, 8);
    expect(plan.profit?.bound as number).toBeGreaterThanOrEqual(plan.profit?.value as number);
    expect(plan.price).toBeCloseTo(0.5, 8);
  });

  it("keeps money that would not come back", () => {
    const plan = planBudget({ ...rights(1000), objective: { type: "profit" } });
    expect(total(plan.spend)).toBeLessThan(400);
    expect(plan.unspent).toBeGreaterThan(600);
    expect(plan.marginal).toBeLessThanOrEqual(1 + 1e-6);
  });

  it("of a line steeper than its cost is refused without a limit", () => {
    const problem: PlanProblem = {
      channels: [{ name: "a", curve: { type: "linear", slope: 2 } }],
      objective: { type: "profit" },
    };
    expect(() => planBudget(problem)).toThrow(/channel "a" earns more than it costs/);
    expect(planBudget({ ...problem, budget: 7 }).spent).toBe(7);
  });
});
