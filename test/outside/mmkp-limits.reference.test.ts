/**
 * The published multiple-choice, multi-dimensional knapsack problems with all their constraints: every one is met, the bound is
 * not below the published optimum, the value not above it, and near.
 */
import { expect, test } from "vitest";
import { type AllocationResult, allocate, createEngine } from "../../src/index.js";
import { hiremathHill, KHAN, khan, type Mmkp } from "./data/mmkp.js";

function solve({ capacities, groups }: Mmkp): AllocationResult {
  const [users, options] = [groups.length, groups[0]?.values.length ?? 0];
  const names = capacities.map((_, k) => `r${k}`);
  const offers = createEngine().offers({ users, options, resources: names });
  for (let j = 0; j < options; j++) {
    const values = groups.map((group) => group.values[j] as number);
    offers.set(j, 0, Float64Array.from(values), new Float64Array(users));
    names.forEach((name, k) => {
      const weights = groups.map((group) => group.weights[j]?.[k] as number);
      offers.setResource(name, j, 0, Float64Array.from(weights));
    });
  }
  const resources = names.map((name, k) => ({ name, atMost: capacities[k] as number }));
  return allocate(offers, { exactlyOne: true, resources });
}

/** Share of the optimum that is missed. */
function check(problem: Mmkp): number {
  const { name, capacities, groups, optimum, relaxed } = problem;
  const { status, choices, bound, stopped } = solve(problem);
  expect(status, name).toBe("met");
  let value = 0;
  const used = capacities.map(() => 0);
  choices.forEach((option, g) => {
    const group = groups[g] as Mmkp["groups"][number];
    expect(option, name).toBeGreaterThan(0);
    value += group.values[option - 1] as number;
    group.weights[option - 1]?.forEach((weight, k) => {
      used[k] = (used[k] as number) + weight;
    });
  });
  used.forEach((use, k) => {
    expect(use, `${name}: constraint ${k + 1}`).toBeLessThanOrEqual(capacities[k] as number);
  });
  const rounding = 1e-6 * optimum;
  expect(value, name).toBeLessThanOrEqual(optimum + rounding);
  expect(bound, name).toBeGreaterThanOrEqual(optimum - rounding);
  expect(bound, name).toBeLessThanOrEqual(relaxed + 1e-4 + rounding);
  // A search that ended says what the optimum is.
  if (stopped === undefined) expect(Math.max(bound - optimum, optimum - value), name).toBeLessThanOrEqual(rounding);
  else unproven.push(name);
  return Math.max(0, (optimum - value) / optimum);
}

const unproven: string[] = [];

test("Khan's problems and the 270 of Hiremath and Hill: each is met, within 1 % of the optimum on the mean", () => {
  const start = performance.now();
  const gaps = [...KHAN.map(khan), ...hiremathHill()].map(check);
  expect(gaps).toHaveLength(276);
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const exact = gaps.filter((gap) => gap < 1e-9).length;
  console.log(
    `mean gap to the optimum ${mean.toExponential(2)}, largest ${Math.max(...gaps).toExponential(2)}; ${exact} of 276 at the optimum, ` +
      `${276 - unproven.length} proven, ${((performance.now() - start) / 1000).toFixed(1)} s; not proven: ${unproven.join(", ")}`,
  );
  expect(mean).toBeLessThanOrEqual(0.001);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(0.01);
  expect(exact).toBeGreaterThan(260);
});
