/** Who may talk, and whose conversation it is: each test fails without what it guards. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createMcp } from "../../src/mcp/index.js";
import { createApp, type LogEntry, MemoryStore } from "../../src/serve/index.js";
import { EXAMPLE_PLAN } from "../../src/serve/schemas/examples.js";
import { quiet } from "../serve/asking.js";
import { type Listening, listening, type Talk, talking } from "./talking.js";

const KEYS = [
  { key: "a-key-that-solves-0001", scopes: ["solve"] as const, name: "one" },
  { key: "a-key-that-solves-0002", scopes: ["solve"] as const, name: "two" },
  { key: "a-key-that-decides-001", scopes: ["decide"] as const },
];
const [one, two, decider] = KEYS.map(({ key }) => key) as [string, string, string];
const plan = { plan: EXAMPLE_PLAN };
const less = { changes: [{ channel: "tv", change: -0.1 }] };

const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of open) await one.close();
});

async function served(
  sessions = {},
  store = new MemoryStore(),
  limits = {},
): Promise<Listening & { store: MemoryStore }> {
  const mcp = (shared: object) => createMcp({ ...shared, sessions });
  const server = await listening(createApp({ ...quiet, keys: KEYS, store, mcp, limits }));
  open.push(server);
  return { ...server, store };
}

async function talk(url: URL, key = one, sessionId?: string): Promise<Talk> {
  const made = await talking(url, { key, sessionId });
  open.unshift({ close: () => made.client.close() });
  return made;
}

/** A message by hand: what the client would not send. */
async function send(url: URL, message: unknown, headers: Record<string, string> = {}, method = "POST") {
  const response = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${one}`,
      ...headers,
    },
    ...(method === "POST" ? { body: typeof message === "string" ? message : JSON.stringify(message) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text, headers: response.headers };
}

const INITIALIZE = {
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};
const call = (name: string, args: object) => ({
  jsonrpc: "2.0",
  id: 2,
  method: "tools/call",
  params: { name, arguments: args },
});

describe("a session", () => {
  it("goes on at another server process before the same store", async () => {
    const [here, there] = [await served(), undefined];
    const first = await talk(here.url);
    await first.ask("plan_budget", plan);
    const other = there ?? (await served({}, here.store));
    const second = await talk(other.url, one, first.transport.sessionId);
    expect((await second.ask("change_scenario", less)).changes[0].what).toBe("spend on tv");
    // And back.
    expect((await first.ask("compare_scenarios")).scenarios).toHaveLength(2);
  });

  it("is of the key that began it", async () => {
    const { url } = await served();
    const first = await talk(url);
    await first.ask("plan_budget", plan);
    const id = first.transport.sessionId as string;
    const theirs = await send(url, call("explain", {}), { authorization: `Bearer ${two}`, "mcp-session-id": id });
    expect([theirs.status, theirs.body.detail]).toEqual([
      404,
      "there is no such session, or it has ended: initialize anew",
    ]);
    expect(
      (await send(url, undefined, { authorization: `Bearer ${two}`, "mcp-session-id": id }, "DELETE")).status,
    ).toBe(404);
    expect((await send(url, call("explain", {}), { "mcp-session-id": id })).status).toBe(200);
  });

  it("is there only after initialize, and until it is ended", async () => {
    const { url } = await served();
    expect((await send(url, call("explain", {}))).status).toBe(400);
    for (const id of ["x", "../../policy", crypto.randomUUID()]) {
      expect((await send(url, call("explain", {}), { "mcp-session-id": id })).status).toBe(404);
    }
    const { headers } = await send(url, INITIALIZE);
    const id = { "mcp-session-id": headers.get("mcp-session-id") as string };
    expect((await send(url, call("explain", {}), id)).body.result.isError).toBe(true);
    expect((await send(url, undefined, id, "DELETE")).status).toBe(204);
    expect((await send(url, call("explain", {}), id)).status).toBe(404);
  });

  it("ends when nobody goes on with it, a change keeps it", async () => {
    const { url } = await served({ seconds: 60 });
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      const [kept, left] = [await talk(url), await talk(url)];
      await left.ask("plan_budget", plan);
      clock.mockImplementation(() => now + 40_000);
      await kept.ask("plan_budget", plan);
      clock.mockImplementation(() => now + 70_000);
      const status = async ({ transport }: Talk) =>
        (await send(url, call("explain", {}), { "mcp-session-id": transport.sessionId as string })).status;
      expect([await status(kept), await status(left)]).toEqual([200, 404]);
    } finally {
      clock.mockRestore();
    }
  });

  it("is one of so many of a key: one more ends the oldest, and no other key's", async () => {
    const { url, store } = await served({ number: 2 });
    const remove = vi.spyOn(store, "remove");
    const begin = async (key: string) => {
      const { headers } = await send(url, INITIALIZE, { authorization: `Bearer ${key}` });
      return { authorization: `Bearer ${key}`, "mcp-session-id": headers.get("mcp-session-id") as string };
    };
    const all = [await begin(two), await begin(one), await begin(one), await begin(one)];
    const statuses = [];
    for (const headers of all) statuses.push((await send(url, call("explain", {}), headers)).status);
    expect(statuses).toEqual([200, 404, 200, 200]);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  it("keeps so much: what is larger is answered, and not kept", async () => {
    const { url } = await served({ bytes: 2_000 });
    const small = await talk(url);
    expect(await small.ask("plan_budget", plan)).toMatchObject({ kept: true });
    const channels = Array.from({ length: 30 }, (_, i) => ({
      name: `c${i}`,
      curve: { type: "linear", slope: 1 },
      max: 1,
    }));
    const large = await small.ask("plan_budget", { plan: { budget: 5, channels } });
    expect(large).toMatchObject({ kept: false, status: "met" });
    expect(large.text).toContain("too large to be kept");
    expect((await small.ask("describe_problem")).current.plan).toEqual(EXAMPLE_PLAN);
  });

  it("loses no change of two calls at once", async () => {
    const store = new MemoryStore();
    const { url } = await served({}, store);
    const talks = await talk(url);
    await talks.ask("plan_budget", plan);
    const { write } = store;
    // Between the reading of the first call and its writing, the second one writes.
    let nested: Promise<unknown> | undefined;
    store.write = async function (this: MemoryStore, ...args: Parameters<typeof write>) {
      if (!nested) {
        nested = talks.ask("change_scenario", { changes: [{ change: 0.5 }] });
        await nested;
      }
      return write.apply(store, args);
    } as typeof write;
    expect(await talks.refused("change_scenario", less)).toContain("another call changed the scenario");
    store.write = write;
    const { scenarios } = await talks.ask("compare_scenarios");
    expect(scenarios.map(({ budget }: { budget: number }) => budget)).toEqual([60, 90]);
  });
});

describe("the endpoint", () => {
  let url: URL;
  beforeAll(async () => {
    ({ url } = await served({}, undefined, { spends: 3, bodyBytes: 4_000 }));
  });

  it("asks for a key with the scope", async () => {
    expect((await send(url, INITIALIZE, { authorization: "" })).status).toBe(401);
    expect((await send(url, INITIALIZE, { authorization: "Bearer a-key-that-is-unknown" })).status).toBe(401);
    expect((await send(url, INITIALIZE, { authorization: `Bearer ${decider}` })).status).toBe(403);
    expect((await send(url, INITIALIZE)).status).toBe(200);
  });

  it("holds the server's limits", async () => {
    const talks = await talk(url);
    const four = {
      budget: 5,
      channels: [1, 2, 3, 4].map((i) => ({ name: `c${i}`, curve: { type: "linear", slope: 1 } })),
    };
    expect(await talks.refused("plan_budget", { plan: four })).toContain('The limit "spends" here is 3.');
    expect((await send(url, call("explain", { more: "x".repeat(4_000) }))).status).toBe(413);
  });

  it("answers pages of other origins not at all", async () => {
    const from = async (to: URL, origin: string) => (await send(to, INITIALIZE, { origin })).status;
    expect(await from(url, "https://evil.example")).toBe(403);
    expect(await from(url, "null")).toBe(403);
    expect(await from(url, "http://localhost:6274")).toBe(200);
    // A name that was pointed at this machine: the page is of the origin that it asks.
    const app = createMcp();
    const rebound = await app.request("http://evil.example/", {
      method: "POST",
      headers: {
        origin: "http://evil.example",
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(INITIALIZE),
    });
    expect(rebound.status).toBe(403);
  });

  it("takes one JSON-RPC message by POST, and nothing else", async () => {
    expect((await send(url, "{")).status).toBe(400);
    expect((await send(url, [INITIALIZE])).status).toBe(400);
    expect((await send(url, "null")).status).toBe(400);
    expect((await send(url, INITIALIZE, { "content-type": "text/plain" })).status).toBe(415);
    const got = await send(url, undefined, {}, "GET");
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST, DELETE"]);
    expect((await send(url, { jsonrpc: "2.0", method: "x".repeat(100), id: 1 })).status).toBe(400);
  });

  it("shows nothing of the inside, and logs it", async () => {
    const entries: LogEntry[] = [];
    const solver = {
      state: { running: 0, waiting: 0, memory: 0 },
      run: () => Promise.reject(new Error("a secret of the inside")),
    };
    const app = createApp({ keys: KEYS, log: (entry) => entries.push(entry), solver, mcp: createMcp });
    const server = await listening(app);
    open.push(server);
    const { headers } = await send(server.url, INITIALIZE);
    const id = { "mcp-session-id": headers.get("mcp-session-id") as string };
    const { status, body } = await send(server.url, call("plan_budget", plan), id);
    expect([status, body.type]).toEqual([500, "urn:shadowprice:problem:internal"]);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(entries.at(-1)).toMatchObject({ level: "error", route: "/mcp", error: expect.stringContaining("secret") });
    expect(JSON.stringify(entries)).not.toMatch(/a-key-that|mcp-session/);
  });
});
