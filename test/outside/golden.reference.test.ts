/**
 * Published optima: Criteo-MT7 with 1,000 users × 8 discounts (linear relaxation, price and proven integer optimum), and the
 * tie instance that published solvers overspend.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { allocate, createEngine, frontier, type Offers } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { referenceData } from "../reference.setup.js";
import { readColumns } from "./data/csv.js";

interface Golden {
  B: number;
  lp_hull: number;
  lambda_star: number;
  integer_reward: number;
}

/** Integer optima proven by HiGHS (gap 0). */
const PROVEN = [3283.94274934, 5945.152669578, 10601.98656709, 21940.23944743];

let rows: Golden[];
let values: Float64Array[];
let costs: Float64Array[];

beforeAll(() => {
  rows = JSON.parse(readFileSync(referenceData("incentive", "golden", "golden.json"), "utf8")).mt7_mckp.rows;
  values = readColumns("incentive", "golden", "mt7_gauss_n1000_reward.csv");
  costs = readColumns("incentive", "golden", "mt7_gauss_n1000_cost.csv");
});

function offers(): Offers {
  const table = createEngine().offers({ users: 1000, options: 8 });
  values.forEach((column, j) => {
    table.set(j, 0, column, costs[j] as Float64Array);
  });
  return table;
}

/** What a user's choices cost and bring in the caller's own f64. */
function totals(choices: ArrayLike<number>): { value: number; cost: number } {
  let value = 0;
  let cost = 0;
  for (let user = 0; user < choices.length; user++) {
    const option = choices[user] as number;
    if (!option) continue;
    value += values[option - 1]?.[user] as number;
    cost += costs[option - 1]?.[user] as number;
  }
  return { value, cost };
}

describe("Criteo-MT7", () => {
  for (const i of [0, 1, 2, 3]) {
    test(`budget ${[0.05, 0.1, 0.2, 0.5][i]} of giving everyone the top discount`, () => {
      const { B: budget, lp_hull: relaxed, lambda_star: price, integer_reward: prefix } = rows[i] as Golden;
      const optimum = PROVEN[i] as number;
      // The canonical answer on the f64 data themselves, as published.
      const plain = canonical({ values: values as never, costs: costs as never, budget });
      expect(Math.abs(plain.bound / relaxed - 1)).toBeLessThan(1e-12);
      expect(Math.abs(plain.price / price - 1)).toBeLessThan(1e-12);

      const table = offers();
      for (const bound of ["quick", "f64"] as const) {
        const result = allocate(table, { budget }, { bound });
        const real = totals(result.choices);
        console.log(
          `${budget.toFixed(2)} ${bound}: value ${result.value}, optimum ${optimum}, bound ${result.bound}, relaxation ${relaxed}`,
        );
        expect(result.bound).toBeGreaterThanOrEqual(relaxed);
        // The bound speaks of the f64 data, the table holds them in f32: what lies between is part of it.
        expect(result.bound / relaxed - 1).toBeLessThan(2e-6);
        expect(Math.abs(result.price / price - 1)).toBeLessThan(1e-6);
        expect(real.cost).toBeLessThanOrEqual(budget);
        expect(Math.abs(real.value / result.value - 1)).toBeLessThan(1e-7);
        expect(real.value).toBeLessThanOrEqual(optimum + 1e-6);
        expect(real.value).toBeGreaterThanOrEqual(prefix);
        // Fill and swaps close most of what the prefix leaves.
        expect(relaxed - real.value).toBeLessThan(0.05 * (relaxed - prefix));
      }
    });
  }

  test("on 32-bit columns the bound is the optimum of their relaxation to 1e-9", () => {
    const narrow = { values: values.map((c) => Float32Array.from(c)), costs: costs.map((c) => Float32Array.from(c)) };
    const table = createEngine().offers({ users: 1000, options: 8 });
    narrow.values.forEach((column, j) => {
      table.fill(j, (v, c) => {
        v.set(column);
        c.set(narrow.costs[j] as Float32Array);
      });
    });
    for (const { B: budget } of rows) {
      const answer = canonical({ ...narrow, budget });
      expect(Math.abs(allocate(table, { budget }, { bound: "f64" }).bound / answer.bound - 1)).toBeLessThan(1e-9);
    }
  });

  test("the frontier encloses the published optima", () => {
    const { points } = frontier(offers(), {}, { budgets: rows.map(({ B }) => B) });
    points.forEach((point, i) => {
      const { lp_hull: relaxed, lambda_star: price } = rows[i] as Golden;
      expect(point.value).toBeLessThanOrEqual(relaxed * (1 + 1e-7));
      expect(point.bound).toBeGreaterThanOrEqual(relaxed * (1 - 1e-7));
      expect(point.bound / point.value - 1).toBeLessThan(1e-3);
      expect(Math.abs(point.price / price - 1)).toBeLessThan(1e-2);
    });
  });
});

test("the tie instance: 2,000 identical users of one step", () => {
  const table = createEngine().offers({ users: 2000, options: 1 });
  table.set(0, 0, new Float64Array(2000).fill(669.643), new Float64Array(2000).fill(1.3));
  for (const [budget, relaxed, users, value] of [
    [300, 154_533.0, 230, 154_017.89],
    [400, 206_044.0, 307, 205_580.401],
    [500, 257_555.0, 384, 257_142.912],
    [600, 309_066.0, 461, 308_705.423],
    [700, 360_577.0, 538, 360_267.934],
  ] as const) {
    const result = allocate(table, { budget });
    expect(result.counts).toEqual([users]);
    expect(result.cost).toBe((users * 13) / 10);
    expect(Math.abs(result.value / value - 1)).toBeLessThan(1e-7);
    expect(result.bound).toBeGreaterThanOrEqual(relaxed * (1 - 1e-12));
    expect(result.bound / relaxed - 1).toBeLessThan(1e-6);
  }
});
