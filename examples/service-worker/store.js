// What is published, in IndexedDB: a browser ends a service worker that is idle, and its memory with it.
import { openDB } from "idb";
import { ConflictError } from "shadowprice/serve";

export class BrowserStore {
  #opened;

  async read(kind, name, version) {
    const entry = alive(await (await this.#open()).get("entries", [kind, name]));
    const bytes = entry?.versions.get(version ?? entry.version);
    return bytes && { version: version ?? entry.version, bytes };
  }

  async version(kind, name) {
    return alive(await (await this.#open()).get("entries", [kind, name]))?.version;
  }

  write(kind, name, bytes, replaces, { expires = Number.POSITIVE_INFINITY } = {}) {
    return this.#replace(kind, name, replaces, ({ version, versions }) => {
      // Of models every version stays, because policies may name one.
      const kept = kind === "model" ? versions : [];
      return { version: version + 1, versions: new Map([...kept, [version + 1, bytes]]), expires };
    });
  }

  async remove(kind, name, replaces) {
    // Its number stays, so that the next version is a new one.
    await this.#replace(kind, name, replaces, ({ version }) => ({ version, versions: new Map(), expires: 0 }));
  }

  /** In one transaction: two writers cannot lose each other's version. */
  async #replace(kind, name, replaces, next) {
    const { store, done } = (await this.#open()).transaction("entries", "readwrite", { durability: "strict" });
    const entry = await store.get([kind, name]);
    const there = alive(entry)?.version;
    if (there !== replaces) throw new ConflictError(kind, name, there);
    const written = next(entry ?? { version: 0, versions: new Map() });
    await store.put(written, [kind, name]);
    await done;
    return written.version;
  }

  #open() {
    this.#opened ??= openDB("shadowprice", 1, { upgrade: (database) => database.createObjectStore("entries") });
    return this.#opened;
  }
}

function alive(entry) {
  return entry?.versions.size > 0 && entry.expires > Date.now() ? entry : undefined;
}
