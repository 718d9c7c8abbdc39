/** Asks an application every case, over whatever way there is to it, and judges what it answers. Runs in every runtime. */
import { cases } from "./cases/index.js";
import { readRows } from "./cases/tables.js";

/** Who may do what, as SHADOWPRICE_KEYS says it. */
export const KEYS = { all: "conformance-may-do-everything", decide: "conformance-may-decide" };
export const SHADOWPRICE_KEYS = `${KEYS.all} decide:${KEYS.decide}`;
const WRONG = "conformance-knows-nothing";

/** Headers that are part of an answer; all others are the runtime's own. */
const HEADERS = [
  ...["content-type", "etag", "allow", "www-authenticate", "retry-after", "x-request-id", "idempotent-replayed"],
  "access-control-allow-origin",
];
const BOUNDARY = "a-part-of-the-totals";

/**
 * @param ask takes { method, path, headers, body? } (bytes) and resolves to { status, headers, body } (headers by small name, bytes)
 * @param hasMcp whether it talks to models at /mcp
 * @param isKeyed whether the application asks for keys; what only such a one answers is left out else
 * @returns answers by case, as text that must be the same everywhere
 */
export async function answersOf(ask, { isKeyed = true, hasMcp = false } = {}) {
  const [bytes, headers] = [{}, {}];
  const answers = {};
  for (const one of cases) {
    if ((one.keyed && !isKeyed) || (one.mcp && !hasMcp)) continue;
    const answer = await ask(requestOf(one, bytes, isKeyed, headers));
    bytes[one.name] = answer.body;
    headers[one.name] = answer.headers;
    const read = { ...answer, json: json(answer) };
    judge(one, read, bytes);
    answers[one.name] = canonical(one, read);
  }
  return answers;
}

/** Throws where two runtimes differ. */
export function compare(answers, first) {
  for (const [name, answer] of Object.entries(answers)) {
    if (first[name] === undefined || first[name] === answer) continue;
    const at = [...answer].findIndex((sign, i) => sign !== first[name][i]);
    const around = (text) => text.slice(Math.max(0, at - 80), at + 80);
    throw new Error(
      `"${name}" is answered\n  ${around(answer)}\nand the first runtime answered\n  ${around(first[name])}`,
    );
  }
}

function requestOf(
  { name, method = "POST", path, headers, key = "all", body, text, parts, bytesOf, session },
  bytes,
  isKeyed,
  answered,
) {
  if (session) headers = { ...headers, "mcp-session-id": answered[session]["mcp-session-id"] };
  if (bytesOf)
    return { method, path, headers: { ...authorized(name, key, isKeyed), ...headers }, body: bytesOf(bytes) };
  const sent = authorized(name, key, isKeyed);
  if (parts) {
    sent["content-type"] = `multipart/form-data; boundary=${BOUNDARY}`;
    return { method, path, headers: { ...sent, ...headers }, body: multipart(parts.map((part) => bytes[part])) };
  }
  if (body === undefined && text === undefined) return { method, path, headers: { ...sent, ...headers } };
  sent["content-type"] = "application/json";
  return { method, path, headers: { ...sent, ...headers }, body: encode(text ?? JSON.stringify(body)) };
}

function authorized(name, key, isKeyed) {
  return { "x-request-id": name.replace(/\W+/g, "-"), ...(isKeyed && authorization(key)) };
}

function authorization(key) {
  return key === "none" ? {} : { authorization: `Bearer ${KEYS[key] ?? WRONG}` };
}

function multipart(parts) {
  const head = (i) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${i}"; filename="${i}"\r\n\r\n`;
  const pieces = parts.flatMap((part, i) => [encode(head(i)), part, encode("\r\n")]);
  return joined([...pieces, encode(`--${BOUNDARY}--\r\n`)]);
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function encode(text) {
  return new TextEncoder().encode(text);
}

function json({ headers, body }) {
  if (!headers["content-type"]?.includes("json")) return undefined;
  return JSON.parse(new TextDecoder().decode(body));
}

function judge({ name, expect, near, within = 1e-9, sameAs }, answer, bytes) {
  const wrong = (what, got, expected) =>
    new Error(`"${name}": ${what} is ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);
  if (answer.status !== expect.status) {
    throw new Error(
      `${wrong("status", answer.status, expect.status).message}: ${new TextDecoder().decode(answer.body)}`,
    );
  }
  for (const [header, value] of Object.entries(expect.headers ?? {})) {
    if (answer.headers[header] !== value) throw wrong(header, answer.headers[header], value);
  }
  holds(answer.json, expect.body, 0, (...found) => wrong(...found));
  holds(answer.json, near, within, (...found) => wrong(...found));
  if (expect.rows) holds(readRows(answer.body), expect.rows, 0, (...found) => wrong(...found));
  if (expect.text !== undefined && new TextDecoder().decode(answer.body) !== expect.text) {
    throw wrong("body", new TextDecoder().decode(answer.body), expect.text);
  }
  if (sameAs && String(bytes[name]) !== String(bytes[sameAs]))
    throw new Error(`"${name}" is not the bytes of "${sameAs}"`);
}

/** Throws where `got` does not have what is expected; fields that are not expected may be anything. */
function holds(got, expected, tolerance, wrong, at = "body") {
  if (expected === undefined) return;
  if (typeof expected === "object" && expected !== null) {
    if (typeof got !== "object" || got === null) throw wrong(at, got, expected);
    if (Array.isArray(expected) && got.length !== expected.length) throw wrong(at, got, expected);
    for (const [key, value] of Object.entries(expected)) holds(got[key], value, tolerance, wrong, `${at}.${key}`);
    return;
  }
  const isNear =
    typeof expected === "number" && Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));
  if (got !== expected && !isNear) throw wrong(at, got, expected);
}

/** What an answer says, without what differs by machine: numbers stay as they were printed, which is in full. */
function canonical({ name, read }, { status, headers, body, json: parsed }) {
  if (name === "openapi") return JSON.stringify(withoutKeys(parsed));
  const told = HEADERS.map((header) => `${header}: ${headers[header]}`).join("\n");
  // Arrow has the seconds in its schema.
  const other = () =>
    read ? JSON.stringify(read(body), (_, x) => (typeof x === "bigint" ? `${x}n` : x)) : [...body].join(" ");
  const text = parsed === undefined ? other() : JSON.stringify(parsed, withoutTimes);
  return `${status}\n${told}\n\n${text}`;
}

function withoutTimes(key, value) {
  return key === "seconds" || key === "phases" ? undefined : value;
}

/** The document of an application with keys says so on every route. */
function withoutKeys(document) {
  const { securitySchemes, ...components } = document.components;
  return JSON.parse(JSON.stringify({ ...document, components }), (key, value) =>
    key === "security" || key === "401" || key === "403" ? undefined : value,
  );
}
