/** API keys: who may decide, solve and publish. */
import type { MiddlewareHandler } from "hono";
import { Problem } from "../problem.js";

/** What a key may do: decide single users, solve whole problems, publish policies and models. */
export type Scope = "decide" | "solve" | "publish";

export interface ApiKey {
  key: string;
  scopes: readonly Scope[];
  /** In the logs, instead of the key. */
  name?: string;
}

const SCOPES: readonly Scope[] = ["decide", "solve", "publish"];

/** Fewest characters of a key: 16 random ones of base64 are 96 bits. */
const SHORTEST = 16;

/** @throws {RangeError} for a key that is too short to be a secret, or given twice. */
export function checkKeys(keys: readonly ApiKey[]): void {
  keys.forEach(({ key, scopes }, i) => {
    if (typeof key !== "string" || key.length < SHORTEST) {
      throw new RangeError(`keys[${i}].key must be at least ${SHORTEST} characters`);
    }
    if (scopes.length === 0) throw new RangeError(`keys[${i}].scopes must name at least one of ${SCOPES.join(", ")}`);
    if (keys.findIndex((other) => other.key === key) < i) throw new RangeError(`keys[${i}].key is there twice`);
  });
}

/**
 * Keys as one variable of the environment holds them, with blanks or new lines between them: `KEY` alone may do everything,
 * `decide,solve:KEY` only that.
 *
 * @throws {TypeError} where there is no key, so that a server whose variable is missing does not start open; {RangeError} for a scope
 * that there is not.
 * @example
 * createApp({ keys: readKeys(process.env.SHADOWPRICE_KEYS) }); // SHADOWPRICE_KEYS="decide:tLq0… 8Zr1…"
 */
export function readKeys(text: string | undefined): ApiKey[] {
  const words = text?.split(/\s+/).filter((word) => word !== "") ?? [];
  if (words.length === 0) {
    throw new TypeError("there are no keys: give KEY, or decide,solve:KEY; a server for everyone leaves `keys` out");
  }
  return words.map((word, i) => {
    const colon = word.indexOf(":");
    if (colon < 0) return { key: word, scopes: SCOPES };
    const scopes = word.slice(0, colon).split(",") as Scope[];
    const stranger = scopes.find((scope) => !SCOPES.includes(scope));
    // Not the word itself: it may be a secret with a colon in it.
    if (stranger !== undefined)
      throw new RangeError(`key ${i + 1} must have scopes of ${SCOPES.join(", ")} before its colon`);
    return { key: word.slice(colon + 1), scopes };
  });
}

/**
 * Lets a request pass that bears a key with the scope: `Authorization: Bearer KEY`. Keys are compared by their SHA-256, whole, and all
 * of them, so that the time tells neither how much of a key was right nor which one it was.
 */
export function keeper(keys: readonly ApiKey[]): (scope: Scope) => MiddlewareHandler {
  if (keys.length === 0) return () => (_context, next) => next();
  const known = Promise.all(keys.map(({ key }) => digest(key)));
  return (scope) => async (context, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "") ?? [];
    if (!given) {
      throw new Problem(
        "unauthorized",
        "send a key of this server: Authorization: Bearer KEY",
        {},
        {
          "www-authenticate": 'Bearer realm="shadowprice"',
        },
      );
    }
    const theirs = await digest(given);
    let found = -1;
    (await known).forEach((ours, i) => {
      if (isSame(ours, theirs)) found = i;
    });
    const key = keys[found];
    if (!key) {
      throw new Problem(
        "unauthorized",
        "this server does not know this key",
        {},
        {
          "www-authenticate": 'Bearer realm="shadowprice", error="invalid_token"',
        },
      );
    }
    context.set("keyName", key.name ?? `key ${found + 1}`);
    if (!key.scopes.includes(scope)) {
      throw new Problem("forbidden", `this needs the scope "${scope}"; the key has ${key.scopes.join(", ")}`);
    }
    await next();
  };
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
