/**
 * Workers KV cannot compare and set: two writers would lose each other's version. So it is no store to publish to. It is a place from which
 * many Workers decide: `KvStore` reads, and `copied` writes there what another store has accepted.
 */
import { type Kind, keepsAll, type Store, type Stored, UnavailableError, type WriteOptions } from "./store.js";

/** What is used of a namespace of KV. */
export interface KvNamespace {
  getWithMetadata(
    key: string,
    type: "arrayBuffer",
  ): Promise<{ value: ArrayBuffer | null; metadata: unknown; [other: string]: unknown }>;
  put(key: string, value: ArrayBuffer | Uint8Array, options?: object): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Kinds that are read where users are decided; sessions and replies are their writer's own. */
const COPIED: readonly Kind[] = ["policy", "model"];
/** Longest key of KV, in bytes. */
const LONGEST = 512;

function keyOf(kind: Kind, name: string, version?: number): string {
  const key = `${kind}/${encodeURIComponent(name)}${version === undefined ? "" : `/${version}`}`;
  if (key.length <= LONGEST) return key;
  throw new RangeError(`the name of a ${kind} is too long for KV: ${LONGEST} bytes with its kind`);
}

/**
 * Reads policies and models from KV. It cannot publish: KV has no way to compare and set, and what one place writes others see up to a
 * minute later. Publish to a Durable Object (`DurableStore`) or PostgreSQL with `copied`, which writes here what was accepted there.
 * @example export default createDecide({ store: new KvStore(env.POLICIES) });
 */
export class KvStore implements Store {
  readonly freshFor: number;
  readonly #namespace: KvNamespace;

  /** @param freshFor milliseconds for which a version may be taken for the last one (default 10,000): KV itself may be a minute behind. */
  constructor(namespace: KvNamespace, { freshFor = 10_000 }: { freshFor?: number } = {}) {
    if (typeof namespace?.getWithMetadata !== "function") {
      throw new TypeError("a KV store needs a namespace of KV: bind it under kv_namespaces");
    }
    this.#namespace = namespace;
    this.freshFor = freshFor;
  }

  async read(kind: Kind, name: string, version?: number): Promise<Stored | undefined> {
    const last = await this.#get(keyOf(kind, name));
    if (last === undefined || version === undefined || last.version === version) return last;
    return keepsAll(kind) ? this.#get(keyOf(kind, name, version)) : undefined;
  }

  async version(kind: Kind, name: string): Promise<number | undefined> {
    // KV hands out its metadata with the value or by listing; a policy is small, and kept near.
    return (await this.#get(keyOf(kind, name)))?.version;
  }

  /** @throws {UnavailableError} always: KV cannot compare and set. */
  async write(kind: Kind, name: string): Promise<number> {
    throw readOnly(kind, name);
  }

  /** @throws {UnavailableError} always: KV cannot compare and set. */
  async remove(kind: Kind, name: string): Promise<void> {
    throw readOnly(kind, name);
  }

  async #get(key: string): Promise<Stored | undefined> {
    let found: Awaited<ReturnType<KvNamespace["getWithMetadata"]>>;
    try {
      found = await this.#namespace.getWithMetadata(key, "arrayBuffer");
    } catch (error) {
      throw new UnavailableError(`KV: ${(error as Error).message}`, { cause: error });
    }
    const { value, metadata } = found;
    const version = (metadata as { version?: unknown } | null)?.version;
    if (value === null || typeof version !== "number") return undefined;
    return { version, bytes: new Uint8Array(value) };
  }
}

function readOnly(kind: Kind, name: string): UnavailableError {
  return new UnavailableError(
    `${kind} "${name}" cannot be published to KV, which cannot compare and set: publish to a Durable Object or PostgreSQL, ` +
      "with copied(store, namespace)",
  );
}

/**
 * The store itself, which copies to KV every policy and model that it accepted. A copy comes after the version is safe; where two
 * copies cross, the later version is written once more. A copy that fails is an UnavailableError, though the version stands: publish
 * again, or call `recopy`.
 * @example createApp({ store: copied(new DurableStore(env.STORE), env.POLICIES) });
 */
export function copied(
  store: Store,
  namespace: KvNamespace,
): Store & { recopy(kind: Kind, name: string): Promise<void> } {
  async function recopy(kind: Kind, name: string): Promise<void> {
    if (!COPIED.includes(kind)) return;
    try {
      for (;;) {
        const stored = await store.read(kind, name);
        if (!stored) await namespace.delete(keyOf(kind, name));
        else {
          const metadata = { metadata: { version: stored.version } };
          if (keepsAll(kind)) await namespace.put(keyOf(kind, name, stored.version), stored.bytes, metadata);
          await namespace.put(keyOf(kind, name), stored.bytes, metadata);
        }
        if ((await store.version(kind, name)) === stored?.version) return;
      }
    } catch (error) {
      throw new UnavailableError(
        `${kind} "${name}" is published and not yet copied to KV: ${(error as Error).message}`,
      );
    }
  }
  return {
    ...(store.freshFor === undefined ? {} : { freshFor: store.freshFor }),
    recopy,
    read: (kind, name, version) => store.read(kind, name, version),
    version: (kind, name) => store.version(kind, name),
    async write(kind, name, bytes, replaces, options?: WriteOptions) {
      const version = await store.write(kind, name, bytes, replaces, options);
      await recopy(kind, name);
      return version;
    },
    async remove(kind, name, replaces) {
      await store.remove(kind, name, replaces);
      await recopy(kind, name);
      // Versions of a model that were copied by their numbers.
      if (keepsAll(kind) && COPIED.includes(kind)) {
        for (let version = 1; version <= replaces; version++) await namespace.delete(keyOf(kind, name, version));
      }
    },
    ...(store.close ? { close: () => store.close?.() as Promise<void> } : {}),
  };
}
