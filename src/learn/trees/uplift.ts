/** Uplift trees and forests: divergence criteria on rates by arm (criteria.ts has the definitions). */

import { isBinary, readExperiment, requireRows } from "../data/read.js";
import type { Experiment } from "../data/types.js";
import { CRITERIA } from "./kernel.js";
import { atLeast, checkOptions, readSettings, share } from "./options.js";
import { outcomesOf } from "./outcomes.js";
import { trainForest } from "./train.js";
import type { TrainedForest, UpliftCriterion, UpliftForestOptions } from "./types.js";

const OWN = ["criterion", "normalization", "nReg", "bootstrap", "honestFraction"];
const TWO_ARMS = ["DDP", "IT", "CIT", "IDDP"];
const ANY_OUTCOME = ["ED", "CTS", "DDP"];

/**
 * Trains an uplift forest: trees whose splits part rows by how differently the arms do in them. With one tree, no bootstrap and all
 * features it is an uplift tree.
 *
 * Defaults are causalml's forest: 10 trees, depth 5, leaves of 100 rows and 10 of each arm, n_reg 10, 10 features a node, normalised.
 * @param data arms, outcome, perhaps cost, and features by row.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming place and way out; nothing is left behind.
 * @throws {CeilingError} before it starts, where the engine's ceiling is too low for what it states.
 * @example
 * const { model, report } = await trainUpliftForest({
 *   treatment: ["none", "5 off", …], control: "none", outcome: Float32Array.of(0, 1, …), features: { age, visits, city: ["Kiel", null, …] },
 * });
 * const { "5 off": effect } = model.score({ age, visits, city: codesOf(city, categories.city) });
 */
export async function trainUpliftForest(data: Experiment, options: UpliftForestOptions = {}): Promise<TrainedForest> {
  checkOptions(options, OWN);
  const settings = readSettings(options, { trees: 10, maxDepth: 5, leastLeaf: 100, leastArm: 10 });
  const { criterion = "KL", normalization = true, nReg = 10, bootstrap = true, maxFeatures = 10 } = options;
  const honest = share(options.honestFraction ?? 1, "honestFraction");
  atLeast(nReg, "nReg", 0);
  atLeast(maxFeatures, "maxFeatures", 1);
  const read = readExperiment(data);
  checkCriterion(criterion, read.names, isBinary(read.outcome));
  const { target, outcomes } = outcomesOf(read, settings.price);
  if (settings.price !== 0 && !ANY_OUTCOME.includes(criterion)) {
    throw new RangeError(`splits at a price look at money, and ${criterion} at rates: use ${ANY_OUTCOME.join(", ")}`);
  }
  requireRows(read, 2 * settings.leastArm, Math.min(honest, honest < 1 ? 1 - honest : 1));
  return trainForest(data, read, options, settings, {
    learner: "uplift forest",
    growth: (features) => ({
      criterion,
      normalised: normalization,
      leastLeaf: settings.leastLeaf,
      leastArm: settings.leastArm,
      shrinkage: nReg,
      leastShare: 0,
      maxDepth: settings.maxDepth,
      tries: Math.min(maxFeatures, features),
      symmetric: settings.symmetric,
    }),
    draws: { seed: settings.seed, share: 1, honest, bootstrap },
    group: 1,
    leastEstimate: 1,
    target,
    outcomes,
  });
}

function checkCriterion(criterion: UpliftCriterion, names: string[], binary: boolean): void {
  const known = CRITERIA.filter((one) => one !== "causal");
  if (!known.includes(criterion)) {
    throw new RangeError(`criterion must be one of ${known.join(", ")}, got ${JSON.stringify(criterion)}`);
  }
  if (TWO_ARMS.includes(criterion) && names.length > 2) {
    throw new RangeError(
      `${criterion} compares one arm with the control, and there are ${names.length - 1}: use KL, ED, Chi or CTS`,
    );
  }
  if (!binary && !ANY_OUTCOME.includes(criterion)) {
    throw new RangeError(
      `${criterion} takes an outcome of 0 and 1: use ${ANY_OUTCOME.join(", ")}, or trainCausalForest, for this one`,
    );
  }
}
