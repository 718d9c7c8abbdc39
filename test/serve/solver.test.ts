/** Solves on the thread of the application: decisions are answered between their turns, and what is too much is refused. */
import { describe, expect, it } from "vitest";
import { createApp, Turns } from "../../src/serve/index.js";
import { offers, post, quiet } from "./asking.js";

const policy = { options: [{ name: "5off", cost: 1 }], price: 1 };

/** A table as JSON of so many users. */
function many(users: number) {
  const column = (seed: number) => Array.from({ length: users }, (_, i) => 1 + ((i * seed) % 97));
  return { options: ["a", "b"], values: [column(31), column(17)], costs: [column(7), column(13)] };
}

const publish = (of: typeof asked) =>
  of.request("/v1/policies/spring", {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(policy),
  });
const asked = createApp(quiet);

describe("an application without workers", () => {
  it("decides while it solves", async () => {
    const app = createApp(quiet);
    await publish(app);
    let solved = false;
    const solving = post("/v1/allocations", { offers: many(300_000), request: { budget: 500_000 } }, { of: app });
    solving.then(() => {
      solved = true;
    });
    let between = 0;
    while (!solved) {
      const { status } = await post("/v1/policies/spring/decisions", { users: [{ values: [3] }] }, { of: app });
      expect(status).toBe(200);
      if (!solved) between++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    const { body } = await solving;
    expect(body.status).toBe("met");
    expect(body.choices).toHaveLength(300_000);
    expect(between).toBeGreaterThan(3);
  });

  it("solves one after the other, and sends away what does not fit the queue", async () => {
    const app = createApp({ ...quiet, solver: new Turns({ queue: 1 }) });
    const one = { offers: many(100_000), request: { budget: 1000 } };
    const answers = await Promise.all([1, 2, 3].map(() => post("/v1/allocations", one, { of: app })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503]);
    const busy = answers.find(({ status }) => status === 503);
    expect(busy?.body.type).toBe("urn:shadowprice:problem:busy");
    expect(Number(busy?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await post("/v1/allocations", one, { of: app })).status).toBe(200);
  });

  it("holds what has no turns to a size, and everything to its time", async () => {
    const app = createApp({ ...quiet, solver: new Turns({ numbers: 5 }) });
    for (const [path, more] of [
      ["/v1/allocations", { request: { budget: 5, stock: { "5off": 1 } } }],
      ["/v1/frontiers", {}],
      ["/v1/totals", { prices: [1] }],
    ] as const) {
      const { status, body } = await post(path, { offers, ...more }, { of: app });
      expect([path, status, body.limit]).toEqual([path, 413, { name: "numbers", most: 5 }]);
    }
    expect((await post("/v1/allocations", { offers, request: { budget: 5 } }, { of: app })).status).toBe(200);
  });

  it("stops a solve whose connection was closed, and goes on with the next", async () => {
    const app = createApp(quiet);
    const stop = new AbortController();
    const request = new Request("http://localhost/v1/allocations", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ offers: many(300_000), request: { budget: 1000 } }),
      signal: stop.signal,
    });
    const solving = app.fetch(request);
    const next = post("/v1/allocations", { offers, request: { budget: 5 } }, { of: app });
    setTimeout(() => stop.abort(), 5);
    expect((await solving).status).toBe(499);
    expect((await next).status).toBe(200);
  });

  it("ends what takes longer than it may, and names the limit", async () => {
    const late = {
      state: { running: 1, waiting: 0, isFull: false, memory: 0 },
      run: () => Promise.reject(new DOMException("1 s", "TimeoutError")),
    };
    const app = createApp({ ...quiet, solver: late, limits: { seconds: 1 } });
    const { status, body } = await post("/v1/allocations", { offers, request: { budget: 5 } }, { of: app });
    expect([status, body.limit]).toEqual([413, { name: "seconds", most: 1 }]);
    const turns = new Turns({ seconds: 0 });
    await expect(turns.run("planBudget", [{ budget: 1, channels: [] }, {}])).rejects.toThrow();
  });

  it("points to the number that the core refuses", async () => {
    const huge = { ...offers, values: [[2, 4, 1e300], offers.values[1]] };
    const { status, body } = await post("/v1/allocations", { offers: huge, request: { budget: 5 } });
    expect([status, body.pointer]).toEqual([422, "/offers/values/0/2"]);
  });

  it("says what it holds", async () => {
    const { body } = await (await import("./asking.js")).get("/metrics");
    expect(body).toMatch(/shadowprice_solves_running 0\nshadowprice_solves_waiting 0|shadowprice_solves_running 0/);
    expect(body).toContain("shadowprice_engine_bytes 0");
  });
});
