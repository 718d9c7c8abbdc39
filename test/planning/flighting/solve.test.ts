/** Channels × time: slopes against finite differences, plans against the twin, closed forms, and what must always hold. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine, planBudget } from "../../../src/index.js";
import { checkPlan } from "../../../src/planning/check.js";
import { Flight } from "../../../src/planning/flighting/flight.js";
import { Column } from "../../../src/planning/flighting/kernel.js";
import { modelOf } from "../../../src/planning/model.js";
import type { Adstock, Channel, PlanProblem, PlanResult } from "../../../src/planning/types.js";
import { fly, type Flight as TwinFlight } from "../../reference/planning/flighting.js";

const engine = createEngine();
let scratch = new Scratch(engine.arena);
afterEach(() => {
  scratch.release();
  scratch = new Scratch(engine.arena);
});

const ADSTOCKS: Adstock[] = [
  { type: "geometric", decay: 0.6, normalised: true },
  { type: "geometric", decay: 0.3 },
  { type: "delayed", decay: 0.5, peak: 1, length: 5 },
  { type: "binomial", decay: 0.4, length: 4, normalised: false },
  { type: "weibull", form: "pdf", shape: 2, scale: 2.5, length: 6 },
  { type: "weibull", form: "cdf", shape: 1.5, scale: 2, length: 5 },
  { type: "kernel", weights: [0.5, 0, 0.5] },
];

function problemOf(channels: Channel[], rest: Partial<PlanProblem> = {}): PlanProblem {
  return { budget: 100, periods: 6, channels, ...rest };
}

function sum(list: readonly number[] = []): number {
  return list.reduce((total, one) => total + one, 0);
}

function solve(problem: PlanProblem, starts = 8): PlanResult {
  return planBudget(problem, { engine, method: "flighting", starts });
}

/** The response of a plan, adstock by the plain sum over lags. */
function plain(x: Float64Array, weights: readonly number[], curve: (a: number) => number, history: readonly number[]) {
  const spends = [...history, ...x];
  let sum = 0;
  for (let t = history.length; t < spends.length; t++) {
    let a = 0;
    for (let lag = 0; lag <= t; lag++) a += (weights[lag] ?? 0) * (spends[t - lag] as number);
    sum += curve(a);
  }
  return sum;
}

describe("the response over time", () => {
  it("is the plain sum over lags, of history too", () => {
    const weights = [0.5, 0.3, 0.2];
    const adstock: Adstock = { type: "kernel", weights };
    const channel: Channel = { name: "a", curve: { type: "linear", slope: 2 }, adstock, history: [4, 1, 7] };
    const model = modelOf(checkPlan(problemOf([channel])));
    const flight = new Flight(engine, scratch, model);
    const [x, g] = [new Column(engine, scratch, 6), new Column(engine, scratch, 6)];
    x.view.set([1, 2, 3, 4, 5, 6]);
    const expected = plain(x.view.slice(), weights, (a) => 2 * a, [4, 1, 7]);
    expect(flight.respond(x, g, false)).toBeCloseTo(expected, 12);
  });

  it("of a normalised geometric adstock that runs out after the plan is the response to all spend", () => {
    const adstock: Adstock = { type: "geometric", decay: 0.7, normalised: true };
    const channel: Channel = { name: "a", curve: { type: "linear", slope: 1 }, adstock };
    const model = modelOf(checkPlan(problemOf([channel], { carryOut: true })));
    const flight = new Flight(engine, scratch, model);
    const [x, g] = [new Column(engine, scratch, 6), new Column(engine, scratch, 6)];
    x.view.fill(3);
    expect(flight.respond(x, g, false)).toBeCloseTo(18, 9);
    for (const slope of g.view) expect(slope).toBeCloseTo(1, 9);
  });

  const cases = ADSTOCKS.flatMap((adstock) =>
    (["after", "before"] as const).flatMap((saturation) =>
      [false, true].map((carryOut) => ({ adstock, saturation, carryOut, name: JSON.stringify(adstock) })),
    ),
  );
  it.each(cases)("has the slopes of finite differences: $name, $saturation, carried out: $carryOut", (one) => {
    const { adstock, saturation, carryOut } = one;
    const curves = [
      { type: "hill", max: 100, half: 20, shape: 2.2 },
      { type: "logit", max: 80, slope: 0.2, midpoint: 15 },
    ] as const;
    const channels = curves.map((curve, k): Channel => {
      return { name: `${k}`, curve, adstock, saturation, cost: 1.5, seasonality: [1, 2, 1, 0.5, 1, 3] };
    });
    const model = modelOf(checkPlan(problemOf(channels, { carryOut })));
    const flight = new Flight(engine, scratch, model);
    const [x, g, other] = [0, 1, 2].map(() => new Column(engine, scratch, 12)) as [Column, Column, Column];
    const at = (i: number, h: number) => {
      x.view.set(Array.from({ length: 12 }, (_, k) => 5 + ((7 * k) % 11) + (k === i ? h : 0)));
      return flight.respond(x, other, false);
    };
    at(-1, 0);
    flight.respond(x, g, false);
    const slopes = g.view.slice();
    for (let i = 0; i < 12; i++) {
      const h = 1e-4;
      const difference = (at(i, h) - at(i, -h)) / (2 * h);
      expect(Math.abs(difference - (slopes[i] as number))).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });
});

describe("the plan over time", () => {
  const twin: TwinFlight = {
    ...{ channels: 4, periods: 9, weight: 1, least: 0.1, most: 5, budget: 30 },
    ...{ decay: [0.2, 0.5, 0.8, 0.4], max: [90, 160, 60, 120], half: [0.7, 1.9, 1.1, 0.5], shape: [0.7, 1, 0.9, 0.8] },
  };

  it("is the twin's, certified", () => {
    const channels = twin.max.map((max, c): Channel => {
      const curve = { type: "hill", max, half: twin.half[c] as number, shape: twin.shape[c] as number } as const;
      const adstock = { type: "geometric", decay: twin.decay[c] as number, normalised: true } as const;
      return { name: `${c}`, min: 0.1, max: 5, curve, adstock };
    });
    const mine = solve({ budget: 30, periods: 9, spend: "exactly", channels });
    const its = fly(twin, 1e-9);
    expect((mine.bound - mine.response) / mine.bound).toBeLessThan(1e-6);
    expect(Math.abs(mine.response - its.response)).toBeLessThan(1e-6 * its.response);
    expect(mine.bound).toBeGreaterThanOrEqual(its.response * (1 - 1e-12));
  });

  it("spends the same on every period where nothing carries over and all are alike", () => {
    const { spend, response, bound } = solve(
      problemOf([{ name: "a", curve: { type: "log", scale: 10, unit: 2 } }], { spend: "exactly" }),
    );
    for (const money of spend[0] as number[]) expect(money).toBeCloseTo(100 / 6, 6);
    expect(response).toBeCloseTo(60 * Math.log1p(100 / 12), 9);
    expect(bound).toBeGreaterThanOrEqual(response);
  });

  it("leaves no money to a last period whose spend would work too late", () => {
    const adstock: Adstock = { type: "kernel", weights: [0, 1] };
    const { spend, spent } = solve(problemOf([{ name: "a", curve: { type: "log", scale: 10, unit: 2 }, adstock }]));
    expect(spend[0]?.[5]).toBeLessThan(1e-6);
    expect(spent).toBeCloseTo(100, 6);
  });

  it("does not stop at the even split of two equal S-curves", () => {
    const curve = { type: "hill", max: 100, half: 50, shape: 3 } as const;
    const { response, bound } = solve({
      budget: 60,
      channels: [
        { name: "a", curve },
        { name: "b", curve },
      ],
    });
    expect(response).toBeCloseTo(63.343108504, 8);
    expect((bound - response) / bound).toBeLessThan(1e-6);
  });

  it("keeps groups, totals and steps between periods, certified where curves are concave", () => {
    const channels = [1, 2, 3].map((k): Channel => {
      const curve = { type: "hill", max: 50 * k, half: 10, shape: 0.9 } as const;
      return {
        name: `${k}`,
        curve,
        adstock: { type: "geometric", decay: 0.2 * k, normalised: true },
        smoothness: { amount: 2 },
      };
    });
    const groups = [
      { name: "most", channels: ["1", "3"], atMost: 55 },
      { name: "early", channels: ["2"], atLeast: 20, periods: [1, 2] },
    ];
    const { spend, response, bound, kkt, spent } = solve(problemOf(channels, { groups, spend: "exactly" }));
    expect(spent).toBeCloseTo(100, 9);
    expect(sum(spend[0]) + sum(spend[2])).toBeLessThan(55 + 1e-9);
    expect(sum(spend[1]?.slice(0, 2))).toBeGreaterThan(20 - 1e-9);
    for (const row of spend) {
      for (let t = 1; t < 6; t++) {
        expect(Math.abs((row[t] as number) - (row[t - 1] as number))).toBeLessThan(2 + 1e-9);
      }
    }
    expect((bound - response) / bound).toBeLessThan(1e-6);
    expect(kkt.feasibility).toBeLessThan(1e-9);
  });

  it("has a bound that no plan drawn at random is above", () => {
    const channel = fc.record({
      curve: fc.oneof(
        fc.record({
          type: fc.constant("hill" as const),
          max: fc.integer({ min: 1, max: 100 }),
          half: fc.integer({ min: 1, max: 30 }),
          shape: fc.constantFrom(0.7, 1, 2, 3),
        }),
        fc.record({
          type: fc.constant("exponential" as const),
          max: fc.integer({ min: 1, max: 100 }),
          rate: fc.constantFrom(0.01, 0.1),
        }),
      ),
      adstock: fc.constantFrom(...ADSTOCKS),
    });
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 2, maxLength: 3 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (drawn, stream) => {
          const inner = new Scratch(engine.arena);
          try {
            const problem = problemOf(drawn.map((one, k) => ({ name: `${k}`, ...one })));
            const { spent, response, bound } = solve(problem, 6);
            expect(spent).toBeLessThanOrEqual(100);
            expect(bound).toBeGreaterThanOrEqual(response);
            const model = modelOf(checkPlan(problem));
            const flight = new Flight(engine, inner, model);
            const [point, g] = [new Column(engine, inner, model.size), new Column(engine, inner, model.size)];
            for (let plan = 0; plan < 5; plan++) {
              const wishes = Array.from({ length: model.size }, () => stream.next().value ** 3);
              const sum = wishes.reduce((total, wish) => total + wish, 0) || 1;
              point.view.set(wishes.map((wish) => (100 * wish) / sum));
              expect(flight.respond(point, g, false)).toBeLessThanOrEqual(bound * (1 + 1e-12));
            }
          } finally {
            inner.release();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("gives the same bytes twice", () => {
    const channels: Channel[] = [1, 2, 3].map((k) => ({
      ...{ name: `${k}`, curve: { type: "hill", max: 100 + k, half: 40, shape: 3 } },
      adstock: { type: "geometric", decay: 0.5, normalised: true },
    }));
    expect(solve(problemOf(channels)).spend).toEqual(solve(problemOf(channels)).spend);
  });
});
