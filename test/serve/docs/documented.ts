/** One request for every answer that /openapi.json documents: a new route adds its line to CASES. */
import { vi } from "vitest";
import { Model } from "../../../src/index.js";
import {
  ConflictError,
  createApp,
  MemoryStore,
  type Scope,
  type Solver,
  type Store,
  UnavailableError,
} from "../../../src/serve/index.js";
import { makeForest } from "../../uplift/forests.js";
import { quiet } from "../asking.js";

export const KEYS = (["decide", "solve", "publish"] as const).map((scope) => ({
  key: `a-key-with-the-scope-${scope}`,
  scopes: [scope],
}));

export interface Operation {
  method: string;
  path: string;
  security?: { apiKey: [Scope] }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<string, { headers?: Record<string, { schema: object; required?: boolean }>; content?: object }>;
}

interface Asked {
  of?: ReturnType<typeof createApp>;
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: BodyInit;
}

/** One tree. */
const model = Model.from({
  ...makeForest({ trees: 1, leaves: 4, features: 2 }),
  features: ["recency", "history"],
}).bytes();

const policy = {
  options: [
    { name: "5off", cost: 1 },
    { name: "10off", cost: 3 },
  ],
  price: 1.5,
};

/** What is there before the first request. */
async function filled(): Promise<Store> {
  const store = new MemoryStore();
  await store.write("policy", "spring", new TextEncoder().encode(JSON.stringify(policy)), undefined);
  await store.write("model", "uplift", model, undefined);
  const options = [{ name: "a", cost: 1, value: { output: "score" } }];
  const modelled = { model: { name: "gone" }, options, price: 1 };
  await store.write("policy", "modelled", new TextEncoder().encode(JSON.stringify(modelled)), undefined);
  return store;
}

const broken = new Proxy(new MemoryStore(), {
  get: () => () => Promise.reject(new Error("a secret of the inside")),
});

const away = new Proxy(new MemoryStore(), {
  get: () => () => Promise.reject(new UnavailableError("the address and user of the inside")),
});

const full: Solver = {
  state: { running: 1, waiting: 1, isFull: true, memory: 0 },
  run: () => Promise.reject(Object.assign(new Error("1 waits"), { name: "QueueFullError" })),
};

/** Another request with the same Idempotency-Key is always first. */
const late: Store = Object.assign(new MemoryStore(), {
  write: () => Promise.reject(new ConflictError("reply", "busy", 1)),
});

const uplift = "/v1/models/uplift";
const spring = "/v1/policies/spring";

const json = { accept: "application/json" };

/** By operation and status, what differs from the usual request of that status. */
export const CASES: Record<string, Record<string, Asked>> = {
  "POST /v1/allocations": {
    406: { path: "/v1/allocations?request={}", headers: { accept: "image/png", "content-type": "text/csv" }, raw: "" },
    408: {
      of: createApp({ ...quiet, keys: KEYS, limits: { receiveSeconds: 1 } }),
      ...{ path: "/v1/allocations?request={}", headers: { "content-type": "text/csv" }, raw: new ReadableStream() },
    },
    422: { body: { offers: { options: ["a"], values: [], costs: [] }, request: {} } },
  },
  "POST /v1/frontiers": { 422: { body: { offers: { options: ["a"], values: [[1]], costs: [[]] } } } },
  "POST /v1/totals": {
    200: { headers: json },
    500: { headers: json },
    422: { body: { offers: { options: ["a"], values: [[1]], costs: [[]] }, prices: [1] } },
  },
  "POST /v1/totals/merge": {
    200: { headers: json },
    400: { raw: textForm() },
    422: { raw: wrongForm() },
    500: { headers: json },
  },
  "POST /v1/plans": { 422: { body: { plan: {} } } },
  "POST /v1/plans/frontier": { 422: { body: { plan: { channels: [] } } } },
  "POST /v1/plans/scenarios": { 422: { body: { plan: {}, scenarios: {} } } },
  "POST /v1/plans/explain": { 422: { body: { plan: {} } } },
  "PUT /v1/policies/{name}": {
    200: { path: spring, headers: { "if-match": '"1"' } },
    201: { path: "/v1/policies/summer" },
    404: { path: "/v1/policies/none", headers: { "if-match": '"1"' } },
    409: { of: createApp({ ...quiet, keys: KEYS, store: late }), headers: { "idempotency-key": "busy" } },
    412: { path: spring, headers: { "if-match": '"7"' } },
    422: { body: { options: [{ name: "a" }, { name: "a" }], price: 1 } },
    428: { path: spring },
  },
  "GET /v1/policies/{name}": { 400: { path: "/v1/policies/a%20b" }, 404: { path: "/v1/policies/none" } },
  "DELETE /v1/policies/{name}": {
    204: { headers: { "if-match": '"1"' } },
    400: { path: "/v1/policies/a%20b" },
    404: { path: "/v1/policies/none" },
    412: { headers: { "if-match": '"7"' } },
    428: {},
  },
  "PUT /v1/models/{name}": {
    200: { path: uplift, headers: { "if-match": '"1"' }, raw: model },
    201: { path: "/v1/models/summer", raw: model },
    400: { path: "/v1/models/a%20b" },
    404: { path: "/v1/models/none", headers: { "if-match": '"1"' }, raw: model },
    409: { of: createApp({ ...quiet, keys: KEYS, store: late }), headers: { "idempotency-key": "busy" }, raw: model },
    412: { path: uplift, headers: { "if-match": '"7"' }, raw: model },
    413: { raw: model },
    422: { raw: "no model" },
    428: { path: uplift, raw: model },
    500: { raw: model },
    503: { raw: model },
  },
  "GET /v1/models/{name}": {
    200: { path: uplift },
    400: { path: "/v1/models/a%20b" },
    404: { path: "/v1/models/none" },
  },
  "DELETE /v1/models/{name}": {
    204: { path: uplift, headers: { "if-match": '"1"' } },
    400: { path: "/v1/models/a%20b" },
    404: { path: "/v1/models/none" },
    412: { path: uplift, headers: { "if-match": '"7"' } },
    428: { path: uplift },
  },
  "POST /v1/models/{name}/scores": {
    200: { path: `${uplift}/scores` },
    404: { path: "/v1/models/none/scores" },
    422: { path: `${uplift}/scores`, body: { rows: [{ recency: 1 }] } },
  },
  "POST /v1/policies/{name}/decisions": {
    409: { path: "/v1/policies/modelled/decisions" },
    404: { path: "/v1/policies/none/decisions" },
    422: { body: { users: [{ values: [1] }] } },
  },
};

/** What requests of a status have in common, whatever the operation. */
const USUAL: Record<string, (operation: Operation) => Asked | Promise<Asked>> = {
  400: ({ requestBody }) => (requestBody ? { raw: "{" } : {}),
  401: () => ({ headers: { authorization: "" } }),
  403: ({ security }) => {
    const other = KEYS.find(({ scopes }) => scopes[0] !== security?.[0]?.apiKey[0]);
    return { headers: { authorization: `Bearer ${other?.key}` } };
  },
  413: () => ({ of: createApp({ ...quiet, keys: KEYS, limits: { bodyBytes: 2 } }) }),
  415: () => ({ headers: { "content-type": "text/plain", "content-encoding": "gzip" } }),
  500: () => ({ of: createApp({ ...quiet, keys: KEYS, store: broken }) }),
  503: () => ({ of: createApp({ ...quiet, keys: KEYS, solver: full, store: away }) }),
};

/** The answer of an application to the request that is to have this status. */
export async function answerOf(operation: Operation, status: string): Promise<Response> {
  const { method, path, security, requestBody } = operation;
  const usual = (await USUAL[status]?.(operation)) ?? {};
  const asked = { ...usual, ...CASES[`${method} ${path}`]?.[status] };
  const of = asked.of ?? createApp({ ...quiet, keys: KEYS, store: await filled() });
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const scope = security?.[0]?.apiKey[0];
  const headers = new Headers(scope ? { authorization: `Bearer a-key-with-the-scope-${scope}` } : {});
  const raw =
    asked.raw ?? (media && (type === "multipart/form-data" ? await totalsForm() : text(asked.body ?? media.example)));
  if (type && !(raw instanceof FormData)) headers.set("content-type", type);
  for (const [name, value] of Object.entries({ ...usual.headers, ...asked.headers })) headers.set(name, value);
  const request = new Request(`http://localhost${asked.path ?? path.replace("{name}", "spring")}`, {
    ...{ method, headers },
    ...(raw === undefined ? {} : { body: raw }),
    ...(raw instanceof ReadableStream ? ({ duplex: "half" } as object) : {}),
  });
  if (status !== "500") return of.fetch(request);
  // Whatever is printed first, an answer or what the store is given, fails.
  const print = vi.spyOn(JSON, "stringify").mockImplementationOnce(() => {
    throw new Error("a secret of the inside");
  });
  try {
    return await of.fetch(request);
  } finally {
    print.mockRestore();
  }
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

async function totalsForm(): Promise<FormData> {
  const offers = { options: ["a"], values: [[1, 2]], costs: [[1, 1]] };
  const answer = await createApp(quiet).request("/v1/totals", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ offers, prices: [1] }),
  });
  const form = new FormData();
  form.append("north", await answer.blob());
  return form;
}

function textForm(): FormData {
  const form = new FormData();
  form.append("north", "no file");
  return form;
}

function wrongForm(): FormData {
  const form = new FormData();
  form.append("north", new Blob(["no totals"]));
  return form;
}
