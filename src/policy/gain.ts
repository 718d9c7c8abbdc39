/**
 * MAQ's gain against spend: the path of the linear relaxation, without a table. Each row's arms on the upper hull of
 * (cost, predicted value); their steps in the order of value per cost, tied ones by row; what the steps bring by the trial's
 * doubly robust scores; the last step in part.
 *
 * Source: Sverdrup, Wu, Athey and Wager, "Qini curves for multi-armed treatment rules" (2023).
 */

import { Scratch } from "../engine/scratch.js";
import { bootstrap, engineOf, type Sampled, settingsOf } from "../uplift/evaluate/bootstrap.js";
import { effectsOf, responsesOf } from "../uplift/evaluate/effects.js";
import { checkFields, readFeatures } from "../uplift/evaluate/fields.js";
import { Columns, Path, Resamples } from "../uplift/evaluate/kernel.js";
import { descending } from "../uplift/evaluate/order.js";
import { readTrial } from "../uplift/evaluate/trial.js";
import type { BootstrapOptions, Estimate } from "../uplift/evaluate/types.js";
import { type PolicyCurveInput, readTable, type Table } from "./curve.js";
import { hullOf } from "./hull.js";

export interface GainCurveOptions extends BootstrapOptions {
  /** Money per row, for each point. Default: ten, evenly up to what the whole path spends. */
  spends?: readonly number[];
}

export interface GainPoint {
  /** Money per row. */
  spend: number;
  /** Gain per row over giving nobody anything (MAQ's average_gain). */
  gain: Estimate;
  /** The same money on the arms that are best on average, for rows as they come (target_with_covariates = FALSE). */
  blind: Estimate;
  /** What knowing the rows is worth (difference_gain). */
  difference: Estimate;
}

export interface GainCurve {
  name: "gain.maq";
  normalisation: string;
  ties: string;
  rows: number;
  resamples: number;
  level: number;
  seed: number;
  points: GainPoint[];
  /** Mean of `difference` over spends from 0 to the last point, by trapezoids. */
  area: Estimate;
  seconds: number;
}

export type GainCurveInput = Omit<PolicyCurveInput, "response">;

const INPUT = ["treatment", "control", "outcome", "cost", "propensity", "cluster", "values", "costs", "features"];
const OPTIONS = ["resamples", "level", "seed", "engine", "signal", "onProgress", "spends"];
const POINTS = 10;

/**
 * Gain against spend for several arms with costs (MAQ), with bootstrap intervals.
 *
 * @param input the trial, each arm's predicted value over the control, and its cost (above 0). `features` serve the models in
 *   the doubly robust scores; without them each arm's mean does.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, such as a cost that is not above 0.
 * @example
 * const { points } = gainCurve({ treatment, outcome, propensity, values: { 1: uplift }, costs: { 1: 2 } }, { spends: [0.5] });
 */
export function gainCurve(input: GainCurveInput, options: GainCurveOptions = {}): GainCurve {
  const start = performance.now();
  checkFields(input, INPUT, "the input");
  checkFields(options, OPTIONS, "the options");
  const settings = settingsOf(options);
  const { values, costs, features, ...rest } = input;
  const trial = readTrial(rest);
  const table = readTable(trial, values, costs);
  for (const [k, column] of table.costs.entries()) {
    const bad = column.findIndex((c) => !(c > 0));
    if (bad >= 0)
      throw new RangeError(`costs.${trial.names[k + 1]}[${bad}] must be above 0 on a path, got ${column[bad]}`);
  }
  const effect = effectsOf(trial, responsesOf(trial, readFeatures(features, trial.rows)));
  const effects = table.values.map((_, k) => effect(k + 1));
  const engine = engineOf(options);
  const scratch = new Scratch(engine.arena);
  try {
    const steps = stepsOf(table, effects);
    const whole = steps.costs.reduce((sum, c) => sum + c, 0) / trial.rows;
    const spends = readSpends(options.spends, whole);
    const resamples = new Resamples(engine, scratch, trial.unitCount, settings.seed);
    const units = Uint32Array.from(steps.rows, (i) => trial.units[i] as number);
    const path = new Path(engine, scratch, resamples, { units, ...steps }, spends.length);
    const means = new Columns(engine, scratch, resamples, trial.units, [...table.values, ...table.costs, ...effects]);
    const count = () => {
      const sums = means.sums();
      const N = sums[0] as number;
      const { gains } = path.at(Float64Array.from(spends, (spend) => spend * N));
      const own = Array.from(gains, (gain) => gain / N);
      const blind = blindGains(sums, effects.length, spends);
      const differences = own.map((gain, k) => gain - (blind[k] as number));
      return [...own, ...blind, ...differences, areaOf(spends, differences)];
    };
    const [sampled] = bootstrap(resamples, [count], settings, options) as [Sampled];
    const estimate = (j: number): Estimate => {
      const { value, error, low, high } = sampled.estimate(j);
      return { value, error, low, high };
    };
    const n = spends.length;
    return {
      name: "gain.maq",
      normalisation: "gain per row by AIPW scores against money per row, less the path of the arms' means",
      ties: "tied steps by row; the last step in part",
      ...{ rows: trial.rows, ...settings },
      points: spends.map((spend, k) => ({
        ...{ spend, gain: estimate(k), blind: estimate(n + k), difference: estimate(2 * n + k) },
      })),
      area: estimate(3 * n),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    scratch.release();
  }
}

function readSpends(given: readonly number[] | undefined, whole: number): number[] {
  if (given === undefined) return Array.from({ length: POINTS }, (_, k) => (whole * (k + 1)) / POINTS);
  const bad = given.find((spend) => !(spend >= 0 && Number.isFinite(spend)));
  if (bad !== undefined) throw new RangeError(`spends must be 0 or more, got ${bad}`);
  return [...new Set(given)].sort((a, b) => a - b);
}

/** Steps of all rows in the order in which a growing budget takes them. */
function stepsOf({ values, costs }: Table, effects: readonly Float64Array[]) {
  const rows: number[] = [];
  const steps: { slope: number; cost: number; gain: number }[] = [];
  const n = (values[0] as Float64Array).length;
  for (let i = 0; i < n; i++) {
    let [cost, gain] = [0, 0];
    for (const { k, slope } of hullOf(values, costs, i)) {
      const c = (costs[k] as Float64Array)[i] as number;
      const g = (effects[k] as Float64Array)[i] as number;
      rows.push(i);
      steps.push({ slope, cost: c - cost, gain: g - gain });
      [cost, gain] = [c, g];
    }
  }
  const order = descending(Float64Array.from(steps, ({ slope }) => slope));
  const at = (j: number) => steps[j] as (typeof steps)[number];
  return {
    rows: Uint32Array.from(order, (j) => rows[j] as number),
    costs: Float64Array.from(order, (j) => at(j).cost),
    gains: Float64Array.from(order, (j) => at(j).gain),
  };
}

/** Gains of the path of the arms' means: who comes first does not matter. */
function blindGains(sums: Float64Array, arms: number, spends: readonly number[]): number[] {
  const mean = (j: number) => (sums[1 + j] as number) / (sums[0] as number);
  const column = (from: number) => Array.from({ length: arms }, (_, k) => Float64Array.of(mean(from + k)));
  const [values, costs, effects] = [column(0), column(arms), column(2 * arms)];
  const corners = [{ cost: 0, gain: 0 }];
  for (const { k } of hullOf(values, costs, 0)) {
    corners.push({ cost: (costs[k] as Float64Array)[0] as number, gain: (effects[k] as Float64Array)[0] as number });
  }
  return spends.map((spend) => {
    const next = corners.findIndex(({ cost }) => cost >= spend);
    if (next < 0) return (corners.at(-1) as { gain: number }).gain;
    const [a, b] = [corners[next - 1], corners[next]] as [
      { cost: number; gain: number } | undefined,
      { cost: number; gain: number },
    ];
    return a ? a.gain + ((b.gain - a.gain) * (spend - a.cost)) / (b.cost - a.cost) : b.gain;
  });
}

function areaOf(spends: readonly number[], differences: readonly number[]): number {
  let [area, before, height] = [0, 0, 0];
  spends.forEach((spend, k) => {
    area += ((spend - before) * (height + (differences[k] as number))) / 2;
    [before, height] = [spend, differences[k] as number];
  });
  return before > 0 ? area / before : 0;
}
