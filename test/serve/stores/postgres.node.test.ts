/** PostgreSQL, a real one: it conforms, its tables are made once, and its end is a problem that says nothing of the inside. */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApp, type LogEntry } from "../../../src/serve/index.js";
import { FolderStore, PostgresStore, storeOf } from "../../../src/serve/node/index.js";
import { quiet, read } from "../asking.js";
import { type Cluster, newCluster } from "./cluster.js";
import { conforms } from "./conforms.js";

let cluster: Cluster;
let prefixes = 0;
const opened: PostgresStore[] = [];
const bytes = (said: string) => new TextEncoder().encode(said);

beforeAll(async () => {
  cluster = await newCluster();
  await cluster.start();
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await cluster?.stop();
});

function storeWith(prefix: string, freshFor = 0): PostgresStore {
  const store = new PostgresStore(cluster.url, { prefix, freshFor, connections: 2 });
  opened.push(store);
  return store;
}

conforms("PostgreSQL", async () => {
  const prefix = `test_${prefixes++}`;
  return { store: storeWith(prefix), again: async () => storeWith(prefix) };
});

describe("PostgreSQL", () => {
  it("is asked for nothing before the first use, which makes the tables, once for all servers", async () => {
    const sql = postgres(cluster.url, { max: 1 });
    const stores = Array.from({ length: 5 }, () => storeWith("made"));
    const there = async () => (await sql`SELECT 1 FROM pg_tables WHERE tablename LIKE 'made\\_%'`).length;
    expect(await there()).toBe(0);
    await Promise.all(stores.map((store, i) => store.write("policy", `p${i}`, bytes("a"), undefined)));
    expect(await there()).toBe(2);
    await sql.end();
  });

  it("is the store where DATABASE_URL names one, else a folder is", () => {
    expect(storeOf({ url: cluster.url })).toBeInstanceOf(PostgresStore);
    expect(storeOf({ url: "", folder: "a" })).toBeInstanceOf(FolderStore);
    vi.stubEnv("DATABASE_URL", cluster.url);
    expect(storeOf()).toBeInstanceOf(PostgresStore);
    vi.unstubAllEnvs();
  });

  it("opens before a server listens, and says why it does not", async () => {
    await storeWith("opened").open();
    const nowhere = new PostgresStore("postgres://nobody:secret@127.0.0.1:1/none");
    await expect(nowhere.open()).rejects.toThrow(/^PostgreSQL at (?!.*secret).*127\.0\.0\.1/);
    await nowhere.close();
  });

  it("refuses an address or a prefix that is none", () => {
    expect(() => new PostgresStore("mysql://a/b")).toThrow(TypeError);
    expect(() => new PostgresStore(cluster.url, { prefix: "a; DROP TABLE b" })).toThrow(RangeError);
  });

  it("that is away is a problem, which the log alone explains; what is acknowledged survives its kill", async () => {
    const log: LogEntry[] = [];
    const of = createApp({ ...quiet, log: (entry) => log.push(entry), store: storeWith("killed") });
    const policy = { options: [{ name: "a", cost: 1 }], price: 1 };
    const put = async (price: number, headers = {}) => {
      const body = JSON.stringify({ ...policy, price });
      const all = { "content-type": "application/json", ...headers };
      return read(await of.request("/v1/policies/p", { method: "PUT", headers: all, body }));
    };
    expect((await put(1)).status).toBe(201);
    let acknowledged = 1;
    const writing = (async () => {
      for (;;) {
        const { status } = await put(acknowledged + 1, { "if-match": `"${acknowledged}"` });
        if (status !== 200) return status;
        acknowledged++;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await cluster.kill();
    expect(await writing).toBe(503);
    const away = await read(await of.request("/v1/policies/p"));
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(JSON.stringify(away.body)).not.toContain("127.0.0.1");
    expect(log.at(-1)?.error).toContain("PostgreSQL at 127.0.0.1");
    await cluster.start();
    const body = await vi.waitFor(
      async () => {
        const answer = await read(await of.request("/v1/policies/p"));
        expect(answer.status, log.at(-1)?.error).toBe(200);
        return answer.body;
      },
      { timeout: 20_000, interval: 200 },
    );
    // The write that was under way may have been kept as well.
    expect([acknowledged, acknowledged + 1]).toContain(body.version);
    expect(body.policy.price).toBe(body.version);
    expect(acknowledged).toBeGreaterThan(3);
  });

  it("is asked once in a while by a server that decides, which sees its own versions at once", async () => {
    const store = storeWith("fresh", 60_000);
    let asked = 0;
    const counting = new Proxy(store, {
      get: (of, key) => {
        const value = Reflect.get(of, key);
        if (typeof value !== "function") return value;
        asked++;
        return value.bind(of);
      },
    });
    const app = createApp({ ...quiet, store: counting });
    const headers = { "content-type": "application/json" };
    const put = (price: number, more = {}) => {
      const body = JSON.stringify({ options: [{ name: "a", cost: 1 }], price });
      return app.request("/v1/policies/p", { method: "PUT", headers: { ...headers, ...more }, body });
    };
    const decided = async () => {
      const init = { method: "POST", headers, body: JSON.stringify({ users: [{ values: [2] }] }) };
      return (await read(await app.request("/v1/policies/p/decisions", init))).body;
    };
    await put(1);
    await decided();
    await decided();
    asked = 0;
    for (let i = 0; i < 50; i++) expect((await decided()).version).toBe(1);
    expect(asked).toBe(0);
    await put(3, { "if-match": '"1"' });
    expect(await decided()).toMatchObject({ version: 2, decisions: [{ offer: null }] });
  });
});
