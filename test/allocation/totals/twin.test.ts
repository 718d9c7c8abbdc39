/** The engine's totals against the twin: the same bytes. */
import { describe, expect, test } from "vitest";
import { createEngine, totals } from "../../../src/index.js";
import { type TotalsProblem, twinBytes } from "../../reference/totals.js";
import { firstDifference } from "../solving.js";
import { Random, tableOf } from "../tables.js";
import { offersOf, problemOf, SHAPES, slotted } from "./tables.js";

function expectTwin(problem: TotalsProblem): void {
  const { prices, exactlyOne, unit } = problem;
  const request = { prices, ...(exactlyOne && { exactlyOne }), ...(unit && { unit }) };
  const bytes = totals(offersOf(createEngine(), problem), request);
  expect(firstDifference(bytes, twinBytes(problem))).toBe(undefined);
}

describe("totals are the twin's, byte for byte", () => {
  for (const name of Object.keys(SHAPES)) {
    test(name, () => {
      for (let seed = 1; seed <= 8; seed++) {
        const random = new Random(99 * seed);
        const problem = problemOf(name, 1 + random.below(300), 1 + random.below(9), seed);
        expectTwin(problem);
        expectTwin(slotted(problem, random, 12));
      }
    });
  }

  test("many columns: hulls by comparing, and by climbing", () => {
    for (const columns of [15, 31, 32, 33, 40]) {
      expectTwin(problemOf("concave ladder", 41, columns, columns));
      expectTwin(problemOf("uniform", 41, columns, columns));
      expectTwin(problemOf("integers with closed options", 41, columns, columns));
    }
  });

  test("numbers as far apart as exact differences allow, and farther", () => {
    for (let spread = 24; spread <= 31; spread++) {
      const random = new Random(spread);
      const edge = () =>
        (random.below(2) ? 1 : -1) * (2 ** 24 - 1 - random.below(2)) * (random.below(2) ? 2 ** spread : 1);
      const table = tableOf(6000, 2, random, () => [edge(), Math.abs(edge())]);
      expectTwin({ ...table, prices: [0, 2 ** -spread, 1] });
      expectTwin({ ...table, prices: [1e-9, 3], exactlyOne: true });
    }
  });

  test("sums in quanta beyond 2^63", () => {
    const random = new Random(1);
    const table = tableOf(20_000, 1, random, () => [(2 ** 24 - 1) * (random.below(9) ? 2 ** 26 : 1), random.below(2)]);
    expectTwin({ ...table, prices: [0] });
  });

  test("in units", () => {
    for (const unit of [0.01, 0.05, 0.0001]) {
      for (const name of ["cents", "negative costs in cents"]) {
        for (let seed = 1; seed <= 6; seed++) {
          const problem = problemOf(name, 150, 5, seed);
          const costs = problem.costs.map((column) => column.map((c) => Math.round(c * 20) / 20));
          expectTwin({ ...problem, costs, unit });
        }
      }
    }
    expectTwin({ ...problemOf("large and small in one user", 90, 4, 3), unit: 7, costs: units(4, 90) });
  });
});

function units(columns: number, users: number): Float32Array[] {
  return Array.from({ length: columns }, (_, j) => Float32Array.from({ length: users }, (_, i) => 7 * ((i * j) % 11)));
}
