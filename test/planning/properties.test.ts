import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Campaign,
  type Channel,
  type ChannelGroup,
  type Curve,
  type PlanProblem,
  planBudget,
  planFrontier,
} from "../../src/index.js";
import { total } from "./instances.js";

const positive = (most: number) => fc.double({ min: 0.05, max: most, noNaN: true });
const curve: fc.Arbitrary<Curve> = fc.oneof(
  fc.record({
    type: fc.constant("hill" as const),
    max: positive(200),
    half: positive(60),
    shape: fc.double({ min: 0.3, max: 6, noNaN: true }),
    carry: fc.constantFrom(0, 0, 3),
  }),
  fc.record({
    type: fc.constant("logit" as const),
    max: positive(200),
    slope: positive(0.5),
    midpoint: fc.double({ min: -10, max: 60, noNaN: true }),
  }),
  fc.record({ type: fc.constant("logistic" as const), max: positive(100), half: positive(40) }),
  fc.record({ type: fc.constant("tanh" as const), max: positive(100), scale: positive(2) }),
  fc.record({ type: fc.constant("michaelis-menten" as const), max: positive(100), half: positive(40) }),
  fc.record({
    type: fc.constant("power" as const),
    scale: positive(10),
    exponent: fc.double({ min: 0.1, max: 1, noNaN: true }),
  }),
  fc.record({ type: fc.constant("log" as const), scale: positive(40), unit: positive(20) }),
  fc.record({ type: fc.constant("exponential" as const), max: positive(100), rate: positive(0.5) }),
  fc.record({ type: fc.constant("linear" as const), slope: positive(3) }),
  fc
    .array(fc.tuple(positive(20), fc.double({ min: 0, max: 30, noNaN: true })), { minLength: 1, maxLength: 6 })
    .map((steps): Curve => {
      let [x, y] = [0, 0];
      const points = steps.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [x, y] as const;
      });
      return { type: "table", spend: points.map(([a]) => a), response: points.map(([, b]) => b) };
    }),
);

/** Limits that nest: groups of the first channels, each a part of the one before. */
const problem: fc.Arbitrary<PlanProblem> = fc
  .record({
    curves: fc.array(fc.tuple(curve, fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constantFrom(0, 0, 12)), {
      minLength: 1,
      maxLength: 7,
    }),
    budget: fc.integer({ min: 30, max: 150 }),
    periods: fc.integer({ min: 1, max: 3 }),
    groups: fc.array(fc.tuple(fc.double({ min: 0.2, max: 1, noNaN: true }), fc.boolean()), { maxLength: 2 }),
    unit: fc.constantFrom(undefined, undefined, 0.5),
    exactly: fc.boolean(),
  })
  .map(({ curves, budget, periods, groups, unit, exactly }) => {
    const channels = curves.map(([one, min, split, presence], i): Channel => {
      const line = { curve: one, min: presence ? 0 : min, ...(presence ? { presence: { atLeast: presence } } : {}) };
      if (!split) return { name: `c${i}`, ...line };
      const campaigns = ["a", "b"].map((name): Campaign => ({ name, ...line }));
      return { name: `c${i}`, campaigns, max: 40 };
    });
    let members = channels.map(({ name }) => name);
    const limits = groups.map(([share, most], g): ChannelGroup => {
      members = members.slice(0, Math.max(1, members.length - 1));
      return { name: `g${g}`, channels: members, ...(most ? { shareAtMost: share } : { shareAtLeast: 0.3 * share }) };
    });
    return { budget, periods, channels, groups: limits, unit, ...(exactly ? { spend: "exactly" as const } : {}) };
  });

/** The worst broken limit of a plan, in money. */
function broken({ budget = 0, channels, groups = [], periods = 1, spend }: PlanProblem, plan: number[][]): number {
  const sums = plan.map((row) => row.reduce((a, b) => a + b, 0));
  const all = sums.reduce((a, b) => a + b, 0);
  let worst = Math.max(all - budget, spend === "exactly" ? budget - all : 0);
  channels.forEach(({ campaigns, min = 0, max = Number.POSITIVE_INFINITY }, c) => {
    const floor = campaigns ? 2 * (campaigns[0]?.min as number) : (min as number);
    for (let t = 0; t < periods; t++) {
      const x = plan[c]?.[t] as number;
      worst = Math.max(worst, floor - x, x - (max as number));
    }
  });
  for (const { channels: names, shareAtMost = 1, shareAtLeast = 0 } of groups) {
    const sum = channels.reduce((all, { name }, c) => (names.includes(name) ? all + (sums[c] as number) : all), 0);
    worst = Math.max(worst, sum - shareAtMost * budget, shareAtLeast * budget - sum);
  }
  return worst;
}

describe("any plan", () => {
  it("keeps its limits, its bound is no less than its response, and no move gains more than the gap", () => {
    let met = 0;
    fc.assert(
      fc.property(problem, (one) => {
        const plan = planBudget(one, { tolerance: 1e-4, nodes: 400 });
        if (plan.status !== "met") {
          const nearest = plan.clash && planBudget(plan.clash.nearest, { tolerance: 1e-3, nodes: 400 });
          expect(nearest === undefined || nearest.status === "met").toBe(true);
          return;
        }
        met++;
        expect(broken(one, plan.spend)).toBeLessThanOrEqual(one.unit ? 1e-9 : 1e-9 * (one.budget as number));
        expect(total(plan.spend)).toBeLessThanOrEqual((one.budget as number) * (1 + 1e-15));
        expect(plan.bound).toBeGreaterThanOrEqual(plan.response);
        if (!plan.stopped && !one.unit) expect(plan.gap).toBeLessThanOrEqual(1.01e-4);
        for (const { gain } of plan.moves) expect(gain).toBeLessThanOrEqual((plan.bound - plan.response) * (1 + 1e-9));
        if (one.unit) for (const x of plan.spend.flat()) expect((2 * x) % 1).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(met).toBeGreaterThan(150);
  });

  it("brings no less for more money, and its frontier says what single plans say", () => {
    fc.assert(
      fc.property(fc.array(curve, { minLength: 1, maxLength: 5 }), (curves) => {
        const channels = curves.map((one, i): Channel => ({ name: `c${i}`, curve: one, max: 80 }));
        const one = { budget: 60, channels };
        const { points } = planFrontier(one, { points: 7, tolerance: 1e-5 });
        expect(points.length).toBe(7);
        points.forEach(({ budget, response, bound }, i) => {
          if (i > 0)
            expect(response).toBeGreaterThanOrEqual((points[i - 1] as { response: number }).response * (1 - 1e-12));
          const alone = planBudget({ ...one, budget }, { tolerance: 1e-5 });
          expect(alone.response).toBeLessThanOrEqual(bound * (1 + 1e-12));
          expect(response).toBeLessThanOrEqual(alone.bound * (1 + 1e-12));
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is the same on every call", () => {
    fc.assert(
      fc.property(problem, (one) => {
        const [a, b] = [planBudget(one, { nodes: 50 }), planBudget(one, { nodes: 50 })];
        expect({ ...a, seconds: 0 }).toEqual({ ...b, seconds: 0 });
      }),
      { numRuns: 40 },
    );
  });
});

describe("concave plans", () => {
  it("satisfy Karush, Kuhn and Tucker", () => {
    const concave = curve.filter(
      (one) =>
        one.type !== "table" &&
        one.type !== "linear" &&
        !("shape" in one && one.shape > 1) &&
        !("midpoint" in one && one.midpoint > 0) &&
        !("exponent" in one && one.exponent > 0.95),
    );
    fc.assert(
      fc.property(fc.array(concave, { minLength: 2, maxLength: 8 }), (curves) => {
        const channels = curves.map((one, i): Channel => ({ name: `c${i}`, curve: one, max: 50 }));
        const plan = planBudget({ budget: 20 * curves.length, channels });
        expect(plan.gap).toBeLessThanOrEqual(1e-9);
        expect(plan.kkt.feasibility).toBe(0);
        expect(plan.kkt.dual).toBe(0);
        expect(plan.kkt.complementarity).toBeLessThanOrEqual(1e-9);
        expect(plan.kkt.stationarity).toBeLessThanOrEqual(1e-5);
      }),
      { numRuns: 100 },
    );
  });
});
