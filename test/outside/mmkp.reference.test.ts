/**
 * The published multiple-choice knapsack problems, each with its first constraint alone (exactly one option a group), against
 * a dynamic program of our own.
 */
import { describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { type Group, hiremathHill, KHAN, khan, type Mmkp } from "./data/mmkp.js";

/** Best value by exact weight; −Infinity where no choice fits. */
function optimum(capacity: number, groups: readonly Group[]): number {
  let best = new Float64Array(capacity + 1).fill(-Infinity);
  best[0] = 0;
  for (const { values, weights } of groups) {
    const next = new Float64Array(capacity + 1).fill(-Infinity);
    values.forEach((value, j) => {
      const weight = weights[j]?.[0] as number;
      for (let w = weight; w <= capacity; w++)
        next[w] = Math.max(next[w] as number, (best[w - weight] as number) + value);
    });
    best = next;
  }
  return Math.max(...best);
}

function check({ name, capacities, groups }: Mmkp): number {
  const budget = capacities[0] as number;
  const options = (groups[0] as Group).values.length;
  const columns = (of: (group: Group) => number[]) =>
    Array.from({ length: options }, (_, j) => Float64Array.from(groups, (group) => of(group)[j] as number));
  const values = columns((group) => group.values);
  const costs = columns((group) => group.weights.map((weights) => weights[0] as number));
  const table = createEngine().offers({ users: groups.length, options });
  values.forEach((column, j) => {
    table.set(j, 0, column, costs[j] as Float64Array);
  });
  const result = allocate(table, { budget, exactlyOne: true }, { bound: "f64" });
  const best = optimum(budget, groups);
  if (best === -Infinity) {
    expect(result.status, name).toBe("impossible");
    return Number.NaN;
  }
  const answer = canonical({
    values: values.map((c) => Float32Array.from(c)),
    costs: costs.map((c) => Float32Array.from(c)),
    budget,
    exactlyOne: true,
  });
  expect(result.status, name).toBe("met");
  expect([...result.choices], name).toEqual([...answer.choices]);
  expect(result.bound, name).toBeGreaterThanOrEqual(best - 1e-9 * best);
  expect(result.value, name).toBeLessThanOrEqual(best * (1 + 1e-7));
  let spent = 0;
  result.choices.forEach((option, group) => {
    expect(option, name).toBeGreaterThan(0);
    spent += groups[group]?.weights[option - 1]?.[0] as number;
  });
  expect(spent, name).toBeLessThanOrEqual(budget);
  expect(result.cost, name).toBe(spent);
  return result.value / best;
}

describe("Khan's problems", () => {
  for (const name of KHAN) {
    test(name, () => {
      expect(check(khan(name))).toBeGreaterThan(0.98);
    });
  }
});

test("the 270 problems of Hiremath and Hill", () => {
  const problems = hiremathHill();
  expect(problems).toHaveLength(270);
  const ratios = problems.map(check).filter((ratio) => !Number.isNaN(ratio));
  expect(ratios.length).toBeGreaterThan(200);
  const exact = ratios.filter((ratio) => ratio > 1 - 1e-7).length;
  const worst = Math.min(...ratios);
  console.log(`${exact} of ${ratios.length} solved to the optimum, the worst to ${worst}`);
  expect(exact).toBeGreaterThan(0.8 * ratios.length);
});
