/** Any split of the users into tables, merged in any order and grouping, gives the bytes of the whole. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEngine, mergeTotals, readTotals, totals } from "../../../src/index.js";
import type { TotalsProblem } from "../../reference/totals.js";
import { firstDifference } from "../solving.js";
import { Random } from "../tables.js";
import { offersOf, problemOf, SHAPES, slotted } from "./tables.js";

const engine = createEngine();

function bytesOf(problem: TotalsProblem, rows?: readonly number[], ids = false): Uint8Array {
  const { prices, exactlyOne, unit } = problem;
  using offers = offersOf(engine, problem, rows, ids);
  return totals(offers, { prices, ...(exactlyOne && { exactlyOne }), ...(unit && { unit }) });
}

/** Merges parts two or three at a time, in an order and grouping that a seed decides. */
function mergedAnyhow(parts: Uint8Array[], random: Random): Uint8Array {
  const left = [...parts];
  while (left.length > 1) {
    const group = Array.from({ length: Math.min(left.length, 2 + random.below(2)) }, () => {
      const [part] = left.splice(random.below(left.length), 1);
      return part as Uint8Array;
    });
    left.push(mergeTotals(...group));
  }
  return left[0] as Uint8Array;
}

function split(users: number, parts: number, random: Random): number[][] {
  const rows: number[][] = Array.from({ length: parts }, () => []);
  // In any order within a part, too.
  const order = Array.from({ length: users }, (_, i) => i).sort(() => random.next() - 0.5);
  for (const user of order) rows[random.below(parts)]?.push(user);
  return rows.filter(({ length }) => length > 0);
}

describe("a split of the users", () => {
  test("gives the same bytes, whatever the numbers, in any order and grouping", () => {
    const cases = fc.record({
      name: fc.constantFrom(...Object.keys(SHAPES)),
      users: fc.integer({ min: 1, max: 200 }),
      options: fc.integer({ min: 1, max: 9 }),
      parts: fc.integer({ min: 1, max: 9 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
      slots: fc.boolean(),
      ids: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ name, users, options, parts, seed, slots, ids }) => {
        const random = new Random(seed);
        const plain = problemOf(name, users, options, seed);
        const problem = slots ? slotted(plain, random, 20) : plain;
        const rows = split(users, parts, random);
        const merged = mergedAnyhow(
          rows.map((own) => bytesOf(problem, own, ids)),
          random,
        );
        expect(firstDifference(merged, bytesOf(problem))).toBe(undefined);
      }),
      { numRuns: 300 },
    );
  });

  test("gives the same bytes in units, although the parts have other digits", () => {
    // The first half costs whole money, the second cents: each by itself would be counted in another unit.
    const costs = [Float32Array.from({ length: 100 }, (_, i) => (i < 50 ? i : i + 0.7))];
    const values = [Float32Array.from({ length: 100 }, (_, i) => (i % 7) * i)];
    const problem = { values, costs, prices: [0, 1, 2.5, 4], unit: 0.01 };
    const half = (from: number) => Array.from({ length: 50 }, (_, i) => from + i);
    const merged = mergeTotals(bytesOf(problem, half(0)), bytesOf(problem, half(50)));
    expect(firstDifference(merged, bytesOf(problem))).toBe(undefined);
    expect(readTotals(merged).rows[0]?.exact.cost).toBe(
      costs[0]?.reduce((sum, c, i) => sum + BigInt(values[0]?.[i] ? Math.round(100 * c) : 0), 0n),
    );
  });

  test("of a large table: tiles, slices and tables of a million", () => {
    const users = 300_000;
    const random = new Random(5);
    const problem = problemOf("thirty orders, positive", 1, 4, 3);
    const columns = Array.from({ length: 4 }, () => ({
      values: Float32Array.from({ length: users }, () => (random.next() < 0.01 ? 1e12 : 9) * random.next()),
      costs: Float32Array.from({ length: users }, () => (random.next() < 0.01 ? 1e-12 : 4) * random.next()),
    }));
    const whole = { ...problem, values: columns.map(({ values }) => values), costs: columns.map(({ costs }) => costs) };
    const bytes = bytesOf(whole);
    const cuts = [0, 1, 4097, 100_001, 100_006, users];
    const parts = cuts.slice(1).map((to, i) => {
      const from = cuts[i] as number;
      return bytesOf({
        ...whole,
        values: whole.values.map((column) => column.subarray(from, to)),
        costs: whole.costs.map((column) => column.subarray(from, to)),
      });
    });
    expect(firstDifference(mergeTotals(...parts.reverse()), bytes)).toBe(undefined);
    const offers = offersOf(engine, whole);
    for (const slice of [1000, 65_536]) {
      expect(firstDifference(totals(offers, { prices: whole.prices }, { slice }), bytes)).toBe(undefined);
    }
    offers.release();
  });

  test("whose sum no number of ours could hold is exact all the same", () => {
    const most = 3.4028234663852886e38;
    const least = 2 ** -149;
    const problem = {
      values: [Float32Array.of(most, least, most)],
      costs: [Float32Array.of(1, 1, least)],
      prices: [0],
    };
    let bytes = bytesOf(problem);
    for (let doubled = 0; doubled < 50; doubled++) bytes = mergeTotals(bytes, bytes);
    const [row] = readTotals(bytes).rows;
    expect(row?.exact.value).toBe((2n * (0xffffffn << 253n) + 1n) << 50n);
    expect(row?.exact.cost).toBe(((2n << 149n) + 1n) << 50n);
    expect(row?.value).toBe(2 * most * 2 ** 50);
    expect(row?.users).toBe(3 * 2 ** 50);
    // 2^53 users and more are refused: they could no longer be counted.
    bytes = mergeTotals(bytes, bytes);
    expect(() => mergeTotals(bytes, bytes)).toThrow(/2\^53 users/);
  });
});

describe("parts that do not belong together", () => {
  const base: TotalsProblem = {
    ...problemOf("cents", 20, 3, 1),
    prices: [1, 2, 3],
    names: ["a", "b", "c"],
    exactlyOne: false,
  };
  const part = bytesOf(base);
  const others: [string, Partial<TotalsProblem>, RegExp][] = [
    ["other prices", { prices: [1, 2.5, 3] }, /part 2 .* its prices\[1\] is 2.5 and not 2/],
    ["more prices", { prices: [1, 2, 3, 4] }, /part 2 .* it has 4 prices and not 3/],
    ["another mode", { exactlyOne: true }, /part 2 .* exactlyOne is true and false/],
    ["a unit", { unit: 0.01 }, /part 2 .* its unit is 0.01 and none/],
    ["other names", { names: ["a", "b", "d"] }, /part 2 .* its options have other names, or stand in another order/],
    ["another order", { names: ["b", "a", "c"] }, /another order/],
    ["names cut elsewhere", { names: ["a", "bc", ""].map((name, i) => name || `x${i}`) }, /another order/],
    [
      "fewer options",
      { ...problemOf("cents", 20, 2, 1), prices: [1, 2, 3], names: ["a", "b"], exactlyOne: false },
      /it has 2 options and not 3/,
    ],
  ];
  for (const [name, change, message] of others) {
    test(`${name}: a RangeError that names what differs`, () => {
      const other = bytesOf({ ...base, ...change });
      expect(() => mergeTotals(part, other)).toThrow(RangeError);
      expect(() => mergeTotals(part, other)).toThrow(message);
    });
  }

  test("the same prices in another order, repeated, or as −0, are the same", () => {
    const same = bytesOf({ ...base, prices: [3, 1, 2, 3, 1] });
    expect(firstDifference(same, part)).toBe(undefined);
    const zero = bytesOf({ ...base, prices: [0, 5] });
    expect(firstDifference(bytesOf({ ...base, prices: [5, -0, 0] }), zero)).toBe(undefined);
  });

  test("one part is itself, and parts are left alone", () => {
    const before = part.slice();
    const merged = mergeTotals(part);
    expect(merged).not.toBe(part);
    expect(firstDifference(merged, part)).toBe(undefined);
    mergeTotals(part, part, part);
    expect(firstDifference(part, before)).toBe(undefined);
    expect(() => mergeTotals()).toThrow(TypeError);
    expect(() => mergeTotals(part, [1] as never)).toThrow(/part 2 must be a Uint8Array, got an array/);
  });
});
