/** Models by version, their scores, and decisions at policies that have one. */
import { describe, expect, it } from "vitest";
import { decide, importModel, Model } from "../../../src/index.js";
import { createDecide } from "../../../src/serve/decide.js";
import { createApp, MemoryStore } from "../../../src/serve/index.js";
import { PublishedModel, ScoresAnswer } from "../../../src/serve/schemas/model.js";
import { DecisionsAnswer } from "../../../src/serve/schemas/policy.js";
import { makeForest, seeded } from "../../uplift/forests.js";
import { readCases } from "../../uplift/importers/fixtures.js";
import { get, post, quiet, read } from "../asking.js";

type App = ReturnType<typeof createApp>;
const BYTES = "application/vnd.shadowprice.model";

async function put(of: App, path: string, body: BodyInit, headers: Record<string, string> = {}) {
  return read(await of.request(path, { method: "PUT", headers, body }));
}
const publish = (of: App, name: string, policy: object, headers = {}) =>
  put(of, `/v1/policies/${name}`, JSON.stringify(policy), { "content-type": "application/json", ...headers });

/** Outputs none, 5off and 10off over x0 … x5. */
function forest(seed: number, outputs = ["none", "5off", "10off"]): Model {
  const made = makeForest({
    trees: 30,
    leaves: 16,
    features: 6,
    outputs: outputs.length,
    vectors: true,
    missing: "any",
    seed,
  });
  return Model.from({ ...made, features: made.features.map((_, f) => `x${f}`), outputs });
}

const policy = {
  model: { name: "uplift" },
  options: [
    { name: "5off", value: { output: "5off", minus: "none", times: 40 }, cost: 1 },
    {
      name: "10off",
      value: { output: "10off", minus: "none", times: "margin", plus: -0.5 },
      cost: { output: "10off", times: 0.1, plus: 2 },
    },
    { name: "call", value: 1.25 },
  ],
  price: 0.4,
};

function someone(random: () => number, margin = 30) {
  const x = Array.from({ length: 6 }, () => (random() < 0.15 ? null : random() * 2 - 1));
  return { x, features: { ...Object.fromEntries(x.map((cell, f) => [`x${f}`, cell])), margin } };
}

/** The decision as the core alone makes it. */
function byHand(model: Model, x: (number | null)[], margin: number, call: number) {
  const [none, five, ten] = model.score(x.map((cell) => cell ?? Number.NaN)) as unknown as [number, number, number];
  const values = [40 * (five - none) + 0, margin * (ten - none) - 0.5, 1.25];
  const costs = [1, 0.1 * ten + 2, call];
  return { values, costs, choice: decide(values, costs, 0.4) };
}

async function serving() {
  const store = new MemoryStore();
  const of = createApp({ ...quiet, store });
  const small = createDecide({ ...quiet, store }) as unknown as App;
  const model = forest(3);
  await put(of, "/v1/models/uplift", model.bytes());
  expect((await publish(of, "p", policy)).status).toBe(201);
  const ask = (users: object[], app = of) => post("/v1/policies/p/decisions", { users }, { of: app });
  return { of, small, store, model, ask };
}

describe("a model", () => {
  it("of any library is imported, kept as our bytes and scores what its library predicts", async () => {
    const of = createApp(quiet);
    const cases = [...(await readCases())];
    expect(cases.length).toBeGreaterThan(10);
    for (const [i, [, { file, rows }]] of cases.entries()) {
      const model = importModel(file);
      const published = await put(of, `/v1/models/m${i}`, file as BodyInit);
      expect([published.status, published.headers.get("etag")]).toEqual([201, '"1"']);
      expect(PublishedModel.parse(published.body)).toMatchObject({ features: model.features, outputs: model.outputs });
      const bytes = await of.request(`/v1/models/m${i}`, { headers: { accept: BYTES } });
      expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(model.bytes());
      const finite = rows.filter((row) => row.every((x) => !Number.isFinite(x) === Number.isNaN(x))).slice(0, 40);
      const cells = finite.map((row) =>
        Object.fromEntries(model.features.map((name, f) => [name, Number.isNaN(row[f]) ? null : (row[f] as number)])),
      );
      const { body } = await post(`/v1/models/m${i}/scores`, { rows: cells }, { of });
      const { outputs } = ScoresAnswer.parse(body);
      finite.forEach((row, r) => {
        const own = [...model.score(row)];
        expect(model.outputs.map((name) => outputs[name]?.[r])).toEqual(
          own.map((x) => (Number.isFinite(x) ? x : null)),
        );
      });
    }
  });

  it("is versioned as policies are, every version to be read and scored", async () => {
    const of = createApp(quiet);
    const [one, two] = [forest(1), forest(2)];
    expect((await put(of, "/v1/models/m", one.bytes())).status).toBe(201);
    expect((await put(of, "/v1/models/m", two.bytes())).status).toBe(428);
    expect((await put(of, "/v1/models/m", two.bytes(), { "if-match": '"7"' })).status).toBe(412);
    const second = await put(of, "/v1/models/m", two.bytes(), { "if-match": '"1"' });
    expect([second.status, second.headers.get("etag")]).toEqual([200, '"2"']);
    const rows = [Object.fromEntries(one.features.map((name) => [name, 0.1]))];
    const row = one.features.map(() => 0.1);
    const scored = async (more: object) => (await post("/v1/models/m/scores", { rows, ...more }, { of })).body;
    expect((await scored({})).outputs["5off"]).toEqual([two.score(row)[1]]);
    expect(await scored({ version: 1 })).toMatchObject({ version: 1, outputs: { "5off": [one.score(row)[1]] } });
    expect((await get("/v1/models/m?version=1", { of })).headers.get("etag")).toBe('"1"');
    expect((await get("/v1/models/m?version=3", { of })).status).toBe(404);
    const remove = (headers: object) => of.request("/v1/models/m", { method: "DELETE", headers: { ...headers } });
    expect((await remove({})).status).toBe(428);
    expect((await remove({ "if-match": '"2"' })).status).toBe(204);
    expect((await get("/v1/models/m?version=1", { of })).status).toBe(404);
    expect((await post("/v1/models/m/scores", { rows }, { of })).status).toBe(404);
  });

  it("scores columns as rows, in slices, null for missing", async () => {
    const of = createApp(quiet);
    const model = forest(5);
    await put(of, "/v1/models/m", model.bytes());
    const random = seeded(4);
    const count = 40_000;
    const columns = Object.fromEntries(
      model.features.map((name) => [
        name,
        Array.from({ length: count }, () => (random() < 0.1 ? null : random() * 2 - 1)),
      ]),
    );
    const { body } = await post("/v1/models/m/scores", { columns: { ...columns, id: [] } }, { of });
    const own = model.score(
      Object.fromEntries(
        model.features.map((name) => [name, Float64Array.from(columns[name] ?? [], (x) => x ?? Number.NaN)]),
      ),
    );
    expect(body.rows).toBe(count);
    for (const name of model.outputs) expect(body.outputs[name]).toEqual([...(own[name] as Float64Array)]);
    const rows = Array.from({ length: 3 }, (_, i) =>
      Object.fromEntries(model.features.map((name) => [name, columns[name]?.[i] ?? null])),
    );
    const few = await post("/v1/models/m/scores", { rows }, { of });
    expect(few.body.outputs["10off"]).toEqual([...(own["10off"] as Float64Array).subarray(0, 3)]);
  });

  it("that is none, and rows that do not fit, are refused with the place", async () => {
    const of = createApp({ ...quiet, limits: { users: 2 } });
    const model = forest(5);
    await put(of, "/v1/models/m", model.bytes());
    const damaged = model.bytes();
    damaged[100] = (damaged[100] as number) ^ 1;
    for (const file of [damaged, model.bytes().subarray(0, 90), "{}", "nonsense", new Uint8Array(9)]) {
      const { status, body } = await put(of, "/v1/models/bad", file as BodyInit);
      expect([status, typeof body.detail]).toEqual([422, "string"]);
    }
    expect((await put(of, "/v1/models/bad", "")).status).toBe(400);
    expect((await get("/v1/models/bad", { of })).status).toBe(404);
    const full = Object.fromEntries(model.features.map((name) => [name, 1]));
    const { x3, ...less } = full as Record<string, number>;
    const asked = async (body: object) => {
      const answer = await post("/v1/models/m/scores", body, { of });
      return [answer.status, answer.body.pointer];
    };
    expect(await asked({ rows: [full, less] })).toEqual([422, "/rows/1"]);
    expect(await asked({ rows: [full, full, full] })).toEqual([413, "/rows"]);
    expect(await asked({ rows: [{ ...full, x3: "1" }] })).toEqual([400, "/rows/0/x3"]);
    expect(await asked({ columns: { x0: [1] } })).toEqual([422, "/columns"]);
    expect(await asked({ columns: { x0: [1, 2, 3] } })).toEqual([422, "/columns"]);
    const columns = Object.fromEntries(model.features.map((name) => [name, [1]]));
    expect(await asked({ columns: { ...columns, x3: [1, 2] } })).toEqual([422, "/columns/x3"]);
    expect(await asked({})).toEqual([400, ""]);
    expect(await asked({ rows: [full], columns })).toEqual([400, ""]);
  });
});

describe("a policy with a model", () => {
  it("decides as the core does by hand, in the whole application and in the small one", async () => {
    const { model, ask, small } = await serving();
    const random = seeded(7);
    const chosen = new Set<string | null>();
    const people = Array.from({ length: 300 }, () => someone(random, 10 + 50 * random()));
    const users = people.map(({ features }, id) => ({ id, features, costs: { call: id % 2 ? 2 : 5 } }));
    const [whole, tiny] = [await ask(users), await ask(users, small)];
    expect(tiny.body).toEqual(whole.body);
    const { decisions, ...rest } = DecisionsAnswer.parse(whole.body);
    expect(rest).toEqual({ policy: "p", version: 1, price: 0.4, model: { name: "uplift", version: 1 } });
    decisions.forEach(({ offer, options }, i) => {
      const { x, features } = people[i] as (typeof people)[number];
      const { values, costs, choice } = byHand(model, x, features.margin, i % 2 ? 2 : 5);
      expect(options.map(({ value }) => value)).toEqual(values);
      expect(options.map(({ cost }) => cost)).toEqual(costs);
      expect(offer).toBe(choice === 0 ? null : policy.options[choice - 1]?.name);
      chosen.add(offer);
    });
    expect(chosen.size).toBe(4);
  });

  it("takes features as a list, closes options, and lets be what nobody asks for", async () => {
    const { ask } = await serving();
    const { x, features } = someone(seeded(9));
    const costs = { call: 2 };
    const byName = await ask([{ features: { ...features, colour: 7 }, costs }]);
    const byPlace = await ask([{ features: [...x, features.margin], costs }]);
    expect(byName.status).toBe(200);
    expect(byPlace.body).toEqual(byName.body);
    const closed = await ask([{ features, costs, closed: ["5off", "10off", "call"] }]);
    expect(closed.body.decisions[0]).toMatchObject({ offer: null, options: [{ value: null }, { value: null }, {}] });
  });

  it("follows its model to the next version, unless it names one", async () => {
    const { of, ask, model } = await serving();
    const next = forest(8);
    await publish(of, "pinned", { ...policy, model: { name: "uplift", version: 1 } });
    await put(of, "/v1/models/uplift", next.bytes(), { "if-match": '"1"' });
    const { x, features } = someone(seeded(11));
    const users = [{ features, costs: { call: 2 } }];
    const following = (await ask(users)).body;
    const pinned = (await post("/v1/policies/pinned/decisions", { users }, { of })).body;
    for (const [body, version, own] of [
      [following, 2, next],
      [pinned, 1, model],
    ] as const) {
      expect(body.model.version).toBe(version);
      expect(body.decisions[0].options[0].value).toBe(byHand(own, x, features.margin, 2).values[0]);
    }
  });

  it("says so when its model is withdrawn or no longer fits", async () => {
    const { of, ask, small } = await serving();
    const users = [{ features: someone(seeded(1)).features, costs: { call: 2 } }];
    const other = forest(8, ["none", "5off", "15off"]);
    await put(of, "/v1/models/uplift", other.bytes(), { "if-match": '"1"' });
    for (const app of [of, small]) {
      const { status, body } = await ask(users, app);
      expect([status, body.detail]).toEqual([409, expect.stringContaining('has no output "10off"')]);
    }
    await of.request("/v1/models/uplift", { method: "DELETE", headers: { "if-match": '"2"' } });
    expect(await ask(users)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("no model") } });
    await put(of, "/v1/models/uplift", forest(3).bytes());
    expect((await ask(users)).status).toBe(200);
  });

  it("is refused where its parts do not fit, with the place", async () => {
    const { of } = await serving();
    const pointer = async (change: object) => {
      const { status, body } = await publish(of, "new", { ...policy, ...change });
      return [status, body.pointer];
    };
    const [one, two, three] = policy.options as [object, object, object];
    expect(await pointer({ model: { name: "none" } })).toEqual([422, "/model/name"]);
    expect(await pointer({ model: { name: "uplift", version: 2 } })).toEqual([422, "/model"]);
    expect(await pointer({ model: undefined })).toEqual([422, "/options/0/value"]);
    expect(await pointer({ options: [{ ...one, value: undefined }] })).toEqual([422, "/options/0"]);
    expect(await pointer({ options: [one, { ...two, value: { output: "no" } }] })).toEqual([
      422,
      "/options/1/value/output",
    ]);
    expect(await pointer({ options: [one, { ...two, cost: { output: "none", minus: "no" } }] })).toEqual([
      422,
      "/options/1/cost/minus",
    ]);
    expect(await pointer({ options: [three, three] })).toEqual([422, "/options/1/name"]);
  });

  it("names what a user lacks", async () => {
    const { ask } = await serving();
    const { features } = someone(seeded(2));
    const { x2, ...less } = features as Record<string, number | null>;
    const pointer = async (user: object) => {
      const { status, body } = await ask([user]);
      return [status, body.pointer, body.detail];
    };
    const costs = { call: 2 };
    expect(await pointer({ features: less, costs })).toEqual([
      422,
      "/users/0/features",
      expect.stringContaining('"x2"'),
    ]);
    expect((await pointer({ features: { ...features, x2: "1" }, costs }))[1]).toBe("/users/0/features/x2");
    expect((await pointer({ features: { ...features, margin: null }, costs }))[2]).toContain(
      '"margin", which is missing',
    );
    expect((await pointer({ features: [1, 2], costs }))[1]).toBe("/users/0/features");
    expect((await pointer({ costs }))[1]).toBe("/users/0/features");
    expect((await pointer({ features }))[1]).toBe("/users/0/costs");
    expect((await pointer({ features, costs: { call: 2, "5off": 3 } }))[2]).toContain("the policy says");
    expect((await pointer({ features, costs, values: [1] }))[0]).toBe(400);
    expect((await pointer({ features, costs, closed: ["no"] }))[1]).toBe("/users/0/closed/0");
  });
});
