/**
 * Amounts that are mostly 0 and else spread over orders of magnitude: spend, lifetime value. Zero-inflated and log-normal (Wang, Liu and
 * Miao 2019): E y = P(y > 0) · e^(μ + σ²/2), a boosted logistic of whether there is anything, and boosted squares of ln y where there is;
 * σ² is what is left of ln y.
 */
import { Engine } from "../../engine/engine.js";
import type { Scorer } from "../../policy/uplift.js";
import type { Forest } from "../../uplift/forest.js";
import { Model } from "../../uplift/model/model.js";
import { withCategories } from "../data/about.js";
import { logarithms, Memory } from "../kernel.js";
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

export interface TrainedZeroInflated {
  /** The expected amount, as output "score": `chance` times `amount`. */
  model: Scorer;
  /** Whether there is anything, and how much where there is: to be kept as bytes, and joined again by `zeroInflated`. */
  chance: Model;
  amount: Model;
  categories: Record<string, readonly string[]>;
  report: {
    rows: number;
    /** Rows with an amount above 0. */
    positive: number;
    /** Variance of ln y that is left: of the rows that validate, else of the training. */
    variance: number;
    chance: BoostReport;
    amount: BoostReport;
    memory: number;
    seed: number;
    seconds: number;
  };
}

/**
 * Trains the expected amount of an outcome that is 0 for most.
 * @throws {RangeError} for an amount below 0, or where fewer than two are above it; else as `trainBoosting` does.
 * @example
 * const { model } = await trainZeroInflated({ features: { age, visits }, outcome: spend }, { earlyStopping: 20 });
 * const { score } = model.score({ age, visits });
 */
export async function trainZeroInflated(
  data: Observations,
  options: Omit<BoostingOptions, "loss" | "power"> = {},
): Promise<TrainedZeroInflated> {
  const started = performance.now();
  checkFields(
    options,
    OPTIONS.filter((name) => name !== "loss" && name !== "power"),
    "options",
  );
  const read = readObservations(data);
  const { outcome, weight } = read;
  const bad = outcome.findIndex((y) => y < 0);
  if (bad >= 0) throw new RangeError(`outcome[${bad}] is ${outcome[bad]}: amounts are 0 or more`);
  const { seed = 1, engine = new Engine(), bins, onProgress, ...asked } = options;
  const memory = new Memory(engine);
  try {
    const ready = await binnedOf(data, read, memory, options);
    const split = splitOf(ready, read, options, memory);
    const above = aboveZero(split, outcome);
    if (above.rows.length < 2) {
      throw new RangeError(
        `${above.rows.length} amounts are above 0: there is nothing to learn of how much; take more rows`,
      );
    }
    const shared = { ...asked, seed };
    const progress = (half: number) => ({
      onProgress: (done: number, total: number) =>
        onProgress?.({ phase: "trees", done: half * total + done, total: 2 * total, memory: ready.stated }),
    });
    const own = weight && { weight };
    const y = outcome.map((x) => Number(x > 0));
    const chance = await boost(ready, { y, ...own, ...split }, { ...shared, ...progress(0), loss: "logistic" });
    const logs = logarithms(
      memory,
      outcome.map((x) => (x > 0 ? x : 1)),
    );
    const amount = await boost(ready, { y: logs, ...own, ...above }, { ...shared, ...progress(1), loss: "squared" });
    const variance = amount.report.validation.reduce((least, loss) => Math.min(least, loss), Infinity);
    const left = Number.isFinite(variance) ? variance : amount.report.loss;
    const forest: Forest = {
      ...amount.forest,
      link: "exp",
      start: amount.forest.start.map((start) => start + left / 2),
    };
    const models = {
      chance: Model.from(withCategories(chance.forest, ready)),
      amount: Model.from(withCategories(forest, ready)),
    };
    return {
      ...models,
      model: zeroInflated(models.chance, models.amount),
      categories: ready.categories,
      report: {
        ...{
          rows: read.armRows[0] as number,
          positive: outcome.reduce((n, x) => n + Number(x > 0), 0),
          variance: left,
        },
        ...{ chance: chance.report, amount: amount.report, memory: ready.stated, seed },
        seconds: (performance.now() - started) / 1000,
      },
    };
  } finally {
    memory.release();
  }
}

/** What the two models together expect. @example const model = zeroInflated(Model.read(chance), Model.read(amount)); */
export function zeroInflated(chance: Scorer, amount: Scorer): Scorer {
  const only = (columns: Record<string, Float64Array>) => Object.values(columns)[0] as Float64Array;
  return {
    features: [...new Set([...chance.features, ...amount.features])],
    outputs: ["score"],
    score(columns) {
      const [p, y] = [only(chance.score(columns)), only(amount.score(columns))];
      return { score: p.map((x, i) => x * (y[i] as number)) };
    },
  };
}

/** The rows of a split whose amount is above 0. */
function aboveZero({ rows, validation }: Split, outcome: Float64Array): Required<Split> {
  const all = rows ?? Uint32Array.from(outcome, (_, i) => i);
  const isAbove = (i: number) => (outcome[i] as number) > 0;
  return { rows: all.filter(isAbove), validation: (validation ?? new Uint32Array(0)).filter(isAbove) };
}
