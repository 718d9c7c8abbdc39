/** What keeps strangers out and secrets in: each test fails without what it guards. Node alone: pages may not set the header of their origin. */
import { describe, expect, it } from "vitest";
import { createApp, type Limits, type LogEntry } from "../../../src/serve/index.js";
import { get, offers, post, quiet, read } from "../asking.js";
import { KEYS } from "../docs/documented.js";

const as = (scope: string) => ({ authorization: `Bearer a-key-with-the-scope-${scope}` });

describe("limits", () => {
  const policy = {
    options: [
      { name: "a", cost: 1 },
      { name: "b", cost: 1 },
    ],
    price: 1,
  };
  const put = (of: ReturnType<typeof createApp>, body: object) =>
    of.request("/v1/policies/p", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const channel = { name: "a", curve: { type: "linear", slope: 1 } };
  const users = [{ values: [1, 1] }, { values: [1, 1] }];
  const cases: [keyof Limits, string, object][] = [
    ["users", "/v1/allocations", { offers, request: { budget: 5 } }],
    ["options", "/v1/totals", { offers, prices: [1] }],
    ["points", "/v1/totals", { offers, prices: [1, 2] }],
    ["points", "/v1/frontiers", { offers, budgets: [1, 2] }],
    ["points", "/v1/plans/frontier", { plan: { budget: 1, channels: [channel] }, points: 2 }],
    [
      "points",
      "/v1/plans/scenarios",
      { plan: { budget: 1, channels: [channel] }, scenarios: { a: [{ ban: "a" }], b: [{ ban: "a" }] } },
    ],
    ["spends", "/v1/plans", { plan: { budget: 1, periods: 2, channels: [channel] } }],
    ["decisions", "/v1/policies/p/decisions", { users }],
    ["bodyBytes", "/v1/plans", { plan: { budget: 1, channels: [channel] } }],
  ];
  it.each(cases)("%s hold at %s", async (name, path, body) => {
    const most = name === "bodyBytes" ? JSON.stringify(body).length : 2;
    const [roomy, tight] = [most, most - 1].map((limit) =>
      createApp({ ...quiet, limits: { [name]: limit + (name === "users" ? 1 : 0) } }),
    );
    for (const of of [roomy, tight] as ReturnType<typeof createApp>[]) await put(of, policy);
    expect((await post(path, body, { of: roomy })).status).toBe(200);
    const refused = await post(path, body, { of: tight });
    expect([refused.status, refused.body.limit?.name]).toEqual([413, name]);
  });
});

describe("the log", () => {
  it("has neither keys nor names, paths, queries or bodies", async () => {
    const entries: LogEntry[] = [];
    const of = createApp({ keys: KEYS, log: (entry) => entries.push(entry) });
    await get("/v1/policies/summer-secret?token=query-secret", { of, headers: as("decide") });
    await post("/v1/policies/summer-secret/decisions", { users: "body-secret" }, { of, headers: as("decide") });
    await get("/v1/policies/summer-secret", { of, headers: { authorization: "Bearer a-wrong-key-secret" } });
    await get("/nowhere/path-secret", { of, headers: { "x-request-id": "id\tsecret", "user-agent": "agent-secret" } });
    expect(entries.map(({ status }) => status)).toEqual([404, 404, 401, 404]);
    expect(JSON.stringify(entries)).not.toMatch(/secret|a-key-with/);
    // Who asked is there by the name of the key.
    expect(entries[0]).toMatchObject({ key: "key 1", route: "/v1/policies/:name" });
  });
});

describe("answers", () => {
  it("never repeat a key, and no header of theirs comes from the caller", async () => {
    const of = createApp({ ...quiet, keys: KEYS });
    const wrong = await get("/v1/policies/p", {
      of,
      headers: { authorization: "Bearer a-key-with-the-scope-nothing" },
    });
    expect(JSON.stringify([wrong.body, ...wrong.headers])).not.toContain("scope-nothing");
    const headers = {
      ...as("decide"),
      "x-request-id": "a; injected=1",
      "if-match": '"injected"',
      origin: "https://injected.example",
    };
    const answer = await get("/v1/policies/injected%0d%0aset-cookie:a=b", { of, headers });
    expect(JSON.stringify([...answer.headers])).not.toMatch(/injected|set-cookie/);
  });
});

describe("pages of other origins", () => {
  const ask = async (of: ReturnType<typeof createApp>, origin: string) =>
    read(
      await of.request("/v1/plans", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
      }),
    );

  it("are told no before they send, but where their origin is open", async () => {
    const open = createApp({ ...quiet, keys: KEYS, origins: ["https://planner.example"] });
    const allowed = await ask(open, "https://planner.example");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://planner.example",
    ]);
    expect(allowed.headers.get("access-control-allow-headers")).toBe("authorization");
    expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
    for (const origin of ["https://planner.example.evil", "http://planner.example", "null", "*"]) {
      expect((await ask(open, origin)).headers.get("access-control-allow-origin")).toBeNull();
      expect((await ask(createApp(quiet), origin)).headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
