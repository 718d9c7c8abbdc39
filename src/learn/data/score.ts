/** Scores the rows of an experiment: its columns as the model asks for them. */
import type { Model } from "../../uplift/model/model.js";
import type { Scores } from "../../uplift/model/placed.js";
import { codesOf } from "./codes.js";
import type { CategoryColumn, Experiment } from "./types.js";

/** @throws {RangeError} where the experiment lacks a feature of the model. */
export function scoreExperiment(model: Model, { features }: Pick<Experiment, "features">): Scores {
  const { categories = {} } = model.about;
  const columns = Object.fromEntries(
    Object.entries(features).flatMap(([name, column]) => {
      if (column instanceof Float32Array || column instanceof Float64Array) return [[name, column]];
      const known = categories[name];
      // Of no use to the model: it was left out of the training.
      return known ? [[name, codesOf(textsOf(column as CategoryColumn), known)]] : [];
    }),
  );
  if (model.features.length === 0) return constants(model, features);
  return model.score(columns);
}

function textsOf(column: CategoryColumn): readonly (string | null)[] {
  if (!("codes" in column)) return column;
  return Array.from(column.codes, (code) => column.names[code] ?? null);
}

/** A model without features says the same of everyone. */
function constants(model: Model, features: Experiment["features"]): Scores {
  const [first] = Object.values(features);
  const rows = first === undefined ? 0 : "codes" in first ? first.codes.length : first.length;
  return model.score({ rows: new Float32Array(rows) });
}

/** What each arm brings by row, in the order of `arms`: the outputs of their names, or value_NAME. */
export function effectsOf(model: Model, data: Pick<Experiment, "features">, arms: readonly string[]): Float64Array[] {
  const scores = scoreExperiment(model, data);
  return arms.map((arm) => {
    const column = scores[`value_${arm}`] ?? scores[arm];
    if (column) return column;
    throw new RangeError(`the model has no output for the arm "${arm}"; it has ${model.outputs.join(", ")}`);
  });
}
