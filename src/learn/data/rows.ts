/** Rows of an experiment: a part of it as an experiment of its own. */
import type { NumberColumn } from "../../uplift/evaluate/types.js";
import type { CategoryColumn, Experiment } from "./types.js";

function pick<T>(column: ArrayLike<T>, rows: Uint32Array): ArrayLike<T> {
  if (Array.isArray(column)) return Array.from(rows, (i) => column[i] as T);
  const made = new (column.constructor as new (length: number) => T[])(rows.length);
  for (let k = 0; k < rows.length; k++) made[k] = column[rows[k] as number] as T;
  return made;
}

/** The rows of these numbers; columns are copied. The data were read before: kinds and lengths are right. */
export function rowsOf(data: Experiment, rows: Uint32Array): Experiment {
  const numbers = (column: NumberColumn) => pick(column, rows) as NumberColumn;
  const { treatment, outcome, cost, propensity, cluster, weight, features, ...rest } = data;
  const feature = (column: NumberColumn | CategoryColumn): NumberColumn | CategoryColumn =>
    "codes" in column
      ? { ...column, codes: pick(column.codes, rows) as Uint32Array }
      : (pick<unknown>(column, rows) as NumberColumn | (string | null)[]);
  return {
    ...rest,
    treatment: pick(treatment as ArrayLike<number>, rows),
    outcome: numbers(outcome),
    ...(cost && { cost: numbers(cost) }),
    ...(propensity && { propensity: ArrayBuffer.isView(propensity) ? numbers(propensity) : propensity }),
    ...(cluster && { cluster: pick(cluster as ArrayLike<string>, rows) }),
    ...(weight && { weight: numbers(weight) }),
    features: Object.fromEntries(Object.entries(features).map(([name, column]) => [name, feature(column)])),
  };
}
