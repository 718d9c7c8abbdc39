/** Grown trees become a forest: bins become thresholds and sets of categories, means become effects. */
import { type Forest, MISSING_LEFT, SET } from "../uplift/forest.js";
import type { Binned } from "./data/binned.js";

/** A tree as kernels leave it: nodes in the order they were made, children after their parents, siblings side by side. */
export interface Grown {
  /** Number of the tested column; −1: a leaf. */
  feature: Int32Array;
  bin: Uint8Array;
  missingLeft: Uint8Array;
  left: Uint32Array;
  gain: Float64Array;
  depth: Uint32Array;
  rows: Uint32Array;
}

interface Part {
  feature: Int32Array;
  threshold: Float64Array;
  left: Uint32Array;
  right: Uint32Array;
  flags: Uint8Array;
}

/** Collects trees; `done` gives the forest. */
export class ForestBuilder<T extends Grown> {
  readonly #binned: Pick<Binned, "columns" | "features" | "compares">;
  readonly #outputs: string[];
  readonly #says: (tree: T, node: number) => Float64Array;
  readonly #parts: Part[] = [];
  readonly #values: Float64Array[] = [];
  readonly #sets: Uint32Array[] = [];
  readonly #setOf = new Map<string, number>();
  readonly #gain: Float64Array;
  #nodes = 0;
  #valueCount = 0;
  readonly #roots: number[] = [0];
  leaves = 0;
  depth = 0;

  /** `says`: what a leaf says, by output. */
  constructor(
    binned: Pick<Binned, "columns" | "features" | "compares">,
    outputs: string[],
    says: (tree: T, node: number) => Float64Array,
  ) {
    this.#binned = binned;
    this.#outputs = outputs;
    this.#says = says;
    this.#gain = new Float64Array(binned.features.length);
  }

  add(tree: T): void {
    const { columns } = this.#binned;
    const count = tree.feature.length;
    const base = this.#nodes;
    const part = {
      feature: new Int32Array(count),
      threshold: new Float64Array(count),
      left: new Uint32Array(count),
      right: new Uint32Array(count),
      flags: new Uint8Array(count),
    };
    for (let i = 0; i < count; i++) {
      this.depth = Math.max(this.depth, tree.depth[i] as number);
      const c = tree.feature[i] as number;
      if (c < 0) {
        part.feature[i] = -1;
        part.threshold[i] = this.#leaf(tree, i);
        continue;
      }
      const column = columns[c] as (typeof columns)[number];
      part.feature[i] = column.feature;
      part.left[i] = base + (tree.left[i] as number);
      part.right[i] = base + (tree.left[i] as number) + 1;
      const missingLeft = tree.missingLeft[i] ? MISSING_LEFT : 0;
      const bin = tree.bin[i] as number;
      if (column.categories) {
        part.threshold[i] = this.#set(c, bin, column.categories, column.borders);
        part.flags[i] = SET | missingLeft;
      } else {
        part.threshold[i] = bin === 0 ? -Infinity : (column.borders[bin - 1] as number);
        part.flags[i] = missingLeft;
      }
      this.#gain[column.feature] =
        (this.#gain[column.feature] as number) + (tree.gain[i] as number) * (tree.rows[i] as number);
    }
    this.#parts.push(part);
    this.#nodes += count;
    this.#roots.push(this.#nodes);
  }

  /** Values of a leaf, put behind the others: where they begin. */
  #leaf(tree: T, node: number): number {
    const at = this.#valueCount;
    const values = this.#says(tree, node);
    this.#values.push(values);
    this.#valueCount += values.length;
    this.leaves++;
    return at;
  }

  /** Number of the set of categories whose number lies at or below the border. */
  #set(column: number, bin: number, categories: Float64Array, borders: Float64Array): number {
    const key = `${column}:${bin}`;
    let set = this.#setOf.get(key);
    if (set === undefined) {
      set = this.#sets.length;
      const border = bin === 0 ? -Infinity : (borders[bin - 1] as number);
      const words = new Uint32Array(Math.ceil(categories.length / 32));
      for (let c = 0; c < categories.length; c++) {
        if ((categories[c] as number) <= border) words[c >> 5] = ((words[c >> 5] as number) | (1 << (c & 31))) >>> 0;
      }
      this.#sets.push(words);
      this.#setOf.set(key, set);
    }
    return set;
  }

  /** Share of all gain, each split by the rows that it parts, by feature. */
  importance(): Record<string, number> {
    const total = this.#gain.reduce((sum, x) => sum + x, 0);
    return Object.fromEntries(
      this.#binned.features.map((name, f) => [name, total > 0 ? (this.#gain[f] as number) / total : 0]),
    );
  }

  done(): Forest {
    const trees = this.#parts.length;
    const outputs = this.#outputs;
    const joined = <T extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
      make: T,
      pick: (k: number) => T,
    ): T => {
      let at = 0;
      for (let k = 0; k < trees; k++) {
        const part = pick(k);
        make.set(part, at);
        at += part.length;
      }
      return make;
    };
    const part = (k: number) => this.#parts[k] as Part;
    const values = new Float64Array(this.#valueCount);
    let at = 0;
    for (const leaf of this.#values) {
      values.set(leaf, at);
      at += leaf.length;
    }
    return {
      features: this.#binned.features,
      zeroMissing: new Uint8Array(this.#binned.features.length),
      outputs,
      compares: this.#binned.compares,
      sums: "f64",
      start: new Float64Array(outputs.length),
      divisor: trees,
      scale: 1,
      bias: new Float64Array(outputs.length).fill(-0),
      link: "identity",
      roots: Uint32Array.from(this.#roots),
      treeOutput: new Int32Array(trees).fill(-1),
      feature: joined(new Int32Array(this.#nodes), (k) => part(k).feature),
      threshold: joined(new Float64Array(this.#nodes), (k) => part(k).threshold),
      left: joined(new Uint32Array(this.#nodes), (k) => part(k).left),
      right: joined(new Uint32Array(this.#nodes), (k) => part(k).right),
      flags: joined(new Uint8Array(this.#nodes), (k) => part(k).flags),
      values,
      sets: this.#sets,
    };
  }
}
