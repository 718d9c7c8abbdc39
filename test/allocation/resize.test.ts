/** A table that grows and shrinks while it is filled is the table that was made for its users. */
import { describe, expect, it } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { made } from "../pool/columns.js";

const SIZES = [
  [1, 10, 1000],
  [16, 17, 4000, 100_000],
  [1000, 1003, 20_000],
];

describe("a table that is resized", () => {
  it.each(SIZES.map((sizes) => [sizes]))("decides as one that was not: %j", (sizes) => {
    const users = (sizes.at(-1) as number) - 7;
    const { options, values, costs } = made(users, 3);
    const resources = { hours: values.map((column) => column.map((x) => Math.fround(x / 3))) };
    const ids = BigInt64Array.from({ length: users }, (_, i) => BigInt(users - i));
    const engine = createEngine();
    const plain = engine.offers({ users, options, ids, resources: ["hours"] });
    const grown = engine.offers({ users: sizes[0] as number, options, resources: ["hours"] });
    let from = 0;
    for (const size of sizes) {
      grown.resize(size);
      const to = Math.min(size, users);
      grown.setIds(from, ids.subarray(from, to));
      for (const j of options.keys()) {
        grown.set(j, from, values[j]?.subarray(from, to) as Float32Array, costs[j]?.subarray(from, to) as Float32Array);
        grown.setResource("hours", j, from, resources.hours[j]?.subarray(from, to) as Float32Array);
      }
      from = to;
    }
    grown.resize(users);
    for (const j of options.keys()) {
      plain.set(j, 0, values[j] as Float32Array, costs[j] as Float32Array);
      plain.setResource("hours", j, 0, resources.hours[j] as Float32Array);
    }
    for (const request of [{ budget: users }, { budget: users, resources: [{ name: "hours", atMost: users / 4 }] }]) {
      const [one, other] = [allocate(plain, request), allocate(grown, request)];
      expect(other.choices).toEqual(one.choices);
      expect([other.value, other.cost, other.bound]).toEqual([one.value, one.cost, one.bound]);
    }
    plain.release();
    grown.release();
    expect(engine.arena.used).toBe(createEngine().arena.used);
  });

  it("forgets no row that was set, and stays as it was where there is no room", () => {
    const small = createEngine({ ceiling: 2 ** 20 });
    const offers = small.offers({ users: 100, options: 2 });
    offers.set(0, 0, Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 1));
    expect(() => offers.resize(2)).toThrow("3 rows are set");
    expect(() => offers.resize(1_000_000)).toThrow("ceiling");
    offers.resize(3);
    expect(allocate(offers, { budget: 2 }).value).toBe(5);
    const slots = small.offers({ users: 4, options: 9, slots: 2 });
    expect(() => slots.resize(8)).toThrow(TypeError);
  });
});
