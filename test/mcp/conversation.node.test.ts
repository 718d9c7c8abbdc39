/** Whole conversations, by the official client over loopback: what the tools say is what the core says. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate, createEngine, explain, type PlanProblem, planBudget } from "../../src/index.js";
import { createMcp } from "../../src/mcp/index.js";
import { createApp } from "../../src/serve/index.js";
import { offers, quiet } from "../serve/asking.js";
import { type Listening, listening, type Talk, talking } from "./talking.js";

const plan: PlanProblem = {
  budget: 60,
  currency: "EUR",
  channels: [
    { name: "search", curve: { type: "michaelis-menten", max: 100, half: 30 }, max: 50 },
    { name: "TV", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
    { name: "radio", curve: { type: "exponential", max: 40, rate: 0.05 } },
  ],
};
const first = planBudget(plan);

let server: Listening;
let talk: Talk;
beforeAll(async () => {
  server = await listening(createApp({ ...quiet, mcp: createMcp }));
  talk = await talking(server.url);
});
afterAll(async () => {
  await talk.client.close();
  await server.close();
});

describe("a conversation about a plan", () => {
  it("begins with what a request needs", async () => {
    const { tools } = await talk.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "describe_problem",
      "plan_budget",
      "allocate_offers",
      "change_scenario",
      "compare_scenarios",
      "frontier",
      "explain",
    ]);
    for (const { description, inputSchema, outputSchema } of tools) {
      expect(description?.length).toBeGreaterThan(60);
      expect(inputSchema.type).toBe("object");
      expect(outputSchema?.type).toBe("object");
    }
    const described = await talk.ask("describe_problem");
    expect(described).toMatchObject({ kind: "plan", current: null, limits: { spends: 20_000 } });
    expect(described.text).toContain("There is no scenario in this session yet.");
    // The example is one that runs.
    expect(await talk.ask("plan_budget", described.example)).toMatchObject({ status: "met" });
  });

  it("plans as the core plans", async () => {
    const planned = await talk.ask("plan_budget", { plan, name: "as asked" });
    expect(planned).toMatchObject({ scenario: "as asked", kept: true, status: "met", budget: 60 });
    expect(planned).toMatchObject({ gain: first.response, bound: first.bound, spend: first.spend });
    expect(planned.text).toContain(`response ${Number(first.response.toPrecision(6))}`);
  });

  it("takes ten percent less on TV, and says from and to", async () => {
    const { changes, gain, gainChange, before, text, scenario } = await talk.ask("change_scenario", {
      changes: [{ channel: "TV", change: -0.1 }],
    });
    const spent = first.spend[1]?.[0] as number;
    expect(changes).toEqual([{ what: "spend on TV", from: spent, to: 0.9 * spent }]);
    const held = [{ channel: "TV", period: 1, amount: 0.9 * spent, type: "exact" as const }];
    const oracle = planBudget({ ...plan, commitments: held });
    expect(gain).toBe(oracle.response);
    expect(before.gain).toBe(first.response);
    expect(gainChange).toBe(oracle.response - first.response);
    expect(scenario).toBe("TV -10 %");
    expect(text).toMatch(/^spend on TV: [\d.]+ → [\d.]+ \(-10 %\)\nAgainst before: response -/);
  });

  it("takes ten percent less of that again, in place of it", async () => {
    const { changes } = await talk.ask("change_scenario", {
      changes: [{ channel: "TV", change: -0.1 }],
      name: "less still",
    });
    const [{ from, to }] = changes;
    expect(to / from).toBeCloseTo(0.9, 12);
    expect(to).toBeCloseTo(0.81 * (first.spend[1]?.[0] as number), 9);
  });

  it("compares the scenarios, and what might be", async () => {
    const { scenarios, current, text } = await talk.ask("compare_scenarios", {
      scenarios: { "no TV": [{ channel: "TV", to: 0 }], "more money": [{ change: 0.2 }] },
    });
    expect(scenarios.map(({ name }: { name: string }) => name)).toEqual([
      ...["as asked", "TV -10 %", "less still", "no TV", "more money"],
    ]);
    expect(current).toBe("less still");
    const noTV = planBudget({ ...plan, commitments: [{ channel: "TV", amount: 0, type: "exact" }] });
    expect(scenarios[3].gain).toBeCloseTo(noTV.response, 9);
    expect(scenarios[4]).toMatchObject({ budget: 72 });
    expect(text).toContain("Current: less still");
  });

  it("explains by the core's sentences, and shows what every budget buys", async () => {
    await talk.ask("change_scenario", { backTo: "as asked" });
    const { sentences } = await talk.ask("explain");
    expect(sentences).toEqual(explain(first, plan));
    const { points } = await talk.ask("frontier", { budgets: [30, 60] });
    expect(points.map(({ budget }: { budget: number }) => budget)).toEqual([30, 60]);
    expect(points[1].gain).toBeCloseTo(first.response, 4);
  });

  it("changes limits, the budget and other fields, and takes them away", async () => {
    const { changes, budget } = await talk.ask("change_scenario", {
      changes: [
        { by: -10 },
        { channel: "search", what: "max", change: -0.5 },
        { channel: "radio", what: "min", to: 5 },
        { set: { unit: 1 } },
        { channel: "search", what: "max", to: null },
      ],
    });
    expect(changes).toEqual([
      { what: "budget", from: 60, to: 50 },
      { what: "max of search", from: 50, to: 25 },
      { what: "min of radio", from: null, to: 5 },
      { what: "the plan", from: { unit: null }, to: { unit: 1 } },
      { what: "max of search", from: 25, to: null },
    ]);
    expect(budget).toBe(50);
  });

  it("says what is impossible, and goes on from there", async () => {
    const impossible = await talk.ask("change_scenario", { changes: [{ channel: "radio", what: "min", to: 1_000 }] });
    expect(impossible).toMatchObject({ status: "impossible", gain: null, gainChange: null });
    expect(impossible.text).toContain("What clashes");
    expect(await talk.ask("change_scenario", { backTo: "as asked" })).toMatchObject({ status: "met" });
  });
});

describe("a conversation about offers", () => {
  const request = { budget: 5 };

  it("allocates, changes, compares and explains", async () => {
    const described = await talk.ask("describe_problem", { kind: "allocation", withSchema: true });
    expect(described.schema.properties.offers.properties).toHaveProperty("options");
    expect(described.example).toEqual({ offers, request });

    const given = await talk.ask("allocate_offers", { offers, request });
    const table = createEngine().offers({ users: 3, options: offers.options });
    offers.values.forEach((column, j) => {
      table.set(j, 0, Float64Array.from(column), Float64Array.from(offers.costs[j] as number[]));
    });
    const result = allocate(table, request);
    expect(given).toMatchObject({ decisions: [...result.choices], gain: result.value, bound: result.bound, spent: 4 });
    expect(given.parts).toEqual([
      { name: "5off", spent: 1, users: 1 },
      { name: "10off", spent: 3, users: 1 },
    ]);

    const changed = await talk.ask("change_scenario", { changes: [{ change: -0.4 }, { option: "10off", to: 0 }] });
    expect(changed.changes).toEqual([
      { what: "budget", from: 5, to: 3 },
      { what: "stock of 10off", from: null, to: 0 },
    ]);
    expect(changed.gain).toBe(allocate(table, { budget: 3, stock: { "10off": 0 } }).value);

    const { scenarios } = await talk.ask("compare_scenarios", { scenarios: { free: [{ option: "10off", to: null }] } });
    expect(scenarios.map(({ gain }: { gain: number }) => gain)).toEqual([
      ...[result.value, changed.gain, allocate(table, { budget: 3 }).value],
    ]);
    const { sentences } = await talk.ask("explain");
    expect(sentences[0]).toBe(
      `${changed.parts[0].users} users get an offer and ${changed.none} get none; it costs 3 and is worth 6.`,
    );
    const { points } = await talk.ask("frontier", { budgets: [1, 3] });
    expect(points).toHaveLength(2);
  });
});

describe("a call that cannot be", () => {
  it("says the place and the way out", async () => {
    await talk.ask("plan_budget", { plan });
    const wrong = { ...plan, channels: [{ name: "TV", curve: { type: "hill", max: -1, half: 5, shape: 1 } }] };
    expect(await talk.refused("plan_budget", { plan: wrong })).toMatch(
      /max must .* \(at \/plan\/channels\/0\/curve\/max\)\..*describe_problem/,
    );
    expect(await talk.refused("change_scenario", { changes: [{ channel: "tele", change: -0.1 }] })).toContain(
      'there is no channel "tele"; there are search, TV, radio (at /changes/0/channel)',
    );
    expect(await talk.refused("change_scenario", { changes: [{ channel: "TV", change: -0.1, to: 3 }] })).toContain(
      "exactly one of change",
    );
    expect(await talk.refused("change_scenario", { changes: [{ channel: "TV", what: "max", change: 0.1 }] })).toContain(
      'there is no max of "TV" yet',
    );
    expect(await talk.refused("change_scenario", { backTo: "never" })).toContain('kept are "start"');
    expect(await talk.refused("plan_budget", { plan: "60" })).toContain("plan");
    expect(
      await talk.refused("allocate_offers", { offers: { options: ["a"], values: [[1]], costs: [[]] }, request: {} }),
    ).toContain("/offers/costs/0");
  });

  it("leaves the scenario as it was", async () => {
    const { scenarios } = await talk.ask("compare_scenarios");
    expect(scenarios).toHaveLength(1);
  });
});
