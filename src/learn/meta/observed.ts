/** An experiment whose chances nobody wrote down, or that was none: who got what is learned from what was known before. */
import { plainObject } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { readExperiment } from "../data/read.js";
import type { Experiment, TrainOptions } from "../data/types.js";
import { Memory } from "../kernel.js";
import { estimated } from "./propensity.js";
import { FOLDS, Stage } from "./stage.js";
import { groundOf, readOptions, requireFolds } from "./train.js";
import type { PropensityReport } from "./types.js";

export interface ChanceOptions extends Omit<TrainOptions, "allow"> {
  /** Chances are at least this. Default 0.01. */
  clip?: number;
}

export interface EstimatedChances {
  /** Chance of the arm that each row got: an experiment's `propensity`. */
  propensity: Float64Array;
  report: PropensityReport;
}

const FIELDS = ["seed", "bins", "engine", "signal", "onProgress", "clip"];

/**
 * Chances of the arms by a boosted logistic of the features, each row's by models that did not see its unit (five folds). Every learner and
 * every measure takes them as `propensity`; features then differ between the arms, so that a training needs `allow: true`. It holds as far
 * as the features say all by which people were chosen: nobody can test that.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value; {CeilingError} before it starts, where memory is too little.
 * @example
 * const { propensity } = await estimatePropensities(data);
 * const { model } = await trainCausalForest({ ...data, propensity }, { allow: true });
 */
export async function estimatePropensities(data: Experiment, options: ChanceOptions = {}): Promise<EstimatedChances> {
  plainObject(options, "options");
  const unknown = Object.keys(options).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`options has no field "${unknown}"; the fields are ${FIELDS.join(", ")}`);
  const settings = readOptions({ ...options, propensity: "estimated" });
  const { propensity: _, cost: __, ...observed } = data;
  const read = readExperiment(observed);
  requireFolds(read, "estimating chances");
  const memory = new Memory(options.engine ?? new Engine());
  try {
    const { ready, ground } = await groundOf(observed, read, memory, settings, options);
    const total = FOLDS * (read.names.length === 2 ? 1 : read.names.length);
    let models = 0;
    const progress = () => options.onProgress?.({ phase: "models", done: models, total, memory: ready.stated });
    progress();
    const done = () => {
      models++;
      progress();
    };
    const { own, report } = await estimated(new Stage({ ...ground, done }), settings.clip, 0);
    return { propensity: own, report };
  } finally {
    memory.release();
  }
}
