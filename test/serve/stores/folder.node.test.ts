/** A folder: what is on the disk, who has it, and what a kill leaves. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FolderStore, type LockedError } from "../../../src/serve/node/index.js";
import { conforms } from "./conforms.js";

const root = mkdtempSync(join(tmpdir(), "shadowprice-folder-"));
let folders = 0;
const opened: FolderStore[] = [];
const children: ChildProcess[] = [];

const path = () => join(root, String(folders++));
const bytes = (said: string) => new TextEncoder().encode(said);
const text = async (store: FolderStore, name: string) => {
  const stored = await store.read("policy", name);
  return stored && new TextDecoder().decode(stored.bytes);
};
function storeIn(folder: string): FolderStore {
  const store = new FolderStore(folder);
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

conforms("a folder", async () => {
  const folder = path();
  let store = storeIn(folder);
  const first = store;
  return {
    store: new Proxy(first, {
      get: (_, key) => {
        const value = Reflect.get(store, key);
        return typeof value === "function" ? value.bind(store) : value;
      },
    }),
    again: async () => {
      await store.close();
      store = storeIn(folder);
      return store;
    },
  };
});

describe("a folder", () => {
  it("is made by the first write, and opened by nothing before", async () => {
    const folder = path();
    const store = storeIn(folder);
    expect(await store.version("policy", "p")).toBeUndefined();
    expect(await store.read("policy", "p")).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    await store.write("policy", "p", bytes("a"), undefined);
    expect(readdirSync(folder).sort()).toEqual(["lock", "model", "policy", "reply", "session"]);
    expect(readdirSync(join(folder, "policy"))).toEqual(["_p.1"]);
  });

  it("says which of its files is torn, changed or another's", async () => {
    const folder = path();
    const store = storeIn(folder);
    await store.write("policy", "p", bytes("whole"), undefined);
    await store.write("policy", "q", bytes("other"), undefined);
    const file = join(folder, "policy", "_p.1");
    const whole = readFileSync(file);
    const refused = async (content: Uint8Array, why: string) => {
      writeFileSync(file, content);
      await expect(store.read("policy", "p")).rejects.toThrow(why);
      await expect(store.read("policy", "p")).rejects.toMatchObject({
        name: "DamagedError",
        message: expect.stringContaining(file),
      });
    };
    for (let length = 0; length < whole.length; length++) await refused(whole.subarray(0, length), "is damaged");
    for (let at = 0; at < whole.length; at++) {
      const changed = Uint8Array.from(whole);
      changed[at] = (changed[at] as number) ^ 1;
      await refused(changed, "is damaged");
    }
    await refused(Buffer.concat([whole, Buffer.from("x")]), "6 bytes where 5 were written");
    await refused(readFileSync(join(folder, "policy", "_q.1")), 'it is version 1 of policy "q"');
    writeFileSync(file, whole);
    expect(await text(store, "p")).toBe("whole");
  });

  it("is cleared of what a killed server left, and of nothing else", async () => {
    const folder = path();
    const store = storeIn(folder);
    await store.write("policy", "p", bytes("a"), undefined);
    await store.write("policy", "p", bytes("b"), 1);
    await store.write("reply", "r", bytes("r"), undefined, { expires: Date.now() - 1 });
    await store.close();
    // As after a kill between the rename and the removal of what it replaced, and one in the midst of writing.
    const policies = join(folder, "policy");
    writeFileSync(join(policies, "_p.1"), "the first version");
    writeFileSync(join(policies, ".tmp-0"), "half");
    writeFileSync(join(policies, "notes.txt"), "somebody's");
    const next = storeIn(folder);
    expect(await text(next, "p")).toBe("b");
    expect(readdirSync(policies).sort()).toEqual(["_p.2", "notes.txt"]);
    expect(readdirSync(join(folder, "reply"))).toEqual([]);
  });

  it("answers no more once it is closed", async () => {
    const store = storeIn(path());
    await store.write("policy", "p", bytes("a"), undefined);
    await store.close();
    await expect(store.read("policy", "p")).rejects.toMatchObject({ name: "UnavailableError" });
  });
});

describe("two servers on one folder", () => {
  let program: string;
  beforeAll(async () => {
    program = join(root, "writer.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "writer.ts")],
      ...{ outfile: program, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "silent" },
      ...{ alias: { "#wasm": resolve("src/engine/wasm.inline.ts") }, loader: { ".wasm": "binary" } },
    });
    // What the bundle looks for beside itself is in the package of the repository.
    writeFileSync(join(root, "package.json"), "{}");
  });

  function start(folder: string): { child: ChildProcess; lines: AsyncIterator<string> } {
    const env = { ...process.env, NODE_PATH: join(process.cwd(), "node_modules") };
    const child = spawn(process.execPath, [program, folder], { env, stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    return { child, lines: lines[Symbol.asyncIterator]() };
  }

  it("is refused to the second, with the name of the first, until that one ends", async () => {
    const folder = path();
    const { child, lines } = start(folder);
    await lines.next();
    const second = storeIn(folder);
    const refusal = (await second.open().catch((error) => error)) as LockedError;
    expect(refusal).toMatchObject({ name: "LockedError", holder: { pid: child.pid, host: hostname() } });
    expect(Math.abs(Date.now() - Date.parse(refusal.holder?.since as string))).toBeLessThan(60_000);
    expect(refusal.message).toContain(`process ${child.pid} on ${hostname()} since `);
    await expect(second.write("policy", "p", bytes("a"), undefined)).rejects.toMatchObject({ name: "LockedError" });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await second.write("session", "p", bytes("a"), undefined)).toBe(1);
  });

  it("is refused within one process too", async () => {
    const folder = path();
    await storeIn(folder).open();
    await expect(storeIn(folder).open()).rejects.toThrow(`process ${process.pid} on `);
  });

  it("a kill at any moment leaves every acknowledged version, whole", async () => {
    const folder = path();
    const known = new Map<string, number>();
    const deadline = Date.now() + 12_000;
    let kills = 0;
    for (; kills < 25 && Date.now() < deadline; kills++) {
      const { child, lines } = start(folder);
      await lines.next();
      const acknowledged = (async () => {
        for (let line = await lines.next(); !line.done; line = await lines.next()) {
          const [name, version] = line.value.split(" ") as [string, string];
          known.set(name, Number(version));
        }
      })();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
      child.kill("SIGKILL");
      await once(child, "exit");
      await acknowledged;
      const store = storeIn(folder);
      for (const [name, version] of known) {
        const read = await store.read("policy", name);
        // The one in flight may be there too, not acknowledged and whole.
        expect([version, version + 1]).toContain(read?.version);
        expect(new TextDecoder().decode(read?.bytes)).toBe(`${name} ${read?.version} `.repeat(2_000));
        known.set(name, read?.version as number);
      }
      await store.close();
    }
    expect(kills).toBeGreaterThan(5);
    expect(Math.max(...known.values())).toBeGreaterThan(10);
  });
});
