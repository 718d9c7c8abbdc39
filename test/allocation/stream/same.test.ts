/** A stream gives the bytes of the table, whatever the tiles, and however little is kept. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ids } from "../../../src/index.js";
import { freeSpend, leastSpend, Random, shapes, tableOf } from "../tables.js";
import { expectSame, ROOMY, TIGHT } from "./streaming.js";

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
