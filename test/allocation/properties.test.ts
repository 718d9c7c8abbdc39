/**
 * Properties that hold for every table and every budget.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { expectClose, firstDifference, offersOf, solve } from "./solving.js";
import { freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "./tables.js";

const RUNS = { numRuns: 150 };

/** A table of any shape, with the random numbers that made it; huge ranges have tests of their own. */
const tables = fc
  .record({
    shape: fc.constantFrom(...Object.keys(shapes).filter((name) => !name.startsWith("thirty"))),
    users: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 600 })),
    options: fc.integer({ min: 1, max: 7 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
  })
  .map(({ shape, users, options, seed }) => ({
    shape,
    ...tableOf(users, options, new Random(seed), shapes[shape] as (typeof shapes)[string]),
  }));

const part = fc.double({ min: 0, max: 1.1, noNaN: true });

function budgetAt(table: Table, share: number): number {
  const least = leastSpend(table);
  return least + share * (freeSpend(table) - least);
}

const usersOf = (table: Table) => (table.values[0] as Float32Array).length;

test("never over the limit, and the value no more than the bound", () => {
  fc.assert(
    fc.property(
      tables,
      part,
      fc.boolean(),
      fc.constantFrom("quick" as const, "f64" as const),
      (table, share, exactlyOne, bound) => {
        const budget = budgetAt(table, share);
        const result = solve(table, { budget, exactlyOne }, { bound });
        if (result.status === "impossible") return;
        expect(result.value).toBeLessThanOrEqual(result.bound);
        expect(result.cost).toBeLessThanOrEqual(budget + 2 ** -50 * Math.abs(budget));
        let spent = 0;
        result.choices.forEach((option, user) => {
          if (option) {
            expect(table.values[option - 1]?.[user]).not.toBe(-Infinity);
            spent += table.costs[option - 1]?.[user] as number;
          } else expect(exactlyOne).toBe(false);
        });
        // The caller's money by the f32 costs: they are within 2^-25 of their decimals.
        const size = table.costs.reduce((most, column) => Math.max(most, ...column.map(Math.abs)), 0);
        expect(spent).toBeLessThanOrEqual(budget + 2 ** -24 * size * usersOf(table));
      },
    ),
    RUNS,
  );
});

test("counts, none and limits say what the choices say", () => {
  fc.assert(
    fc.property(tables, part, (table, share) => {
      const budget = budgetAt(table, share);
      const result = solve(table, { budget });
      const counts = new Array(table.values.length + 1).fill(0);
      for (const option of result.choices) counts[option]++;
      expect([result.none, ...result.counts]).toEqual(counts);
      expect(result.limits).toEqual([
        { name: "budget", kind: "at most", used: result.cost, limit: budget, price: result.price },
      ]);
    }),
    { numRuns: 50 },
  );
});

test("the bound grows with the budget and is concave in it; the price falls", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const offers = offersOf(createEngine(), table);
      const shares = [0, 0.1, 0.2, 0.35, 0.5, 0.8, 1, 1.3];
      const at = shares.map((share) => {
        const budget = budgetAt(table, share) + 1e-6;
        return { ...allocate(offers, { budget }, { bound: "f64" }), budget };
      });
      const size = Math.max(...at.map(({ bound }) => Math.abs(bound))) || 1;
      for (let i = 1; i < at.length; i++) {
        const [a, b, c] = [at[i - 1], at[i], at[i + 1]];
        if (!a || !b || a.status !== "met") continue;
        expect(b.bound).toBeGreaterThanOrEqual(a.bound - 1e-6 * size);
        expect(b.price).toBeLessThanOrEqual(a.price);
        if (!c || c.budget === b.budget || b.budget === a.budget) continue;
        const t = (b.budget - a.budget) / (c.budget - a.budget);
        expect(b.bound).toBeGreaterThanOrEqual((1 - t) * a.bound + t * c.bound - 1e-6 * size);
      }
    }),
    { numRuns: 60 },
  );
});

test("more money loses no more than one hull jump of value", () => {
  fc.assert(
    fc.property(tables, part, part, (table, a, b) => {
      const offers = offersOf(createEngine(), table);
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((share) =>
        allocate(offers, { budget: budgetAt(table, share) }),
      );
      if (less?.status !== "met" || more?.status !== "met") return;
      expect(more.value).toBeGreaterThanOrEqual(less.value - largestJump(table) - 1e-6 * Math.abs(less.value));
    }),
    { numRuns: 100 },
  );
});

/** No hull step gains more than the range of one user's values. */
function largestJump(table: Table): number {
  let jump = 0;
  for (let user = 0; user < usersOf(table); user++) {
    const values = [0, ...table.values.map((column) => column[user] as number).filter(Number.isFinite)];
    jump = Math.max(jump, Math.max(...values) - Math.min(...values));
  }
  return jump;
}

test("with ids, the order of the rows changes no decision", () => {
  fc.assert(
    fc.property(tables, part, fc.integer({ min: 1, max: 1000 }), (table, share, seed) => {
      const users = usersOf(table);
      const ids = Array.from({ length: users }, (_, i) => `user ${i}`);
      const order = shuffled(users, new Random(seed));
      const moved = {
        values: table.values.map((column) => Float32Array.from(order, (i) => column[i] as number)),
        costs: table.costs.map((column) => Float32Array.from(order, (i) => column[i] as number)),
      };
      const budget = budgetAt(table, share);
      const straight = solve(table, { budget }, { ids });
      const crossed = solve(moved, { budget }, { ids: order.map((i) => ids[i] as string) });
      expect([...crossed.choices]).toEqual(order.map((i) => straight.choices[i]));
      expect(crossed.value).toBe(straight.value);
      expect(crossed.cost).toBe(straight.cost);
      expect(crossed.bound).toBe(straight.bound);
      expect(crossed.price).toBe(straight.price);
    }),
    { numRuns: 80 },
  );
});

function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

test("scaling values and costs by powers of two changes no choice", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      part,
      fc.integer({ min: -8, max: 8 }),
      fc.integer({ min: -8, max: 8 }),
      (seed, share, a, b) => {
        const table = tableOf(200, 4, new Random(seed), shapes.uniform as (typeof shapes)[string]);
        const scaled = {
          values: table.values.map((column) => column.map((x) => x * 2 ** a)),
          costs: table.costs.map((column) => column.map((x) => x * 2 ** b)),
        };
        const budget = budgetAt(table, share);
        const plain = solve(table, { budget });
        const other = solve(scaled, { budget: budget * 2 ** b });
        expect(firstDifference(other.choices, plain.choices)).toBe(undefined);
        expectClose(other.price, plain.price * 2 ** (a - b), 1e-15);
      },
    ),
    { numRuns: 40 },
  );
});

describe("memory", () => {
  test("growing it between any two calls, and using it again, changes nothing", () => {
    const table = tableOf(30_000, 3, new Random(4), shapes.uniform as (typeof shapes)[string]);
    const request = { budget: 0.3 * freeSpend(table) };
    const expected = solve(table, request, { bound: "f64" });
    const engine = createEngine();
    let grown = 0;
    const take = engine.arena.take.bind(engine.arena);
    // Every block that is taken first moves the memory: a view kept from before is then empty.
    engine.arena.take = (bytes) => {
      engine.memory.grow(1);
      grown++;
      const at = take(bytes);
      new Uint8Array(engine.memory.buffer, at, bytes).fill(0xa5);
      return at;
    };
    const offers = offersOf(engine, table);
    const result = allocate(offers, request, { bound: "f64" });
    expect(grown).toBeGreaterThan(5);
    expect(firstDifference(result.choices, expected.choices)).toBe(undefined);
    for (const field of ["value", "cost", "bound", "price", "none"] as const)
      expect(result[field]).toBe(expected[field]);
    expect(allocate(offers, request).choices).toEqual(result.choices);
  });

  test("a solve gives back all it took", () => {
    const engine = createEngine();
    const offers = offersOf(engine, tableOf(20_000, 3, new Random(4), shapes.uniform as (typeof shapes)[string]));
    const { used } = engine.arena;
    for (const request of [{ budget: 100 }, { budget: -5 }, { budget: 50, exactlyOne: true }, {}]) {
      allocate(offers, request, { bound: "f64" });
      expect(engine.arena.used).toBe(used);
    }
    offers.release();
    expect(engine.arena.used).toBeLessThan(used);
  });

  test("two tables of one engine do not disturb each other", () => {
    const engine = createEngine();
    const [a, b] = [1, 2].map((seed) => tableOf(700, 3, new Random(seed), shapes.cents as (typeof shapes)[string]));
    const [x, y] = [offersOf(engine, a as Table), offersOf(engine, b as Table)];
    for (const [offers, table] of [
      [x, a],
      [y, b],
      [x, a],
    ] as const) {
      const { choices } = allocate(offers, { budget: 200 });
      expect(firstDifference(choices, canonical({ ...(table as Table), budget: 200 }).choices)).toBe(undefined);
    }
    x.release();
    expect(
      firstDifference(allocate(y, { budget: 200 }).choices, canonical({ ...(b as Table), budget: 200 }).choices),
    ).toBe(undefined);
  });
});
