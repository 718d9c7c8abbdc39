/** Kernel against twin: who can change their choice at little loss. */
import { test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import { near } from "../../reference/kernels/near.js";
import { oddTable, Random, shapes, type Table, tableOf } from "../tables.js";

for (const name of [...Object.keys(shapes), "odd numbers"]) {
  test(`${name}: the same records`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = new Random(seed);
      const [users, options] = [1 + random.below(90), 1 + random.below(5)];
      const draw = shapes[name];
      const table = draw ? tableOf(users, options, random, draw) : oddTable(random, users, options);
      same(table, random, seed);
    }
  });
}

function same(table: Table, random: Random, seed: number): void {
  const bench = new Bench();
  const { values, costs, stride, options, users } = bench.table(table);
  const resources = seed % 3 === 0 ? 2 : 0;
  const slots = seed % 4 === 0 ? bench.bytes(shuffled(random, users, options)) : 0;
  const amounts = resources
    ? bench.bytes(Float32Array.from({ length: (options * stride) / 2 }, () => random.below(9)))
    : 0;
  const wide = seed % 2;
  const choices = bench.bytes(chosen(table, random, wide === 1));
  const prices = bench.bytes(Float64Array.from({ length: 2 * (options + 1) }, () => random.next()));
  const r = bench.bytes(Float64Array.from({ length: 2 * resources }, () => random.below(2) * random.next()));
  const exactlyOne = seed % 5 === 0 ? 1 : 0;
  const job = bench.block(128);
  const { buffer } = bench.engine.memory;
  const slotStride = Math.ceil(users / 32) * 64;
  new Uint32Array(buffer, job, 14).set([
    ...[values, costs, stride, options, slots, slotStride, amounts, resources, exactlyOne, choices, wide, options],
    ...[prices, r],
  ]);
  new Float64Array(buffer, job + 64, 1).set([1 + random.next()]);
  const quick = bench.bytes(Float32Array.from({ length: 3 + 2 * options }, () => random.next()));
  const records = bench.block(24 * (users + 1) * (options + 1));
  for (const epsilon of [Infinity, 0.3 * random.next(), 0]) {
    for (const room of [(users + 1) * (options + 1), 3 * options]) {
      const from = random.below(users);
      for (const ahead of slots || resources ? [0] : [0, quick]) {
        const call = [job, ahead, from, users, epsilon, records, 0, room] as const;
        bench.both(
          () => bench.kernels.near(...call) >>> 0,
          (m) => near(m, ...call),
        );
      }
    }
  }
}

function shuffled(random: Random, users: number, options: number): Uint16Array {
  return Uint16Array.from({ length: (options * Math.ceil(users / 32) * 64) / 2 }, () => 1 + random.below(options));
}

/** Open options, or none. */
function chosen({ values }: Table, random: Random, wide: boolean): Uint8Array | Uint16Array {
  const users = (values[0] as Float32Array).length;
  const pick = (_: unknown, i: number) => {
    const option = random.below(values.length + 1);
    return option > 0 && values[option - 1]?.[i] === -Infinity ? 0 : option;
  };
  return wide ? Uint16Array.from({ length: users }, pick) : Uint8Array.from({ length: users }, pick);
}
