/** A policy made of a solve's prices decides each user as the solve did, but for those at the margin. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AllocationRequest,
  type AllocationResult,
  allocate,
  createEngine,
  decide,
  policyOf,
} from "../../src/index.js";
import { seeded } from "../uplift/forests.js";

const NAMES = ["5 off", "10 off", "group gift", "call"];

function tableOf(users: number, seed: number) {
  const random = seeded(seed);
  const values = NAMES.map((_, j) => Float64Array.from({ length: users }, () => random() ** 2 * (8 + 7 * j)));
  const costs = NAMES.map((_, j) =>
    Float64Array.from({ length: users }, () => Math.ceil(100 * (1 + 2 * j) * (0.5 + random())) / 100),
  );
  const table = createEngine().offers({ users, options: NAMES });
  for (const j of NAMES.keys()) table.set(j, 0, values[j] as Float64Array, costs[j] as Float64Array);
  return { table, values, costs };
}

/** Decides everyone by the policy, and compares. */
function compare(users: number, seed: number, request: AllocationRequest) {
  const { table, values, costs } = tableOf(users, seed);
  const result = allocate(table, request);
  if (result.status !== "met") return { result };
  const policy = policyOf(result, table, request);
  const prices = policy.options.map(({ price }) => price ?? policy.price);
  const charges = policy.options.map(({ charge }) => charge ?? 0);
  // The scale of the solve's scores, and its dual: together they say how far anyone may be from its best score.
  const scale = 1 - (result.limits.find(({ name }) => name === "minReturn")?.price ?? 0);
  let dual = result.limits.reduce((sum, { name, price, limit }) => sum + (name === "minReturn" ? 0 : price * limit), 0);
  const people = Array.from({ length: users }, (_, i) => {
    const own = values.map((column, j) => (column[i] as number) - (charges[j] as number));
    const paid = costs.map((column) => column[i] as number);
    const scores = own.map((value, j) => value - (prices[j] as number) * (paid[j] as number));
    const ordered = [...scores, ...(request.exactlyOne ? [] : [0])].sort((a, b) => b - a);
    dual += scale * (ordered[0] as number);
    const lead = scale * ((ordered[0] as number) - (ordered[1] as number));
    return { same: decide(own, paid, prices, request.exactlyOne) === result.choices[i], lead };
  });
  return { result, policy, people, dual };
}

const share = fc.double({ min: 0.05, max: 0.9, noNaN: true });

describe("policyOf", () => {
  it("decides as the solve did, but for users at the margin", () => {
    const limits = fc.record({
      budget: share,
      stock: fc.option(share, { nil: undefined }),
      group: fc.option(share, { nil: undefined }),
      least: fc.option(share, { nil: undefined }),
      minReturn: fc.option(fc.double({ min: 3, max: 9, noNaN: true }), { nil: undefined }),
      exactlyOne: fc.boolean(),
    });
    let [met, priced, returned, everyone, alike] = [0, 0, 0, 0, 0];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        limits,
        (seed, { budget, stock, group, least, minReturn, exactlyOne }) => {
          const users = 1_500;
          const money = (exactlyOne ? 3 : 2) * users * (exactlyOne ? 0.6 + budget : budget);
          const groups = [
            ...(group === undefined ? [] : [{ name: "cards", offers: ["5 off", "10 off"], atMost: group * money }]),
            ...(least === undefined
              ? []
              : [{ name: "gifts and calls", offers: ["call", "group gift"], atLeast: 0.4 * least * money }]),
          ];
          const request: AllocationRequest = {
            budget: money,
            ...(stock === undefined ? {} : { stock: { "10 off": Math.floor(stock * 0.2 * users) } }),
            ...(groups.length > 0 ? { groups } : {}),
            ...(minReturn === undefined ? {} : { minReturn }),
            ...(exactlyOne ? { exactlyOne } : {}),
          };
          const { result, people, dual } = compare(users, seed, request);
          if (!people) return;
          met++;
          if (result.limits.filter(({ price }) => price !== 0).length > 1) priced++;
          if (result.limits.some(({ name, price }) => name === "minReturn" && price !== 0)) returned++;
          // The prices are those of the bound (which a search by branch and bound may lower): no other reading of them comes near it.
          expect(Math.abs(dual - result.bound)).toBeLessThan(1e-3 * Math.abs(result.bound));
          const margin = dual - result.value + 1e-9 * Math.abs(dual);
          expect(people.filter(({ same, lead }) => lead > margin && !same)).toEqual([]);
          everyone += people.length;
          alike += people.filter(({ same }) => same).length;
        },
      ),
      { numRuns: 16, endOnFailure: true },
    );
    // Most runs say something: solved, with prices of several limits, and nearly everyone alike.
    expect(met).toBeGreaterThan(7);
    expect(priced).toBeGreaterThan(4);
    expect(returned).toBeGreaterThan(1);
    expect(alike / everyone).toBeGreaterThan(0.99);
  });

  it("has the price of a budget alone, and costs where they are the same for all", () => {
    const { table } = tableOf(2_000, 1);
    const result = allocate(table, { budget: 2_000 });
    expect(policyOf(result, NAMES, { budget: 2_000 }, { costs: { call: 7 } })).toEqual({
      options: [{ name: "5 off" }, { name: "10 off" }, { name: "group gift" }, { name: "call", cost: 7 }],
      price: result.price,
    });
    expect(
      policyOf(allocate(table, { budget: 20_000, exactlyOne: true }), table, { exactlyOne: true }).exactlyOne,
    ).toBe(true);
  });

  it("refuses what it could not be true to", () => {
    const { table } = tableOf(100, 2);
    const request = { budget: 60, groups: [{ name: "cards", offers: ["5 off"], atMost: 5 }] };
    const result = allocate(table, request);
    expect(() => policyOf({ ...result, status: "not found" }, table, request)).toThrow(TypeError);
    expect(() => policyOf(result, ["a"], request)).toThrow("4 options, and there are 1");
    expect(() => policyOf(result, table, { budget: 60 })).toThrow("group cards");
    expect(() => policyOf(result, table, request, { costs: { no: 1 } })).toThrow('no option "no"');
    const resource = { name: "resource calls", kind: "at most", used: 1, limit: 1, price: 2 } as const;
    const resourced: AllocationResult = { ...result, limits: [resource] };
    expect(() => policyOf(resourced, table, {})).toThrow("no amounts of resources");
    expect(() => policyOf({ ...resourced, limits: [{ ...resource, price: 0 }] }, table, {})).not.toThrow();
  });
});
