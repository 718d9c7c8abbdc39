/**
 * Hard cases by name. Every one is also held against the canonical answer.
 */
import { describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { expectCanonical, expectClose, firstDifference, offersOf, solve } from "./solving.js";
import { couponLadder, freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "./tables.js";

const draw = (name: string) => shapes[name] as (typeof shapes)[string];

describe("degenerate data", () => {
  test("all users identical, one step: the budget buys whole users", () => {
    const table = tableOf(2000, 1, new Random(1), () => [669.643, 1.3]);
    for (const [budget, served] of [
      [300, 230],
      [400, 307],
      [500, 384],
      [600, 461],
      [700, 538],
    ] as const) {
      const { result } = expectCanonical(table, { budget });
      expect(result.counts).toEqual([served]);
      expectClose(result.value, served * 669.643, 1e-7);
      expectClose(result.bound, (budget / 1.3) * 669.643, 1e-7);
      expect(result.cost).toBe((served * 13) / 10);
    }
  });

  test("all users identical, a ladder of options, more users than a core", () => {
    const table = tableOf(20_001, 4, new Random(1), draw("identical users"));
    for (const budget of [1, 5000.25, 25_000, 70_000]) expectCanonical(table, { budget });
  });

  test("all values equal: the cheapest options win", () => {
    const table = tableOf(1000, 3, new Random(2), (random) => [5, 1 + random.below(9)]);
    const { result } = expectCanonical(table, { budget: 1200 });
    expect(result.value % 5).toBe(0);
  });

  test("all costs equal: the best values win", () => {
    const table = tableOf(1000, 1, new Random(2), (random) => [random.next(), 2]);
    const { result } = expectCanonical(table, { budget: 501 });
    expect(result.counts).toEqual([250]);
    const best = (table.values[0] as Float32Array).toSorted().slice(-250);
    expectClose(
      result.value,
      best.reduce((a, b) => a + b, 0),
      1e-12,
    );
  });

  test("zero costs: everyone gets the best option, whatever the budget", () => {
    const table = tableOf(100, 5, new Random(2), (random) => [random.next() - 0.2, 0]);
    for (const budget of [0, 1, undefined]) {
      const { result } = expectCanonical(table, { budget });
      expect(result.price).toBe(0);
      expect(result.cost).toBe(0);
      expect(result.gap).toBeLessThan(1e-9);
    }
  });

  test("zero budget: only what is free", () => {
    const table = tableOf(1000, 3, new Random(4), draw("free options"));
    const { result } = expectCanonical(table, { budget: 0 });
    expect(result.cost).toBe(0);
    expect(result.value).toBeGreaterThan(0);
  });

  test("a budget beyond everything, and none: no money has a price", () => {
    const table = couponLadder(1000, 6);
    for (const budget of [freeSpend(table) * 1.001, 1e9, 1e300, Number.MAX_VALUE, undefined]) {
      const { result } = expectCanonical(table, { budget });
      expect(result.price).toBe(0);
      expectClose(result.bound, result.value, 1e-9);
    }
  });

  test("one user", () => {
    for (const budget of [0, 1, 1.5, 10]) {
      expectCanonical(tableOf(1, 4, new Random(3), draw("concave ladder")), { budget });
    }
  });

  test("one user, one option", () => {
    const table = tableOf(1, 1, new Random(1), () => [3, 2]);
    expect(solve(table, { budget: 2 })).toMatchObject({ status: "met", value: 3, cost: 2, none: 0, counts: [1] });
    expect(solve(table, { budget: 1.99 })).toMatchObject({ status: "met", value: 0, cost: 0, none: 1, counts: [0] });
    expectClose(solve(table, { budget: 1 }).bound, 1.5, 1e-6);
  });

  test("all options closed", () => {
    const table = tableOf(100, 3, new Random(1), () => [-Infinity, 1]);
    expect(solve(table, { budget: 10 })).toMatchObject({ status: "met", value: 0, cost: 0, none: 100, price: 0 });
    expect(solve(table, { budget: 10, exactlyOne: true }).status).toBe("impossible");
  });

  test("a new table is all closed until it is filled", () => {
    const offers = createEngine().offers({ users: 10, options: 2 });
    expect(allocate(offers, { budget: 5 })).toMatchObject({ status: "met", value: 0, none: 10 });
  });

  test("a user with a huge value, affordable or not, does not blur the others", () => {
    for (const [huge, cost] of [
      [1e30, 1],
      [1e30, 1e30],
      [3e38, 50],
    ] as const) {
      const table = tableOf(1000, 2, new Random(6), (random, j, user) =>
        user === 500 && j === 1 ? [huge, cost] : [random.next(), random.next()],
      );
      expectCanonical(table, { budget: 40 });
    }
  });

  test("values and costs of denormals", () => {
    const table = tableOf(500, 3, new Random(7), draw("tiny numbers"));
    for (const part of [0.1, 0.5]) expectCanonical(table, { budget: part * freeSpend(table) });
  });

  test("a mix of denormals and ordinary numbers", () => {
    const table = tableOf(500, 3, new Random(7), (random) =>
      random.next() < 0.5 ? [1e-44 * random.below(9), 1e-44 * random.below(9)] : [random.next(), random.next()],
    );
    expectCanonical(table, { budget: 0.3 * freeSpend(table) });
  });

  test("thirty orders of magnitude, more users than a core", () => {
    const table = tableOf(20_000, 3, new Random(8), draw("thirty orders, positive"));
    const answer = canonical({ ...table, budget: 1e12 });
    expect(firstDifference(solve(table, { budget: 1e12 }).choices, answer.choices)).toBe(undefined);
  });

  test("options that tie at the start go to the more valuable, then to the first", () => {
    const table: Table = {
      values: [Float32Array.of(1, 5), Float32Array.of(3, 5), Float32Array.of(3, 5)],
      costs: [Float32Array.of(0, 0), Float32Array.of(0, -0), Float32Array.of(-0, 0)],
    };
    expect([...solve(table, { budget: 0 }).choices]).toEqual([2, 1]);
  });

  test("cheaper of two options on one line from far away, where differences of doubles are equal", () => {
    const table: Table = {
      values: [Float32Array.of(-253056090112), Float32Array.of(2.4865708840251686e-15)],
      costs: [Float32Array.of(-652794816), Float32Array.of(-5.928070195642364e-15)],
    };
    expectCanonical(table, { budget: 0 });
  });
});

test("the fill looks at 4,096 steps after the break and at no more", () => {
  // 4,096 users too dear for the budget, each a little worse than the one before; then two who would fit.
  const table = tableOf(4098, 1, new Random(1), (_, __, user) => (user < 4096 ? [100_000 - user, 10] : [100, 1]));
  const { result } = expectCanonical(table, { budget: 2 });
  expect(result.counts).toEqual([1]);
});

test("a column of large whole costs beside one of cents: too many units for 32 bits", () => {
  const table = tableOf(300, 2, new Random(4), (random, j) => [
    random.next(),
    j ? random.below(900) / 100 : 90_000 + random.below(9000),
  ]);
  for (const part of [0.01, 0.3, 0.9]) {
    const budget = part * freeSpend(table);
    const answer = canonical({ ...table, budget });
    const result = solve(table, { budget });
    expect(firstDifference(result.choices, answer.choices)).toBe(undefined);
    // Each cost may lie below its decimal: what is reported is what it costs at most.
    expect(result.cost).toBeGreaterThanOrEqual(answer.cost);
    expectClose(result.cost, answer.cost, 2 ** -22);
    expect(result.cost).toBeLessThanOrEqual(budget);
  }
});

describe("rounding", () => {
  test("a step that rounding makes steeper than the one before it does not come before it", () => {
    // From the first point to the second 13.999999999996362, from there to the third 14.
    const costs = [1.7053025658242404e-13, 2.3300117391045205e-10, 2.33001395955057e-10];
    const values = [8.470329472543003e-22, 3.259629011154175e-9, 3.2596321197786438e-9];
    const table = { values: values.map((v) => Float32Array.of(v)), costs: costs.map((c) => Float32Array.of(c)) };
    const [a, b, c] = costs as [number, number, number];
    const slope = (from: number, to: number) =>
      ((values[to] as number) - (values[from] as number)) / ((costs[to] as number) - (costs[from] as number));
    expect(slope(1, 2)).toBeGreaterThan(slope(0, 1));
    // Enough for the second step, not for the first.
    const { result } = expectCanonical(table, { budget: a + 2 * (c - b), exactlyOne: true });
    expect(result.choices[0]).toBe(1);
    expect(result.price).toBe(slope(0, 1));
  });
});

describe("shapes of tables", () => {
  test("numbers of users around every width of vector and tile", () => {
    for (const users of [2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 255, 256, 257, 511, 1023, 1025]) {
      const table = couponLadder(users, 3, users);
      expectCanonical(table, { budget: 0.3 * freeSpend(table) });
    }
  });

  test("users just around the size from which they are sieved", () => {
    for (const users of [16_383, 16_384, 16_385, 16_400, 16_641]) {
      const table = couponLadder(users, 2, users);
      expectCanonical(table, { budget: 0.3 * freeSpend(table) });
    }
  });

  test("254, 255 and 300 options: bytes become 16-bit words", () => {
    for (const options of [254, 255, 300]) {
      const table = tableOf(60, options, new Random(options), draw("uniform"));
      const { result } = expectCanonical(table, { budget: 0.2 * freeSpend(table) });
      expect(result.choices.BYTES_PER_ELEMENT).toBe(options > 254 ? 2 : 1);
    }
  });

  test("260 options and more users than a core", () => {
    const table = tableOf(16_500, 260, new Random(9), (random, j) => [random.next() * (1 + (j % 17)), 1 + (j % 40)]);
    const answer = canonical({ ...table, budget: 30_000 });
    // More than fits under the ceiling at the edge.
    const offers = offersOf(createEngine({ ceiling: 2 ** 30 }), table);
    expect(firstDifference(allocate(offers, { budget: 30_000 }).choices, answer.choices)).toBe(undefined);
  });

  test("20,000 offers with 12 candidate slots a user", () => {
    const users = 5000;
    const random = new Random(12);
    const table = tableOf(users, 12, random, draw("uniform"));
    const slots = Array.from({ length: 12 }, () => Uint16Array.from({ length: users }, () => 1 + random.below(20_000)));
    const engine = createEngine();
    const offers = engine.offers({ users, options: 20_000, slots: 12 });
    slots.forEach((column, j) => {
      offers.fill(j, (v, c, o) => {
        v.set(table.values[j] as Float32Array);
        c.set(table.costs[j] as Float32Array);
        o?.set(column);
      });
    });
    const budget = 0.2 * freeSpend(table);
    const result = allocate(offers, { budget });
    const answer = canonical({ ...table, budget });
    const expected = answer.choices.map((slot, user) => (slot ? (slots[slot - 1]?.[user] as number) : 0));
    expect(result.choices).toBeInstanceOf(Uint16Array);
    expect(firstDifference(result.choices, expected)).toBe(undefined);
    expect(result.counts).toHaveLength(20_000);
    expect(result.counts.reduce((a, b) => a + b, 0) + result.none).toBe(users);
  });
});

describe("what cannot be met", () => {
  test("a budget below the cheapest choices names the limits and the nearest request, which can be met", () => {
    const table = tableOf(100, 3, new Random(1), (random) => [random.next(), 1 + random.below(300) / 100]);
    const least = leastSpend(table, true);
    const result = solve(table, { budget: least - 0.02, exactlyOne: true });
    expect(result.status).toBe("impossible");
    expect(result.clash?.limits).toEqual(["budget", "exactlyOne"]);
    expect(result.clash?.reason).toContain("cheapest");
    const nearest = result.clash?.nearest ?? {};
    expectClose(nearest.budget as number, least, 1e-7);
    expect(solve(table, nearest)).toMatchObject({ status: "met", gap: expect.any(Number) });
    expect(solve(table, { ...nearest, budget: (nearest.budget as number) - 0.01 }).status).toBe("impossible");
  });

  test("the nearest budget can be met where costs have no decimal unit", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const table = tableOf(1000, 2, new Random(seed), (random) => [random.next(), random.next() - 0.4]);
      const { clash } = solve(table, { budget: -1e6, exactlyOne: true });
      expect(solve(table, clash?.nearest ?? {}).status).toBe("met");
    }
  });

  test("more users than a core, an impossible budget", () => {
    const table = tableOf(20_000, 2, new Random(1), (random) => [random.next(), 1 + random.next()]);
    expect(solve(table, { budget: 10_000, exactlyOne: true }).status).toBe("impossible");
    expect(solve(table, { budget: 10_000 }).status).toBe("met");
  });

  test("a user without an open option", () => {
    const table = tableOf(20, 2, new Random(1), (_, j, user) => (user === 7 ? [-Infinity, 0] : [1, j + 1]));
    const result = solve(table, { budget: 1000, exactlyOne: true });
    expect(result).toMatchObject({ status: "impossible", clash: { limits: ["exactlyOne"] } });
    expect(solve(table, result.clash?.nearest ?? {}).status).toBe("met");
  });

  test("a negative budget is met by options that save money", () => {
    const table = tableOf(200, 2, new Random(5), draw("negative values and costs"));
    const least = leastSpend(table);
    const { result } = expectCanonical(table, { budget: 0.5 * least });
    expect(result.cost).toBeLessThanOrEqual(0.5 * least);
    expectCanonical(table, { budget: 1.01 * least });
  });

  test("afterwards the engine still works", () => {
    const engine = createEngine();
    const table = tableOf(100, 2, new Random(5), draw("uniform"));
    const offers = offersOf(engine, table);
    const before = allocate(offers, { budget: 10 });
    expect(allocate(offers, { budget: 0.01, exactlyOne: true }).status).toBe("impossible");
    expect(allocate(offers, { budget: 10 }).choices).toEqual(before.choices);
  });
});
