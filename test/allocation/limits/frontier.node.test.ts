/** The frontier under several limits, against HiGHS at every budget. */
import loader, { type Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { createEngine, frontier } from "../../../src/index.js";
import { offersOf } from "../solving.js";
import { couponLadder } from "../tables.js";
import { instanceOf, type Kind, NAMES, offersFor } from "./instances.js";
import { optimumOf } from "./relaxation.js";

let highs: Highs;

beforeAll(async () => {
  highs = await (loader as unknown as () => Promise<Highs>)();
});

const SETS: Kind[][] = [["stock"], ["groups", "minSpend"], ["minReturn", "stock"], ["resources", "groups"]];

describe("small tables", () => {
  for (const kinds of SETS) {
    test(kinds.join(", "), () => {
      NAMES.forEach((name, n) => {
        const instance = instanceOf(400 + n, name, kinds);
        const { request } = instance;
        const curve = frontier(offersFor(instance), request, { points: 6 });
        const told = `${name} ${JSON.stringify(request)}`;
        const { budget: _, ...others } = request;
        const free = optimumOf(highs, { ...instance, request: others });
        expect(curve.status, told).toBe(free === undefined ? "impossible" : "met");
        if (free === undefined) return;
        expect(curve.points.length).toBe(6);
        for (const { budget, value, bound } of curve.points) {
          const relaxed = optimumOf(highs, { ...instance, request: { ...request, budget } });
          // At the least spend HiGHS and we may differ about a hair.
          if (relaxed === undefined || value === -Infinity) {
            expect(Math.abs(budget - curve.least), told).toBeLessThan(1e-6 * Math.max(1, Math.abs(curve.least)));
            continue;
          }
          const size = Math.max(1, Math.abs(relaxed));
          expect(value, told).toBeLessThanOrEqual(relaxed + 1e-7 * size);
          expect(bound, told).toBeGreaterThanOrEqual(relaxed - 1e-7 * size);
          expect((bound - value) / size, told).toBeLessThan(1e-6);
        }
        const last = curve.points.at(-1);
        expect(Math.abs((last?.value ?? 0) - free) / Math.max(1, Math.abs(free)), told).toBeLessThan(1e-6);
      });
    });
  }
});

test("a budget below the least that the others ask is impossible at that point", () => {
  const offers = offersOf(createEngine(), couponLadder(100, 3));
  const { points, least } = frontier(offers, { minSpend: 20 }, { budgets: [10, 30] });
  expect(least).toBeCloseTo(20, 6);
  expect(points[0]).toMatchObject({ value: -Infinity, bound: -Infinity });
  expect(points[1]?.value).toBeGreaterThan(0);
});

test("a large table: plans below the bound, ever more for more", () => {
  const offers = offersOf(createEngine(), couponLadder(40_000, 6));
  const { points } = frontier(offers, { stock: { 3: 3000, 6: 1000 } }, { points: 5 });
  points.forEach(({ value, bound, spend, budget }, i) => {
    expect(value).toBeLessThanOrEqual(bound);
    expect(spend).toBeLessThanOrEqual(budget);
    if (i > 0) expect(bound).toBeGreaterThanOrEqual((points[i - 1]?.bound ?? 0) * (1 - 1e-6));
  });
});
