import { describe, expect, it } from "vitest";
import { explain, type PlanProblem, planBudget, planFrontier, planScenarios } from "../../src/index.js";
import { rights, total, trap } from "./instances.js";

describe("scenarios", () => {
  it("pin, ban and scale a channel, change a limit and the budget", () => {
    const { base, scenarios } = planScenarios(rights(100), {
      pinned: [{ pin: "channel 3", amount: 30 }],
      banned: [{ ban: "channel 1" }],
      scaled: [{ scale: "channel 2", factor: 0.5 }],
      capped: [{ channel: "channel 1", set: { max: 40 } }],
      half: [{ set: { budget: 50 } }],
      both: [{ ban: "channel 1" }, { set: { budget: 50 } }],
    });
    const spend = Object.fromEntries(scenarios.map(({ name, result }) => [name, result.spend.flat()]));
    expect(spend.pinned?.[2]).toBe(30);
    expect(spend.banned?.[0]).toBe(0);
    expect(spend.scaled?.[1]).toBeCloseTo(0.5 * (base.spend[1]?.[0] as number), 9);
    expect(spend.capped?.[0]).toBeLessThanOrEqual(40);
    expect(spend.both?.[0]).toBe(0);
    for (const { result, responseChange = 1 } of scenarios) {
      expect(result.status).toBe("met");
      // Every change but none takes something away.
      expect(responseChange).toBeLessThanOrEqual(1e-6 * base.response);
    }
  });

  it("names a channel that is not there", () => {
    expect(() => planScenarios(trap(), { x: [{ ban: "radio" }] })).toThrow(/no channel "radio"; known are search, tv/);
  });
});

describe("the frontier", () => {
  it("has the budgets that are asked, in order, each certified", () => {
    const { points, status } = planFrontier(rights(100), { budgets: [200, 20, 120] });
    expect(status).toBe("met");
    expect(points.map(({ budget }) => budget)).toEqual([20, 120, 200]);
    for (const { response, bound, spend, budget } of points) {
      expect((bound - response) / bound).toBeLessThanOrEqual(1e-6);
      expect(total(spend)).toBeLessThanOrEqual(budget);
    }
    expect(points[1]?.response).toBeCloseTo(253.084355, 3);
  });

  it("leaves out budgets below the floors", () => {
    const problem = { ...trap(), channels: trap().channels.map((channel) => ({ ...channel, min: 20 })) };
    expect(planFrontier(problem, { budgets: [30, 50] }).points.map(({ budget }) => budget)).toEqual([50]);
  });
});

describe("limits that nest", () => {
  it("campaigns sum to their channel, commitments hold, groups too, and every limit has its price", () => {
    const curve = (max: number) => ({ type: "hill" as const, max, half: 20, shape: 0.9 });
    const problem: PlanProblem = {
      budget: 100,
      periods: 2,
      unit: 0.01,
      channels: [
        {
          name: "social",
          max: 30,
          campaigns: [
            { name: "a", curve: curve(80) },
            { name: "b", curve: curve(60) },
          ],
        },
        { name: "tv", curve: curve(50), total: { atMost: 25 } },
        { name: "print", curve: curve(5), seasonality: [1, 2] },
      ],
      groups: [{ name: "screens", channels: ["social", "tv"], shareAtMost: 0.8 }],
      commitments: [{ channel: "print", period: 1, amount: 12 }],
    };
    const plan = planBudget(problem);
    expect(plan.status).toBe("met");
    expect(plan.gap).toBeLessThan(1e-6);
    const [social, tv, print] = plan.spend as [number[], number[], number[]];
    const campaigns = plan.channels[0]?.campaigns as { byPeriod: number[] }[];
    for (const t of [0, 1]) {
      const sum = campaigns.reduce((all, { byPeriod }) => all + (byPeriod[t] as number), 0);
      expect(sum).toBeCloseTo(social[t] as number, 12);
      expect(social[t]).toBeLessThanOrEqual(30);
    }
    expect(total([tv])).toBeLessThanOrEqual(25);
    expect(print[0]).toBe(12);
    expect(total([social, tv])).toBeCloseTo(80, 9);
    expect(Math.round(100 * total(plan.spend))).toBe(10_000);
    const limit = plan.limits.find(({ name }) => name === "group screens");
    expect(limit?.price).toBeGreaterThan(0);
    expect(plan.channels[1]?.holds).toContain("group screens");
  });

  it("a reserve is kept, changes from today are bounded, presence is all or nothing", () => {
    const channels = rights(100).channels.map((channel) => ({
      ...channel,
      current: 25,
      change: { down: 0.4, up: 0.2 },
    }));
    const plan = planBudget({ budget: 120, reserve: { share: 0.1 }, channels });
    expect(plan.reserve).toBe(12);
    expect(plan.spent).toBeCloseTo(108, 9);
    for (const x of plan.spend.flat()) {
      expect(x).toBeGreaterThanOrEqual(15);
      expect(x).toBeLessThanOrEqual(30);
    }
    const present = rights(100).channels.map((channel) => ({ ...channel, presence: { atLeast: 20 } }));
    for (const x of planBudget({ budget: 90, channels: present }).spend.flat()) expect(x === 0 || x >= 20).toBe(true);
  });
});

describe("the sentences", () => {
  it("say the figures of the result", () => {
    const channels = rights(120).channels.map((channel) => ({ ...channel, current: 30 }));
    const problem = { ...rights(120), currency: "EUR", channels };
    const plan = planBudget(problem);
    const text = explain(plan, problem).join("\n");
    expect(text).toContain("The plan spends 120 EUR and brings a response of 253.084.");
    expect(text).toContain("Not used: channel 1.");
    expect(text).toMatch(/channel 3: 59\.127\d EUR more than today, from 30 EUR to 89\.127\d EUR/);
    expect(text).toContain('The naive plan "last mix" would bring 207.793');
    const last = plan.baselines.find(({ name }) => name === "last mix");
    expect(last?.response).toBeCloseTo(207.793472, 5);
    expect(last?.shortfall).toBeCloseTo(plan.response - 207.793472, 5);
  });

  it("say why there is no plan", () => {
    const problem = {
      budget: 60,
      spend: "exactly" as const,
      channels: trap().channels.map((one) => ({ ...one, max: 10 })),
    };
    const text = explain(planBudget(problem), problem).join(" ");
    expect(text).toMatch(/No plan keeps all limits.*let 20 through.*40 too little.*budget, channels\[0\]\.max/);
  });
});
