/** A request that is sent again with its Idempotency-Key publishes nothing twice. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, MemoryStore, type Store } from "../../../src/serve/index.js";
import { quiet, read } from "../asking.js";

type App = ReturnType<typeof createApp>;
const policy = { options: [{ name: "5off", cost: 1 }], price: 1.5 };

async function put(of: App, body: object, headers: Record<string, string>, path = "/v1/policies/spring") {
  const all = { "content-type": "application/json", ...headers };
  return read(await of.request(path, { method: "PUT", headers: all, body: JSON.stringify(body) }));
}

/** A store of which some writes go wrong, or wait. */
function troubled(store: Store, write: (kind: string, count: number) => Promise<void> | void): Store {
  let writes = 0;
  return {
    read: (...asked) => store.read(...asked),
    version: (...asked) => store.version(...asked),
    remove: (...asked) => store.remove(...asked),
    write: async (...asked) => {
      await write(asked[0], ++writes);
      // Awaited, so that workerd sees at once that its refusal is looked after.
      return await store.write(...asked);
    },
  };
}

afterEach(() => void vi.useRealTimers());

describe("a request that is sent again with its Idempotency-Key", () => {
  it("is answered as the first time, by any server of the store, and publishes nothing", async () => {
    const store = new MemoryStore();
    const [one, two] = [createApp({ ...quiet, store }), createApp({ ...quiet, store })];
    const first = await put(one, policy, { "idempotency-key": "a" });
    expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([201, null]);
    for (const of of [one, two]) {
      const again = await put(of, policy, { "idempotency-key": '"a"' });
      expect([again.status, again.body]).toEqual([201, first.body]);
      expect([again.headers.get("etag"), again.headers.get("idempotent-replayed")]).toEqual(['"1"', "true"]);
      expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    }
    expect(await store.version("policy", "spring")).toBe(1);
    const next = { "idempotency-key": "b", "if-match": '"1"' };
    expect((await put(one, { ...policy, price: 2 }, next)).status).toBe(200);
    expect(await put(two, { ...policy, price: 2 }, next)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await store.version("policy", "spring")).toBe(2);
  });

  it("is a problem on another request", async () => {
    const of = createApp(quiet);
    await put(of, policy, { "idempotency-key": "a" });
    const status = async (...asked: Parameters<typeof put> extends [App, ...infer Rest] ? Rest : never) =>
      (await put(of, ...asked)).status;
    expect(await status({ ...policy, price: 2 }, { "idempotency-key": "a" })).toBe(422);
    expect(await status(policy, { "idempotency-key": "a", "if-match": '"1"' })).toBe(422);
    expect(await status(policy, { "idempotency-key": "a" }, "/v1/policies/summer")).toBe(422);
    expect(await status(policy, { "idempotency-key": "" })).toBe(400);
    expect(await status(policy, { "idempotency-key": "x".repeat(256) })).toBe(400);
    expect(await status(policy, { "idempotency-key": "ä" })).toBe(400);
  });

  it("is refused while the first one is under way", async () => {
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const store = troubled(new MemoryStore(), (kind) => (kind === "policy" ? held : undefined));
    const of = createApp({ ...quiet, store });
    const first = put(of, policy, { "idempotency-key": "a" });
    await vi.waitFor(async () => {
      const second = await put(of, policy, { "idempotency-key": "a" });
      expect([second.status, Number(second.headers.get("retry-after"))]).toEqual([409, 15]);
    });
    go();
    expect((await first).status).toBe(201);
    expect((await put(of, policy, { "idempotency-key": "a" })).status).toBe(201);
  });

  it("lets one of many at the same moment publish", async () => {
    const store = new MemoryStore();
    const of = createApp({ ...quiet, store });
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(of, policy, { "idempotency-key": "a" })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(201);
    expect(new Set(statuses).size).toBeLessThanOrEqual(2);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await store.version("policy", "spring")).toBe(1);
  });

  it("is each API key's own", async () => {
    const keys = ["one", "two"].map((name) => ({ key: `a-key-of-tenant-${name}`, scopes: ["publish"] as const, name }));
    const of = createApp({ ...quiet, keys });
    const as = (name: string) => ({ authorization: `Bearer a-key-of-tenant-${name}`, "idempotency-key": "a" });
    expect((await put(of, policy, as("one"))).status).toBe(201);
    expect((await put(of, { ...policy, price: 9 }, as("two"), "/v1/policies/summer")).status).toBe(201);
  });

  it("keeps refusals, and no fault of the server's", async () => {
    let broken = true;
    const store = troubled(new MemoryStore(), (kind) => {
      if (kind === "policy" && broken) throw new Error("the disk is full");
    });
    const of = createApp({ ...quiet, store });
    expect((await put(of, policy, { "idempotency-key": "a" })).status).toBe(500);
    broken = false;
    expect((await put(of, policy, { "idempotency-key": "a" })).status).toBe(201);
    expect((await put(of, policy, { "idempotency-key": "b" })).status).toBe(428);
    expect((await put(of, policy, { "idempotency-key": "b" })).headers.get("idempotent-replayed")).toBe("true");
  });

  it("is done once where a kill lost the answer of what was published", async () => {
    for (const [match, version] of [
      [undefined, 1],
      ['"1"', 2],
      ["*", 2],
    ] as const) {
      const inner = new MemoryStore();
      if (match) await put(createApp({ ...quiet, store: inner }), { ...policy, price: 7 }, {});
      // The reply's second write never comes: as if the process had ended between publishing and saying so.
      const lost = troubled(inner, (kind, count) => {
        if (kind === "reply" && count > 1) throw new Error("killed");
      });
      const headers = { "idempotency-key": "a", ...(match ? { "if-match": match } : {}) };
      const first = await put(createApp({ ...quiet, store: lost }), policy, headers);
      const of = createApp({ ...quiet, store: inner });
      expect((await put(of, policy, headers)).status).toBe(409);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 16_000 });
      const again = await put(of, policy, headers);
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      expect(again.headers.get("idempotent-replayed")).toBeNull();
      expect(await inner.version("policy", "spring")).toBe(version);
      expect((await put(of, policy, headers)).headers.get("idempotent-replayed")).toBe("true");
      vi.useRealTimers();
    }
  });

  it("is done where a kill came before anything was published", async () => {
    const inner = new MemoryStore();
    const lost = troubled(inner, (kind, count) => {
      if (kind === "policy" || count > 1) throw new Error("killed");
    });
    await put(createApp({ ...quiet, store: { ...lost, remove: () => Promise.reject(new Error("killed")) } }), policy, {
      "idempotency-key": "a",
    });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 16_000 });
    const again = await put(createApp({ ...quiet, store: inner }), policy, { "idempotency-key": "a" });
    expect([again.status, await inner.version("policy", "spring")]).toEqual([201, 1]);
  });

  it("is forgotten after a day", async () => {
    const of = createApp(quiet);
    await put(of, policy, { "idempotency-key": "a" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3_600_000 });
    expect((await put(of, policy, { "idempotency-key": "a" })).status).toBe(428);
  });
});
