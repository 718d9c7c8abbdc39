/** Questions around a plan, each its own call: pin, ban, scale, a limit, an objective, the weight of a blend; naive plans. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Channel,
  type PlanProblem,
  planBan,
  planBlend,
  planBudget,
  planFrontier,
  planLimit,
  planObjective,
  planPin,
  planScale,
} from "../../src/index.js";
import { rights, total, trap } from "./instances.js";

describe("one question at a time", () => {
  const problem = rights(120);
  const base = planBudget(problem);

  it("pins, bans and scales a channel, and says what that changes", () => {
    const pinned = planPin(problem, "channel 1", 20, { base });
    expect(pinned.result.spend[0]).toEqual([20]);
    expect(pinned.base).toBe(base);
    const banned = planBan(problem, "channel 3", { base });
    expect(banned.result.spend[2]).toEqual([0]);
    const scaled = planScale(problem, "channel 2", 1.5, { base });
    expect(scaled.result.spend[1]?.[0]).toBeCloseTo(1.5 * (base.spend[1]?.[0] as number), 9);
    for (const { result, responseChange, spentChange } of [pinned, banned, scaled]) {
      expect(result.gap).toBeLessThanOrEqual(1e-6);
      expect(responseChange).toBe(result.response - base.response);
      expect(responseChange).toBeLessThan(0);
      expect(spentChange).toBe(result.spent - base.spent);
    }
  });

  it("gives the plan that the changed problem has by itself, warm or cold", () => {
    for (const [warm, cold] of [
      [planBan(problem, "channel 3", { base }), planBudget({ ...problem, channels: problem.channels.toSpliced(2, 1) })],
      [planLimit(problem, "budget", 150, { base }), planBudget(rights(150))],
      [planLimit(problem, "budget", 80, { base }), planBudget(rights(80))],
    ] as const) {
      expect(Math.abs(warm.result.response - cold.response)).toBeLessThanOrEqual(1e-6 * cold.bound);
      expect(warm.result.bound).toBeGreaterThanOrEqual(cold.response);
      expect(total(warm.result.spend)).toBeLessThanOrEqual(warm.problem.budget as number);
    }
  });

  it("a limit's price says what a small change of it brings, and the difference is shown", () => {
    const channels: Channel[] = [
      { name: "a", curve: { type: "log", scale: 30, unit: 4 } },
      { name: "b", curve: { type: "log", scale: 20, unit: 2 } },
      { name: "c", curve: { type: "exponential", max: 50, rate: 0.05 } },
    ];
    const groups = [{ name: "ab", channels: ["a", "b"], atMost: 20 }];
    const concave: PlanProblem = { budget: 60, channels, groups };
    for (const limit of ["budget", "group ab"]) {
      const before = planBudget(concave).limits.find(({ name }) => name === limit);
      const change = planLimit(concave, limit, (before?.limit as number) + 0.01);
      expect(change.estimate).toBeCloseTo(0.01 * (before?.price as number), 12);
      expect(change.estimate).toBeGreaterThan(0);
      expect(Math.abs(change.difference as number)).toBeLessThan(1e-3 * (change.estimate as number));
      expect(change.difference).toBe((change.responseChange as number) - (change.estimate as number));
    }
    expect(() => planLimit(concave, "group x", 3)).toThrow(/no limit "group x" at most; known are budget, group ab/);
  });

  it("another objective keeps the data and says no difference of unlike responses", () => {
    const { result, responseChange, spentChange } = planObjective(problem, { type: "profit", margin: 0.5 }, { base });
    expect(result.profit?.value).toBeGreaterThan(0);
    expect(responseChange).toBeUndefined();
    expect(spentChange).toBe(result.spent - base.spent);
  });

  it("never ends below a plan that it could have kept", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 0, max: 40 }), (budget, more) => {
        const before = planBudget(rights(budget));
        const { result } = planLimit(rights(budget), "budget", budget + more, { base: before });
        expect(result.response).toBeGreaterThanOrEqual(before.response);
        expect(result.gap).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 25 },
    );
  });
});

describe("now and later", () => {
  const problem = {
    ...rights(120),
    channels: rights(120).channels.map((channel, i) => ({ ...channel, longTerm: [2, 0.3, 0, 1.5][i] as number })),
  };

  it("a frontier without dominated plans, each certified, from later to now", () => {
    const { points, dominated, status } = planBlend(problem, { points: 21 });
    expect(status).toBe("met");
    expect(points.length + dominated.length).toBe(21);
    expect(points.length).toBeGreaterThan(2);
    points.forEach(({ weight, shortTerm, longTerm, response, bound }, i) => {
      expect(weight * shortTerm + (1 - weight) * longTerm).toBeCloseTo(response, 9);
      expect(bound - response).toBeLessThanOrEqual(1e-6 * bound);
      const next = points[i + 1];
      if (!next) return;
      expect(next.shortTerm).toBeGreaterThan(shortTerm);
      expect(next.longTerm).toBeLessThan(longTerm);
    });
  });

  it("its ends are the two objectives alone", () => {
    const { points } = planBlend(problem, { weights: [1, 0] });
    expect(points.map(({ weight }) => weight)).toEqual([0, 1]);
    const short = planBudget(rights(120));
    expect(Math.abs((points[1]?.shortTerm as number) - short.response)).toBeLessThanOrEqual(1e-6 * short.bound);
    const later = planBudget({
      ...problem,
      channels: problem.channels.filter(({ longTerm }) => longTerm > 0).map((one) => ({ ...one, value: one.longTerm })),
    });
    expect(Math.abs((points[0]?.longTerm as number) - later.response)).toBeLessThanOrEqual(1e-6 * later.bound);
  });

  it("refuses weights that are none, and says why there is no plan", () => {
    expect(() => planBlend(problem, { weights: [0.5, 1.2] })).toThrow(/weights\[1\] must be from 0 to 1, got 1.2/);
    const stuck = { ...problem, channels: problem.channels.map((channel) => ({ ...channel, min: 50 })) };
    const { status, clash } = planBlend(stuck);
    expect(status).toBe("impossible");
    expect(clash?.reason).toContain("80 too much");
  });
});

describe("all budgets", () => {
  it("gains are differences, and what lies under a mix of two others is said", () => {
    // One step at 10, one at 30: 20 is between them.
    const curve = { type: "table" as const, spend: [9, 10, 29, 30], response: [0, 10, 10, 40] };
    const { points } = planFrontier({ budget: 30, channels: [{ name: "a", curve }] }, { budgets: [10, 20, 30] });
    expect(points.map(({ response }) => response)).toEqual([10, 10, 40]);
    expect(points.map(({ gain }) => gain)).toEqual([0, 3, undefined]);
    expect(points.map(({ onEnvelope }) => onEnvelope)).toEqual([true, false, true]);
  });
});

describe("naive plans", () => {
  const channels = rights(100).channels.map((channel, i) => ({ ...channel, current: [10, 20, 30, 20][i] as number }));
  const problem: PlanProblem = { budget: 100, channels, unit: 0.01 };
  const named = (name: string, baselines = {}) => {
    const found = planBudget(problem, { baselines }).baselines.find((one) => one.name === name);
    if (!found) throw new Error(name);
    return found;
  };

  it("fixed shares sum to the budget to the last unit", () => {
    const { spend } = named("fixed shares", {
      shares: { "channel 1": 1, "channel 2": 1, "channel 3": 1, "channel 4": 0 },
    });
    expect(spend.flat().map((x) => Math.round(100 * x))).toEqual([3334, 3333, 3333, 0]);
  });

  it("the last mix is today's, scaled to the budget or by a growth; no growth is today", () => {
    expect(named("last mix").spend.flat()).toEqual([12.5, 25, 37.5, 25]);
    expect(named("last mix", { growth: 0 }).spend.flat()).toEqual([10, 20, 30, 20]);
    expect(named("last mix", { growth: 0.1 }).spend.flat()).toEqual([11, 22, 33, 22]);
  });

  it("hand edits: what each costs, and whether the whole keeps the limits", () => {
    const edits = [
      { channel: "channel 1", amount: 20 },
      { channel: "channel 3", amount: 80 },
    ];
    const baseline = named("hand edits", { edits });
    expect(baseline.feasible).toBe(false);
    expect(baseline.edits?.map(({ channel }) => channel)).toEqual(["channel 1", "channel 3"]);
    const costs = baseline.edits?.map(({ cost }) => cost) as number[];
    expect((costs[0] as number) + (costs[1] as number)).toBeCloseTo(baseline.shortfall, 9);
    expect(costs[0]).toBeGreaterThan(0);
    expect(costs[1]).toBeLessThan(0);
  });

  it("static: one mix over all periods, never above the plan where it keeps the limits", () => {
    const seasonal = rights(100).channels.map((channel) => ({ ...channel, seasonality: [0.5, 1, 2] }));
    const { baselines, response } = planBudget({ budget: 240, periods: 3, channels: seasonal });
    const fixed = baselines.find(({ name }) => name === "static");
    expect(fixed?.feasible).toBe(true);
    expect(fixed?.shortfall).toBe(response - (fixed?.response as number));
    expect(fixed?.shortfall).toBeGreaterThan(0);
    for (const row of fixed?.spend ?? []) expect(new Set(row).size).toBe(1);
  });

  it.each([
    [{ shares: { radio: 1 } }, /baselines\.shares: there is no "radio"/],
    [{ shares: { "channel 1": -1 } }, /baselines\.shares\.channel 1 must be at least 0, got -1/],
    [{ edits: [{ channel: "tv", amount: 1 }] }, /baselines\.edits\[0\]\.channel: there is no "tv"/],
    [{ edits: [{ channel: "channel 1", amount: 1, period: 2 }] }, /baselines\.edits\[0\]\.period must be at most 1/],
    [{ edits: [{ channel: "channel 1" }] }, /baselines\.edits\[0\]\.amount is missing/],
    [{ growth: Number.NaN }, /baselines\.growth must be finite/],
    [{ share: {} }, /baselines\.share: there is no such field/],
  ])("%j is refused by name", (baselines, message) => {
    expect(() => planBudget(trapped(), { baselines: baselines as never })).toThrow(message);
  });

  function trapped(): PlanProblem {
    return { ...trap(), channels: trap().channels.map((one, i) => ({ ...one, name: `channel ${i + 1}` })) };
  }
});
