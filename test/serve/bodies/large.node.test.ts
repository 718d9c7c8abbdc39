/** Large JSON bodies, which a worker reads: the same answers and errors, to the byte, as of one that is read here. */
import { afterAll, describe, expect, it, vi } from "vitest";
import { createPool } from "../../../src/pool/index.js";
import { createApp } from "../../../src/serve/index.js";
import { quiet } from "../asking.js";

const script = new URL("../../../dist/pool.worker.js", import.meta.url);
const pool = createPool({ size: 1, script });
afterAll(() => pool.close());
const limits = { users: 20_000, options: 3 };
const apart = createApp({ ...quiet, limits, solver: pool });
const here = createApp({ ...quiet, limits });

const USERS = 20_000;
const numbers = (of: (i: number) => number | null) => Array.from({ length: USERS }, (_, i) => of(i));
const offers = {
  options: ["a", "b"],
  ids: numbers((i) => i + 1),
  values: [numbers((i) => (i * 7919) % 101), numbers((i) => (i % 11 === 0 ? null : (i * 31) % 57))],
  costs: [numbers((i) => 1 + (i % 3)), numbers((i) => (i % 11 === 0 ? null : 2))],
  resources: { hours: [numbers(() => 1), numbers((i) => i % 2)] },
};
const put = (change: (body: { offers: typeof offers; request: Record<string, unknown> }) => unknown) => {
  const body = { offers: structuredClone(offers), request: { budget: 4000 } as Record<string, unknown> };
  return JSON.stringify(change(body) ?? body);
};
const set = (at: string, value: unknown) =>
  put((body) => {
    const steps = at.split("/");
    const last = steps.pop() as string;
    // biome-ignore lint/suspicious/noExplicitAny: any place
    const parent = steps.reduce<any>((inner, step) => inner[step], body);
    parent[last] = value;
    return body;
  });

async function told(app: typeof here, path: string, body: string) {
  const headers = { "content-type": "application/json", "x-request-id": "same", "content-length": String(body.length) };
  const response = await app.request(path, { method: "POST", headers, body });
  const text = await response.text();
  return [response.status, text.replace(/,"(seconds|phases)":(\{[^}]*\}|[\d.e-]+)/g, "")];
}

describe("a large JSON body", () => {
  it.each([
    ["/v1/allocations", put(() => undefined)],
    ["/v1/allocations", set("request", { budget: 4000, resources: [{ name: "hours", atMost: 900 }] })],
    ["/v1/frontiers", put(({ offers }) => ({ offers, points: 5 }))],
    ["/v1/totals", put(({ offers }) => ({ offers, prices: [0.5, 2] }))],
    ["/v1/allocations", `${put(() => undefined)}]`],
    ["/v1/allocations", set("offers/values/1/7", "7")],
    ["/v1/allocations", set("offers/values/1/7", null)],
    ["/v1/allocations", put(() => undefined).replace(/"costs":\[\[1/, '"costs":[[1e999')],
    ["/v1/allocations", set("offers/costs/0/77", 1e300)],
    ["/v1/allocations", set("offers/costs/1", [1])],
    ["/v1/allocations", set("offers/ids/3", 1.5)],
    ["/v1/allocations", set("offers/prices", [])],
    ["/v1/allocations", set("offers/options", ["a", "a"])],
    ["/v1/allocations", set("offers/resources/hours", [])],
    ["/v1/allocations", set("request/budget", "much")],
    ["/v1/allocations", set("request", { budget: 1, stock: { c: 1 } })],
    ["/v1/allocations", set("offers/ids", [])],
    ["/v1/frontiers", put(({ offers }) => ({ offers, points: 5000 }))],
    [
      "/v1/allocations",
      put(({ offers, request }) => ({
        offers: {
          ...offers,
          ids: undefined,
          resources: undefined,
          options: ["a", "b", "c", "d"],
          values: Array(4).fill(offers.values[0]),
          costs: Array(4).fill(offers.costs[0]),
        },
        request,
      })),
    ],
  ])("is answered as a small one is %#", async (path, body) => {
    expect(body.length).toBeGreaterThan(1 << 18);
    const run = vi.spyOn(pool, "run");
    const [one, other] = [await told(apart, path, body), await told(here, path, body)];
    expect(run.mock.calls[0]?.[0]).toBe("readOffers");
    run.mockRestore();
    expect(one).toEqual(other);
  });
});
