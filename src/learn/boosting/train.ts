/** Boosting as it is asked for from outside. */
import { Engine } from "../../engine/engine.js";
import type { Forest } from "../../uplift/forest.js";
import { Model } from "../../uplift/model/model.js";
import { withCategories } from "../data/about.js";
import type { Binned } from "../data/binned.js";
import type { ReadExperiment } from "../data/read.js";
import type { Dropped } from "../data/types.js";
import { Memory } from "../kernel.js";
import { type BoostReport, boost } from "./boost.js";
import {
  type BoostingOptions,
  binnedOf,
  checkFields,
  type Observations,
  OPTIONS,
  readObservations,
  type Split,
  splitOf,
} from "./observations.js";

export interface BoostingReport extends BoostReport {
  rows: number;
  /** Rows that were kept apart to say when to stop; none without `earlyStopping`. */
  validationRows: number;
  dropped: Dropped[];
  /** Bytes of the engine's memory that were stated before the training began. */
  memory: number;
  seed: number;
  seconds: number;
}

export interface TrainedBoosting {
  /** One output, "score": the expected outcome. */
  model: Model;
  forest: Forest;
  /** Texts of each feature of categories: the model scores their places in these lists (`codesOf`). */
  categories: Record<string, readonly string[]>;
  report: BoostingReport;
}

/**
 * Trains gradient boosted trees on an outcome: of responses ("logistic"), amounts ("squared"), amounts that are mostly 0 ("tweedie").
 * It says what people do, not what an offer changes: for that see `trainMetaLearner` and the forests.
 *
 * With `earlyStopping` a fifth of the rows, drawn by the seed and by cluster, is kept apart, and the trees are those at which its loss was least.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming the place; a constant outcome, features that say nothing.
 * @throws {CeilingError} where it does not fit under the engine's ceiling, before it begins.
 * @example
 * const { model, report } = await trainBoosting({ features: { age, visits }, outcome: spend }, { loss: "tweedie", earlyStopping: 20 });
 */
export async function trainBoosting(data: Observations, options: BoostingOptions = {}): Promise<TrainedBoosting> {
  const started = performance.now();
  checkFields(options, OPTIONS, "options");
  const read = readObservations(data);
  const { seed = 1, engine = new Engine() } = options;
  const memory = new Memory(engine);
  try {
    const ready = await binnedOf(data, read, memory, options);
    const split = splitOf(ready, read, options, memory);
    const { forest, report } = await boostRead(ready, read, split, options);
    const described = withCategories(forest, ready);
    return {
      model: Model.from(described),
      forest: described,
      categories: ready.categories,
      report: {
        ...{ ...report, rows: read.armRows[0] as number, validationRows: split.validation?.length ?? 0, seed },
        ...{ dropped: ready.dropped, memory: ready.stated, seconds: (performance.now() - started) / 1000 },
      },
    };
  } finally {
    memory.release();
  }
}

function boostRead(
  ready: Binned & { stated: number },
  { outcome, weight }: ReadExperiment,
  split: Split,
  options: BoostingOptions,
) {
  const { bins, engine, onProgress, ...asked } = options;
  return boost(
    ready,
    { y: outcome, ...(weight && { weight }), ...split },
    {
      ...asked,
      onProgress: (done, total) => onProgress?.({ phase: "trees", done, total, memory: ready.stated }),
    },
  );
}
