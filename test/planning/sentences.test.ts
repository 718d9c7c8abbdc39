/** `explain`: every number in every sentence is a figure of the result, and every such figure is what the curves say. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, createEngine, explain, type PlanProblem, type PlanResult, planBudget } from "../../src/index.js";
import { evaluate } from "../../src/planning/curves/kernel.js";
import { rights, trap } from "./instances.js";

const engine = createEngine();

/** All numbers of a result, and of the problem that it answers. */
function figures(value: unknown, into: Set<number> = new Set()): Set<number> {
  if (typeof value === "number") into.add(value);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) figures(item, into);
  return into;
}

/** Sentences with every number that `explain` writes in brackets, and those numbers. */
function said(plan: PlanResult, problem: PlanProblem): { text: string[]; numbers: number[] } {
  const numbers: number[] = [];
  const text = explain(plan, problem, (x) => {
    numbers.push(x);
    return `<${numbers.length - 1}>`;
  });
  return { text, numbers };
}

/** Each number is a figure or its size; per cents are figures too, and no other digits stand anywhere. */
function isTrue(plan: PlanResult, problem: PlanProblem): void {
  const { text, numbers } = said(plan, problem);
  const all = figures(plan, figures(problem));
  for (const x of numbers) expect(all.has(x) || all.has(-x), `${x} in ${text.join(" ")}`).toBe(true);
  const parts = new Set([...all].flatMap((x) => [Math.abs(x)]));
  for (const { shortfall } of plan.baselines) parts.add(Math.abs(shortfall) / plan.response);
  for (const sentence of text) {
    let rest = sentence.replaceAll(/<\d+>/g, "");
    for (const name of problem.channels.map((channel) => channel.name)) rest = rest.replaceAll(name, "");
    rest = rest.replaceAll(/[+−]?(\d[\d.e+-]*) %/g, (_, digits: string) => {
      const found = [...parts].some((part) => Number((100 * part).toPrecision(3)) === Number(digits));
      expect(found, `${digits} % in ${sentence}`).toBe(true);
      return "";
    });
    rest = rest.replaceAll(/in period \d+|channels\[\d+\]|groups\[\d+\]/g, "");
    expect(rest, sentence).not.toMatch(/\d/);
  }
}

const logit = ([G, b, m]: readonly [number, number, number], x: number) =>
  evaluate(engine, "logit", { a: G, b, c: m }, Float64Array.of(x));

describe("the sentences", () => {
  const parameters = [
    [120, 0.12, 25],
    [80, 0.2, 12],
    [200, 0.06, 70],
    [60, 0.35, 5],
  ] as const;
  const channels = rights(120).channels.map((channel): Channel => ({ ...channel, current: 30 }));
  const problem: PlanProblem = { ...rights(120), currency: "EUR", channels };

  it("say figures only, whatever is asked", () => {
    const objectives = fc.constantFrom(
      undefined,
      { type: "profit", margin: 0.7 } as const,
      { type: "least-spend", target: 60 } as const,
      { type: "target-roas", atLeast: 2.2 } as const,
      { type: "target-cpa", atMost: 0.4 } as const,
      { type: "blend", weight: 0.4 } as const,
    );
    const any = fc.record({
      budget: fc.integer({ min: 10, max: 250 }),
      max: fc.constantFrom(undefined, 15, 60),
      min: fc.constantFrom(undefined, 4),
      presence: fc.constantFrom(undefined, { atLeast: 18 }),
      current: fc.constantFrom(undefined, 0, 22.5),
      objective: objectives,
      reserve: fc.constantFrom(undefined, { share: 0.1 }),
    });
    fc.assert(
      fc.property(any, ({ budget, max, min, presence, current, objective, reserve }) => {
        const one: PlanProblem = {
          ...{ budget, objective, reserve, currency: "EUR" },
          groups: [{ name: "pair", channels: ["channel 2", "channel 4"], atMost: 25 }],
          channels: rights(1).channels.map((channel) => ({ ...channel, max, min, presence, current, longTerm: 1.2 })),
        };
        const plan = planBudget(one);
        if (plan.status === "met") isTrue(plan, one);
        else expect(explain(plan, one)[0]).toBe("No plan keeps all limits.");
      }),
      { numRuns: 150 },
    );
  });

  it("and the figures are what the curves say: recomputed from the spend alone", () => {
    const plan = planBudget(problem);
    const at = plan.spend.map(([x], i) => logit(parameters[i] as (typeof parameters)[number], x as number));
    const response = at.reduce((sum, { values }) => sum + (values[0] as number), 0);
    expect(plan.response).toBeCloseTo(response, 10);
    expect(plan.spent).toBe(plan.spend.flat().reduce((sum, x) => sum + x, 0));
    plan.channels.forEach((channel, i) => {
      const by = parameters[i] as (typeof parameters)[number];
      const [x, here] = [plan.spend[i]?.[0] as number, at[i] as ReturnType<typeof logit>];
      const today = logit(by, 30);
      expect(channel.response).toBe(here.values[0]);
      expect(channel.marginal).toBeCloseTo(here.slopes[0] as number, 12);
      expect(channel.average).toBe(x > 0 ? (here.values[0] as number) / x : 0);
      expect(channel.elasticity).toBeCloseTo(
        x > 0 ? (x * (here.slopes[0] as number)) / (here.values[0] as number) : 0,
        12,
      );
      expect(channel.saturation).toBeCloseTo((here.values[0] as number) / (logit(by, 1e9).values[0] as number), 12);
      expect(channel.change).toBe(x - 30);
      expect(channel.relativeChange).toBe((x - 30) / 30);
      expect(channel.responseChange).toBeCloseTo((here.values[0] as number) - (today.values[0] as number), 12);
      expect(channel.currentMarginal).toBeCloseTo(today.slopes[0] as number, 12);
      expect(channel.share).toBe(x / plan.spent);
    });
    const by = (key: "average" | "marginal") =>
      plan.channels.toSorted((a, b) => b[key] - a[key]).map(({ name }) => name);
    const ranked = (key: "rankByAverage" | "rankByMarginal") =>
      plan.channels.toSorted((a, b) => a[key] - b[key]).map(({ name }) => name);
    expect(ranked("rankByAverage")).toEqual(by("average"));
    expect(ranked("rankByMarginal")).toEqual(by("marginal"));
  });

  it("say what one more unit buys and where: the plan for one thousandth more money spends it there", () => {
    const concave: PlanProblem = {
      budget: 50,
      channels: [
        { name: "a", max: 10, curve: { type: "log", scale: 40, unit: 3 } },
        { name: "b", curve: { type: "log", scale: 20, unit: 5 } },
        { name: "c", curve: { type: "linear", slope: 0.2 } },
      ],
    };
    const plan = planBudget(concave);
    expect(plan.marginalAt).toBe("b");
    const { text, numbers } = said(plan, concave);
    const sentence = text.find((one) => one.startsWith("One more unit"));
    expect(sentence).toMatch(/^One more unit of money would bring about <\d+>, in b\.$/);
    expect(numbers).toContain(plan.marginal);
    const more = planBudget({ ...concave, budget: 50.001 });
    expect((more.response - plan.response) / 0.001).toBeCloseTo(plan.marginal, 3);
    expect((more.spend[1]?.[0] as number) - (plan.spend[1]?.[0] as number)).toBeCloseTo(0.001, 9);
  });

  it("name what holds: floors, ceilings, presence, groups", () => {
    const held: PlanProblem = {
      budget: 100,
      channels: trap().channels.map((channel, i) => ({
        ...channel,
        ...(i === 0 ? { max: 60 } : { min: 5, value: 0.1 }),
      })),
      groups: [{ name: "both", channels: ["search", "tv"], atMost: 65 }],
    };
    const text = explain(planBudget(held), held).join(" ");
    expect(text).toContain("At the most they may spend: search.");
    expect(text).toContain("At the least they must spend: tv.");
    expect(text).toContain('The limit "group both", at most 65, holds with 65.');
    expect(text).toContain("35 of the budget stay unspent");
  });
});
