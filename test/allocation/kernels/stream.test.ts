/** Kernel against twin, streams: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as twins from "../../reference/kernels/stream.js";
import { oddTable, Random, shapes, tableOf } from "../tables.js";

const draw = (name: string) => shapes[name] as (typeof shapes)[string];

describe("streams", () => {
  test("seal", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const bench = new Bench();
      const { kernels } = bench;
      const table = oddTable(random, 1 + random.below(90), 1 + random.below(5));
      const { values, costs, stride, options, users } = bench.table(table);
      // A closed option may cost anything before it is sealed.
      new Float32Array(bench.engine.memory.buffer, costs, users).forEach((_, i, column) => {
        if (new Float32Array(bench.engine.memory.buffer, values, users)[i] === -Infinity) column[i] = Number.NaN;
      });
      const words = bench.bytes(BigUint64Array.from({ length: 8 }, () => BigInt(random.below(2 ** 30))));
      const out = bench.block(32);
      bench.both(
        () => kernels.seal(values, costs, stride, options, users, out),
        (m) => twins.seal(m, values, costs, stride, options, users, out),
      );
      bench.both(
        () => kernels.sealWords(words, 4, out),
        (m) => twins.sealWords(m, words, 4, out),
      );
      bench.both(
        () => kernels.sealed(out) as bigint,
        (m) => twins.sealed(m, out),
      );
    }
  });

  test("numbers that change, or change places, break a seal", () => {
    const table = tableOf(64, 3, new Random(3), draw("uniform"));
    const sealOf = () => {
      const bench = new Bench();
      const { values, costs, stride, options, users } = bench.table(table);
      const out = bench.block(32);
      bench.kernels.seal(values, costs, stride, options, users, out);
      return bench.kernels.sealed(out);
    };
    const before = sealOf();
    const [a, b] = [table.values[1] as Float32Array, table.costs[2] as Float32Array];
    for (const [column, i, other, j] of [
      [a, 3, a, 7],
      [a, 0, a, 63],
      [a, 9, b, 9],
    ] as const) {
      const [x, y] = [column[i] as number, other[j] as number];
      [column[i], other[j]] = [y, x];
      expect(sealOf()).not.toBe(before);
      [column[i], other[j]] = [x, y];
    }
    a[5] = (a[5] as number) * 1.001;
    expect(sealOf()).not.toBe(before);
  });

  test("pick and thin", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const bench = new Bench();
      const { kernels } = bench;
      const { values, costs, stride, options, users } = bench.table(
        tableOf(1 + random.below(400), 1 + random.below(5), random, draw("uniform")),
      );
      const capacity = 16 * (1 + random.below(20));
      const toStride = 4 * capacity;
      const to = bench.block(2 * options * toStride);
      const [hashes, count] = [bench.block(4 * capacity), bench.block(4)];
      const firstRow = random.below(2) ? 0 : 2 ** 32 - 512;
      const threshold = random.below(2) ? 0xffff_ffff : random.below(2 ** 32);
      const toCosts = to + options * toStride;
      for (const from of [0, 4 * random.below(users / 4 + 1)]) {
        const picking = [
          ...[values, costs, stride, options, from, users, firstRow, threshold],
          ...[to, toCosts, toStride, hashes, capacity, count],
        ] as Parameters<typeof kernels.pick>;
        bench.both(
          () => kernels.pick(...picking),
          (m) => twins.pick(m, ...picking),
        );
      }
      const picked = new DataView(bench.engine.memory.buffer).getUint32(count, true);
      const thinning = [to, toCosts, toStride, options, hashes, picked, threshold >>> 1] as const;
      bench.both(
        () => kernels.thin(...thinning),
        (m) => twins.thin(m, ...thinning),
      );
    }
  });

  test("keep and distribute", () => {
    for (let seed = 1; seed <= 18; seed++) {
      const random = new Random(seed);
      const bench = new Bench();
      const { kernels } = bench;
      const table = tableOf(1 + random.below(60), 1 + random.below(5), random, draw("small integers, many ties"));
      const { values, costs, stride, options, users } = bench.table(table);
      const origin = random.below(2) ? bench.bytes(Uint32Array.from({ length: users }, (_, i) => 2 * i + 1)) : 0;
      const keys = bench.bytes(BigUint64Array.from({ length: 2 * users + 2 }, () => BigInt(random.below(1000))));
      const [choices, chosen] = [bench.block(4 * users + 8), bench.block(2 * users)];
      const wide = seed % 2 === 0;
      const capacity = (users + 1) * (options + 1);
      const [steps, kept] = [bench.block(40 * capacity), bench.block(40 * capacity)];
      const [sums, out] = [bench.sums(1, 0.5, 2 ** -30, 0), bench.block(64)];
      const view = new DataView(bench.engine.memory.buffer);
      view.setFloat64(out + 8, Infinity, true);
      view.setBigUint64(out + 40, 2n ** 64n - 1n, true);
      kernels.climb(
        ...[values, costs, stride, options, 0, users, origin, keys, false],
        ...([choices, wide, steps, capacity, sums, out] as const),
      );
      const count = new DataView(bench.engine.memory.buffer).getUint32(out, true);
      const [rows, numbers] = [bench.block(8 * options * users), bench.block(4 * users)];
      const firstRow = random.below(1000);
      const keeping = [
        ...[steps, count, values, costs, stride, options, origin, firstRow, choices, wide],
        ...[kept, rows, numbers, chosen, 0],
      ] as Parameters<typeof kernels.keep>;
      bench.both(
        () => kernels.keep(...keeping),
        (m) => twins.keep(m, ...keeping),
      );
      const buckets = bench.block(32 * 65_536);
      for (const [axis, start, shift] of [
        [0, 0x7ff0_0000_0000_0000n, 47n],
        [1, 0n, 4n],
        [2, 0n, 0n],
      ] as const) {
        new Uint8Array(bench.engine.memory.buffer, buckets, 32 * 65_536).fill(0);
        const laying = [kept, count, numbers, 0, axis, start, shift, buckets] as const;
        bench.both(
          () => kernels.distribute(...laying),
          (m) => twins.distribute(m, ...laying),
        );
      }
    }
  });
});
