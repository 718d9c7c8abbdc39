/**
 * Real outcomes: models that XGBoost and LightGBM learned from one half of Hillstrom's e-mails (scripts/fixtures/hillstrom.py),
 * judged on the other: two models, class transformation, and beside them the plain response model and random.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { type Evaluation, evaluate, importModel, type MetricResult, policyCurve } from "../../src/index.js";
import { type Mails, pick, readHillstrom } from "./data/hillstrom.js";

const ARMS = { Womens: "Womens E-Mail", Mens: "Mens E-Mail" };
const LEARNERS = ["xgboost two models", "xgboost transformed", "lightgbm two models", "lightgbm transformed"];

let mails: Mails;
let held: number[];
let scores: Record<string, Record<string, Float64Array>>;
let response: { xgboost: Float64Array; lightgbm: Float64Array };
let judged: Evaluation;

beforeAll(() => {
  mails = readHillstrom();
  held = mails.segment.flatMap((_, i) => (trains(i) ? [] : [i]));
  const columns = featuresOf();
  const predict = (library: string, name: string) => {
    const file = `${library}-${name}.${library === "xgboost" ? "json" : "txt"}.gz`;
    const bytes = gunzipSync(readFileSync(new URL(`fixtures/hillstrom/${file}`, import.meta.url)));
    const [output] = Object.values(importModel(new Uint8Array(bytes)).score(columns));
    return output as Float64Array;
  };
  response = { xgboost: predict("xgboost", "response"), lightgbm: predict("lightgbm", "response") };
  scores = Object.fromEntries(
    ["xgboost", "lightgbm"].flatMap((library) => {
      const control = predict(library, "control");
      const of = (how: (arm: string) => Float64Array) =>
        Object.fromEntries(Object.entries(ARMS).map(([arm, name]) => [name, how(arm.toLowerCase())]));
      return [
        [
          `${library} two models`,
          of((arm) => predict(library, `${arm}-treated`).map((p, i) => p - (control[i] as number))),
        ],
        [`${library} transformed`, of((arm) => predict(library, `${arm}-transformed`).map((p) => 2 * p - 1))],
      ];
    }),
  );
  judged = evaluate(
    {
      ...trial(mails.visit),
      scores: { ...scores, "lightgbm response": response.lightgbm },
      response: response.xgboost,
    },
    { metrics: ["qini.sklift", "auuc.causalml", "autoc.grf"] },
  );
});

/** As the fixtures' README defines the halves. */
function trains(i: number): boolean {
  let h = i + 1;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h & 1) === 0;
}

function featuresOf(): Record<string, Float32Array> {
  const { zip, channel } = mails;
  const is = (words: readonly string[], word: string) => Float64Array.from(words, (one) => Number(one === word));
  const columns = {
    ...{ recency: mails.recency, history: mails.history, mens: mails.mens, womens: mails.womens, newbie: mails.newbie },
    ...Object.fromEntries(["Rural", "Surburban", "Urban"].map((name) => [`zip_${name}`, is(zip, name)])),
    ...Object.fromEntries(["Multichannel", "Phone", "Web"].map((name) => [`channel_${name}`, is(channel, name)])),
  };
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Float32Array.from(pick(column, held))]),
  );
}

function trial(outcome: Float64Array) {
  return {
    ...{ treatment: held.map((i) => mails.segment[i] as string), control: "No E-Mail", outcome: pick(outcome, held) },
    propensity: { "No E-Mail": 1 / 3, "Womens E-Mail": 1 / 3, "Mens E-Mail": 1 / 3 },
  };
}

function qiniOf(arm: string, score: string): MetricResult {
  const comparison = judged.comparisons.find((one) => one.arm === arm);
  const found = comparison?.scores.find(({ name }) => name === score);
  return found?.metrics.find(({ name }) => name === "qini.sklift") as MetricResult;
}

describe("out of sample", () => {
  test("the experiment is what it is said to be", () => {
    expect(judged.rows).toBe(64_000 - 31_948);
    expect(judged.checks.sampleRatio).toMatchObject({ tested: true, suspicious: false });
  });

  test("Womens e-mail: two models beat chance and the response model, by either library", () => {
    for (const score of LEARNERS) expect(qiniOf(ARMS.Womens, score).low).toBeGreaterThan(0);
    for (const library of ["xgboost", "lightgbm"]) {
      const { value, over } = qiniOf(ARMS.Womens, `${library} two models`);
      expect(value).toBeGreaterThan(0.06);
      expect(over.response?.low).toBeGreaterThan(0);
      // The class transformation is not told apart from the response model.
      expect(qiniOf(ARMS.Womens, `${library} transformed`).over.response?.low).toBeLessThan(0);
    }
    expect(qiniOf(ARMS.Womens, "response model").low).toBeLessThan(0);
  });

  test("Mens e-mail: the plain response model wins, and no learner is told apart from chance", () => {
    const plain = qiniOf(ARMS.Mens, "response model");
    expect(plain.low).toBeGreaterThan(0);
    for (const score of LEARNERS) {
      const { value, low, high } = qiniOf(ARMS.Mens, score);
      expect(value).toBeLessThan(plain.value);
      expect([low < 0, high > 0]).toEqual([true, true]);
    }
  });

  test("a random order is within its interval of 0, for both", () => {
    for (const arm of Object.values(ARMS)) {
      const { low, high } = qiniOf(arm, "random");
      expect([low < 0, high > 0]).toEqual([true, true]);
    }
  });

  test("spend per person by Hájek at three budgets: 10,700 people an arm tell no policy apart from the response model's", () => {
    // One e-mail costs 1: money for a tenth, a third and all of the people.
    const budgets = [0.1, 1 / 3, 1].map((part) => Math.floor(part * held.length));
    const input = {
      ...trial(mails.spend),
      costs: { "Womens E-Mail": 1, "Mens E-Mail": 1 },
      response: response.xgboost,
    };
    for (const [library, top] of [
      ["xgboost", 1.565],
      ["lightgbm", 1.571],
    ] as const) {
      const values = scores[`${library} two models`] as Record<string, Float64Array>;
      const { points, constants } = policyCurve({ ...input, values }, { budgets, resamples: 300 });
      for (const { budget, scores: own } of points) {
        expect(own.spend).toBeLessThanOrEqual(budget);
        expect(own.over.response?.low).toBeLessThan(0);
        expect(own.over.response?.high).toBeGreaterThan(0);
      }
      // Money for all: who gets which e-mail is worth more than either for everyone, though the intervals overlap.
      expect(points[2]?.scores.outcome.hajek.value).toBeCloseTo(top, 3);
      expect(points[2]?.scores.over.nobody?.low).toBeGreaterThan(0);
      expect(constants.map(({ outcome }) => outcome.hajek.value.toFixed(4))).toEqual(["0.7537", "1.3894", "1.2464"]);
    }
  });
});
