/**
 * `exact` against optima found by other means: every Pareto-optimal plan of small tables, Bellman's program on Pisinger's
 * families.
 */
import { describe, expect, test } from "vitest";
import { FAMILIES, type Family, pisinger } from "../../../bench/allocation/pisinger.js";
import type { AllocationResult } from "../../../src/index.js";
import { bellman, optimum } from "../../reference/exact.js";
import { quantumOf } from "../../reference/money.js";
import { expectClose, solve } from "../solving.js";
import { freeSpend, leastSpend, near, Random, type Table, tableOf } from "../tables.js";

/** Proven, within the budget, worth the optimum; the bound on it. */
function expectProven(result: AllocationResult, table: Table, budget: number, best: number, exactlyOne: boolean): void {
  expect(result.status).toBe("met");
  expect(result.stopped).toBe(undefined);
  expectClose(result.value, best, 1e-12);
  expect(result.bound).toBeGreaterThanOrEqual(best);
  expect(result.bound).toBeGreaterThanOrEqual(result.value);
  expectClose(result.bound, best, 1e-11);
  expectFeasible(result, table, budget, exactlyOne);
}

/** The choices are open options that fit the budget, and what they cost and bring is what the result says. */
function expectFeasible(result: AllocationResult, { values, costs }: Table, budget: number, exactlyOne: boolean): void {
  const money = quantumOf(values, costs);
  let spent = 0;
  result.choices.forEach((option, user) => {
    if (option === 0) {
      expect(exactlyOne).toBe(false);
      return;
    }
    expect(values[option - 1]?.[user]).toBeGreaterThan(-Infinity);
    spent += money.quanta(costs[option - 1]?.[user] as number);
  });
  expectClose(result.cost, money.money(spent), 1e-9);
  expect(result.cost).toBeLessThanOrEqual(budget + 2 ** -50 * Math.abs(budget));
}

for (const exactlyOne of [false, true]) {
  describe(exactlyOne ? "exactly one" : "at most one", () => {
    test.each(near)("%s: the optimum of all plans", (_, draw) => {
      for (let seed = 1; seed <= 25; seed++) {
        const random = new Random(seed);
        const table = tableOf(1 + random.below(9), 1 + random.below(4), random, draw);
        const cheapest = leastSpend(table, exactlyOne);
        const least = Number.isFinite(cheapest) ? cheapest : 0;
        const budget = least + (freeSpend(table) - least) * random.next() * (seed % 5 === 0 ? 0 : 1);
        const best = optimum({ ...table, budget, exactlyOne });
        const result = solve(table, { budget, exactlyOne, exact: true });
        if (best === undefined) expect(result.status).toBe("impossible");
        else expectProven(result, table, budget, best, exactlyOne);
      }
    });
  });
}

/** The break price comes from the f32 beside the decimals, so it is not quite the one ratio that all options have. */
test("every option at the same ratio of decimal values to binary costs", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const [users, options] = [1 + random.below(4), 1 + random.below(3)];
    const costs = Array.from({ length: options }, () =>
      Array.from({ length: users }, () => (1 + random.below(9)) * (1 + random.below(20))),
    );
    const table = {
      values: costs.map((column) => Float32Array.from(column, (c) => (2 * c) / 10)),
      costs: costs.map((column) => Float32Array.from(column, (c) => c / 2 ** 20)),
    };
    const most = users * Math.max(...costs.flat()) * random.next();
    let spent = new Set([0]);
    for (let i = 0; i < users; i++) {
      spent = new Set([...spent].flatMap((k) => [k, ...costs.map((column) => k + (column[i] as number))]));
    }
    const best = Math.max(...[...spent].filter((k) => k <= most));
    const result = solve(table, { budget: most / 2 ** 20, exact: true });
    expect([result.value, result.bound, result.stopped], `seed ${seed}`).toEqual([best / 5, best / 5, undefined]);
  }
});

describe("Pisinger's families", () => {
  for (const family of Object.keys(FAMILIES) as Family[]) {
    test.each([
      [1000, 40, 8],
      [10_000, 12, 8],
    ])(`${family}, R = %i: Bellman's optimum`, (range, groups, seeds) => {
      for (let seed = 1; seed <= seeds; seed++) {
        const { budget, ...table } = pisinger(family, groups, 8, range, seed);
        const best = bellman({ ...table, budget, exactlyOne: true });
        const result = solve(table, { budget, exactlyOne: true, exact: true });
        expectProven(result, table, budget, best, true);
        expect(result.gap).toBe(0);
      }
    });
  }
});
