/** Any plan over time with concave curves, scored by plain sums. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Adstock, type Channel, type Curve, type PlanProblem, planBudget } from "../../../src/index.js";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const curve: fc.Arbitrary<Curve> = fc.oneof(
  fc.record({ type: fc.constant("hill" as const), max: number(1, 100), half: number(2, 40), shape: number(0.4, 1) }),
  fc.record({ type: fc.constant("michaelis-menten" as const), max: number(1, 100), half: number(2, 40) }),
  fc.record({ type: fc.constant("log" as const), scale: number(1, 40), unit: number(1, 20) }),
  fc.record({ type: fc.constant("exponential" as const), max: number(1, 100), rate: number(0.01, 0.3) }),
);
const adstock: fc.Arbitrary<Adstock> = fc.oneof(
  fc.record({ type: fc.constant("geometric" as const), decay: number(0, 0.85), normalised: fc.boolean() }),
  fc.record({
    type: fc.constant("kernel" as const),
    weights: fc.array(number(0, 1), { maxLength: 3 }).map((rest) => [1, ...rest]),
  }),
);
const channel = fc.record({
  curve,
  adstock,
  min: fc.constantFrom(0, 0, 1),
  max: fc.constantFrom(15, 60),
  history: fc.array(number(0, 20), { maxLength: 3 }),
  value: number(0.5, 2),
});
const problem: fc.Arbitrary<PlanProblem> = fc
  .record({
    lines: fc.array(channel, { minLength: 1, maxLength: 4 }),
    periods: fc.integer({ min: 2, max: 6 }),
    budget: number(40, 120),
    smoothness: fc.option(number(2, 8), { nil: undefined }),
  })
  .map(({ lines, periods, budget, smoothness }) => ({
    budget,
    periods,
    channels: lines.map(
      (line, c): Channel => ({
        name: `c${c}`,
        ...line,
        ...(smoothness && c === 0 ? { smoothness: { amount: smoothness } } : {}),
      }),
    ),
  }));

function curveAt(one: Curve, x: number): number {
  switch (one.type) {
    case "hill":
      return x > 0 ? one.max / (1 + (one.half / x) ** one.shape) : 0;
    case "michaelis-menten":
      return (one.max * x) / (one.half + x);
    case "log":
      return one.scale * Math.log1p(x / one.unit);
    case "exponential":
      return -one.max * Math.expm1(-one.rate * x);
    default:
      throw new Error(one.type);
  }
}

/** Weight of spend `lag` periods ago. */
function weightOf(by: Adstock, lag: number): number {
  if (by.type === "geometric") return (by.normalised ? 1 - by.decay : 1) * by.decay ** lag;
  return by.type === "kernel" ? (by.weights[lag] ?? 0) : Number.NaN;
}

function responseOf({ channels, periods = 1 }: PlanProblem, spend: readonly (readonly number[])[]): number {
  let sum = 0;
  channels.forEach(({ curve: one, adstock: by, history = [], value = 1 }, c) => {
    const all = [...history, ...(spend[c] as readonly number[])];
    for (let t = history.length; t < history.length + periods; t++) {
      let works = 0;
      for (let s = 0; s <= t; s++) works += weightOf(by as Adstock, t - s) * (all[s] as number);
      sum += value * curveAt(one as Curve, works);
    }
  });
  return sum;
}

/** By how much a plan breaks the limits of its problem. */
function broken({ channels, budget }: PlanProblem, spend: readonly (readonly number[])[]): number {
  let worst = spend.flat().reduce((sum, x) => sum + x, 0) - (budget as number);
  channels.forEach(({ min, max, smoothness }, c) => {
    const row = spend[c] as readonly number[];
    row.forEach((x, t) => {
      worst = Math.max(worst, (min as number) - x, x - (max as number));
      if (t > 0 && smoothness && "amount" in smoothness)
        worst = Math.max(worst, Math.abs(x - (row[t - 1] as number)) - smoothness.amount);
    });
  });
  return worst;
}

describe("any plan over time", () => {
  it("keeps its limits, brings what plain sums say, is proven, and no move gains more than the gap", () => {
    const seen = { met: 0, moved: 0 };
    fc.assert(
      fc.property(
        problem,
        fc.array(fc.tuple(fc.nat(99), fc.nat(99), number(0.01, 1)), { maxLength: 20 }),
        (one, moves) => {
          const plan = planBudget(one, { method: "flighting" });
          if (plan.status !== "met") return;
          seen.met++;
          const size = Math.max(1, plan.response);
          expect(broken(one, plan.spend)).toBeLessThanOrEqual(1e-9 * (one.budget as number));
          expect(Math.abs(plan.response - responseOf(one, plan.spend))).toBeLessThanOrEqual(1e-9 * size);
          expect(plan.bound).toBeGreaterThanOrEqual(plan.response);
          expect(plan.stopped).toBe(undefined);
          expect(plan.gap).toBeLessThanOrEqual(1.01e-6);
          const periods = one.periods as number;
          for (const [a, b, share] of moves) {
            const moved = plan.spend.map((row) => [...row]);
            const cells = moved.length * periods;
            const [from, to] = [a % cells, b % cells];
            const row = (cell: number) => moved[Math.floor(cell / periods)] as number[];
            const amount = share * (row(from)[from % periods] as number);
            (row(from)[from % periods] as number) -= amount;
            (row(to)[to % periods] as number) += amount;
            if (broken(one, moved) > 0) continue;
            seen.moved++;
            expect(responseOf(one, moved)).toBeLessThanOrEqual(plan.bound * (1 + 1e-12));
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(seen.met).toBeGreaterThan(100);
    expect(seen.moved).toBeGreaterThan(100);
  });

  it("brings no less for more money, up to the gap", () => {
    fc.assert(
      fc.property(problem, number(1, 2), (one, times) => {
        const less = planBudget(one, { method: "flighting" });
        const more = planBudget({ ...one, budget: times * (one.budget as number) }, { method: "flighting" });
        if (less.status !== "met") return;
        expect(more.status).toBe("met");
        expect(more.bound).toBeGreaterThanOrEqual(less.response);
        expect(more.response).toBeGreaterThanOrEqual(less.response * (1 - 1.01e-6));
      }),
      { numRuns: 80 },
    );
  });
});
