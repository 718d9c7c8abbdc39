/** An option that is worth nothing and costs nothing for everyone is none by another name: the sieve reads it so. */
import { expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { canonical } from "../reference/canonical.js";
import { expectCanonical, firstDifference, offersOf } from "./solving.js";
import { couponLadder, freeSpend, type Table } from "./tables.js";

const USERS = 40_000;

/** A ladder whose option `at` is nothing for everyone. */
function withNothing(at: number): Table {
  const { values, costs } = couponLadder(USERS, 4);
  values.splice(at, 0, new Float32Array(USERS));
  costs.splice(at, 0, new Float32Array(USERS));
  return { values, costs };
}

test.each([0, 2, 4])("at place %i", (at) => {
  const table = withNothing(at);
  const budget = freeSpend(table) * 0.3;
  const { result } = expectCanonical(table, { budget });
  expect(result.counts[at]).toBe(0);
  expect(result.none).toBeGreaterThan(0);
  // Where everyone must get one, the option is itself.
  expectCanonical(table, { budget, exactlyOne: true });
});

test("an option that was set twice for half of the users is not nothing for the others", () => {
  const table = withNothing(0);
  // Whoever has no first option would rather have none than a loss.
  for (const column of table.values.slice(1)) column.subarray(USERS / 2).fill(-1);
  for (const column of table.costs.slice(1)) column.subarray(USERS / 2).fill(0);
  const offers = offersOf(createEngine(), table);
  const half = USERS / 2;
  const zeros = new Float64Array(half);
  offers.fill(0, (values) => values.fill(Number.NEGATIVE_INFINITY));
  offers.set(0, 0, zeros, zeros);
  offers.set(0, 0, zeros, zeros);
  (table.values[0] as Float32Array).subarray(half).fill(Number.NEGATIVE_INFINITY);
  const budget = freeSpend(table) * 0.3;
  const { choices } = allocate(offers, { budget });
  expect(firstDifference(choices, canonical({ ...table, budget }).choices)).toBe(undefined);
});
