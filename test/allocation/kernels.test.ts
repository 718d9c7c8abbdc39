/**
 * Kernel against twin: the same memory before, the same call, the same bytes after.
 */
import { describe, expect, test } from "vitest";
import { Bench } from "../reference/kernels/bench.js";
import * as columnTwins from "../reference/kernels/columns.js";
import * as coreTwins from "../reference/kernels/core.js";
import * as histogramTwins from "../reference/kernels/histogram.js";
import { BUCKETS } from "../reference/kernels/histogram.js";
import { MAGIC, Memory } from "../reference/kernels/memory.js";
import * as passTwins from "../reference/kernels/pass.js";
import { nudge, Random, shapes, type Table, tableOf } from "./tables.js";

const SEEDS = 6;

const FINITE = Object.entries(shapes).filter(([name]) => !name.startsWith("thirty"));

/** Odd numbers for every kernel: denormals, zeros of both signs, closed options, the largest of all. */
const ODD = [0, -0, 1, -1, 1e-45, -1e-45, 1.1754944e-38, 3e38, -3e38, 0.1, 0.7, 966.04, 838.86, 1 / 3, 16777216.5];

function oddTable(random: Random, users: number, options: number): Table {
  // Sums in quanta are only promised numbers below 2^51 quanta: that is what `countingOf` chooses them by.
  const small = ODD.filter((x) => Math.abs(x) < 1e4);
  const odd = () => nudge(small[random.below(small.length)] as number, random.below(2));
  return tableOf(users, options, random, () => [random.next() < 0.2 ? -Infinity : odd(), odd()]);
}

describe("columns", () => {
  test("narrow", () => {
    const random = new Random(1);
    const n = 2000;
    const numbers = () =>
      Float64Array.from({ length: n }, () => {
        const kind = random.below(5);
        if (kind === 0) return ODD[random.below(ODD.length)] as number;
        if (kind === 1) return random.below(10_000_000) / 10 ** random.below(6);
        if (kind === 2) return (random.next() - 0.5) * 10 ** (random.below(90) - 45);
        return kind === 3 ? random.next() : Math.fround(random.next());
      });
    const bench = new Bench();
    for (const piece of [1, 7, n]) {
      const [v, c] = [bench.bytes(numbers()), bench.bytes(numbers())];
      const [values, costs] = [bench.block(4 * n), bench.block(4 * n)];
      bench.both(
        () => bench.kernels.narrow(v, c, piece, values, costs),
        (m) => columnTwins.narrow(m, v, c, piece, values, costs),
      );
    }
  });

  test("a narrowed cost is never below the caller's, unless both are the same decimal", () => {
    const bench = new Bench();
    const costs = Float64Array.of(0.7, 966.04, 1 / 3, -1 / 3, 1e-50, -1e-50, 16_777_217);
    const [v, c, values, at] = [bench.bytes(costs), bench.bytes(costs), bench.block(64), bench.block(64)];
    bench.kernels.narrow(v, c, costs.length, values, at);
    const narrowed = [...new Float32Array(bench.engine.memory.buffer, at, costs.length)];
    expect(narrowed[0]).toBe(Math.fround(0.7));
    expect(narrowed[1]).toBe(Math.fround(966.04));
    narrowed.slice(2).forEach((cost, i) => {
      expect(cost).toBeGreaterThanOrEqual(costs[i + 2] as number);
    });
  });

  test("scan and offUnit", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const bench = new Bench();
      const wild = seed % 4 === 0;
      const table = wild
        ? oddTable(random, 30, 1)
        : tableOf(30, 1, random, (r) => [r.next() < 0.1 ? -Infinity : r.next(), r.below(90_000) / 10 ** (seed % 6)]);
      if (seed % 5 === 0) (table.values[0] as Float32Array)[random.below(30)] = Number.NaN;
      if (seed % 7 === 0) (table.costs[0] as Float32Array)[random.below(30)] = Infinity;
      const { values, costs, users } = bench.table(table);
      const facts = bench.bytes(Float32Array.of(0, Infinity, Infinity, 0, 0, 0, 0, Infinity));
      bench.both(
        () => bench.kernels.scan(values, costs, users, facts),
        (m) => columnTwins.scan(m, values, costs, users, facts),
      );
      for (const unit of [0.01, 0.25, 1, 1 / 3]) {
        bench.both(
          () => bench.kernels.offUnit(values, costs, users, unit),
          (m) => columnTwins.offUnit(m, values, costs, users, unit),
        );
      }
    }
  });

  test("sample and columns", () => {
    for (const [users, options, lines] of [
      [1000, 3, 8],
      [130, 5, 9],
      [16, 1, 1],
      [70_001, 2, 64],
      [333, 9, 4],
    ] as const) {
      const random = new Random(users);
      const bench = new Bench();
      const { values, costs, stride } = bench.table(oddTable(random, users, options));
      const to = bench.block(2 * options * lines * 64);
      const half = options * lines * 64;
      bench.both(
        () => bench.kernels.sample(values, costs, stride, options, users, to, to + half, lines * 64, lines),
        (m) => columnTwins.sample(m, values, costs, stride, options, users, to, to + half, lines * 64, lines),
      );
      const few = Math.min(users, 45);
      const rows = bench.bytes(Float32Array.from({ length: 2 * options * 48 }, () => random.next()));
      const back = bench.block(2 * options * 192);
      bench.both(
        () => bench.kernels.columns(rows, few, options, back, back + options * 192, 192),
        (m) => columnTwins.columns(m, rows, few, options, back, back + options * 192, 192),
      );
    }
  });

  test("count and offersOf", () => {
    for (const wide of [false, true]) {
      for (const [users, options] of [
        [1, 1],
        [15, 2],
        [16, 16],
        [5000, 8],
        [9000, 3],
        [4100, 17],
        [300, 200],
      ] as const) {
        const random = new Random(users);
        const bench = new Bench();
        const draws = Array.from({ length: users + 16 }, () => random.below(options + 1));
        const choices = bench.bytes(wide ? Uint16Array.from(draws) : Uint8Array.from(draws));
        const counts = bench.block(4 * (options + 1));
        bench.both(
          () => bench.kernels.count(choices, wide, users, options, counts),
          (m) => columnTwins.count(m, choices, wide, users, options, counts),
        );
        const stride = Math.ceil(users / 32) * 64;
        const slots = bench.bytes(Uint16Array.from({ length: (stride / 2) * options }, () => random.below(65_535)));
        const offers = bench.block(2 * users);
        bench.both(
          () => bench.kernels.offersOf(slots, stride, choices, wide, users, offers),
          (m) => columnTwins.offersOf(m, slots, stride, choices, wide, users, offers),
        );
      }
    }
  });

  test("mixKeys", () => {
    const bench = new Bench();
    const random = new Random(1);
    const ids = BigUint64Array.from({ length: 500 }, (_, i) =>
      BigInt.asUintN(64, BigInt(i) * BigInt(1 + random.below(2 ** 31)) ** 2n - 9n),
    );
    const keys = bench.bytes(ids);
    bench.both(
      () => bench.kernels.mixKeys(keys, 500),
      (m) => columnTwins.mixKeys(m, keys, 500),
    );
  });
});

describe("passes", () => {
  for (const [name, draw] of [...FINITE, ["odd numbers", undefined] as const]) {
    test(`sieve, spend, dual, total: ${name}`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(100 * seed);
        const users = 1 + random.below(1400);
        const options = 1 + random.below(6);
        const table = draw ? tableOf(users, options, random, draw) : oddTable(random, users, options);
        passes(table, random, seed % 2 === 0, seed % 3 === 0);
      }
    });
  }
});

function passes(table: Table, random: Random, exactlyOne: boolean, wide: boolean): void {
  const bench = new Bench();
  const { values, costs, stride, options, users } = bench.table(table);
  const price = Math.fround(3 * random.next());
  const out = bench.scratch(64);
  const results = bench.block(16);
  const own = (memory: Memory, run: () => void) => {
    run();
    for (const at of [0, 8]) memory.setF64(results + at, memory.f64(out + at));
  };
  const ours = () => new Memory(bench.engine.memory.buffer as ArrayBuffer);
  bench.both(
    () => own(ours(), () => bench.kernels.spend(values, costs, stride, options, users, exactlyOne, price, out)),
    (m) => own(m, () => passTwins.spend(m, values, costs, stride, options, users, exactlyOne, price, out)),
  );
  for (const perMoney of [0, 100]) {
    bench.both(
      () =>
        own(ours(), () => bench.kernels.dual(values, costs, stride, options, users, exactlyOne, price, perMoney, out)),
      (m) => own(m, () => passTwins.dual(m, values, costs, stride, options, users, exactlyOne, price, perMoney, out)),
    );
  }
  sieve(bench, { values, costs, stride, options, users }, random, price, exactlyOne, wide);
}

type Placed = ReturnType<Bench["table"]>;

function sieve(bench: Bench, table: Placed, random: Random, hi: number, exactlyOne: boolean, wide: boolean): void {
  const { values, costs, stride, options, users } = table;
  const origin = wide ? bench.bytes(Uint32Array.from({ length: users }, (_, i) => users - 1 - i)) : 0;
  const choices = bench.block(2 * users + 32);
  const capacity = 512 * (1 + random.below(4));
  const rows = bench.block(8 * options * capacity);
  const rowOrigin = bench.block(4 * capacity);
  const constants = bench.scratch(256);
  const lo = Math.fround(hi * (0.9 + 0.1 * random.next()));
  const together = random.below(2) === 0;
  const sums = together ? bench.sums(100, 0.5, 2 ** -30, 100) : bench.sums(2 ** 20, 0, 2 ** -30, 0);
  const [absolute, relative] = [Math.fround(1e-4 * random.next()), Math.fround(1e-5)];
  bench.both(
    () =>
      bench.kernels.sieve(
        values,
        costs,
        stride,
        options,
        0,
        users,
        origin,
        exactlyOne,
        hi,
        lo,
        absolute,
        relative,
        choices,
        wide,
        rows,
        rowOrigin,
        capacity,
        sums,
        constants,
      ),
    (m) =>
      passTwins.sieve(
        m,
        values,
        costs,
        stride,
        options,
        0,
        users,
        origin,
        exactlyOne,
        hi,
        lo,
        absolute,
        relative,
        choices,
        wide,
        rows,
        rowOrigin,
        capacity,
        sums,
      ),
  );
  if (origin) return;
  const exact = bench.block(4096);
  bench.both(
    () => bench.kernels.total(values, costs, stride, users, choices, wide, exact),
    (m) => passTwins.total(m, values, costs, stride, users, choices, wide, exact),
  );
}

describe("the histogram", () => {
  for (const [name, draw] of FINITE) {
    test(name, () => {
      const bench = new Bench();
      const [buckets, out, scratch] = [bench.block(20 * BUCKETS), bench.block(32), bench.scratch(2048)];
      for (const seed of [1, 2, 3]) {
        const random = new Random(31 * seed);
        const exactlyOne = seed === 2;
        const table = tableOf(1 + random.below(90), 1 + random.below(6), random, draw);
        const { values, costs, stride, options, users } = bench.table(seed === 3 ? byCost(table) : table);
        const counting = [2 ** 16, 0, MAGIC * 2 ** -30, 0x40800000 >>> 11] as const;
        bench.both(
          () => bench.kernels.clearBuckets(buckets),
          (m) => histogramTwins.clearBuckets(m, buckets),
        );
        bench.both(
          () =>
            bench.kernels.histogram(
              values,
              costs,
              stride,
              options,
              0,
              users,
              exactlyOne,
              ...counting,
              buckets,
              out,
              scratch,
            ),
          (m) =>
            histogramTwins.histogram(
              m,
              values,
              costs,
              stride,
              options,
              0,
              users,
              exactlyOne,
              ...counting,
              buckets,
              out,
            ),
        );
      }
      bench.both(
        () => bench.kernels.cumulate(buckets, out),
        (m) => histogramTwins.cumulate(m, buckets, out),
      );
    });
  }
});

/** The same options, each user's in the order of cost: the other way through the kernel. */
function byCost({ values, costs }: Table): Table {
  const sorted = { values: values.map((c) => c.slice()), costs: costs.map((c) => c.slice()) };
  (values[0] as Float32Array).forEach((_, user) => {
    const row = values.map((v, j) => [v[user] as number, Math.abs(costs[j]?.[user] as number)] as const);
    row.sort((a, b) => a[1] - b[1]);
    row.forEach(([value, cost], j) => {
      (sorted.values[j] as Float32Array)[user] = value;
      (sorted.costs[j] as Float32Array)[user] = cost;
    });
  });
  return sorted;
}

describe("the core", () => {
  for (const [name, draw] of FINITE) {
    test(`climb, order, take, fill, swap: ${name}`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(7 * seed);
        core(tableOf(1 + random.below(150), 1 + random.below(6), random, draw), random, seed % 2 === 0, seed % 3 === 0);
      }
    });
  }
});

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
  const above = random.below(2) ? Infinity : 2;
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
        above,
        0.1,
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
        above,
        0.1,
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
