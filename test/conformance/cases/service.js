/** The server itself, and every kind of problem. */
import { OFFERS } from "./allocations.js";

const PATH = "/v1/allocations";
const asked = { offers: OFFERS, request: { budget: 5 } };
const problem = (status, kind, more = {}, headers = {}) => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: { type: `urn:shadowprice:problem:${kind}`, status, ...more },
});

export const service = [
  { name: "healthz", method: "GET", path: "/healthz", key: "none", expect: { status: 200, body: { status: "ok" } } },
  { name: "readyz", method: "GET", path: "/readyz", key: "none", expect: { status: 200, body: { status: "ok" } } },
  {
    ...{ name: "openapi", method: "GET", path: "/openapi.json", key: "none" },
    expect: { status: 200, body: { openapi: "3.1.0", info: { title: "shadowprice" } } },
  },
  // No route of ours answers other origins unless it is told to.
  {
    ...{ name: "no other origins", path: PATH, headers: { origin: "https://other.example" }, body: asked },
    expect: { status: 200, headers: { "access-control-allow-origin": undefined } },
  },
  { name: "no JSON", path: PATH, text: "{", expect: problem(400, "invalid-request") },
  {
    ...{ name: "a field that there is not", path: PATH, body: { ...asked, request: { bugdet: 5 } } },
    expect: problem(400, "invalid-request", { pointer: "/request" }),
  },
  {
    ...{ name: "no key", path: PATH, key: "none", keyed: true, body: asked },
    expect: problem(401, "unauthorized", {}, { "www-authenticate": 'Bearer realm="shadowprice"' }),
  },
  { name: "a wrong key", path: PATH, key: "wrong", keyed: true, body: asked, expect: problem(401, "unauthorized") },
  {
    name: "a key that may only decide",
    path: PATH,
    key: "decide",
    keyed: true,
    body: asked,
    expect: problem(403, "forbidden"),
  },
  { name: "no such path", method: "GET", path: "/v1/nothing", expect: problem(404, "not-found") },
  {
    ...{ name: "another method", method: "GET", path: PATH },
    expect: problem(405, "method-not-allowed", {}, { allow: "POST" }),
  },
  {
    ...{ name: "too many users", path: "/v1/policies/spring/decisions" },
    body: { users: Array.from({ length: 1_001 }, () => ({ values: [1, 1] })) },
    expect: problem(413, "too-large", { pointer: "/users", limit: { name: "decisions", most: 1_000 } }),
  },
  {
    ...{ name: "no JSON by its own word", path: PATH, headers: { "content-type": "text/plain" }, body: asked },
    expect: problem(415, "unsupported-media-type"),
  },
  {
    ...{ name: "a wrong value", path: PATH, body: { offers: OFFERS, request: { budget: 5, stock: { "20off": 1 } } } },
    expect: problem(422, "invalid-value", { pointer: "/request/stock" }),
  },
  {
    ...{ name: "a wrong value deep inside", path: "/v1/plans" },
    body: { plan: { budget: 1, channels: [{ name: "a", curve: { type: "log", scale: -1, unit: 1 } }] } },
    expect: problem(422, "invalid-value", { pointer: "/plan/channels/0/curve/scale" }),
  },
];
