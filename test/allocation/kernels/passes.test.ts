/** Kernel against twin, passes over the table: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as histogramTwins from "../../reference/kernels/histogram.js";
import { BUCKETS } from "../../reference/kernels/histogram.js";
import { MAGIC, Memory } from "../../reference/kernels/memory.js";
import * as passTwins from "../../reference/kernels/pass.js";
import { near, oddTable, Random, type Table, tableOf } from "../tables.js";

const SEEDS = 6;

describe("passes", () => {
  for (const [name, draw] of [...near, ["odd numbers", undefined] as const]) {
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
  const spending = [values, costs, stride, options, users, exactlyOne, price, out] as const;
  bench.both(
    () => own(ours(), () => bench.kernels.spend(...spending)),
    (m) => own(m, () => passTwins.spend(m, ...spending)),
  );
  // The second goes on where the first left its sums.
  const sums = bench.block(48);
  for (const perMoney of [0, 100]) {
    const proving = [values, costs, stride, options, users, exactlyOne, price, perMoney, sums] as const;
    bench.both(
      () => bench.kernels.dual(...proving),
      (m) => passTwins.dual(m, ...proving),
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
  const [absolute, byCost, relative] = [1e-4, 1e-6, 1e-5].map((x) => Math.fround(x * random.next())) as [
    number,
    number,
    number,
  ];
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
        byCost,
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
        byCost,
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
  for (const [name, draw] of near) {
    test(name, () => {
      const bench = new Bench();
      const [buckets, nowhere] = [bench.block(20 * BUCKETS), bench.scratch(BUCKETS + 128)];
      expect(nowhere).toBe(buckets + 20 * BUCKETS);
      const [out, scratch] = [bench.block(32), bench.scratch(2048)];
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
