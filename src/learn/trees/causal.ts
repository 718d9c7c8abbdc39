/** Honest causal forests: splits part rows by their effects, other rows give the leaves, pairs of trees say how sure it is. */
import { wholeNumber } from "../../engine/check.js";
import { numbers } from "../../uplift/evaluate/trial.js";
import { readExperiment, requireRows } from "../data/read.js";
import type { Experiment } from "../data/types.js";
import { atLeast, checkOptions, readSettings, share } from "./options.js";
import { outcomesOf } from "./outcomes.js";
import { trainForest } from "./train.js";
import type { CausalForestOptions, TrainedForest } from "./types.js";

const OWN = ["sampleFraction", "honestFraction", "alpha", "baseline"];
/** Trees that share a half of the units. */
export const GROUP = 2;

/**
 * Trains an honest causal forest for one arm or several: any outcome, any number of arms, effects with standard errors by
 * `intervalsOf`. Splits follow the gradient of the effects (Athey, Tibshirani and Wager 2019), for all arms at once; a leaf holds, for
 * each arm, its mean less the control's, of rows that had no part in the splits; the forest is the mean of its trees.
 *
 * Defaults: 500 trees, half of the units for a pair of trees, half of those for a tree's structure, 5 rows of each arm and 10 in all in a
 * leaf, a child at least 5 % of its node, √p + 20 features a node. Leaves as small as that are what intervals need to cover; where the
 * order of the effects is all that counts, a `minSamplesTreatment` of 50 to 100 finds it better (correlation with the true effects of the
 * generated campaign 0.67 instead of 0.52).
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming place and way out; nothing is left behind.
 * @throws {CeilingError} before it starts, where the engine's ceiling is too low for what it states.
 * @example
 * const trained = await trainCausalForest({ treatment, outcome: spend, features: { age, visits } }, { trees: 200 });
 * const { "5 off": { effect, error } } = intervalsOf(trained.model, { age, visits });
 */
export async function trainCausalForest(data: Experiment, options: CausalForestOptions = {}): Promise<TrainedForest> {
  checkOptions(options, OWN);
  // A symmetric tree has all leaves of its depth.
  const maxDepth = options.symmetric ? 6 : 1_000;
  const settings = readSettings(options, { trees: 500, maxDepth, leastLeaf: 10, leastArm: 5 });
  const drawn = share(options.sampleFraction ?? 0.5, "sampleFraction");
  const honest = share(options.honestFraction ?? 0.5, "honestFraction");
  const alpha = options.alpha ?? 0.05;
  if (atLeast(alpha, "alpha", 0) >= 0.5) throw new RangeError(`alpha must be below 0.5, got ${alpha}`);
  if (options.maxFeatures !== undefined) wholeNumber(options.maxFeatures, "maxFeatures", 1, 2 ** 31);
  // Pairs of trees: the odd one would have nobody to be held against.
  const trees = Math.ceil(settings.trees / GROUP) * GROUP;
  const read = readExperiment(data);
  if (options.baseline !== undefined) {
    const baseline = numbers(options.baseline, "baseline", read.rows);
    read.outcome = read.outcome.map((y, i) => y - (baseline[i] as number));
  }
  const seen = drawn * (honest < 1 ? Math.min(honest, 1 - honest) : 1);
  requireRows(read, 2 * settings.leastArm, seen);
  return trainForest(
    data,
    read,
    options,
    { ...settings, trees },
    {
      learner: "causal forest",
      growth: (features) => ({
        criterion: "causal",
        normalised: false,
        leastLeaf: settings.leastLeaf,
        leastArm: settings.leastArm,
        shrinkage: 0,
        leastShare: alpha,
        maxDepth: settings.maxDepth,
        tries: Math.min(options.maxFeatures ?? Math.ceil(Math.sqrt(features) + 20), features),
        symmetric: settings.symmetric,
      }),
      draws: { seed: settings.seed, share: drawn, honest, bootstrap: false },
      group: GROUP,
      leastEstimate: 1,
      ...outcomesOf(read, settings.price),
    },
  );
}
