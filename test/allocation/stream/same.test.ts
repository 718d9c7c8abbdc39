/** A stream gives the bytes of the table, whatever the tiles, and however little is kept. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { streamWith } from "../../../src/allocation/stream/stream.js";
import type { AllocationRequest, Ids, TileSource } from "../../../src/index.js";
import { restlessEngine } from "../../engine/restless.js";
import { solve } from "../solving.js";
import { couponLadder, freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "../tables.js";
import { expectSame, ROOMY, sourceOf, stream, TIGHT } from "./streaming.js";

const draw = (name: string) => shapes[name] as (typeof shapes)[string];

/** Ids of every kind; `few` different ones, so that rows decide. */
function idsOf(kind: string, users: number, random: Random): Ids | undefined {
  if (kind === "none") return undefined;
  if (kind === "texts") return Array.from({ length: users }, (_, i) => `user ${(i * 7919) % users}`);
  if (kind === "few") return Int32Array.from({ length: users }, () => random.below(3) - 1);
  if (kind === "32 bits") return Uint32Array.from({ length: users }, (_, i) => (i * 2_654_435_761) >>> 0);
  return BigInt64Array.from({ length: users }, (_, i) => BigInt(users - i) * 2n ** 40n);
}

test("small tables of any shape, in tiles of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        shape: fc.constantFrom(...Object.keys(shapes)),
        users: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700 })),
        options: fc.integer({ min: 1, max: 7 }),
        seed: fc.integer({ min: 1, max: 2 ** 31 }),
        part: fc.constantFrom(0, 0.1, 0.3, 0.7, 0.99, 1.1),
        exactlyOne: fc.boolean(),
        ids: fc.constantFrom("none", "texts", "few", "32 bits", "64 bits"),
        most: fc.constantFrom(1, 3, 100, 1000),
        bound: fc.constantFrom("quick" as const, "f64" as const),
      }),
      async ({ shape, users, options, seed, part, exactlyOne, ids, most, bound }) => {
        const random = new Random(seed);
        const table = tableOf(users, options, random, draw(shape));
        const least = leastSpend(table, exactlyOne);
        const budget = least + part * (freeSpend(table) - least);
        if (!Number.isFinite(budget)) return;
        const named = idsOf(ids, users, random);
        const size = () => 1 + random.below(most);
        await expectSame(table, { budget, exactlyOne }, { size, bound, ...(named && { ids: named }) });
      },
    ),
    { numRuns: 150 },
  );
});

describe("more users than are kept, sampled or in a block", () => {
  for (const name of Object.keys(shapes)) {
    test(name, async () => {
      const random = new Random(name.length);
      const users = 20_000 + random.below(2000);
      const table = tableOf(users, 3, random, draw(name));
      for (const [i, part] of [0.01, 0.3, 0.95].entries()) {
        const exactlyOne = i === 1;
        const least = leastSpend(table, exactlyOne);
        const budget = least + part * (freeSpend(table) - least);
        if (!Number.isFinite(budget)) continue;
        const ids = idsOf(["none", "texts", "few"][i] as string, users, random);
        await expectSame(table, { budget, exactlyOne }, { size: () => 1 + random.below(5000), ...(ids && { ids }) });
      }
    });
  }
});

test("the sizes of the working memory change nothing", async () => {
  const random = new Random(5);
  const table = tableOf(30_000, 4, random, draw("cents"));
  const budget = 0.4 * freeSpend(table);
  const passes = [];
  for (const tuning of [TIGHT, ROOMY, { ...TIGHT, block: 16 }, { ...ROOMY, sample: 16 }, { ...TIGHT, steps: 12_000 }]) {
    const { result } = await expectSame(table, { budget }, { tuning });
    passes.push(result.passes);
  }
  expect(Math.max(...passes)).toBeLessThanOrEqual(9);
});

describe("hard cases", () => {
  const cases: [string, Table, AllocationRequest][] = [
    ["zero costs", tableOf(100, 5, new Random(2), (random) => [random.next() - 0.2, 0]), { budget: 0 }],
    ["zero budget", tableOf(9000, 3, new Random(4), draw("free options")), { budget: 0 }],
    ["no budget at all", couponLadder(9000, 6), {}],
    ["a budget beyond everything", couponLadder(9000, 6), { budget: Number.MAX_VALUE }],
    ["one user", tableOf(1, 4, new Random(3), draw("concave ladder")), { budget: 1.5 }],
    ["all options closed", tableOf(100, 3, new Random(1), () => [-Infinity, 1]), { budget: 10 }],
    ["all closed, exactly one", tableOf(100, 3, new Random(1), () => [-Infinity, 1]), { budget: 10, exactlyOne: true }],
    [
      "a huge value",
      tableOf(9000, 2, new Random(6), (random, j, user) =>
        user === 500 && j === 1 ? [1e30, 1e30] : [random.next(), random.next()],
      ),
      { budget: 40 },
    ],
    [
      "4,096 users too dear for the fill",
      tableOf(4098, 1, new Random(1), (_, __, user) => (user < 4096 ? [100_000 - user, 10] : [100, 1])),
      { budget: 2 },
    ],
    [
      "large whole costs beside cents",
      tableOf(9000, 2, new Random(4), (random, j) => [
        random.next(),
        j ? random.below(900) / 100 : 90_000 + random.below(9000),
      ]),
      { budget: 1_000_000 },
    ],
    ["an impossible budget", tableOf(20_000, 2, new Random(1), draw("cents")), { budget: -1 }],
    [
      "an impossible budget, exactly one",
      tableOf(20_000, 2, new Random(1), (random) => [random.next(), 1 + random.next()]),
      { budget: 10_000, exactlyOne: true },
    ],
    ["a negative budget", tableOf(20_000, 2, new Random(5), draw("negative values and costs")), { budget: -1500 }],
    ["a unit", tableOf(9000, 3, new Random(5), draw("cents")), { budget: 5000, unit: 0.01 }],
    [
      "an option that is nothing for everyone",
      tableOf(20_000, 3, new Random(8), (random, j) => (j === 1 ? [0, 0] : [random.next(), random.next()])),
      { budget: 900 },
    ],
    ["300 options", tableOf(700, 300, new Random(9), draw("uniform")), { budget: 40 }],
    // Two efficiencies that all share, one where the budget breaks and one where the fill ends.
    ["two ties", tableOf(30_000, 1, new Random(3), (_, __, user) => (user % 9 ? [1, 1] : [2, 1])), { budget: 3300.5 }],
  ];
  test.each(cases)("%s", async (_, table, request) => {
    await expectSame(table, request, { size: (tile) => 1 + ((tile * 7919) % 3000) });
    await expectSame(table, request, { tuning: ROOMY, bound: "f64" });
  });

  test("a cost off the unit is named as a table names it", async () => {
    const table = tableOf(3000, 2, new Random(5), draw("cents"));
    (table.costs[1] as Float32Array)[2000] = 0.333;
    const request = { budget: 10, unit: 0.01 };
    expect(() => solve(table, request)).toThrow(/row 2000, option "2"/);
    await expect(
      stream(
        sourceOf(table, () => 64),
        request,
      ),
    ).rejects.toThrow(/row 2000, option "2": cost 0.333/);
    await expect(
      stream(
        sourceOf(table, () => 64),
        { budget: 1, unit: 1e-9 },
      ),
    ).rejects.toThrow(/too small/);
  });
});

test("working memory does not grow with the users, nor does moving it disturb", async () => {
  const used: number[] = [];
  for (const users of [100_000, 400_000]) {
    const { engine, growths } = restlessEngine({ ceiling: 2 ** 29 });
    let most = 0;
    const table = couponLadder(20_000, 3);
    const source: TileSource = {
      options: 3,
      *tiles() {
        for (let from = 0; from < users; from += 20_000) {
          // No two tiles alike.
          const by = 1 + from / 1e7;
          yield { users: 20_000, values: table.values.map((v) => v.map((x) => x * by)), costs: table.costs };
        }
      },
    };
    const onProgress = () => {
      most = Math.max(most, engine.arena.used);
    };
    await streamWith(source, { budget: 0.1 * users }, { engine, onProgress, write: () => {} }, TIGHT);
    expect(growths()).toBeGreaterThan(10);
    used.push(most);
  }
  expect(used[1]).toBeLessThan(1.1 * (used[0] as number));
});
