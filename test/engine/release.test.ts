import { describe, expect, it } from "vitest";
import { allocate, createEngine, type Engine, frontier, type Offers } from "../../src/index.js";

const RELEASED = /table of offers has been released.*engine\.offers/;

function table(engine: Engine, users = 1_000): Offers {
  const ids = BigInt64Array.from({ length: users }, (_, i) => BigInt(i));
  const offers = engine.offers({ users, options: 2, ids });
  offers.fill(0, (values, costs) => values.fill(1) && costs.fill(1));
  return offers;
}

describe("a released table", () => {
  it("gives its memory back, keys and all, and says that it is released", () => {
    const engine = createEngine();
    const { used } = engine.arena;
    const offers = table(engine);
    expect(offers.released).toBe(false);
    expect(engine.arena.used).toBeGreaterThan(used);
    offers.release();
    expect(offers.released).toBe(true);
    expect(engine.arena.used).toBe(used);
  });

  it("may be released again: the memory of another table stays that table's", () => {
    const engine = createEngine();
    const first = table(engine);
    first.release();
    const second = table(engine);
    const { used } = engine.arena;
    first.release();
    expect(engine.arena.used).toBe(used);
    expect(allocate(second, { budget: 10 }).value).toBe(10);
  });

  it.each<[string, (offers: Offers) => unknown]>([
    ["fill", (offers) => offers.fill(0, () => {})],
    ["set", (offers) => offers.set(0, 0, new Float64Array(1), new Float64Array(1))],
    ["setKeys", (offers) => offers.setKeys(0, new BigUint64Array(1))],
    ["setIds", (offers) => offers.setIds(0, new BigInt64Array(1))],
    ["allocate", (offers) => allocate(offers, { budget: 1 })],
    ["frontier", (offers) => frontier(offers, {})],
  ])("refuses %s, and says what to do", (_, use) => {
    const engine = createEngine();
    const offers = table(engine);
    offers.release();
    const { used } = engine.arena;
    // What was the table's memory belongs to this one now.
    const other = table(engine);
    expect(() => use(offers)).toThrow(TypeError);
    expect(() => use(offers)).toThrow(RELEASED);
    expect(allocate(other, { budget: 10 }).value).toBe(10);
    other.release();
    expect(engine.arena.used).toBe(used);
  });

  it("is released at the end of a scope by its Symbol.dispose", () => {
    const offers = table(createEngine());
    offers[Symbol.dispose]();
    expect(offers.released).toBe(true);
  });
});

describe("a table that is being filled", () => {
  it("cannot be released, and is whole afterwards", () => {
    const engine = createEngine();
    const offers = table(engine);
    expect(() => offers.fill(1, () => offers.release())).toThrow(/cannot be released while it is being filled/);
    expect(offers.released).toBe(false);
    offers.fill(1, (values, costs) => values.fill(5) && costs.fill(1));
    expect(allocate(offers, { budget: 10 }).value).toBe(50);
  });
});

describe("solving", () => {
  it("keeps no memory, whatever its answer", () => {
    const engine = createEngine();
    const offers = table(engine);
    const { used } = engine.arena;
    allocate(offers, { budget: 10 });
    allocate(offers, { budget: 10 }, { bound: "f64" });
    allocate(offers, { budget: -1, exactlyOne: true });
    frontier(offers, {});
    expect(() => allocate(offers, { budget: Number.NaN })).toThrow(RangeError);
    expect(() => allocate(offers, { budget: 10 }, { signal: AbortSignal.abort() })).toThrow();
    expect(engine.arena.used).toBe(used);
  });

  it("keeps no memory when it is stopped in the middle", () => {
    const engine = createEngine();
    const offers = table(engine, 100_000);
    const { used } = engine.arena;
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    expect(() => allocate(offers, { budget: 10 }, { signal: stop.signal, onProgress })).toThrow("enough");
    expect(engine.arena.used).toBe(used);
  });
});
