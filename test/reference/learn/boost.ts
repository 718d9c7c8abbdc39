/**
 * Boosted trees as meta-learners need them: many small models of other targets on the same bins, each predicting all rows, so that no
 * second pass is needed out of fold. Squared and logistic loss, leaf by leaf (the leaf of largest gain first), missing values to the better side.
 *
 *   gradient g = w (y − f), hessian h = w           of the logistic f = σ(s), h = w f (1 − f)
 *   gain of a split   G_l² / H_l + G_r² / H_r − G² / H          value of a leaf   learningRate · G / H
 *
 * Plain TypeScript on the bins in memory: histograms are sums in the order of the rows, a sibling is the parent less its twin.
 */
import { breath } from "../../../src/engine/breath.js";
import type { Binned } from "../../../src/learn/data/binned.js";
import { logarithms, sigmoids } from "../../../src/learn/kernel.js";
import type { Forest } from "../../../src/uplift/forest.js";
import { type BoostedNode, boostedForest } from "./boosted.js";

export interface BoostOptions {
  loss?: "squared" | "logistic";
  trees: number;
  leaves: number;
  learningRate: number;
  minSamplesLeaf: number;
  /** Rounds without gain on the validation rows. */
  earlyStopping?: number;
  signal?: AbortSignal | undefined;
}

export interface BoostTarget {
  /** By row of what is binned. */
  y: Float64Array;
  weight?: Float64Array;
  /** Training rows, ascending. */
  rows: Uint32Array;
  validation?: Uint32Array;
  /** A further column of bins behind the others, from 0: the arm. */
  extra?: { bins: Uint8Array; count: number };
}

export interface Boosted {
  /** One output; the feature behind the last is `extra`. */
  forest: Forest;
  /** Raw scores of all rows. */
  raw: Float64Array;
}

/** Numbers of a bin: Σ g, Σ h, rows. */
const CELL = 3;
const NOTHING = new Float64Array(0);

interface Leaf {
  node: number;
  /** Where its rows lie, of those that train and of the others. */
  from: number;
  to: number;
  otherFrom: number;
  otherTo: number;
  histogram: Float64Array;
  sum: number;
  hessian: number;
  split?: Split | undefined;
}

interface Split {
  gain: number;
  column: number;
  bin: number;
  missingLeft: boolean;
}

export async function boost(binned: Binned, target: BoostTarget, options: BoostOptions): Promise<Boosted> {
  const run = new Run(binned, target, options);
  const { trees, earlyStopping = Number.POSITIVE_INFINITY, signal } = options;
  let spent = 0;
  while (run.trees < trees && run.trees - run.bestTrees < earlyStopping) {
    signal?.throwIfAborted();
    if (!run.grow()) break;
    spent += target.rows.length * binned.columns.length;
    if (spent < 2e6) continue;
    // Some 20 ms between two turns for everyone else.
    await breath();
    spent = 0;
  }
  return run.done();
}

class Run {
  trees = 0;
  bestTrees = 0;
  readonly #binned: Binned;
  readonly #target: BoostTarget;
  readonly #options: BoostOptions;
  readonly #raw: Float64Array;
  #bestRaw: Float64Array | undefined;
  #bestLoss = Number.POSITIVE_INFINITY;
  readonly #start: number;
  readonly #nodes: BoostedNode[][] = [];
  /** Row numbers: training rows by leaf, and all others by leaf. */
  readonly #rows: Uint32Array;
  readonly #others: Uint32Array;
  readonly #spare: Uint32Array;
  readonly #g: Float64Array;
  readonly #h: Float64Array;
  readonly #counts: number[];
  /** Where a column's bins begin in a histogram, and the end. */
  readonly #bases: number[];

  constructor(binned: Binned, target: BoostTarget, options: BoostOptions) {
    const { rows } = binned;
    this.#binned = binned;
    this.#target = target;
    this.#options = options;
    const trains = new Uint8Array(rows);
    for (const i of target.rows) trains[i] = 1;
    this.#rows = new Uint32Array(target.rows.length);
    this.#others = Uint32Array.from({ length: rows }, (_, i) => i).filter((i) => trains[i] === 0);
    this.#spare = new Uint32Array(rows);
    this.#g = new Float64Array(rows);
    this.#h = new Float64Array(rows);
    this.#counts = [...binned.counts, ...(target.extra ? [target.extra.count + 1] : [])];
    this.#bases = [0];
    for (const count of this.#counts) this.#bases.push((this.#bases.at(-1) as number) + CELL * count);
    this.#start = this.#best();
    this.#raw = new Float64Array(rows).fill(this.#start);
    this.#bestRaw = this.#raw.slice();
    this.#bestLoss = this.#loss();
  }

  /** The constant of least loss. */
  #best(): number {
    const { y, weight, rows } = this.#target;
    let [w, wy] = [0, 0];
    for (const i of rows) {
      const own = weight ? (weight[i] as number) : 1;
      w += own;
      wy += own * (y[i] as number);
    }
    if (!(w > 0)) return 0;
    if (this.#options.loss !== "logistic") return wy / w;
    const share = Math.min(1 - 1e-9, Math.max(1e-9, wy / w));
    return logarithms(this.#binned.memory, Float64Array.of(share / (1 - share)))[0] as number;
  }

  #loss(): number {
    const { y, weight, validation } = this.#target;
    if (!validation) return Number.NaN;
    const own = (i: number) => (weight ? (weight[i] as number) : 1);
    let sum = 0;
    if (this.#options.loss !== "logistic") {
      for (const i of validation) sum += own(i) * ((y[i] as number) - (this.#raw[i] as number)) ** 2;
      return sum;
    }
    const share = sigmoids(
      this.#binned.memory,
      Float64Array.from(validation, (i) => this.#raw[i] as number),
    );
    const right = logarithms(
      this.#binned.memory,
      share.map((p, k) => Math.max(1e-15, y[validation[k] as number] === 1 ? p : 1 - p)),
    );
    right.forEach((log, k) => {
      sum -= own(validation[k] as number) * log;
    });
    return sum;
  }

  /** One tree; false where no leaf can be split, and it would say the same of all. */
  grow(): boolean {
    this.#gradients();
    // Views after what may have grown the memory.
    const columns = this.#columns();
    this.#rows.set(this.#target.rows);
    const nodes: BoostedNode[] = [{ column: -1, bin: 0, missingLeft: false, left: 0, value: 0 }];
    const root = this.#leaf(0, 0, this.#rows.length, 0, this.#others.length);
    this.#fill(root, columns);
    this.#search(root);
    const leaves = [root];
    while (leaves.length < this.#options.leaves) {
      const best = leaves.reduce((top, one) => ((one.split?.gain ?? 0) > (top.split?.gain ?? 0) ? one : top));
      if (!best.split) break;
      const [left, right] = this.#part(best, best.split, nodes, columns);
      leaves.splice(leaves.indexOf(best), 1, left, right);
    }
    if (leaves.length === 1) return false;
    for (const leaf of leaves) {
      const value = leaf.hessian > 0 ? (this.#options.learningRate * leaf.sum) / leaf.hessian : 0;
      (nodes[leaf.node] as BoostedNode).value = value;
      this.#add(this.#rows, leaf.from, leaf.to, value);
      this.#add(this.#others, leaf.otherFrom, leaf.otherTo, value);
    }
    this.#nodes.push(nodes);
    this.trees++;
    const loss = this.#loss();
    if (loss < this.#bestLoss || Number.isNaN(loss)) {
      this.#bestLoss = loss;
      this.bestTrees = this.trees;
      if (!Number.isNaN(loss)) this.#bestRaw = this.#raw.slice();
    }
    return true;
  }

  done(): Boosted {
    const { validation } = this.#target;
    const forest = boostedForest(this.#binned, this.#nodes.slice(0, this.bestTrees), {
      start: this.#start,
      link: this.#options.loss === "logistic" ? "sigmoid" : "identity",
      extra: this.#target.extra !== undefined,
    });
    return { forest, raw: validation ? (this.#bestRaw as Float64Array) : this.#raw };
  }

  #add(rows: Uint32Array, from: number, to: number, value: number): void {
    for (let k = from; k < to; k++) {
      const i = rows[k] as number;
      this.#raw[i] = (this.#raw[i] as number) + value;
    }
  }

  #gradients(): void {
    const { y, weight, rows } = this.#target;
    const logistic = this.#options.loss === "logistic";
    const share = logistic ? sigmoids(this.#binned.memory, this.#raw) : this.#raw;
    for (const i of rows) {
      const [w, f] = [weight ? (weight[i] as number) : 1, share[i] as number];
      this.#g[i] = w * ((y[i] as number) - f);
      this.#h[i] = logistic ? w * f * (1 - f) : w;
    }
  }

  #columns(): Uint8Array[] {
    const { memory, bins, stride, rows, columns } = this.#binned;
    const { extra } = this.#target;
    const all = columns.map((_, c) => memory.bytes(bins + c * stride, rows));
    return extra ? [...all, extra.bins.map((bin) => bin + 1)] : all;
  }

  #leaf(node: number, from: number, to: number, otherFrom: number, otherTo: number): Leaf {
    return { node, from, to, otherFrom, otherTo, histogram: NOTHING, sum: 0, hessian: 0 };
  }

  #fill(leaf: Leaf, columns: readonly Uint8Array[]): void {
    const { from, to } = leaf;
    const histogram = new Float64Array(this.#bases.at(-1) as number);
    leaf.histogram = histogram;
    const [g, h, rows] = [this.#g, this.#h, this.#rows];
    columns.forEach((column, c) => {
      const base = this.#bases[c] as number;
      for (let k = from; k < to; k++) {
        const i = rows[k] as number;
        const at = base + CELL * (column[i] as number);
        histogram[at] = (histogram[at] as number) + (g[i] as number);
        histogram[at + 1] = (histogram[at + 1] as number) + (h[i] as number);
        histogram[at + 2] = (histogram[at + 2] as number) + 1;
      }
    });
    this.#total(leaf);
  }

  /** Sums of a leaf: those of its first column, whichever that is. */
  #total(leaf: Leaf): void {
    leaf.sum = 0;
    leaf.hessian = 0;
    for (let b = 0; b < (this.#counts[0] as number); b++) {
      leaf.sum += leaf.histogram[b * CELL] as number;
      leaf.hessian += leaf.histogram[b * CELL + 1] as number;
    }
  }

  /** The split of largest gain, if any: both sides have the rows that a leaf needs. */
  #search(leaf: Leaf): void {
    const { histogram, from, to, sum, hessian } = leaf;
    const rows = to - from;
    const { minSamplesLeaf } = this.#options;
    if (rows < 2 * minSamplesLeaf || !(hessian > 0)) {
      leaf.histogram = NOTHING;
      return;
    }
    const whole = (sum * sum) / hessian;
    // What rounding alone may gain is no gain.
    const least = 1e-9 * whole + Number.MIN_VALUE;
    let best: Split | undefined;
    for (let c = 0; c < this.#counts.length; c++) {
      const base = this.#bases[c] as number;
      const missing = histogram[base + 2] as number;
      for (const missingLeft of missing > 0 ? [true, false] : [true]) {
        let [s, h, n] = [0, 0, 0];
        const last = (this.#counts[c] as number) - 1;
        for (let b = missingLeft ? 0 : 1; b < last; b++) {
          const at = base + b * CELL;
          s += histogram[at] as number;
          h += histogram[at + 1] as number;
          n += histogram[at + 2] as number;
          if (n < minSamplesLeaf) continue;
          if (rows - n < minSamplesLeaf) break;
          const rest = hessian - h;
          if (!(h > 0 && rest > 0)) continue;
          const gain = (s * s) / h + ((sum - s) * (sum - s)) / rest - whole;
          if (gain > (best?.gain ?? least)) best = { gain, column: c, bin: b, missingLeft };
        }
      }
    }
    leaf.split = best;
    // A leaf that stays one needs no histogram: with thousands of features they would fill the memory.
    if (!best) leaf.histogram = NOTHING;
  }

  #part(leaf: Leaf, split: Split, nodes: BoostedNode[], columns: readonly Uint8Array[]): [Leaf, Leaf] {
    const bins = columns[split.column] as Uint8Array;
    const middle = this.#partRows(this.#rows, leaf.from, leaf.to, bins, split);
    const other = this.#partRows(this.#others, leaf.otherFrom, leaf.otherTo, bins, split);
    const at = nodes.length;
    const { column, bin, missingLeft } = split;
    Object.assign(nodes[leaf.node] as BoostedNode, { column, bin, missingLeft, left: at });
    const empty = { column: -1, bin: 0, missingLeft: false, left: 0, value: 0 };
    nodes.push({ ...empty }, { ...empty });
    const left = this.#leaf(at, leaf.from, middle, leaf.otherFrom, other);
    const right = this.#leaf(at + 1, middle, leaf.to, other, leaf.otherTo);
    const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
    this.#fill(small, columns);
    // The parent's histogram goes to the larger child.
    const { histogram } = leaf;
    for (let k = 0; k < histogram.length; k++) {
      histogram[k] = (histogram[k] as number) - (small.histogram[k] as number);
    }
    large.histogram = histogram;
    this.#total(large);
    this.#search(left);
    this.#search(right);
    return [left, right];
  }

  /** Rows of the left side first, in their order; returns where the right begins. */
  #partRows(rows: Uint32Array, from: number, to: number, bins: Uint8Array, { bin, missingLeft }: Split): number {
    const spare = this.#spare;
    let [left, right] = [from, 0];
    for (let k = from; k < to; k++) {
      const i = rows[k] as number;
      const b = bins[i] as number;
      if (b === 0 ? missingLeft : b <= bin) rows[left++] = i;
      else spare[right++] = i;
    }
    rows.set(spare.subarray(0, right), left);
    return left;
  }
}
