/** How the users are handed to the kernels changes no byte: slices of any size, and any memory they happen to lie in. */
import { expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { offersOf } from "./solving.js";
import { freeSpend, Random, shapes, tableOf } from "./tables.js";

const USERS = 20_000;

test.each(Object.keys(shapes))("%s: slices of one tile, of a few, and of all users", (name) => {
  const table = tableOf(USERS, 5, new Random(11), shapes[name] as (typeof shapes)[string]);
  const offers = offersOf(createEngine(), table);
  for (const exactlyOne of [false, true]) {
    const budget = Math.abs(freeSpend(table)) * 0.4;
    const { seconds: _, phases: __, ...whole } = allocate(offers, { budget, exactlyOne });
    for (const slice of [1, 1_536]) {
      const { seconds, phases, ...sliced } = allocate(offers, { budget, exactlyOne }, { slice });
      expect(sliced).toEqual(whole);
    }
  }
});

test("progress is told slice by slice, and an abort between two slices stops the solve", () => {
  const table = tableOf(USERS, 5, new Random(3), shapes.uniform as (typeof shapes)[string]);
  const offers = offersOf(createEngine(), table);
  const budget = freeSpend(table) * 0.4;
  const seen: number[] = [];
  const used = offers.engine.arena.used;
  const controller = new AbortController();
  const onProgress = ({ done }: { done: number }) => {
    seen.push(done);
    if (seen.length === 2) controller.abort(new Error("enough"));
  };
  expect(() => allocate(offers, { budget }, { slice: 4096, onProgress, signal: controller.signal })).toThrow("enough");
  expect(seen).toHaveLength(2);
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[0]).toBeLessThanOrEqual(4096);
  // Nothing is kept of the stopped solve, and the next one is whole.
  expect(offers.engine.arena.used).toBe(used);
  expect(allocate(offers, { budget }).status).toBe("met");
});
