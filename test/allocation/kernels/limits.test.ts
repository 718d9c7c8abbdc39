/** Kernel against twin, several limits: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as twins from "../../reference/kernels/limits.js";
import { near, oddTable, Random, type Table, tableOf } from "../tables.js";

const shapesOfTables = [...near, ["odd numbers", undefined] as const];

interface Case {
  bench: Bench;
  random: Random;
  table: ReturnType<Bench["table"]>;
  exactlyOne: boolean;
  perMoney: number;
}

function caseOf(seed: number, draw: (typeof near)[number][1] | undefined, most: number): Case {
  const random = new Random(seed);
  const [users, options] = [1 + random.below(most), 1 + random.below(6)];
  const table: Table = draw ? tableOf(users, options, random, draw) : oddTable(random, users, options);
  const bench = new Bench();
  return { bench, random, table: bench.table(table), exactlyOne: seed % 2 === 0, perMoney: seed % 3 ? 0 : 100 };
}

const signed = (random: Random) => (random.below(4) === 0 ? 0 : 2 * random.next() - 0.5);

describe("pricing", () => {
  for (const [name, draw] of shapesOfTables) {
    test(`priceColumns and dualColumns: ${name}`, () => {
      for (let seed = 1; seed <= 4; seed++) columns(caseOf(77 * seed, draw, 1200));
    });
    test(`price, with slots and resources: ${name}`, () => {
      for (let seed = 1; seed <= 4; seed++) general(caseOf(31 * seed, draw, 150), seed);
    });
    test(`tally: ${name}`, () => {
      for (let seed = 1; seed <= 4; seed++) tally(caseOf(53 * seed, draw, 150), seed);
    });
  }
});

function columns({ bench, random, table, exactlyOne, perMoney }: Case): void {
  const { values, costs, stride, options, users } = table;
  const four = (x: number) => [x, x, x, x];
  const quick = bench.bytes(
    Float32Array.from(Array.from({ length: options }, () => [...four(signed(random)), ...four(signed(random))]).flat()),
  );
  const choices = random.below(2) ? bench.block(users + 16) : 0;
  const tile = bench.scratch(2560 + 32 * (options + 1));
  const sums = bench.block(24 * (options + 1));
  const alpha = [0, 1, Math.fround(1.3)][random.below(3)] as number;
  const from = 16 * random.below(Math.ceil(users / 16));
  bench.both(
    () =>
      bench.kernels.priceColumns(
        ...[values, costs, stride, options, from, users, exactlyOne, alpha, quick, choices, tile, sums],
      ),
    (m) => twins.priceColumns(m, values, costs, stride, options, from, users, exactlyOne, alpha, quick, choices, sums),
  );
  const prices = bench.bytes(Float64Array.from({ length: 2 * (options + 1) }, () => signed(random)));
  const out = bench.block(24);
  for (const alpha64 of [1, 0, 1.75]) {
    bench.both(
      () =>
        bench.kernels.dualColumns(
          ...[values, costs, stride, options, from, users, exactlyOne, alpha64, perMoney, prices, out],
        ),
      (m) =>
        twins.dualColumns(
          m,
          ...[values, costs, stride, options, from, users, exactlyOne, alpha64, perMoney, prices, out],
        ),
    );
  }
}

/** Amounts of `many` resources in the layout of a table's columns. */
function amountsOf({ bench, random, table }: Case, many: number): number {
  const { stride, options } = table;
  return bench.bytes(Float32Array.from({ length: (many * options * stride) / 4 }, () => random.below(40) / 4 - 1));
}

function slotsOf({ bench, random, table }: Case, offers: number): { slots: number; slotStride: number } {
  const slotStride = Math.ceil(table.users / 32) * 64;
  const count = (slotStride / 2) * table.options;
  return { slots: bench.bytes(Uint16Array.from({ length: count }, () => 1 + random.below(offers))), slotStride };
}

function general(own: Case, seed: number): void {
  const { bench, random, table, exactlyOne, perMoney } = own;
  const { values, costs, stride, options, users } = table;
  const many = random.below(3);
  const hasSlots = seed % 2 === 0;
  const offers = hasSlots ? 9 : options;
  const { slots, slotStride } = hasSlots ? slotsOf(own, offers) : { slots: 0, slotStride: 0 };
  const resources = amountsOf(own, many);
  const prices = bench.bytes(Float64Array.from({ length: 2 * (offers + 1) }, () => signed(random)));
  const r = bench.bytes(
    Float64Array.from({ length: 2 * many }, (_, n) => (n % 2 ? 4 * random.below(2) : signed(random))),
  );
  const sums = bench.block(24 * (offers + 1) + 8 * many);
  const wide = seed % 3 === 0;
  const choices = seed % 4 ? bench.block(2 * users + 32) : 0;
  const job = bench.block(128);
  const { buffer } = bench.engine.memory;
  new Uint32Array(buffer, job, 16).set([
    ...[values, costs, stride, options, slots, slotStride, resources, many],
    ...[Number(exactlyOne), choices, Number(wide), offers, prices, r, sums, 0],
  ]);
  new Float64Array(buffer, job + 64, 2).set([seed === 1 ? 0 : 1 + random.next(), perMoney]);
  const middle = random.below(users);
  for (const [from, to] of [
    [0, middle],
    [middle, users],
  ] as const) {
    bench.both(
      () => bench.kernels.price(job, from, to),
      (m) => twins.price(m, job, from, to),
    );
  }
}

function tally(own: Case, seed: number): void {
  const { bench, random, table, perMoney } = own;
  const { values, costs, stride, options, users } = table;
  const hasSlots = seed % 2 === 0;
  const offers = hasSlots ? 9 : options;
  const { slots, slotStride } = hasSlots ? slotsOf(own, offers) : { slots: 0, slotStride: 0 };
  const resources = amountsOf(own, 2);
  const wide = seed % 3 === 0;
  const choices = bench.block(2 * users + 32);
  const view = wide
    ? new Uint16Array(bench.engine.memory.buffer, choices, users)
    : new Uint8Array(bench.engine.memory.buffer, choices, users);
  const open = (user: number, choice: number) =>
    choice === 0 ||
    new DataView(bench.engine.memory.buffer).getFloat32(values + (choice - 1) * stride + 4 * user, true) !== -Infinity;
  for (let i = 0; i < users; i++) {
    const choice = random.below(options + 1);
    view[i] = open(i, choice) ? choice : 0;
  }
  const kinds = [0, 1, 1, 2, 3, 0, 1, 3];
  const rows = bench.block(64 * kinds.length);
  kinds.forEach((kind, k) => {
    const { buffer } = bench.engine.memory;
    new Uint32Array(buffer, rows + 64 * k, 2).set([kind, random.below(2)]);
    const decimal = perMoney > 0 && kind !== 2;
    const sign = k % 2 ? -1 : 1;
    const off = random.below(2) * 2 ** -23;
    new Float64Array(buffer, rows + 64 * k + 8, 7).set([
      ...[perMoney, decimal ? 100 : 2 ** 20, decimal ? 0.5 : 0, off, 1 + random.below(3), random.next(), sign],
    ]);
  });
  const common = 5;
  const lists = Uint32Array.from({ length: offers + 2 }, (_, o) => Math.floor((o * 3) / 2));
  const rowsOf = Uint16Array.from({ length: lists.at(-1) as number }, () => common + random.below(3));
  const [listsAt, rowsAt] = [bench.bytes(lists), bench.bytes(rowsOf)];
  const sums = bench.block(8 * kinds.length);
  bench.both(
    () =>
      bench.kernels.tally(
        ...[values, costs, stride, options, slots, slotStride, resources, choices, wide, 0, users],
        ...[rows, common, listsAt, rowsAt, sums],
      ),
    (m) =>
      twins.tally(
        m,
        ...[values, costs, stride, options, slots, slotStride, resources, choices, wide, 0, users],
        ...[rows, common, listsAt, rowsAt, sums],
      ),
  );
  const ways = bench.bytes(Float64Array.of(100, 0.5, 0, 2 ** 20, 0, random.below(2) * 2 ** -23));
  const byOffer = bench.block(24 * (offers + 1));
  const call = [costs, stride, slots, slotStride, choices, wide, random.below(users), users, ways, byOffer] as const;
  bench.both(
    () => bench.kernels.tallyOffers(...call),
    (m) => twins.tallyOffers(m, ...call),
  );
}

test("scanAmounts", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const bench = new Bench();
    const n = 1 + random.below(40);
    const amounts = new Float32Array(Math.ceil(n / 4) * 4 + 16);
    for (let i = 0; i < n; i++) amounts[i] = (random.below(2000) - 500) / 10 ** (seed % 6);
    const bad = [Number.NaN, Infinity, -Infinity, 1][seed % 4] as number;
    if (seed % 3 === 0) amounts[random.below(n)] = bad;
    const at = bench.bytes(amounts);
    // What is known after an illegal row is nobody's business.
    const facts = seed % 3 === 0 ? bench.scratch(32) : bench.block(32);
    new Float32Array(bench.engine.memory.buffer, facts, 3).set([0, Infinity, Infinity]);
    const row = bench.both(
      () => bench.kernels.scanAmounts(at, n, facts) >>> 0,
      (m) => twins.scanAmounts(m, at, n, facts),
    );
    if (seed % 3 || bad === 1) expect(row).toBe(n);
    else expect(row).toBeLessThan(n);
  }
});
