/** Numbers of last versions, asked of the store only as often as it wants to be asked. */
import type { Kind, Store } from "./store.js";

/** Most names whose number is kept, so that names that nobody has cannot fill the memory. */
const MOST = 10_000;

export class Latest {
  readonly #store: Store;
  readonly #freshFor: number;
  readonly #known = new Map<string, { version: number | undefined; until: number }>();

  constructor(store: Store) {
    this.#store = store;
    this.#freshFor = store.freshFor ?? 0;
  }

  /** The number of the last version; where it was asked for not long ago, without waiting. */
  version(kind: Kind, name: string): number | undefined | Promise<number | undefined> {
    if (this.#freshFor === 0) return this.#store.version(kind, name);
    const known = this.#known.get(`${kind} ${name}`);
    return known && known.until > Date.now() ? known.version : this.#ask(kind, name);
  }

  /** What this process wrote or found is seen at once. */
  forget(kind: Kind, name: string): void {
    this.#known.delete(`${kind} ${name}`);
  }

  async #ask(kind: Kind, name: string): Promise<number | undefined> {
    const version = await this.#store.version(kind, name);
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(`${kind} ${name}`, { version, until: Date.now() + this.#freshFor });
    return version;
  }
}
