/** Versions over HTTP: a version is an entity tag, and a write names the one that it replaces (RFC 9110, 13.1). */
import type { Context } from "hono";
import { Problem } from "../problem.js";
import { isConflict, type Kind, type Store } from "../store/store.js";

const TAG = /^\s*"(\d{1,15})"\s*$/;

/** A version as an entity tag. */
export function tag(version: number): string {
  return `"${version}"`;
}

/**
 * Writes a new version under the request's conditions: `If-Match: "N"` replaces version N, `If-Match: *` whatever is there,
 * `If-None-Match: *` or nothing writes the first one.
 * @throws {Problem} when another version is there, or one is there and none was named.
 */
export async function publish(
  context: Context,
  store: Store,
  kind: Kind,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ version: number; isNew: boolean }> {
  const match = context.req.header("if-match");
  if (context.get("retried")) {
    const done = await published(match, store, kind, name, bytes);
    if (done !== undefined) return { version: done, isNew: match === undefined };
  }
  const replaces = match === undefined ? undefined : await asked(match, store, kind, name);
  try {
    return { version: await store.write(kind, name, bytes, replaces), isNew: replaces === undefined };
  } catch (error) {
    throw conflict(error, match !== undefined || context.req.header("if-none-match") !== undefined);
  }
}

/** The version that a request wrote of which the answer was lost: the next one after that which it replaces, with its bytes. */
async function published(
  match: string | undefined,
  store: Store,
  kind: Kind,
  name: string,
  bytes: Uint8Array,
): Promise<number | undefined> {
  const there = await store.read(kind, name);
  if (there?.bytes.length !== bytes.length || there.bytes.some((byte, i) => byte !== bytes[i])) return undefined;
  const [, digits] = TAG.exec(match ?? "") ?? [];
  return digits === undefined || Number(digits) + 1 === there.version ? there.version : undefined;
}

/** Removes the version that `If-Match` names. */
export async function withdraw(context: Context, store: Store, kind: Kind, name: string): Promise<void> {
  const match = context.req.header("if-match");
  if (match === undefined) {
    const version = await store.version(kind, name);
    if (version === undefined) throw new Problem("not-found", `there is no ${kind} "${name}"`);
    throw new Problem("precondition-required", `say which version is withdrawn: If-Match: ${tag(version)}`);
  }
  try {
    await store.remove(kind, name, await asked(match, store, kind, name));
  } catch (error) {
    throw conflict(error, true);
  }
}

async function asked(match: string, store: Store, kind: Kind, name: string): Promise<number> {
  const [, digits] = TAG.exec(match) ?? [];
  if (digits) return Number(digits);
  if (match.trim() !== "*")
    throw new Problem("invalid-request", `If-Match must be one version such as "3", or *, got ${match}`);
  const version = await store.version(kind, name);
  if (version === undefined) throw new Problem("precondition-failed", `there is no ${kind} "${name}"`);
  return version;
}

function conflict(error: unknown, wasNamed: boolean): unknown {
  if (!isConflict(error)) return error;
  if (wasNamed) return new Problem("precondition-failed", error.message);
  return new Problem("precondition-required", `${error.message}: say which version is replaced with If-Match`);
}
