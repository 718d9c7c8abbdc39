/** Several limits at the edges: zeros, a stock of one, groups of every kind, 30 orders of magnitude, ties, cancellation. */
import { describe, expect, test } from "vitest";
import {
  type AllocationRequest,
  type AllocationResult,
  allocate,
  createEngine,
  frontier,
  type Offers,
} from "../../../src/index.js";
import { restlessEngine } from "../../engine/restless.js";
import { offersOf } from "../solving.js";
import { couponLadder, Random, shapes, type Table, tableOf } from "../tables.js";

const ladder = couponLadder(300, 4);

function solve(table: Table, request: AllocationRequest): AllocationResult {
  return allocate(offersOf(createEngine(), table), request);
}

function spendOf({ costs }: Table, choices: ArrayLike<number>, members: readonly number[]): number {
  let spend = 0;
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i] as number;
    if (members.includes(choice)) spend += (costs[choice - 1] as Float32Array)[i] as number;
  }
  return spend;
}

describe("limits of zero, and a stock of one", () => {
  test("a budget of nothing buys nothing; what is free may still be had", () => {
    const result = solve(ladder, { budget: 0, stock: { 1: 5 } });
    expect([result.status, result.value, result.none]).toEqual(["met", 0, 300]);
    const free = tableOf(20, 2, new Random(1), (random, j) => [1 + random.next(), j]);
    expect(solve(free, { budget: 0, stock: { 1: 5 } })).toMatchObject({ status: "met", counts: [5, 0] });
  });

  test("no stock at all", () => {
    const none = solve(ladder, { stock: { 1: 0, 2: 0, 3: 0, 4: 0 } });
    expect([none.status, none.value]).toEqual(["met", 0]);
    expect(none.bound).toBeCloseTo(0, 6);
    const clash = solve(ladder, { stock: { 1: 0, 2: 0, 3: 0, 4: 0 }, exactlyOne: true });
    expect(clash.status).toBe("impossible");
    expect(clash.clash?.limits.toSorted()).toEqual(["exactlyOne", "stock 1", "stock 2", "stock 3", "stock 4"]);
    expect(solve(ladder, clash.clash?.nearest as AllocationRequest).status).toBe("met");
  });

  test("a stock of one goes to who gains most", () => {
    const table = tableOf(50, 1, new Random(3), (random) => [random.next(), 1]);
    const result = solve(table, { stock: { 1: 1 } });
    const best = Math.max(...(table.values[0] as Float32Array));
    expect(result.value).toBe(best);
    expect(result.bound).toBeCloseTo(best, 10);
  });

  test("a return of zero asks that nothing is lost", () => {
    const table = tableOf(30, 2, new Random(4), (random) => [random.next() - 0.5, random.next()]);
    const result = solve(table, { minReturn: 0, minSpend: 3 });
    expect(result.status).toBe("met");
    expect(result.value).toBeGreaterThanOrEqual(0);
  });
});

describe("groups", () => {
  const money = spendOf(ladder, new Uint8Array(300).fill(2), [2]);

  test("nested, overlapping and empty ones hold at once", () => {
    const request: AllocationRequest = {
      budget: money,
      groups: [
        { name: "all", offers: ["1", "2", "3", "4"], atMost: 0.8 * money },
        { name: "inner", offers: ["2", "3"], atMost: 0.4 * money, atLeast: 0.1 * money },
        { name: "across", offers: ["3", "4"], atMost: 0.3 * money },
        { name: "empty", offers: [], atMost: 0 },
      ],
    };
    const { status, choices, limits, gap } = solve(ladder, request);
    expect(status).toBe("met");
    expect(gap).toBeLessThan(0.02);
    for (const { offers, atMost = Infinity, atLeast = -Infinity } of request.groups ?? []) {
      const spend = spendOf(ladder, choices, offers.map(Number));
      expect(spend).toBeLessThanOrEqual(atMost * (1 + 1e-12));
      expect(spend).toBeGreaterThanOrEqual(atLeast * (1 - 1e-12));
    }
    expect(limits.map(({ name, kind }) => `${name} ${kind}`)).toContain("group inner at least");
  });

  test("floors that contradict each other are named, and no others", () => {
    const request: AllocationRequest = {
      budget: 10 * money,
      stock: { 1: 200 },
      groups: [
        { name: "a", offers: ["2"], atLeast: 5 },
        { name: "b", offers: ["2", "3"], atMost: 4 },
      ],
    };
    const { status, clash } = solve(ladder, request);
    expect(status).toBe("impossible");
    expect(clash?.limits).toEqual(["group a", "group b"]);
    expect(clash?.reason).toMatch(/group a and group b cannot hold together/);
    expect(solve(ladder, clash?.nearest as AllocationRequest).status).toBe("met");
  });

  test("an empty group cannot spend", () => {
    const { clash } = solve(ladder, { groups: [{ name: "empty", offers: [], atLeast: 1 }] });
    expect(clash?.limits).toEqual(["group empty"]);
    expect(clash?.nearest.groups?.[0]?.atLeast).toBe(0);
  });

  test("at least more than at most", () => {
    const { clash } = solve(ladder, { groups: [{ name: "g", offers: ["1"], atMost: 1, atLeast: 2 }] });
    expect(clash?.limits).toEqual(["group g"]);
  });

  test("a clash of a group's two sides names no other limit, though another would do for one of them", () => {
    const sides = { name: "g", offers: ["1"], atMost: 4, atLeast: 5 };
    const { clash } = solve(ladder, { groups: [{ name: "a", offers: ["1"], atLeast: 6 }, sides] });
    expect(clash?.limits).toEqual(["group g"]);
    expect(solve(ladder, clash?.nearest as AllocationRequest).status).toBe("met");
    const none = solve(tableOf(9, 1, new Random(2), shapes.uniform as (typeof shapes)[string]), {
      groups: [{ ...sides, atMost: 0 }],
      stock: { 1: 0 },
    });
    expect(none.clash?.limits).toHaveLength(1);
  });

  test("many limits that clash, one after the other: the nearest request is possible", () => {
    const random = new Random(5);
    const names = Array.from({ length: 64 }, (_, k) => `r${k}`);
    const offers = createEngine().offers({ users: 14, options: 4, resources: names });
    for (let j = 0; j < 4; j++) {
      offers.fill(j, (values, costs) => {
        for (let i = 0; i < 14; i++) [values[i], costs[i]] = [random.below(10), 1 + random.below(5)];
      });
      for (const name of names) {
        offers.fillResource(name, j, (amounts) => {
          for (let i = 0; i < 14; i++) amounts[i] = random.below(10);
        });
      }
    }
    const resources = names.map((name) => ({ name, atMost: 30 + random.below(20) }));
    const request = { exactlyOne: true, budget: 40, resources };
    let reports = 0;
    const onProgress = () => void reports++;
    const { status, clash } = allocate(offers, request, { onProgress });
    expect(status).toBe("impossible");
    expect(allocate(offers, clash?.nearest as AllocationRequest).status).not.toBe("impossible");
    // A long proof can be stopped.
    expect(reports).toBeGreaterThan(50);
    const controller = new AbortController();
    const stop = () => --reports === 10 && controller.abort(new Error("enough"));
    const { used } = offers.engine.arena;
    expect(() => allocate(offers, request, { onProgress: stop, signal: controller.signal })).toThrow("enough");
    expect(offers.engine.arena.used).toBe(used);
  });

  test("where nobody need be given anything and the return cannot be relaxed, other limits are", () => {
    const table = tableOf(3, 1, new Random(1), (_, __, user) => [-2, user === 2 ? 0.5 : 1]);
    (table.values[0] as Float32Array)[2] = -Infinity;
    const sides = { name: "b", offers: ["1"], atMost: 0, atLeast: 1.5 };
    const request = { exactlyOne: true, budget: 2.6, minSpend: 1.2, minReturn: 0.13, stock: { 1: 1 }, groups: [sides] };
    const { status, clash } = solve(table, request);
    expect([status, clash?.limits]).toEqual(["impossible", ["exactlyOne"]]);
    expect(solve(table, clash?.nearest as AllocationRequest).status).toBe("met");
  });

  test("more than everyone together can spend", () => {
    const { status, clash } = solve(ladder, { minSpend: 1e9 });
    expect([status, clash?.limits]).toEqual(["impossible", ["minSpend"]]);
    expect(clash?.nearest.minSpend).toBeGreaterThan(0);
    expect(solve(ladder, clash?.nearest as AllocationRequest).status).not.toBe("impossible");
  });
});

describe("numbers", () => {
  for (const name of ["thirty orders of magnitude", "thirty orders, positive", "tiny numbers"]) {
    test(`${name}: one of three outcomes, and what is met holds`, () => {
      for (let seed = 1; seed <= 12; seed++) {
        const random = new Random(seed);
        const table = tableOf(2 + random.below(30), 3, random, shapes[name] as (typeof shapes)[string]);
        const scale = 10 ** (30 * random.next() - 15);
        const request: AllocationRequest = {
          budget: scale,
          stock: { 1: random.below(8) },
          groups: [{ name: "g", offers: ["2", "3"], atMost: scale / 3 }],
          exactlyOne: seed % 3 === 0,
        };
        const { status, choices, value, bound } = solve(table, request);
        if (status !== "met") continue;
        expect(value).toBeLessThanOrEqual(bound);
        const size = table.costs.reduce((most, column) => Math.max(most, ...column.map(Math.abs)), 0);
        // Exactly, but for this sum's own rounding.
        expect(spendOf(table, choices, [1, 2, 3])).toBeLessThanOrEqual(scale + 1e-14 * size * choices.length);
      }
    });
  }

  test("a tie of everyone", () => {
    const table = tableOf(500, 3, new Random(1), (_, j) => [j + 1, j + 1]);
    const result = solve(table, { budget: 600, stock: { 2: 40, 3: 100 } });
    expect([result.status, result.value]).toEqual(["met", 600]);
    expect(result.bound).toBeCloseTo(600, 9);
  });

  test("a large table in segments, where there is no curvature to go by", () => {
    const table = tableOf(60_000, 3, new Random(2), shapes["constant by segment"] as (typeof shapes)[string]);
    const result = solve(table, { budget: 20_000, stock: { 1: 9000, 2: 8000, 3: 7000 } });
    expect(result.status).toBe("met");
    expect(result.gap).toBeLessThan(1e-4);
  });

  test("a large table that is impossible", () => {
    const table = couponLadder(50_000, 4);
    const { status, clash } = solve(table, { budget: 1000, minSpend: 1500, stock: { 1: 40_000 } });
    expect(status).toBe("impossible");
    expect(clash?.limits.toSorted()).toEqual(["budget", "minSpend"]);
  });

  test("every quantity in the caller's decimals: ten times 0.1 is 1", () => {
    const table = tableOf(10, 1, new Random(1), () => [1, Math.fround(0.1)]);
    expect(solve(table, { budget: 1, minSpend: 1, stock: { 1: 10 } }).counts).toEqual([10]);
    expect(solve(table, { groups: [{ name: "g", offers: ["1"], atMost: 0.7, atLeast: 0.7 }] }).counts).toEqual([7]);
    expect(solve(table, { minReturn: 10 }).counts).toEqual([10]);
    expect(solve(table, { minReturn: 10.0001 }).counts).toEqual([0]);
  });
});

describe("tables of other shapes", () => {
  test("candidate slots: stock of offers that stand in different slots", () => {
    const offers = createEngine().offers({ users: 40, options: 6, slots: 2 });
    const random = new Random(9);
    for (let j = 0; j < 2; j++) {
      offers.fill(j, (values, costs, slots) => {
        for (let i = 0; i < 40; i++) {
          values[i] = 1 + random.next();
          costs[i] = 1;
          slots[i] = 1 + ((i + j * 3) % 6);
        }
      });
    }
    const result = allocate(offers, { stock: { 1: 2, 4: 3 }, budget: 30 });
    expect(result.status).toBe("met");
    expect(result.counts[0]).toBeLessThanOrEqual(2);
    expect(result.counts[3]).toBeLessThanOrEqual(3);
    expect(result.counts.reduce((a, b) => a + b)).toBe(30);
  });

  test("a large table of slots, with resources", () => {
    const users = 32_000;
    const offers = createEngine().offers({ users, options: 300, slots: 2, resources: ["hours"] });
    const random = new Random(11);
    for (let j = 0; j < 2; j++) {
      offers.fill(j, (values, costs, slots) => {
        for (let i = 0; i < users; i++) {
          values[i] = random.next() * (j + 1);
          costs[i] = random.next();
          slots[i] = 1 + random.below(300);
        }
      });
      offers.fillResource("hours", j, (amounts) => amounts.fill(j + 1));
    }
    const request = { budget: 6000, stock: { 7: 20, 8: 30 }, resources: [{ name: "hours", atMost: 25_000 }] };
    const result = allocate(offers, request);
    expect(result.status).toBe("met");
    expect(result.gap).toBeLessThan(1e-3);
    for (const { used, limit } of result.limits) expect(used).toBeLessThanOrEqual(limit);
  });

  test("more options than a byte holds", () => {
    const table = tableOf(100, 300, new Random(12), shapes.uniform as (typeof shapes)[string]);
    const result = solve(table, { budget: 10, stock: { 300: 1 } });
    expect(result.status).toBe("met");
    expect(result.choices).toBeInstanceOf(Uint16Array);
  });

  test("the memory grows between any two calls", () => {
    const { engine } = restlessEngine();
    const restless = allocate(offersOf(engine, ladder), { budget: 100, stock: { 1: 50 }, minReturn: 1 });
    const still = solve(ladder, { budget: 100, stock: { 1: 50 }, minReturn: 1 });
    expect([...restless.choices]).toEqual([...still.choices]);
    expect(restless.bound).toBe(still.bound);
  });
});

test("a frontier on which only what is free can be had has one budget, of nothing", () => {
  const uses = [8946, 2796, 2952, 4228].map((x) => x / 1024);
  const offers = createEngine().offers({ users: 4, options: 1, resources: ["r", "s"] });
  offers.fill(0, (values, costs) => {
    values.set([288, 117, 1, 270].map((x) => x / 262_144));
    costs.set([0, 6, 13, 22]);
  });
  offers.fillResource("r", 0, (amounts) => amounts.set([0, ...uses.slice(1)]));
  offers.fillResource("s", 0, (amounts) => amounts.set([4 / 1024, 3, 5, 7]));
  const resources = [
    { name: "r", atMost: 0 },
    { name: "s", atMost: 4 / 1024 },
  ];
  const { least, most, points } = frontier(offers, { resources }, { points: 5 });
  expect([least, most]).toEqual([0, 0]);
  for (const { value } of points) expect(value).toBeCloseTo(288 / 262_144, 10);
});

describe("cancellation", () => {
  const reason = new Error("enough");
  const request = { budget: 20_000, stock: { 1: 3000, 4: 2000 } };
  const table = couponLadder(40_000, 4);

  function cancelAt(offers: Offers, n: number): string[] {
    const seen: string[] = [];
    const controller = new AbortController();
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      expect(done).toBeLessThanOrEqual(total);
      seen.push(phase);
      if (seen.length === n) controller.abort(reason);
    };
    const { used } = offers.engine.arena;
    const run = () => allocate(offers, request, { signal: controller.signal, onProgress });
    if (n > 0) expect(run).toThrow(reason);
    else run();
    expect(offers.engine.arena.used).toBe(used);
    return seen;
  }

  test("in every phase: the reason is thrown, the memory given back", () => {
    const offers = offersOf(createEngine(), table);
    const all = cancelAt(offers, 0);
    expect(new Set(all)).toEqual(new Set(["dual", "repair"]));
    for (const n of [1, 2, Math.ceil(all.length / 2), all.length]) expect(cancelAt(offers, n).length).toBe(n);
    expect(allocate(offers, request).status).toBe("met");
  });

  test("of a frontier", () => {
    const offers = offersOf(createEngine(), ladder);
    const controller = new AbortController();
    let points = 0;
    const { used } = offers.engine.arena;
    const onProgress = () => {
      if (++points === 3) controller.abort(reason);
    };
    expect(() => frontier(offers, { stock: { 1: 9 } }, { signal: controller.signal, onProgress })).toThrow(reason);
    expect(offers.engine.arena.used).toBe(used);
  });

  test("the slice changes no byte", () => {
    const whole = allocate(offersOf(createEngine(), table), request);
    const sliced = allocate(offersOf(createEngine(), table), request, { slice: 700 });
    expect(sliced.bound).toBe(whole.bound);
    expect([...sliced.choices]).toEqual([...whole.choices]);
  });
});
