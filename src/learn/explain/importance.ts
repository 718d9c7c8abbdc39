/** What a model loses without a feature: its column shuffled, and the scores judged again. */
import { breath } from "../../engine/breath.js";
import { plainObject, wholeNumber } from "../../engine/check.js";
import type { Model } from "../../uplift/model/model.js";
import type { Scores } from "../../uplift/model/placed.js";
import { columnsInOrder, type ScoreColumns } from "../../uplift/model/rows.js";
import { shuffled } from "./shuffle.js";

export interface ImportanceOptions {
  /** How often each feature is shuffled. Default 10. */
  repeats?: number;
  /** A whole number below 2^32: the same seed gives the same numbers everywhere. Default 1. */
  seed?: number;
  /** Features to look at. Default: all of the model's. */
  features?: readonly string[];
  signal?: AbortSignal;
  /** Features that are done, of all. */
  onProgress?: (done: number, total: number) => void;
}

export interface Importance {
  feature: string;
  /** What the measure loses on the mean of the shuffles; below 0 where the feature only disturbs. */
  drop: number;
  /** Standard error of that mean over the shuffles: not over other people. */
  error: number;
}

/**
 * Permutation importance (Breiman 2001): by feature, how much less the model is worth when the feature says nothing. Largest first.
 *
 * @param columns rows that the model was not trained on, by feature name.
 * @param measure what scores of these rows are worth, more is better: a Qini coefficient, a policy's value. It is called
 *   features × repeats + 1 times.
 * @returns the measure as it is, and what it loses by feature. Two features that say the same share what both together are worth.
 * @throws {TypeError | RangeError} for columns that are not right, and a measure that is no finite number.
 * @example
 * const qini = ({ uplift }: Scores) => evaluate({ treatment, outcome, scores: { uplift } }, { resamples: 0, metrics: ["qini.sklift"] })
 *   .comparisons[0].scores[0].metrics[0].value;
 * const { features } = await importanceOf(model, columns, qini, { seed: 7 });
 */
export async function importanceOf(
  model: Model,
  columns: ScoreColumns,
  measure: (scores: Scores) => number,
  options: ImportanceOptions = {},
): Promise<{ value: number; features: Importance[] }> {
  plainObject(options, "options");
  if (typeof measure !== "function")
    throw new TypeError(`measure must be a function of the scores, got ${typeof measure}`);
  const repeats = wholeNumber(options.repeats ?? 10, "repeats", 2, 1000);
  const seed = wholeNumber(options.seed ?? 1, "seed", 0, 2 ** 32 - 1);
  const { columns: given, rows } = columnsInOrder(model.features, columns);
  const asked = options.features ?? model.features;
  for (const name of asked) {
    if (!model.features.includes(name)) {
      throw new RangeError(`the model asks for no "${name}"; it asks for ${model.features.slice(0, 12).join(", ")}`);
    }
  }
  const base = Object.fromEntries(model.features.map((name, f) => [name, given[f] as Float32Array | Float64Array]));
  const value = worthOf(measure, model.score(base), "the model as it is");
  const features: Importance[] = [];
  for (const [done, feature] of asked.entries()) {
    const f = model.features.indexOf(feature);
    const column = base[feature] as Float32Array | Float64Array;
    const drops: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      options.signal?.throwIfAborted();
      const order = shuffled(rows, [seed, f, repeat]);
      const mixed = column.slice();
      for (let i = 0; i < rows; i++) mixed[i] = column[order[i] as number] as number;
      drops.push(value - worthOf(measure, model.score({ ...base, [feature]: mixed }), `"${feature}" shuffled`));
      await breath();
    }
    const drop = drops.reduce((sum, x) => sum + x, 0) / repeats;
    const spread = drops.reduce((sum, x) => sum + (x - drop) ** 2, 0) / (repeats - 1);
    features.push({ feature, drop, error: Math.sqrt(spread / repeats) });
    options.onProgress?.(done + 1, asked.length);
  }
  return { value, features: features.sort((a, b) => b.drop - a.drop) };
}

function worthOf(measure: (scores: Scores) => number, scores: Scores, what: string): number {
  const worth = measure(scores);
  if (Number.isFinite(worth)) return worth;
  throw new RangeError(`the measure of ${what} is ${worth}: it must be a finite number`);
}
