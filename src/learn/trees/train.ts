/** What both kinds of forests share: experiment in, trees grown one after the other, forest out. */
import { breath } from "../../engine/breath.js";
import { Engine } from "../../engine/engine.js";
import { Model } from "../../uplift/model/model.js";
import { withCategories } from "../data/about.js";
import { type Binned, binned, stateMemory } from "../data/binned.js";
import type { ReadExperiment } from "../data/read.js";
import type { Experiment } from "../data/types.js";
import { ForestBuilder } from "../forest.js";
import { Memory } from "../kernel.js";
import { type Draws, type Ground, Grower, type GrownTree, type Growth, growerBytes, nodeLimit } from "./kernel.js";
import type { Settings } from "./options.js";
import type { ForestOptions, TrainedForest, TrainReport } from "./types.js";

/** Readings of a number between two turns for everyone else: some 20 ms. */
const BUDGET = 1e7;

/** What a kind of forest decides. */
export interface Plan {
  learner: TrainReport["learner"];
  growth: (features: number) => Growth;
  draws: Draws;
  /** Trees of a group share their units. */
  group: number;
  /** Least rows of an arm in a leaf, of those that give the estimates. */
  leastEstimate: number;
  /** What splits look at, and what leaves say, by row. */
  target: Float64Array;
  outcomes: { prefix: string; y: Float64Array }[];
}

export async function trainForest(
  data: Experiment,
  read: ReadExperiment,
  options: ForestOptions,
  settings: Settings,
  plan: Plan,
): Promise<TrainedForest> {
  const started = performance.now();
  const engine = options.engine ?? new Engine();
  const memory = new Memory(engine);
  try {
    const { rows, names, armRows } = read;
    const seen = plan.draws.share;
    const rarest = Math.min(...armRows);
    const limitOf = (features: number) => nodeLimit({ rows: rows * seen }, plan.growth(features), rarest * seen);
    const shape = { rows, features: 0, armCount: names.length, unitCount: read.unitCount };
    const columnBytes = 8 * rows * (1 + plan.outcomes.length);
    const beside = (features: number) => {
      const outcomes = plan.outcomes.map(() => 0);
      return columnBytes + growerBytes({ ...shape, features, outcomes } as unknown as Ground, limitOf(features));
    };
    const ready = await binned(data, read, memory, { ...options, seed: settings.seed, bins: settings.bins }, beside);
    const ground = groundOf(ready, read, plan, memory);
    const limit = limitOf(ground.features);
    stateMemory(memory, growerBytes(ground, limit));
    const grower = new Grower(memory, ground, plan.growth(ground.features), plan.draws, limit);
    const outputs = plan.outcomes.flatMap(({ prefix }) => names.slice(1).map((name) => `${prefix}${name}`));
    const builder = new ForestBuilder<GrownTree>(ready, outputs, (tree, node) =>
      effectsOf(tree, node, plan.outcomes.length, names.length),
    );
    let fallen = 0;
    const progress = (done: number) =>
      options.onProgress?.({ phase: "trees", done, total: settings.trees, memory: ready.stated });
    progress(0);
    let spent = 0;
    for (let tree = 0; tree < settings.trees; tree++) {
      options.signal?.throwIfAborted();
      grower.plant(tree, Math.floor(tree / plan.group));
      while (!grower.grow(BUDGET)) {
        await breath();
        options.signal?.throwIfAborted();
      }
      const grown = grower.finish(plan.leastEstimate);
      if (!grown) throw new RangeError(starved(tree, plan));
      builder.add(grown);
      fallen += grown.fallen;
      progress(tree + 1);
      spent += rows;
      if (spent * ground.features > BUDGET) {
        await breath();
        spent = 0;
      }
    }
    options.signal?.throwIfAborted();
    const forest = withCategories(builder.done(), ready);
    const { leaves, depth } = builder;
    return {
      forest,
      model: Model.from(forest),
      categories: ready.categories,
      report: {
        learner: plan.learner,
        criterion: plan.growth(ground.features).criterion,
        rows: armRows.reduce((sum, n) => sum + n, 0),
        arms: names.map((name, a) => ({ name, rows: armRows[a] as number })),
        trees: settings.trees,
        ...{ leaves, depth, fallenLeaves: fallen, importance: builder.importance() },
        ...{ dropped: ready.dropped, balances: ready.balances },
        memory: ready.stated,
        seed: settings.seed,
        seconds: (performance.now() - started) / 1000,
      },
    };
  } finally {
    memory.release();
  }
}

/** Of a leaf: every arm's mean less the control's, by outcome. */
function effectsOf({ means }: GrownTree, node: number, outcomes: number, arms: number): Float64Array {
  const effects = new Float64Array(outcomes * (arms - 1));
  for (let o = 0; o < outcomes; o++) {
    const first = (node * outcomes + o) * arms;
    const control = means[first] as number;
    for (let a = 1; a < arms; a++) effects[o * (arms - 1) + a - 1] = (means[first + a] as number) - control;
  }
  return effects;
}

function groundOf(ready: Binned, read: ReadExperiment, plan: Plan, memory: Memory): Ground {
  const { rows, bins, stride, counts, arms, units, unitCount, weights } = ready;
  const target = memory.put(plan.target);
  return {
    ...{ rows, features: counts.length, bins, stride, counts, arms, units, unitCount, weights, target },
    armCount: read.names.length,
    outcomes: plan.outcomes.map(({ y }) => (y === plan.target ? target : memory.put(y))),
  };
}

function starved(tree: number, { leastEstimate }: Plan): string {
  return (
    `tree ${tree} drew fewer than ${leastEstimate} rows of an arm to estimate from: ` +
    "raise sampleFraction, leave the arm out, or lower minSamplesTreatment"
  );
}
