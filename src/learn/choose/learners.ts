/** The learners by name, the simplest first: what `train` takes and what is compared where nobody names one. */
import type { Forest, ModelAbout } from "../../uplift/forest.js";
import type { Model } from "../../uplift/model/model.js";
import type { Balance } from "../data/guard.js";
import { isBinary, readExperiment } from "../data/read.js";
import type { Dropped, Experiment, TrainOptions } from "../data/types.js";
import { trainCausalForest } from "../trees/causal.js";
import { trainUpliftForest } from "../trees/uplift.js";

/** What the learners' reports have in common. */
export interface LearnedReport {
  learner: string;
  rows: number;
  arms: { name: string; rows: number }[];
  trees: number;
  leaves: number;
  dropped: Dropped[];
  balances: Balance[];
  memory: number;
  seed: number;
  seconds: number;
}

export interface Learned {
  model: Model;
  forest: Forest;
  categories: NonNullable<ModelAbout["categories"]>;
  report: LearnedReport;
}

export interface LearnerOptions extends TrainOptions {
  /** Trees at most. Default: the learner's own. */
  trees?: number;
}

/** A learner of this package. */
export interface Learner {
  name: string;
  title: string;
  train: (data: Experiment, options: LearnerOptions) => Promise<Learned>;
}

const upliftForest = (data: Experiment, options: LearnerOptions) => {
  const binary = isBinary(readExperiment(data).outcome);
  return trainUpliftForest(data, { trees: 50, ...options, criterion: binary ? "KL" : "ED" });
};

/** Simplest first. */
export const LEARNERS: readonly Learner[] = [
  {
    name: "uplift-forest",
    title: "uplift forest (KL; of other outcomes than 0 and 1 squared distance)",
    train: upliftForest,
  },
  { name: "causal-forest", title: "honest causal forest", train: trainCausalForest },
];

/** @throws {RangeError} for a name that is none. */
export function learnerOf(name: string): Learner {
  const found = LEARNERS.find((learner) => learner.name === name);
  if (found) return found;
  throw new RangeError(`there is no learner "${name}"; there are ${LEARNERS.map((one) => one.name).join(", ")}`);
}
