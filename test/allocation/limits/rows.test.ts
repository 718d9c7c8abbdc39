/** Rows, resources and exact accounts: what choices use, in the caller's numbers. */
import { describe, expect, test } from "vitest";
import { countingFor } from "../../../src/allocation/allocate.js";
import { Problem } from "../../../src/allocation/limits/problem.js";
import { Scratch } from "../../../src/engine/scratch.js";
import { type AllocationRequest, createEngine, type Offers } from "../../../src/index.js";
import { Random } from "../tables.js";

function small(): Offers {
  const offers = createEngine().offers({ users: 3, options: ["a", "b"], resources: ["hours"] });
  offers.fill(0, (v, c) => {
    v.set([4, 2, 1]);
    c.set([0.1, 0.2, 0.3]);
  });
  offers.fill(1, (v, c) => {
    v.set([5, 5, -Infinity]);
    c.set([0.7, 0.1, 0]);
  });
  offers.fillResource("hours", 0, (h) => h.set([1, 2, 3]));
  offers.setResource("hours", 1, 0, Float64Array.of(0.1, 1 / 3, 0));
  return offers;
}

const REQUEST: AllocationRequest = {
  budget: 0.4,
  minSpend: 0.3,
  minReturn: 1.5,
  stock: { b: 1 },
  groups: [{ name: "g", offers: ["a"], atMost: 0.3, atLeast: 0.1 }],
  resources: [{ name: "hours", atMost: 4 }],
};

function problemOf(offers: Offers, request: AllocationRequest): Problem {
  return new Problem(offers, request, countingFor(offers, request), new Scratch(offers.engine.arena));
}

test("a request as rows, those that count every offer first", () => {
  const problem = problemOf(small(), REQUEST);
  expect(problem.rows.map(({ name, kind, limit }) => [name, kind, limit])).toEqual([
    ["budget", "at most", 0.4],
    ["minSpend", "at least", 0.3],
    ["minReturn", "at least", 1.5],
    ["resource hours", "at most", 4],
    ["stock b", "at most", 1],
    ["group g", "at most", 0.3],
    ["group g", "at least", 0.1],
  ]);
});

test("what choices use is counted in the caller's decimals", () => {
  const problem = problemOf(small(), REQUEST);
  const choices = problem.takeChoices();
  new Uint8Array(problem.offers.engine.memory.buffer, choices, 3).set([1, 1, 0]);
  const used = problem.tally(choices);
  const held = problem.accounts.map(({ row, limit }, k) =>
    row.kind === "at most" ? (used[k] as number) <= limit : (used[k] as number) >= limit,
  );
  // 0.1 + 0.2 is 0.3, not the f64 above it.
  expect(held).toEqual([true, true, true, true, true, true, true]);
  expect([used[0], used[1], used[5]]).toEqual([3, 3, 3]);
  new Uint8Array(problem.offers.engine.memory.buffer, choices, 3).set([2, 2, 1]);
  const more = problem.tally(choices);
  expect([more[0], more[4], more[6]]).toEqual([11, 2, 3]);
  expect((more[3] as number) * (problem.accounts[3]?.quantum as number)).toBeGreaterThanOrEqual(0.1 + 1 / 3 + 3);
});

test("the price of rows is the price of options: scores, sums and slopes", () => {
  const problem = problemOf(small(), REQUEST);
  const prices = [0.5, 0, 0.25, 0.125, 1, 2, 0];
  const priced = problem.price(prices);
  const score = (v: number, c: number, h: number, o: number) =>
    v - 0.5 * c + 0.25 * (v - 1.5 * c) - 0.125 * h - (o === 2 ? 1 : 2 * c);
  const best = [
    Math.max(score(4, 0.1, 1, 1), score(5, 0.7, 0.1, 2)),
    Math.max(score(2, 0.2, 2, 1), score(5, 0.1, 1 / 3, 2)),
    score(1, 0.3, 3, 1),
  ].map((x) => Math.max(0, x));
  expect(priced.score).toBeCloseTo(
    best.reduce((a, b) => a + b),
    6,
  );
  expect(priced.constant).toBeCloseTo(0.5 * 0.4 + 0.125 * 4 + 1 + 2 * 0.3, 12);
  expect(priced.users.reduce((a, b) => a + b)).toBe(3);
  // At the choices, Σ score is value less what the prices charge.
  const charged = prices.reduce(
    (sum, p, k) => sum + p * (problem.rows[k]?.kind === "at most" ? 1 : -1) * (priced.used[k] as number),
    0,
  );
  expect(priced.value - charged).toBeCloseTo(priced.score, 6);
});

describe("resources of a table", () => {
  test("wrong names, rows and numbers are named", () => {
    const engine = createEngine();
    expect(() => engine.offers({ users: 1, options: 1, resources: "x" as never })).toThrow(TypeError);
    expect(() => engine.offers({ users: 1, options: 1, resources: ["x", "x"] })).toThrow(/two resources/);
    expect(() => engine.offers({ users: 1, options: 1, resources: [""] })).toThrow(/empty/);
    const many = Array.from({ length: 65 }, (_, k) => `r${k}`);
    expect(() => engine.offers({ users: 1, options: 1, resources: many })).toThrow(/64/);
    const offers = small();
    expect(() => offers.fillResource("ours", 0, () => {})).toThrow(/hours/);
    expect(() => offers.fillResource("hours", 2, () => {})).toThrow(/column/);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => offers.fillResource("hours", 0, (h) => h.set([0, bad]))).toThrow(/row 1.*"a".*"hours"/);
      expect(() => offers.setResource("hours", 0, 2, Float64Array.of(bad))).toThrow(/row 2/);
    }
    expect(() => offers.setResource("hours", 0, 2, Float64Array.of(1, 2))).toThrow(RangeError);
  });

  test("after an error the option is closed", () => {
    const offers = small();
    expect(() =>
      offers.fillResource("hours", 0, () => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    const problem = problemOf(offers, {});
    expect([...problem.price([]).users]).toEqual([1, 0, 2]);
  });

  test("an amount is never stored below the caller's", () => {
    const random = new Random(5);
    const amounts = Float64Array.from({ length: 1000 }, () => 10 * random.next() - 5);
    const offers = createEngine().offers({ users: 1000, options: 1, resources: ["x"] });
    offers.setResource("x", 0, 0, amounts);
    const stored = new Float32Array(offers.engine.memory.buffer, offers.resources.at, 1000);
    expect(amounts.every((x, i) => (stored[i] as number) >= x)).toBe(true);
  });

  test("memory is given back", () => {
    const engine = createEngine();
    const { used } = engine.arena;
    engine.offers({ users: 100, options: 3, resources: ["x", "y"] }).release();
    expect(engine.arena.used).toBe(used);
  });
});
