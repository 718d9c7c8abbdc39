import { describe, expect, it } from "vitest";
import { planBudget } from "../../src/index.js";
import { hills, RIGHTS, rights, total, trap } from "./instances.js";

describe("two equal S-curves", () => {
  it("are not split: 63.34 for one of them, proven", () => {
    const plan = planBudget(trap());
    expect(plan.response).toBeCloseTo(63.34310850439884, 10);
    expect(plan.bound - plan.response).toBeLessThan(1e-9);
    expect(plan.spend.flat().toSorted((a, b) => a - b)).toEqual([0, 60]);
    expect(plan.status).toBe("met");
  });
});

describe("the S-shaped instances of the rights reference", () => {
  it.each(RIGHTS)("budget %d is certified to 1e-6 at the best continuous value", (budget, best) => {
    const plan = planBudget(rights(budget));
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
    expect(plan.response).toBeGreaterThanOrEqual(best * (1 - 1e-6));
    expect(plan.response).toBeLessThanOrEqual(best * (1 + 1e-6));
    expect(plan.bound).toBeGreaterThanOrEqual(plan.response);
    expect(total(plan.spend)).toBeLessThanOrEqual(budget);
    expect(plan.moves).toEqual([]);
  });

  it("say at budget 100 that the price of the proof is not the marginal of the plan", () => {
    const plan = planBudget(rights(100));
    expect(plan.price).toBeCloseTo(1.690865, 6);
    expect(plan.marginal).toBeCloseTo(0.418372, 5);
    expect(plan.rootGap).toBeGreaterThan(0.07);
  });
});

describe("random Hill curves", () => {
  const make = hills();
  it.each([5, 5, 5, 10, 10, 10, 20, 20, 20, 50, 50, 50, 100, 100, 100, 1000, 1000, 1000])(
    "%d of them are proven to 1e-4",
    (n) => {
      const problem = make(n);
      const plan = planBudget(problem, { tolerance: 1e-4 });
      expect(plan.gap).toBeLessThanOrEqual(1e-4);
      expect(total(plan.spend)).toBeLessThanOrEqual(30 * n);
      expect(plan.kkt.feasibility).toBe(0);
    },
  );
});
