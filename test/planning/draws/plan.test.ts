/** Plans over posterior draws by planBudget: against dense searches, the plain method, and what must always hold. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Channel,
  createEngine,
  type PlanProblem,
  planBudget,
  planFrontier,
  planScenarios,
} from "../../../src/index.js";
import { normal, random } from "./made.js";

const engine = createEngine();

function lognormal(n: number, mean: number, spread: number, seed: number): number[] {
  const next = random(seed);
  return Array.from({ length: n }, () => mean * Math.exp(spread * normal(next)));
}

function drawnHill(n: number, max: number, half: number, shape: number | number[], seed: number) {
  return {
    ...{ type: "hill" as const, max: lognormal(n, max, 0.2, seed), half: lognormal(n, half, 0.3, seed + 1), shape },
  };
}

/** Response in one draw, adstock by the plain sum over lags. */
function plainHill(curve: ReturnType<typeof drawnHill>, j: number, spends: readonly number[], decay = 0): number {
  const [max, half] = [curve.max[j] as number, curve.half[j] as number];
  const shape = typeof curve.shape === "number" ? curve.shape : (curve.shape[j] as number);
  let [a, sum] = [0, 0];
  for (const spend of spends) {
    a = decay * a + spend;
    if (a > 0) sum += max / (1 + (half / a) ** shape);
  }
  return sum;
}

describe("a plan over draws", () => {
  it("is the dense search's in one period, and says how the draws respond", () => {
    const [a, b] = [drawnHill(300, 100, 20, 0.8, 1), drawnHill(300, 60, 5, 1, 5)];
    const result = planBudget(
      {
        budget: 50,
        channels: [
          { name: "a", curve: a },
          { name: "b", curve: b },
        ],
      },
      { engine },
    );
    expect(result.status).toBe("met");
    expect(result.gap).toBeLessThan(1e-6);
    const responses = (x: number) =>
      Array.from({ length: 300 }, (_, j) => plainHill(a, j, [x]) + plainHill(b, j, [50 - x]));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    let best = 0;
    for (let x = 0; x <= 50; x += 0.01) best = Math.max(best, mean(responses(x)));
    expect(Math.abs(result.response - best)).toBeLessThan(1e-6 * best);
    expect(result.bound).toBeGreaterThanOrEqual(best);
    const own = responses(result.spend[0]?.[0] as number).sort((p, q) => p - q);
    const outcome = result.outcome as NonNullable<typeof result.outcome>;
    expect(result.draws).toBe(300);
    expect(outcome.mean).toBeCloseTo(mean(own), 9);
    expect(outcome.sd).toBeCloseTo(Math.sqrt(mean(own.map((one) => (one - mean(own)) ** 2))), 9);
    [outcome.low, outcome.median, outcome.high].forEach((quantile, k) => {
      expect(quantile).toBeCloseTo(own[[14, 149, 284][k] as number] as number, 9);
    });
    const [first, second] = result.channels;
    expect((first?.outcome?.mean as number) + (second?.outcome?.mean as number)).toBeCloseTo(outcome.mean, 9);
    expect(first?.response).toBeCloseTo(first?.outcome?.mean as number, 9);
  });

  it("of draws that are all alike is the plan of the one curve", () => {
    const one: Channel[] = [
      {
        ...{ name: "a", curve: { type: "hill", max: 100, half: 20, shape: 0.9 }, history: [5, 8] },
        adstock: { type: "geometric", decay: 0.5, normalised: true },
      },
      {
        ...{ name: "b", curve: { type: "exponential", max: 60, rate: 0.1 }, cost: [1, 2, 1, 2] },
        ...{ seasonality: [1, 2, 1, 1], max: 20 },
      },
    ];
    const alike = (value: number) => [value, value, value];
    const many: Channel[] = [
      {
        ...{ ...(one[0] as Channel), curve: { type: "hill", max: alike(100), half: alike(20), shape: 0.9 } },
        adstock: { type: "geometric", decay: alike(0.5), normalised: true },
      },
      { ...(one[1] as Channel), curve: { type: "exponential", max: 60, rate: alike(0.1) } },
    ];
    const rest = { budget: 60, periods: 4, carryOut: true, groups: [{ name: "g", channels: ["b"], atMost: 25 }] };
    const plain = planBudget({ ...rest, channels: one }, { engine });
    const drawn = planBudget({ ...rest, channels: many }, { engine });
    expect(plain.gap).toBeLessThan(1e-6);
    expect(drawn.gap).toBeLessThan(1e-6);
    expect(Math.abs(drawn.response - plain.response)).toBeLessThan(1e-6 * plain.response);
    expect(drawn.outcome?.sd).toBeLessThan(1e-9);
    drawn.channels.forEach(({ response }, c) => {
      expect(response).toBeCloseTo(plain.channels[c]?.response as number, 1);
    });
  });

  it("keeps regimes, campaigns, whole units and adstocks that end, with decays that are drawn", () => {
    const decay = lognormal(60, 0.5, 0.2, 3).map((one) => Math.min(0.9, one));
    const problem: PlanProblem = {
      ...{ budget: 80, periods: 3, unit: 0.5, regimes: ["regular", "sale", "regular"] },
      channels: [
        {
          name: "a",
          curve: drawnHill(60, 100, 20, 0.8, 1),
          regimes: { sale: drawnHill(60, 200, 20, 0.8, 9) },
          adstock: { type: "geometric", decay, length: 2, normalised: true },
        },
        {
          name: "b",
          max: 15,
          campaigns: [
            { name: "b1", curve: drawnHill(60, 60, 5, 1, 5) },
            { name: "b2", curve: { type: "log", scale: 10, unit: 3 } },
          ],
        },
      ],
    };
    const result = planBudget(problem, { engine });
    expect(result.status).toBe("met");
    expect(result.kkt.feasibility).toBeLessThan(1e-9);
    for (const money of result.spend.flat()) expect(money % 0.5).toBe(0);
    for (const money of result.spend[1] as number[]) expect(money).toBeLessThanOrEqual(15);
    const whole = result.channels[1]?.campaigns?.reduce((sum, one) => sum + (one.outcome?.mean as number), 0);
    expect(whole).toBeCloseTo(result.channels[1]?.outcome?.mean as number, 9);
    expect(result.bound).toBeGreaterThanOrEqual(result.response);
  });

  it("does not stop at the even split of two equal S-curves", () => {
    const n = 200;
    const curve = { type: "hill" as const, max: lognormal(n, 100, 0.1, 3), half: 50, shape: 3 };
    const { response, bound, spend } = planBudget(
      {
        budget: 60,
        channels: [
          { name: "a", curve },
          { name: "b", curve },
        ],
      },
      { engine },
    );
    const scale = curve.max.reduce((sum, max) => sum + max, 0) / n / 100;
    expect(response).toBeCloseTo(63.343108504 * scale, 6);
    expect(Math.max(...spend.flat())).toBeCloseTo(60, 6);
    expect(bound).toBeGreaterThanOrEqual(response);
    expect(bound).toBeLessThan(1.001 * response);
  });

  it("stands beside fixed curves of every type, over time and with what says how near to saturation each is", () => {
    const fixed: Channel[] = [
      { name: "bent", curve: { type: "table", spend: [2, 10, 20], response: [1, 30, 40] }, seasonality: [1, 2, 1] },
      {
        ...{ name: "table", curve: { type: "table", spend: [5, 15, 30], response: [20, 40, 45] }, history: [4] },
        adstock: { type: "geometric", decay: 0.4, length: 3, normalised: true },
      },
      { name: "reach", min: 4, curve: { type: "reach", population: 80 }, adstock: { type: "geometric", decay: 0.3 } },
      { name: "often", curve: { type: "reach", population: 90, times: 3 }, min: 3, max: 40 },
      {
        ...{ name: "incentive", saturation: "before" },
        curve: { type: "unit-incentive", market: 30, value: 4, intercept: -1, slope: 2 },
        adstock: { type: "delayed", decay: 0.5, peak: 1, length: 3 },
      },
      {
        name: "insertions",
        curve: { type: "insertions", population: 60, alpha: 0.4, beta: 1.2, most: 6 },
        cost: 6,
        min: 9,
      },
    ].map((channel) => channel as Channel);
    const main = (max: number | number[], half: number | number[]): Channel => ({
      ...{ name: "drawn", curve: { type: "hill", max, half, shape: 0.9 } as Channel["curve"] },
      adstock: { type: "geometric", decay: 0.5 },
    });
    const rest = { budget: 170, periods: 3, carryOut: true };
    const plain = planBudget({ ...rest, channels: [main(100, 20), ...fixed] }, { engine });
    const drawn = planBudget({ ...rest, channels: [main([100, 100, 100], [20, 20, 20]), ...fixed] }, { engine });
    expect(drawn.status).toBe("met");
    // Both are tries where curves start slowly, under bounds that hold for both.
    expect(drawn.bound).toBeGreaterThanOrEqual(plain.response * (1 - 1e-12));
    expect(plain.bound).toBeGreaterThanOrEqual(drawn.response * (1 - 1e-12));
    expect(Math.abs(drawn.response - plain.response)).toBeLessThan(2e-3 * plain.response);
    // The same plan brings the same: its spend, held from both sides, in the other method.
    const held = [main(100, 20), ...fixed].map((channel, c) => ({
      ...channel,
      ...{ min: drawn.spend[c] as number[], max: drawn.spend[c] as number[], presence: undefined },
    }));
    const again = planBudget({ ...rest, budget: 171, channels: held }, { engine });
    expect(Math.abs(again.response - drawn.response)).toBeLessThan(1e-9 * drawn.response);
    drawn.channels.forEach(({ name, response, saturation, outcome }, c) => {
      const its = again.channels[c];
      expect(Math.abs(response - (its?.response as number)), name).toBeLessThan(1e-9 * (1 + response));
      expect(outcome?.mean, name).toBeCloseTo(response, 9);
      if (its?.saturation !== undefined) expect(saturation, name).toBeCloseTo(its.saturation, 9);
      expect(response, name).toBeGreaterThan(0);
    });
    expect(drawn.channels[0]?.saturation).toBeGreaterThan(0);
  });

  it("is certified for S-shaped curves where periods do not act on each other, with presence and groups", () => {
    const n = 60;
    const [a, b] = [
      drawnHill(n, 100, 30, lognormal(n, 3, 0.1, 7), 1),
      drawnHill(n, 90, 25, lognormal(n, 2.5, 0.2, 8), 4),
    ];
    const logit = {
      ...{ type: "logit" as const, max: lognormal(n, 60, 0.2, 11) },
      ...{ slope: lognormal(n, 0.3, 0.3, 12), midpoint: lognormal(n, 15, 0.3, 13) },
    };
    const mean = (of: (j: number) => number) =>
      Array.from({ length: n }, (_, j) => of(j)).reduce((s, v) => s + v, 0) / n;
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    const [fa, fb, fc] = [
      (x: number) => mean((j) => plainHill(a, j, [x])),
      (x: number) => mean((j) => plainHill(b, j, [x])),
      (x: number) =>
        mean((j) => {
          const [max, k, m] = [logit.max[j] as number, logit.slope[j] as number, logit.midpoint[j] as number];
          return max * (sigma(k * (x - m)) - sigma(-k * m));
        }),
    ];
    // All three as tables of every half unit of money, and all plans of them.
    const table = (f: (x: number) => number) => Float64Array.from({ length: 121 }, (_, k) => f(k / 2));
    const [ta, tb, tc] = [table(fa), table(fb), table(fc)];
    const dense = (money: number, keeps: (x: number, y: number, z: number) => boolean) => {
      let best = 0;
      for (let x = 0; x <= 2 * money; x++) {
        for (let y = 0; x + y <= 2 * money; y++) {
          const z = 2 * money - x - y;
          if (keeps(x / 2, y / 2, z / 2))
            best = Math.max(best, (ta[x] as number) + (tb[y] as number) + (tc[z] as number));
        }
      }
      return best;
    };
    const channels: Channel[] = [
      { name: "a", curve: a },
      { name: "b", curve: b },
      { name: "c", curve: logit },
    ];
    for (const budget of [25, 40, 60]) {
      const free = planBudget({ budget, channels }, { engine });
      const best = dense(budget, () => true);
      expect(free.gap).toBeLessThan(1e-6);
      expect(free.stopped).toBeUndefined();
      expect(free.bound).toBeGreaterThanOrEqual(best);
      expect(free.response).toBeGreaterThan(best * (1 - 1e-9));
      const own =
        fa(free.spend[0]?.[0] as number) + fb(free.spend[1]?.[0] as number) + fc(free.spend[2]?.[0] as number);
      expect(Math.abs(own - free.response)).toBeLessThan(1e-9 * own);
    }
    const present = channels.map((channel) => ({ ...channel, presence: { atLeast: 18 } }));
    const held = planBudget(
      { budget: 60, channels: present, groups: [{ name: "g", channels: ["a", "b"], atMost: 35 }] },
      { engine },
    );
    const best = dense(60, (x, y, z) => x + y <= 35 && [x, y, z].every((one) => one === 0 || one >= 18));
    expect(held.gap).toBeLessThan(1e-6);
    expect(held.bound).toBeGreaterThanOrEqual(best);
    expect(held.response).toBeGreaterThan(best * (1 - 1e-9));
    for (const [money] of held.spend) expect(money === 0 || (money as number) >= 18 * (1 - 1e-9)).toBe(true);
    // Money that is worth something unspent, and a target from below.
    const profit = planBudget({ budget: 60, channels, objective: { type: "profit", margin: 0.5 } }, { engine });
    let most = 0;
    for (let money = 0; money <= 60; money += 0.5) most = Math.max(most, 0.5 * dense(money, () => true) - money);
    expect(profit.profit?.bound).toBeGreaterThanOrEqual(most);
    expect(profit.profit?.value).toBeGreaterThan(most * (1 - 1e-4));
    expect(profit.gap).toBeLessThan(1e-5);
    const target = dense(40, () => true);
    const least = planBudget({ budget: 60, channels, objective: { type: "least-spend", target } }, { engine });
    expect(least.leastSpend).toBeLessThanOrEqual(40 * (1 + 1e-9));
    expect(least.leastSpend).toBeGreaterThan(39);
    expect(least.spent).toBeLessThan((least.leastSpend as number) * 1.00001);
  });

  it("works as a target, as profit, on a frontier and in scenarios", () => {
    const channels: Channel[] = [
      { name: "a", curve: drawnHill(100, 100, 20, 0.8, 1), adstock: { type: "geometric", decay: 0.4 } },
      { name: "b", curve: drawnHill(100, 60, 5, 1, 5) },
    ];
    const problem: PlanProblem = { budget: 50, periods: 2, channels };
    const base = planBudget(problem, { engine });
    const target = 0.8 * base.response;
    const least = planBudget({ ...problem, objective: { type: "least-spend", target } }, { engine });
    expect(least.status).toBe("met");
    expect(least.response).toBeGreaterThanOrEqual(target);
    expect(least.spent).toBeLessThan(50);
    expect(planBudget({ ...problem, budget: least.spent * 0.99 }, { engine }).response).toBeLessThan(target);
    const profit = planBudget({ ...problem, objective: { type: "profit", margin: 0.5 } }, { engine });
    expect(profit.profit?.bound).toBeGreaterThanOrEqual(0.5 * base.response - base.spent);
    const { points } = planFrontier(problem, { engine, budgets: [25, 50, 100] });
    expect(points.map(({ response }) => response)).toEqual(
      points.map(({ response }) => response).toSorted((a, b) => a - b),
    );
    expect(Math.abs((points[1]?.response as number) - base.response)).toBeLessThan(2e-6 * base.response);
    const { scenarios } = planScenarios(problem, { "no a": [{ ban: "a" }] }, { engine });
    expect(scenarios[0]?.result.outcome?.mean).toBeLessThan(base.response);
  });

  it("is feasible and never above its bound; no plan drawn at random is above it either", () => {
    const channel = fc.record({
      max: fc.integer({ min: 10, max: 100 }),
      half: fc.integer({ min: 1, max: 30 }),
      shape: fc.constantFrom(0.7, 1, 1.5, 3),
      seed: fc.integer({ min: 1, max: 1000 }),
      decay: fc.constantFrom(0, 0.3, 0.7),
    });
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 2, maxLength: 3 }),
        fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }), {
          minLength: 4,
          maxLength: 4,
        }),
        (made, plans) => {
          const n = 21;
          const curves = made.map(({ max, half, shape, seed }) => drawnHill(n, max, half, shape, seed));
          const result = planBudget(
            {
              ...{ budget: 40, periods: 4 },
              channels: made.map(({ decay }, c) => ({
                ...{ name: `${c}`, curve: curves[c] as (typeof curves)[number] },
                ...(decay > 0 ? { adstock: { type: "geometric" as const, decay: new Array(n).fill(decay) } } : {}),
              })),
            },
            { engine, starts: 4 },
          );
          expect(result.spend.flat().reduce((sum, x) => sum + x, 0)).toBeLessThanOrEqual(40);
          expect(result.bound).toBeGreaterThanOrEqual(result.response);
          for (const wishes of plans) {
            const mine = wishes.slice(0, 4 * made.length);
            const sum = mine.reduce((total, wish) => total + wish, 0) || 1;
            const response = curves.reduce((total, curve, c) => {
              const spends = mine.slice(4 * c, 4 * c + 4).map((wish) => (40 * wish) / sum);
              for (let j = 0; j < n; j++) total += plainHill(curve, j, spends, made[c]?.decay) / n;
              return total;
            }, 0);
            expect(response).toBeLessThanOrEqual(result.bound * (1 + 1e-12));
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a hostile plan over draws", () => {
  const channels = (curve: unknown, more: object = {}): PlanProblem => ({
    budget: 10,
    channels: [{ name: "a", curve, ...more } as Channel],
    ...{},
  });
  const hill = { type: "hill", max: [1, 2], half: [1, 2], shape: 1 };
  const cases: [string, () => unknown, RegExp][] = [
    [
      "NaN in draws",
      () => channels({ ...hill, max: [1, Number.NaN] }),
      /channels\[0\]\.curve\.max\[1\] must be finite/,
    ],
    ["a negative draw", () => channels({ ...hill, half: [1, -2] }), /channels\[0\]\.curve\.half\[1\] must be above 0/],
    ["a text", () => channels({ ...hill, half: [1, "2"] }), /channels\[0\]\.curve\.half\[1\] must be a number/],
    ["no draws", () => channels({ ...hill, max: [] }), /channels\[0\]\.curve\.max must have 1 to/],
    [
      "other lengths",
      () => channels({ ...hill, half: [1, 2, 3] }),
      /curve\.half must have one entry for each of 2 draws/,
    ],
    [
      "other lengths in a decay",
      () => channels(hill, { adstock: { type: "geometric", decay: [0.1] } }),
      /channels\[0\]\.adstock\.decay must have one entry for each of 2 draws, as channels\[0\]\.curve\.max has, got 1/,
    ],
    [
      "a decay of 1",
      () => channels(hill, { adstock: { type: "geometric", decay: [0.1, 1] } }),
      /decay\[1\] must be below 1/,
    ],
    [
      "saturation first with drawn decays",
      () => channels(hill, { saturation: "before", adstock: { type: "geometric", decay: [0.1, 0.2] } }),
      /adstock\.decay must be one number where saturation comes before/,
    ],
    [
      "a table with drawn decays",
      () =>
        channels({ type: "table", spend: [1], response: [1] }, { adstock: { type: "geometric", decay: [0.1, 0.2] } }),
      /channels\[0\]\.adstock\.decay must be one number where a curve is table/,
    ],
    ["no budget", () => ({ ...channels(hill), budget: undefined, objective: { type: "profit" } }), /budget is missing/],
    [
      "convex without a max",
      () => channels({ type: "power", scale: 1, exponent: [0.5, 1.5] }),
      /exponent must be at most 1/,
    ],
  ];
  for (const [name, make, message] of cases) {
    it(`is refused: ${name}`, () => {
      expect(() => planBudget(make() as PlanProblem, { engine })).toThrow(message);
    });
  }

  it("is refused by the separable method", () => {
    expect(() => planBudget(channels(hill), { engine, method: "separable" })).toThrow(/separable method cannot plan/);
  });
});
