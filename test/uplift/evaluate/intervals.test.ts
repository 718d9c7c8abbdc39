/** What stands around a value: its interval, what chance gives, the curve, and the response models; each against its definition. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/index.js";
import { Sampled } from "../../../src/uplift/evaluate/bootstrap.js";
import { gainCurve } from "../../../src/uplift/evaluate/curve.js";
import { crossFitted, designOf } from "../../../src/uplift/evaluate/responses.js";

describe("an interval", () => {
  const sampled = (value: number, draws: readonly number[], level: number) => {
    const one = new Sampled([value], draws.length, level);
    for (const [b, draw] of draws.entries()) one.put(b, [draw]);
    return one;
  };

  test("is the percentiles of its resamples, its error their deviation", () => {
    const { value, error, low, high, undefinedResamples } = sampled(5, [4, 1, 3, Number.NaN, 2], 0.5).estimate(0);
    // Of 1, 2, 3, 4: deviation √(5/3); quartiles by Hyndman and Fan's type 7.
    expect([value, low, high, undefinedResamples]).toEqual([5, 1.75, 3.25, 1]);
    expect(error).toBeCloseTo(Math.sqrt(5 / 3), 15);
  });

  test("of a difference is of the differences, resample by resample", () => {
    const [mine, theirs] = [sampled(5, [1, 2, 3, 4], 0.5), sampled(2, [1, 3, 3, 7], 0.5)];
    // 0, −1, 0, −3.
    const { value, error, low, high } = mine.less(0, theirs, 0);
    expect([value, low, high]).toEqual([3, -1.5, 0]);
    expect(error).toBeCloseTo(Math.sqrt(2), 15);
  });
});

describe("what chance gives", () => {
  const scores = { s: Float64Array.of(6, 5, 4, 3, 2, 1) };
  const treatment = [1, 0, 1, 0, 1, 0];
  const randomOf = (outcome: Float64Array, name: string) =>
    evaluate({ treatment, outcome, scores }, { resamples: 0, metrics: [name] }).comparisons[0]?.scores[0]?.metrics[0]
      ?.random;

  test("is half of the whole effect under an area, with its sign where the area is divided by its size", () => {
    const [helps, harms] = [Float64Array.of(1, 0, 1, 1, 0, 0), Float64Array.of(0, 1, 0, 1, 1, 0)];
    expect(randomOf(helps, "auuc.ydf")).toBeCloseTo(1 / 6, 15);
    expect(randomOf(harms, "auuc.ydf")).toBeCloseTo(-1 / 6, 15);
    expect(randomOf(helps, "auuc.causalml")).toBeCloseTo(0.5, 15);
    expect(randomOf(harms, "auuc.causalml")).toBeCloseTo(-0.5, 15);
  });
});

test("pylift's cumulative gains where the order begins with controls that respond", () => {
  const [treatment, outcome] = [[0, 0, 1, 0, 1, 1, 0], Float64Array.of(1, 1, 1, 0, 0, 1, 0)];
  const scores = { s: Float64Array.of(7, 6, 5, 4, 3, 2, 1) };
  const N = outcome.length;
  const p = 3 / 7;
  let [n_t, n_c, Y_t, Y_c, area, last] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < N; k++) {
    if (treatment[k]) [n_t, Y_t] = [n_t + 0.5 / p, Y_t + (0.5 / p) * (outcome[k] as number)];
    else [n_c, Y_c] = [n_c + 0.5 / (1 - p), Y_c + (0.5 / (1 - p)) * (outcome[k] as number)];
    const now = (((n_t > 0 ? Y_t / n_t : 0) - (n_c > 0 ? Y_c / n_c : 0)) * (n_t + n_c)) / N;
    area += (last + now) / 2 / N;
    last = now;
  }
  const evaluation = evaluate({ treatment, outcome, scores }, { resamples: 0, metrics: ["q.pylift.cgains"] });
  expect(evaluation.comparisons[0]?.scores[0]?.metrics[0]?.value).toBeCloseTo(area - last / 2, 14);
});

test("ranks by doubly robust scores: of the k first less of all, weighed alike or by k/N", () => {
  const [treatment, outcome] = [
    [1, 0, 1, 0, 1],
    [1, 0, 1, 1, 0],
  ];
  const scores = { s: Float64Array.of(5, 4, 3, 2, 1) };
  // Arms' means 2/3 and 1/2 stand for the models, 3/5 and 2/5 are the chances.
  const effects = treatment.map((t, i) => {
    const y = outcome[i] as number;
    return 2 / 3 + (t ? (y - 2 / 3) / 0.6 : 0) - (1 / 2 + (t ? 0 : (y - 1 / 2) / 0.4));
  });
  const mean = (k: number) => effects.slice(0, k).reduce((sum, x) => sum + x, 0) / k;
  const toc = effects.map((_, i) => mean(i + 1) - mean(5));
  const evaluation = evaluate(
    { treatment, outcome: Float64Array.from(outcome), scores },
    { resamples: 0, metrics: ["autoc.grf", "qini.grf"] },
  );
  const [autoc, qini] = evaluation.comparisons[0]?.scores[0]?.metrics ?? [];
  expect(autoc?.value).toBeCloseTo(toc.reduce((sum, x) => sum + x, 0) / 5, 14);
  expect(qini?.value).toBeCloseTo(toc.reduce((sum, x, i) => sum + (x * (i + 1)) / 5, 0) / 5, 14);
});

describe("a gain curve", () => {
  test("has a point at each hundredth of the rows, the first one there", () => {
    const rows = 250;
    const treated = Uint8Array.from({ length: rows }, (_, i) => i % 2);
    const curve = gainCurve(
      Uint32Array.from({ length: rows }, (_, i) => i),
      treated,
      Float64Array.from(treated),
    );
    expect(curve.length).toBe(101);
    // Hundredths of 250 rows: 2.5, 5, 7.5 …, so after rows 3, 5, 8, ….
    expect(curve.slice(0, 4).map(({ share }) => share)).toEqual([0, 3 / 250, 5 / 250, 8 / 250]);
    expect(curve.at(-1)).toEqual({ share: 1, gain: 1 });
    expect(curve[1]?.gain).toBeCloseTo(3 / 250, 15);
  });
});

describe("a response model", () => {
  const rows = 200;
  const feature = Float64Array.from({ length: rows }, (_, i) => i % 7);
  const units = Uint32Array.from({ length: rows }, (_, i) => i >> 1);
  const outcome = feature.map((x, i) => 2 * x + (i % 3));

  test("predicts no row from its own outcome, nor from its cluster's", () => {
    const design = designOf([feature], rows);
    const before = crossFitted(design, outcome, units, () => true);
    const after = crossFitted(
      design,
      outcome.map((y, i) => (i === 10 ? y + 1e6 : y)),
      units,
      () => true,
    );
    expect([after[10], after[11]]).toEqual([before[10], before[11]]);
    expect(after.filter((mu, i) => mu !== before[i]).length).toBeGreaterThan(rows / 2);
  });

  test("takes the mean of what is there for what is missing", () => {
    const { columns } = designOf([Float64Array.of(Number.NaN, 1, 1, 5, 5, Number.NaN, Number.NaN, Number.NaN)], 8);
    // Mean 3, and Σ (x − 3)² / 8 = 2.
    const expected = [0, -1, -1, 1, 1, 0, 0, 0].map((x) => x * Math.SQRT2);
    for (const [i, x] of (columns[0] as Float64Array).entries()) expect(x).toBeCloseTo(expected[i] as number, 14);
  });
});
