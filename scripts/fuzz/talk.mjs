/** Messages of the Model Context Protocol: right ones, nearly right ones, and what nobody should send. */
import { changed, hostile } from "./values.mjs";

const PLAN = {
  budget: 60,
  channels: [
    { name: "search", curve: { type: "hill", max: 100, half: 50, shape: 3 } },
    { name: "tv", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
  ],
};
const OFFERS = {
  options: ["a", "b"],
  values: [
    [2, 4],
    [3, 10],
  ],
  costs: [
    [1, 2],
    [3, 3],
  ],
};
/** Calls as hosts make them. */
const CALLS = [
  { name: "describe_problem", arguments: {} },
  { name: "plan_budget", arguments: { plan: PLAN } },
  { name: "allocate_offers", arguments: { offers: OFFERS, request: { budget: 4 } } },
  { name: "change_scenario", arguments: { changes: [{ channel: "tv", change: -0.1 }] } },
  { name: "compare_scenarios", arguments: {} },
  { name: "explain", arguments: {} },
];
const INITIALIZE = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "fuzz", version: "1" },
};
const MESSAGES = [
  { method: "initialize", params: INITIALIZE },
  { method: "tools/list", params: {} },
  { method: "resources/list", params: {} },
  { method: "prompts/list", params: {} },
  { method: "prompts/get", params: { name: "plan_with_me", arguments: { goal: "reach" } } },
  { method: "ping" },
];

function headersOf(key, session) {
  const headers = new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream" });
  headers.set("authorization", `Bearer ${key}`);
  if (session) headers.set("mcp-session-id", session);
  return headers;
}

/** The session that most messages are of. */
export async function beginTalk(app, key) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, ...MESSAGES[0] });
  const response = await app.request("/mcp", { method: "POST", headers: headersOf(key), body });
  return response.headers.get("mcp-session-id");
}

export function talkOf(random, key, session) {
  const call = () => ({ method: "tools/call", params: random.of(CALLS) });
  let sent = {
    jsonrpc: "2.0",
    id: random.below(9),
    ...(random.chance(0.7) ? call() : random.of(MESSAGES.slice(random.chance(0.02) ? 0 : 1))),
  };
  const kind = random.next();
  if (kind > 0.95) sent = hostile(random);
  else if (kind > 0.3) for (let i = 1 + random.below(3); i > 0; i--) sent = changed(sent, random);
  let body = JSON.stringify(sent) ?? "";
  if (random.chance(0.02)) body = body.slice(0, random.below(body.length + 1));
  const method = random.chance(0.97) ? "POST" : random.of(["GET", "PUT", "OPTIONS", "PATCH"]);
  return { method, url: "/mcp", headers: headersOf(key, session), ...(method === "GET" ? {} : { body }) };
}

/** What is wrong with an answer of the endpoint, or of a table: a problem, a message of the protocol, or a table. */
export function wrongTalk({ status, headers }, text) {
  const type = headers.get("content-type")?.split(";")[0];
  if (/\n\s+at .*\.m?[jt]s:\d/.test(text)) return `a stack: ${text.slice(0, 300)}`;
  if (status >= 400 && type !== "application/problem+json" && JSON.parse(text).jsonrpc !== "2.0")
    return `a ${type}: ${text}`;
  if (type === "application/json" && !text.startsWith("{")) return `no message: ${text.slice(0, 100)}`;
}
