/** Every kind of limit (budget-optimisation checklist, 16 to 20), kept in every period and, where it is all or nothing, the best. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, type ChannelGroup, type Commitment, type PlanProblem, planBudget } from "../../src/index.js";
import { rights, total } from "./instances.js";

const names = ["channel 1", "channel 2", "channel 3", "channel 4"] as const;
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 1 });
const money = (most: number) => fc.integer({ min: 1, max: most });

const problem: fc.Arbitrary<PlanProblem> = fc
  .record({
    budget: fc.integer({ min: 60, max: 400 }),
    periods: fc.integer({ min: 1, max: 2 }),
    mins: fc.tuple(...names.map(() => maybe(fc.integer({ min: 0, max: 8 })))),
    maxs: fc.tuple(...names.map(() => maybe(fc.integer({ min: 30, max: 90 })))),
    presences: fc.tuple(...names.map(() => maybe(fc.constantFrom({ atLeast: 12 }, { share: 0.15 })))),
    change: maybe(fc.record({ down: fc.constantFrom(0.5, 1), up: fc.constantFrom(0.2, 2) })),
    commitment: maybe(
      fc.record({ channel: fc.constantFrom(...names), period: maybe(fc.constant(1)), amount: money(25) }),
    ),
    exact: fc.boolean(),
    group: maybe(fc.record({ shareAtMost: fc.constantFrom(0.4, 0.7), shareAtLeast: fc.constantFrom(0.05, 0.1) })),
    one: fc.boolean(),
    reserve: maybe(fc.constantFrom({ share: 0.1 }, { amount: 7 })),
  })
  .map(({ budget, periods, mins, maxs, presences, change, commitment, exact, group, one, reserve }) => {
    const channels = rights(1).channels.map((channel, i): Channel => {
      const limits = { min: presences[i] ? undefined : mins[i], max: maxs[i], presence: presences[i] };
      // Today's plan bounds one channel.
      return { ...channel, ...limits, ...(i === 1 && change ? { current: 20, change, presence: undefined } : {}) };
    });
    const type = exact ? ("exact" as const) : ("atLeast" as const);
    const commitments: Commitment[] = commitment ? [{ ...commitment, type }] : [];
    const groups: ChannelGroup[] = group
      ? [{ name: "pair", channels: [names[0], names[2]], ...group, ...(one ? { periods: [1] } : {}) }]
      : [];
    return { budget, periods, channels, commitments, groups, reserve };
  });

/** By how much a plan breaks its worst limit, limit by limit from the problem's own words. */
function broken(
  { budget = 0, periods = 1, channels, commitments = [], groups = [], reserve }: PlanProblem,
  spend: readonly (readonly number[])[],
): number {
  const kept = reserve ? ("share" in reserve ? reserve.share * budget : reserve.amount) : 0;
  const off = [total(spend) - (budget - kept)];
  channels.forEach(({ min = 0, max = Number.POSITIVE_INFINITY, presence, change, current }, c) => {
    const least = presence ? ("share" in presence ? (presence.share * budget) / periods : presence.atLeast) : 0;
    for (const x of spend[c] as readonly number[]) {
      off.push((min as number) - x, x - (max as number));
      if (x > 0) off.push(least - x);
      if (change?.up !== undefined) off.push(x - (1 + change.up) * (current as number));
      if (change?.down !== undefined) off.push((1 - change.down) * (current as number) - x);
    }
  });
  for (const { channel, period, amount, type } of commitments) {
    const row = spend[channels.findIndex(({ name }) => name === channel)] as readonly number[];
    for (const x of period === undefined ? row : [row[period - 1] as number]) {
      off.push(amount - x, type === "exact" ? x - amount : 0);
    }
  }
  for (const group of groups) {
    let sum = 0;
    channels.forEach(({ name }, c) => {
      if (!group.channels.includes(name)) return;
      spend[c]?.forEach((x, t) => {
        if (!group.periods || group.periods.includes(t + 1)) sum += x;
      });
    });
    off.push(sum - (group.shareAtMost ?? 1) * budget, (group.shareAtLeast ?? 0) * budget - sum);
  }
  return Math.max(...off);
}

/** Nothing-or-enough by all patterns: every channel and period off, or at its least or more. */
function byPatterns(one: PlanProblem, tolerance: number): number | undefined {
  const { periods = 1, budget = 0 } = one;
  const places = one.channels.flatMap(({ presence }, c) =>
    presence ? Array.from({ length: periods }, (_, t) => [c, t] as const) : [],
  );
  let best: number | undefined;
  for (let pattern = 0; pattern < 2 ** places.length; pattern++) {
    const channels = one.channels.map((channel, c): Channel => {
      const { presence, max = 1e9, ...rest } = channel;
      if (!presence) return channel;
      const least = "share" in presence ? (presence.share * budget) / periods : presence.atLeast;
      const on = (t: number) => (pattern >> places.findIndex(([a, b]) => a === c && b === t)) & 1;
      const list = (value: (t: number) => number) => Array.from({ length: periods }, (_, t) => value(t));
      const ceiling = Math.min(max as number, 1e9);
      if (ceiling < least && list(on).some(Boolean)) return { ...rest, min: 2e9 };
      return { ...rest, min: list((t) => (on(t) ? least : 0)), max: list((t) => (on(t) ? ceiling : 0)) };
    });
    const plan = planBudget({ ...one, channels }, { tolerance });
    if (plan.status === "met") best = Math.max(best ?? 0, plan.response);
  }
  return best;
}

describe("limits", () => {
  it("of every kind are kept in every period, and the plan is the best of all patterns of presence", () => {
    let met = 0;
    fc.assert(
      fc.property(problem, (one) => {
        const plan = planBudget(one, { tolerance: 1e-7 });
        const best = byPatterns(one, 1e-7);
        expect(plan.status).toBe(best === undefined ? "impossible" : "met");
        if (best === undefined) return;
        met++;
        expect(broken(one, plan.spend)).toBeLessThanOrEqual(1e-9);
        expect(plan.response).toBeGreaterThanOrEqual(best * (1 - 2e-7));
        expect(plan.bound).toBeGreaterThanOrEqual(best * (1 - 1e-12));
        expect(plan.kkt.feasibility).toBeLessThanOrEqual(1e-9);
        if (one.reserve) expect(plan.reserve).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
    expect(met).toBeGreaterThan(30);
  });

  it("a binding ceiling of a group carries the price of one more unit", () => {
    const groups = [{ name: "pair", channels: ["channel 2", "channel 4"], atMost: 30 }];
    const plan = planBudget({ ...rights(200), groups });
    const limit = plan.limits.find(({ name }) => name === "group pair");
    const more = planBudget({
      ...rights(200),
      groups: [{ name: "pair", channels: ["channel 2", "channel 4"], atMost: 30.01 }],
    });
    expect(limit?.used).toBeCloseTo(30, 9);
    expect((more.response - plan.response) / 0.01).toBeCloseTo(limit?.price as number, 2);
    expect(limit?.price).toBeGreaterThan(0);
  });
});
