/**
 * Which learner? A sensible few are cross-fitted: each row's arm is decided by a model that did not see it, and what the decisions bring is
 * counted (value.ts). Of those whose shortfall from the best lies within one standard error of that shortfall, the simplest is kept
 * (Breiman's rule, on paired rows): what an experiment cannot tell apart need not be paid for.
 */
import { plainObject, wholeNumber } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { responsesOf } from "../../uplift/evaluate/effects.js";
import { type ReadExperiment, readExperiment } from "../data/read.js";
import { rowsOf } from "../data/rows.js";
import { effectsOf } from "../data/score.js";
import { drawnFolds } from "../data/split.js";
import type { Experiment, TrainOptions } from "../data/types.js";
import { LEARNERS, type Learned, type Learner, learnerOf } from "./learners.js";
import { type PolicyWorth, type Valued, Worth } from "./value.js";

export interface ChooseOptions extends TrainOptions {
  /** Names of learners. Default: response, s, t, uplift-forest, causal-forest, dr. */
  learners?: readonly string[];
  /** Folds, 2 to 10. Default 3. */
  folds?: number;
  /** Trees of each, at most. Default: the learners' own, of the causal forest 100. */
  trees?: number;
  /** Rows that are compared on, at most; more are drawn, by unit. Default 100,000. */
  rows?: number;
}

/** One learner of the comparison. */
export interface Compared {
  learner: string;
  title: string;
  /** What its decisions bring, per row over giving nobody anything, mean over ten budgets. Undefined where it could not be trained. */
  worth?: Valued;
  curve?: { share: number; gain: number }[];
  /** The best less this one, on the same rows. */
  behind?: Valued;
  /** Why it could not be trained. */
  refused?: string;
  seconds: number;
}

export interface Choice {
  chosen: string;
  /** In words. */
  why: string;
  /** The simplest first. */
  compared: Compared[];
  /** An order that knows nothing. */
  random: Valued;
  folds: number;
  rows: number;
  seconds: number;
}

export const COMPARED = ["response", "s", "t", "uplift-forest", "causal-forest", "dr"] as const;
const FOLDS = 3;
const MOST_ROWS = 100_000;
/** Of the causal forest where it is one of many: its order is found long before its intervals are. */
const FEW_TREES = 100;
/** Features of the least squares that takes noise out of the values. */
const MOST_COLUMNS = 32;

/**
 * Compares learners by cross-fitting on what their decisions bring, and names the simplest within one standard error of the best.
 * @throws {RangeError} where none can be trained, with what the first said.
 * @example
 * const { chosen, why, compared } = await chooseLearner(data);
 */
export async function chooseLearner(data: Experiment, options: ChooseOptions = {}): Promise<Choice> {
  const started = performance.now();
  const { learners, folds, seed, most } = readOptions(options);
  const whole = readExperiment(data);
  const used = sampled(data, whole, most, seed);
  const read = used === data ? whole : readExperiment(used);
  // Who comes first is judged at the arms' mean costs: models of cost are not compared.
  const { cost: ____, ...plain } = used;
  const fold = drawnFolds(read.units, folds, seed);
  requireArms(read, fold, folds);
  const worth = new Worth(read, expectedOf(used, read), new Engine());
  const made: { learner: Learner; own?: PolicyWorth; refused?: string; seconds: number }[] = [];
  for (const [k, learner] of learners.entries()) {
    const begun = performance.now();
    const onProgress = (done: number, memory = 0) =>
      options.onProgress?.({ phase: "learners", done: k + done, total: learners.length, memory });
    try {
      const values = await crossFitted(
        learner,
        learner.name.startsWith("roi") ? used : plain,
        read,
        fold,
        folds,
        options,
        onProgress,
      );
      made.push({ learner, own: worth.of(learner.name, values), seconds: since(begun) });
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof RangeError)) throw error;
      made.push({ learner, refused: error.message, seconds: since(begun) });
    }
  }
  const able = made.filter((one): one is typeof one & { own: PolicyWorth } => one.own !== undefined);
  const best = able.reduce<(typeof able)[number] | undefined>(
    (top, one) => (top && top.own.value >= one.own.value ? top : one),
    undefined,
  );
  if (!best) throw new RangeError(made[0]?.refused ?? "there is no learner to compare");
  const compared = made.map(({ learner, own, refused, seconds }): Compared => {
    const { name, title } = learner;
    if (!own) return { learner: name, title, refused: refused as string, seconds };
    const { rows: _, name: __, curve, ...value } = own;
    return { learner: name, title, worth: value, curve, behind: worth.less(best.own, own), seconds };
  });
  const chosen = compared.find(({ behind }) => behind && behind.value <= behind.error) as Compared;
  const { rows: _, name: __, curve: ___, ...random } = worth.random(seed);
  return {
    chosen: chosen.learner,
    why: inWords(chosen, best.learner, compared),
    ...{ compared, random, folds, rows: read.rows, seconds: since(started) },
  };
}

/** A comparison, and the learner that it names trained on all rows. */
export async function trainChosen(
  data: Experiment,
  options: ChooseOptions = {},
): Promise<Learned & { choice: Choice }> {
  const choice = await chooseLearner(data, options);
  const { learners: _, folds: __, rows: ___, ...rest } = options;
  return { ...(await learnerOf(choice.chosen).train(data, rest)), choice };
}

/** What each row is worth to each arm, by models of the other folds. */
async function crossFitted(
  learner: Learner,
  data: Experiment,
  { names, rows }: ReadExperiment,
  fold: Uint8Array,
  folds: number,
  { seed, signal, allow, trees, bins }: ChooseOptions,
  onProgress: (done: number, memory?: number) => void,
): Promise<Float64Array[]> {
  const arms = names.slice(1);
  const values = arms.map(() => new Float64Array(rows));
  const most = trees ?? (learner.name === "causal-forest" ? FEW_TREES : undefined);
  for (let f = 0; f < folds; f++) {
    onProgress(f / folds);
    const [inside, outside]: [number[], number[]] = [[], []];
    for (let i = 0; i < rows; i++) (fold[i] === f ? outside : inside).push(i);
    const { model } = await learner.train(rowsOf(data, Uint32Array.from(inside)), {
      ...{ ...(seed !== undefined && { seed }), ...(bins !== undefined && { bins }), ...(signal && { signal }) },
      ...{ ...(allow && { allow }), ...(most !== undefined && { trees: most }) },
      onProgress: ({ memory }) => onProgress(f / folds, memory),
    });
    const scores = effectsOf(model, rowsOf(data, Uint32Array.from(outside)), arms);
    scores.forEach((column, k) => {
      outside.forEach((i, at) => {
        (values[k] as Float64Array)[i] = column[at] as number;
      });
    });
  }
  onProgress(1);
  return values;
}

/** m(x): least squares on the first features of numbers, out of fold. */
function expectedOf({ features }: Experiment, read: ReadExperiment): Float64Array {
  const columns = Object.entries(features).flatMap(([name, column]): [string, Float64Array][] =>
    column instanceof Float32Array || column instanceof Float64Array ? [[name, Float64Array.from(column)]] : [],
  );
  return responsesOf(read, Object.fromEntries(columns.slice(0, MOST_COLUMNS)), true)(0);
}

/** At most so many rows, whole units. */
function sampled(data: Experiment, { units, rows }: ReadExperiment, most: number, seed: number): Experiment {
  if (rows <= most) return data;
  const parts = Math.ceil(rows / most);
  // Folds of a seed of their own: what is compared on is drawn without regard to the folds below.
  const part = drawnFolds(units, parts, seed + 1);
  return rowsOf(
    data,
    Uint32Array.from({ length: rows }, (_, i) => i).filter((i) => part[i] === 0),
  );
}

function inWords({ learner, behind }: Compared, best: Learner, compared: readonly Compared[]): string {
  const others = compared.filter((one) => one.worth).length - 1;
  if (learner === best.name) {
    const simplest = compared.find((one) => one.worth)?.learner === learner;
    if (others === 0) return `${learner} is the only one that could be trained`;
    return simplest
      ? `${learner} brings most, and nothing is simpler`
      : `${learner} brings most, and everything simpler lies more than one standard error behind it`;
  }
  const { value, error } = behind as Valued;
  return (
    `${learner} is the simplest whose decisions bring within one standard error of the best: ${best.name} brings ` +
    `${value.toPrecision(2)} more per row, standard error ${error.toPrecision(2)}`
  );
}

function readOptions(options: ChooseOptions) {
  plainObject(options, "options");
  const { learners = COMPARED, folds = FOLDS, seed = 1, rows = MOST_ROWS } = options;
  if (!Array.isArray(learners) || learners.length === 0)
    throw new RangeError("learners must name one learner at least");
  const chosen = learners.map(learnerOf);
  chosen.sort((a, b) => LEARNERS.indexOf(a) - LEARNERS.indexOf(b));
  return {
    learners: chosen,
    folds: wholeNumber(folds, "folds", 2, 10),
    seed: wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER),
    most: wholeNumber(rows, "rows", 1, Number.MAX_SAFE_INTEGER),
  };
}

function requireArms({ arm, names, rows }: ReadExperiment, fold: Uint8Array, folds: number): void {
  const found = new Uint8Array(folds * names.length);
  for (let i = 0; i < rows; i++) found[(fold[i] as number) * names.length + (arm[i] as number)] = 1;
  const lost = found.indexOf(0);
  if (lost < 0) return;
  throw new RangeError(
    `a fold has no row of arm "${names[lost % names.length]}": it has too few rows to compare learners on; name a learner, or leave the arm out`,
  );
}

function since(begun: number): number {
  return (performance.now() - begun) / 1000;
}
