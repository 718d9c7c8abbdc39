import { describe, expect, it } from "vitest";
import { type Campaign, type Channel, type Curve, planBudget } from "../../src/index.js";
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

describe("a straight curve beside presence", () => {
  it("spoils no plan: what is inside its chord is no reason to ask for endless spend", () => {
    const campaigns = (curve: Curve, atLeast: number): Campaign[] =>
      ["a", "b"].map((name) => ({ name, curve, ...(atLeast > 0 ? { presence: { atLeast } } : {}) }));
    const steep: Curve = { type: "michaelis-menten", max: 2.566025115310471, half: 0.05 };
    const straight: Curve = { type: "linear", slope: 0.20451693272142252 };
    const soft: Curve = { type: "exponential", max: 1.6350294707648794, rate: 0.2817328322936203 };
    const channels: Channel[] = [
      { name: "steep", campaigns: campaigns(steep, 12), max: 40 },
      { name: "straight", curve: straight, presence: { atLeast: 12 } },
      { name: "soft", campaigns: campaigns(soft, 0), max: 40 },
    ];
    const plan = planBudget({ budget: 94, periods: 3, channels }, { tolerance: 1e-4, nodes: 400 });
    expect(plan.stopped).toBeUndefined();
    expect(plan.gap).toBeLessThanOrEqual(1e-4);
    expect(plan.spend[1]).toEqual([0, 0, 0]);
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
