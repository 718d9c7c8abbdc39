/** Risks of posterior draws: against dense searches, what must always hold, and what may be claimed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Channel,
  createEngine,
  explain,
  type PlanProblem,
  type PlanResult,
  planBudget,
  planFrontier,
  type Risk,
} from "../../../src/index.js";
import { leastMean, leastWithin, riskOf } from "../../../src/planning/draws/risk/measures.js";
import { drawnPlan, normal, random } from "./made.js";

const engine = createEngine();
const N = 60;

/** A sure channel, and one that pays more on average and varies. */
function problem(shape = 0.8): PlanProblem {
  const next = random(11);
  const of = (mean: number, spread: number) =>
    Array.from({ length: N }, () => mean * Math.max(0.05, 1 + spread * normal(next)));
  return {
    budget: 50,
    channels: [
      { name: "sure", curve: { type: "hill", max: of(100, 0.05), half: of(30, 0.05), shape } },
      { name: "bold", curve: { type: "hill", max: of(140, 0.5), half: of(30, 0.3), shape } },
    ],
  };
}

function responsesOf({ channels }: PlanProblem, spends: readonly number[]): Float64Array {
  return Float64Array.from({ length: N }, (_, j) =>
    channels.reduce((sum, { curve }, c) => {
      const { max, half, shape } = curve as unknown as { max: number[]; half: number[]; shape: number };
      const x = spends[c] as number;
      return x > 0 ? sum + (max[j] as number) / (1 + ((half[j] as number) / x) ** shape) : sum;
    }, 0),
  );
}

/** All ways of splitting the budget. */
function grid(of: PlanProblem, steps = 2000): Float64Array[] {
  const budget = of.budget as number;
  return Array.from({ length: steps + 1 }, (_, k) => {
    // Finer towards the ends, where curves are vertical.
    const u = k / steps;
    const x = budget * u * u * (3 - 2 * u);
    return responsesOf(of, [x, budget - x]);
  });
}

function least(risk: Risk, of: PlanProblem): number {
  const all = grid(of);
  if (risk.type !== "regret") return all.reduce((best, one) => Math.max(best, riskOf(risk, one)), -1e300);
  const best = new Float64Array(N);
  for (const one of all)
    one.forEach((response, j) => {
      best[j] = Math.max(best[j] as number, response);
    });
  return -all.reduce((most, one) => Math.max(most, riskOf(risk, one, best)), -1e300);
}

function solve(risk: Risk, of = problem()): PlanResult & { risk: NonNullable<PlanResult["risk"]> } {
  const result = planBudget({ ...of, risk }, { engine });
  expect(result.status).toBe("met");
  return result as ReturnType<typeof solve>;
}

describe("the best plan for a risk", () => {
  const concave: Risk[] = [
    { type: "mean-sd", k: 0.25 },
    { type: "cvar", level: 0.1 },
    { type: "cvar", level: 0.5 },
    { type: "regret" },
  ];
  for (const risk of concave) {
    it(`is the dense search's, certified: ${JSON.stringify(risk)}`, () => {
      const its = least(risk, problem());
      const { risk: mine, response, bound } = solve(risk);
      expect(Math.abs(mine.value - its)).toBeLessThan(2e-4 * Math.abs(its) + 3e-5 * response);
      // The search is on a grid: nothing on it may be better than what is proven.
      if (risk.type === "regret") expect(mine.bound).toBeLessThanOrEqual(its * (1 + 1e-9));
      else expect(mine.bound).toBeGreaterThanOrEqual(its);
      expect(Math.abs(mine.bound - mine.value)).toBeLessThan(5e-5 * response);
      expect(mine.gap).toBeCloseTo(Math.abs(mine.bound - mine.value) / Math.max(mine.bound, mine.value), 12);
      expect(bound).toBeGreaterThanOrEqual(response);
      expect(mine.proof).toBe("concave");
    });
  }

  const others: Risk[] = [
    { type: "mean-sd", k: 0.5 },
    { type: "mean-sd", k: 3 },
    { type: "quantile", level: 0.05 },
    { type: "quantile", level: 0.3 },
    { type: "chance", target: 85 },
    { type: "chance", target: 110 },
  ];
  for (const risk of others) {
    it(`is near the dense search's, under a bound that holds: ${JSON.stringify(risk)}`, () => {
      const its = least(risk, problem());
      const { risk: mine } = solve(risk);
      expect(mine.proof).toBe("relaxation");
      expect(mine.bound).toBeGreaterThanOrEqual(its);
      expect(mine.bound).toBeGreaterThanOrEqual(mine.value);
      expect(mine.value).toBeGreaterThan(its - (risk.type === "chance" ? 2.5 / N : 0.01 * Math.abs(its)));
      expect(mine.bound).toBeLessThan(its + 0.35 * Math.abs(its));
    });
  }

  it("says where it stopped: where a bound of a relaxation leaves room, and nowhere else", () => {
    for (const risk of [...concave, ...others]) {
      const { risk: mine, stopped, response } = solve(risk);
      const scale = risk.type === "regret" ? response : Math.abs(mine.value);
      const closed = Math.abs(mine.bound - mine.value) <= 1e-5 * scale;
      expect(stopped, JSON.stringify(risk)).toBe(closed ? undefined : mine.proof === "concave" ? "turns" : "starts");
    }
  });

  it("knows the regret of every draw, of many that are climbed by few", () => {
    const plan = drawnPlan("hill", 4, 300, 3);
    const result = planBudget({ ...plan, risk: { type: "regret" } }, { engine });
    const mine = result.risk as NonNullable<typeof result.risk>;
    expect(mine.proof).toBe("concave");
    expect(mine.value - mine.bound).toBeLessThanOrEqual(1e-5 * result.response);
    // Each draw alone, by the method without draws; its response under the plan, by the same.
    const alone = (j: number, spend?: readonly number[][]): number => {
      const channels = plan.channels.map((channel, c): Channel => {
        const { max, half, shape } = channel.curve as unknown as Record<"max" | "half" | "shape", number[]>;
        const { decay } = channel.adstock as unknown as { decay: number[] };
        const held = spend ? { min: spend[c] as number[], max: spend[c] as number[] } : {};
        return {
          ...channel,
          ...held,
          curve: { type: "hill", max: max[j] as number, half: half[j] as number, shape: shape[j] as number },
          adstock: { type: "geometric", decay: decay[j] as number, normalised: true },
        };
      });
      return planBudget({ ...plan, budget: (plan.budget as number) + (spend ? 1 : 0), channels }, { engine }).response;
    };
    let worst = 0;
    for (let j = 0; j < 300; j++) worst = Math.max(worst, alone(j) - alone(j, result.spend));
    expect(worst).toBeLessThanOrEqual(mine.value * (1 + 1e-9));
    expect(worst).toBeGreaterThan(mine.value - 2e-5 * result.response);
  });

  it("values are those of the plan's own draws", () => {
    for (const risk of [...concave, ...others]) {
      if (risk.type === "regret") continue;
      const { risk: mine, spend } = solve(risk);
      expect(mine.value).toBeCloseTo(
        riskOf(
          risk,
          responsesOf(
            problem(),
            spend.map(([x]) => x as number),
          ),
        ),
        8,
      );
      expect(mine.objective).toEqual(risk);
    }
  });

  it("orders plans as their aims do: averse plans vary less, the expected response is the most", () => {
    const expected = solve({ type: "cvar", level: 0.999 });
    const averse = solve({ type: "cvar", level: 0.05 });
    expect(averse.outcome?.sd).toBeLessThan(expected.outcome?.sd as number);
    expect(averse.outcome?.low).toBeGreaterThan(expected.outcome?.low as number);
    expect(averse.response).toBeLessThanOrEqual(averse.bound);
    expect(expected.response).toBeGreaterThan(averse.response);
  });

  it("is of S-shaped curves the best found, under a bound that holds", () => {
    for (const risk of [...concave, ...others]) {
      const its = least(risk, problem(3));
      const { risk: mine } = solve(risk, problem(3));
      expect(mine.proof).toBe("relaxation");
      if (risk.type === "regret") {
        expect(mine.bound).toBeLessThanOrEqual(its * (1 + 1e-9));
        expect(mine.value).toBeGreaterThanOrEqual(mine.bound);
        continue;
      }
      expect(mine.bound).toBeGreaterThanOrEqual(its);
      expect(mine.value).toBeLessThanOrEqual(its * (1 + 1e-3) + 1e-6);
      expect(mine.value).toBeGreaterThan(its - (risk.type === "chance" ? 0.1 : 0.02 * Math.abs(its)));
    }
  });

  it("of every kind holds over time, with groups, floors and whole units", () => {
    const base = problem();
    const [a, b] = base.channels;
    const over: PlanProblem = {
      ...{ budget: 100, periods: 3, unit: 0.25, groups: [{ name: "g", channels: ["bold"], atMost: 40 }] },
      channels: [
        { ...(a as NonNullable<typeof a>), min: 5, adstock: { type: "geometric", decay: 0.5 } },
        b as NonNullable<typeof b>,
      ],
    };
    const some: Risk[] = [
      { type: "cvar", level: 0.2 },
      { type: "mean-sd", k: 1 },
      { type: "quantile", level: 0.1 },
      { type: "chance", target: 200 },
      { type: "regret" },
    ];
    for (const risk of some) {
      const { spend, kkt, risk: mine, status } = planBudget({ ...over, risk }, { engine });
      expect(status).toBe("met");
      expect(kkt.feasibility).toBeLessThan(1e-9);
      for (const money of spend.flat()) expect(money % 0.25).toBe(0);
      if (risk.type === "regret") expect(mine?.bound).toBeLessThanOrEqual(mine?.value as number);
      else expect(mine?.bound).toBeGreaterThanOrEqual(mine?.value as number);
    }
  });

  it("is the same bytes twice, reports where it is, and stops when told", () => {
    const risk: Risk = { type: "quantile", level: 0.1 };
    expect(solve(risk).spend).toEqual(solve(risk).spend);
    const phases = new Set<string>();
    planBudget({ ...problem(), risk }, { engine, onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(["climb"]);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    expect(() => planBudget({ ...problem(), risk }, { engine, onProgress, signal: controller.signal })).toThrow(
      "enough",
    );
    const { stopped, risk: mine } = planBudget({ ...problem(), risk: { type: "regret" } }, { engine, seconds: 1e-9 });
    expect(stopped).toBe("time");
    expect(mine?.bound).toBeLessThanOrEqual(mine?.value as number);
  });
});

describe("measures", () => {
  const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 40 });

  it("smoothed are nowhere below themselves, and their weights are of their set", () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.constantFrom(1e-3, 1, 50),
        (list, level, smooth) => {
          const v = Float64Array.from(list);
          const { value, weights } = leastMean(v, 1 / (level * v.length), smooth);
          expect(value).toBeGreaterThanOrEqual(riskOf({ type: "cvar", level }, v) - 1e-9);
          expect(weights.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
          for (const p of weights) expect(p).toBeLessThanOrEqual((1 / (level * v.length)) * (1 + 1e-9));
        },
      ),
    );
  });

  it("mean − k · sd is below its majorant, and equal where no draw weighs negatively", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 4, noNaN: true }), (list, k) => {
        const v = Float64Array.from(list);
        const n = v.length;
        const { value, weights } = leastWithin(v, k);
        const own = riskOf({ type: "mean-sd", k }, v);
        expect(value).toBeGreaterThanOrEqual(own - 1e-9);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(n * weights.reduce((sum, p) => sum + (p - 1 / n) ** 2, 0)).toBeLessThanOrEqual(k * k + 1e-6);
        if (Math.min(...weights) > 1e-9) expect(value).toBeCloseTo(own, 8);
      }),
    );
  });
});

describe("a risk that cannot be", () => {
  const cases: [string, object, RegExp][] = [
    [
      "no draws",
      { ...problem(), channels: [{ name: "a", curve: { type: "linear", slope: 1 } }], risk: { type: "regret" } },
      /risk is over posterior draws/,
    ],
    [
      "another objective",
      { ...problem(), objective: { type: "profit" }, risk: { type: "regret" } },
      /risk\.type must be expectation/,
    ],
    ["a level of 1", { ...problem(), risk: { type: "cvar", level: 1 } }, /risk\.level must be below 1/],
    ["an unknown kind", { ...problem(), risk: { type: "hope" } }, /risk\.type must be one of/],
  ];
  for (const [name, plan, message] of cases) {
    it(`is refused: ${name}`, () => {
      expect(() => planBudget(plan as PlanProblem, { engine })).toThrow(message);
    });
  }

  it("is refused on a frontier, which is of expected response", () => {
    const plan: PlanProblem = { ...problem(), risk: { type: "regret" } };
    expect(() => planFrontier(plan, { engine })).toThrow(/frontier is of expected response; the risk is regret/);
  });
});

describe("sentences", () => {
  it("say how draws respond, and what is and is not proven of a risk", () => {
    const write = (x: number) => x.toFixed(3);
    const of = (risk: Risk) => {
      const result = planBudget({ ...problem(), risk }, { engine });
      return { result, text: explain(result, problem(), write).join("\n") };
    };
    const { result, text } = of({ type: "cvar", level: 0.1 });
    expect(text).toContain(`over ${N} posterior draws its response is ${write(result.outcome?.low as number)} or less`);
    expect(text).toContain(`is ${write(result.risk?.value as number)}; no plan within the limits has more than`);
    expect(of({ type: "quantile", level: 0.1 }).text).toContain("the plan is the best found");
    expect(of({ type: "regret" }).text).toContain("no draw regrets more than");
  });
});
