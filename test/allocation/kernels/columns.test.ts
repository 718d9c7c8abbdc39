/** Kernel against twin, columns: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as columnTwins from "../../reference/kernels/columns.js";
import { Memory } from "../../reference/kernels/memory.js";
import { ODD, oddTable, Random, tableOf } from "../tables.js";

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
        : tableOf(27 + (seed % 4), 1, random, (r) => [
            r.next() < 0.1 ? -Infinity : r.next(),
            r.below(90_000) / 10 ** (seed % 6),
          ]);
      if (seed % 5 === 0) (table.values[0] as Float32Array)[random.below(27)] = Number.NaN;
      if (seed % 7 === 0) (table.costs[0] as Float32Array)[random.below(27)] = Infinity;
      const { values, costs, users } = bench.table(table);
      const facts = bench.scratch(32);
      const start = Float32Array.of(0, Infinity, Infinity, 0, 0, 0, 0, Infinity);
      const read = (m: Memory, run: () => number) => {
        new Float32Array(m.buffer, facts, 8).set(start);
        const row = run();
        // Of a column with an illegal row only that row is of interest. Zeros have no sign here.
        if (row < users) return `row ${row}: ${m.u32(facts + 24)}`;
        return [0, 4, 8, 12, 28]
          .map((at) => m.f32(facts + at) + 0)
          .concat(m.u32(facts + 16), m.u32(facts + 20))
          .join(" ");
      };
      const ours = new Memory(bench.engine.memory.buffer as ArrayBuffer);
      bench.both(
        () => read(ours, () => bench.kernels.scan(values, costs, users, facts)),
        (m) => read(m, () => columnTwins.scan(m, values, costs, users, facts)),
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
