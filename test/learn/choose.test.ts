/** The choice among learners, and what a policy is worth: against plain counting, and on planted effects. */
import { describe, expect, test } from "vitest";
import { Worth } from "../../src/learn/choose/value.js";
import { readExperiment } from "../../src/learn/data/read.js";
import { chooseLearner, judgeOnTest, splitExperiment, trainChosen } from "../../src/learn/index.js";
import { madeExperiment, saidBy } from "./data/experiments.js";
import { randomOf } from "./made.js";

describe("what a policy is worth", () => {
  test("is the plain count of doubly robust scores of whom the money reaches", () => {
    const { data } = madeExperiment({ rows: 300, binary: true }, 3);
    const trial = readExperiment(data);
    const random = randomOf(1);
    const scores = Float64Array.from(trial.outcome, () => random() - 0.2);
    const { value, curve, error } = new Worth(trial).of("scores", [scores]);
    const mean = trial.outcome.reduce((sum, y) => sum + y, 0) / 300;
    const gamma = (i: number) => {
      const rest = ((trial.outcome[i] as number) - mean) / (trial.chance[i] as number);
      return trial.arm[i] === 1 ? rest : -rest;
    };
    const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
    const gains = curve.map(({ share }) => {
      const reached = order.slice(0, Math.round(300 * share)).filter((i) => (scores[i] as number) > 0);
      return reached.reduce((sum, i) => sum + gamma(i), 0) / 300;
    });
    curve.forEach(({ gain }, b) => {
      expect(gain).toBeCloseTo(gains[b] as number, 12);
    });
    expect(value).toBeCloseTo(gains.reduce((sum, x) => sum + x, 0) / gains.length, 12);
    expect(error).toBeGreaterThan(0);
  });

  test("knows the truth from a random order, within its error", () => {
    const { data, tau } = madeExperiment({ rows: 8_000, arms: 3 }, 4);
    const worth = new Worth(readExperiment(data));
    const [best, random] = [worth.of("truth", tau), worth.random(1)];
    expect(worth.less(best, random).low).toBeGreaterThan(0);
    // Everyone treated by the truth: Σ max(τ_1, τ_2, 0) / n.
    const all = Array.from(tau[0] as Float64Array, (t, i) => Math.max(t, tau[1]?.[i] as number, 0));
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    expect(Math.abs((best.curve.at(-1)?.gain as number) - mean)).toBeLessThan(0.02);
  });

  test("takes arms by value per cost, as the money allows", () => {
    // Arm 2 costs ten times as much and is worth as much: arm 1 alone is taken.
    const { data, arm } = madeExperiment({ rows: 900, arms: 3 }, 5);
    const cost = Float64Array.from(arm, (a) => [0, 1, 10][a] as number);
    const worth = new Worth(readExperiment({ ...data, cost }));
    const one = new Float64Array(900).fill(1);
    const same = worth.of("both", [one, one]);
    const alone = worth.of("first", [one, one.map(() => -1)]);
    expect(same.rows).toEqual(alone.rows);
  });
});

describe("the choice", () => {
  const learners = ["response", "s", "t", "uplift-forest"];

  test("keeps an uplift learner where effects are planted, with table, intervals and the reason", async () => {
    const { data } = madeExperiment({ rows: 6_000, binary: true }, 6);
    const choice = await chooseLearner(data, { learners, trees: 60 });
    expect(choice.compared.map(({ learner }) => learner)).toEqual(learners);
    expect(["s", "t", "uplift-forest"]).toContain(choice.chosen);
    expect(choice.why).toMatch(/within one standard error of the best|brings most/);
    for (const { worth, behind } of choice.compared) {
      expect(worth?.low).toBeLessThan(worth?.value as number);
      expect(behind?.value).toBeGreaterThanOrEqual(0);
    }
    expect((await chooseLearner(data, { learners, trees: 60 })).chosen).toBe(choice.chosen);
  });

  test("keeps the simplest where nobody differs", async () => {
    const { data } = madeExperiment({ rows: 3_000 }, 7);
    const random = randomOf(3);
    const outcome = Float64Array.from(data.outcome, (_, i) => random() + (data.treatment[i] === "none" ? 0 : 0.5));
    const { choice, report } = await trainChosen({ ...data, outcome }, { learners: ["response", "t"], trees: 30 });
    expect(choice.chosen).toBe("response");
    expect(report.learner).toBe("response");
  });

  test("says which learner could not be trained, and why", async () => {
    const { data } = madeExperiment({ rows: 3_000 }, 8);
    const { compared, chosen } = await chooseLearner(data, { learners: ["class", "t"], trees: 20 });
    expect(compared.find(({ learner }) => learner === "class")?.refused).toMatch(/outcome of 0 and 1/);
    expect(chosen).toBe("t");
    expect(await saidBy(chooseLearner(data, { learners: ["class"] }))).toMatch(/outcome of 0 and 1/);
    expect(await saidBy(chooseLearner(data, { learners: ["best"] }))).toMatch(/no learner "best"/);
  });

  test("can be stopped", async () => {
    const { data } = madeExperiment({ rows: 3_000 }, 8);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    expect(await saidBy(chooseLearner(data, { signal: controller.signal, onProgress }))).toMatch("enough");
  });
});

test("a test split judges once, and says so the second time", async () => {
  const { data } = madeExperiment({ rows: 4_000, binary: true }, 9);
  const split = await splitExperiment(data, { seed: 77 });
  const { model } = await trainChosen(split.train, { learners: ["t"], trees: 30 });
  const first = judgeOnTest(model, split);
  expect(first.usedBefore).toBe(0);
  expect(first.overRandom.value).toBeGreaterThan(0);
  expect(judgeOnTest(model, split)).toEqual({ ...first, usedBefore: 1 });
});
