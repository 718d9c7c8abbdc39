/** Trees of boosting: against their twin in TypeScript, against plain enumeration, and what must hold of any. */
import { afterAll, describe, expect, it } from "vitest";
import { Engine } from "../../../src/engine/engine.js";
import { type BoostOptions, type BoostTarget, boost } from "../../../src/learn/boosting/boost.js";
import { binnedOf, readObservations } from "../../../src/learn/boosting/observations.js";
import { Model, trainBoosting } from "../../../src/learn/index.js";
import { Memory } from "../../../src/learn/kernel.js";
import { boost as boostTwin } from "../../reference/learn/boost.js";
import { randomOf } from "../made.js";

const ROWS = 3000;

function table(seed: number, missing = 0) {
  const random = randomOf(seed);
  const gap = (x: number) => (random() < missing ? Number.NaN : x);
  const features = {
    a: Float64Array.from({ length: ROWS }, () => gap(random())),
    b: Float64Array.from({ length: ROWS }, () => gap(Math.floor(random() * 6))),
    c: Float64Array.from({ length: ROWS }, () => gap(random() * random())),
  };
  const at = (column: Float64Array, i: number) => (Number.isNaN(column[i]) ? 0.6 : (column[i] as number));
  const signal = (i: number) =>
    10 * (at(features.a, i) - 0.2) * (at(features.a, i) - 0.5) * (at(features.a, i) - 0.9) +
    at(features.b, i) / 3 +
    at(features.a, i) * at(features.c, i);
  const y = Float64Array.from({ length: ROWS }, (_, i) => signal(i) + random());
  return { features, y, weight: Float64Array.from({ length: ROWS }, () => 1 + Math.floor(random() * 3)), random };
}

type Features = Parameters<typeof trainBoosting>[0]["features"];
const memories: Memory[] = [];
afterAll(() => {
  for (const memory of memories) memory.release();
});

async function binnedTable(features: Features, y: Float64Array, bins = 255) {
  const memory = new Memory(new Engine());
  memories.push(memory);
  const data = { features, outcome: y };
  return binnedOf(data, readObservations(data), memory, { bins });
}

const SETTINGS = { trees: 12, leaves: 12, learningRate: 0.3, minSamplesLeaf: 15 };
const all = Uint32Array.from({ length: ROWS }, (_, i) => i);

describe("the twin in TypeScript", () => {
  const shapes: [string, number, number, Partial<BoostTarget>][] = [
    ["numbers", 0, 255, {}],
    ["missing values", 0.2, 255, {}],
    ["few bins", 0.1, 4, {}],
    ["a part of the rows", 0.1, 255, { rows: all.filter((i) => i % 3 > 0) }],
    ["a column of arms", 0, 255, { extra: { bins: Uint8Array.from(all, (i) => i % 3), count: 3 } }],
  ];
  it.each(shapes)("grows the same trees: %s", async (_, missing, bins, target) => {
    const { features, y } = table(3, missing);
    const ready = await binnedTable(features, y, bins);
    const asked = { y, rows: all, ...target };
    const [ours, twin] = [
      await boost(ready, asked, SETTINGS),
      await boostTwin(ready, asked, { ...SETTINGS, loss: "squared" }),
    ];
    expect(Array.from(ours.forest.roots)).toEqual(Array.from(twin.forest.roots));
    // Borders with no row between them part a leaf alike, and which of them is taken hangs on the last bit: rows say whether trees are the same.
    for (const i of asked.rows) expect(ours.raw[i]).toBeCloseTo(twin.raw[i] as number, 10);
  });

  it("grows the same first tree of a logistic loss, and the same after many", async () => {
    const { features, y } = table(5);
    const answer = y.map((x) => Number(x > 1.6));
    const ready = await binnedTable(features, answer);
    const options = { ...SETTINGS, loss: "logistic", trees: 1 } as const;
    const [ours, twin] = [
      await boost(ready, { y: answer, rows: all }, options),
      await boostTwin(ready, { y: answer, rows: all }, options),
    ];
    expect(Array.from(ours.forest.feature)).toEqual(Array.from(twin.forest.feature));
    for (const i of all) expect(ours.raw[i]).toBeCloseTo(twin.raw[i] as number, 10);
  });
});

/** Minus the derivative and the curvature of each loss, at a score that is the same for all. */
const DERIVED = {
  squared: (y: number, s: number) => [y - s, 1],
  logistic: (y: number, s: number) => {
    const p = 1 / (1 + Math.exp(-s));
    return [y - p, p * (1 - p)];
  },
  tweedie: (y: number, s: number) => {
    const [below, above] = [y * Math.exp(-0.5 * s), Math.exp(0.5 * s)];
    return [below - above, 0.5 * below + 0.5 * above];
  },
} as const;

describe("the first stump", () => {
  for (const [loss, derived] of Object.entries(DERIVED) as [keyof typeof DERIVED, (typeof DERIVED)["squared"]][]) {
    it(`is the best of all by enumeration, and says what the formula says: ${loss}`, async () => {
      const { features, y: signal, weight } = table(11, 0.15);
      const y = loss === "logistic" ? signal.map((x) => Number(x > 1.6)) : signal.map((x) => Math.max(0, x - 1));
      const ready = await binnedTable(features, y, 20);
      // Large, so that leaving it out anywhere would choose another test.
      const l2 = 400;
      const { forest } = await boost(
        ready,
        { y, weight },
        { loss, trees: 1, leaves: 2, l2, learningRate: 0.5, minSamplesLeaf: 200 },
      );
      const total = weight.reduce((sum, w) => sum + w, 0);
      const mean = y.reduce((sum, x, i) => sum + x * (weight[i] as number), 0) / total;
      const start = loss === "squared" ? mean : loss === "tweedie" ? Math.log(mean) : Math.log(mean / (1 - mean));
      expect(forest.start[0]).toBeCloseTo(start, 12);
      const pairs = Array.from(
        y,
        (x, i) => derived(x, start).map((v) => v * (weight[i] as number)) as [number, number],
      );
      const sums = (isIn: (i: number) => boolean) => {
        let [g, h] = [0, 0];
        for (const [i, pair] of pairs.entries()) if (isIn(i)) [g, h] = [g + pair[0], h + pair[1]];
        return { g, h };
      };
      const [G, H] = Object.values(sums(() => true)) as [number, number];
      let best = { gain: 0, f: -1, border: 0, left: 0, right: 0 };
      for (const [c, { feature, borders }] of ready.columns.entries()) {
        expect(feature).toBe(c);
        const column = Object.values(features)[c] as Float64Array;
        for (const border of [Number.NEGATIVE_INFINITY, ...borders]) {
          for (const missingLeft of [false, true]) {
            const { g, h } = sums((i) => (Number.isNaN(column[i]) ? missingLeft : (column[i] as number) <= border));
            const share = ROWS / H;
            if (h * share < 200 || (H - h) * share < 200) continue;
            const gain = (g * g) / (h + l2) + ((G - g) * (G - g)) / (H - h + l2) - (G * G) / (H + l2);
            if (gain > best.gain + 1e-9)
              best = { gain, f: c, border, left: (0.5 * g) / (h + l2), right: (0.5 * (G - g)) / (H - h + l2) };
          }
        }
      }
      expect(forest.feature[0]).toBe(best.f);
      expect(forest.threshold[0]).toBe(best.border);
      expect(forest.values[0]).toBeCloseTo(best.left, 10);
      expect(forest.values[1]).toBeCloseTo(best.right, 10);
    });
  }
});

describe("boosting", () => {
  it("takes a weight for so many rows alike, and leaves rows of weight 0 out", async () => {
    const { features, y, weight } = table(7, 0.1);
    // Few values, so that no leaf is near its least size.
    const few = { b: features.b, d: features.a.map((x) => Math.floor(4 * x)) };
    weight.fill(0, 0, 100);
    const rows = Array.from(weight).flatMap((w, i) => new Array<number>(w).fill(i));
    const repeated = Object.fromEntries(
      Object.entries(few).map(([name, x]) => [name, Float64Array.from(rows, (i) => x[i] as number)]),
    );
    const options = { trees: 10, leaves: 6, minSamplesLeaf: 1 };
    const ours = await trainBoosting({ features: few, outcome: y, weight }, options);
    const theirs = await trainBoosting(
      { features: repeated, outcome: Float64Array.from(rows, (i) => y[i] as number) },
      options,
    );
    expect(Array.from(ours.forest.feature)).toEqual(Array.from(theirs.forest.feature));
    ours.forest.values.forEach((value, k) => {
      expect(value).toBeCloseTo(theirs.forest.values[k] as number, 10);
    });
  });

  it.each([1, -1] as const)("goes one way with a monotone feature, whatever the others: %s", async (way) => {
    const { features, y } = table(13, 0.1);
    const settings = { ...SETTINGS, trees: 30, leaves: 40, minSamplesLeaf: 2 };
    const free = await trainBoosting({ features, outcome: y }, settings);
    const held = await trainBoosting({ features, outcome: y }, { ...settings, monotone: { a: way } });
    const worst = (model: Model) => {
      let most = 0;
      for (let i = 0; i < 100; i++) {
        const grid = Float64Array.from({ length: 101 }, (_, k) => k / 100);
        const fixed = (column: Float64Array) => grid.map(() => column[i] as number);
        const score = model.score({ a: grid, b: fixed(features.b), c: fixed(features.c) }).score as Float64Array;
        for (let k = 1; k < 101; k++) most = Math.max(most, way * ((score[k - 1] as number) - (score[k] as number)));
      }
      return most;
    };
    expect(worst(free.model)).toBeGreaterThan(0.1);
    expect(worst(held.model)).toBeLessThanOrEqual(0);
  });

  it("keeps the trees at which the loss of the rows apart was least, and their scores", async () => {
    const { features, y } = table(17, 0.2);
    const ready = await binnedTable(features, y);
    const [rows, validation] = [all.filter((i) => i % 4 > 0), all.filter((i) => i % 4 === 0)];
    const options: BoostOptions = { trees: 400, leaves: 31, learningRate: 0.4, minSamplesLeaf: 5, earlyStopping: 8 };
    const { forest, raw, report } = await boost(ready, { y, rows, validation }, options);
    const least = report.validation.indexOf(Math.min(...report.validation));
    expect(report.trees).toBe(least + 1);
    expect(report.validation.length).toBe(least + 1 + 8);
    const loss =
      validation.reduce((sum, i) => sum + ((y[i] as number) - (raw[i] as number)) ** 2, 0) / validation.length;
    expect(loss).toBeCloseTo(report.validation[least] as number, 12);
    // Scoring adds the same numbers in the same order.
    expect(Array.from(Model.from(forest).score(features).score as Float64Array)).toEqual(Array.from(raw));
  });

  it("draws rows and columns by its seed", async () => {
    const { features, y } = table(19);
    const trained = async (seed: number) =>
      (
        await trainBoosting({ features, outcome: y }, { ...SETTINGS, rowFraction: 0.5, featureFraction: 0.6, seed })
      ).model.bytes();
    expect(await trained(1)).toEqual(await trained(1));
    expect(await trained(1)).not.toEqual(await trained(2));
  });

  it("refuses targets, weights and rows that are not right, and gives its memory back", async () => {
    const { features, y, weight } = table(23);
    const ready = await binnedTable(features, y);
    const { used } = ready.memory.engine.arena;
    const bad = (column: Float64Array, x: number) => column.map((own, i) => (i === 5 ? x : own));
    const rows = all;
    await expect(
      boost(ready, { y: bad(y, Number.NaN), rows: all.slice(10), validation: all.slice(0, 10) }),
    ).rejects.toThrow(/target of row 5 is NaN/);
    await expect(boost(ready, { y, rows, weight: bad(weight, -1) })).rejects.toThrow(
      /weight\[5\] must be 0 or more, got -1/,
    );
    await expect(boost(ready, { y, rows, validation: Uint32Array.of(ROWS) })).rejects.toThrow(/there is no row 3000/);
    await expect(boost(ready, { y: y.map(() => -1) }, { loss: "tweedie" })).rejects.toThrow(/amounts are 0 or more/);
    await expect(boost(ready, { y, rows: new Uint32Array(0) })).rejects.toThrow(/no row to learn from/);
    await expect(boost(ready, { y, extra: { bins: new Uint8Array(ROWS), count: 256 } })).rejects.toThrow(
      /256 categories/,
    );
    const stop = new AbortController();
    const onProgress = (done: number) => done === 3 && stop.abort();
    await expect(boost(ready, { y }, { signal: stop.signal, onProgress })).rejects.toThrow(/abort/i);
    expect(ready.memory.engine.arena.used).toBe(used);
  });
});
