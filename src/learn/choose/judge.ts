/** A trained model on the test split: what its decisions are worth there. */
import { Engine } from "../../engine/engine.js";
import { sampleRatioOf } from "../../uplift/evaluate/checks.js";
import type { Checks } from "../../uplift/evaluate/types.js";
import type { Model } from "../../uplift/model/model.js";
import { readExperiment } from "../data/read.js";
import { effectsOf } from "../data/score.js";
import { type TestSplit, useSplit } from "../data/split.js";
import type { Experiment } from "../data/types.js";
import { type PolicyWorth, type Valued, Worth } from "./value.js";

export interface Judged {
  /** What the model's decisions bring per row over giving nobody anything, mean over ten budgets. */
  worth: Omit<PolicyWorth, "rows">;
  random: Omit<PolicyWorth, "rows">;
  /** The model less an order that knows nothing. */
  overRandom: Valued;
  rows: number;
  fingerprint: string;
  /** How often these rows were judged on before. Above 0 the figures flatter: what was chosen by them is not tested by them. */
  usedBefore: number;
}

/**
 * Judges a model on a test split, once: the second time it says so.
 * @param before how often the rows were used before this process, where the caller knows.
 * @throws {RangeError} where the model lacks an arm of the split.
 */
export function judgeOnTest(model: Model, split: TestSplit, before = 0, seed = 1): Judged {
  const { test, fingerprint } = split;
  const trial = readExperiment(test);
  const worth = new Worth(trial);
  const own = worth.of("model", effectsOf(model, test, trial.names.slice(1)));
  const random = worth.random(seed);
  const usedBefore = before + useSplit(split);
  const { rows: _, ...shown } = own;
  const { rows: __, ...shownRandom } = random;
  return {
    worth: shown,
    random: shownRandom,
    overRandom: worth.less(own, random),
    rows: trial.rows,
    fingerprint,
    usedBefore,
  };
}

/** Whether the arms have the rows that the given chances say. */
export function sampleRatio(data: Experiment): Checks["sampleRatio"] {
  return sampleRatioOf(readExperiment(data), data.propensity !== undefined, new Engine());
}
