/** Plans against outside truth: closed forms, the published recipe, grids, the failures of other libraries. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, type Curve, type PlanProblem, planBudget } from "../../src/index.js";
import { hillShape, logitShape, type Shape, solveRecipe } from "../reference/planning/recipe.js";
import { hills, rights, S_CURVE, total } from "./instances.js";

function named(curves: readonly Curve[], more: Partial<Channel> = {}): Channel[] {
  return curves.map((curve, i) => ({ name: `c${i}`, curve, ...more }));
}

describe("closed forms", () => {
  it("power curves of one exponent share the budget as scale^(1 / (1 − exponent))", () => {
    const scales = [3, 1, 2, 0.5];
    const e = 0.4;
    const curves = scales.map((scale): Curve => ({ type: "power", scale, exponent: e }));
    const plan = planBudget({ budget: 100, channels: named(curves) });
    const weights = scales.map((scale) => scale ** (1 / (1 - e)));
    const sum = weights.reduce((a, b) => a + b, 0);
    plan.spend.forEach(([x], i) => {
      expect(x).toBeCloseTo((100 * (weights[i] as number)) / sum, 9);
    });
    const [x] = plan.spend[0] as [number];
    expect(plan.price).toBeCloseTo(3 * e * x ** (e - 1), 10);
    expect(plan.gap).toBeLessThan(1e-12);
    expect(plan.kkt.stationarity).toBeLessThan(1e-9);
  });

  it("log curves fill like water: scale / price − unit, or nothing", () => {
    const curves = [
      [10, 5],
      [4, 2],
      [1, 9],
    ].map(([scale, unit]) => ({ type: "log", scale, unit }) as Curve);
    const plan = planBudget({ budget: 20, channels: named(curves) });
    // The third starts at 1/9 and stays out: 14 / price − 7 = 20.
    const price = 14 / 27;
    expect(plan.price).toBeCloseTo(price, 10);
    expect(plan.spend.flat()[0]).toBeCloseTo(10 / price - 5, 9);
    expect(plan.spend.flat()[1]).toBeCloseTo(4 / price - 2, 9);
    expect(plan.spend.flat()[2]).toBe(0);
  });

  it("lines fill in the order of their slopes, tables by their steepest parts", () => {
    const lines = [1, 3, 2].map((slope): Curve => ({ type: "linear", slope }));
    expect(planBudget({ budget: 15, channels: named(lines, { max: 10 }) }).spend.flat()).toEqual([0, 10, 5]);
    const table: Curve = { type: "table", spend: [2, 4, 8], response: [10, 12, 30] };
    const plan = planBudget({ budget: 10, channels: named([table, { type: "linear", slope: 3 }]) });
    // Eight on the table bring 30, two on the line 6; two on the table and eight on the line 34; that is less.
    expect(plan.response).toBeCloseTo(36, 9);
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
  });

  it("an answer too small for a number is nothing, and the bound stays finite", () => {
    const curves: Curve[] = [
      { type: "power", scale: 0.05, exponent: 0.9977 },
      { type: "log", scale: 23.5, unit: 0.05 },
    ];
    expect(planBudget({ budget: 30, channels: named(curves) }).gap).toBeLessThan(1e-9);
  });

  it("an exact budget is spent on what brings nothing, any other is not", () => {
    const channels = named([{ type: "table", spend: [5], response: [10] }]);
    expect(planBudget({ budget: 8, channels }).spent).toBe(5);
    expect(planBudget({ budget: 8, spend: "exactly", channels }).spent).toBe(8);
  });
});

describe("the recipe of the sources, in plain TypeScript", () => {
  const shapeOf = (curve: Curve): Shape =>
    curve.type === "hill"
      ? hillShape(curve.max, curve.half, curve.shape, curve.carry)
      : logitShape(
          (curve as { max: number }).max,
          (curve as { slope: number }).slope,
          (curve as { midpoint: number }).midpoint,
        );

  it.each([20, 60, 100, 120, 200])("agrees on the rights instance at budget %d", (budget) => {
    const problem = rights(budget);
    const shapes = problem.channels.map(({ curve }) => shapeOf(curve as Curve));
    const theirs = solveRecipe(shapes, [0, 0, 0, 0], [budget, budget, budget, budget], budget, 1e-7);
    const ours = planBudget(problem, { tolerance: 1e-7 });
    expect(ours.response).toBeLessThanOrEqual(theirs.bound * (1 + 1e-9));
    expect(theirs.value).toBeLessThanOrEqual(ours.bound * (1 + 1e-9));
  });

  it("agrees on random Hill curves", () => {
    const make = hills();
    for (const n of [5, 10, 20]) {
      const problem = make(n);
      const shapes = problem.channels.map(({ curve }) => shapeOf(curve as Curve));
      const theirs = solveRecipe(
        shapes,
        shapes.map(() => 0),
        shapes.map(() => 300),
        30 * n,
        1e-4,
      );
      const ours = planBudget(problem, { tolerance: 1e-4 });
      expect(ours.response).toBeLessThanOrEqual(theirs.bound * (1 + 1e-9));
      expect(theirs.value).toBeLessThanOrEqual(ours.bound * (1 + 1e-9));
    }
  });
});

/** The best plan in whole numbers, by dynamic programming over channels. */
function gridBest(curves: readonly Shape[], allowed: readonly ((x: number) => boolean)[], budget: number): number {
  let best = new Array<number>(budget + 1).fill(0);
  curves.forEach(({ f }, i) => {
    best = best.map((_, b) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let x = 0; x <= b; x++) if (allowed[i]?.(x)) most = Math.max(most, (best[b - x] as number) + f(x));
      return most;
    });
  });
  return Math.max(...best);
}

describe("whole units against dynamic programming", () => {
  const curve = fc.record({
    max: fc.integer({ min: 5, max: 200 }),
    half: fc.integer({ min: 2, max: 60 }),
    shape: fc.double({ min: 0.4, max: 5, noNaN: true }),
  });

  it("never more than the best grid plan, and the bound never less, with floors, ceilings and presence", () => {
    const line = fc.record({
      curve,
      min: fc.integer({ min: 0, max: 4 }),
      room: fc.integer({ min: 0, max: 60 }),
      presence: fc.constantFrom(0, 0, 8, 15),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), fc.integer({ min: 25, max: 90 }), (lines, budget) => {
        const channels = lines.map(
          ({ curve, min, room, presence }, i): Channel => ({
            name: `c${i}`,
            curve: { type: "hill", ...curve },
            ...(presence > 0 ? { presence: { atLeast: presence } } : { min }),
            max: min + room,
          }),
        );
        const plan = planBudget({ budget, unit: 1, channels });
        const allowed = lines.map(
          ({ min, room, presence }) =>
            (x: number) =>
              x <= min + room && (presence > 0 ? x === 0 || x >= presence : x >= min),
        );
        const shapes = lines.map(({ curve }) => hillShape(curve.max, curve.half, curve.shape));
        const best = gridBest(shapes, allowed, budget);
        expect(plan.status).toBe("met");
        expect(plan.spend.every(([x = -1], i) => Number.isInteger(x) && allowed[i]?.(x))).toBe(true);
        expect(total(plan.spend)).toBeLessThanOrEqual(budget);
        expect(plan.response).toBeLessThanOrEqual(best * (1 + 1e-12));
        expect(plan.bound).toBeGreaterThanOrEqual(best * (1 - 1e-12));
      }),
      { numRuns: 150 },
    );
  });
});

describe("how others fail (media-mix.md 5)", () => {
  it("5.2: a first step over the budget does not end the search", () => {
    const channels = named([S_CURVE, { type: "hill", max: 30, half: 40, shape: 1 }]);
    expect(planBudget({ budget: 60, channels }).response).toBeCloseTo(63.343, 3);
    expect(planBudget({ budget: 70, channels }).response).toBeCloseTo(73.291, 3);
  });

  it("5.7: a response of 1e-9 or 1e9 is planned alike", () => {
    const at = (scale: number) => {
      const problem = rights(120);
      const channels = problem.channels.map((channel) => ({ ...channel, value: scale }));
      return planBudget({ ...problem, channels });
    };
    const plain = at(1);
    for (const scale of [1e-9, 1e9]) {
      const plan = at(scale);
      expect(plan.gap).toBeLessThanOrEqual(1e-6);
      expect(plan.response / scale).toBeCloseTo(plain.response, 4);
    }
  });

  it("money in cents or in thousands is planned alike", () => {
    const at = (scale: number): PlanProblem => ({
      budget: 60 * scale,
      channels: named([
        { type: "hill", max: 100, half: 50 * scale, shape: 3 },
        { type: "hill", max: 80, half: 20 * scale, shape: 2 },
      ]),
    });
    const plain = planBudget(at(1));
    for (const scale of [1e-3, 1e6]) expect(planBudget(at(scale)).response).toBeCloseTo(plain.response, 4);
  });
});
