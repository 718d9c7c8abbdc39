/** Kernel against twin, the core: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as coreTwins from "../../reference/kernels/core.js";
import { Memory } from "../../reference/kernels/memory.js";
import { near, Random, type Table, tableOf } from "../tables.js";

const SEEDS = 6;

describe("the core", () => {
  for (const [name, draw] of near) {
    test(`climb, order, take, fill, swap: ${name}`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(7 * seed);
        core(tableOf(1 + random.below(150), 1 + random.below(6), random, draw), random, seed % 2 === 0, seed % 3 === 0);
      }
    });
  }
});

/** The first and the last place of a climb; efficiencies and keys that ties come upon. */
function ends(bench: Bench, out: number, random: Random): void {
  const memory = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  const tied = random.below(3) === 0 ? [1, 2, 3][random.below(3)] : undefined;
  memory.setF64(out + 8, tied ?? (random.below(2) ? Infinity : 2));
  memory.setF64(out + 32, tied ?? 0.1);
  memory.setU64(out + 16, BigInt(random.below(5)));
  memory.setU64(out + 24, BigInt(random.below(20)));
  memory.setU64(out + 40, random.below(2) ? 2n ** 64n - 1n : BigInt(random.below(9)));
  memory.setU64(out + 48, random.below(2) ? 2n ** 64n - 1n : BigInt(random.below(200)));
  memory.setU64(out + 56, random.below(2) ? 0n : 2n ** 33n + BigInt(random.below(99)));
}

function core(table: Table, random: Random, exactlyOne: boolean, wide: boolean): void {
  const bench = new Bench();
  const { kernels } = bench;
  const { values, costs, stride, options, users } = bench.table(table);
  const origin = wide ? bench.bytes(Uint32Array.from({ length: users }, (_, i) => users - 1 - i)) : 0;
  const keys = random.below(2) ? bench.bytes(BigUint64Array.from({ length: users }, () => BigInt(random.below(9)))) : 0;
  const choices = bench.block(2 * users + 32);
  const capacity = (options + 2) * users + options;
  const steps = bench.block(40 * capacity);
  const sums = bench.sums(2 ** 16, 0, 2 ** -30, 0);
  const out = bench.block(64);
  ends(bench, out, random);
  bench.both(
    () =>
      kernels.climb(
        values,
        costs,
        stride,
        options,
        0,
        users,
        origin,
        keys,
        exactlyOne,
        choices,
        wide,
        steps,
        capacity,
        sums,
        out,
      ),
    (m) =>
      coreTwins.climb(
        m,
        values,
        costs,
        stride,
        options,
        0,
        users,
        origin,
        keys,
        exactlyOne,
        choices,
        wide,
        steps,
        capacity,
        sums,
        out,
      ),
  );
  const memory = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  const count = memory.u32(out);
  if (count === 0) return;

  const order = bench.block(16 * count);
  bench.both(
    () => kernels.list(steps, count, order),
    (m) => coreTwins.list(m, steps, count, order),
  );
  const fresh = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  const sorted = coreTwins.inOrder(fresh, steps, count);
  const weight = sorted.reduce((sum, number) => sum + fresh.i64(steps + 40 * number + 16), 0n);
  const budget = (weight * BigInt(random.below(1000))) / 1000n;
  const at = coreTwins.findBreak(fresh, steps, sorted, budget);
  const entry = (i: number) => fresh.u32(order + 16 * i + 8);
  expect(kernels.findBreak(steps, order, count, budget) >>> 0).toBe(at);
  expect(Array.from({ length: at }, (_, i) => entry(i)).sort()).toEqual(sorted.slice(0, at).sort());
  if (at === count) return;
  expect(entry(at)).toBe(sorted[at]);
  const want = 1 + random.below(40);
  const end = Math.min(count, at + 1 + want);
  kernels.sortFirst(steps, order, at + 1, count, want);
  expect(Array.from({ length: end - at }, (_, i) => entry(at + i))).toEqual(sorted.slice(at, end));

  const taken = bench.block(count);
  bench.both(
    () => kernels.takeFirst(steps, order, at, taken, sums),
    (m) => coreTwins.takeFirst(m, steps, order, at, taken, sums),
  );
  const used = sorted.slice(0, at).reduce((sum, number) => sum + fresh.i64(steps + 40 * number + 16), 0n);
  let left = budget - used;
  left = bench.both(
    () => kernels.fill(steps, order, at + 1, end, left, taken, sums),
    (m) => coreTwins.fill(m, steps, order, at + 1, end, left, taken, sums),
  );
  bench.both(
    () => kernels.writeTaken(steps, count, taken, origin, choices, wide),
    (m) => coreTwins.writeTaken(m, steps, count, taken, origin, choices, wide),
  );
  const seen = bench.scratch(count);
  const list = bench.block(16 * (end - at));
  const listed = bench.both(
    () => kernels.listUsers(steps, order, at, end, seen, origin, choices, wide, list),
    (m) => coreTwins.listUsers(m, steps, order, at, end, seen, origin, choices, wide, list),
  );
  const moves = bench.scratch(32 * 4096);
  const price = new Memory(bench.engine.memory.buffer as ArrayBuffer).f64(steps + 40 * (sorted[at] as number));
  bench.both(
    () =>
      kernels.swapAll(
        values,
        costs,
        stride,
        options,
        exactlyOne,
        origin,
        list,
        listed,
        price,
        2 ** -16,
        left,
        moves,
        4096,
        choices,
        wide,
        sums,
      ),
    (m) =>
      coreTwins.swapAll(
        m,
        values,
        costs,
        stride,
        options,
        exactlyOne,
        origin,
        list,
        listed,
        price,
        2 ** -16,
        left,
        moves,
        4096,
        choices,
        wide,
        sums,
      ),
  );
}
