/** Keys, limits, problems and logs: each test would fail without what it is about. */
import { describe, expect, it } from "vitest";
import { createDecide } from "../../../src/serve/decide.js";
import { createApp, type LogEntry, MemoryStore, readKeys } from "../../../src/serve/index.js";
import { app, get, offers, post, quiet, read } from "../asking.js";

const ask = { offers, request: { budget: 5 } };

describe("keys", () => {
  const secured = createApp({
    ...quiet,
    keys: [
      { key: "a-key-that-solves-0001", scopes: ["solve"], name: "solver" },
      { key: "a-key-that-decides-001", scopes: ["decide"] },
    ],
  });
  const as = (key: string) =>
    post("/v1/allocations", ask, { of: secured, headers: { authorization: `Bearer ${key}` } });

  it("lets a key with the scope pass, and no other", async () => {
    expect((await as("a-key-that-solves-0001")).status).toBe(200);
    expect((await as("a-key-that-decides-001")).status).toBe(403);
    expect((await as("a-key-that-solves-0002")).status).toBe(401);
    expect((await as("a-key-that-solves-000")).status).toBe(401);
    const none = await post("/v1/allocations", ask, { of: secured });
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="shadowprice"']);
  });

  it("asks for none where people and probes look", async () => {
    expect((await get("/healthz", { of: secured })).status).toBe(200);
    expect((await get("/openapi.json", { of: secured })).status).toBe(200);
  });

  it("refuses keys that are no secrets, before it starts", () => {
    expect(() => createApp({ keys: [{ key: "short", scopes: ["solve"] }] })).toThrow(RangeError);
    expect(() => createApp({ keys: [{ key: "a-key-that-solves-0001", scopes: [] }] })).toThrow("keys[0].scopes");
  });

  it("come from one variable, and a server whose variable is missing does not start", () => {
    expect(readKeys(" decide,solve:a-key:with-a-colon\na-key-for-everything ")).toEqual([
      { key: "a-key:with-a-colon", scopes: ["decide", "solve"] },
      { key: "a-key-for-everything", scopes: ["decide", "solve", "publish"] },
    ]);
    for (const nothing of [undefined, "", " \n"]) expect(() => readKeys(nothing)).toThrow("there are no keys");
    expect(() => readKeys("a-key decides:secret")).toThrow("key 2");
    expect(() => readKeys("decides:secret")).not.toThrow("secret");
  });

  it("are not left out by a slip: an option that there is not is refused", () => {
    const slip = { key: [{ key: "a-key-that-solves-0001", scopes: ["solve"] }] };
    expect(() => createApp(slip as never)).toThrow('createApp has no option "key"');
    expect(() => createDecide({ store: new MemoryStore(), ...slip } as never)).toThrow(
      'createDecide has no option "key"',
    );
  });
});

describe("limits", () => {
  const small = createApp({ ...quiet, limits: { bodyBytes: 400, users: 2, options: 2, points: 2, spends: 5 } });
  const limitOf = async (path: string, body: unknown) => {
    const answer = await post(path, body, { of: small });
    return [answer.status, answer.body.limit?.name, answer.body.pointer];
  };

  it("say which one was met, and where", async () => {
    expect(await limitOf("/v1/allocations", ask)).toEqual([413, "users", "/offers/values/0"]);
    const two = { options: ["a"], values: [[1, 2]], costs: [[1, 1]] };
    expect(await limitOf("/v1/frontiers", { offers: two, points: 3 })).toEqual([413, "points", "/points"]);
    expect(await limitOf("/v1/totals", { offers: two, prices: [1, 2, 3] })).toEqual([413, "points", "/prices"]);
    const channel = { name: "a", curve: { type: "linear", slope: 1 } };
    const plan = { budget: 1, periods: 6, channels: [channel] };
    expect(await limitOf("/v1/plans", { plan })).toEqual([413, "spends", "/plan/channels"]);
    expect((await post("/v1/allocations", { offers: two, request: { budget: 1 } }, { of: small })).status).toBe(200);
  });

  it("stop a body that is too long, whether it says so or not", async () => {
    const long = JSON.stringify({ ...ask, more: "x".repeat(400) });
    expect(await limitOf("/v1/allocations", long)).toEqual([413, "bodyBytes", undefined]);
    const stream = new Response(long).body as ReadableStream;
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: stream, duplex: "half" };
    const response = await small.fetch(new Request("http://localhost/v1/allocations", init as RequestInit));
    expect(response.status).toBe(413);
  });
});

describe("problems", () => {
  it("name the field by a JSON pointer", async () => {
    const pointer = async (body: unknown) => {
      const answer = await post("/v1/allocations", body);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      return [answer.status, answer.body.pointer];
    };
    expect(await pointer({ ...ask, request: { budget: "5" } })).toEqual([400, "/request/budget"]);
    expect(await pointer({ ...ask, more: 1 })).toEqual([400, ""]);
    expect(await pointer({ ...ask, request: { stock: { none: 1 } } })).toEqual([422, "/request/stock"]);
    expect(await pointer({ ...ask, offers: { ...offers, costs: [[1, 2, 4]] } })).toEqual([422, "/offers/costs"]);
    const half = { ...offers, costs: [[1, null, 4], offers.costs[1]] };
    expect(await pointer({ ...ask, offers: half })).toEqual([422, "/offers/costs/0/1"]);
  });

  it("are JSON for every path, body and kind", async () => {
    expect((await get("/nothing")).status).toBe(404);
    expect((await post("/v1/allocations", "{")).status).toBe(400);
    expect((await post("/v1/allocations", "a=1", { headers: { "content-type": "text/plain" } })).status).toBe(415);
    const packed = { "content-type": "application/json", "content-encoding": "gzip" };
    expect(await post("/v1/allocations", "{}", { headers: packed })).toMatchObject({
      ...{ status: 415, body: { detail: "a body in content-encoding gzip is not read: send it as it is" } },
    });
    for (const { body } of [await get("/nothing"), await post("/v1/allocations", "{")]) {
      expect(body).toMatchObject({
        type: expect.stringMatching(/^urn:shadowprice:problem:/),
        detail: expect.any(String),
      });
    }
  });

  it("say which methods a path takes", async () => {
    for (const [path, allow] of [
      ["/v1/plans", "POST"],
      ["/v1/policies/spring", "PUT, GET, DELETE, HEAD"],
      ["/openapi.json", "GET, HEAD"],
    ] as const) {
      const answer = await read(await app.request(path, { method: "PATCH" }));
      expect([path, answer.status, answer.headers.get("allow")]).toEqual([path, 405, allow]);
    }
    expect((await read(await app.request("/openapi_json", { method: "PATCH" }))).status).toBe(404);
  });

  it("show nothing of the inside", async () => {
    const entries: LogEntry[] = [];
    const broken = createApp({ log: (entry) => entries.push(entry) });
    broken.get("/broken", () => {
      throw new Error("a secret of the inside");
    });
    const { status, body } = await get("/broken", { of: broken });
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(entries[0]).toMatchObject({
      level: "error",
      requestId: body.instance,
      error: expect.stringContaining("secret"),
    });
  });
});

const isWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";

describe("metrics", () => {
  it("do not grow with the words that callers make up", async () => {
    const of = createApp(quiet);
    for (let i = 0; i < 50; i++) {
      // workerd makes no request of a method that it does not know.
      const method = isWorkerd ? "PROPFIND" : `X${i}`;
      await of.request(`/v1/policies/none-${i}`, { method, headers: { "x-request-id": `id-${i}` } });
      await of.request(`/nothing/${i}`);
    }
    const { body } = await get("/metrics", { of });
    expect(body).toContain('method="other"');
    expect(body).not.toMatch(/X1|none-|nothing|id-/);
    expect(body.split("\n").length).toBeLessThan(60);
  });
});

describe("a request", () => {
  it("keeps the id that a proxy gave it, if it is one", async () => {
    expect((await get("/healthz", { headers: { "x-request-id": "abc-1" } })).headers.get("x-request-id")).toBe("abc-1");
    const made = (await get("/healthz", { headers: { "x-request-id": "a b" } })).headers.get("x-request-id");
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
  });
});
