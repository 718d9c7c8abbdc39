/**
 * The coupon ladder and the uncorrelated problems with their published optima, and ten million equal costs at once.
 */
import { describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { firstDifference, offersOf } from "../allocation/solving.js";
import { couponLadder, freeSpend, uncorrelated } from "../allocation/tables.js";
import { solveTwin } from "../reference/allocation.js";

/** Optima to eight decimals; HiGHS confirmed those of 1,000 and 10,000 users. */
const LADDERS = [
  [1e3, 376.8103873863816, 2029.72840388, 2.43059048, 8.2e-6],
  [1e4, 3673.497339378297, 19972.82894173, 2.45522107, 2.2e-6],
  [1e5, 36816.80863883346, 198755.18811419, 2.42740826, 1.46e-7],
  [1e6, 368952.55432088074, 1994533.51011183, 2.42968761, 1.44e-8],
] as const;

const UNCORRELATED = [
  [1e4, 1489378.5, 7567907.93125, 1.5375, 2.6e-7],
  [1e5, 15004465.8, 75797797.58928572, 1.51785714, 6.1e-8],
] as const;

for (const [name, cases, make] of [
  ["coupon ladder", LADDERS, couponLadder],
  ["uncorrelated", UNCORRELATED, uncorrelated],
] as const) {
  describe(name, () => {
    for (const [users, budget, relaxed, price, gap] of cases) {
      test(`${users} users × 10`, () => {
        const table = make(users, 10);
        // Which of equally valuable options is free to take is not said there: the uncorrelated integers have ties.
        expect(Math.abs((0.3 * freeSpend(table)) / budget - 1)).toBeLessThan(name === "uncorrelated" ? 2e-3 : 1e-12);
        const offers = offersOf(createEngine(), table);
        const exact = allocate(offers, { budget }, { bound: "f64" });
        const quick = allocate(offers, { budget });
        expect(Math.abs(exact.bound / relaxed - 1)).toBeLessThan(1e-9);
        expect(exact.bound).toBeGreaterThanOrEqual(relaxed * (1 - 1e-11));
        expect(Math.abs(quick.bound / relaxed - 1)).toBeLessThan(1e-6);
        expect(exact.price).toBeCloseTo(price, 7);
        expect(exact.gap).toBeLessThanOrEqual(gap);
        expect(quick.choices).toEqual(exact.choices);
        const twin = solveTwin({ ...table, budget });
        expect(firstDifference(exact.choices, twin.choices)).toBe(undefined);
        expect(twin.price).toBe(exact.price);
      });
    }
  });
}

describe("ten million costs of 0.70 in one table", () => {
  const USERS = 10_000_000;
  const offers = () => createEngine().offers({ users: USERS, options: 1 });

  test("never exceed their budget in decimal", () => {
    const filled = offers();
    filled.fill(0, (values, costs) => {
      values.fill(1);
      costs.fill(0.7);
    });
    const set = offers();
    const piece = 1_000_000;
    for (let from = 0; from < USERS; from += piece) {
      set.set(0, from, new Float64Array(piece).fill(1), new Float64Array(piece).fill(0.7));
    }
    for (const table of [filled, set]) {
      for (const served of [1, 5_000_001, USERS - 1]) {
        for (const cents of [-1, 0]) {
          const budget = (served * 70 + cents) / 100;
          const expected = cents < 0 ? served - 1 : served;
          const result = allocate(table, { budget });
          expect(result.counts).toEqual([expected]);
          expect(result.cost).toBe((expected * 7) / 10);
          expect(result.bound).toBeGreaterThanOrEqual(result.value);
        }
      }
    }
  });
});
