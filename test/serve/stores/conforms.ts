/** What every store holds: the same tests for each. */
import { describe, expect, it } from "vitest";
import type { Kind, Store } from "../../../src/serve/index.js";

export interface Opened {
  store: Store;
  /** Another store over the same entries, as another server has it, or the same one after a restart. */
  again?: () => Promise<Store>;
}

const text = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : undefined);
const bytes = (said: string) => new TextEncoder().encode(said);

/** Names that file systems, SQL and URLs like to get wrong. */
const NAMES = [
  ...["spring", "Spring", "SPRING", "nul", "con.1", "..", ".", "a/b", "a%2fb", "a'b\"c", "a b", "=41", "_", "-"],
  ...["ä", "a\u0308", "日本", "🙂", "x".repeat(256), `${"x".repeat(255)}y`, "%", "*", "1.removed", "1.e99", "a\nb"],
];

/** @param open a store of its own for every test, empty. */
export function conforms(called: string, open: () => Promise<Opened>): void {
  describe(`${called}, as a store`, () => {
    it("counts versions from 1, over replacements and removals", async () => {
      const { store } = await open();
      expect(await store.read("policy", "p")).toBeUndefined();
      expect(await store.version("policy", "p")).toBeUndefined();
      expect(await store.write("policy", "p", bytes("one"), undefined)).toBe(1);
      expect(await store.write("policy", "p", bytes("two"), 1)).toBe(2);
      expect(await store.version("policy", "p")).toBe(2);
      const read = await store.read("policy", "p");
      expect([read?.version, text(read?.bytes)]).toEqual([2, "two"]);
      await store.remove("policy", "p", 2);
      expect(await store.read("policy", "p")).toBeUndefined();
      expect(await store.version("policy", "p")).toBeUndefined();
      expect(await store.write("policy", "p", bytes("three"), undefined)).toBe(3);
    });

    it("refuses whoever has not seen the last version, and says which it is", async () => {
      const { store } = await open();
      const conflict = (there: number | undefined) =>
        expect.objectContaining({ name: "ConflictError", version: there });
      await expect(store.write("policy", "p", bytes("a"), 1)).rejects.toEqual(conflict(undefined));
      await expect(store.remove("policy", "p", 1)).rejects.toEqual(conflict(undefined));
      await store.write("policy", "p", bytes("a"), undefined);
      await expect(store.write("policy", "p", bytes("b"), undefined)).rejects.toEqual(conflict(1));
      await expect(store.write("policy", "p", bytes("b"), 2)).rejects.toEqual(conflict(1));
      await expect(store.remove("policy", "p", 7)).rejects.toEqual(conflict(1));
      expect(text((await store.read("policy", "p"))?.bytes)).toBe("a");
    });

    it("lets one of many writers win each version, and loses none", async () => {
      const { store, again } = await open();
      const stores = again ? [store, await again()] : [store];
      await store.write("policy", "p", bytes("0"), undefined);
      const won: string[] = [];
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          const own = stores[writer % stores.length] as Store;
          for (let turn = 0; turn < 6; turn++) {
            const version = (await own.version("policy", "p")) as number;
            try {
              const mine = await own.write("policy", "p", bytes(`${writer}.${turn}`), version);
              expect(mine).toBe(version + 1);
              won[mine] = `${writer}.${turn}`;
            } catch (error) {
              expect((error as Error).name).toBe("ConflictError");
            }
          }
        }),
      );
      const last = (await store.version("policy", "p")) as number;
      // Every number from 2 on was given to one writer, and the last one's bytes are there.
      expect(Object.keys(won).map(Number)).toEqual(Array.from({ length: last - 1 }, (_, i) => i + 2));
      expect(text((await store.read("policy", "p"))?.bytes)).toBe(won[last]);
    });

    it("keeps every version of a model until it is removed, of a policy the last", async () => {
      const { store } = await open();
      for (const [i, kind] of (["model", "policy"] as Kind[]).entries()) {
        await store.write(kind, "m", bytes("one"), undefined);
        await store.write(kind, "m", bytes("two"), 1);
        expect(text((await store.read(kind, "m", 2))?.bytes)).toBe("two");
        expect(text((await store.read(kind, "m", 1))?.bytes)).toBe(i === 0 ? "one" : undefined);
        expect(await store.read(kind, "m", 3)).toBeUndefined();
        await store.remove(kind, "m", 2);
        expect(await store.read(kind, "m", 1)).toBeUndefined();
        expect(await store.write(kind, "m", bytes("three"), undefined)).toBe(3);
        expect(await store.read(kind, "m", 2)).toBeUndefined();
      }
    });

    it("tells names and kinds apart, whatever signs they have", async () => {
      const { store } = await open();
      await Promise.all(NAMES.map((name) => store.write("session", name, bytes(`session ${name}`), undefined)));
      await store.write("policy", "spring", bytes("policy"), undefined);
      for (const name of NAMES) expect(text((await store.read("session", name))?.bytes)).toBe(`session ${name}`);
      expect(text((await store.read("policy", "spring"))?.bytes)).toBe("policy");
      expect(await store.version("model", "spring")).toBeUndefined();
      for (const name of ["", "x".repeat(257), "a\0b", "\ud800"]) {
        await expect(store.write("session", name, bytes(""), undefined)).rejects.toThrow(RangeError);
      }
    });

    it("holds bytes of any length, as they are, and not what becomes of the caller's", async () => {
      const { store } = await open();
      for (const length of [0, 1, 7, 131_072, 2_500_000]) {
        const given = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
        const writing = store.write("model", `of ${length}`, given, undefined);
        const kept = given.slice();
        given.fill(0);
        await writing;
        const read = (await store.read("model", `of ${length}`))?.bytes as Uint8Array;
        expect(read.length).toBe(length);
        expect(read.every((byte, i) => byte === kept[i])).toBe(true);
        // Models are read in place, by views on whole numbers of eight bytes.
        expect(read.byteOffset % 8).toBe(0);
      }
    });

    it("forgets what has expired, and lets it be written anew", async () => {
      const { store } = await open();
      const soon = Date.now() + 1_200;
      await store.write("reply", "soon", bytes("a"), undefined, { expires: soon });
      await store.write("reply", "late", bytes("b"), undefined, { expires: soon + 3_600_000 });
      expect(text((await store.read("reply", "soon"))?.bytes)).toBe("a");
      const version = await store.write("reply", "soon", bytes("c"), 1, { expires: soon });
      expect(version).toBe(2);
      await expect(store.write("reply", "soon", bytes("d"), undefined)).rejects.toThrow("version 2");
      while (Date.now() <= soon + 20) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await store.read("reply", "soon")).toBeUndefined();
      expect(await store.version("reply", "soon")).toBeUndefined();
      await expect(store.remove("reply", "soon", 2)).rejects.toThrow("there is no reply");
      expect(await store.write("reply", "soon", bytes("e"), undefined)).toBeGreaterThan(0);
      expect(text((await store.read("reply", "soon"))?.bytes)).toBe("e");
      expect(text((await store.read("reply", "late"))?.bytes)).toBe("b");
    });

    it("is there for another server, or after a restart", async () => {
      const { store, again } = await open();
      if (!again) return;
      await store.write("policy", "p", bytes("one"), undefined);
      await store.write("policy", "p", bytes("two"), 1);
      await store.write("model", "m", bytes("m1"), undefined);
      await store.write("model", "m", bytes("m2"), 1);
      await store.write("session", "gone", bytes("x"), undefined);
      await store.remove("session", "gone", 1);
      await store.write("reply", "r", bytes("r"), undefined, { expires: Date.now() + 3_600_000 });
      const other = await again();
      expect(await other.version("policy", "p")).toBe(2);
      expect(text((await other.read("policy", "p"))?.bytes)).toBe("two");
      expect(text((await other.read("model", "m", 1))?.bytes)).toBe("m1");
      expect(await other.read("session", "gone")).toBeUndefined();
      expect(text((await other.read("reply", "r"))?.bytes)).toBe("r");
      expect(await other.write("session", "gone", bytes("y"), undefined)).toBe(2);
    });
  });
}
