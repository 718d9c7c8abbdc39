/** Responses under posterior draws: against the twin, finite differences, and dense searches; the mean of curves. */
import { afterEach, describe, expect, it } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine } from "../../../src/index.js";
import { Climber } from "../../../src/planning/draws/climber.js";
import { mostExpected } from "../../../src/planning/draws/expectation.js";
import type { Feed } from "../../../src/planning/draws/kernel.js";
import { type DrawnLine, Responses } from "../../../src/planning/draws/responses.js";
import { Column } from "../../../src/planning/flighting/kernel.js";
import type { Curve } from "../../../src/planning/types.js";
import { expectedOf, type TwinDraw } from "../../reference/planning/draws.js";
import { drawnLines, random } from "./made.js";

const engine = createEngine();
let scratch = new Scratch(engine.arena);
afterEach(() => {
  scratch.release();
  scratch = new Scratch(engine.arena);
});

/** Curves by family with value and slope in plain JavaScript. */
const FAMILIES: [
  string,
  (u: number, v: number) => Curve,
  (u: number, v: number) => Pick<TwinDraw, "value" | "slope">,
][] = [
  [
    "hill",
    (u, v) => ({ type: "hill", max: 50 + u, half: 2 + v, shape: 0.6 + v }),
    (u, v) => {
      const [max, half, s] = [50 + u, 2 + v, 0.6 + v];
      const value = (a: number) => (max * a ** s) / (half ** s + a ** s);
      return { value, slope: (a) => (max * s * half ** s * a ** (s - 1)) / (half ** s + a ** s) ** 2 };
    },
  ],
  [
    "logit",
    (u, v) => ({ type: "logit", max: 50 + u, slope: 0.5 + v, midpoint: 3 }),
    (u, v) => {
      const s = (z: number) => 1 / (1 + Math.exp(-z));
      const [max, k] = [50 + u, 0.5 + v];
      const value = (a: number) => max * (s(k * (a - 3)) - s(-3 * k));
      return { value, slope: (a) => max * k * s(k * (a - 3)) * s(-k * (a - 3)) };
    },
  ],
  [
    "michaelis-menten",
    (u, v) => ({ type: "michaelis-menten", max: 50 + u, half: 2 + v }),
    (u, v) => ({
      value: (a) => ((50 + u) * a) / (2 + v + a),
      slope: (a) => ((50 + u) * (2 + v)) / (2 + v + a) ** 2,
    }),
  ],
  [
    "log",
    (u, v) => ({ type: "log", scale: 50 + u, unit: 2 + v }),
    (u, v) => ({ value: (a) => (50 + u) * Math.log1p(a / (2 + v)), slope: (a) => (50 + u) / (2 + v + a) }),
  ],
];

const FEEDS: [string, number][] = [
  ["geometric without end", 0],
  ["geometric of three lags", 3],
];

function drawsOf(n: number) {
  const next = random(n);
  return Array.from({ length: n }, () => [20 * next(), 0.8 * next(), 0.2 + 0.6 * next()] as const);
}

describe("responses of draws", () => {
  for (const [name, curve, plain] of FAMILIES) {
    for (const [feedName, lags] of FEEDS) {
      it(`are the twin's: ${name}, ${feedName}`, () => {
        // 131: more than two tiles, and odd.
        const draws = drawsOf(131);
        const decay = (j: number) => draws[j]?.[2] as number;
        const feed: Feed = {
          decay,
          gain: (j) => 1 - decay(j),
          cut: (j) => (lags > 0 ? decay(j) ** lags : 0),
          lags,
        };
        const [periods, history] = [6, [4, 1]];
        const worth = [1, 0.5, 2, 0, 1, 1];
        const line: DrawnLine = {
          parts: [{ curve: (j) => curve(draws[j]?.[0] as number, draws[j]?.[1] as number), drawn: true, worth }],
          ...{ feed, history, rates: new Float64Array(periods).fill(1) },
        };
        const responses = new Responses(engine, scratch, [line], { periods, horizon: periods, draws: 131 });
        const [x, g] = [new Column(engine, scratch, periods), new Column(engine, scratch, periods)];
        const spends = [3, 0, 7.5, 1, 2, 9];
        x.view.set(spends);
        const each = responses.each(x, false);
        const order = placesOf(131);
        const p = Float64Array.from({ length: 131 }, (_, k) => (k % 5) / 131);
        const value = responses.weighted(x, p, g, false);
        const twins = order.map((j): TwinDraw => {
          const weight = (lag: number) => (lags > 0 && lag >= lags ? 0 : (1 - decay(j)) * decay(j) ** lag);
          return { ...plain(draws[j]?.[0] as number, draws[j]?.[1] as number), weight };
        });
        const its = expectedOf(twins, [...history, ...spends], [0, 0, ...worth], [...p]);
        near(value, its.value);
        its.responses.forEach((response, k) => {
          near(each[k] as number, response);
        });
        const slopes = its.slopes.slice(2);
        slopes.forEach((slope, t) => {
          near(g.view[t] as number, slope);
        });
        near(responses.mean(x, g, 131, false), its.responses.reduce((sum, one) => sum + one, 0) / 131);
        near(responses.one(x, 77, g, false), its.responses[77] as number);
      });
    }
  }

  it("have the slopes of finite differences, lifted or not, with weights that all draws share", () => {
    const draws = drawsOf(40);
    const curve = (j: number): Curve => ({
      ...{ type: "hill", max: 50 + (draws[j]?.[0] as number), half: 4, shape: 2 + (draws[j]?.[1] as number) },
    });
    const rates = [0.5, 1, 2, 1];
    const shared = { history: [2, 3], rates };
    const fixed: Curve = { type: "exponential", max: 10, rate: 0.2 };
    const worth = [1, 1, 1, 1, 1];
    const lines: DrawnLine[] = [
      { parts: [{ curve, drawn: true, worth }], taps: Float64Array.of(0.2, 0.5, 0.3), ...shared },
      { parts: [{ curve: () => fixed, drawn: false, worth }], ...shared },
    ];
    const responses = new Responses(engine, scratch, lines, { periods: 4, horizon: 5, draws: 40 });
    const [x, g, other] = [0, 1, 2].map(() => new Column(engine, scratch, 8)) as [Column, Column, Column];
    responses.envelop(() => 50);
    const p = Float64Array.from({ length: 40 }, (_, j) => (1 + (j % 3)) / 79);
    for (const lifted of [false, true]) {
      const at = (i: number, h: number) => {
        x.view.set(Array.from({ length: 8 }, (_, k) => 1 + ((7 * k) % 5) + (k === i ? h : 0)));
        return responses.weighted(x, p, other, lifted);
      };
      at(-1, 0);
      const value = responses.weighted(x, p, g, lifted);
      const sum = responses.each(x, lifted).reduce((total, one, j) => total + (p[j] as number) * one, 0);
      near(sum, value);
      const slopes = g.view.slice();
      for (let i = 0; i < 8; i++) {
        const difference = (at(i, 1e-5) - at(i, -1e-5)) / 2e-5;
        expect(Math.abs(difference - (slopes[i] as number))).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
      }
    }
  });

  it("are nowhere above their envelopes, which are concave", () => {
    const draws = drawsOf(21);
    const curve = (j: number): Curve => ({
      type: "logit",
      max: 50,
      slope: 0.4 + (draws[j]?.[1] as number),
      midpoint: 6,
    });
    const line: DrawnLine = {
      parts: [{ curve, drawn: true, worth: [1] }],
      ...{ history: [], rates: [1] },
    };
    const responses = new Responses(engine, scratch, [line], { periods: 1, horizon: 1, draws: 21 });
    expect(responses.concave).toBe(false);
    responses.envelop(() => 20);
    const x = new Column(engine, scratch, 1);
    const at = (spend: number, lifted: boolean) => {
      x.view[0] = spend;
      return responses.each(x, lifted);
    };
    for (let spend = 0; spend <= 20; spend += 0.5) {
      const [own, above] = [at(spend, false), at(spend, true)];
      const [before, after] = [at(Math.max(0, spend - 0.5), true), at(Math.min(20, spend + 0.5), true)];
      own.forEach((response, j) => {
        expect(above[j]).toBeGreaterThanOrEqual(response);
        if (spend === 0 || spend === 20) return;
        expect(above[j] as number).toBeGreaterThanOrEqual(((before[j] as number) + (after[j] as number)) / 2 - 1e-9);
      });
    }
  });
});

describe("most expected response", () => {
  const most = (lines: readonly DrawnLine[], periods: number, draws: number, budget: number, tolerance: number) => {
    const responses = new Responses(engine, scratch, lines, { periods, horizon: periods, draws });
    const [low, high] = [
      new Float64Array(responses.size),
      new Float64Array(responses.size).fill(Number.POSITIVE_INFINITY),
    ];
    const climber = new Climber(engine, scratch, { low, high, budget, atMost: true }, 5000, () => undefined);
    return mostExpected(responses, climber, climber.even(), { tolerance, lifted: false });
  };

  it("is the dense search's for two channels, and not the plan of the mean parameters", () => {
    // media-mix.md 5.6: parameters that are uncertain and curved, one of them barely known.
    const next = random(3);
    const rates = Array.from({ length: 500 }, () => (next() < 0.5 ? 0.05 : 4));
    const parts = (rate: (j: number) => number): DrawnLine["parts"] => [
      { curve: (j) => ({ type: "exponential", max: 10, rate: rate(j) }), drawn: true, worth: [1] },
    ];
    const shared = { history: [], rates: [1] };
    const lines: DrawnLine[] = [
      { parts: parts((j) => rates[j] as number), ...shared },
      { parts: parts(() => 1), ...shared },
    ];
    const { x, value, bound } = most(lines, 1, 500, 4, 1e-9);
    const mean = (spend: number) =>
      rates.reduce((sum, rate) => sum - 10 * Math.expm1(-rate * spend), 0) / 500 - 10 * Math.expm1(-(4 - spend));
    let [best, where] = [0, 0];
    for (let spend = 0; spend <= 4; spend += 0.0005) {
      if (mean(spend) > best) [best, where] = [mean(spend), spend];
    }
    expect(Math.abs(value - best)).toBeLessThan(1e-6 * best);
    expect(Math.abs((x[0] as number) - where)).toBeLessThan(2e-3);
    expect(bound).toBeGreaterThanOrEqual(best);
    // The plan of the mean parameters, from the same solver.
    const average = rates.reduce((sum, rate) => sum + rate, 0) / 500;
    const plugged = most([{ parts: parts(() => average), ...shared }, lines[1] as DrawnLine], 1, 2, 4, 1e-9);
    expect(Math.abs((plugged.x[0] as number) - (x[0] as number))).toBeGreaterThan(0.2);
    expect(mean(plugged.x[0] as number)).toBeLessThan(0.999 * value);
  });

  it("is certified over all draws by samples of them, and the same bytes twice", () => {
    const lines = drawnLines("hill", 3, 1500, 8);
    const solve = () => most(lines, 8, 1500, 20, 1e-6);
    const first = solve();
    expect((first.bound - first.value) / first.bound).toBeLessThan(1e-6);
    expect(first.climbs[0]?.draws).toBeLessThan(1500);
    // A few looks at all draws, each with the slopes of the very plan it is of: the samples do the climbing.
    expect(first.readings).toBeLessThanOrEqual(6);
    expect(first.climbs.every((climb) => climb.draws < 1500)).toBe(true);
    expect(solve().x).toEqual(first.x);
    // No plan drawn at random is above the bound.
    const responses = new Responses(engine, scratch, lines, { periods: 8, horizon: 8, draws: 1500 });
    const [x, g] = [new Column(engine, scratch, 24), new Column(engine, scratch, 24)];
    const next = random(9);
    for (let plan = 0; plan < 30; plan++) {
      const wishes = Array.from({ length: 24 }, () => next() ** 2);
      const sum = wishes.reduce((total, wish) => total + wish, 0);
      x.view.set(wishes.map((wish) => (20 * wish) / sum));
      expect(responses.mean(x, g, 1500, false)).toBeLessThanOrEqual(first.bound);
    }
  });
});

function near(mine: number, its: number): void {
  expect(Math.abs(mine - its)).toBeLessThan(1e-11 * (1 + Math.abs(its)));
}

/** Which draw stands where (responses.ts spreads them). */
function placesOf(draws: number): number[] {
  let step = Math.round(draws * 0.6180339887498949);
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  while (common(step, draws) > 1) step++;
  return Array.from({ length: draws }, (_, i) => (i * step) % draws);
}
