/** Synergy, pools, ordered exposure: the response against the plain formulas, slopes against finite differences, bounds. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine, planBudget } from "../../../src/index.js";
import { checkPlan } from "../../../src/planning/check.js";
import { Flight } from "../../../src/planning/flighting/flight.js";
import { Column } from "../../../src/planning/flighting/kernel.js";
import { modelOf } from "../../../src/planning/model.js";
import type { Channel, Interaction, PlanProblem } from "../../../src/planning/types.js";
import { type Acting, added, lifted } from "../../reference/planning/interact.js";

const engine = createEngine();
let scratch = new Scratch(engine.arena);
afterEach(() => {
  scratch.release();
  scratch = new Scratch(engine.arena);
});

const PERIODS = 5;
const hill = (max: number, half: number, shape: number) => ({ type: "hill", max, half, shape }) as const;

function problemOf(interactions: Interaction[], shape = 0.9, rest: Partial<PlanProblem> = {}): PlanProblem {
  const channels = [1, 2, 3].map((k): Channel => {
    const adstock = { type: "geometric", decay: 0.2 * k, normalised: true } as const;
    return { name: `${k}`, curve: hill(40 * k, 10, shape), adstock };
  });
  return { budget: 120, periods: PERIODS, channels, interactions, ...rest };
}

function flightOf(problem: PlanProblem) {
  const model = modelOf(checkPlan(problem));
  const flight = new Flight(engine, scratch, model);
  flight.bound(
    model.low,
    model.high.map((top) => Math.min(top, model.budget)),
    model.budget,
  );
  const column = () => new Column(engine, scratch, model.size);
  return { flight, x: column(), g: column() };
}

const CASES: [string, Interaction, Acting][] = [
  [
    "synergy",
    { type: "synergy", channels: ["1", "3"], strength: 0.4 },
    { kind: "geometric", lag: 0, strength: 0.4, a: [0], b: [2] },
  ],
  [
    "product",
    { type: "synergy", channels: ["1", "3"], strength: 0.02, form: "product" },
    { kind: "product", lag: 0, strength: 0.02, a: [0], b: [2] },
  ],
  [
    "ordered",
    { type: "ordered", first: "2", next: "1", strength: 0.5, lag: 2 },
    { kind: "geometric", lag: 2, strength: 0.5, a: [1], b: [0] },
  ],
  [
    "pool",
    { type: "pool", channels: ["1", "2", "3"], size: 60 },
    { kind: "pool", lag: 0, strength: 60, a: [0, 1, 2], b: [] },
  ],
];

describe.each(CASES)("%s", (name, interaction, acting) => {
  const plan = Float64Array.from({ length: 3 * PERIODS }, (_, i) => 3 + ((7 * i) % 11));

  it("adds what the formula says", () => {
    const { flight, x, g } = flightOf(problemOf([interaction]));
    x.view.set(plan);
    const { values, added: mine } = flight.evaluate(x, g);
    const rows = [0, 1, 2].map((line) => [...values.subarray(line * PERIODS, (line + 1) * PERIODS)]);
    const expected = added(acting, rows);
    expect(Math.abs((mine?.[0] as number) - expected)).toBeLessThan(1e-12 * Math.abs(expected));
    const own = values.reduce((sum, value) => sum + value, 0);
    expect(flight.respond(x, g, false)).toBeCloseTo(own + expected, 9);
  });

  it.each([false, true])("has the slopes of finite differences, lifted: %s", (lift) => {
    const { flight, x, g } = flightOf(problemOf([interaction], 1.8));
    const at = (i: number, h: number) => {
      x.view.set(plan.map((money, k) => money + (k === i ? h : 0)));
      return flight.respond(x, g, lift);
    };
    at(-1, 0);
    const slopes = g.view.slice();
    for (let i = 0; i < slopes.length; i++) {
      const difference = (at(i, 1e-4) - at(i, -1e-4)) / 2e-4;
      expect(Math.abs(difference - (slopes[i] as number))).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });

  it("is nowhere above what is lifted, and that has a bound no plan drawn at random exceeds", () => {
    const problem = problemOf([interaction], 1.8);
    const { flight, x, g } = flightOf(problem);
    const { response, bound, spent } = planBudget(problem, { engine, starts: 4 });
    expect(spent).toBeLessThanOrEqual(120);
    expect(bound).toBeGreaterThanOrEqual(response);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 15, maxLength: 15 }), (draws) => {
        const sum = draws.reduce((total, draw) => total + draw ** 3, 0) || 1;
        x.view.set(draws.map((draw) => (120 * draw ** 3) / sum));
        const value = flight.respond(x, g, false);
        expect(value).toBeLessThanOrEqual(bound * (1 + 1e-12));
        expect(value).toBeLessThanOrEqual(flight.respond(x, g, true) * (1 + 1e-12));
      }),
      { numRuns: 50 },
    );
  });

  it(`${name === "product" ? "is bounded" : "of concave curves is certified"}, and said in the result`, () => {
    const { response, gap, channels, interactions = [] } = planBudget(problemOf([interaction]), { engine });
    const own = channels.reduce((sum, channel) => sum + channel.response, 0);
    expect(interactions).toHaveLength(1);
    expect(own + (interactions[0]?.response as number)).toBeCloseTo(response, 9);
    expect(Math.sign(interactions[0]?.response as number)).toBe(name === "pool" ? -1 : 1);
    if (name !== "product") expect(gap).toBeLessThan(1e-6);
  });
});

describe("interactions", () => {
  it("a power mean stands above the product", () => {
    for (const u of [0.01, 0.3, 0.9, 1]) {
      for (const v of [0.02, 0.3, 1]) expect(lifted(u, v)).toBeGreaterThanOrEqual(Math.min(u, v));
    }
  });

  it("of two like channels that work together splits the money evenly", () => {
    const curve = { type: "log", scale: 10, unit: 5 } as const;
    const channels = [
      { name: "a", curve },
      { name: "b", curve },
    ];
    const interactions: Interaction[] = [{ type: "synergy", channels: ["a", "b"], strength: 0.5 }];
    const { spend, response, gap } = planBudget({ budget: 100, channels, interactions }, { engine });
    expect(spend[0]?.[0]).toBeCloseTo(50, 3);
    expect(response).toBeCloseTo(2.5 * 10 * Math.log1p(10), 5);
    expect(gap).toBeLessThan(1e-6);
  });

  it("a pool that is all but drawn leaves the rest of the money to another channel", () => {
    const curve = { type: "linear", slope: 1 } as const;
    const channels = [
      { name: "a", curve },
      { name: "b", curve: { type: "linear", slope: 0.5 } as const },
    ];
    const interactions: Interaction[] = [{ type: "pool", channels: ["a"], size: 100 }];
    const { spend } = planBudget({ budget: 200, channels, interactions }, { engine });
    // Where the pool's slope e^(−x/100) is b's ½.
    expect(spend[0]?.[0]).toBeCloseTo(100 * Math.LN2, 2);
  });

  it("of kinds that cannot be planned are refused by field", () => {
    const bad =
      (interaction: unknown, rest: object = {}) =>
      () =>
        planBudget({ ...problemOf([interaction as Interaction]), ...rest }, { engine });
    expect(bad({ type: "synergy", channels: ["1", "4"], strength: 1 })).toThrow(
      /interactions\[0\]\.channels\[1\]: there is no "4"/,
    );
    expect(bad({ type: "synergy", channels: ["1", "1"], strength: 1 })).toThrow(
      /interactions\[0\]\.channels\[1\]: "1" is named twice/,
    );
    expect(bad({ type: "ordered", first: "1", next: "2", strength: 1, lag: 5 })).toThrow(
      /interactions\[0\]\.lag must be below/,
    );
    expect(bad({ type: "pool", channels: ["1"], size: 0 })).toThrow(/interactions\[0\]\.size must be above 0/);
    expect(bad({ type: "halo" })).toThrow(/interactions\[0\]\.type must be one of synergy, pool, ordered/);
    const channels = problemOf([]).channels.map((channel) => ({ ...channel, saturation: "before" as const }));
    expect(bad({ type: "pool", channels: ["1"], size: 9 }, { channels })).toThrow(/saturation before its adstock/);
    expect(() => planBudget(problemOf([CASES[0]?.[1] as Interaction]), { method: "separable" })).toThrow(
      /interactions make/,
    );
  });

  it("let profit choose the spend itself, but for products", () => {
    const [, synergy] = CASES[0] as [string, Interaction, Acting];
    const [, product] = CASES[1] as [string, Interaction, Acting];
    const rest = { budget: undefined, objective: { type: "profit" } as const };
    const { profit, gap } = planBudget(problemOf([synergy], 0.9, rest), { engine });
    expect(gap).toBeLessThan(1e-6);
    expect(profit?.value).toBeGreaterThan(0);
    expect(() => planBudget(problemOf([product], 0.9, rest), { engine })).toThrow(/budget is missing/);
  });
});
