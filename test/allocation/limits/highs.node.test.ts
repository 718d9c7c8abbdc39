/**
 * Against outside truth: HiGHS solves the linear relaxation and the integer program of random small instances of every limit
 * kind and their combinations. The dual ends at the first's optimum, the answer at the second's, a request is impossible exactly when it finds the relaxation infeasible, the limits
 * that are said to clash are infeasible alone, and the nearest request is feasible.
 */
import loader, { type Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { countingFor } from "../../../src/allocation/allocate.js";
import { hasLimits, solveLimits } from "../../../src/allocation/limits/solve.js";
import { Scratch } from "../../../src/engine/scratch.js";
import { allocate } from "../../../src/index.js";
import { combinations, type Instance, instanceOf, type LinearRow, linearRows, NAMES, offersFor } from "./instances.js";
import { optimumOf } from "./relaxation.js";

let highs: Highs;

beforeAll(async () => {
  highs = await (loader as unknown as () => Promise<Highs>)();
});

const seen = { met: 0, impossible: 0, "not found": 0 };

describe("every combination of limits", () => {
  for (const kinds of combinations()) {
    test(kinds.join(", "), () => {
      NAMES.forEach((name, n) => {
        for (let seed = 1; seed <= 2; seed++) check(instanceOf(1000 * seed + 37 * n + kinds.length, name, kinds), name);
      });
    });
  }

  test("all three outcomes, or at least two, were seen", () => {
    expect(seen.met).toBeGreaterThan(100);
    expect(seen.impossible).toBeGreaterThan(100);
  });
});

function check(instance: Instance, name: string): void {
  const offers = offersFor(instance);
  const result = allocate(offers, instance.request);
  const relaxed = optimumOf(highs, instance);
  const told = `${name} ${JSON.stringify(instance.request)}`;
  seen[result.status]++;
  if (relaxed === undefined) {
    expect(result.status, told).toBe("impossible");
    checkClash(instance, result.clash as NonNullable<typeof result.clash>, told);
    return;
  }
  expect(result.status, told).not.toBe("impossible");
  const size = Math.max(1, Math.abs(relaxed));
  expect(Math.abs(relaxationOf(instance) - relaxed) / size, told).toBeLessThan(1e-7);
  const whole = optimumOf(highs, instance, { integer: true });
  expect(result.status, told).toBe(whole === undefined ? "not found" : "met");
  if (whole === undefined) return;
  expect(result.bound, told).toBeGreaterThanOrEqual(whole - 1e-7 * size);
  expect(result.bound, told).toBeLessThanOrEqual(relaxed + 1e-7 * size);
  // Problems this small are searched to the end, but not under a budget alone.
  if (hasLimits(instance.request)) expect(Math.abs(result.value - whole), told).toBeLessThanOrEqual(1e-6 * size);
  expect(result.value).toBeLessThanOrEqual(result.bound);
  expectHeld(instance, result.choices, told);
}

/** The dual's optimum. */
function relaxationOf(instance: Instance): number {
  const offers = offersFor(instance);
  const money = countingFor(offers, instance.request);
  return solveLimits(offers, instance.request, money, new Scratch(offers.engine.arena), {}).relaxed;
}

/** The rows that a clash names. */
function clashing(rows: LinearRow[], limits: readonly string[]): LinearRow[] {
  return rows.filter(({ name }) => limits.includes(name));
}

function checkClash(
  instance: Instance,
  { limits, nearest }: { limits: readonly string[]; nearest: Instance["request"] },
  told: string,
): void {
  const rows = linearRows(instance);
  const exactlyOne = limits.includes("exactlyOne");
  const alone = (names: readonly string[], one: boolean) =>
    optimumOf(highs, instance, { rows: clashing(rows, names), exactlyOne: one });
  expect(alone(limits, exactlyOne), `${told}: ${limits} alone`).toBe(undefined);
  for (const name of limits.length > 1 ? limits : []) {
    const others = limits.filter((other) => other !== name);
    expect(alone(others, exactlyOne && name !== "exactlyOne"), `${told}: ${others} alone`).not.toBe(undefined);
  }
  const possible = { ...instance, request: nearest };
  expect(optimumOf(highs, possible), `${told}: nearest ${JSON.stringify(nearest)}`).not.toBe(undefined);
  expect(allocate(offersFor(instance), nearest).status, told).not.toBe("impossible");
}

/** Every limit in the caller's decimals: cents as integers, everything else as the exact f32 it is. */
function expectHeld(instance: Instance, choices: ArrayLike<number>, told: string): void {
  for (const { name, sense, limit, of } of linearRows(instance)) {
    let used = 0;
    let size = 0;
    for (let i = 0; i < choices.length; i++) {
      if ((choices[i] as number) === 0) continue;
      const a = of(i, (choices[i] as number) - 1);
      used += a;
      size += Math.abs(a);
    }
    const slack = 1e-14 * (size + Math.abs(limit));
    if (sense === "<=") expect(used, `${told}: ${name}`).toBeLessThanOrEqual(limit + slack);
    else expect(used, `${told}: ${name}`).toBeGreaterThanOrEqual(limit - slack);
  }
  if (instance.request.exactlyOne) for (let i = 0; i < choices.length; i++) expect(choices[i]).toBeGreaterThan(0);
}
