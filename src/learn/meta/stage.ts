/** What all meta-learners stand on: the rows once in memory, folds by unit, chances of the arms, boosted models of any target. */

import { type Boosted, type BoostOptions, boost } from "../boosting/boost.js";
import type { Binned } from "../data/binned.js";
import type { ReadExperiment } from "../data/read.js";
import { logarithms, sigmoids } from "../kernel.js";

/** Folds of cross-fitting. */
export const FOLDS = 5;

/** Chances of the arms, by row. */
export interface Chances {
  /** Of the arm that the row got. */
  own: Float64Array;
  /** Of any arm; undefined where only the chance of the row's own arm is known. */
  of?: (arm: number) => ArrayLike<number>;
}

export interface StageInput {
  binned: Binned;
  read: ReadExperiment;
  /** The caller's own weights, chances apart. */
  weight: Float64Array | undefined;
  folds: Uint8Array;
  options: BoostOptions;
  /** Called when a model is done. */
  done: () => void;
}

/** A target by row; NaN where a row has none and takes no part. */
export interface Task {
  y: Float64Array;
  /** Beside the caller's. */
  weight?: Float64Array;
  /** Adds the arm as a feature, behind the others. */
  withArm?: boolean;
  loss?: "squared" | "logistic";
}

export class Stage {
  readonly rows: number;
  readonly arms: number;
  readonly read: ReadExperiment;
  readonly binned: Binned;
  readonly folds: Uint8Array;
  models = 0;
  crossFitted = false;
  readonly #input: StageInput;
  readonly #fitted = new Map<string, Promise<Float64Array>>();

  constructor(input: StageInput) {
    this.#input = input;
    this.read = input.read;
    this.binned = input.binned;
    this.folds = input.folds;
    this.rows = input.read.rows;
    this.arms = input.read.names.length;
  }

  get weight(): Float64Array | undefined {
    return this.#input.weight;
  }

  /** A column of the rows of arms `a`; NaN elsewhere. */
  only(column: Float64Array, ...arms: number[]): Float64Array {
    const { arm } = this.read;
    return column.map((y, i) => (arms.includes(arm[i] as number) ? y : Number.NaN));
  }

  /** σ of raw scores. */
  probabilities(raw: Float64Array): Float64Array {
    return sigmoids(this.binned.memory, raw);
  }

  logarithms(x: Float64Array): Float64Array {
    return logarithms(this.binned.memory, x);
  }

  /** One model of all rows that have a target. One fold in five tells it when to stop. */
  async fit(task: Task): Promise<Boosted> {
    return this.#boost(task, -1);
  }

  /** Each row's prediction by a model that saw nothing of its fold. `name`: kept under it, as several learners ask for the same. */
  predicted(name: string, task: () => Task): Promise<Float64Array> {
    this.crossFitted = true;
    let found = this.#fitted.get(name);
    found ??= this.#crossFit(task());
    this.#fitted.set(name, found);
    return found;
  }

  async #crossFit(task: Task): Promise<Float64Array> {
    const out = new Float64Array(this.rows);
    for (let fold = 0; fold < FOLDS; fold++) {
      const { raw } = await this.#boost(task, fold);
      for (let i = 0; i < this.rows; i++) if (this.folds[i] === fold) out[i] = raw[i] as number;
    }
    return out;
  }

  /** Trains without a fold (−1: with all); the fold behind it is the validation. */
  async #boost({ y, weight: own, withArm, loss = "squared" }: Task, without: number): Promise<Boosted> {
    const { weight: given, options, binned } = this.#input;
    const validates = (without + 1) % FOLDS;
    const [rows, validation]: [number[], number[]] = [[], []];
    for (let i = 0; i < this.rows; i++) {
      if (Number.isNaN(y[i]) || this.folds[i] === without || given?.[i] === 0 || own?.[i] === 0) continue;
      (this.folds[i] === validates ? validation : rows).push(i);
    }
    if (rows.length === 0) throw new RangeError("a fold has no row to learn from: there are too few units in an arm");
    const weight = product(given, own);
    const target = {
      y: y.map((value) => (Number.isNaN(value) ? 0 : value)),
      rows: Uint32Array.from(rows),
      ...(validation.length > 0 && { validation: Uint32Array.from(validation) }),
      ...(weight && { weight }),
      ...(withArm && { extra: { bins: Uint8Array.from(this.read.arm), count: this.arms } }),
    };
    const made = await boost(binned, target, { ...options, loss });
    this.models++;
    this.#input.done();
    return made;
  }
}

function product(a: Float64Array | undefined, b: Float64Array | undefined): Float64Array | undefined {
  if (!a || !b) return a ?? b;
  return a.map((x, i) => x * (b[i] as number));
}
