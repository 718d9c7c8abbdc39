/** A store in a folder, for one server on one machine: what was written survives a kill at any moment. */
import { randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bytesOf, type EntryName, encode, fileName, headOf, parseFileName } from "./entry.js";
import { type Lock, lock } from "./lock.js";
import {
  ConflictError,
  checkName,
  KINDS,
  type Kind,
  keepsAll,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "./store.js";

/** What a folder holds of one kind, by encoded name: the last entry, and the numbers of those before it that are kept. */
type Index = Map<string, { last: EntryName; before: EntryName[] }>;

const FOREVER = Number.POSITIVE_INFINITY;
const TEMPORARY = ".tmp-";
/** Writes of entries that expire, between two looks at what has. */
const SWEEP = 1_024;

/**
 * Policies, models, sessions and replies as files of a folder, which one server has at a time by a lock of the operating system.
 *
 * A version is written aside, synced, renamed, and its folder synced before `write` resolves. A checksum tells a file that the disk
 * did not keep. Deno's lock is another than Node's and Bun's: one runtime a folder. Nothing is made or opened before the first write, nor, where the folder is there already, before the first reading.
 * @example
 * import { FolderStore } from "shadowprice/serve/node";
 * const app = createApp({ store: new FolderStore("/var/lib/shadowprice") });
 */
export class FolderStore implements Store {
  readonly folder: string;
  readonly isAlone = true;
  #opened: Promise<Lock> | undefined;
  #isOpen = false;
  #closed = false;
  readonly #indexes = new Map<Kind, Index>(KINDS.map((kind) => [kind, new Map()]));
  /** By kind and name: the last of the writes that wait for each other. */
  readonly #queues = new Map<string, Promise<unknown>>();
  #expiring = 0;

  constructor(folder: string) {
    if (typeof folder !== "string" || folder === "") throw new TypeError("a folder store needs the path of its folder");
    this.folder = resolve(folder);
  }

  /**
   * Makes the folder where there is none, and takes its lock: a server calls it before it listens, so that a second one ends at once.
   * @throws {LockedError} naming the server that has the folder.
   */
  async open(): Promise<void> {
    if (this.#closed) throw new UnavailableError(`the store in ${this.folder} was closed`);
    this.#opened ??= this.#lockAndList();
    try {
      await this.#opened;
      this.#isOpen = true;
    } catch (error) {
      // The next one tries again: the other server may have ended.
      this.#opened = undefined;
      throw error;
    }
  }

  async read(kind: Kind, name: string, version?: number): Promise<Stored | undefined> {
    const entry = await this.#find(kind, name, version);
    if (!entry) return undefined;
    const file = join(this.folder, kind, fileName(entry));
    let content: Buffer<ArrayBuffer>;
    try {
      content = (await readFile(file)) as Buffer<ArrayBuffer>;
    } catch (error) {
      // Another request may have replaced it between the look and the reading.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if ((await this.#find(kind, name, version)) === entry) throw error;
      return this.read(kind, name, version);
    }
    const bytes = bytesOf(file, content, { kind, name, version: entry.version });
    // A Uint8Array of its own: models are read in place, by views on whole numbers of bytes.
    return { version: entry.version, bytes: new Uint8Array(bytes) };
  }

  async version(kind: Kind, name: string): Promise<number | undefined> {
    return (await this.#find(kind, name))?.version;
  }

  async write(
    kind: Kind,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    replaces: number | undefined,
    { expires = FOREVER }: WriteOptions = {},
  ): Promise<number> {
    checkName(kind, name);
    const copy = bytes.slice();
    return this.#inTurn(kind, name, async (index, encoded) => {
      const version = 1 + expectVersion(index, encoded, kind, name, replaces);
      const entry = { encoded, version, removed: false, expires: expires === FOREVER ? FOREVER : Math.ceil(expires) };
      await this.#put(kind, entry, [Buffer.from(headOf(kind, name, version, copy)), copy]);
      if (expires !== FOREVER && ++this.#expiring % SWEEP === 0) await this.#sweep();
      return version;
    });
  }

  async remove(kind: Kind, name: string, replaces: number): Promise<void> {
    checkName(kind, name);
    await this.#inTurn(kind, name, async (index, encoded) => {
      const version = expectVersion(index, encoded, kind, name, replaces);
      await this.#put(kind, { encoded, version, removed: true, expires: FOREVER }, []);
    });
  }

  /** Waits for the writes that are under way, and gives the lock back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#isOpen = false;
    await Promise.allSettled([...this.#queues.values()]);
    const handle = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await handle?.close();
  }

  async #find(kind: Kind, name: string, version?: number): Promise<EntryName | undefined> {
    checkName(kind, name);
    if (!this.#opened && !this.#closed && !existsSync(this.folder)) return undefined;
    if (!this.#isOpen) await this.open();
    const known = indexOf(this.#indexes, kind).get(encode(name));
    if (!known || !isThere(known.last)) return undefined;
    if (version === undefined || known.last.version === version) return known.last;
    return known.before.find((entry) => entry.version === version);
  }

  /** One write of a name after the other: each looks at the version that the one before it left. */
  async #inTurn<T>(kind: Kind, name: string, write: (index: Index, encoded: string) => Promise<T>): Promise<T> {
    await this.open();
    const encoded = encode(name);
    const key = `${kind}/${encoded}`;
    const before = this.#queues.get(key);
    const done = (async () => {
      await before?.catch(() => {});
      return write(indexOf(this.#indexes, kind), encoded);
    })();
    this.#queues.set(key, done);
    try {
      return await done;
    } finally {
      if (this.#queues.get(key) === done) this.#queues.delete(key);
    }
  }

  /** The file of an entry, on disk for good, and only then in the index; what it replaces goes after that. */
  async #put(kind: Kind, entry: EntryName, parts: Uint8Array[]): Promise<void> {
    const folder = join(this.folder, kind);
    const aside = join(folder, TEMPORARY + randomUUID());
    try {
      const handle = await open(aside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        if (parts.length > 0) await handle.writeFile(Buffer.concat(parts));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(aside, join(folder, fileName(entry)));
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      throw error;
    }
    const index = indexOf(this.#indexes, kind);
    const known = index.get(entry.encoded);
    const replaced = known ? [known.last, ...known.before] : [];
    const keeps = keepsAll(kind) && !entry.removed;
    // From here on it is what a restart would find, so it is what readers see, even if the sync then fails and nobody is told of it.
    index.set(entry.encoded, { last: entry, before: keeps ? replaced.filter(({ removed }) => !removed) : [] });
    await syncFolder(folder);
    for (const old of replaced) if (!keeps || old.removed) await this.#drop(kind, old);
  }

  async #drop(kind: Kind, entry: EntryName): Promise<void> {
    await rm(join(this.folder, kind, fileName(entry)), { force: true }).catch(() => {});
  }

  async #sweep(): Promise<void> {
    const now = Date.now();
    for (const [kind, index] of this.#indexes) {
      for (const [encoded, { last }] of index) {
        // One that is being written right now is looked at the next time.
        if (last.expires > now || this.#queues.has(`${kind}/${encoded}`)) continue;
        index.delete(encoded);
        await this.#drop(kind, last);
      }
    }
  }

  async #lockAndList(): Promise<Lock> {
    const made = await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const handle = await lock(this.folder, join(this.folder, "lock"));
    try {
      for (const kind of KINDS) {
        await mkdir(join(this.folder, kind), { recursive: true, mode: 0o700 });
        await this.#list(kind);
      }
      await syncFolder(this.folder);
      if (made !== undefined) await syncFolder(dirname(made));
      await this.#sweep();
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Reads the names of a kind's files, and removes what a killed server left. */
  async #list(kind: Kind): Promise<void> {
    const index = indexOf(this.#indexes, kind);
    index.clear();
    const entries: EntryName[] = [];
    for (const file of await readdir(join(this.folder, kind))) {
      if (file.startsWith(TEMPORARY)) await rm(join(this.folder, kind, file), { force: true });
      const entry = parseFileName(file);
      if (entry) entries.push(entry);
    }
    // Ascending, a removal after the version that it removed.
    entries.sort((a, b) => a.version - b.version || Number(a.removed) - Number(b.removed));
    for (const entry of entries) {
      const known = index.get(entry.encoded);
      const replaced = known ? [known.last, ...known.before] : [];
      const keeps = keepsAll(kind) && !entry.removed;
      index.set(entry.encoded, { last: entry, before: keeps ? replaced.filter(({ removed }) => !removed) : [] });
      for (const old of replaced) if (!keeps || old.removed) await this.#drop(kind, old);
    }
  }
}

function indexOf(indexes: Map<Kind, Index>, kind: Kind): Index {
  return indexes.get(kind) as Index;
}

function isThere({ removed, expires }: EntryName): boolean {
  return !removed && expires > Date.now();
}

/** The number of the last version, 0 where there never was one. @throws {ConflictError} when it is not the one to replace. */
function expectVersion(index: Index, encoded: string, kind: Kind, name: string, replaces: number | undefined): number {
  const last = index.get(encoded)?.last;
  const there = last && isThere(last) ? last.version : undefined;
  if (there !== replaces) throw new ConflictError(kind, name, there);
  return last?.version ?? 0;
}

/** Renames survive a power cut once their folder is synced. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
