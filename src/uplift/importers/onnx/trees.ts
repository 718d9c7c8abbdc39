/**
 * The nodes of an ensemble's attributes, as trees.
 *
 * x = v and x in a list are tests by set, of whole numbers from 0. A converter writes one test by categories as a chain of equalities,
 * each to the same child (onnxmltools, of LightGBM): such a chain is one set, and one node.
 */
import { type ForestBuilder, wordsOf } from "../builder.js";
import { below32, below64 } from "../numbers.js";
import type { Attributes } from "./attributes.js";

type Tests = Readonly<Record<string, { strict: boolean; swapped: boolean }>>;
const MODES: Tests = {
  BRANCH_LEQ: { strict: false, swapped: false },
  BRANCH_LT: { strict: true, swapped: false },
  BRANCH_GTE: { strict: true, swapped: true },
  BRANCH_GT: { strict: false, swapped: true },
};

/** Most that a number may be that x is to equal: whole numbers of f32 go so far. */
const MOST_CATEGORIES = 2 ** 24;

/** The nodes of all trees, in the order of the file, and the weights of their leaves. */
export class Trees {
  readonly isDouble: boolean;
  /** Output of each weight. */
  readonly targets: number[];
  /** The output of all weights, where it is one. */
  readonly only: number | undefined;
  readonly mostFeature: number;
  readonly #tree: number[];
  readonly #id: number[];
  readonly #feature: number[];
  readonly #value: number[];
  readonly #mode: string[];
  readonly #yes: number[];
  readonly #no: number[];
  readonly #missing: number[];
  /** Lists of a TreeEnsemble, by the number that stands for a test's value. */
  readonly #lists: number[][];
  /** Weights of each leaf, by its number. */
  readonly #weights = new Map<number, number[]>();
  readonly #weight: number[];
  /** Number of a node by tree and id. */
  readonly #numbers = new Map<number, Map<number, number>>();

  constructor(attributes: Attributes, prefix: "target" | "class") {
    const doubles = attributes.doubles("nodes_values_as_tensor");
    this.isDouble = doubles.length > 0;
    this.#tree = attributes.integers("nodes_treeids");
    this.#id = attributes.integers("nodes_nodeids");
    this.#feature = attributes.integers("nodes_featureids");
    this.#value = this.isDouble ? doubles : attributes.floats("nodes_values");
    this.#mode = attributes.texts("nodes_modes");
    this.#yes = attributes.integers("nodes_truenodeids");
    this.#no = attributes.integers("nodes_falsenodeids");
    this.#missing = attributes.integers("nodes_missing_value_tracks_true");
    this.#lists = listsOf(attributes.floats("membership_values"));
    const n = this.#tree.length;
    wantLengths(n, "nodes_treeids", {
      nodes_nodeids: this.#id,
      nodes_featureids: this.#feature,
      nodes_values: this.#value,
      nodes_modes: this.#mode,
      nodes_truenodeids: this.#yes,
      nodes_falsenodeids: this.#no,
    });
    if (this.#missing.length > 0) wantLengths(n, "nodes_treeids", { nodes_missing_value_tracks_true: this.#missing });
    this.targets = attributes.integers(`${prefix}_ids`);
    const weights = attributes.doubles(`${prefix}_weights_as_tensor`);
    this.#weight = weights.length > 0 ? weights : attributes.floats(`${prefix}_weights`);
    const [first] = this.targets;
    this.only = this.targets.every((target) => target === first) ? (first ?? 0) : undefined;
    this.#indexNodes();
    this.#indexWeights(attributes, prefix);
    this.mostFeature = this.#feature.reduce((most, f, i) => (this.#mode[i] === "LEAF" ? most : Math.max(most, f)), -1);
  }

  #indexNodes(): void {
    for (let i = 0; i < this.#tree.length; i++) {
      const tree = this.#tree[i] as number;
      let nodes = this.#numbers.get(tree);
      if (!nodes) {
        nodes = new Map();
        this.#numbers.set(tree, nodes);
      } else if (this.#tree[i - 1] !== tree)
        throw new RangeError(`nodes_treeids[${i}]: the nodes of tree ${tree} are not together`);
      if (nodes.has(this.#id[i] as number))
        throw new RangeError(`nodes_nodeids[${i}]: tree ${tree} has this node already`);
      nodes.set(this.#id[i] as number, i);
    }
  }

  #indexWeights(attributes: Attributes, prefix: string): void {
    const trees = attributes.integers(`${prefix}_treeids`);
    const nodes = attributes.integers(`${prefix}_nodeids`);
    wantLengths(trees.length, `${prefix}_treeids`, {
      [`${prefix}_nodeids`]: nodes,
      [`${prefix}_ids`]: this.targets,
      [`${prefix}_weights`]: this.#weight,
    });
    for (let w = 0; w < trees.length; w++) {
      const node = this.#numbers.get(trees[w] as number)?.get(nodes[w] as number);
      if (node === undefined || this.#mode[node] !== "LEAF")
        throw new RangeError(`${prefix}_nodeids[${w}]: tree ${trees[w]} has no leaf ${nodes[w]}`);
      const list = this.#weights.get(node);
      if (list) list.push(w);
      else this.#weights.set(node, [w]);
    }
  }

  add(builder: ForestBuilder, outputs: number): void {
    for (let w = 0; w < this.targets.length; w++) {
      const target = this.targets[w] as number;
      if (!(target >= 0 && target < outputs))
        throw new RangeError(`output ${target} of weight ${w} is none: there are ${outputs}`);
    }
    const n = this.#tree.length;
    for (let first = 0, end = 0; first < n; first = end) {
      while (end < n && this.#tree[end] === this.#tree[first]) end++;
      this.#addTree(builder, outputs, first, end);
    }
  }

  #addTree(builder: ForestBuilder, outputs: number, first: number, end: number): void {
    const output = this.#outputOf(first, end);
    const root = builder.tree(outputs === 1 ? 0 : output);
    const chains = this.#chainsOf(first, end);
    for (let i = first; i < end; i++) {
      // Nobody comes to it any more; it keeps the numbers of the others as they are.
      if (chains.inner.has(i)) builder.leaf(0);
      else if (this.#mode[i] !== "LEAF") this.#addTest(builder, i, root - first, chains.next);
      else if (outputs === 1 || output >= 0) builder.leaf(this.#sum(i, 0, true));
      else
        builder.leaves(
          Array.from({ length: outputs }, (_, k) => this.#sum(i, k, false)),
          0,
          outputs,
        );
    }
  }

  /** The output of all leaves of a tree, −1 where they differ or a leaf has several. */
  #outputOf(first: number, end: number): number {
    let output = -2;
    for (let i = first; i < end; i++) {
      if (this.#mode[i] !== "LEAF") continue;
      for (const w of this.#weights.get(i) ?? []) {
        const target = this.targets[w] as number;
        if (output !== -2 && output !== target) return -1;
        output = target;
      }
    }
    return output === -2 ? 0 : output;
  }

  /** The weight of leaf i for output k; several for the same one are none that a library writes. */
  #sum(i: number, k: number, isOnly: boolean): number {
    const found = (this.#weights.get(i) ?? []).filter((w) => isOnly || this.targets[w] === k);
    if (found.length > 1)
      throw new RangeError(`leaf ${this.#id[i]} of tree ${this.#tree[i]} has ${found.length} weights`);
    return found.length === 0 ? 0 : (this.#weight[found[0] as number] as number);
  }

  /** Tests that go on where another one's list ends, and the test that each of the others goes on with. */
  #chainsOf(first: number, end: number): { inner: Set<number>; next: Map<number, number> } {
    const parents = new Uint32Array(end - first);
    // The root is reached from nowhere, and stays.
    parents[0] = 1;
    const child = (i: number, ids: readonly number[]) =>
      this.#numbers.get(this.#tree[i] as number)?.get(ids[i] as number);
    for (let i = first; i < end; i++) {
      if (this.#mode[i] === "LEAF") continue;
      for (const ids of [this.#yes, this.#no]) {
        const to = child(i, ids);
        if (to !== undefined) parents[to - first] = (parents[to - first] as number) + 1;
      }
    }
    const next = new Map<number, number>();
    for (let i = first; i < end; i++) {
      const to = this.#isByList(i) ? child(i, this.#no) : undefined;
      if (to === undefined || !this.#isByList(to) || parents[to - first] !== 1) continue;
      if (this.#feature[to] === this.#feature[i] && this.#yes[to] === this.#yes[i]) next.set(i, to);
    }
    return { inner: new Set(next.values()), next };
  }

  #isByList(i: number): boolean {
    return this.#mode[i] === "BRANCH_EQ" || this.#mode[i] === "BRANCH_MEMBER";
  }

  #addTest(builder: ForestBuilder, i: number, shift: number, next: ReadonlyMap<number, number>): void {
    const feature = this.#feature[i] as number;
    if (!(feature >= 0)) throw new RangeError(`nodes_featureids[${i}] is ${feature}`);
    if (this.#isByList(i)) {
      this.#addChain(builder, i, shift, next);
      return;
    }
    const yes = this.#child(i, this.#yes, "nodes_truenodeids") + shift;
    const no = this.#child(i, this.#no, "nodes_falsenodeids") + shift;
    const name = this.#mode[i] as string;
    const value = this.#value[i] as number;
    if (name === "BRANCH_NEQ") {
      // A missing value is not equal to any.
      builder.testWhole(feature, this.#setOf([value], i), false, no, yes);
      return;
    }
    const mode = Object.hasOwn(MODES, name) ? MODES[name] : undefined;
    if (!mode) {
      throw new RangeError(
        `nodes_modes[${i}] is "${name.slice(0, 40)}", which is not supported: import the model from its own library's file`,
      );
    }
    const below = this.isDouble ? below64 : below32;
    const isMissingYes = this.#missing[i] === 1;
    const [left, right] = mode.swapped ? [no, yes] : [yes, no];
    builder.test(feature, mode.strict ? below(value) : value, isMissingYes !== mode.swapped, left, right);
  }

  /** The chain of equalities that begins with test i, as one test. */
  #addChain(builder: ForestBuilder, i: number, shift: number, next: ReadonlyMap<number, number>): void {
    const members: number[] = [];
    let isMissingYes = false;
    let last = i;
    for (let at: number | undefined = i; at !== undefined; at = next.get(at)) {
      for (const member of this.#membersOf(at)) members.push(member);
      isMissingYes ||= this.#missing[at] === 1;
      last = at;
    }
    const yes = this.#child(i, this.#yes, "nodes_truenodeids") + shift;
    const no = this.#child(last, this.#no, "nodes_falsenodeids") + shift;
    builder.testWhole(this.#feature[i] as number, this.#setOf(members, i), isMissingYes, yes, no);
  }

  #membersOf(i: number): readonly number[] {
    const value = this.#value[i] as number;
    if (this.#mode[i] === "BRANCH_EQ") return [value];
    const list = this.#lists[value];
    if (!list) throw new RangeError(`nodes_modes[${i}] is "BRANCH_MEMBER", and membership_values has no list for it`);
    return list;
  }

  #setOf(members: readonly number[], i: number): Uint32Array {
    return wordsOf(members, MOST_CATEGORIES, `nodes_modes[${i}] is ${this.#mode[i]}`);
  }

  #child(i: number, ids: readonly number[], field: string): number {
    const tree = this.#tree[i] as number;
    const found = this.#numbers.get(tree)?.get(ids[i] as number);
    if (found === undefined) throw new RangeError(`${field}[${i}] is ${ids[i]}, which tree ${tree} does not have`);
    return found;
  }
}

/** Lists that end with NaN, the last one with the end too. */
function listsOf(values: readonly number[]): number[][] {
  const lists: number[][] = [];
  let list: number[] = [];
  for (const value of values) {
    if (Number.isNaN(value)) {
      lists.push(list);
      list = [];
    } else list.push(value);
  }
  if (list.length > 0) lists.push(list);
  return lists;
}

function wantLengths(n: number, of: string, columns: Record<string, ArrayLike<unknown>>): void {
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== n) throw new RangeError(`${name} has ${column.length} elements and ${of} ${n}`);
  }
}
