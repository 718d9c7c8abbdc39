/**
 * A store in Durable Objects of Cloudflare Workers: one object a name, which writes one after the other wherever its writers are. The
 * Worker asks over `fetch`, so that nothing of "cloudflare:workers" is needed.
 */
import {
  ConflictError,
  checkName,
  type Kind,
  keepsAll,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "./store.js";

/** What is used of a namespace of Durable Objects: the binding of wrangler.jsonc. */
export interface ObjectNamespace {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init?: RequestInit): Promise<unknown> };
}

/** What is used of an object's storage. */
export interface ObjectStorage {
  get<T>(key: string): Promise<T | undefined>;
  get<T>(keys: string[]): Promise<Map<string, T>>;
  put<T>(entries: Record<string, T>): Promise<void>;
  delete(keys: string[]): Promise<number>;
  deleteAll(): Promise<void>;
  list(options: { prefix: string; limit?: number }): Promise<Map<string, unknown>>;
  setAlarm(time: number): Promise<void>;
  deleteAlarm(): Promise<void>;
  transaction<T>(within: (storage: Omit<ObjectStorage, "transaction" | "deleteAll">) => Promise<T>): Promise<T>;
}

interface Head {
  version: number;
  /** Bytes of the last version; nothing where the name was removed. */
  size?: number;
  expires?: number;
}

/** Bytes of a value: storage of either kind takes 128 KiB. */
const PART = 120_000;
/** Most values of one call. */
const CALL = 100;

/** The key of a part of a version. Ordered by version, so that all of one are found by its prefix. */
function keyOf(version: number, part: number): string {
  return `${prefixOf(version)}${String(part).padStart(6, "0")}`;
}

function prefixOf(version: number): string {
  return `v${String(version).padStart(15, "0")}.`;
}

/**
 * The object that keeps one name. Export it from the Worker, and bind it (README, "Cloudflare Workers"). A version and the number that says
 * that it is there are one transaction, and acknowledged when they are on disk.
 */
export class StoreObject {
  readonly #storage: ObjectStorage;

  constructor(state: { storage: ObjectStorage }) {
    this.#storage = state.storage;
  }

  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const number = (name: string) => (searchParams.has(name) ? Number(searchParams.get(name)) : undefined);
    if (request.method === "GET") return this.#read(number("version"));
    if (request.method === "HEAD") return answer(await this.#there());
    const replaces = number("replaces");
    if (request.method === "DELETE") return this.#remove(replaces);
    const bytes = new Uint8Array(await request.arrayBuffer());
    return this.#write(bytes, replaces, number("expires"), searchParams.has("all"));
  }

  /** What has expired is forgotten, with its storage. */
  async alarm(): Promise<void> {
    const head = await this.#storage.get<Head>("head");
    if (head?.expires === undefined) return;
    if (head.expires <= Date.now()) await this.#storage.deleteAll();
    else await this.#storage.setAlarm(head.expires);
  }

  async #there(): Promise<Head | undefined> {
    const head = await this.#storage.get<Head>("head");
    return isThere(head) ? head : undefined;
  }

  async #read(version: number | undefined): Promise<Response> {
    const head = await this.#there();
    const asked = version ?? head?.version;
    if (!head || asked === undefined) return answer(undefined);
    const size = asked === head.version ? head.size : await this.#storage.get<number>(`${prefixOf(asked)}size`);
    if (size === undefined) return answer(undefined);
    const bytes = new Uint8Array(size);
    const keys = Array.from({ length: Math.ceil(size / PART) }, (_, part) => keyOf(asked, part));
    for (let at = 0; at < keys.length; at += CALL) {
      const parts = await this.#storage.get<Uint8Array>(keys.slice(at, at + CALL));
      keys.slice(at, at + CALL).forEach((key, i) => {
        const part = parts.get(key);
        if (!part) throw new Error(`part ${key} of ${size} bytes is not there`);
        bytes.set(part, (at + i) * PART);
      });
    }
    return answer({ version: asked }, bytes);
  }

  #write(
    bytes: Uint8Array,
    replaces: number | undefined,
    expires: number | undefined,
    all: boolean,
  ): Promise<Response> {
    return this.#storage.transaction(async (storage) => {
      const head = await storage.get<Head>("head");
      const there = isThere(head) ? head?.version : undefined;
      if (there !== replaces) return answer(there === undefined ? undefined : { version: there }, undefined, 412);
      const version = (head?.version ?? 0) + 1;
      if (!all && head) await erase(storage, prefixOf(head.version));
      for (let part = 0; part * PART < bytes.length; part += CALL) {
        const entries: Record<string, Uint8Array> = {};
        for (let i = part; i < part + CALL && i * PART < bytes.length; i++) {
          entries[keyOf(version, i)] = bytes.slice(i * PART, (i + 1) * PART);
        }
        await storage.put(entries);
      }
      const own: Head = { version, size: bytes.length, ...(expires === undefined ? {} : { expires }) };
      await storage.put<Head | number>({ head: own, [`${prefixOf(version)}size`]: bytes.length });
      if (expires === undefined) await storage.deleteAlarm();
      else await storage.setAlarm(expires);
      return answer({ version });
    });
  }

  #remove(replaces: number | undefined): Promise<Response> {
    return this.#storage.transaction(async (storage) => {
      const head = await storage.get<Head>("head");
      const there = isThere(head) ? head?.version : undefined;
      if (there === undefined || there !== replaces) {
        return answer(there === undefined ? undefined : { version: there }, undefined, 412);
      }
      await erase(storage, "v");
      await storage.put<Head>({ head: { version: there } });
      await storage.deleteAlarm();
      return answer({ version: there });
    });
  }
}

function isThere(head: Head | undefined): boolean {
  return head?.size !== undefined && (head.expires ?? Number.POSITIVE_INFINITY) > Date.now();
}

async function erase(storage: Pick<ObjectStorage, "list" | "delete">, prefix: string): Promise<void> {
  for (;;) {
    const keys = [...(await storage.list({ prefix, limit: CALL })).keys()];
    if (keys.length === 0) return;
    await storage.delete(keys);
  }
}

/** The version stands in a header, so that the bytes are the body as they are. */
function answer(head: { version: number } | undefined, body?: Uint8Array<ArrayBuffer>, status?: number): Response {
  const headers = head ? { "x-version": String(head.version) } : undefined;
  return new Response(body ?? null, { status: status ?? (head ? 200 : 404), ...(headers ? { headers } : {}) });
}

/**
 * A store for Workers that publish: each name is a Durable Object, and compares and sets by itself.
 * @example
 * import { DurableStore, StoreObject } from "shadowprice/serve/workers";
 * export { StoreObject };
 * export default { fetch: (request, env) => createApp({ store: new DurableStore(env.STORE) }).fetch(request) };
 */
export class DurableStore implements Store {
  readonly freshFor: number;
  readonly #namespace: ObjectNamespace;

  /** @param freshFor milliseconds for which a version may be taken for the last one without a journey to its object (default 1,000). */
  constructor(namespace: ObjectNamespace, { freshFor = 1_000 }: { freshFor?: number } = {}) {
    if (typeof namespace?.idFromName !== "function") {
      throw new TypeError("a Durable Object store needs a namespace of StoreObject: bind it under durable_objects");
    }
    this.#namespace = namespace;
    this.freshFor = freshFor;
  }

  async read(kind: Kind, name: string, version?: number): Promise<Stored | undefined> {
    const { response, there } = await this.#ask(kind, name, "GET", { version });
    if (there === undefined) return undefined;
    return { version: there, bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  async version(kind: Kind, name: string): Promise<number | undefined> {
    return (await this.#ask(kind, name, "HEAD", {})).there;
  }

  async write(
    kind: Kind,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    replaces: number | undefined,
    { expires }: WriteOptions = {},
  ): Promise<number> {
    const asked = { replaces, expires: expires && Math.ceil(expires), all: keepsAll(kind) ? 1 : undefined };
    return (await this.#ask(kind, name, "PUT", asked, bytes.slice())).there as number;
  }

  async remove(kind: Kind, name: string, replaces: number): Promise<void> {
    await this.#ask(kind, name, "DELETE", { replaces });
  }

  async #ask(
    kind: Kind,
    name: string,
    method: string,
    asked: Record<string, number | undefined>,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<{ response: Response; there: number | undefined }> {
    checkName(kind, name);
    const url = new URL("http://store/");
    for (const [key, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(key, String(value));
    let response: Response;
    try {
      const stub = this.#namespace.get(this.#namespace.idFromName(`${kind}/${name}`) as never);
      response = (await stub.fetch(url.href, { method, ...(body ? { body } : {}) })) as Response;
    } catch (error) {
      throw new UnavailableError(`the object of ${kind} "${name}": ${(error as Error).message}`, { cause: error });
    }
    const given = response.headers.get("x-version");
    const there = given === null ? undefined : Number(given);
    if (response.status === 412) throw new ConflictError(kind, name, there);
    if (response.status === 200 || response.status === 404) return { response, there };
    throw new UnavailableError(`the object of ${kind} "${name}" answered ${response.status}`);
  }
}
