import { describe, expect, it } from "vitest";
import { trainBoosting } from "../../../src/learn/index.js";
import { randomOf } from "../made.js";

const random = randomOf(4);
const ROWS = 2000;
const a = Float64Array.from({ length: ROWS }, () => random());
const b = Float32Array.from({ length: ROWS }, () => (random() < 0.1 ? Number.NaN : Math.floor(random() * 5)));
const signal = (i: number) => Math.sign((a[i] as number) - 0.4) + (Number.isNaN(b[i]) ? 2 : (b[i] as number) / 2);
const outcome = Float64Array.from({ length: ROWS }, (_, i) => signal(i) + random() - 0.5);
const binary = Float64Array.from({ length: ROWS }, (_, i) => Number(random() < 1 / (1 + Math.exp(-signal(i)))));
const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, y) => sum + y, 0) / x.length;

describe("trainBoosting", () => {
  it("of one stump with rate 1 says the means of both sides, at the border between them", async () => {
    const step = Float64Array.from(a, (x) => (x <= 0.4 ? 2 : 5));
    const { model, report } = await trainBoosting(
      { features: { a }, outcome: step },
      { trees: 1, leaves: 2, learningRate: 1, minSamplesLeaf: 1 },
    );
    expect(report).toMatchObject({ trees: 1, leaves: 2, depth: 1 });
    // 255 bins: rows between the two borders around 0.4 fall in with a side.
    const { score } = model.score({ a: Float64Array.of(0.1, 0.39, 0.41, 0.9) });
    for (const [i, y] of [2, 2, 5, 5].entries()) expect(score?.[i]).toBeCloseTo(y, 0);
  });

  it("learns an outcome up to its noise, and a chance up to its entropy", async () => {
    const features = { a, b };
    const squared = await trainBoosting({ features, outcome });
    const { score } = squared.model.score(features);
    const error = mean(outcome.map((y, i) => (y - (score?.[i] as number)) ** 2));
    expect(squared.report.loss).toBeCloseTo(error, 10);
    // The noise is uniform: its variance is a twelfth.
    expect(error).toBeLessThan(1 / 12 + 0.01);
    const logistic = await trainBoosting({ features, outcome: binary }, { loss: "logistic", trees: 30 });
    const p = logistic.model.score(features).score as Float64Array;
    const entropy = mean(p.map((q, i) => -Math.log(binary[i] === 1 ? q : 1 - q)));
    expect(logistic.report.loss).toBeCloseTo(entropy, 10);
    const truth = mean(binary.map((y, i) => Math.log1p(Math.exp(y === 1 ? -signal(i) : signal(i)))));
    expect(entropy).toBeLessThan(truth);
    expect(entropy).toBeGreaterThan(truth - 0.06);
  });

  it("refuses what it cannot learn from, and gives its memory back", async () => {
    await expect(trainBoosting({ features: { a }, outcome: new Float64Array(ROWS) })).rejects.toThrow(
      /nothing to learn/,
    );
    await expect(trainBoosting({ features: { a }, outcome }, { loss: "logistic" })).rejects.toThrow(/knows 0 and 1/);
    await expect(trainBoosting({ features: { a }, outcome }, { monotone: { c: 1 } })).rejects.toThrow(
      /monotone names "c"/,
    );
  });
});
