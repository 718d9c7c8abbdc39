/** Meta-learners against their definitions: identities, planted effects, double robustness, closed forms. */
import { describe, expect, test } from "vitest";
import { boost } from "../../../src/learn/boosting/boost.js";
import { binned } from "../../../src/learn/data/binned.js";
import { readExperiment } from "../../../src/learn/data/read.js";
import { effectsOf, scoreExperiment } from "../../../src/learn/data/score.js";
import { Engine, type Experiment, Model, trainMetaLearner } from "../../../src/learn/index.js";
import { Memory } from "../../../src/learn/kernel.js";
import { type Question, robust } from "../../../src/learn/meta/formulas.js";
import type { MetaLearner, MetaOptions } from "../../../src/learn/meta/types.js";
import { correlation, madeExperiment, saidBy } from "../data/experiments.js";
import { randomOf } from "../made.js";

const quick: MetaOptions = { trees: 80, learningRate: 0.1 };
const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;
const two = madeExperiment({ rows: 5_000, binary: true }, 3);
const three = madeExperiment({ rows: 5_000, arms: 3, cost: true }, 4);

describe("planted effects", () => {
  // Correlation with the truth that each reaches at least, and how far its mean may lie from the true mean.
  test.each<[MetaLearner, number]>([
    ["class", 0.85],
    ["transformed", 0.7],
    ["s", 0.9],
    ["t", 0.85],
    ["x", 0.9],
    ["r", 0.85],
    ["dr", 0.85],
  ])("of one arm, an outcome of 0 and 1: %s", async (learner, least) => {
    const { model, report } = await trainMetaLearner(two.data, { ...quick, learner });
    const [effect] = effectsOf(model, two.data, ["arm1"]);
    expect(correlation(effect as Float64Array, two.tau[0] as Float64Array)).toBeGreaterThan(least);
    expect(Math.abs(mean(effect as Float64Array) - mean(two.tau[0] as Float64Array))).toBeLessThan(0.05);
    expect(report).toMatchObject({ learner, rows: 5_000, folds: ["x", "r", "dr"].includes(learner) ? 5 : 0 });
  });

  test.each<MetaLearner>(["s", "t", "x", "r", "dr"])("of two arms, with their costs: %s", async (learner) => {
    const { model } = await trainMetaLearner(three.data, { ...quick, trees: 40, learner });
    expect(model.outputs).toEqual(["value_arm1", "value_arm2", "cost_arm1", "cost_arm2"]);
    const scores = scoreExperiment(model, three.data);
    three.tau.forEach((tau, k) => {
      const effect = scores[`value_arm${k + 1}`] as Float64Array;
      expect(correlation(effect, tau)).toBeGreaterThan(0.9);
      // The arm costs k + c.
      const cost = scores[`cost_arm${k + 1}`] as Float64Array;
      expect(correlation(cost, three.data.features.c as Float32Array)).toBeGreaterThan(0.9);
      expect(mean(cost)).toBeCloseTo(k + 1.5, 1);
    });
  });

  test("the response model: effects in proportion to the outcome, the arms' own on average", async () => {
    const { model } = await trainMetaLearner(two.data, { ...quick, learner: "response" });
    const [effect] = effectsOf(model, two.data, ["arm1"]);
    const { arm } = two;
    const of = (a: number) => mean(two.data.outcome.filter((_, i) => arm[i] === a));
    expect(mean(effect as Float64Array)).toBeCloseTo(of(1) - of(0), 10);
  });

  test("return on cost: the order of the true returns", async () => {
    const random = randomOf(8);
    const rows = 12_000;
    const x = Float32Array.from({ length: rows }, () => random());
    const noise = Float32Array.from({ length: rows }, () => random());
    const arm = Uint8Array.from(x, () => Number(random() < 0.5));
    // τ_c = .4, τ_r from .04 to .28: returns of .1 to .7.
    const cost = Float64Array.from(arm, (a) => Number(random() < 0.1 + 0.4 * a));
    const outcome = Float64Array.from(arm, (a, i) => Number(random() < 0.1 + a * (0.04 + 0.24 * (x[i] as number))));
    const { model, report } = await trainMetaLearner(
      { treatment: arm, outcome, cost, features: { x, noise } },
      { ...quick, learner: "roi", minSamplesLeaf: 300 },
    );
    const score = model.score({ x, noise })["1"] as Float64Array;
    expect(correlation(score, x)).toBeGreaterThan(0.85);
    const truth = mean(x.map((v) => (0.04 + 0.24 * v) / 0.4));
    expect(Math.abs(mean(score) * (report.scale?.["1"] as number) - truth)).toBeLessThan(0.08);
    expect(Math.min(...score)).toBeGreaterThan(0);
    expect(Math.max(...score)).toBeLessThan(1);
  });
});

describe("identities", () => {
  test("S: a model that never asks for the arm gives every arm nothing, exactly", async () => {
    const { data } = madeExperiment({ rows: 2_000, arms: 3 }, 6);
    const outcome = Float64Array.from(data.features.a as Float32Array, (a) => (a > 0.5 ? 1 : 0));
    const { model } = await trainMetaLearner({ ...data, outcome }, { ...quick, learner: "s" });
    expect(model.trees).toBe(0);
    for (const column of Object.values(scoreExperiment(model, data))) expect(column.every((x) => x === 0)).toBe(true);
  });

  test("T on noise: effects near 0, and 0 on average within the arms' own error", async () => {
    const { data } = madeExperiment({ rows: 4_000 }, 7);
    const random = randomOf(1);
    const outcome = data.outcome.map(() => random());
    const { model } = await trainMetaLearner({ ...data, outcome }, { ...quick, learner: "t" });
    const [effect] = effectsOf(model, data, ["arm1"]);
    expect(Math.abs(mean(effect as Float64Array))).toBeLessThan(3 * 0.29 * Math.sqrt(4 / 4_000));
    expect(Math.sqrt(mean((effect as Float64Array).map((x) => x * x)))).toBeLessThan(0.05);
  });

  test.each<MetaLearner>(["r", "dr", "x"])("%s: what is added to all arms alike changes little", async (learner) => {
    const { data } = three;
    const lifted = data.outcome.map((y, i) => y + 3 * ((data.features.d as Float32Array)[i] as number));
    const { cost: _, ...plain } = data;
    const of = async (outcome: Float64Array) => {
      const { model } = await trainMetaLearner({ ...plain, outcome }, { ...quick, trees: 150, learner });
      return effectsOf(model, data, ["arm1"])[0] as Float64Array;
    };
    const [own, other] = [await of(data.outcome), await of(lifted)];
    expect(correlation(own, other)).toBeGreaterThan(0.9);
    expect(Math.abs(mean(own) - mean(other))).toBeLessThan(0.04);
  });

  test("without a split: T is the difference of the means, transformed outcome that of Horvitz and Thompson", async () => {
    const { data, arm } = two;
    const stump = { ...quick, minSamplesLeaf: 5_000 };
    const [t, z] = await Promise.all(
      (["t", "transformed"] as const).map(async (learner) => {
        const { model } = await trainMetaLearner(data, { ...stump, learner });
        expect(model.trees).toBe(0);
        return effectsOf(model, data, ["arm1"])[0]?.[0] as number;
      }),
    );
    const of = (a: number) => mean(data.outcome.filter((_, i) => arm[i] === a));
    // A fold in five is kept to tell when to stop: the means are of four.
    expect(Math.abs((t as number) - (of(1) - of(0)))).toBeLessThan(0.03);
    expect(Math.abs((z as number) - (of(1) - of(0)))).toBeLessThan(0.03);
  });

  test("a cost that is one number an arm is that number", async () => {
    const cost = Float64Array.from(three.arm, (a) => [0, 1.25, 3][a] as number);
    const { model } = await trainMetaLearner({ ...three.data, cost }, { ...quick, trees: 5 });
    const scores = scoreExperiment(model, three.data);
    expect(new Set(scores.cost_arm1)).toEqual(new Set([1.25]));
    expect(new Set(scores.cost_arm2)).toEqual(new Set([3]));
  });

  test("raw scores of boosting are the forest's, with missing values", async () => {
    const { data } = madeExperiment({ rows: 2_000 }, 9);
    const random = randomOf(2);
    const gappy = Float32Array.from(data.outcome, (y) => (random() < 0.2 ? Number.NaN : y + random()));
    const made: Experiment = { ...data, features: { gappy, ...data.features } };
    const memory = new Memory(new Engine());
    const ready = await binned(made, readExperiment(made), memory, { seed: 1, bins: 255, allow: true }, () => 0);
    const rows = Uint32Array.from({ length: 1_500 }, (_, i) => i);
    const validation = Uint32Array.from({ length: 200 }, (_, i) => 1_500 + i);
    for (const loss of ["squared", "logistic"] as const) {
      const y = loss === "squared" ? data.outcome : data.outcome.map((x) => Number(x > 0.4));
      const options = { loss, trees: 60, leaves: 8, learningRate: 0.1, minSamplesLeaf: 20, earlyStopping: 5 };
      const { forest, raw } = await boost(ready, { y, rows, validation }, options);
      const link = { ...forest, link: "identity" as const, about: { categories: ready.categories } };
      const { score } = scoreExperiment(Model.from(link), made);
      score?.forEach((x, i) => {
        expect(Math.abs(x - (raw[i] as number))).toBeLessThan(1e-9);
      });
      expect(correlation(raw, y)).toBeGreaterThan(0.6);
    }
    memory.release();
  });
});

describe("double robustness", () => {
  const rows = 40_000;
  const made = madeExperiment({ rows, confounded: true }, 11);
  const read = readExperiment(made.data);
  const question = { stage: { read }, y: read.outcome } as unknown as Question;
  const c = made.data.features.c as Float32Array;
  const truth = mean(made.tau[0] as Float64Array);
  const right = [0, 1].map((a) =>
    Float64Array.from(c, (x, i) => 0.1 + 0.4 * x + a * ((made.tau[0] as Float64Array)[i] as number)),
  );
  const wrong = [0, 1].map(() => new Float64Array(rows).fill(0.7));
  const half = { own: new Float64Array(rows).fill(0.5) };
  const known = { own: read.chance };
  const effect = (mu: Float64Array[], chances: { own: Float64Array }) => {
    const [one, none] = [1, 0].map((a) => robust(question, chances, mu[a] as Float64Array, a));
    return mean((one as Float64Array).map((x, i) => x - ((none as Float64Array)[i] as number)));
  };

  test("a wrong outcome model with the right chances, and the reverse, centre on the truth; both wrong do not", () => {
    expect(Math.abs(effect(wrong, known) - truth)).toBeLessThan(0.02);
    expect(Math.abs(effect(right, half) - truth)).toBeLessThan(0.02);
    expect(Math.abs(effect(wrong, half) - truth)).toBeGreaterThan(0.03);
  });

  test("estimated chances: rows that were drawn by a feature, as if it were not known how", async () => {
    const { propensity: _, ...observed } = madeExperiment({ rows: 8_000, confounded: true }, 12).data;
    const naive = await trainMetaLearner(observed, { ...quick, learner: "transformed", allow: ["c"] });
    const options = { ...quick, learner: "dr", propensity: "estimated", clip: 0.05, trim: 0.22 } as const;
    const { model, report } = await trainMetaLearner(observed, options);
    const [own] = effectsOf(model, observed, ["arm1"]);
    const [biased] = effectsOf(naive.model, observed, ["arm1"]);
    expect(Math.abs(mean(own as Float64Array) - truth)).toBeLessThan(0.03);
    expect(Math.abs(mean(biased as Float64Array) - truth)).toBeGreaterThan(0.05);
    expect(report.propensity.how).toBe("estimated");
    expect(report.propensity.trimmed).toBeGreaterThan(100);
    expect(report.propensity.trimmed).toBeLessThan(2_000);
  });
});

describe("a training", () => {
  test("is the same bytes for the same seed", async () => {
    const of = async (seed: number) =>
      (await trainMetaLearner(two.data, { trees: 10, learner: "dr", seed })).model.bytes();
    expect(await of(1)).toEqual(await of(1));
    expect(await of(2)).not.toEqual(await of(1));
  });

  test("leaves out rows of weight 0", async () => {
    const weight = Float64Array.from({ length: 5_000 }, (_, i) => Number(i < 2_500));
    const spoilt = two.data.outcome.map((y, i) => (i < 2_500 ? y : 1e6));
    const { model } = await trainMetaLearner({ ...two.data, outcome: spoilt, weight }, quick);
    const [effect] = effectsOf(model, two.data, ["arm1"]);
    expect(Math.max(...(effect as Float64Array))).toBeLessThan(2);
  });

  test("can be stopped, and gives its memory back", async () => {
    const engine = new Engine();
    const before = engine.arena.used;
    const controller = new AbortController();
    const stopped = trainMetaLearner(two.data, {
      ...{ engine, signal: controller.signal, learner: "dr" },
      onProgress: ({ phase, done }) => {
        if (phase === "models" && done === 2) controller.abort(new Error("enough"));
      },
    });
    expect(await saidBy(stopped)).toMatch("enough");
    expect(engine.arena.used).toBe(before);
  });

  test.each<[string, Experiment, MetaOptions, RegExp]>([
    [
      "an outcome of numbers for classes",
      three.data,
      { learner: "class" },
      /class transformation takes an outcome of 0 and 1/,
    ],
    ["return without a cost", two.data, { learner: "roi" }, /"roi" needs cost/],
    ["a learner that there is not", two.data, { learner: "q" as never }, /learner must be one of response, class/],
    ["an option that there is not", two.data, { depth: 3 } as never, /no field "depth"/],
    ["a clip of a half", two.data, { clip: 0.5 }, /clip must be from 0 to below 0.5/],
    [
      "a ceiling too low",
      madeExperiment({ rows: 20_000 }, 1).data,
      { engine: new Engine({ ceiling: 2 ** 20 }) },
      /this training needs/,
    ],
  ])("refuses %s", async (_, data, options, message) => {
    expect(await saidBy(trainMetaLearner(data, options))).toMatch(message);
  });

  test("refuses R where only the chance of the own arm of three is known", async () => {
    const propensity = Float64Array.from(three.arm, (_, i) => 0.3 + 0.05 * (i % 2));
    const data = { ...three.data, propensity };
    expect(await saidBy(trainMetaLearner(data, { learner: "r", allow: true }))).toMatch(/needs every arm's chance/);
  });
});
