/** `exact` against HiGHS' integer optimum on random instances: every draw, both forms, Pisinger's families. */
import type { Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family, pisinger } from "../../../bench/allocation/pisinger.js";
import { loadHighs, optimumOf } from "../limits/highs.js";
import { solve } from "../solving.js";
import { freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "../tables.js";

let highs: Highs;

beforeAll(async () => {
  highs = await loadHighs();
});

const best = (table: Table, budget: number, exactlyOne: boolean) =>
  optimumOf(highs, { ...table, resources: {}, request: { budget, exactlyOne } }, true);

/** Data that HiGHS' own tolerances can tell apart. */
const DRAWS = {
  uniform: shapes.uniform,
  integers: (random) => [random.below(60), random.below(30)],
  ties: (random) => [random.below(4), random.below(4)],
  cents: (random) => [random.below(3000) / 100, random.below(500) / 100],
  "negative numbers": (random) => [random.below(60) - 20, random.below(12) - 3],
  closed: (random) => [random.next() < 0.4 ? -Infinity : random.below(50), 1 + random.below(20)],
  "even costs": (random) => [random.below(50), 2 * random.below(20)],
  "free options": shapes["free options"],
} as Record<string, (typeof shapes)[string]>;

for (const exactlyOne of [false, true]) {
  describe(exactlyOne ? "exactly one" : "at most one", () => {
    test.each(Object.entries(DRAWS))("%s", (_, draw) => {
      for (let seed = 1; seed <= 10; seed++) {
        const random = new Random(seed + 900);
        const table = tableOf(2 + random.below(14), 1 + random.below(5), random, draw);
        const cheapest = leastSpend(table, exactlyOne);
        const least = Number.isFinite(cheapest) ? cheapest : 0;
        const share = seed % 5 === 0 ? 0 : random.next();
        // In 64ths and cents, which both read alike.
        const budget = Math.floor((least + (freeSpend(table) - least) * share) * 1600) / 1600 + (share ? 0 : 0.01);
        const optimum = best(table, budget, exactlyOne);
        const result = solve(table, { budget, exactlyOne, exact: true });
        if (optimum === undefined) {
          expect(result.status).toBe("impossible");
          continue;
        }
        expect(result).toMatchObject({ status: "met" });
        expect(result.stopped).toBe(undefined);
        expect(Math.abs(result.value - optimum)).toBeLessThan(2e-7 * Math.max(1, Math.abs(optimum)));
        expect(result.gap).toBeLessThan(1e-10);
      }
    });
  });
}

describe("Pisinger's families", () => {
  for (const family of Object.keys(FAMILIES) as Family[]) {
    test.each([1000, 10_000])(`${family}, R = %i`, (range) => {
      for (let seed = 1; seed <= 2; seed++) {
        const { budget, ...table } = pisinger(family, 8, 4, range, seed);
        const result = solve(table, { budget, exactlyOne: true, exact: true });
        expect(result.value).toBeCloseTo(best(table, budget, true) as number, 3);
        expect(result.gap).toBe(0);
      }
    });
  }
});
