/** A forest, node by node. */
import { type Forest, type Link, MISSING_LEFT, SET, WHOLE } from "../forest.js";
import { MOST_FEATURES, MOST_NODES, MOST_OUTPUTS } from "../model/check.js";

/** Most words of all sets of a file: 64 MiB. One number of a file may ask for a set as long as itself. */
const MOST_WORDS = 2 ** 24;

export interface Naming {
  /** Names of the outputs, in place of the file's. */
  outputs?: readonly string[];
  /** Names of the features, in place of the file's. */
  features?: readonly string[];
  /** Sums before the link: margins, log odds. */
  raw?: boolean;
}

export class ForestBuilder {
  readonly #roots: number[] = [];
  readonly #treeOutput: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #flags: number[] = [];
  readonly #values: number[] = [];
  readonly #sets: Uint32Array[] = [];
  #words = 0;

  /** Begins a tree and returns the number of its root, the node that is added next. */
  tree(output: number): number {
    this.#treeOutput.push(output);
    return this.#roots[this.#roots.push(this.#feature.length) - 1] as number;
  }

  get trees(): number {
    return this.#roots.length;
  }

  /** A test x ≤ threshold. */
  test(feature: number, threshold: number, missingLeft: boolean, left: number, right: number): void {
    this.#node(feature, threshold, missingLeft ? MISSING_LEFT : 0, left, right);
  }

  /** A test by set; the set has its members as bits. */
  testSet(feature: number, words: Uint32Array, missingLeft: boolean, left: number, right: number): void {
    this.#node(feature, this.#set(words), SET | (missingLeft ? MISSING_LEFT : 0), left, right);
  }

  /** A test by set that no fraction is in. */
  testWhole(feature: number, words: Uint32Array, missingLeft: boolean, left: number, right: number): void {
    this.#node(feature, this.#set(words), SET | WHOLE | (missingLeft ? MISSING_LEFT : 0), left, right);
  }

  leaf(value: number): void {
    this.#node(-1, this.#values.push(value) - 1, 0, 0, 0);
  }

  /** A leaf with a value for each output: `many` of `values` from `from` on. */
  leaves(values: ArrayLike<number>, from: number, many: number): void {
    this.#node(-1, this.#values.length, 0, 0, 0);
    for (let k = 0; k < many; k++) this.#values.push(values[from + k] as number);
  }

  #set(words: Uint32Array): number {
    this.#words += words.length;
    if (this.#words > MOST_WORDS) throw new RangeError(`the sets of categories have more than ${32 * MOST_WORDS} bits`);
    return this.#sets.push(words) - 1;
  }

  #node(feature: number, threshold: number, flags: number, left: number, right: number): void {
    if (this.#feature.length >= MOST_NODES) throw new RangeError(`a model has at most ${MOST_NODES} nodes`);
    this.#feature.push(feature);
    this.#threshold.push(threshold);
    this.#flags.push(flags);
    this.#left.push(left);
    this.#right.push(right);
  }

  forest(
    about: Pick<Forest, "features" | "outputs" | "compares" | "sums"> & Partial<Forest> & { link: Link },
    naming: Naming,
  ): Forest {
    const outputs = named("outputs", about.outputs, naming.outputs);
    return {
      zeroMissing: new Uint8Array(about.features.length),
      start: new Float64Array(outputs.length),
      scale: 1,
      bias: new Float64Array(outputs.length).fill(-0),
      ...about,
      link: naming.raw ? "identity" : about.link,
      features: named("features", about.features, naming.features),
      outputs,
      roots: Uint32Array.from([...this.#roots, this.#feature.length]),
      treeOutput: Int32Array.from(this.#treeOutput),
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      left: Uint32Array.from(this.#left),
      right: Uint32Array.from(this.#right),
      flags: Uint8Array.from(this.#flags),
      values: Float64Array.from(this.#values),
      sets: this.#sets,
    };
  }
}

function named(what: "features" | "outputs", own: string[], given: readonly string[] | undefined): string[] {
  if (given === undefined) return own;
  if (given.length !== own.length) {
    throw new RangeError(
      `${what} names ${given.length}, and the model has ${own.length}: ${own.slice(0, 8).join(", ")}`,
    );
  }
  return [...given];
}

/** A count of features, outputs or trees must fit a model. */
export function checkCount(count: number, what: "features" | "outputs", path: string): number {
  const most = what === "features" ? MOST_FEATURES : MOST_OUTPUTS;
  if (!(count <= most)) throw new RangeError(`${path} says ${count} ${what}: at most ${most}`);
  return count;
}

/** "score" where there is one, else class_0, class_1, … */
export function outputNames(count: number): string[] {
  return count === 1 ? ["score"] : Array.from({ length: count }, (_, k) => `class_${k}`);
}

/** A set of members; each is a whole number below `most`. */
export function wordsOf(members: ArrayLike<number>, most: number, path: string): Uint32Array {
  let largest = -1;
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as number;
    if (!(Number.isInteger(member) && member >= 0 && member < most))
      throw new RangeError(`${path}: category ${member} must be a whole number from 0 to ${most - 1}`);
    largest = Math.max(largest, member);
  }
  if (largest >= 32 * MOST_WORDS) throw new RangeError(`${path}: category ${largest} is above ${32 * MOST_WORDS - 1}`);
  const words = new Uint32Array((largest >> 5) + 1);
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as number;
    words[member >> 5] = (words[member >> 5] as number) | (1 << (member & 31));
  }
  return words;
}
