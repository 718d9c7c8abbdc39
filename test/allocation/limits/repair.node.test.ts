/**
 * Against outside truth: HiGHS solves the integer program of random small tables with limits of every kind, at the use of a
 * random plan (tight on both sides, often a single plan meets them) or beyond it.
 */
import type { Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../../src/index.js";
import { Random } from "../tables.js";
import { brokenBy, type Case, DRAW_NAMES, KINDS, type Kind, limitedOffers, randomCase, someKinds } from "./cases.js";
import { loadHighs, optimumOf } from "./highs.js";

let highs: Highs;

beforeAll(async () => {
  highs = await loadHighs();
});

const seen = { met: 0, impossible: 0, "not found": 0 };

function check(own: Case, told: string): void {
  const result = allocate(limitedOffers(createEngine(), own), own.request);
  const whole = optimumOf(highs, own, true);
  seen[result.status]++;
  if (whole === undefined) {
    const relaxed = optimumOf(highs, own, false);
    expect(result.status, told).toBe(relaxed === undefined ? "impossible" : "not found");
    return;
  }
  expect(result.status, told).toBe("met");
  expect(brokenBy(own, result.choices), told).toEqual([]);
  const size = Math.max(1, Math.abs(whole));
  expect(result.bound, told).toBeGreaterThanOrEqual(whole - 1e-7 * size);
  expect(result.value, told).toBeLessThanOrEqual(whole + 1e-6 * size);
  if (result.stopped === undefined && Object.keys(own.request).some((key) => !["budget", "exactlyOne"].includes(key))) {
    expect(result.value, told).toBeGreaterThanOrEqual(whole - 1e-6 * size);
  }
}

function caseOf(seed: number, kinds: readonly Kind[], tightness: number): [Case, string] {
  const random = new Random(seed);
  const draw = DRAW_NAMES[seed % DRAW_NAMES.length] as string;
  const own = randomCase(random, { users: 2 + random.below(14), options: 1 + random.below(4), kinds, draw, tightness });
  return [own, `seed ${seed}, ${draw}: ${JSON.stringify(own.request)}`];
}

describe("limits at what a random plan uses", () => {
  for (const kind of KINDS) {
    test(kind, () => {
      for (let seed = 1; seed <= 12; seed++) check(...caseOf(seed, [kind], 1));
    });
  }

  test("some kinds at once", () => {
    for (let seed = 100; seed < 240; seed++) check(...caseOf(seed, someKinds(new Random(seed)), 1));
  });
});

test("limits beyond what a random plan uses", () => {
  for (let seed = 300; seed < 400; seed++) check(...caseOf(seed, someKinds(new Random(seed)), 0.7));
  expect(seen.met).toBeGreaterThan(200);
  expect(seen.impossible).toBeGreaterThan(10);
});
