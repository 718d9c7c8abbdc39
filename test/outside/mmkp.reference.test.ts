/**
 * The published multiple-choice knapsack problems, each with its first constraint alone (exactly one option a group), against
 * a dynamic program of our own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { referenceData } from "../reference.setup.js";

interface Group {
  values: number[];
  weights: number[];
}

interface Problem {
  name: string;
  capacity: number;
  groups: Group[];
}

/** `n l m`, m capacities, then per group its number and l rows `value w1 … wm`; text follows. */
function khan(name: string): Problem {
  const text = readFileSync(referenceData("mmkp", "khan", name), "utf8");
  const numbers = text
    .slice(0, text.search(/[^\n]*Solutions/))
    .trim()
    .split(/\s+/)
    .map(Number);
  return problemOf(name, numbers, { at: 0 }, ["groups", "options", "limits"]);
}

/** 30 problems a file: `number limits groups options`, in the order `problem m n l`. */
function hiremathHill(file: string): Problem[] {
  const numbers = readFileSync(referenceData("mmkp", "hiremath-hill", file), "utf8")
    .trim()
    .split(/\s+/)
    .map(Number);
  const problems: Problem[] = [];
  for (const place = { at: 0 }; place.at < numbers.length; ) {
    const number = numbers[place.at++];
    problems.push(problemOf(`${file} ${number}`, numbers, place, ["groups", "options", "limits"]));
  }
  return problems;
}

function problemOf(name: string, numbers: number[], place: { at: number }, header: string[]): Problem {
  const next = () => numbers[place.at++] as number;
  const size = Object.fromEntries(header.map((field) => [field, next()])) as Record<string, number>;
  const capacities = Array.from({ length: size.limits as number }, next);
  const groups = Array.from({ length: size.groups as number }, (_, g) => {
    expect(next()).toBe(g + 1);
    const rows = Array.from({ length: size.options as number }, () => {
      const value = next();
      return { value, weights: Array.from({ length: size.limits as number }, next) };
    });
    return { values: rows.map((row) => row.value), weights: rows.map((row) => row.weights[0] as number) };
  });
  return { name, capacity: capacities[0] as number, groups };
}

/** Best value by exact weight; −Infinity where no choice fits. */
function optimum({ capacity, groups }: Problem): number {
  let best = new Float64Array(capacity + 1).fill(-Infinity);
  best[0] = 0;
  for (const { values, weights } of groups) {
    const next = new Float64Array(capacity + 1).fill(-Infinity);
    values.forEach((value, j) => {
      const weight = weights[j] as number;
      for (let w = weight; w <= capacity; w++)
        next[w] = Math.max(next[w] as number, (best[w - weight] as number) + value);
    });
    best = next;
  }
  return Math.max(...best);
}

function check(problem: Problem): number {
  const { name, capacity: budget, groups } = problem;
  const options = (groups[0] as Group).values.length;
  const columns = (of: (group: Group) => number[]) =>
    Array.from({ length: options }, (_, j) => Float64Array.from(groups, (group) => of(group)[j] as number));
  const values = columns((group) => group.values);
  const costs = columns((group) => group.weights);
  const table = createEngine().offers({ users: groups.length, options });
  values.forEach((column, j) => {
    table.set(j, 0, column, costs[j] as Float64Array);
  });
  const result = allocate(table, { budget, exactlyOne: true }, { bound: "f64" });
  const best = optimum(problem);
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
    spent += groups[group]?.weights[option - 1] as number;
  });
  expect(spent, name).toBeLessThanOrEqual(budget);
  expect(result.cost, name).toBe(spent);
  return result.value / best;
}

describe("Khan's problems", () => {
  for (const name of ["I01", "I02", "I03", "I04", "I05", "I06"]) {
    test(name, () => {
      expect(check(khan(name))).toBeGreaterThan(0.98);
    });
  }
});

test("the 270 problems of Hiremath and Hill", () => {
  const files = readdirSync(referenceData("mmkp", "hiremath-hill")).filter((name) => name.endsWith(".txt"));
  const problems = files.flatMap(hiremathHill);
  expect(problems).toHaveLength(270);
  const ratios = problems.map(check).filter((ratio) => !Number.isNaN(ratio));
  expect(ratios.length).toBeGreaterThan(200);
  const exact = ratios.filter((ratio) => ratio > 1 - 1e-7).length;
  const worst = Math.min(...ratios);
  console.log(`${exact} of ${ratios.length} solved to the optimum, the worst to ${worst}`);
  expect(exact).toBeGreaterThan(0.8 * ratios.length);
});
