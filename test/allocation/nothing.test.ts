/** An option that is worth nothing and costs nothing for everyone is none by another name: the sieve reads it so. */
import { expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { expectCanonical } from "./solving.js";
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
  const half = USERS / 2;
  const zeros = new Float64Array(half);
  const offers = createEngine().offers({ users: USERS, options: 2 });
  offers.fill(0, (values) => values.fill(Number.NEGATIVE_INFINITY));
  offers.set(0, 0, zeros, zeros);
  offers.set(0, 0, zeros, zeros);
  // Whoever has no first option would rather have none than a loss.
  offers.fill(1, (values, costs) => {
    for (let i = 0; i < USERS; i++) {
      values[i] = i < half ? 1 + (i % 97) : -1;
      costs[i] = i < half ? 1 + (i % 13) : 0;
    }
  });
  const { choices } = allocate(offers, { budget: 50_000 });
  expect(choices.subarray(half).every((choice) => choice === 0)).toBe(true);
});
