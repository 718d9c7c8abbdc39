/** A store that ends with the process. */
import { ConflictError, checkName, type Kind, keepsAll, type Store, type Stored, type WriteOptions } from "./store.js";

interface Entry {
  version: number;
  /** By version: all, or the last alone. Empty where the entry was removed. */
  versions: Map<number, Uint8Array<ArrayBuffer>>;
  expires: number;
}

/** Between two looks at what has expired, so that replies do not pile up. */
const SWEEP = 1_024;

export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>();
  #writes = 0;

  async read(kind: Kind, name: string, version?: number): Promise<Stored | undefined> {
    const entry = this.#find(kind, name);
    const asked = version ?? entry?.version;
    const bytes = asked === undefined ? undefined : entry?.versions.get(asked);
    return bytes && { version: asked as number, bytes };
  }

  async version(kind: Kind, name: string): Promise<number | undefined> {
    const entry = this.#find(kind, name);
    return entry?.versions.size ? entry.version : undefined;
  }

  async write(
    kind: Kind,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    replaces: number | undefined,
    { expires = Number.POSITIVE_INFINITY }: WriteOptions = {},
  ): Promise<number> {
    checkName(kind, name);
    if (++this.#writes % SWEEP === 0) this.#sweep();
    const entry = this.#expect(kind, name, replaces);
    const version = entry.version + 1;
    const versions = keepsAll(kind) ? entry.versions : new Map<number, Uint8Array<ArrayBuffer>>();
    versions.set(version, bytes.slice());
    this.#entries.set(`${kind} ${name}`, { version, versions, expires });
    return version;
  }

  async remove(kind: Kind, name: string, replaces: number): Promise<void> {
    const { version } = this.#expect(kind, name, replaces);
    this.#entries.set(`${kind} ${name}`, { version, versions: new Map(), expires: Number.POSITIVE_INFINITY });
  }

  #find(kind: Kind, name: string): Entry | undefined {
    const entry = this.#entries.get(`${kind} ${name}`);
    return entry && entry.expires > Date.now() ? entry : undefined;
  }

  #expect(kind: Kind, name: string, replaces: number | undefined): Entry {
    const there = this.#find(kind, name);
    const version = there?.versions.size ? there.version : undefined;
    if (version !== replaces) throw new ConflictError(kind, name, version);
    return this.#entries.get(`${kind} ${name}`) ?? { version: 0, versions: new Map(), expires: 0 };
  }

  #sweep(): void {
    const now = Date.now();
    for (const [key, { expires }] of this.#entries) if (expires <= now) this.#entries.delete(key);
  }
}
