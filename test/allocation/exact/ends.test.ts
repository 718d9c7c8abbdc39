/** What `exact` refuses, how it ends early, and what it says of numbers that it cannot count exactly. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AllocationOptions, allocate, CeilingError, createEngine, type Progress } from "../../../src/index.js";
import { optimum } from "../../reference/exact.js";
import { offersOf, solve } from "../solving.js";
import { freeSpend, Random, type Table, tableOf } from "../tables.js";

/** Values near the costs, and no quantum that would end the search early: its states are many. */
function hard(users: number, seed = 1): { table: Table; budget: number } {
  const table = tableOf(users, 3, new Random(seed), (random) => {
    const cost = 0.5 + random.next();
    return [cost + 0.02 * random.next(), cost];
  });
  return { table, budget: 0.4 * freeSpend(table) };
}

describe("what is refused", () => {
  test("more users than can be proven, with what to do instead", () => {
    const offers = createEngine().offers({ users: 100_001, options: 1 });
    expect(() => allocate(offers, { budget: 1, exact: true })).toThrow(/100000 users.*100001.*leave exact out/);
    expect(() => allocate(offers, { budget: 1, exact: true })).toThrow(RangeError);
  });

  test.each([
    { stock: { 1: 2 } },
    { groups: [{ name: "g", offers: ["1"], atMost: 5 }] },
    { minReturn: 1 },
    { minSpend: 1 },
    { resources: [] },
  ])("%o beside exact", (limits) => {
    const offers = createEngine().offers({ users: 5, options: 1 });
    const ask = () => allocate(offers, { budget: 1, exact: true, ...limits });
    expect(ask).toThrow(RangeError);
    expect(ask).toThrow(`exact proves one budget only: leave out "${Object.keys(limits)[0]}"`);
  });

  test("wrong limits of time and memory", () => {
    const offers = createEngine().offers({ users: 5, options: 1 });
    const ask = (options: AllocationOptions) => () => allocate(offers, { budget: 1, exact: true }, options);
    expect(ask({ timeLimit: -1 })).toThrow(RangeError);
    expect(ask({ timeLimit: Number.NaN })).toThrow(RangeError);
    expect(ask({ timeLimit: "1" as never })).toThrow(TypeError);
    expect(ask({ memory: -1 })).toThrow(RangeError);
    expect(ask({ memory: 0.5 })).toThrow(RangeError);
  });
});

describe("limits that end a proof", () => {
  test("a time limit of zero: the quick solve's choices, a bound that holds", () => {
    const { table, budget } = hard(60);
    const stopped = solve(table, { budget, exact: true }, { timeLimit: 0 });
    const proven = solve(table, { budget, exact: true });
    expect(stopped.stopped).toBe("time");
    expect(proven.stopped).toBe(undefined);
    expect(stopped.choices).toEqual(solve(table, { budget }).choices);
    expect(stopped.bound).toBeGreaterThanOrEqual(proven.value);
    expect(stopped.value).toBeLessThanOrEqual(proven.value);
    expect(stopped.gap).toBeGreaterThan(0);
  });

  test("no time limit ends what is proven at once", () => {
    const table = { values: [Float32Array.of(1, 2)], costs: [Float32Array.of(1, 1)] };
    expect(solve(table, { budget: 5, exact: true }, { timeLimit: 0 }).stopped).toBe(undefined);
  });

  test("any cap of memory: feasible choices, a bound that holds, the reason", () => {
    const { table, budget } = hard(400, 2);
    const proven = solve(table, { budget, exact: true });
    expect(proven.stopped).toBe(undefined);
    let stops = 0;
    for (let memory = 0; memory < 2 ** 21; memory = 1.5 * memory + 10_000) {
      const result = solve(table, { budget, exact: true }, { memory: Math.floor(memory) });
      expect(result.cost).toBeLessThanOrEqual(budget);
      expect(result.bound).toBeGreaterThanOrEqual(proven.value);
      expect(result.value).toBeLessThanOrEqual(proven.value);
      if (result.stopped === undefined) expect(result.value).toBe(proven.value);
      else stops++;
      expect(result.stopped ?? "memory").toBe("memory");
    }
    expect(stops).toBeGreaterThan(5);
  });

  test("the engine's own ceiling is such a cap", () => {
    const { table, budget } = hard(400, 2);
    const proven = solve(table, { budget, exact: true });
    let stops = 0;
    for (let spare = 0; spare < 2 ** 20; spare += 2 ** 15) {
      const offers = offersOf(createEngine({ ceiling: 2 ** 21 }), table);
      const { arena } = offers.engine;
      arena.take(2 ** 21 - arena.used - spare);
      try {
        const result = allocate(offers, { budget, exact: true });
        expect(result.cost).toBeLessThanOrEqual(budget);
        expect(result.bound).toBeGreaterThanOrEqual(proven.value);
        if (result.stopped === "memory") stops++;
        else expect(result.value).toBe(proven.value);
      } catch (error) {
        // The quick solve did not fit.
        expect(error).toBeInstanceOf(CeilingError);
      }
    }
    expect(stops).toBeGreaterThan(1);
  });

  test("what is given back: the arena is as it was, whatever ended the proof", () => {
    const { table, budget } = hard(200, 3);
    const offers = offersOf(createEngine(), table);
    const used = offers.engine.arena.used;
    for (const options of [{}, { timeLimit: 0 }, { memory: 250_000 }, { memory: 0 }]) {
      allocate(offers, { budget, exact: true }, options);
      expect(offers.engine.arena.used).toBe(used);
    }
  });

  test("cancelled from each report of the search: the reason is thrown, the memory given back", () => {
    const { table, budget } = hard(120, 2);
    const offers = offersOf(createEngine(), table);
    const used = offers.engine.arena.used;
    const seen: Progress[] = [];
    allocate(offers, { budget, exact: true }, { onProgress: (progress) => seen.push(progress) });
    const reports = seen.filter(({ phase }) => phase === "exact").length;
    expect(reports).toBeGreaterThan(3);
    for (let at = 1; at <= reports; at += 3) {
      const controller = new AbortController();
      let count = 0;
      const onProgress = ({ phase }: Progress) => {
        if (phase === "exact" && ++count === at) controller.abort(new Error("enough"));
      };
      const run = () => allocate(offers, { budget, exact: true }, { signal: controller.signal, onProgress });
      expect(run).toThrow("enough");
      expect(offers.engine.arena.used).toBe(used);
    }
  });
});

describe("numbers", () => {
  test("decimals of the caller's: no gap, sums as decimals", () => {
    const engine = createEngine();
    const offers = engine.offers({ users: 3, options: 1 });
    offers.set(0, 0, Float64Array.of(0.1, 0.2, 0.7), Float64Array.of(0.1, 0.2, 0.7));
    const result = allocate(offers, { budget: 0.3, exact: true });
    expect(result).toMatchObject({ value: 0.3, cost: 0.3, bound: 0.3, gap: 0, valueUnit: 0.1, unit: 0.1 });
  });

  test("numbers that f32 does not hold: the bound is of the caller's own", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const users = 8;
      const draw = () => Float64Array.from({ length: users }, () => random.next() + 2 ** -30);
      const [values, costs] = [
        [draw(), draw()],
        [draw(), draw()],
      ];
      const offers = createEngine().offers({ users, options: 2 });
      for (let j = 0; j < 2; j++) offers.set(j, 0, values[j] as Float64Array, costs[j] as Float64Array);
      const budget = 2.5 * random.next();
      const result = allocate(offers, { budget, exact: true });
      const own = bestOf(values, costs, budget);
      expect(result.bound).toBeGreaterThanOrEqual(own);
      expect(result.gap).toBeLessThan(1e-6);
      expect(result.value).toBeLessThanOrEqual(own * (1 + 2 ** -23));
    }
  });

  test("a column of decimals beside one of none is counted as it stands, and its rounding is in the bound", () => {
    const offers = createEngine().offers({ users: 1, options: 2 });
    offers.set(0, 0, Float64Array.of(0.3), Float64Array.of(1));
    offers.set(1, 0, Float32Array.of(Math.fround(1 / 3) / 2), Float32Array.of(1));
    const { bound, value } = allocate(offers, { budget: 1, exact: true });
    expect(value).toBe(Math.fround(0.3));
    expect(bound).toBeGreaterThanOrEqual(0.3);
  });

  test("sums at the edge of 64 bits", () => {
    for (const size of [2 ** 100, 2 ** -100, 3e37, 1e-38]) {
      const table = tableOf(300, 2, new Random(7), (random) => [size * random.next(), size * (random.next() - 0.2)]);
      const budget = Math.fround(size * 9);
      const result = solve(table, { budget, exact: true });
      const quick = solve(table, { budget });
      expect(result.stopped).toBe(undefined);
      expect(result.value).toBeGreaterThanOrEqual(quick.value * (1 - 1e-12));
      expect(result.bound).toBeLessThanOrEqual(quick.bound * (1 + 1e-12));
      expect(result.gap).toBeLessThan(1e-9);
    }
  });

  test("weights of one step and a budget between two of them: proven without a search", () => {
    // Every cost is even, so that an odd budget is worth as much as the even one below it.
    const table = tableOf(2000, 4, new Random(3), (random) => [random.below(50), 2 * random.below(50)]);
    const result = solve(table, { budget: 5001, exact: true }, { timeLimit: 20 });
    expect(result.stopped).toBe(undefined);
    expect(result.value).toBe(solve(table, { budget: 5000, exact: true }).value);
  });

  test("candidate slots: columns are slots, choices are offers", () => {
    const random = new Random(4);
    const table = tableOf(12, 3, random, (r) => [r.below(40), 1 + r.below(20)]);
    const offers = createEngine().offers({ users: 12, options: 40, slots: 3 });
    table.values.forEach((column, j) => {
      offers.fill(j, (v, c, o) => {
        v.set(column);
        c.set(table.costs[j] as Float32Array);
        for (let i = 0; i < 12; i++) o[i] = 1 + ((3 * i + j) % 40);
      });
    });
    const plain = solve(table, { budget: 60, exact: true });
    const result = allocate(offers, { budget: 60, exact: true });
    expect(result.value).toBe(optimum({ ...table, budget: 60 }));
    expect([...result.choices]).toEqual([...plain.choices].map((s, i) => (s ? 1 + ((3 * i + s - 1) % 40) : 0)));
  });

  test("no budget, a budget of zero, one that is impossible", () => {
    const table = tableOf(20, 3, new Random(9), (random) => [random.below(9), 1 + random.below(9)]);
    expect(solve(table, { exact: true })).toMatchObject({ status: "met", gap: 0, price: 0 });
    expect(solve(table, { budget: 0, exact: true })).toMatchObject({ value: 0, bound: 0, none: 20 });
    expect(solve(table, { budget: 10, exactlyOne: true, exact: true }).status).toBe("impossible");
    const closed = { values: [Float32Array.of(1, -Infinity)], costs: [Float32Array.of(1, 0)] };
    const refused = solve(closed, { budget: 10, exactlyOne: true, exact: true });
    expect(refused).toMatchObject({ status: "impossible", clash: { limits: ["exactlyOne"] } });
  });
});

test("more budget is never worth less, and the answer does not depend on the slice or the memory before it", () => {
  const shape = fc.record({
    seed: fc.nat(1e6),
    users: fc.integer({ min: 1, max: 60 }),
    options: fc.integer({ min: 1, max: 5 }),
    exactlyOne: fc.boolean(),
    step: fc.constantFrom(0, 1, 0.25, 0.01),
  });
  fc.assert(
    fc.property(shape, ({ seed, users, options, exactlyOne, step }) => {
      const random = new Random(seed);
      const round = (x: number) => (step ? Math.fround(Math.round((20 * x) / step) * step) : Math.fround(x));
      const table = tableOf(users, options, random, (r) => [round(r.next()), round(r.next())]);
      const offers = offersOf(createEngine(), table);
      const free = Math.max(1, freeSpend(table));
      let last = -Infinity;
      for (const share of [0.1, 0.3, 0.31, 0.6, 0.9]) {
        const request = { budget: share * free, exactlyOne, exact: true };
        const result = allocate(offers, request);
        if (result.status !== "met") continue;
        expect(result.value).toBeGreaterThanOrEqual(last);
        expect(result.gap).toBeLessThan(1e-9);
        last = result.value;
        const again = allocate(offersOf(createEngine(), table), request, { slice: 512 });
        expect(again.choices).toEqual(result.choices);
      }
    }),
    { numRuns: 60 },
  );
});

/** The best of all plans, in f64: at most one option a user. */
function bestOf(values: Float64Array[], costs: Float64Array[], budget: number): number {
  let best = 0;
  const walk = (user: number, value: number, cost: number): void => {
    if (cost > budget) return;
    best = Math.max(best, value);
    if (user === (values[0] as Float64Array).length) return;
    walk(user + 1, value, cost);
    values.forEach((column, j) => {
      walk(user + 1, value + (column[user] as number), cost + ((costs[j] as Float64Array)[user] as number));
    });
  };
  walk(0, 0, 0);
  return best;
}
