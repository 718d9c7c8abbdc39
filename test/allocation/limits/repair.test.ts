/** Repair where it is hard, where it is large, and where it is stopped. */
import { describe, expect, test } from "vitest";
import {
  type AllocationOptions,
  type AllocationRequest,
  type AllocationResult,
  allocate,
  createEngine,
} from "../../../src/index.js";
import { firstDifference } from "../solving.js";
import { couponLadder, freeSpend, Random, shapes, type Table, tableOf } from "../tables.js";
import { brokenBy, type LimitedTable, limitedOffers } from "./cases.js";

function solve(table: Table, request: AllocationRequest, options: AllocationOptions = {}): AllocationResult {
  return allocate(limitedOffers(createEngine(), { ...table, resources: {} }), request, options);
}

/** Solves, and counts again. */
function expectMet(table: Table, request: AllocationRequest, options?: AllocationOptions): AllocationResult {
  const result = solve(table, request, options);
  expect(result.status).toBe("met");
  expect(brokenBy({ ...table, resources: {}, request }, result.choices)).toEqual([]);
  expect(result.bound).toBeGreaterThanOrEqual(result.value);
  return result;
}

const column = (...numbers: number[]) => Float32Array.from(numbers);

describe("hard cases", () => {
  const three: Table = { values: [column(5, 4, 3), column(9, 1, 7)], costs: [column(1, 1, 1), column(3, 2, 2)] };

  test("a stock of one goes to whom it is worth most", () => {
    expect([...expectMet(three, { stock: { 1: 1, 2: 1 } }).choices]).toEqual([2, 1, 0]);
    expect([...expectMet(three, { stock: { 2: 1 } }).choices]).toEqual([1, 1, 2]);
  });

  test("limits of zero leave what is free", () => {
    expect(expectMet(three, { budget: 0, minSpend: 0 }).value).toBe(0);
    expect([...expectMet(three, { stock: { 1: 0, 2: 0 } }).choices]).toEqual([0, 0, 0]);
    expect([...expectMet(three, { groups: [{ name: "g", offers: ["2"], atMost: 0 }] }).choices]).toEqual([1, 1, 1]);
  });

  test("floors that contradict each other, or nearly", () => {
    const groups = [
      { name: "a", offers: ["1"], atLeast: 1 },
      { name: "b", offers: ["2"], atLeast: 4 },
    ];
    expect(solve(three, { groups, budget: 4.9 }).status).toBe("impossible");
    expect([...expectMet(three, { groups, budget: 5 }).choices]).toEqual([1, 2, 2]);
  });

  test("what only parts of options meet is not found, and proven", () => {
    const same: Table = { values: [column(1, 1)], costs: [column(2, 2)] };
    const { status, stopped, violation } = solve(same, {
      minSpend: 3,
      groups: [{ name: "g", offers: ["1"], atMost: 3 }],
    });
    expect({ status, stopped }).toEqual({ status: "not found", stopped: undefined });
    expect(violation?.limit).toBe(3);
  });

  test("groups that nest, overlap or cover nothing", () => {
    const table = couponLadder(60, 6);
    const spend = freeSpend(table);
    const groups = [
      { name: "nothing", offers: [], atMost: 0, atLeast: 0 },
      { name: "inner", offers: ["2", "3"], atMost: spend / 8 },
      { name: "outer", offers: ["2", "3", "4"], atMost: spend / 6, atLeast: spend / 9 },
      { name: "across", offers: ["4", "5"], atLeast: spend / 10 },
    ];
    const { gap } = expectMet(table, { budget: spend / 3, groups, minReturn: 1 });
    expect(gap).toBeLessThan(0.005);
  });

  test("numbers thirty orders apart", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const table = tableOf(4 + random.below(6), 3, random, shapes["thirty orders, positive"] as never);
      const one = solve(table, { stock: { 1: 2, 2: 1 } });
      expect(one.status).toBe("met");
      const spent = solve(table, {
        stock: { 1: 2 },
        budget: one.cost / 2,
        groups: [{ name: "g", offers: ["3"], atMost: 1e-9 }],
      });
      expect(brokenBy({ ...table, resources: {}, request: { stock: { 1: 2 } } }, spent.choices)).toEqual([]);
      expect(spent.cost).toBeLessThanOrEqual(one.cost / 2);
    }
  });
});

/** Limits of every kind that all bind: a budget, channels, stocks, a floor. */
function manyLimits(table: Table): AllocationRequest {
  const free = solve(table, { budget: 0.3 * freeSpend(table) });
  const spent = (...options: number[]) =>
    Array.from(free.choices).reduce(
      (sum, j, i) => sum + (options.includes(j) ? (table.costs[j - 1]?.[i] as number) : 0),
      0,
    );
  return {
    budget: 0.3 * freeSpend(table),
    stock: { 1: Math.floor(0.75 * (free.counts[0] as number)), 3: Math.floor(0.75 * (free.counts[2] as number)) },
    groups: [
      { name: "low", offers: ["1", "2"], atMost: spent(1, 2) },
      { name: "middle", offers: ["3", "4"], atMost: 0.9 * spent(3, 4) },
      { name: "high", offers: ["5", "6"], atLeast: 1.05 * spent(5, 6) },
    ],
  };
}

describe("large tables", () => {
  const table = couponLadder(40_000, 6);
  const request = manyLimits(table);

  test("many limits: held exactly, near the bound, whatever the slice", () => {
    const whole = expectMet(table, request);
    expect(whole.gap).toBeLessThan(2e-5);
    for (const slice of [999, 4096]) {
      const cut = expectMet(table, request, { slice });
      expect(firstDifference(cut.choices, whole.choices)).toBe(undefined);
      expect([cut.value, cut.bound]).toEqual([whole.value, whole.bound]);
    }
  });

  test("an option that is none by another name takes no place of one that helps", () => {
    const nothing = new Float32Array(table.values[0]?.length as number);
    const padded: Table = { values: [...table.values, nothing], costs: [...table.costs, nothing] };
    const alone = expectMet(table, request);
    const beside = expectMet(padded, { ...request, stock: { ...request.stock, 7: 5 } });
    expect([beside.passes, beside.value]).toEqual([alone.passes, alone.value]);
  });

  test("bands of a cent", () => {
    const cents: Table = {
      ...table,
      costs: table.costs.map((costs) => costs.map((c) => Math.round(100 * c) / 100)),
    };
    const round = (x: number) => Math.round(100 * x) / 100;
    const spend = round(freeSpend(cents) / 4);
    for (const share of [0.2, 0.25, 0.3]) {
      for (const exactlyOne of [false, true]) {
        const least = round(share * spend);
        const groups = [{ name: "g", offers: ["2", "4"], atLeast: least, atMost: round(least + 0.01) }];
        const { gap } = expectMet(cents, { groups, minSpend: spend, budget: round(spend + 0.01), exactlyOne });
        expect(gap).toBeLessThan(1e-5);
      }
    }
  });
});

describe("cancellation", () => {
  const stop = (table: LimitedTable, request: AllocationRequest, calls: number) => {
    const engine = createEngine();
    const offers = limitedOffers(engine, table);
    const { used } = engine.arena;
    const controller = new AbortController();
    let seen = 0;
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === "repair" && ++seen === calls) controller.abort(new Error("enough"));
    };
    expect(() => allocate(offers, request, { signal: controller.signal, onProgress })).toThrow("enough");
    expect(engine.arena.used).toBe(used);
    expect(allocate(offers, { stock: { 1: 1 } }).status).toBe("met");
  };

  test("while a large table is repaired", () => {
    const table = couponLadder(40_000, 6);
    stop({ ...table, resources: {} }, manyLimits(table), 1);
  });

  // Random weights in eight resources: branch and bound has to look at many nodes.
  test("while a small one is searched", () => {
    const random = new Random(5);
    const users = 30;
    const table = tableOf(users, 8, random, (r) => [r.below(100), 0]);
    const weights = () => Array.from({ length: 8 }, () => Float32Array.from({ length: users }, () => random.below(50)));
    const resources = Object.fromEntries(Array.from({ length: 8 }, (_, k) => [`r${k}`, weights()]));
    const limits = Object.keys(resources).map((name) => ({ name, atMost: users * 20 }));
    for (const calls of [1, 3]) stop({ ...table, resources }, { exactlyOne: true, resources: limits }, calls);
  });
});
