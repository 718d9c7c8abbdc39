/** Kernel against twin, proven optima: the same memory before, the same call, the same bytes after. */
import { describe, expect, test } from "vitest";
import { Bench } from "../../reference/kernels/bench.js";
import * as twins from "../../reference/kernels/exact.js";
import { Memory } from "../../reference/kernels/memory.js";
import { near, Random, type Table, tableOf } from "../tables.js";

const own = (call: () => void) => {
  call();
  return 0;
};

describe("users", () => {
  test.each(near)("survey, plan, reduce: %s", (_, draw) => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = new Random(31 * seed);
      users(tableOf(1 + random.below(60), 1 + random.below(6), random, draw), random, seed % 2 === 0, seed % 3 === 0);
    }
  });
});

function users(table: Table, random: Random, exactlyOne: boolean, wide: boolean): void {
  const bench = new Bench();
  const { kernels } = bench;
  const placed = bench.table(table);
  const { values, costs, stride, options, users } = placed;
  const most = Math.max(
    ...table.values.map((column) => Math.max(...column.map((v) => (v === -Infinity ? 0 : Math.abs(v))))),
    1e-44,
  );
  const dear = Math.max(...table.costs.map((column) => Math.max(...column.map(Math.abs))), 1e-44);
  const out = bench.bytes(Uint32Array.of(0, 128));
  for (let j = 0; j < options; j++) {
    bench.both(
      () => own(() => kernels.survey(values + j * stride, users, out)),
      (m) => own(() => twins.survey(m, values + j * stride, users, out)),
    );
  }
  const choices = bench.block(2 * users);
  const given = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  for (let i = 0; i < users; i++) {
    const open = [0, ...table.values.flatMap((column, j) => (column[i] === -Infinity ? [] : [j + 1]))];
    const choice = open[random.below(open.length)] as number;
    if (wide) given.setU16(choices + 2 * i, choice);
    else given.setU8(choices + i, choice);
  }
  // Quanta of 2^30 in the largest number; a price at which some choices change.
  const [costScale, valueScale] = [2 ** 30 / dear, 2 ** 30 / most];
  const counting = bench.bytes(Float64Array.of(costScale, 0, valueScale, random.next() * 2, ...new Array(12).fill(0)));
  const planned = bench.block(2 * users);
  bench.both(
    () =>
      own(() => kernels.plan(values, costs, stride, options, 0, users, exactlyOne, choices, wide, counting, planned)),
    (m) => own(() => twins.plan(m, placed, 0, users, exactlyOne, choices, wide, counting, planned)),
  );
  const capacity = options + 1 + random.below(users * options + 2);
  const [moves, groups] = [bench.block(32 * capacity), bench.block(32 * users)];
  const counts = bench.block(8);
  const slack = random.next() * 2 ** 30;
  const copy = new Memory(bench.engine.memory.buffer.slice(0) as ArrayBuffer);
  const asked = [0, users, exactlyOne, counting, planned, slack, moves, capacity, groups, counts] as const;
  const next = kernels.reduce(values, costs, stride, options, ...asked) >>> 0;
  expect(twins.reduce(copy, placed, ...asked)).toBe(next);
  const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  // Behind the moves that stay lie some that were dropped.
  const parts = [
    [counts, 8],
    [moves, 32 * m.u32(counts)],
    [groups, 32 * users],
  ] as const;
  for (const [at, bytes] of parts) {
    for (let b = 0; b < bytes; b += 4) expect(copy.u32(at + b)).toBe(m.u32(at + b));
  }
  lattice(bench, moves, m.u32(counts));
}

function lattice(bench: Bench, moves: number, count: number): void {
  const basis = bench.block(24);
  bench.both(
    () => own(() => bench.kernels.span(moves, count, basis)),
    (m) => own(() => twins.span(m, moves, count, basis)),
  );
}

/** Moves of these differences, by user. */
function placeMoves(bench: Bench, groups: readonly (readonly [k: number, p: number])[][], price: number): number {
  const moves = bench.block(32 * groups.flat().length);
  const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  let at = moves;
  groups.forEach((group, user) => {
    group.forEach(([k, p], j) => {
      m.setI64(at, BigInt(k));
      m.setI64(at + 8, BigInt(p));
      m.setF64(at + 16, price * k - p);
      m.setU32(at + 24, user);
      m.setU32(at + 28, j + 1);
      at += 32;
    });
  });
  return moves;
}

test("span: the lattice of many moves, in steps, on a line, of one point, too large to count", () => {
  const cases: [number, number][][] = [
    [],
    [[0, 0]],
    [
      [0, 6],
      [0, 4],
    ],
    [
      [6, 0],
      [4, 0],
    ],
    [
      [4, 14],
      [6, 26],
      [10, 40],
    ],
    [
      [-3, 7],
      [3, -7],
      [9, -21],
    ],
    [
      [2 ** 40 + 1, 2 ** 45 - 3],
      [2 ** 41 - 7, 3],
      [5, 2 ** 44],
    ],
  ];
  for (const moves of cases) {
    const bench = new Bench();
    lattice(bench, placeMoves(bench, [moves], 1), moves.length);
  }
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed);
    const bench = new Bench();
    const scale = [1, 2, 10, 2 ** 20][random.below(4)] as number;
    const draw = () => scale * (random.below(41) - 20);
    const moves = Array.from({ length: random.below(6) }, (): [number, number] => {
      const k = draw();
      return [k, random.below(2) ? k + 10 * random.below(5) : draw()];
    });
    lattice(bench, placeMoves(bench, [moves], 1), moves.length);
  }
});

test("queues give groups in order and leave out those that are in the core", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const count = random.below(40);
    const bench = new Bench();
    const groups = bench.block(32 * count + 32);
    const queue = bench.block(4 * count + 4);
    const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
    for (let g = 0; g < count; g++) {
      m.setF64(groups + 32 * g, random.below(4) ? random.below(9) : -Infinity);
      m.setF64(groups + 32 * g + 8, random.below(4) ? random.below(9) : Infinity);
    }
    for (const down of [false, true]) {
      const order = twins.queued(m, groups, count, down).filter(() => random.below(3) > 0);
      const entered = twins.queued(m, groups, count, down).filter((g) => !order.includes(g));
      for (let g = 0; g < count; g++) m.setU32(groups + 32 * g + 28, Number(entered.includes(g)));
      let size = bench.kernels.enqueue(groups, count, down, queue) >>> 0;
      for (const g of order) {
        size = bench.kernels.skip(groups, down, queue, size) >>> 0;
        expect(size).toBeGreaterThan(0);
        expect(m.u32(queue)).toBe(g);
        m.setU32(groups + 32 * g + 28, 1);
      }
      expect(bench.kernels.skip(groups, down, queue, size)).toBe(0);
    }
  }
});

test("expand, collect, follow, reach: layer after layer, with too little room and with enough", () => {
  for (let seed = 1; seed <= 60; seed++) search(new Random(seed));
});

function search(random: Random): void {
  const bench = new Bench();
  const { kernels } = bench;
  const price = 1 + random.next();
  const spread = [3, 30, 1000][random.below(3)] as number;
  const groups = Array.from({ length: 1 + random.below(9) }, () =>
    Array.from({ length: 1 + random.below(5) }, (): [number, number] => {
      const k = random.below(2 * spread + 1) - spread;
      return [k, Math.round(price * k - random.next() * spread)];
    }),
  );
  const moves = placeMoves(bench, groups, price);
  let [states, room] = [bench.block(24 * 3000), bench.block(24 * 3000)];
  const [trace, nodeCapacity] = [bench.block(8 * 20_000), 20_000];
  const [heads, layer] = [bench.scratch(24 * 8), bench.block(128)];
  const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  m.setI64(states, BigInt(random.below(2 * spread) - spread));
  let [count, nodes, first] = [1, 1, 0];
  m.setI64(layer + 48, BigInt(-random.below(3 * spread)));
  m.setI64(layer + 64, -(2n ** 63n));
  m.setI64(layer + 72, BigInt(random.below(3)));
  for (const group of groups) {
    const layers = [states, count, room, 3000, moves, first, group.length, heads, trace, nodes, nodeCapacity];
    for (const [i, number] of layers.entries()) m.setU32(layer + 4 * i, number);
    const bounds = [price * random.next(), random.below(3), price * (1 + random.next()), random.below(3), spread];
    for (const [i, number] of bounds.entries()) m.setF64(layer + 80 + 8 * i, number);
    tooLittle(bench, layer, 12, 1);
    tooLittle(bench, layer, 40, 2);
    expect(
      bench.both(
        () => kernels.expand(layer),
        (memory) => twins.expand(memory, layer),
      ),
    ).toBe(0);
    [states, room] = [room, states];
    [count, nodes, first] = [m.u32(layer + 44), m.u32(layer + 36), first + group.length];
    const [z, delta] = [m.i64(layer + 48), m.i64(layer + 72)];
    expect(twins.reach(m, states, count, z, delta, 0.5, 2)).toBe(kernels.reach(states, count, z, delta, 0.5, 2));
    if (random.below(2)) nodes = collected(bench, trace, nodes, states, count, layer);
  }
  const planned = bench.bytes(Uint16Array.from(groups, () => 7));
  const choices = bench.block(2 * groups.length);
  const node = m.u32(layer + 56);
  for (const wide of [false, true]) {
    bench.both(
      () => own(() => kernels.follow(planned, groups.length, trace, node, moves, choices, wide)),
      (memory) => own(() => twins.follow(memory, planned, groups.length, trace, node, moves, choices, wide)),
    );
  }
}

/** With room for nothing a kernel says so and leaves its layer as it was. */
function tooLittle(bench: Bench, layer: number, field: number, status: number): void {
  const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  const capacity = m.u32(layer + field);
  m.setU32(layer + field, field === 12 ? 0 : m.u32(layer + 36));
  const before = [36, 44, 48, 52, 56, 64].map((offset) => m.u32(layer + offset));
  const result = twins.expand(new Memory(bench.engine.memory.buffer.slice(0) as ArrayBuffer), layer);
  if (result === status) {
    expect(bench.kernels.expand(layer)).toBe(status);
    expect([36, 44, 48, 52, 56, 64].map((offset) => m.u32(layer + offset))).toEqual(before);
  }
  m.setU32(layer + field, capacity);
}

function collected(bench: Bench, trace: number, nodes: number, states: number, count: number, layer: number): number {
  const places = bench.scratch(4 * nodes);
  const m = new Memory(bench.engine.memory.buffer as ArrayBuffer);
  const kept = m.u32(layer + 56);
  const copy = new Memory(bench.engine.memory.buffer.slice(0) as ArrayBuffer);
  twins.collect(copy, trace, nodes, states, count, kept, places);
  // The nodes that are left; behind them stands what was.
  const left = bench.kernels.collect(trace, nodes, states, count, kept, places) >>> 0;
  expect(m.u32(places)).toBe(copy.u32(places));
  for (let n = 0; n < 2 * left; n++) expect(m.u32(trace + 4 * n)).toBe(copy.u32(trace + 4 * n));
  for (let s = 0; s < count; s++) expect(m.u32(states + 24 * s + 16)).toBe(copy.u32(states + 24 * s + 16));
  m.setU32(layer + 56, m.u32(places));
  return left;
}
