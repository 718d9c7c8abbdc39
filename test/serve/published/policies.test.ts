/** Policies by version, and decisions at them. */
import { describe, expect, it } from "vitest";
import { decide } from "../../../src/index.js";
import { createApp } from "../../../src/serve/index.js";
import { DecisionsAnswer, PublishedPolicy } from "../../../src/serve/schemas/policy.js";
import { get, post, quiet, read } from "../asking.js";

const policy = { options: [{ name: "5off", cost: 1 }, { name: "10off" }], price: 1.5 };

async function publish(of: ReturnType<typeof createApp>, name: string, body: object, headers = {}) {
  const init = {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  return read(await of.request(`/v1/policies/${name}`, init));
}

const remove = async (of: ReturnType<typeof createApp>, name: string, headers = {}) =>
  read(await of.request(`/v1/policies/${name}`, { method: "DELETE", headers }));

describe("a policy", () => {
  it("is published by version, and read as it was published", async () => {
    const of = createApp(quiet);
    const first = await publish(of, "spring", policy);
    expect([first.status, first.headers.get("etag")]).toEqual([201, '"1"']);
    const again = await publish(of, "spring", { ...policy, price: 2 }, { "if-match": '"1"' });
    expect([again.status, again.headers.get("etag")]).toEqual([200, '"2"']);
    const { body, headers } = await get("/v1/policies/spring", { of });
    expect(PublishedPolicy.parse(body)).toEqual({ name: "spring", version: 2, policy: { ...policy, price: 2 } });
    expect(headers.get("etag")).toBe('"2"');
  });

  it("is never replaced by one who has not seen its last version", async () => {
    const of = createApp(quiet);
    await publish(of, "spring", policy);
    expect((await publish(of, "spring", policy)).status).toBe(428);
    expect((await publish(of, "spring", policy, { "if-none-match": "*" })).status).toBe(412);
    expect((await publish(of, "spring", policy, { "if-match": '"2"' })).status).toBe(412);
    expect((await publish(of, "spring", policy, { "if-match": "1" })).status).toBe(400);
    const both = await Promise.all(
      [1, 2].map((price) => publish(of, "spring", { ...policy, price }, { "if-match": '"1"' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it("is withdrawn by version, and its number is not used again", async () => {
    const of = createApp(quiet);
    await publish(of, "spring", policy);
    expect((await remove(of, "spring")).status).toBe(428);
    expect((await remove(of, "spring", { "if-match": '"7"' })).status).toBe(412);
    expect((await remove(of, "spring", { "if-match": '"1"' })).status).toBe(204);
    expect((await get("/v1/policies/spring", { of })).status).toBe(404);
    expect((await remove(of, "spring")).status).toBe(404);
    expect((await publish(of, "spring", policy)).headers.get("etag")).toBe('"2"');
  });

  it("of a wrong form, or of a wrong name, is refused with the place", async () => {
    const of = createApp(quiet);
    const twice = { ...policy, options: [{ name: "a" }, { name: "a" }] };
    expect((await publish(of, "spring", twice)).body.pointer).toBe("/options/1/name");
    expect((await publish(of, "spring", { ...policy, price: null })).body.pointer).toBe("/price");
    expect((await publish(of, "..%2Fx", policy)).status).toBe(400);
  });

  it("is published with the scope publish, and decides with decide", async () => {
    const keys = (["decide", "publish"] as const).map((scope) => ({
      key: `a-key-with-the-scope-${scope}`,
      scopes: [scope],
    }));
    const of = createApp({ ...quiet, keys });
    const as = (scope: string) => ({ authorization: `Bearer a-key-with-the-scope-${scope}` });
    expect((await publish(of, "spring", policy, as("decide"))).status).toBe(403);
    expect((await publish(of, "spring", policy, as("publish"))).status).toBe(201);
    const users = [{ values: [4, 9], costs: { "10off": 3 } }];
    const decisions = (headers: object) => post("/v1/policies/spring/decisions", { users }, { of, headers });
    expect((await decisions(as("publish"))).status).toBe(403);
    expect((await decisions(as("decide"))).status).toBe(200);
    expect((await remove(of, "spring", { ...as("decide"), "if-match": "*" })).status).toBe(403);
  });
});

describe("decisions", () => {
  const of = createApp(quiet);
  const ready = publish(of, "spring", policy);
  const ask = async (...users: object[]) => {
    await ready;
    return post("/v1/policies/spring/decisions", { users }, { of });
  };

  it("are those of decide, with why, the version and the price", async () => {
    const { status, body } = await ask(
      { id: "u1", values: [4, 9], costs: { "10off": 3 } },
      { values: [1, 1], costs: { "10off": 3 } },
    );
    expect(status).toBe(200);
    const { decisions, ...rest } = DecisionsAnswer.parse(body);
    expect(rest).toEqual({ policy: "spring", version: 1, price: 1.5 });
    expect(decide([4, 9], [1, 3], 1.5)).toBe(2);
    expect(decisions[0]).toEqual({
      id: "u1",
      offer: "10off",
      score: 4.5,
      options: [
        { name: "5off", value: 4, cost: 1, score: 2.5 },
        { name: "10off", value: 9, cost: 3, score: 4.5 },
      ],
    });
    expect(decisions[1]).toMatchObject({ offer: null, score: 0 });
  });

  it("take values by name, and null closes an option", async () => {
    const { body } = await ask({ values: { "10off": null, "5off": 4 }, costs: [null, null] });
    expect(body.decisions[0]).toMatchObject({
      offer: "5off",
      options: [{}, { name: "10off", value: null, score: null }],
    });
  });

  it("charge for stock, and hold prices of their own by option", async () => {
    const options = [
      { name: "a", cost: 1, charge: 2.5 },
      { name: "b", cost: 1, price: 3 },
    ];
    await publish(of, "charged", { options, price: 1 });
    const { body } = await post("/v1/policies/charged/decisions", { users: [{ values: [4, 4] }] }, { of });
    expect(body.decisions[0].options.map(({ score }: { score: number }) => score)).toEqual([0.5, 1]);
  });

  it("name what is missing or strange", async () => {
    const pointer = async (user: object) => {
      const { status, body } = await ask(user);
      return [status, body.pointer];
    };
    expect(await pointer({ values: [4, 9] })).toEqual([422, "/users/0/costs"]);
    expect(await pointer({ values: [4], costs: { "10off": 3 } })).toEqual([422, "/users/0/values"]);
    expect(await pointer({ values: { "5off": 1 }, costs: { "10off": 3 } })).toEqual([422, "/users/0/values"]);
    expect(await pointer({ values: { constructor: 1 }, costs: [null, 1] })).toEqual([400, "/users/0/values"]);
    expect(await pointer({ values: [4, 9], costs: [2, 3] })).toEqual([422, "/users/0/costs"]);
    expect(await pointer({ costs: [2, 3] })).toEqual([400, "/users/0/values"]);
    expect((await post("/v1/policies/none/decisions", { users: [{ values: [] }] }, { of })).status).toBe(404);
  });

  it("follow a new version at once", async () => {
    const fresh = createApp(quiet);
    await publish(fresh, "p", { options: [{ name: "a", cost: 1 }], price: 1 });
    const offer = async () =>
      (await post("/v1/policies/p/decisions", { users: [{ values: [2] }] }, { of: fresh })).body.decisions[0].offer;
    expect(await offer()).toBe("a");
    await publish(fresh, "p", { options: [{ name: "a", cost: 1 }], price: 3 }, { "if-match": '"1"' });
    expect(await offer()).toBeNull();
  });
});
