/** What the routes answer is what the core answers, in the form that the schemas publish. */
import { describe, expect, it } from "vitest";
import { allocate, createEngine, explain, planBudget, readTotals } from "../../src/index.js";
import { Allocation, Frontier } from "../../src/serve/schemas/allocation.js";
import { PlanAnswer, PlanFrontierAnswer, ScenariosAnswer } from "../../src/serve/schemas/plan.js";
import { TotalsRead } from "../../src/serve/schemas/totals.js";
import { app, get, offers, post, read } from "./asking.js";

const plan = {
  budget: 60,
  channels: [
    { name: "search", curve: { type: "hill", max: 100, half: 50, shape: 3 } },
    { name: "tv", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
  ],
};

function table() {
  const made = createEngine().offers({ users: 3, options: offers.options });
  offers.values.forEach((column, j) => {
    made.set(j, 0, Float64Array.from(column), Float64Array.from(offers.costs[j] as number[]));
  });
  return made;
}

describe("POST /v1/allocations", () => {
  it("answers what allocate answers, with its proof", async () => {
    const { status, body } = await post("/v1/allocations", { offers, request: { budget: 5 } });
    expect(status).toBe(200);
    const { seconds, phases, ...own } = allocate(table(), { budget: 5 });
    expect(body).toMatchObject(JSON.parse(JSON.stringify({ ...own, choices: [1, 2, 0] })));
    expect(Allocation.parse(body).value).toBe(12);
  });

  it("answers impossible with what clashes and the nearest request, and decides nothing", async () => {
    const { status, body } = await post("/v1/allocations", {
      offers,
      request: { budget: 5, minSpend: 9, stock: { "10off": 0 } },
    });
    expect(status).toBe(200);
    expect(Allocation.parse(body)).toMatchObject({ status: "impossible", choices: [] });
    expect(body.clash.limits).toContain("minSpend");
    const again = await post("/v1/allocations", { offers, request: body.clash.nearest });
    expect(again.body.status).toBe("met");
  });

  it("closes an option to a user by null", async () => {
    const closed = structuredClone(offers) as {
      options: string[];
      values: (number | null)[][];
      costs: (number | null)[][];
    };
    for (const columns of [closed.values, closed.costs]) (columns[1] as (number | null)[])[1] = null;
    const { body } = await post("/v1/allocations", { offers: closed, request: { budget: 5 } });
    // 4 for 2 is the most that is left to the second user; the first then has 3 to spend.
    expect(body.choices).toEqual([2, 1, 0]);
  });

  it("takes ids, which decide ties whatever the order of the rows", async () => {
    const tied = { options: ["one"], values: [[1, 1, 1]], costs: [[1, 1, 1]] };
    const chosen = async (ids: string[]) => {
      const { body } = await post("/v1/allocations", { offers: { ...tied, ids }, request: { budget: 1 } });
      return ids[body.choices.indexOf(1)];
    };
    expect(await chosen(["a", "b", "c"])).toBe(await chosen(["c", "a", "b"]));
  });

  it("holds limits on resources", async () => {
    const hours = [
      [1, 1, 1],
      [5, 5, 5],
    ];
    const request = { budget: 100, resources: [{ name: "hours", atMost: 3 }] };
    const { body } = await post("/v1/allocations", { offers: { ...offers, resources: { hours } }, request });
    expect(body).toMatchObject({ status: "met", choices: [1, 1, 1] });
  });
});

describe("POST /v1/frontiers", () => {
  it("answers every budget", async () => {
    const { status, body } = await post("/v1/frontiers", { offers, budgets: [0, 3, 5] });
    expect(status).toBe(200);
    expect(Frontier.parse(body).points.map(({ budget }) => budget)).toEqual([0, 3, 5]);
  });
});

describe("POST /v1/totals", () => {
  const ask = (part: object) =>
    app.request("/v1/totals", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(part),
    });
  const part = (from: number, to: number) => ({
    offers: {
      options: offers.options,
      values: offers.values.map((v) => v.slice(from, to)),
      costs: offers.costs.map((c) => c.slice(from, to)),
    },
    prices: [0.5, 1, 2],
  });

  it("answers bytes, and parts merge to the bytes of the whole", async () => {
    const whole = new Uint8Array(await (await ask(part(0, 3))).arrayBuffer());
    const form = new FormData();
    for (const [from, to] of [
      [0, 1],
      [1, 3],
    ] as const) {
      form.append(`${from}`, new Blob([await (await ask(part(from, to))).arrayBuffer()]));
    }
    const merged = await app.request("/v1/totals/merge", { method: "POST", body: form });
    expect(merged.status).toBe(200);
    expect(new Uint8Array(await merged.arrayBuffer())).toEqual(whole);
    expect(readTotals(whole).rows.map(({ users }) => users)).toEqual([3, 3, 3]);
  });

  it("answers what the bytes say to those who accept JSON", async () => {
    const { body } = await post("/v1/totals", part(0, 3), { headers: { accept: "application/json" } });
    expect(TotalsRead.parse(body).rows).toHaveLength(3);
  });

  it("refuses bytes that are no totals", async () => {
    const form = new FormData();
    form.append("a", new Blob(["no totals"]));
    const { status, body } = await read(await app.request("/v1/totals/merge", { method: "POST", body: form }));
    expect({ status, type: body.type }).toEqual({ status: 422, type: "urn:shadowprice:problem:invalid-value" });
  });
});

describe("POST /v1/plans", () => {
  it("answers what planBudget answers", async () => {
    const { status, body } = await post("/v1/plans", { plan });
    expect(status).toBe(200);
    expect(PlanAnswer.parse(body).response).toBe(planBudget(plan as never).response);
  });

  it("answers budgets, scenarios and sentences", async () => {
    const budgets = await post("/v1/plans/frontier", { plan, budgets: [30, 60] });
    expect(PlanFrontierAnswer.parse(budgets.body).points.map(({ budget }) => budget)).toEqual([30, 60]);
    const changed = await post("/v1/plans/scenarios", { plan, scenarios: { "no tv": [{ ban: "tv" }] } });
    const { scenarios } = ScenariosAnswer.parse(changed.body);
    expect(scenarios[0]?.result.spend[1]).toEqual([0]);
    const said = await post("/v1/plans/explain", { plan });
    expect(said.body.sentences).toEqual(explain(planBudget(plan as never), plan as never));
  });

  it("names the field of a plan that is wrong", async () => {
    const wrong = structuredClone(plan);
    (wrong.channels[1] as (typeof plan.channels)[1]).curve.max = -1;
    const { status, body } = await post("/v1/plans", { plan: wrong });
    expect({ status, pointer: body.pointer }).toEqual({ status: 422, pointer: "/plan/channels/1/curve/max" });
  });
});

describe("GET", () => {
  it("/healthz and /readyz say ok", async () => {
    expect((await get("/healthz")).body).toEqual({ status: "ok" });
    expect((await get("/readyz")).body).toEqual({ status: "ok" });
  });

  it("/metrics counts requests, their time, and users", async () => {
    await post("/v1/allocations", { offers, request: { budget: 5 } });
    const { body } = await get("/metrics");
    expect(body).toMatch(/shadowprice_requests_total\{method="POST",route="\/v1\/allocations",status="200"\} \d+/);
    expect(body).toMatch(
      /shadowprice_request_seconds_bucket\{method="POST",route="\/v1\/allocations",le="\+Inf"\} \d+/,
    );
    expect(body).toMatch(/shadowprice_users_decided_total \d+/);
  });

  it("/openapi.json describes every route", async () => {
    const { body } = await get("/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths).sort()).toEqual([
      "/docs",
      "/healthz",
      "/metrics",
      "/openapi.json",
      "/readyz",
      "/v1/allocations",
      "/v1/frontiers",
      "/v1/models/{name}",
      "/v1/models/{name}/scores",
      "/v1/plans",
      "/v1/plans/explain",
      "/v1/plans/frontier",
      "/v1/plans/scenarios",
      "/v1/policies/{name}",
      "/v1/policies/{name}/decisions",
      "/v1/totals",
      "/v1/totals/merge",
    ]);
  });
});
