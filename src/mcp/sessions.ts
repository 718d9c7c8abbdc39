/**
 * Sessions of the Model Context Protocol in the store, so that any server process in front of it can go on with a conversation. The name
 * of a session holds a digest of the key that began it: under another key it is not there.
 */
import type { Store } from "../serve/store/store.js";
import { isConflict } from "../serve/store/store.js";
import type { Line } from "./scenario.js";

export interface SessionLimits {
  /** Sessions of one key at a time (default 100): one more ends the oldest. */
  number: number;
  /** Seconds after its last change for which a session is kept (default a day). */
  seconds: number;
  /** Bytes of one session (default 2 MiB): what is larger is answered, and not kept. */
  bytes: number;
}

export const SESSION_LIMITS: SessionLimits = { number: 100, seconds: 86_400, bytes: 2 * 2 ** 20 };

/** A session as it was read: what is written replaces this version. */
export interface Session {
  name: string;
  version: number;
  line: Line | undefined;
}

interface Kept {
  until: number;
  line?: Line;
}

/** [id, until], the oldest first. */
type Index = [string, number][];

/** How often a write of the index, which another process wrote at once, is tried anew. */
const TRIES = 8;
const ID = /^[0-9a-f-]{36}$/;

export class Sessions {
  readonly #store: Store;
  readonly limits: SessionLimits;

  constructor(store: Store, limits: SessionLimits) {
    this.#store = store;
    this.limits = limits;
  }

  /** Begins a session of this owner, and ends what is too old or too many. */
  async begin(owner: string): Promise<string> {
    const id = crypto.randomUUID();
    const until = this.#until();
    await this.#write(nameOf(owner, id), { until }, undefined);
    const gone = await this.#reindex(owner, (index) => {
      const [now, alive, ended] = [Date.now(), [] as Index, [] as Index];
      for (const entry of index) (entry[1] > now ? alive : ended).push(entry);
      const over = Math.max(0, alive.length + 1 - this.limits.number);
      return { index: [...alive.slice(over), [id, until]], gone: [...ended, ...alive.slice(0, over)] };
    });
    for (const [old] of gone) await this.#remove(nameOf(owner, old));
    return id;
  }

  /** The session of this id, where this owner has one that has not ended. */
  async find(owner: string, id: string): Promise<Session | undefined> {
    if (!ID.test(id)) return;
    const name = nameOf(owner, id);
    const stored = await this.#store.read("session", name);
    if (!stored) return;
    const { until, line } = JSON.parse(new TextDecoder().decode(stored.bytes)) as Kept;
    return until > Date.now() ? { name, version: stored.version, line } : undefined;
  }

  /**
   * Keeps the line of scenarios in the session.
   * @returns false where it is too large to be kept.
   * @throws {ConflictError} when another request changed the session since it was read.
   */
  async keep(session: Session, line: Line): Promise<boolean> {
    const kept = { until: this.#until(), line };
    if (JSON.stringify(kept).length > this.limits.bytes) return false;
    session.version = await this.#write(session.name, kept, session.version);
    session.line = line;
    return true;
  }

  async end(owner: string, id: string): Promise<void> {
    await this.#remove(nameOf(owner, id));
    await this.#reindex(owner, (index) => ({ index: index.filter(([other]) => other !== id), gone: [] }));
  }

  #until(): number {
    return Date.now() + 1000 * this.limits.seconds;
  }

  #write(name: string, value: object, replaces: number | undefined): Promise<number> {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return this.#store.write("session", name, bytes, replaces, { expires: this.#until() });
  }

  async #remove(name: string): Promise<void> {
    const version = await this.#store.version("session", name);
    if (version === undefined) return;
    try {
      await this.#store.remove("session", name, version);
    } catch (error) {
      // Somebody else ends it, or goes on with it: then it ends by its time.
      if (!isConflict(error)) throw error;
    }
  }

  async #reindex(owner: string, change: (index: Index) => { index: Index; gone: Index }): Promise<Index> {
    const name = `${owner}.index`;
    for (let tries = 1; ; tries++) {
      const stored = await this.#store.read("session", name);
      const index = stored ? (JSON.parse(new TextDecoder().decode(stored.bytes)) as Index) : [];
      const changed = change(index);
      try {
        await this.#write(name, changed.index, stored?.version);
        return changed.gone;
      } catch (error) {
        if (!isConflict(error) || tries === TRIES) throw error;
      }
    }
  }
}

function nameOf(owner: string, id: string): string {
  return `${owner}.${id}`;
}

/** Who a session belongs to: the first 64 bits of a digest of its key, or everyone where there are no keys. */
export async function ownerOf(authorization: string | undefined): Promise<string> {
  if (!authorization) return "open";
  const text = new TextEncoder().encode(`shadowprice session ${authorization.replace(/^Bearer +/i, "")}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).subarray(0, 8);
  return `key-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
