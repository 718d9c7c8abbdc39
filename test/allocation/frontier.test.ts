/**
 * The frontier against the canonical relaxation at every budget.
 */
import { describe, expect, test } from "vitest";
import { allocate, createEngine, type FrontierPoint, frontier } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { expectClose, offersOf } from "./solving.js";
import { couponLadder, freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "./tables.js";

/** Relative width of a bucket: 12 bits of mantissa. */
const BUCKET = 2.5e-4;
const draw = (name: string) => shapes[name] as (typeof shapes)[string];

/** Value ≤ optimum of the relaxation ≤ bound, and the price within a bucket of its price. */
function expectEnclosed(table: Table, point: FrontierPoint, exactlyOne: boolean, width: number): void {
  const { bound: relaxed, price } = canonical({ ...table, budget: point.budget, exactlyOne });
  const size = Math.abs(relaxed) + 1e-300;
  expect(point.value).toBeLessThanOrEqual(relaxed + 1e-9 * size);
  expect(point.bound).toBeGreaterThanOrEqual(relaxed - 1e-12 * size);
  expect(point.bound - point.value).toBeLessThanOrEqual(width * size);
  expect(point.spend).toBeLessThanOrEqual(point.budget);
  if (price > 0) expect(Math.abs(point.price / price - 1)).toBeLessThan(BUCKET);
}

function expectConcave(points: FrontierPoint[]): void {
  const size = Math.max(...points.map(({ bound }) => Math.abs(bound)));
  for (let i = 1; i < points.length; i++) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]] as FrontierPoint[];
    if (!a || !b) continue;
    expect(b.budget).toBeGreaterThan(a.budget);
    expect(b.value).toBeGreaterThanOrEqual(a.value);
    expect(b.bound).toBeGreaterThanOrEqual(a.bound - 1e-6 * size);
    expect(b.price).toBeLessThanOrEqual(a.price);
    expect(b.spend).toBeGreaterThanOrEqual(a.spend);
    if (!c) continue;
    const t = (b.budget - a.budget) / (c.budget - a.budget);
    expect(b.value).toBeGreaterThanOrEqual((1 - t) * a.value + t * c.value - 1e-9 * size);
  }
}

describe("frontier", () => {
  const cases: [string, Table, boolean][] = [
    ["coupon ladder", couponLadder(5000, 8), false],
    ["coupon ladder, exactly one", couponLadder(3000, 5), true],
    ["uniform", tableOf(6000, 5, new Random(1), draw("uniform")), false],
    ["closed options", tableOf(6000, 5, new Random(1), draw("integers with closed options")), false],
    ["negative values and costs", tableOf(6000, 4, new Random(1), draw("negative values and costs")), false],
    ["negative, exactly one", tableOf(6000, 4, new Random(2), draw("negative values and costs")), true],
    ["free options", tableOf(6000, 4, new Random(1), draw("free options")), false],
    ["cents", tableOf(6000, 4, new Random(1), draw("cents")), false],
  ];
  for (const [name, table, exactlyOne] of cases) {
    test(`${name}: encloses the relaxation within 1e-6 at every budget`, () => {
      const offers = offersOf(createEngine(), table);
      const least = leastSpend(table, exactlyOne);
      const most = freeSpend(table);
      const budgets = [0.001, 0.02, 0.1, 0.3, 0.6, 0.9].map((share) => least + share * (most - least));
      const result = frontier(offers, { exactlyOne }, { budgets });
      expect(result.points.map(({ budget }) => budget)).toEqual(budgets);
      for (const point of result.points) expectEnclosed(table, point, exactlyOne, 1e-6);
      expectClose(result.least, least, 1e-6);
      expect(result.passes).toBe(1);
      expectConcave(result.points);
      expectConcave(frontier(offers, { exactlyOne }, { points: 200 }).points);
    });
  }

  test("where all efficiencies are equal the enclosure is still within 1e-6", () => {
    const table = tableOf(1000, 1, new Random(1), () => [0.7, 1.3]);
    const { points } = frontier(offersOf(createEngine(), table), {}, { budgets: [13, 400.5, 650, 1200] });
    for (const point of points) expectEnclosed(table, point, false, 1e-6);
  });

  test("efficiencies over thirty orders of magnitude: still enclosed, if widely", () => {
    const table = tableOf(2000, 3, new Random(8), draw("thirty orders, positive"));
    const { points } = frontier(offersOf(createEngine(), table), {}, { budgets: [1e3, 1e9, 1e14] });
    for (const { budget, value, bound } of points) {
      const relaxed = canonical({ ...table, budget }).bound;
      expect(value).toBeLessThanOrEqual(relaxed * (1 + 1e-9));
      expect(bound).toBeGreaterThanOrEqual(relaxed * (1 - 1e-12));
    }
  });

  test("its ends are the cheapest spend and the spend beyond which money buys nothing", () => {
    const table = couponLadder(2000, 4);
    const offers = offersOf(createEngine(), table);
    const { points, least, most } = frontier(offers, {}, { points: 11 });
    expect(points).toHaveLength(11);
    expect(least).toBe(0);
    expectClose(most, freeSpend(table), 1e-6);
    expect(points[0]).toMatchObject({ budget: 0, value: 0, spend: 0 });
    const free = allocate(offers, {});
    expectClose(most, free.cost, 1e-9);
    expectClose(points[10]?.value as number, free.value, 1e-9);
    const beyond = frontier(offers, {}, { budgets: [2 * most] }).points[0] as FrontierPoint;
    expect(beyond.price).toBe(0);
    expect(beyond.spend).toBeLessThanOrEqual(most);
    expectClose(beyond.value, free.value, 1e-9);
  });

  test("below the cheapest spend nothing can be met", () => {
    const table = tableOf(100, 2, new Random(3), (random) => [random.next(), 1 + random.next()]);
    const { points, least } = frontier(offersOf(createEngine(), table), { exactlyOne: true }, { budgets: [10, 150] });
    expect(least).toBeGreaterThan(100);
    expect(points[0]?.value).toBe(-Infinity);
    expect(points[1]?.value).toBeGreaterThan(0);
  });

  test("a user without an option where everybody must have one", () => {
    const table = tableOf(20, 1, new Random(1), (_, __, user) => (user === 7 ? [-Infinity, 0] : [1, 1]));
    expect(frontier(offersOf(createEngine(), table), { exactlyOne: true })).toMatchObject({
      status: "impossible",
      points: [],
    });
  });

  test("agrees with allocate, and the budget of the request is the last point", () => {
    const table = couponLadder(4000, 6);
    const offers = offersOf(createEngine(), table);
    const { points } = frontier(offers, { budget: 900 }, { points: 4 });
    expect(points.map(({ budget }) => Math.round(budget))).toEqual([0, 300, 600, 900]);
    for (const point of points.slice(1)) {
      const result = allocate(offers, { budget: point.budget }, { bound: "f64" });
      expect(point.bound).toBeGreaterThanOrEqual(result.value);
      expect(point.value).toBeLessThanOrEqual(result.bound);
      expect(Math.abs(point.price / result.price - 1)).toBeLessThan(BUCKET);
    }
  });

  test("a cost of −0 is no cost: nobody pays for what is worth less than nothing", () => {
    const table = tableOf(8, 2, new Random(1), (_, j) => [-1 - j, -0]);
    const { points, most } = frontier(offersOf(createEngine(), table), {}, { points: 2 });
    expect([most, points[0]?.value, points[1]?.value]).toEqual([0, 0, 0]);
  });

  test("takes no more than 2 MiB and a little, and gives it back", () => {
    const engine = createEngine();
    const offers = offersOf(engine, couponLadder(100, 2));
    const { used } = engine.arena;
    let most = 0;
    const take = engine.arena.take.bind(engine.arena);
    engine.arena.take = (bytes) => {
      const at = take(bytes);
      most = Math.max(most, engine.arena.used - used);
      return at;
    };
    frontier(offers, {});
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(2.1 * 1_048_576);
    expect(engine.arena.used).toBe(used);
  });

  test("wrong kinds and values", () => {
    const offers = offersOf(createEngine(), couponLadder(10, 2));
    expect(() => frontier({} as never, {})).toThrow(TypeError);
    expect(() => frontier(offers, { budget: Number.NaN })).toThrow(RangeError);
    for (const points of [1, 0, 2.5, Number.NaN]) expect(() => frontier(offers, {}, { points })).toThrow(RangeError);
    expect(() => frontier(offers, {}, { points: "5" as never })).toThrow(TypeError);
    expect(() => frontier(offers, {}, { budgets: [1, Number.NaN] })).toThrow(/budgets\[1\]/);
    expect(() => frontier(offers, {}, { budgets: 5 as never })).toThrow(TypeError);
    expect(() => frontier(offers, { stock: { none: 5 } })).toThrow(/stock/);
  });
});
