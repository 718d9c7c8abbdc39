/** The learners by name, the simplest first: what `train` takes and what is compared where nobody names one. */
import type { Forest, ModelAbout } from "../../uplift/forest.js";
import type { Model } from "../../uplift/model/model.js";
import type { Balance } from "../data/guard.js";
import { isBinary, readExperiment } from "../data/read.js";
import type { Dropped, Experiment, TrainOptions } from "../data/types.js";
import { trainMetaLearner } from "../meta/train.js";
import type { MetaLearner } from "../meta/types.js";
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

const upliftForest = async (data: Experiment, options: LearnerOptions) => {
  const binary = isBinary(readExperiment(data).outcome);
  return trainUpliftForest(data, { trees: 50, ...options, criterion: binary ? "KL" : "ED" });
};

const meta = (learner: MetaLearner) => (data: Experiment, options: LearnerOptions) =>
  trainMetaLearner(data, { ...options, learner });

/** Simplest first. */
export const LEARNERS: readonly Learner[] = [
  {
    name: "response",
    title: "response model: one model, effects in proportion to the outcome",
    train: meta("response"),
  },
  { name: "s", title: "one model, the arm a feature", train: meta("s") },
  { name: "t", title: "two models, one an arm", train: meta("t") },
  { name: "class", title: "class transformation", train: meta("class") },
  { name: "transformed", title: "transformed outcome", train: meta("transformed") },
  { name: "uplift-forest", title: "uplift forest", train: upliftForest },
  { name: "causal-forest", title: "honest causal forest", train: trainCausalForest },
  { name: "x", title: "X-learner", train: meta("x") },
  { name: "r", title: "R-learner", train: meta("r") },
  { name: "dr", title: "doubly robust", train: meta("dr") },
  { name: "roi", title: "return on cost, direct", train: meta("roi") },
  { name: "roi-steps", title: "return on the step to the next dearer arm", train: meta("roi-steps") },
];

/** @throws {RangeError} for a name that is none. */
export function learnerOf(name: string): Learner {
  const found = LEARNERS.find((learner) => learner.name === name);
  if (found) return found;
  throw new RangeError(`there is no learner "${name}"; there are ${LEARNERS.map((one) => one.name).join(", ")}`);
}
