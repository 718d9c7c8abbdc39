/** The small handler answers what the whole application answers. */
import { describe, expect, it } from "vitest";
import { createDecide } from "../../../src/serve/decide.js";
import { createApp, MemoryStore } from "../../../src/serve/index.js";
import { post, quiet, read } from "../asking.js";

const policy = { options: [{ name: "5off", cost: 1 }, { name: "10off" }], price: 1.5 };

async function both() {
  const store = new MemoryStore();
  const whole = createApp({ ...quiet, store });
  const small = createDecide({ ...quiet, store });
  const headers = { "content-type": "application/json" };
  await whole.request("/v1/policies/spring", { method: "PUT", headers, body: JSON.stringify(policy) });
  const ask = async (body: unknown, headers = {}) => {
    const answers = [];
    for (const of of [whole, small]) {
      const { status, body: said } = await post("/v1/policies/spring/decisions", body, {
        of: of as typeof whole,
        headers,
      });
      delete said.instance;
      answers.push({ status, said });
    }
    return answers as [{ status: number; said: unknown }, { status: number; said: unknown }];
  };
  return { ask, small };
}

describe("shadowprice/serve/decide", () => {
  it("answers as the application does, right or wrong", async () => {
    const { ask } = await both();
    for (const [user, status] of [
      [{ id: 7, values: [4, 9], costs: { "10off": 3 } }, 200],
      [{ values: { "5off": 1, "10off": null }, costs: [null, null] }, 200],
      [{ values: [4, 9] }, 422],
      [{ values: [4] }, 422],
    ] as const) {
      const [whole, small] = await ask({ users: [user] });
      expect(small).toEqual(whole);
      expect(small.status).toBe(status);
    }
  });

  it("refuses what has another form, with the place", async () => {
    const { ask } = await both();
    for (const [body, pointer] of [
      [{}, "/users"],
      [[], ""],
      [{ users: [] }, "/users"],
      [{ users: [{ values: ["4", 9] }] }, "/users/0/values/0"],
      [{ users: [{ values: [4, 9], id: {} }] }, "/users/0/id"],
      [{ users: [{ values: [4, 9], more: 1 }] }, "/users/0"],
      ["{", ""],
    ] as const) {
      const [, { status, said }] = await ask(body);
      expect([status, (said as { pointer: string }).pointer]).toEqual([400, pointer]);
    }
  });

  it("asks for its keys, its limits and its kind of body", async () => {
    const store = new MemoryStore();
    const keys = [{ key: "a-key-that-decides-001", scopes: ["decide"] as const }];
    const small = createDecide({ ...quiet, store, keys, limits: { bodyBytes: 40, decisions: 1 } });
    const ask = async (body: unknown, headers: object = { authorization: "Bearer a-key-that-decides-001" }) =>
      (await post("/v1/policies/p/decisions", body, { of: small as never, headers })).status;
    expect(await ask({ users: [] }, {})).toBe(401);
    expect(await ask({ users: [{ values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }] })).toBe(413);
    expect(await ask({ users: [] })).toBe(404);
    await store.write("policy", "p", new TextEncoder().encode(JSON.stringify(policy)), undefined);
    expect(await ask({ users: [{}, {}] })).toBe(413);
    const text = { method: "POST", headers: { authorization: "Bearer a-key-that-decides-001" }, body: "a" };
    expect((await read(await small.request("/v1/policies/p/decisions", text))).status).toBe(415);
    const packed = { ...text, headers: { ...text.headers, "content-encoding": "br" } };
    expect((await read(await small.request("/v1/policies/p/decisions", packed))).body).toMatchObject({
      detail: expect.stringContaining("content-encoding br"),
    });
    expect((await read(await small.request("/healthz"))).status).toBe(200);
    expect((await read(await small.request("/v1/plans"))).status).toBe(404);
  });
});
