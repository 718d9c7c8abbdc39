/** Evaluations as a whole: closed forms, small cases by hand, properties, and what is refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Evaluation, evaluate, evaluationMetrics, type ScoreResult } from "../../../src/index.js";
import { Random } from "../../allocation/tables.js";

/** Treated and control in turn, effect `gain(x)`, x even over (0, 1); scores x. */
function made(rows: number, gain: (x: number) => number, seed: number) {
  const random = new Random(seed);
  const uniform = () => random.below(1 << 24) / (1 << 24);
  const x = Float64Array.from({ length: rows }, uniform);
  const treatment = Uint8Array.from(x, () => Number(uniform() < 0.5));
  const outcome = Float64Array.from(x, (x_i, i) => Number(uniform() < 0.2 + (treatment[i] ? gain(x_i) : 0)));
  return { x, treatment, outcome };
}

function metric(evaluation: Evaluation, name: string, score = "s") {
  const found = scoreOf(evaluation, score).metrics.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function scoreOf({ comparisons }: Evaluation, score: string): ScoreResult {
  return comparisons[0]?.scores.find(({ name }) => name === score) as ScoreResult;
}

describe("by hand", () => {
  // Score order: T1 C0 T1 C1 T0 C0 (arm, outcome).
  const trial = {
    treatment: [1, 0, 1, 0, 1, 0],
    outcome: Float64Array.of(1, 0, 1, 1, 0, 0),
    scores: { s: Float64Array.of(6, 5, 4, 3, 2, 1) },
  };
  const evaluation = evaluate(trial, { resamples: 0, shares: [0.5] });

  test("q, u and their areas", () => {
    // q: 1, 1, 2, 1, .5, 1 after each row; u: 1, 2, 3, 2, 5/6, 2.
    const area = 0.5 + 1 + 1.5 + 1.5 + 0.75 + 0.75;
    // Perfect: 2 treated responders, the three without, the control responder: 2, 2, 1.
    const perfect = 2 + 6 + 1.5;
    expect(metric(evaluation, "qini.sklift").value).toBeCloseTo((area - 3) / (perfect - 3), 14);
    // R = 1: (0,0), (1,1), (6,1).
    expect(metric(evaluation, "qini.sklift.noNegativeEffect").value).toBeCloseTo((area - 3) / (5.5 - 3), 14);
    // Rows 1 is interpolated from 0 to u(2) = 2: lift 1 at row 2, so .5 at row 1.
    const sum = 0.5 + 2 + 3 + 2 + 5 / 6 + 2;
    expect(metric(evaluation, "auuc.causalml").value).toBeCloseTo(sum / 7 / 2, 14);
    // q before the first control is interpolated: .5 of 1.
    const q = 0.5 + 1 + 2 + 1 + 0.5 + 1;
    expect(metric(evaluation, "qini.causalml.raw").value).toBeCloseTo(q / 7 - 0.5, 14);
    expect(metric(evaluation, "uplift@50%.sklift.overall").value).toBeCloseTo(1 - 0, 14);
    expect(metric(evaluation, "uplift@50%.sklift.byGroup").value).toBeCloseTo(1 - 0, 14);
  });

  test("YDF, pylift and the ranks", () => {
    // Y_t/3 − Y_c/3: 1/3, 1/3, 2/3, 1/3, 1/3, 1/3.
    const area = (1 / 6 + 1 / 3 + 1 / 2 + 1 / 2 + 1 / 3 + 1 / 3) / 6;
    expect(metric(evaluation, "auuc.ydf").value).toBeCloseTo(area, 14);
    expect(metric(evaluation, "qini.ydf").value).toBeCloseTo(area - 1 / 6, 14);
    expect(metric(evaluation, "q.pylift").value).toBeCloseTo(area - 1 / 6, 14);
  });

  test("what stands beside it: each definition says how it is normalised and what ties do", () => {
    for (const { name, normalisation, ties, error } of scoreOf(evaluation, "s").metrics) {
      expect([name, normalisation.length > 20, ties.length > 20, Number.isNaN(error)]).toEqual([
        name,
        true,
        true,
        true,
      ]);
    }
    expect(evaluation.response).toMatch(/^none/);
    expect(evaluation.comparisons[0]?.scores.map(({ kind }) => kind)).toEqual(["score", "random"]);
    expect(evaluation.comparisons[0]?.left).toEqual([{ metric: "aucc.dfcl", why: "it needs the cost of each row" }]);
  });
});

describe("closed forms", () => {
  test("an effect that grows with x: uplift at the top and AUTOC are what calculus says", () => {
    // Effect .4 x: mean .2; the top share q has .4 (1 − q/2); TOC(q) = .2 (1 − q), AUTOC = .1; the Qini of ranks .2/6.
    const { x, treatment, outcome } = made(60_000, (u) => 0.4 * u, 5);
    const evaluation = evaluate({ treatment, outcome, scores: { s: x } }, { resamples: 120, shares: [0.3] });
    const truths: [string, number][] = [
      ["uplift@30%.sklift.overall", 0.4 * 0.85],
      ["autoc.grf", 0.1],
      ["qini.grf", 0.2 / 6],
      ["qini.ydf", 0.2 / 6],
    ];
    for (const [name, truth] of truths) {
      const { value, error } = metric(evaluation, name);
      expect(Math.abs(value - truth)).toBeLessThan(4 * error);
      expect(error).toBeLessThan(0.02);
    }
    expect(metric(evaluation, "autoc.grf").over.random?.low).toBeGreaterThan(0.05);
    const calibration = scoreOf(evaluation, "s").calibration ?? [];
    expect(calibration.map(({ rows }) => rows)).toEqual(new Array(10).fill(6000));
    for (const { predicted, observed } of calibration) {
      expect(Math.abs(observed.value - 0.4 * predicted)).toBeLessThan(4 * observed.error);
    }
  });

  test("an AUCC of a diagonal is one half of its steps", () => {
    // Every row brings and costs the same: d_r = d_c at each step.
    const rows = 4000;
    const treatment = Array.from({ length: rows }, (_, i) => i % 2);
    const one = Float64Array.from(treatment);
    const scores = { s: Float64Array.from({ length: rows }, (_, i) => -i) };
    const evaluation = evaluate({ treatment, outcome: one, cost: one, scores }, { resamples: 0, costPoints: 20 });
    // Σ_{j=1}^{20} j/20 / 21 = ½.
    expect(metric(evaluation, "aucc.dfcl").value).toBeCloseTo(0.5, 3);
  });
});

describe("properties", () => {
  test("metrics that group ties do not depend on the order of rows", () => {
    const tieless = ["qini.sklift", "auuc.sklift", "auuc.ydf", "qini.ydf", "autoc.grf", "qini.grf"];
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed + 1);
        const { x, treatment, outcome } = made(300, (u) => 0.3 * u, seed + 1);
        const coarse = x.map((u) => Math.floor(5 * u));
        const order = Array.from(x, (_, i) => [random.below(1 << 20), i] as const).sort((a, b) => a[0] - b[0]);
        const shuffle = <T extends Float64Array | Uint8Array>(column: T) =>
          column.map((_, k) => column[(order[k] as readonly number[])[1] as number] as number) as T;
        const before = evaluate({ treatment, outcome, scores: { s: coarse } }, { resamples: 0, metrics: tieless });
        const after = evaluate(
          { treatment: shuffle(treatment), outcome: shuffle(outcome), scores: { s: shuffle(coarse) } },
          { resamples: 0, metrics: tieless },
        );
        for (const name of tieless) expect(metric(after, name).value).toBeCloseTo(metric(before, name).value, 10);
      }),
      { numRuns: 20 },
    );
  });

  test("intervals cover the truth as often as they say, and rows that come twice widen them", () => {
    let covered = 0;
    const trials = 100;
    for (let seed = 1; seed <= trials; seed++) {
      const { x, treatment, outcome } = made(1500, (u) => 0.4 * u, 1000 + seed);
      const options = { resamples: 200, level: 0.9, seed, metrics: ["qini.ydf"] };
      const { low, high } = metric(evaluate({ treatment, outcome, scores: { s: x } }, options), "qini.ydf");
      if (low <= 0.2 / 6 && 0.2 / 6 <= high) covered++;
    }
    // 90 ± 3 of 100: within four standard errors.
    expect(covered).toBeGreaterThanOrEqual(78);
    expect(covered).toBeLessThanOrEqual(100);

    const { x, treatment, outcome } = made(2000, (u) => 0.4 * u, 9);
    const twice = <T extends Float64Array | Uint8Array>(column: T) => [...column, ...column];
    const input = {
      treatment: twice(treatment),
      outcome: Float64Array.from(twice(outcome)),
      scores: { s: Float64Array.from(twice(x)) },
    };
    const cluster = Array.from(input.treatment, (_, i) => `house ${i % 2000}`);
    const options = { resamples: 400, metrics: ["auuc.ydf"] };
    const alone = metric(evaluate(input, options), "auuc.ydf").error;
    const together = evaluate({ ...input, cluster }, options);
    expect(together.units).toBe(2000);
    expect(metric(together, "auuc.ydf").error / alone).toBeGreaterThan(1.25);
    expect(metric(together, "auuc.ydf").error / alone).toBeLessThan(1.6);
  });

  test("the same seed gives the same bytes, another seed others", () => {
    const { x, treatment, outcome } = made(500, (u) => 0.4 * u, 2);
    const input = { treatment, outcome, scores: { s: x }, features: { x } };
    const run = (seed: number) => ({ ...evaluate(input, { resamples: 50, seed }), seconds: 0 });
    expect(JSON.stringify(run(7))).toBe(JSON.stringify(run(7)));
    expect(JSON.stringify(run(7).comparisons)).not.toBe(JSON.stringify(run(8).comparisons));
  });
});

describe("beside a response model", () => {
  test("least squares on the features, never on the row's own outcome; differences are paired", () => {
    // The outcome hangs on x, the effect on z.
    const random = new Random(4);
    const rows = 8000;
    const uniform = () => random.below(1 << 24) / (1 << 24);
    const x = Float64Array.from({ length: rows }, uniform);
    const z = Float64Array.from({ length: rows }, (_, i) => (i % 50 === 0 ? Number.NaN : uniform()));
    const treatment = Uint8Array.from(x, () => Number(uniform() < 0.5));
    const outcome = x.map((x_i, i) => 2 * x_i + (treatment[i] ? (z[i] || 0.5) - 0.5 : 0) + uniform());
    const known = z.map((z_i) => (Number.isNaN(z_i) ? 0.5 : z_i));
    const evaluation = evaluate({ treatment, outcome, scores: { s: known }, features: { x, z } }, { resamples: 100 });
    expect(evaluation.response).toMatch(/least squares/);
    expect(evaluation.binary).toBe(false);
    expect(evaluation.comparisons[0]?.left.map(({ metric: name }) => name)).toContain("qini.sklift");
    const autoc = metric(evaluation, "autoc.grf");
    expect(autoc.over.response?.low).toBeGreaterThan(0);
    // The response models take the outcome's own spread out of the effects: a plain mean leaves √(1/3 + 1/12).
    const plain = metric(evaluate({ treatment, outcome, scores: { s: known } }, { resamples: 100 }), "autoc.grf");
    expect(autoc.error).toBeLessThan(0.7 * plain.error);
    expect(evaluation.checks.balance.map(({ feature }) => feature)).toEqual(["x", "z"]);
  });
});

describe("checks", () => {
  const { x, treatment, outcome } = made(20_000, () => 0.1, 3);
  const judge = (propensity: Record<string, number> | Float64Array) =>
    evaluate({ treatment, outcome, propensity, scores: { s: x } }, { resamples: 0, metrics: ["autoc.grf"] }).checks;

  test("arms that are not as the design says are found", () => {
    expect(judge({ 0: 0.5, 1: 0.5 }).sampleRatio.suspicious).toBe(false);
    expect(judge({ 0: 0.5, 1: 0.5 }).sampleRatio.p).toBeGreaterThan(0.001);
    const wrong = judge({ 0: 0.55, 1: 0.45 }).sampleRatio;
    expect([wrong.tested, wrong.suspicious]).toEqual([true, true]);
    const rowWise = Float64Array.from(treatment, () => 0.5);
    expect(judge(rowWise).sampleRatio.suspicious).toBe(false);
    expect(judge(rowWise.map(() => 0.45)).sampleRatio.suspicious).toBe(true);
  });

  test("chances near 0 are told", () => {
    const low = Float64Array.from(treatment, (_, i) => (i === 7 ? 0.001 : 0.5));
    expect(judge(low).overlap).toMatchObject({ least: 0.001, suspicious: true });
  });
});

describe("what is refused", () => {
  const good = {
    treatment: [0, 1, 0, 1],
    outcome: Float64Array.of(0, 1, 1, 1),
    scores: { s: Float64Array.of(1, 2, 3, 4) },
  };
  const cases: [string, unknown, RegExp][] = [
    ["one arm missing", { ...good, treatment: [0, 0, 0, 0] }, /all rows are in one arm/],
    ["no control", { ...good, treatment: [1, 2, 1, 2] }, /no row has the control 0/],
    ["a wrong control", { ...good, control: "none" }, /no row has the control "none": the arms are 0, 1/],
    [
      "a propensity of 0",
      { ...good, propensity: Float64Array.of(0.5, 0, 0.5, 0.5) },
      /propensity\[1\] must be above 0/,
    ],
    ["propensities by arm that are no chances", { ...good, propensity: { 0: 0.5, 1: 0.2 } }, /must add up to 1/],
    ["a propensity that lacks an arm", { ...good, propensity: { 0: 0.5 } }, /propensity of arm "1"/],
    [
      "a score that is NaN",
      { ...good, scores: { s: Float64Array.of(1, Number.NaN, 3, 4) } },
      /scores\.s\[1\] must be finite/,
    ],
    ["an outcome that is infinite", { ...good, outcome: Float64Array.of(0, 1, 1, Infinity) }, /outcome\[3\]/],
    ["columns of other lengths", { ...good, scores: { s: Float64Array.of(1) } }, /scores\.s has 1 rows, outcome has 4/],
    ["no scores", { ...good, scores: {} }, /scores is empty/],
    [
      "a score without the arm",
      { ...good, scores: { s: { 2: Float64Array.of(1, 2, 3, 4) } } },
      /no column for the arm "1"/,
    ],
    ["plain arrays", { ...good, outcome: [0, 1, 1, 1] }, /outcome must be a Float64Array/],
    ["unknown fields", { ...good, score: 1 }, /no field "score"/],
    ["one cluster", { ...good, cluster: [1, 1, 1, 1] }, /all rows are in one cluster/],
    ["no rows", { ...good, outcome: new Float64Array(0) }, /no rows/],
    ["nothing", null, /the input must be an object, got null/],
  ];
  for (const [name, input, message] of cases) {
    test(name, () => expect(() => evaluate(input as never)).toThrow(message));
  }

  test("options", () => {
    expect(() => evaluate(good, { metrics: ["qini"] })).toThrow(/there is no metric "qini"; known are qini\.sklift/);
    expect(() => evaluate(good, { resamples: -1 })).toThrow(/resamples/);
    expect(() => evaluate(good, { level: 1 })).toThrow(/level/);
    expect(() => evaluate(good, { shares: [0] })).toThrow(/shares/);
    expect(evaluationMetrics()).toContain("qini.sklift");
  });

  test("tiny and hostile tables give numbers or NaN, never a hang", () => {
    const two = { treatment: [0, 1], outcome: Float64Array.of(5, 5), scores: { s: Float64Array.of(0, 0) } };
    const evaluation = evaluate(two, { resamples: 30 });
    expect(metric(evaluation, "auuc.ydf").undefinedResamples).toBeGreaterThan(0);
    const big = { ...two, outcome: Float64Array.of(1e308, -1e308), scores: { s: Float64Array.of(-1e308, 1e308) } };
    expect(evaluate(big, { resamples: 5 }).rows).toBe(2);
  });

  test("an abort ends it", () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    expect(() => evaluate(good, { signal: controller.signal })).toThrow("enough");
  });
});
