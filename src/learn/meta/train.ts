/** Meta-learners: boosted models of outcomes, added up to effects. */

import { finiteNumber, plainObject, wholeNumber } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { numbers } from "../../uplift/evaluate/trial.js";
import { Model } from "../../uplift/model/model.js";
import { boosterBytes } from "../boosting/kernel.js";
import { withCategories } from "../data/about.js";
import { BINS, binned } from "../data/binned.js";
import { type ReadExperiment, readExperiment } from "../data/read.js";
import type { Experiment, TrainOptions } from "../data/types.js";
import { foldsOf, Memory } from "../kernel.js";
import { atLeast } from "../trees/options.js";
import { FORMULAS, modelsOf, type Sum } from "./formulas.js";
import { joined, type Part } from "./join.js";
import { estimated, given, type Propensities } from "./propensity.js";
import { directRoi } from "./roi.js";
import { FOLDS, Stage, type StageInput } from "./stage.js";
import type { MetaLearner, MetaOptions, TrainedMeta } from "./types.js";

const LEARNERS: readonly MetaLearner[] = [
  ...(["response", "class", "transformed", "s", "t", "x", "r", "dr", "roi", "roi-steps"] as const),
];
const FIELDS = [
  ...["seed", "bins", "allow", "engine", "signal", "onProgress", "learner", "trees", "leaves", "learningRate"],
  ...["minSamplesLeaf", "earlyStopping", "propensity", "clip", "trim"],
];

/**
 * Trains a meta-learner over gradient boosting, of one arm or several, nuisances out of fold (five, by unit). Effects on cost are
 * learned beside those on value where a cost is given; a cost that is one number an arm is taken as it is.
 *
 * All models are trained on squared loss, so that their sums and differences are sums of trees: one forest, one pass to score.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming place and way out; nothing is left behind.
 * @throws {CeilingError} before it starts, where the engine's ceiling is too low for what it states.
 * @example
 * const { model, report } = await trainMetaLearner({ treatment, control: "none", outcome: spend, cost, features }, { learner: "dr" });
 * const { "value_5 off": effect, "cost_5 off": cost } = model.score(columns);
 */
export async function trainMetaLearner(data: Experiment, options: MetaOptions = {}): Promise<TrainedMeta> {
  const started = performance.now();
  const settings = readOptions(options);
  const read = readExperiment(data);
  requireFolds(read, `the learner "${settings.learner}"`);
  const isRoi = settings.learner === "roi" || settings.learner === "roi-steps";
  if (isRoi && !read.cost)
    throw new RangeError(`the learner "${settings.learner}" needs cost: value per unit of what?`);
  const memory = new Memory(options.engine ?? new Engine());
  try {
    const { ready, ground } = await groundOf(data, read, memory, settings, options);
    const learned = read.cost && !isRoi ? [read.outcome, read.cost] : [read.outcome];
    const total = modelsOf(settings.learner, read.names.length) * learned.filter((y) => !byArm(read, y)).length;
    let models = 0;
    const progress = () =>
      options.onProgress?.({ phase: "models", done: models, total: Math.max(total, models + 1), memory: ready.stated });
    progress();
    const input: StageInput = {
      ...ground,
      done: () => {
        models++;
        progress();
      },
    };
    const first = new Stage(input);
    let stage = first;
    const chances =
      settings.propensity === "estimated" ? await estimated(stage, settings.clip, settings.trim) : given(read, data);
    if (chances.kept) stage = new Stage({ ...input, weight: trimmed(read, ground.weight, chances) });
    const made = isRoi
      ? await directRoi(stage, chances, settings, options, settings.learner === "roi-steps")
      : await effects(stage, chances, settings.learner as keyof typeof FORMULAS);
    options.signal?.throwIfAborted();
    const forest = withCategories(made.forest, ready);
    return {
      model: Model.from(forest),
      forest,
      categories: ready.categories,
      report: {
        learner: settings.learner,
        rows: read.armRows.reduce((sum, n) => sum + n, 0),
        arms: read.names.map((name, a) => ({ name, rows: read.armRows[a] as number })),
        trees: forest.treeOutput.length,
        leaves: forest.feature.reduce((n, f) => n + Number(f === -1), 0),
        models: stage.models + (stage === first ? 0 : first.models),
        folds: stage.crossFitted ? FOLDS : 0,
        propensity: chances.report,
        ...(made.scale && { scale: made.scale }),
        ...{ dropped: ready.dropped, balances: ready.balances, memory: ready.stated, seed: settings.seed },
        seconds: (performance.now() - started) / 1000,
      },
    };
  } finally {
    memory.release();
  }
}

/** Rows in memory, folds, and what every model is boosted with. Features may differ between the arms where chances are estimated. */
export async function groundOf(
  data: Experiment,
  read: ReadExperiment,
  memory: Memory,
  settings: MetaSettings,
  options: TrainOptions,
): Promise<{ ready: Awaited<ReturnType<typeof binned>>; ground: Omit<StageInput, "done"> }> {
  const allow = settings.propensity === "estimated" ? true : options.allow;
  const binOptions = { ...options, allow, seed: settings.seed, bins: settings.bins } as Parameters<typeof binned>[3];
  // Targets, weights and predictions; one model at a time, with the arm as a column of its own.
  const beside = (count: number) =>
    64 * read.rows + boosterBytes(read.rows, count + 1, settings.bins + 1, settings.boost.leaves);
  const ready = await binned(data, read, memory, binOptions, beside);
  const weight = data.weight === undefined ? undefined : numbers(data.weight, "weight", read.rows);
  const folds = ready.folds ?? foldsOf(memory, ready.units, read.rows, FOLDS, settings.seed);
  return {
    ready,
    ground: { binned: ready, read, weight, folds, options: { ...settings.boost, signal: options.signal } },
  };
}

/** Effects on the outcome, and on the cost where there is one. */
async function effects(stage: Stage, chances: Propensities, learner: keyof typeof FORMULAS) {
  const { names, outcome, cost } = stage.read;
  const arms = names.slice(1);
  const formula = FORMULAS[learner];
  const of = async (y: Float64Array, name: string): Promise<Sum> => {
    const constants = byArm(stage.read, y);
    if (constants) return { parts: [], constants };
    // Costs are no classes: the transformed outcome is what class transformation is of other numbers.
    const suits = learner === "class" && name === "cost" && y.some((c) => c !== 0 && c !== 1);
    return (suits ? FORMULAS.transformed : formula)({ stage, chances, y, name });
  };
  const value = await of(outcome, "outcome");
  if (!cost) return { forest: joined(stage.binned, arms, value.parts, value.constants), scale: undefined };
  const spent = await of(cost, "cost");
  const outputs = [...arms.map((arm) => `value_${arm}`), ...arms.map((arm) => `cost_${arm}`)];
  const nothing = arms.map(() => 0);
  const parts: Part[] = [
    ...value.parts.map(({ forest, shares }) => ({ forest, shares: [...shares, ...nothing] })),
    ...spent.parts.map(({ forest, shares }) => ({ forest, shares: [...nothing, ...shares] })),
  ];
  return { forest: joined(stage.binned, outputs, parts, [...value.constants, ...spent.constants]), scale: undefined };
}

/** Differences to the control where an arm's rows all have one number; undefined where one differs. */
function byArm({ names, arm }: ReadExperiment, y: Float64Array): number[] | undefined {
  const first = new Array<number>(names.length);
  for (let i = 0; i < y.length; i++) {
    const a = arm[i] as number;
    first[a] ??= y[i] as number;
    if (first[a] !== y[i]) return undefined;
  }
  return first.slice(1).map((c) => c - (first[0] as number));
}

function trimmed({ rows }: ReadExperiment, weight: Float64Array | undefined, { kept }: Propensities): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => (kept?.[i] === 0 ? 0 : (weight?.[i] ?? 1)));
}

export interface MetaSettings {
  learner: MetaLearner;
  seed: number;
  bins: number;
  propensity: "given" | "estimated";
  clip: number;
  trim: number;
  boost: { trees: number; leaves: number; learningRate: number; minSamplesLeaf: number; earlyStopping: number };
}

export function readOptions(options: MetaOptions): MetaSettings {
  plainObject(options, "options");
  const unknown = Object.keys(options).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`options has no field "${unknown}"; the fields are ${FIELDS.join(", ")}`);
  const { learner = "t", seed = 1, bins = BINS, propensity = "given", clip = 0.01, trim = 0 } = options;
  if (!LEARNERS.includes(learner))
    throw new RangeError(`learner must be one of ${LEARNERS.join(", ")}, got ${JSON.stringify(learner)}`);
  if (propensity !== "given" && propensity !== "estimated")
    throw new RangeError(`propensity must be "given" or "estimated", got ${JSON.stringify(propensity)}`);
  for (const [name, value] of [["clip", clip] as const, ["trim", trim] as const]) {
    if (!(finiteNumber(value, name) >= 0 && value < 0.5))
      throw new RangeError(`${name} must be from 0 to below 0.5, got ${value}`);
  }
  const { trees = 200, leaves = 8, learningRate = 0.05, minSamplesLeaf = 50, earlyStopping = 10 } = options;
  if (!(finiteNumber(learningRate, "learningRate") > 0 && learningRate <= 1))
    throw new RangeError(`learningRate must be above 0 and at most 1, got ${learningRate}`);
  return {
    ...{ learner, propensity, clip, trim },
    seed: wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER),
    bins: wholeNumber(bins, "bins", 2, BINS),
    boost: {
      trees: wholeNumber(trees, "trees", 1, 100_000),
      leaves: wholeNumber(leaves, "leaves", 2, 4_096),
      learningRate,
      minSamplesLeaf: atLeast(minSamplesLeaf, "minSamplesLeaf", 1),
      earlyStopping: wholeNumber(earlyStopping, "earlyStopping", 1, 100_000),
    },
  };
}

/** Least rows of an arm: two for each fold and its validation. */
const LEAST_ROWS = 4 * FOLDS;

export function requireFolds({ names, armRows }: ReadExperiment, what: string): void {
  armRows.forEach((n, a) => {
    if (n >= LEAST_ROWS) return;
    throw new RangeError(
      `arm "${names[a]}" has ${n} rows, and ${what} in ${FOLDS} folds needs ${LEAST_ROWS}: leave the arm out, or join ` +
        "it with another",
    );
  });
}
