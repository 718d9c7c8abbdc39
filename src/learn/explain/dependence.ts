/** What a model says on the mean where one feature is set to a number. */
import { plainObject, wholeNumber } from "../../engine/check.js";
import type { Model } from "../../uplift/model/model.js";
import { columnsInOrder, type ScoreColumns } from "../../uplift/model/rows.js";

export interface DependenceOptions {
  /** How many numbers to set, spread over those that there are by rank. Default 20. */
  points?: number;
  /** These numbers instead, NaN for missing. */
  at?: ArrayLike<number>;
}

export interface Dependence {
  feature: string;
  at: Float64Array;
  /** By output: the mean over the rows where the feature is that number. */
  outputs: Record<string, Float64Array>;
}

/**
 * Partial dependence (Friedman 2001): the mean of each output over the rows, with one feature set to one number for all. Of a model of
 * uplift, how the effect goes with it. Where features go together it also asks of people that there are not.
 * @throws {TypeError | RangeError} for columns that are not right, a feature that the model does not ask for, one that is always missing.
 * @example const { at, outputs } = dependenceOf(model, columns, "age"); // outputs["5 off"][k]: the mean effect at age at[k]
 */
export function dependenceOf(
  model: Model,
  columns: ScoreColumns,
  feature: string,
  options: DependenceOptions = {},
): Dependence {
  plainObject(options, "options");
  const { columns: given, rows } = columnsInOrder(model.features, columns);
  const f = model.features.indexOf(feature);
  if (f < 0)
    throw new RangeError(`the model asks for no "${feature}"; it asks for ${model.features.slice(0, 12).join(", ")}`);
  if (rows === 0) throw new RangeError("columns have no rows: a mean needs some");
  const points = wholeNumber(options.points ?? 20, "points", 2, 1000);
  const column = given[f] as Float32Array | Float64Array;
  const at = options.at === undefined ? quantiles(column, points, feature) : Float64Array.from(options.at);
  const base = Object.fromEntries(model.features.map((name, i) => [name, given[i] as Float32Array | Float64Array]));
  const outputs = Object.fromEntries(model.outputs.map((name) => [name, new Float64Array(at.length)]));
  const set = column.slice();
  for (const [k, x] of at.entries()) {
    const scores = model.score({ ...base, [feature]: set.fill(x) });
    for (const name of model.outputs) {
      let sum = 0;
      for (const y of scores[name] as Float64Array) sum += y;
      (outputs[name] as Float64Array)[k] = sum / rows;
    }
  }
  return { feature, at, outputs };
}

/** Different numbers of a column, evenly by rank, the least and the greatest among them. */
function quantiles(column: Float32Array | Float64Array, points: number, feature: string): Float64Array {
  const sorted = Float64Array.from(column.filter((x) => !Number.isNaN(x))).sort();
  if (sorted.length === 0) throw new RangeError(`"${feature}" is missing in all rows: say where with { at }`);
  const ranks = Array.from({ length: points }, (_, k) => Math.round((k * (sorted.length - 1)) / (points - 1)));
  return Float64Array.from(new Set(ranks.map((rank) => sorted[rank] as number)));
}
