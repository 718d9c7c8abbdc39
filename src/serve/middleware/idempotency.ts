/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a request that publishes and is sent again, because its answer was lost, is
 * answered as the first time and publishes nothing twice. Answers are kept in the store, so that a restart or another server gives
 * them too.
 */
import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "../problem.js";
import { isConflict, type Store } from "../store/store.js";

/** Milliseconds for which an answer is kept. */
const KEPT = 24 * 3_600_000;
/** Milliseconds after which a request that has no answer yet is taken for lost: publishing takes milliseconds. */
const LOST = 15_000;
/** Not made before it is needed: Workers draw no random numbers before a request. */
let server: string | undefined;
function here(): string {
  server ??= crypto.randomUUID();
  return server;
}

/** Headers that belong to an answer. */
const HEADERS = ["content-type", "etag"];

interface Reply {
  /** SHA-256 of the request. */
  request: string;
  /** Until when the request is taken to be under way; without an answer after that, it was lost. */
  until: number;
  /** The process that it is under way in. */
  server: string;
  answer?: { status: number; headers: Record<string, string>; body: string };
}

/**
 * Answers a request with the key of an earlier one as that was answered. The same key on another request is a problem (422), and so is one
 * whose first request is still under way (409). Faults of the server and refusals that ask for patience are not kept.
 */
export function once(store: Store): MiddlewareHandler {
  return async (context, next) => {
    const given = context.req.header("idempotency-key");
    if (given === undefined) return next();
    const name = await replyName(context.get("keyName"), keyOf(given));
    const request = await fingerprint(context);
    const begun = await begin(store, name, request);
    if ("status" in begun) return replayed(context, begun);
    context.set("retried", begun.retried);
    await next();
    await end(store, name, begun.version, request, context.res.clone());
  };
}

/** Name of a reply in the store: of each API key its own. */
export async function replyName(apiKey: string | undefined, key: string): Promise<string> {
  return digest(new TextEncoder().encode(JSON.stringify([apiKey ?? "", key])));
}

/** As text, or quoted as the draft asks. */
function keyOf(given: string): string {
  const [, quoted] = /^"((?:[^"\\]|\\["\\])*)"$/.exec(given) ?? [];
  const key = quoted === undefined ? given : quoted.replace(/\\(.)/g, "$1");
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem("invalid-request", "Idempotency-Key must be 1 to 255 printable ASCII characters, such as a UUID");
}

/** All of a request that what it publishes depends on. */
async function fingerprint(context: Context): Promise<string> {
  const { req } = context;
  const { pathname, search } = new URL(req.url);
  const said = [req.method, pathname, search, ...["if-match", "if-none-match"].map((name) => req.header(name) ?? null)];
  const head = new TextEncoder().encode(`${JSON.stringify(said)}\n`);
  const body = new Uint8Array(await req.arrayBuffer());
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return digest(all);
}

interface Begun {
  /** Of the reply that says the request is under way. */
  version: number;
  /** It began before, and its answer was lost: what it asks for may be there. */
  retried: boolean;
}

/** Notes that the request is under way; or the answer that it had. */
async function begin(store: Store, name: string, request: string): Promise<Begun | NonNullable<Reply["answer"]>> {
  const now = Date.now();
  const stored = await store.read("reply", name);
  const known = stored && (JSON.parse(new TextDecoder().decode(stored.bytes)) as Reply);
  if (known && known.request !== request) {
    throw new Problem("invalid-value", "this Idempotency-Key was sent with another request: take a new one", {
      pointer: "",
    });
  }
  if (known?.answer) return known.answer;
  const isHere = known?.server === here();
  if (known && known.until > now && (isHere || !store.isAlone)) throw underWay(known.until - now);
  try {
    const version = await write(store, name, { request, until: now + LOST, server: here() }, stored?.version);
    return { version, retried: stored !== undefined };
  } catch (error) {
    // Two came at the same moment, and the other was first.
    if (isConflict(error)) throw underWay(LOST);
    throw error;
  }
}

async function end(store: Store, name: string, begun: number, request: string, response: Response): Promise<void> {
  const { status } = response;
  try {
    if (status >= 499 || status === 429 || status === 409) await store.remove("reply", name, begun);
    else {
      const headers = Object.fromEntries(HEADERS.map((header) => [header, response.headers.get(header)]));
      const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
      const answer = { status, headers: present as Record<string, string>, body: await response.text() };
      await write(store, name, { request, until: 0, server: here(), answer }, begun);
    }
  } catch {
    // What was published stays so, and is said; one who asks again is answered by what is there, once this counts as lost.
  }
}

function write(store: Store, name: string, reply: Reply, replaces: number | undefined): Promise<number> {
  const bytes = new TextEncoder().encode(JSON.stringify(reply));
  return store.write("reply", name, bytes, replaces, { expires: Date.now() + KEPT });
}

function replayed(context: Context, { status, headers, body }: NonNullable<Reply["answer"]>): Response {
  return context.body(body, status as 200, { ...headers, "idempotent-replayed": "true" });
}

function underWay(milliseconds: number): Problem {
  return new Problem(
    "conflict",
    "the first request with this Idempotency-Key is still under way",
    {},
    { "retry-after": String(Math.max(1, Math.ceil(milliseconds / 1_000))) },
  );
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
