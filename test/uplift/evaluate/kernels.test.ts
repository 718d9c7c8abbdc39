/** The kernels of evaluation against their twins, bit for bit where the order of additions is the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine } from "../../../src/index.js";
import { ARM, Columns, chiSquareTail, Ordered, Path, Resamples } from "../../../src/uplift/evaluate/kernel.js";
import { descending } from "../../../src/uplift/evaluate/order.js";
import { restlessEngine } from "../../engine/restless.js";
import {
  costsTwin,
  gainsTwin,
  pathTwin,
  resampleTwin,
  type TwinRow,
  tocTwin,
  topTwin,
} from "../../reference/uplift/evaluate.js";

interface Drawn {
  treated: boolean;
  score: number;
  y: number;
  z: number;
  cluster: number;
}

const drawn = fc.record({
  treated: fc.boolean(),
  score: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  y: fc.oneof(fc.integer({ min: 0, max: 1 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })),
  z: fc.double({ min: -10, max: 10, noNaN: true }),
  cluster: fc.nat({ max: 40 }),
});
const people = fc.array(drawn, { minLength: 1, maxLength: 200 });

function place(list: readonly Drawn[], seed: number) {
  const { engine } = restlessEngine();
  const scratch = new Scratch(engine.arena);
  const scores = Float64Array.from(list, ({ score }) => score);
  const units = Uint32Array.from(list, ({ cluster }) => cluster);
  const order = descending(scores);
  const resamples = new Resamples(engine, scratch, 41, seed);
  const z = Float64Array.from(list, (one) => one.z);
  const ordered = new Ordered(engine, scratch, resamples, {
    ...{ order, scores, units, effects: z, cost: z },
    treated: Uint8Array.from(list, ({ treated }) => Number(treated)),
    outcome: Float64Array.from(list, ({ y }) => y),
  });
  const rows = Array.from(order, (i, k): TwinRow => {
    const { treated, y, z: of, cluster } = list[i] as Drawn;
    return {
      treated,
      y,
      z: of,
      unit: cluster,
      last: k + 1 === list.length || scores[order[k + 1] as number] !== scores[i],
    };
  });
  return { engine, scratch, resamples, ordered, rows };
}

describe("sums in the order of a score", () => {
  test("are the twins' on the rows as they are and on resamples", () => {
    fc.assert(
      fc.property(people, fc.nat(), fc.nat({ max: 250 }), (list, seed, top) => {
        const { resamples, ordered, rows } = place(list, seed);
        for (const replicate of [-1, 0, 7]) {
          resamples.draw(replicate);
          const counts = replicate < 0 ? undefined : resampleTwin(41, seed, replicate);
          expect(Object.values(ordered.gains()).map((x) => x + 0)).toEqual(gainsTwin(rows, counts).map((x) => x + 0));
          expect(ordered.toc()).toEqual(tocTwin(rows, counts));
          expect(ordered.top(ARM.both, top)).toEqual(topTwin(rows, undefined, top, counts));
          expect(ordered.top(ARM.treated, top)).toEqual(topTwin(rows, true, top, counts));
          expect(ordered.top(ARM.control, top)).toEqual(topTwin(rows, false, top, counts));
          const [recorded, D_r, D_c] = costsTwin(rows, 5, counts) as [number, number, number];
          const own = ordered.costs(5) as [number, number, number];
          if (Number.isNaN(D_r)) expect(own[1]).toBeNaN();
          else expect(own).toEqual([expect.closeTo(recorded, 8), expect.closeTo(D_r, 8), expect.closeTo(D_c, 8)]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("an order is descending and keeps tied rows as they came, −0 beside 0", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity), fc.double({ noNaN: true }))),
        (list) => {
          const expected = list
            .map((_, i) => i)
            .sort((a, b) => (list[a] === list[b] ? a - b : (list[a] as number) < (list[b] as number) ? 1 : -1));
          expect(Array.from(descending(Float64Array.from(list)))).toEqual(expected);
        },
      ),
    );
  });
});

describe("resamples", () => {
  test("are the twin's, for any number of units", () => {
    for (const units of [1, 2, 3, 4, 5, 127, 1000]) {
      const engine = createEngine();
      const resamples = new Resamples(engine, new Scratch(engine.arena), units, 2 ** 40 + 17);
      for (const replicate of [0, 1, 99_999]) {
        resamples.draw(replicate);
        expect(Array.from(resamples.counts)).toEqual(Array.from(resampleTwin(units, 2 ** 40 + 17, replicate)));
      }
    }
  });

  test("counts are Poisson(1): frequencies, mean, and no tie between neighbours or resamples", () => {
    const engine = createEngine();
    const units = 400_000;
    const resamples = new Resamples(engine, new Scratch(engine.arena), units, 3);
    resamples.draw(0);
    const first = resamples.counts.slice();
    resamples.draw(1);
    const second = resamples.counts;
    const frequency = (k: number) => first.reduce((sum, c) => sum + Number(c === k), 0) / units;
    [0.36788, 0.36788, 0.18394, 0.06131, 0.01533, 0.00307].forEach((p, k) => {
      expect(Math.abs(frequency(k) - p)).toBeLessThan((5 * Math.sqrt(p * (1 - p))) / Math.sqrt(units));
    });
    const covariance = (other: (i: number) => number) =>
      first.reduce((sum, c, i) => sum + (c - 1) * (other(i) - 1), 0) / units;
    const bar = 5 / Math.sqrt(units);
    expect(Math.abs(covariance(() => 2))).toBeLessThan(bar);
    expect(Math.abs(covariance((i) => first[(i + 1) % units] as number))).toBeLessThan(bar);
    expect(Math.abs(covariance((i) => second[i] as number))).toBeLessThan(bar);
  });
});

describe("sums of columns and paths", () => {
  test("columns of whole numbers are summed exactly, in any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), (n, seed) => {
        const { engine } = restlessEngine();
        const scratch = new Scratch(engine.arena);
        const resamples = new Resamples(engine, scratch, n, seed);
        const columns = [1, 2, 3].map((j) => Float64Array.from({ length: n }, (_, i) => ((i * 7919 * j) % 1001) - 500));
        const sums = new Columns(
          engine,
          scratch,
          resamples,
          Uint32Array.from({ length: n }, (_, i) => i),
          columns,
        );
        for (const replicate of [-1, 4]) {
          resamples.draw(replicate);
          const counts = replicate < 0 ? new Uint8Array(n).fill(1) : resampleTwin(n, seed, replicate);
          const of = (column: (i: number) => number) => counts.reduce((sum, c, i) => sum + c * column(i), 0);
          expect(Array.from(sums.sums())).toEqual([
            of(() => 1),
            ...columns.map((column) => of((i) => column[i] as number)),
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a path is the twin's at every budget", () => {
    fc.assert(
      fc.property(
        people,
        fc.nat(),
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (list, seed, asked) => {
          const { engine } = restlessEngine();
          const scratch = new Scratch(engine.arena);
          const resamples = new Resamples(engine, scratch, 41, seed);
          const budgets = [...asked].sort((a, b) => a - b);
          const rows = list.map((one): TwinRow => ({ ...one, z: Math.abs(one.z), last: true, unit: one.cluster }));
          const column = (key: "y" | "z" | "unit") => Float64Array.from(rows, (row) => row[key]);
          const steps = { units: Uint32Array.from(column("unit")), costs: column("z"), gains: column("y") };
          const path = new Path(engine, scratch, resamples, steps, budgets.length);
          for (const replicate of [-1, 2]) {
            resamples.draw(replicate);
            const own = path.at(Float64Array.from(budgets));
            const twin = pathTwin(rows, budgets, replicate < 0 ? undefined : resampleTwin(41, seed, replicate));
            expect(Array.from(own.gains)).toEqual(twin.map(({ gain }) => gain));
            expect(Array.from(own.spends)).toEqual(twin.map(({ spend }) => spend));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

test("the tail of χ² is the table's", () => {
  const engine = createEngine();
  const table: [number, number, number][] = [
    [3.841458820694124, 1, 0.05],
    [10.827566170662733, 1, 0.001],
    [5.991464547107979, 2, 0.05],
    [7.814727903251179, 3, 0.05],
    [18.46682695290317, 4, 0.001],
    [20.51500565243288, 5, 0.001],
    [0.00393214000001952, 1, 0.95],
    [11.344866730144373, 3, 0.01],
  ];
  for (const [x, degrees, p] of table) expect(chiSquareTail(engine, x, degrees) / p).toBeCloseTo(1, 9);
  expect(chiSquareTail(engine, 0, 3)).toBe(1);
});
