/** Causal forests on planted effects: the effects, what their intervals cover, symmetric trees, price, and the same bytes again. */
import { describe, expect, it } from "vitest";
import {
  type CausalForestOptions,
  intervalsOf,
  Model,
  type TrainedForest,
  trainCausalForest,
} from "../../src/learn/index.js";
import { SET } from "../../src/uplift/forest.js";
import { randomOf } from "./made.js";

const NAMES = ["a", "b", "c", "d"];
type Columns = Record<string, Float32Array>;

/** Three arms: arm 1 works by 0.5 + a, arm 2 by b − 0.5; the outcome has c and noise of variance 1/3 in it. */
function planted(rows: number, seed: number) {
  const random = randomOf(seed);
  const drawn = (count: number): Columns =>
    Object.fromEntries(NAMES.map((name) => [name, Float32Array.from({ length: count }, random)]));
  const features = drawn(rows);
  const treatment = Uint8Array.from({ length: rows }, () => Math.floor(3 * random()));
  const noise = () => random() + random() + random() + random() - 2;
  const outcome = Float64Array.from(
    treatment,
    (arm, i) => (features.c?.[i] as number) + effect(features, i, arm) + noise(),
  );
  return { data: { treatment, outcome, features }, test: drawn(500) };
}

function effect({ a, b }: Columns, i: number, arm: number): number {
  if (arm === 0) return 0;
  return arm === 1 ? 0.5 + (a?.[i] as number) : (b?.[i] as number) - 0.5;
}

/** Share of true effects that lie in the intervals, and the mean error, over trials of their own. */
async function covered(levels: number[], options: CausalForestOptions, trials = 4) {
  const hits = levels.map(() => 0);
  let miss = 0;
  for (let seed = 0; seed < trials; seed++) {
    const { data, test } = planted(4_000, 100 + seed);
    const { model } = await trainCausalForest(data, { trees: 500, seed, ...options });
    for (const [k, level] of levels.entries()) {
      const intervals = intervalsOf(model, test, { level });
      for (const arm of [1, 2]) {
        const { low, high, effect: found } = intervals[arm] as (typeof intervals)[string];
        for (let i = 0; i < 500; i++) {
          const truth = effect(test, i, arm);
          if ((low[i] as number) <= truth && truth <= (high[i] as number)) hits[k] = (hits[k] as number) + 1;
          if (k === 0) miss += Math.abs((found[i] as number) - truth);
        }
      }
    }
  }
  const all = trials * 1_000;
  return { shares: hits.map((n) => n / all), miss: miss / all };
}

function mean(column: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i] as number;
  return sum / column.length;
}

function correlation(x: ArrayLike<number>, y: Float64Array): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  return xy / Math.sqrt(xx * yy);
}

function quality({ model }: TrainedForest, test: Columns): number[] {
  const scores = model.score(test);
  return [1, 2].map((arm) =>
    correlation(
      scores[arm] as Float64Array,
      Float64Array.from({ length: 500 }, (_, i) => effect(test, i, arm)),
    ),
  );
}

describe("an honest causal forest", () => {
  it("has intervals that cover as often as they say, at every level", async () => {
    const levels = [0.5, 0.8, 0.9, 0.95];
    const { shares, miss } = await covered(levels, {});
    levels.forEach((level, k) => {
      expect(Math.abs((shares[k] as number) - level), `${level}: ${shares[k]}`).toBeLessThan(0.05);
    });
    // Effects are a unit wide; a constant would miss them by a quarter.
    expect(miss).toBeLessThan(0.09);
  });

  it("finds the effects of both arms, and its forest's mean is what the model scores", async () => {
    const { data, test } = planted(6_000, 7);
    const trained = await trainCausalForest(data, { trees: 200 });
    for (const r of quality(trained, test)) expect(r).toBeGreaterThan(0.93);
    const read = Model.read(trained.model.bytes());
    const [scores, intervals] = [read.score(test), intervalsOf(read, test)];
    for (const arm of ["1", "2"]) {
      for (const [i, score] of (scores[arm] ?? []).entries()) expect(intervals[arm]?.effect[i]).toBeCloseTo(score, 5);
    }
  });

  it("is wider where it has fewer rows, and narrower with a baseline; twice the outcome has twice the error", async () => {
    const width = async (rows: number, based = false, times = 1) => {
      const { data, test } = planted(rows, 3);
      const baseline = based ? { baseline: data.features.c as Float32Array } : {};
      const outcome = data.outcome.map((y) => times * y);
      const { model } = await trainCausalForest({ ...data, outcome }, { trees: 400, ...baseline });
      return mean(intervalsOf(model, test)[1]?.error as Float64Array);
    };
    const [few, many, based] = [await width(1_500), await width(6_000), await width(6_000, true)];
    expect(few).toBeGreaterThan(1.05 * many);
    expect(based).toBeLessThan(0.95 * many);
    expect(await width(1_500, false, 2)).toBeCloseTo(2 * few, 12);
  });

  it("gives the same bytes again, and others for another seed", async () => {
    const { data } = planted(2_000, 5);
    const bytes = async (seed: number) => (await trainCausalForest(data, { trees: 20, seed })).model.bytes();
    expect(await bytes(1)).toEqual(await bytes(1));
    expect(await bytes(2)).not.toEqual(await bytes(1));
  });

  it("keeps a cluster's rows on one side: copies of rows as clusters give the intervals of the rows alone", async () => {
    const { data, test } = planted(2_000, 9);
    const doubled = (column: Float32Array | Float64Array) =>
      Float64Array.from({ length: 2 * column.length }, (_, i) => column[i >> 1] as number);
    const copies = {
      treatment: Uint8Array.from({ length: 4_000 }, (_, i) => data.treatment[i >> 1] as number),
      outcome: doubled(data.outcome),
      features: Object.fromEntries(
        Object.entries(data.features).map(([name, x]) => [name, Float32Array.from(doubled(x))]),
      ),
    };
    const cluster = Uint32Array.from({ length: 4_000 }, (_, i) => i >> 1);
    // Copies that nobody owns up to look as if the features told the arms apart.
    const options = { trees: 300, minSamplesTreatment: 10, minSamplesLeaf: 20, allow: true as const };
    const error = async (input: Parameters<typeof trainCausalForest>[0]) => {
      const { model } = await trainCausalForest(input, options);
      return mean(intervalsOf(model, test)[1]?.error as Float64Array);
    };
    const alone = await trainCausalForest(data, { ...options, minSamplesTreatment: 5, minSamplesLeaf: 10 });
    const own = mean(intervalsOf(alone.model, test)[1]?.error as Float64Array);
    const [clustered, ignored] = [await error({ ...copies, cluster }), await error(copies)];
    expect(clustered / own).toBeGreaterThan(0.9);
    expect(clustered / own).toBeLessThan(1.1);
    expect(ignored).toBeLessThan(0.9 * clustered);
  });
});

describe("symmetric trees", () => {
  it("ask one question a level, and find most of what the others find", async () => {
    const { data, test } = planted(6_000, 7);
    const trained = await trainCausalForest(data, { trees: 200, symmetric: true });
    const { forest } = trained;
    for (let t = 0; t + 1 < forest.roots.length; t++) {
      let level = [forest.roots[t] as number];
      while (level.length > 0) {
        const asked = new Set(
          level.map((i) => `${forest.feature[i]}:${(forest.feature[i] as number) < 0 ? "" : forest.threshold[i]}`),
        );
        expect(asked.size).toBe(1);
        level = level.flatMap((i) =>
          (forest.feature[i] as number) < 0 ? [] : [forest.left[i] as number, forest.right[i] as number],
        );
      }
    }
    expect(forest.flags.every((flag) => !(flag & SET))).toBe(true);
    for (const r of quality(trained, test)) expect(r).toBeGreaterThan(0.9);
  });
});

describe("value and cost", () => {
  it("are learned together, and splits at a price follow what is left", async () => {
    const random = randomOf(13);
    const rows = 6_000;
    const [x, z] = [Float32Array.from({ length: rows }, random), Float32Array.from({ length: rows }, random)];
    const treatment = Uint8Array.from({ length: rows }, () => Number(random() < 0.5));
    // Those with a high x buy 1 more and cost 1 more; z changes the cost alone.
    const worth = (i: number) => (treatment[i] as number) * Number((x[i] as number) > 0.5);
    const outcome = Float64Array.from(x, (_, i) => worth(i) + random());
    const cost = Float64Array.from(x, (_, i) => worth(i) + (treatment[i] as number) * Number((z[i] as number) > 0.5));
    const data = { treatment, outcome, cost, features: { x, z } };
    const share = async (price: number) => (await trainCausalForest(data, { trees: 60, price })).report.importance;
    expect((await share(0)).x).toBeGreaterThan(0.95);
    expect((await share(1)).z).toBeGreaterThan(0.95);
    const { model } = await trainCausalForest(data, { trees: 60, price: 0.5 });
    const scores = model.score({ x: Float32Array.of(0.25, 0.75), z: Float32Array.of(0.25, 0.75) });
    expect(Object.keys(scores)).toEqual(["value_1", "cost_1"]);
    expect(scores.value_1?.[0]).toBeLessThan(0.15);
    expect(scores.value_1?.[1]).toBeGreaterThan(0.85);
    expect(scores.cost_1?.[0]).toBeLessThan(0.3);
    expect(scores.cost_1?.[1]).toBeGreaterThan(1.7);
  });
});
