/**
 * The caller's money: never over the budget in decimal, though the table holds 32-bit floats.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AllocationRequest, allocate, createEngine } from "../../src/index.js";

/** A table set from the caller's own f64 numbers. */
function tableOf(values: number[][], costs: number[][]) {
  const offers = createEngine().offers({ users: (values[0] as number[]).length, options: values.length });
  values.forEach((column, j) => {
    offers.set(j, 0, Float64Array.from(column), Float64Array.from(costs[j] as number[]));
  });
  return offers;
}

/** A decimal number of at most 12 places as an exact count of 10^-12. */
function exact(decimal: number): bigint {
  const [whole = "0", fraction = ""] = toFixed(decimal).split(".");
  const digits = BigInt(whole.replace("-", "") + fraction.padEnd(12, "0").slice(0, 12));
  return decimal < 0 ? -digits : digits;
}

const toFixed = (x: number) => (Number.isInteger(x) ? x.toFixed(0) : x.toFixed(12));

function spend(choices: ArrayLike<number>, costs: number[][]): bigint {
  let total = 0n;
  for (let user = 0; user < choices.length; user++) {
    const option = choices[user] as number;
    if (option) total += exact(costs[option - 1]?.[user] as number);
  }
  return total;
}

describe("ten million costs of 0.70", () => {
  const USERS = 10_000_000;
  // A quarter of the users at a time; all at once in test/outside. All users tie here, so that all of them are the core:
  // that takes more working memory than there is at the edge.
  const PART = USERS / 4;
  const engine = () => createEngine({ ceiling: 2 ** 30 });

  for (const fill of ["fill", "set"] as const) {
    test(`buy whole numbers of users by ${fill}`, () => {
      const offers = engine().offers({ users: PART, options: 1 });
      if (fill === "fill") {
        offers.fill(0, (values, costs) => {
          values.fill(1);
          costs.fill(0.7);
        });
      } else {
        const values = new Float64Array(PART / 5).fill(1);
        const costs = new Float64Array(PART / 5).fill(0.7);
        for (let from = 0; from < PART; from += PART / 5) offers.set(0, from, values, costs);
      }
      for (const served of [3, 1_000_003, PART - 1]) {
        for (const cents of [-1, 0, 1]) {
          const budget = (served * 70 + cents) / 100;
          const expected = cents < 0 ? served - 1 : served;
          const result = allocate(offers, { budget });
          expect(result.counts).toEqual([expected]);
          expect(result.cost).toBe((expected * 7) / 10);
          expect(result.cost).toBeLessThanOrEqual(budget);
          expect(result.bound).toBeGreaterThanOrEqual(expected);
          expect(result.unit).toBe(0.1);
        }
      }
    });
  }

  test("0.7 times a number, as JavaScript multiplies it, is that many users", () => {
    const offers = tableOf([new Array(100).fill(1)], [new Array(100).fill(0.7)]);
    for (let served = 0; served <= 100; served++) {
      const { counts, value, bound } = allocate(offers, { budget: 0.7 * served });
      expect(counts).toEqual([served]);
      expect(bound).toBeGreaterThanOrEqual(value);
    }
  });
});

describe("mixed decimal costs", () => {
  const decimals = (digits: number, most: number) => fc.integer({ min: 0, max: most }).map((k) => k / 10 ** digits);

  for (const [digits, most] of [
    [0, 1000],
    [1, 5000],
    [2, 100_000],
    [3, 8_000_000],
    [4, 8_000_000],
  ] as const) {
    test(`${digits} places: never over in decimal, and the bound holds`, () => {
      const user = fc.record({
        values: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 2 }),
        costs: fc.array(decimals(digits, most), { minLength: 2, maxLength: 2 }),
      });
      fc.assert(
        fc.property(fc.array(user, { minLength: 1, maxLength: 60 }), decimals(digits, most), (rows, budget) => {
          const values = [0, 1].map((j) => rows.map((row) => row.values[j] as number));
          const costs = [0, 1].map((j) => rows.map((row) => row.costs[j] as number));
          const result = allocate(tableOf(values, costs), { budget });
          expect(spend(result.choices, costs)).toBeLessThanOrEqual(exact(budget));
          expect(exact(result.cost)).toBe(spend(result.choices, costs));
        }),
        { numRuns: 60 },
      );
    });
  }

  test("decimals beside numbers that are none: never over in the caller's own f64", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(decimals(2, 100_000), fc.double({ min: 1e-3, max: 1000, noNaN: true })), {
          minLength: 1,
          maxLength: 80,
        }),
        fc.double({ min: 0, max: 5000, noNaN: true }),
        (costs, budget) => {
          const offers = tableOf([costs.map((_, i) => 1 + (i % 7))], [costs]);
          const { choices, cost } = allocate(offers, { budget });
          expect(cost).toBeLessThanOrEqual(budget);
          expect(exactSum(costs.filter((_, user) => choices[user]))).toBeLessThanOrEqual(exactSum([budget]));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a cost that f32 rounds down is not bought with less than it costs", () => {
    for (const cost of [16_777_217, 1 / 3 + 2e-8, 0.1234568]) {
      if (Math.fround(cost) >= cost) expect.fail(`${cost} is not rounded down`);
      const costs = new Array(100).fill(cost);
      const offers = tableOf([new Array(100).fill(1)], [costs]);
      for (const served of [1, 50, 99]) {
        // Less than so many cost, more than their f32 cost.
        const budget = (served * (cost + Math.fround(cost))) / 2;
        expect(allocate(offers, { budget }).counts).toEqual([served - 1]);
      }
    }
  });

  test("millions and cents in one table, too many units for 32 bits: never over", () => {
    const costs = [1_234_567.89, 0.01, 99_999.99, 7_654_321.12, 0.1];
    for (let cents = 0; cents < 60; cents++) {
      const budget = 1_234_567.89 + 99_999.99 + cents / 100 - 0.3;
      const { choices } = allocate(tableOf([[5, 1, 4, 9, 1]], [costs]), { budget });
      expect(spend(choices, [costs])).toBeLessThanOrEqual(exact(budget));
    }
  });
});

describe("the unit", () => {
  const unitOf = (costs: number[], request: AllocationRequest = {}) =>
    allocate(tableOf([costs.map(() => 1)], [costs]), { budget: 1, ...request }).unit;

  test("is found: the largest of 1, 0.1, … 0.0001", () => {
    expect(unitOf([1, 20, 300])).toBe(1);
    expect(unitOf([1, 20.5])).toBe(0.1);
    expect(unitOf([1.25, 20.5, -3])).toBe(0.01);
    expect(unitOf([0.001, 7])).toBe(0.001);
    expect(unitOf([0.0001])).toBe(0.0001);
    expect(Math.log2(unitOf([1 / 3]))).toBe(Math.round(Math.log2(unitOf([1 / 3]))));
  });

  test("closed options have no say in it", () => {
    const offers = tableOf([[1, -Infinity]], [[2, 1 / 3]]);
    expect(allocate(offers, { budget: 1 }).unit).toBe(1);
  });

  test("is taken as given", () => {
    expect(unitOf([0.25, 0.5], { unit: 0.25 })).toBe(0.25);
    expect(unitOf([5, 10], { unit: 5 })).toBe(5);
    const offers = tableOf([[1, 1, 1, 1]], [[5, 10, 15, 5]]);
    expect(allocate(offers, { budget: 14.99, unit: 5 })).toMatchObject({ cost: 10, value: 2 });
  });

  test("must divide every cost, and the row that it does not divide is named", () => {
    expect(() => unitOf([0.5, 0.75, 0.3], { unit: 0.25 })).toThrow(RangeError);
    expect(() => unitOf([0.5, 0.75, 0.3], { unit: 0.25 })).toThrow(/row 2.*0\.3/);
    expect(() => unitOf([1e6], { unit: 0.01 })).toThrow(RangeError);
  });
});

/** An exact sum of doubles as a whole number of 2^-1074. */
function exactSum(numbers: number[]): bigint {
  return numbers.reduce((sum, x) => sum + exactBits(x), 0n);
}

function exactBits(x: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer)[0] as bigint;
  const exponent = bits >> 52n;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0n ? fraction : (fraction | 0x10_0000_0000_0000n) << (exponent - 1n);
  return x < 0 ? -size : size;
}
