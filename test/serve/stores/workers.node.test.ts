/** Durable Objects and KV in a real workerd: the Worker's store answers for the suite, which runs outside of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDecide } from "../../../src/serve/decide.js";
import { ConflictError, createApp, type Kind, MemoryStore, type Store } from "../../../src/serve/index.js";
import { copied, DurableStore, type KvNamespace, KvStore } from "../../../src/serve/workers/index.js";
import { quiet, read } from "../asking.js";
import { conforms } from "./conforms.js";

const folder = mkdtempSync(join(tmpdir(), "shadowprice-workers-"));
let script: string;
let worker: Miniflare;
let prefixes = 0;
const bytes = (said: string) => new TextEncoder().encode(said);

function start(): Miniflare {
  return new Miniflare({
    ...{ modules: true, script, compatibilityDate: "2026-03-01", cf: false },
    durableObjects: { STORE: { className: "StoreObject", useSQLite: true }, OLD: "StoreObject" },
    durableObjectsPersist: join(folder, "objects"),
    kvNamespaces: ["POLICIES"],
    kvPersist: join(folder, "kv"),
  } as ConstructorParameters<typeof Miniflare>[0]);
}

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "worker.ts")],
    ...{ bundle: true, format: "esm", target: "es2022", platform: "neutral", write: false, logLevel: "silent" },
  });
  script = (outputFiles[0] as { text: string }).text;
  worker = start();
  await worker.ready;
});
afterAll(async () => {
  await worker?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A store whose every call is a request to the Worker, which asks its own store. Names get a prefix, so that each test has its own. */
function remote(prefix: string, of = "STORE"): Store {
  const ask = async (call: string, kind: Kind, name: string, rest: unknown[], body?: Uint8Array<ArrayBuffer>) => {
    // What a store refuses by itself, before it asks.
    if (name === "" || name.length > 256 || /\0|[\ud800-\udfff]/u.test(name)) throw new RangeError("no name");
    const asked = encodeURIComponent(JSON.stringify([of, call, kind, prefix + name, ...rest]));
    const init = { method: "POST", headers: { "x-asked": asked }, body: body ?? "" };
    const response = await worker.dispatchFetch("http://worker/", init as never);
    const { error, there, version } = JSON.parse(response.headers.get("x-answer") as string);
    if (error === "ConflictError") throw new ConflictError(kind, name, there);
    if (error) throw new Error(error);
    return { version, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  return {
    async read(kind, name, version) {
      const found = await ask("read", kind, name, [version ?? null]);
      return found.version === null ? undefined : found;
    },
    version: async (kind, name) => (await ask("version", kind, name, [])).version ?? undefined,
    write: async (kind, name, given, replaces, options) =>
      (await ask("write", kind, name, [replaces ?? null, options ?? null], given.slice())).version,
    remove: async (kind, name, replaces) => void (await ask("remove", kind, name, [replaces])),
  };
}

conforms("Durable Objects over SQLite", async () => {
  const prefix = `${prefixes++}:`.slice(0, 4);
  return { store: shortened(remote(prefix)), again: async () => shortened(remote(prefix)) };
});

conforms("Durable Objects over the older storage", async () => {
  const prefix = `${prefixes++}:`.slice(0, 4);
  return { store: shortened(remote(prefix, "OLD")), again: async () => shortened(remote(prefix, "OLD")) };
});

/** Leaves room for the prefix in the longest names of the suite: these end in different signs. */
function shortened(store: Store): Store {
  const cut = (name: string) => (name.length > 250 && name.length <= 256 ? name.slice(-250) : name);
  return {
    read: (kind, name, version) => store.read(kind, cut(name), version),
    version: (kind, name) => store.version(kind, cut(name)),
    write: (kind, name, given, replaces, options) => store.write(kind, cut(name), given, replaces, options),
    remove: (kind, name, replaces) => store.remove(kind, cut(name), replaces),
  };
}

describe("a Durable Object", () => {
  it("keeps what it acknowledged over the end of its process", async () => {
    const store = remote("kept:");
    const large = Uint8Array.from({ length: 400_000 }, (_, i) => i % 251);
    await store.write("policy", "p", bytes("one"), undefined);
    await store.write("policy", "p", bytes("two"), 1);
    await store.write("model", "m", large, undefined);
    await worker.dispose();
    worker = start();
    await worker.ready;
    const again = remote("kept:");
    expect((await again.read("policy", "p"))?.version).toBe(2);
    expect((await again.read("model", "m"))?.bytes).toEqual(large);
  });

  it("is asked by name for a namespace", () => {
    expect(() => new DurableStore({} as never)).toThrow("durable_objects");
    expect(() => new KvStore({} as never)).toThrow("kv_namespaces");
  });
});

describe("KV", () => {
  it("refuses to publish, and says why", async () => {
    const store = new KvStore((await worker.getKVNamespace("POLICIES")) as unknown as KvNamespace);
    const refusal = { name: "UnavailableError", message: expect.stringContaining("cannot compare and set") };
    await expect(store.write("policy", "p")).rejects.toMatchObject(refusal);
    await expect(store.remove("policy", "p")).rejects.toMatchObject(refusal);
  });

  it("gives readers what another store accepted, and its versions", async () => {
    const namespace = (await worker.getKVNamespace("POLICIES")) as unknown as KvNamespace;
    const writer = copied(new MemoryStore(), namespace);
    const reader = new KvStore(namespace, { freshFor: 0 });
    const of = createApp({ ...quiet, store: writer });
    const small = createDecide({ ...quiet, store: reader });
    const headers = { "content-type": "application/json" };
    const put = (price: number, more = {}) => {
      const body = JSON.stringify({ options: [{ name: "a", cost: 1 }], price });
      return of.request("/v1/policies/p", { method: "PUT", headers: { ...headers, ...more }, body });
    };
    const decided = async () => {
      const body = JSON.stringify({ users: [{ values: [2] }] });
      return read(await small.request("/v1/policies/p/decisions", { method: "POST", headers, body }));
    };
    expect((await decided()).status).toBe(404);
    await put(1);
    expect((await decided()).body).toMatchObject({ version: 1, decisions: [{ offer: "a" }] });
    await put(3, { "if-match": '"1"' });
    expect((await decided()).body).toMatchObject({ version: 2, decisions: [{ offer: null }] });
    await of.request("/v1/policies/p", { method: "DELETE", headers: { "if-match": '"2"' } });
    expect((await decided()).status).toBe(404);
    for (const said of ["one", "two"]) {
      await writer.write("model", "m", bytes(said), await writer.version("model", "m"));
    }
    expect(new TextDecoder().decode((await reader.read("model", "m", 1))?.bytes)).toBe("one");
    await writer.remove("model", "m", 2);
    expect(await reader.read("model", "m", 1)).toBeUndefined();
    await writer.write("reply", "r", bytes("r"), undefined);
    expect(await reader.read("reply", "r")).toBeUndefined();
  });

  it("ends at the last version where copies cross", async () => {
    const namespace = (await worker.getKVNamespace("POLICIES")) as unknown as KvNamespace;
    const inner = new MemoryStore();
    let slow = true;
    const late: KvNamespace = {
      getWithMetadata: (key, type) => namespace.getWithMetadata(key, type),
      delete: (key) => namespace.delete(key),
      async put(...asked) {
        const waits = slow;
        slow = false;
        if (waits) await new Promise((resolve) => setTimeout(resolve, 100));
        await namespace.put(...asked);
      },
    };
    const writer = copied(inner, late);
    const first = writer.write("policy", "crossed", bytes("one"), undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writer.write("policy", "crossed", bytes("two"), 1);
    await first;
    expect(await new KvStore(namespace).version("policy", "crossed")).toBe(2);
  });
});
