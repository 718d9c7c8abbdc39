/** What totals mean: the choice of largest value − price · cost, beside `decide` and `allocate`. */
import { describe, expect, test } from "vitest";
import { allocate, createEngine, decide, readTotals, type TotalsRow, totals } from "../../../src/index.js";
import { restlessEngine } from "../../engine/restless.js";
import { exactUnits, type TotalsProblem } from "../../reference/totals.js";
import { expectClose, firstDifference, offersOf as tableIn } from "../solving.js";
import { couponLadder, Random, shapes, type Table, tableOf } from "../tables.js";
import { offersOf, pricesFor, problemOf, SHAPES, slotted } from "./tables.js";

function rowsOf(problem: TotalsProblem): TotalsRow[] {
  const { prices, exactlyOne = false } = problem;
  return readTotals(totals(offersOf(createEngine(), problem), { prices, exactlyOne })).rows;
}

describe("the choice at a price", () => {
  test("is the largest value − price · cost in exact arithmetic, the cheapest of equals", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const exactlyOne = seed % 3 === 0;
      const draw = () => (random.next() < 0.1 ? [-Infinity, 0] : [random.below(40) - 8, random.below(30) - 5]);
      const table = tableOf(40, 1 + random.below(6), random, draw as () => [number, number]);
      // Quotients of small integers are never within rounding of an eighth unless they are one.
      const prices = Array.from({ length: 12 }, () => random.below(48) / 8);
      const rows = rowsOf({ ...table, prices, exactlyOne });
      for (const { price, cost, value, none, unserved } of rows) {
        let [costs, values, without] = [0, 0, 0];
        for (let user = 0; user < 40; user++) {
          const best = bestOf(table, user, price, exactlyOne);
          if (!best) without++;
          costs += best?.cost ?? 0;
          values += best?.value ?? 0;
        }
        expect({ price, cost, value }).toEqual({ price, cost: costs, value: values });
        if (exactlyOne) expect([none, unserved]).toEqual([0, without]);
      }
    }
  });

  test("is that of decide, but where both differ by rounding", () => {
    for (const name of [
      "uniform",
      "cents",
      "negative values and costs",
      "integers with closed options",
      "free options",
    ]) {
      for (const exactlyOne of [false, true]) {
        const random = new Random(17);
        const table = tableOf(300, 6, random, shapes[name] as (typeof shapes)[string]);
        const prices = Array.from({ length: 20 }, () => 4 * random.next() * random.next());
        for (const row of rowsOf({ ...table, prices, exactlyOne })) {
          const counts = new Array(7).fill(0);
          for (let user = 0; user < 300; user++) {
            const values = table.values.map((column) => column[user] as number);
            const costs = table.costs.map((column, j) => (values[j] === -Infinity ? 0 : (column[user] as number)));
            counts[decide(values, costs, row.price, exactlyOne)]++;
          }
          expect([exactlyOne ? row.unserved : row.none, ...row.counts]).toEqual(counts);
        }
      }
    }
  });

  test("cheapens as the price rises, and loses value, exactly", () => {
    for (const name of Object.keys(SHAPES)) {
      const problem = problemOf(name, 120, 5, 4);
      const rows = rowsOf({ ...problem, prices: [...problem.prices, 0, 1e300] });
      rows.slice(1).forEach(({ exact: { cost, value } }, i) => {
        const cheaper = rows[i]?.exact as { cost: bigint; value: bigint };
        expect(cost <= cheaper.cost && value <= cheaper.value).toBe(true);
      });
    }
  });
});

/** By exact comparison of integers: prices are eighths. */
function bestOf({ values, costs }: Table, user: number, price: number, exactlyOne: boolean) {
  const points = exactlyOne ? [] : [{ value: 0, cost: 0 }];
  values.forEach((column, j) => {
    const value = column[user] as number;
    if (value > -Infinity) points.push({ value, cost: (costs[j] as Float32Array)[user] as number });
  });
  const score = ({ value, cost }: { value: number; cost: number }) => 8 * value - 8 * price * cost;
  return points.sort((a, b) => score(b) - score(a) || a.cost - b.cost || b.value - a.value)[0];
}

describe("beside allocate", () => {
  test("the totals at the price of an answer, and just below it, enclose its spend and its value", () => {
    const tables: [string, Table][] = [
      ["coupons", couponLadder(3000, 6)],
      ["cents", tableOf(2000, 5, new Random(2), shapes.cents as (typeof shapes)[string])],
      ["ties", tableOf(2000, 5, new Random(3), shapes["small integers, many ties"] as (typeof shapes)[string])],
    ];
    for (const [name, table] of tables) {
      // As allocate counts cents where it finds them.
      const unit = name === "cents" ? { unit: 0.01 } : {};
      const offers = tableIn(createEngine(), table);
      const free = allocate(offers, {}).cost;
      for (const share of [0.02, 0.3, 0.5, 0.9, 2]) {
        const { price, cost, value } = allocate(offers, { budget: share * free });
        const prices = [price * (1 - 2 ** -52), price];
        const rows = readTotals(totals(offers, { prices, ...unit })).rows;
        const [most, least] = [rows[0], rows.at(-1)] as [TotalsRow, TotalsRow];
        expect(least.cost).toBeLessThanOrEqual(cost * (1 + 1e-12));
        expect(least.value).toBeLessThanOrEqual(value * (1 + 1e-12));
        expect(most.cost).toBeGreaterThanOrEqual(cost * (1 - 1e-12));
        if (price === 0) expect(least.counts).toEqual(allocate(offers, {}).counts);
      }
    }
  });

  test("at no price but zero the totals are what everyone likes best", () => {
    const table = couponLadder(1000, 8);
    const offers = tableIn(createEngine(), table);
    const free = allocate(offers, {});
    const [row] = readTotals(totals(offers, { prices: [0] })).rows;
    expect(row?.counts).toEqual(free.counts);
    expectClose(row?.cost as number, free.cost, 1e-12);
    expectClose(row?.value as number, free.value, 1e-12);
  });
});

describe("totals", () => {
  const problem = problemOf("negative values and costs", 700, 5, 3);

  test("do not depend on the memory: grown with every block taken", () => {
    const { engine, growths } = restlessEngine();
    for (const each of [
      problem,
      slotted(problem, new Random(1), 30),
      problemOf("thirty orders of magnitude", 90, 4, 2),
    ]) {
      const request = { prices: each.prices, exactlyOne: true };
      const restless = totals(offersOf(engine, each), request);
      expect(firstDifference(restless, totals(offersOf(createEngine(), each), request))).toBe(undefined);
    }
    expect(growths()).toBeGreaterThan(9);
  });

  test("give their memory back, also after an error or an abort", () => {
    const engine = createEngine();
    const offers = offersOf(engine, { ...problem });
    const { used } = engine.arena;
    totals(offers, { prices: [1] });
    expect(engine.arena.used).toBe(used);
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      expect([phase, total]).toEqual(["totals", 700]);
      seen.push(done);
      if (done >= 300) controller.abort(new Error("enough"));
    };
    const { signal } = controller;
    expect(() => totals(offers, { prices: [1] }, { signal, onProgress, slice: 100 })).toThrow("enough");
    expect(seen).toEqual([100, 200, 300]);
    expect(() => totals(offers, { prices: [1] }, { signal })).toThrow("enough");
    expect(engine.arena.used).toBe(used);
    expect(() => totals(offers, { prices: [1], unit: 0.01 })).toThrow(/is no whole multiple of unit 0.01/);
    expect(engine.arena.used).toBe(used);
  });

  test("of 4,096 prices, in clusters and far apart", () => {
    const table = couponLadder(500, 4);
    const offers = tableIn(createEngine(), table);
    const random = new Random(8);
    const prices = [
      ...Array.from({ length: 2000 }, () => 1 + 1e-9 * random.next()),
      ...Array.from({ length: 2000 }, () => 10 ** (600 * random.next() - 300)),
      ...pricesFor(table, random, 96),
    ];
    const { rows } = readTotals(totals(offers, { prices }));
    expect(rows.length).toBe(new Set(prices).size);
    // One price alone says the same as among many.
    for (let i = 0; i < rows.length; i += 41) {
      const { price } = rows[i] as TotalsRow;
      expect(readTotals(totals(offers, { prices: [price] })).rows).toEqual([rows[i]]);
    }
    expect(() => totals(offers, { prices: [...prices, 7e-3] })).toThrow(/prices.length .* from 1 to 4096, got 4097/);
  });

  test("of a column that nobody filled, of one user, of closed tables", () => {
    const offers = createEngine().offers({ users: 1, options: 3 });
    for (const exactlyOne of [false, true]) {
      const [row] = readTotals(totals(offers, { prices: [1], exactlyOne })).rows;
      expect(row).toMatchObject({
        users: 1,
        none: exactlyOne ? 0 : 1,
        unserved: exactlyOne ? 1 : 0,
        cost: 0,
        value: 0,
      });
    }
  });

  test("are exact where f64 sums are not", () => {
    const values = [Float32Array.from({ length: 999 }, (_, i) => (i % 3 ? 1e30 : 1e-30) * (i % 5))];
    const [row] = rowsOf({ values, costs: [new Float32Array(999).fill(1e-40)], prices: [0] });
    expect(row?.exact.value).toBe(values[0]?.reduce((sum, v) => sum + exactUnits(v), 0n));
  });

  test("wrong kinds and values are errors that name them", () => {
    const offers = offersOf(createEngine(), problem);
    const bad = (request: unknown, options?: unknown) => () => totals(offers, request as never, options as never);
    for (const request of [undefined, null, 5, [1], { prices: 1 }, { prices: ["1"] }, {}, { price: [1] }]) {
      expect(bad(request)).toThrow(TypeError);
    }
    expect(bad({ prices: [1], budget: 5 })).toThrow(/no field "budget"; its fields are prices, exactlyOne, unit/);
    expect(bad({ prices: [1], exactlyOne: 1 })).toThrow(TypeError);
    expect(bad({ prices: [1], unit: "0.01" })).toThrow(TypeError);
    expect(bad({ prices: [] })).toThrow(RangeError);
    expect(bad({ prices: [1, Number.NaN] })).toThrow(/prices\[1\] must be finite, got NaN/);
    expect(bad({ prices: [1, -2] })).toThrow(/prices\[1\] must not be negative, got -2/);
    expect(bad({ prices: [Infinity] })).toThrow(RangeError);
    for (const unit of [0, -1, Number.NaN, Infinity, 1e-320]) expect(bad({ prices: [1], unit })).toThrow(RangeError);
    for (const slice of [0, 3, 6, 2.5, -4]) expect(bad({ prices: [1] }, { slice })).toThrow(RangeError);
    expect(bad({ prices: [1] }, 5)).toThrow(TypeError);
    expect(() => totals({} as never, { prices: [1] })).toThrow(/totals needs a table from engine.offers, got object/);
    offers.release();
    expect(bad({ prices: [1] })).toThrow(/released/);
    const wide = createEngine().offers({ users: 1, options: 65_534, slots: 1 });
    const prices = Array.from({ length: 257 }, (_, i) => i);
    expect(() => totals(wide, { prices })).toThrow(
      /257 prices × 65534 options are more than 16777216 counts: ask for fewer/,
    );
    expect(readTotals(totals(wide, { prices: [1] })).rows[0]?.counts.length).toBe(65_534);
  });
});
