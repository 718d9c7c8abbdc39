/** A store that ends with the process. */
import { ConflictError, type Kind, type Store, type Stored } from "./store.js";

export class MemoryStore implements Store {
  readonly #entries = new Map<string, Stored | { version: number; bytes?: undefined }>();

  async read(kind: Kind, name: string): Promise<Stored | undefined> {
    const entry = this.#entries.get(`${kind} ${name}`);
    return entry?.bytes && { version: entry.version, bytes: entry.bytes };
  }

  async version(kind: Kind, name: string): Promise<number | undefined> {
    return (await this.read(kind, name))?.version;
  }

  async write(kind: Kind, name: string, bytes: Uint8Array<ArrayBuffer>, replaces: number | undefined): Promise<number> {
    const version = 1 + this.#expect(kind, name, replaces);
    this.#entries.set(`${kind} ${name}`, { version, bytes: bytes.slice() });
    return version;
  }

  async remove(kind: Kind, name: string, replaces: number): Promise<void> {
    const version = this.#expect(kind, name, replaces);
    this.#entries.set(`${kind} ${name}`, { version });
  }

  /** The number of the last version, 0 where there never was one. */
  #expect(kind: Kind, name: string, replaces: number | undefined): number {
    const entry = this.#entries.get(`${kind} ${name}`);
    const there = entry?.bytes && entry.version;
    if (there !== replaces) throw new ConflictError(kind, name, there);
    return entry?.version ?? 0;
  }
}
