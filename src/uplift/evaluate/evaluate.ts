/** The public evaluation: every metric under its package's name, with intervals, beside random and a plain response model. */
import { plainObject, wholeNumber } from "../../engine/check.js";
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { bootstrap, engineOf, type Sampled, type Settings, settingsOf } from "./bootstrap.js";
import { bucketRows, calibrationOf } from "./calibration.js";
import { armsOf, checksOf } from "./checks.js";
import { gainCurve } from "./curve.js";
import { effectsOf, responsesOf } from "./effects.js";
import { checkFields, readFeatures } from "./fields.js";
import { evaluationMetrics, Judge, type Metric, metricsOf, type Rows } from "./judge.js";
import { Resamples, randomScores } from "./kernel.js";
import { numbers, type ReadTrial, readTrial } from "./trial.js";
import type { Comparison, Estimate, EvaluateInput, EvaluateOptions, Evaluation, ScoreResult } from "./types.js";

const INPUT = ["treatment", "control", "outcome", "cost", "propensity", "cluster", "scores", "response", "features"];
const OPTIONS = [
  ...["resamples", "level", "seed", "engine", "signal", "onProgress", "metrics", "shares", "costPoints", "buckets"],
];

/** A score to judge: by row of the whole trial, for one arm. */
interface Candidate {
  name: string;
  kind: ScoreResult["kind"];
  scores: Float64Array;
}

/**
 * Judges scores on an experiment they were not trained on: each metric under the definition of the package whose name it
 * bears, with bootstrap intervals (by cluster where there is one), beside a random order and a plain response model.
 *
 * @param input arms, outcomes and scores by row. Scores are judged arm by arm against the control.
 * @returns for each arm, each score and each metric its value, interval, what chance gives, and the paired difference to the
 *   response model; calibration by bucket, gain curves, and checks of the experiment itself.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value (an arm missing, a propensity of 0, a score that is
 *   NaN), naming the row. {CeilingError} when the columns do not fit under the engine's ceiling.
 * @example
 * const { comparisons } = evaluate({ treatment, outcome, scores: { model: uplift }, features }, { seed: 1 });
 */
export function evaluate(input: EvaluateInput, options: EvaluateOptions = {}): Evaluation {
  const start = performance.now();
  checkFields(input, INPUT, "the input");
  checkFields(options, OPTIONS, "the options");
  const settings = settingsOf(options);
  const trial = readTrial(input);
  const features = readFeatures(input.features, trial.rows);
  const engine = engineOf(options);
  const scratch = new Scratch(engine.arena);
  try {
    const binary = trial.outcome.every((y) => y === 0 || y === 1);
    const asked = metricsOf({ ...metricOptions(options), binary, hasCost: trial.cost !== undefined });
    const { response, how } = responseOf(input, trial, features);
    const random = randomScores(engine, scratch, trial.rows, settings.seed);
    const effects = effectsOf(trial, responsesOf(trial, features));
    const arms = armsOf(trial);
    const comparisons = trial.names.slice(1).map((name, k): Comparison => {
      const candidates = candidatesOf(input, name, trial.rows, response, random);
      const shared = { engine, trial, arm: k + 1, effects: effects(k + 1), settings, options };
      return { ...compare(shared, candidates, asked.metrics), left: asked.left };
    });
    return {
      ...{ rows: trial.rows, units: trial.unitCount, binary, ...settings, arms, comparisons },
      checks: checksOf(trial, features, input.propensity !== undefined, engine),
      response: how,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    scratch.release();
  }
}

interface Shared {
  engine: Engine;
  trial: ReadTrial;
  arm: number;
  effects: Float64Array;
  settings: Settings;
  options: EvaluateOptions;
}

/** One arm against the control: all candidates on the same resamples. */
function compare(
  shared: Shared,
  candidates: readonly Candidate[],
  metrics: readonly Metric[],
): Omit<Comparison, "left"> {
  const { engine, trial, arm, settings, options } = shared;
  const { buckets = 10 } = options;
  const scratch = new Scratch(engine.arena);
  try {
    const resamples = new Resamples(engine, scratch, trial.unitCount, settings.seed);
    const { index, rows } = rowsOf(trial, arm, shared.effects);
    const judged = candidates.map((candidate) => {
      const scores =
        index.length === trial.rows ? candidate.scores : Float64Array.from(index, (i) => candidate.scores[i] as number);
      const judge = new Judge(engine, scratch, resamples, rows, scores, candidate.scores);
      const calibrated =
        candidate.kind === "score"
          ? bucketRows(engine, scratch, resamples, rows, scores, judge.order, buckets)
          : undefined;
      return { candidate, judge, calibrated };
    });
    const sampled = bootstrap(
      resamples,
      judged.map(({ judge, calibrated }) => () => [...judge.count(metrics), ...(calibrated?.count() ?? [])]),
      settings,
      options,
    );
    const responseAt = candidates.findIndex((candidate) => candidate.kind === "response");
    const scores = judged.map(({ candidate, judge, calibrated }, s): ScoreResult => {
      const own = sampled[s] as Sampled;
      return {
        ...{ name: candidate.name, kind: candidate.kind },
        metrics: metrics.map((metric, m) =>
          metricResult(metric, m, own, candidate.kind === "response" ? undefined : sampled[responseAt]),
        ),
        ...(calibrated && { calibration: calibrationOf(calibrated, own, 2 * metrics.length + 1) }),
        curve: gainCurve(judge.order, rows.treated, rows.outcome),
      };
    });
    const treated = rows.treated.reduce((sum, t) => sum + t, 0);
    return {
      ...{ arm: trial.names[arm] as string, control: trial.names[0] as string },
      ...{ rows: index.length, treated, controls: index.length - treated },
      effect: plain((sampled[0] as Sampled).estimate(2 * metrics.length)),
      scores,
    };
  } finally {
    scratch.release();
  }
}

function metricResult({ name, normalisation, ties }: Metric, m: number, own: Sampled, response: Sampled | undefined) {
  const { undefinedResamples, ...estimate } = own.estimate(2 * m);
  const overRandom = plain(own.estimate(2 * m + 1));
  return {
    ...{ name, ...estimate, normalisation, ties, random: estimate.value - overRandom.value },
    over: { random: overRandom, ...(response && { response: own.less(2 * m, response, 2 * m) }) },
    undefinedResamples,
  };
}

function plain({ value, error, low, high }: Estimate): Estimate {
  return { value, error, low, high };
}

/** Rows of the arm and the control; `index` by row of the trial. */
function rowsOf(trial: ReadTrial, arm: number, effects: Float64Array): { index: Uint32Array; rows: Rows } {
  const index: number[] = [];
  for (let i = 0; i < trial.rows; i++) if (trial.arm[i] === arm || trial.arm[i] === 0) index.push(i);
  const pick = (column: Float64Array) => Float64Array.from(index, (i) => column[i] as number);
  return {
    index: Uint32Array.from(index),
    rows: {
      treated: Uint8Array.from(index, (i) => (trial.arm[i] === arm ? 1 : 0)),
      outcome: pick(trial.outcome),
      ...(trial.cost && { cost: pick(trial.cost) }),
      units: Uint32Array.from(index, (i) => trial.units[i] as number),
      all: { effects, units: trial.units },
    },
  };
}

function candidatesOf(
  { scores }: EvaluateInput,
  arm: string,
  rows: number,
  response: Float64Array | undefined,
  random: Float64Array,
): Candidate[] {
  plainObject(scores, "scores");
  const candidates: Candidate[] = Object.entries(scores).map(([name, given]) => {
    if (ArrayBuffer.isView(given)) return { name, kind: "score", scores: numbers(given, `scores.${name}`, rows) };
    plainObject(given, `scores.${name}`);
    const column = (given as Record<string, Float64Array>)[arm];
    if (column === undefined) throw new RangeError(`scores.${name} has no column for the arm ${JSON.stringify(arm)}`);
    return { name, kind: "score", scores: numbers(column, `scores.${name}.${arm}`, rows) };
  });
  if (candidates.length === 0) throw new RangeError("scores is empty: give at least one column");
  if (response) candidates.push({ name: "response model", kind: "response", scores: response });
  candidates.push({ name: "random", kind: "random", scores: random });
  return candidates;
}

function responseOf(input: EvaluateInput, trial: ReadTrial, features: Record<string, Float64Array>) {
  if (input.response) return { response: numbers(input.response, "response", trial.rows), how: "as given" };
  const names = Object.keys(features);
  if (names.length === 0) return { how: "none: give features, or the prediction of a response model" };
  const response = responsesOf(trial, features, true)(0);
  return { response, how: `least squares of the outcome on ${names.length} features, cross-fitted in five folds` };
}

function metricOptions({ metrics, shares = [0.1, 0.3], costPoints = 20, buckets = 10 }: EvaluateOptions) {
  const known = evaluationMetrics();
  const names = metrics ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`there is no metric "${unknown}"; known are ${known.join(", ")}`);
  const bad = shares.find((share) => !(share > 0 && share <= 1));
  if (bad !== undefined) throw new RangeError(`shares must be above 0 and at most 1, got ${bad}`);
  wholeNumber(costPoints, "costPoints", 1, 1_000_000);
  wholeNumber(buckets, "buckets", 1, 1000);
  return { names, shares, costPoints };
}
