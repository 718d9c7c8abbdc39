/** Requests from a document of OpenAPI, and what must hold of every answer. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { Random } from "./random.mjs";
import { tableOf } from "./tables.mjs";
import { beginTalk, talkOf, wrongTalk } from "./talk.mjs";
import { accepted, at, changed, hostile } from "./values.mjs";

const KEY = "a-key-that-may-do-it-all";
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "X1", "__proto__"];
const PATHS = [
  "spring",
  "spring",
  "spring",
  "autumn",
  "none",
  "__proto__",
  "constructor",
  "a%20b",
  "..%2f..",
  "%00",
  "%ff",
  "x".repeat(200),
  "ü",
];
const HEADERS = [
  ["if-match", ['"1"', "*", '"2"', "1", 'W/"1"', '"1", "2"', '"99999999999999999999"', "", '"__proto__"']],
  ["if-none-match", ["*", '"1"', ""]],
  [
    "accept",
    [
      "application/json",
      "*/*",
      "text/html",
      "application/vnd.apache.arrow.stream",
      "q=;;",
      "text/csv, application/json",
    ],
  ],
  ["x-request-id", ["abc", "a b", "x".repeat(500), "<script>", "__proto__"]],
  ["authorization", ["Bearer x", "Basic YTpi", "", `bearer ${KEY}`, `Bearer ${KEY} ${KEY}`, "Bearer"]],
  ["idempotency-key", ["a", "a", "b", "x".repeat(400), '"quoted"', ""]],
  ["origin", ["https://evil.example", "null"]],
  ["content-encoding", ["gzip", "br", "identity, gzip"]],
  ["content-length", ["0", "1", "99999999999", "-1", "NaN"]],
  ["expect", ["100-continue"]],
  ["mcp-session-id", ["x", "__proto__"]],
];
const TYPES = [
  "text/plain",
  "application/xml",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
  "application/jsonx",
  "application/json; charset=latin1",
  "application/vnd.apache.arrow.stream",
  "application/vnd.apache.parquet",
  "text/csv",
  "",
];

/** Small, so that a request takes milliseconds; no answer takes longer than TIME. */
const LIMITS = { bodyBytes: 100_000, users: 2_000, options: 40, spends: 60, points: 20, decisions: 20, seconds: 1 };
const TIME = 8_000;

/**
 * Sends `requests` requests, or as many as `seconds` allow.
 * @returns {Promise<{statuses: Record<string, number>, failures: string[], slowest: number, sent: number}>}
 */
export async function fuzzed(createApp, { mcp, seed = 1, requests, seconds = Infinity, only, before = () => {} }) {
  const keys = [{ key: KEY, scopes: ["decide", "solve", "publish"] }];
  let stack;
  const app = createApp({ keys, limits: LIMITS, mcp, log: ({ error }) => (stack = error) });
  const document = await (await app.request("/openapi.json")).json();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
  const judge = judging(document, () => stack);
  const session = mcp && (await beginTalk(app, KEY));
  const [statuses, failures, end] = [{}, [], performance.now() + 1000 * seconds];
  let [slowest, sent] = [0, 0];
  for (let i = only ?? 0; i <= (only ?? requests - 1) && performance.now() < end; i++) {
    before(i);
    const asked = requestOf(new Random(seed * 1e6 + i), operations, document, session);
    if (only !== undefined)
      console.log(asked.operation?.path, asked.method, asked.url, asked.headers, String(asked.body).slice(0, 4000));
    const started = performance.now();
    let wrong;
    let status;
    try {
      const request = new Request(`http://localhost${asked.url}`, asked);
      const response = await inTime(app.fetch(request));
      status = response.status;
      wrong = judge(asked, response, await inTime(response.arrayBuffer()));
      if (only !== undefined) console.log(status);
    } catch (error) {
      wrong = error.stack;
    }
    const took = performance.now() - started;
    slowest = Math.max(slowest, took);
    if (took > TIME) wrong ??= `took ${took.toFixed(0)} ms`;
    statuses[status] = (statuses[status] ?? 0) + 1;
    sent++;
    if (wrong) failures.push(`--seed ${seed} --only ${i}: ${asked.method} ${asked.url} ${status}: ${wrong}`);
  }
  const { length } = await (await app.request("/metrics")).text();
  if (length > 200_000) failures.push(`/metrics has grown to ${length} characters`);
  return { statuses, failures, slowest, sent };
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${TIME} ms`)), TIME);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function requestOf(random, operations, document, session) {
  const kind = random.next();
  if (session && kind < 0.08) return withHeaders(random, talkOf(random, KEY, session));
  if (kind > 0.94) return withHeaders(random, tableOf(random, KEY));
  const operation = random.of(operations);
  const method = random.chance(0.97) ? operation.method : random.of(METHODS);
  const url = operation.path.replace(/\{\w+\}/g, () => random.of(PATHS));
  const headers = new Headers({ authorization: `Bearer ${KEY}` });
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const made = method === "GET" || method === "HEAD" ? {} : bodyOf(random, media, document);
  if (type && type !== "multipart/form-data") headers.set("content-type", type);
  if (random.chance(0.04)) headers.set("content-type", random.of(TYPES));
  if (type === "multipart/form-data" && made.body !== undefined) {
    if (random.chance(0.7)) made.body = form(random, made.body);
    else headers.set("content-type", "multipart/form-data; boundary=x");
  }
  withHeaders(random, { headers });
  // Body of DELETE, or of a GET that the method was changed from.
  if (made.body === undefined && media && method !== "GET" && method !== "HEAD") made.body = "";
  return { operation, method, url: url.replace("ü", encodeURIComponent("ü")), headers, ...made };
}

/** Sometimes with headers that are another's. */
function withHeaders(random, asked) {
  for (let i = random.chance(0.3) ? 1 + random.below(3) : 0; i > 0; i--) {
    const [name, values] = random.of(HEADERS);
    asked.headers.set(name, random.of(values));
  }
  return asked;
}

/** A body: as the example, as the schema, nearly so, or hostile; broken on the way sometimes. */
function bodyOf(random, media, document) {
  if (!media) return random.chance(0.9) ? {} : { body: "{}" };
  const base = () =>
    media.example !== undefined && random.chance(0.6) ? media.example : accepted(media.schema, document, random);
  let sent = base();
  const kind = random.next();
  if (kind > 0.95) sent = hostile(random);
  else if (kind > 0.25) for (let i = 1 + random.below(3); i > 0; i--) sent = changed(sent, random);
  let text = JSON.stringify(sent) ?? "";
  const breaking = random.next();
  if (breaking < 0.02) text = text.slice(0, random.below(text.length + 1));
  else if (breaking < 0.03) text = text.replace(/\d+/, random.of(["1e999", "NaN", "Infinity", "-", "01", "1e-999"]));
  else if (breaking < 0.035) text = `\ufeff${text}`;
  else if (breaking < 0.04) text = "[".repeat(random.of([1_000, 40_000]));
  else if (breaking < 0.042) text = text.replace(/\d+/, deep(random.of([1_000, 5_000, 20_000])));
  else if (breaking < 0.045) text = text.replace("{", '{"__proto__":{"users":[]},');
  else if (breaking < 0.05)
    return { body: Uint8Array.from(text.slice(0, 100), (c) => c.charCodeAt(0) ^ random.below(256)) };
  else return { body: text, sent };
  return { body: text };
}

function form(random, text) {
  const made = new FormData();
  for (let i = random.below(3); i >= 0; i--) {
    if (random.chance(0.8))
      made.append(random.of(PATHS), new Blob([random.chance(0.5) ? String(text) : "SPTO\u0001\u0000"]));
    else made.append(random.of(PATHS), String(text).slice(0, 100));
  }
  return made;
}

/** What must hold of an answer: nothing, or what is wrong. */
function judging(document, stack) {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true, validateFormats: false });
  ajv.addSchema(document, "document");
  const validators = new Map();
  const wrongs = (pointer, value) => {
    let validate = validators.get(pointer);
    if (!validate) {
      validate = ajv.compile({ $ref: `document#${pointer}` });
      validators.set(pointer, validate);
    }
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
  return ({ operation, method, sent, url }, response, bytes) => {
    const { status, headers } = response;
    const text = new TextDecoder().decode(bytes);
    if (status >= 500) return `${text.slice(0, 300)} ${stack()}`;
    if (!headers.get("x-request-id")) return "no x-request-id";
    if (method === "HEAD") return;
    if (!operation) return wrongTalk(response, text);
    const type = headers.get("content-type")?.split(";")[0];
    if (status >= 400) {
      if (type !== "application/problem+json") return `a ${type}`;
      const problem = JSON.parse(text);
      if (/\n\s+at |\.m?[jt]s:\d/.test(problem.detail)) return `a stack: ${problem.detail}`;
      const wrong =
        wrongs("/components/schemas/Problem", problem) ?? (problem.status === status ? undefined : "another status");
      return wrong ?? strange(problem, operation, sent, document);
    }
    const place = document.paths[operation.path][method.toLowerCase()]?.responses[status];
    if (!place) return method === "OPTIONS" ? undefined : `${status} is not documented`;
    if (type !== "application/json") return;
    const steps = [
      "paths",
      operation.path,
      method.toLowerCase(),
      "responses",
      String(status),
      "content",
      type,
      "schema",
    ];
    const wrong = wrongs(
      steps.map((step) => `/${encodeURIComponent(step.replaceAll("/", "~1"))}`).join(""),
      JSON.parse(text),
    );
    return wrong && `${url} ${wrong}: ${text.slice(0, 300)}`;
  };
}

/** A pointer must name something of the body that was sent, or a field that the schema has there. */
function strange({ pointer, status, detail }, operation, sent, document) {
  if (sent === undefined || !operation.requestBody?.content["application/json"]) return;
  if (pointer === undefined) {
    const isOfBody =
      (status === 400 || status === 422) &&
      !/If-Match|If-None-Match|Idempotency-Key|^(param|header|query) /i.test(detail);
    return isOfBody ? `no pointer: ${detail}` : undefined;
  }
  try {
    at(JSON.parse(JSON.stringify(sent)), pointer);
  } catch {
    const schema = operation.requestBody.content["application/json"].schema;
    if (!hasField(schema, pointer.split("/").slice(1), document)) return `points to nothing: ${pointer}: ${detail}`;
  }
}

function hasField(schema, steps, document) {
  if (schema.$ref) return hasField(at(document, schema.$ref.slice(1)), steps, document);
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (choices) return choices.some((one) => hasField(one, steps, document));
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  if (schema.items && /^\d+$/.test(step)) return hasField(schema.items, rest, document);
  const field =
    schema.properties?.[step] ??
    (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
  return field ? hasField(field, rest, document) : false;
}

/** Whole JSON, nested so deep that whoever walks it by recursion ends. */
function deep(depth) {
  return "[".repeat(depth) + "]".repeat(depth);
}
