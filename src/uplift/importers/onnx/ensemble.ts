/**
 * TreeEnsemble of ai.onnx.ml 5, whose tests and leaves stand apart, as the columns of a TreeEnsembleRegressor.
 *
 *   nodes_*      tests:  feature, split, mode; the child of each side is a test, or a leaf where nodes_trueleafs, nodes_falseleafs say so
 *   membership_values   the list of each test by list, in their order, each ended by NaN
 *   leaf_*       leaves: target and weight; several sides may lead to one
 *   tree_roots   the first test of each tree
 */
import type { Attributes, NodeAttributes } from "./attributes.js";

const MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"];
const MEMBER = MODES.indexOf("BRANCH_MEMBER");
const AGGREGATES = ["AVERAGE", "SUM", "MIN", "MAX"];
const TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

/** Columns by the names of the regressor's attributes. */
class Columns implements Attributes {
  readonly #numbers: Record<string, number[]>;
  readonly #texts: Record<string, string[]>;

  constructor(numbers: Record<string, number[]>, texts: Record<string, string[]>) {
    this.#numbers = numbers;
    this.#texts = texts;
  }

  integers(name: string): number[] {
    return this.#numbers[name] ?? [];
  }

  integer(name: string): number {
    return this.#numbers[name]?.[0] ?? 0;
  }

  floats(name: string): number[] {
    return this.#numbers[name] ?? [];
  }

  doubles(name: string): number[] {
    return this.#numbers[name] ?? [];
  }

  texts(name: string): string[] {
    return this.#texts[name] ?? [];
  }

  text(name: string): string {
    return this.#texts[name]?.[0] ?? "";
  }
}

/** What is read of the node. */
export type EnsembleAttributes = Pick<NodeAttributes, "has" | "integer" | "integers" | "reals" | "bytes">;

/** @throws {RangeError} naming the attribute: lengths that differ, children that are not there, a test that is reached twice. */
export function asRegressor(node: EnsembleAttributes): Attributes {
  const ensemble = new Ensemble(node);
  for (const root of node.integers("tree_roots")) ensemble.addTree(root);
  return ensemble.columns();
}

class Ensemble {
  readonly #node: EnsembleAttributes;
  readonly #feature: number[];
  readonly #split: number[];
  readonly #isDouble: boolean;
  readonly #mode: number[];
  readonly #members: number[];
  /** By test: how many tests by list stand before it. */
  readonly #lists: Uint32Array;
  readonly #sides: { child: number[]; isLeaf: number[]; path: string }[];
  readonly #missing: number[];
  readonly #target: number[];
  readonly #weight: number[];
  /** Tests that stand in a tree already. */
  readonly #seen: Uint8Array;
  #trees = 0;
  readonly #nodes = {
    ...{ tree: [] as number[], id: [] as number[], feature: [] as number[], value: [] as number[] },
    ...{ mode: [] as string[], yes: [] as number[], no: [] as number[], missing: [] as number[] },
  };
  readonly #leaves = {
    ...{ tree: [] as number[], id: [] as number[], target: [] as number[], weight: [] as number[] },
  };

  constructor(node: EnsembleAttributes) {
    this.#node = node;
    this.#feature = node.integers("nodes_featureids");
    const splits = node.reals("nodes_splits");
    [this.#split, this.#isDouble] = [splits.numbers, splits.isDouble];
    this.#mode = node.bytes("nodes_modes");
    this.#members = node.reals("membership_values").numbers;
    this.#sides = ["true", "false"].map((side) => ({
      child: node.integers(`nodes_${side}nodeids`),
      isLeaf: node.integers(`nodes_${side}leafs`),
      path: `nodes_${side}nodeids`,
    }));
    this.#missing = node.integers("nodes_missing_value_tracks_true");
    this.#target = node.integers("leaf_targetids");
    const weights = node.reals("leaf_weights");
    this.#weight = weights.numbers;
    if (weights.isDouble !== this.#isDouble) throw new RangeError("leaf_weights and nodes_splits must be of one type");
    const n = this.#feature.length;
    const want = (path: string, column: ArrayLike<unknown>, of = n) => {
      if (column.length !== of) throw new RangeError(`${path} has ${column.length} elements where ${of} belong`);
    };
    want("nodes_splits", this.#split);
    want("nodes_modes", this.#mode);
    for (const { child, isLeaf, path } of this.#sides) {
      want(path, child);
      want(path.replace("nodeids", "leafs"), isLeaf);
    }
    if (this.#missing.length > 0) want("nodes_missing_value_tracks_true", this.#missing);
    want("leaf_weights", this.#weight, this.#target.length);
    this.#seen = new Uint8Array(n);
    this.#lists = new Uint32Array(n);
    for (let i = 1; i < n; i++) {
      this.#lists[i] = (this.#lists[i - 1] as number) + (this.#mode[i - 1] === MEMBER ? 1 : 0);
    }
  }

  /** Numbers the nodes of one tree from 0, each test before its children. */
  addTree(root: number): void {
    const nodes = this.#nodes;
    const tree = this.#trees++;
    const waiting = [{ i: root, isLeaf: false }];
    const place = (i: number, isLeaf: boolean) => waiting.push({ i, isLeaf }) - 1;
    for (let id = 0; id < waiting.length; id++) {
      const { i, isLeaf } = waiting[id] as { i: number; isLeaf: boolean };
      nodes.tree.push(tree);
      nodes.id.push(id);
      if (isLeaf) {
        this.#addLeaf(tree, id, i);
        continue;
      }
      if (!(i >= 0 && i < this.#seen.length)) throw new RangeError(`tree_roots[${tree}]: there is no test ${i}`);
      if (this.#seen[i])
        throw new RangeError(`tree_roots[${tree}]: test ${i} is reached twice, by a cycle or from two tests`);
      this.#seen[i] = 1;
      const [yes, no] = this.#sides.map(({ child, isLeaf: leafs, path }) => {
        const to = child[i] as number;
        const many = leafs[i] ? this.#target.length : this.#seen.length;
        if (!(to >= 0 && to < many)) throw new RangeError(`${path}[${i}] is ${to}: there are ${many}`);
        return place(to, leafs[i] === 1);
      });
      nodes.feature.push(this.#feature[i] as number);
      // Of a test by list, the number of its list.
      nodes.value.push((this.#mode[i] === MEMBER ? this.#lists[i] : this.#split[i]) as number);
      nodes.mode.push(MODES[this.#mode[i] as number] ?? String(this.#mode[i]));
      nodes.yes.push(yes as number);
      nodes.no.push(no as number);
      nodes.missing.push(this.#missing[i] ?? 0);
    }
  }

  #addLeaf(tree: number, id: number, i: number): void {
    const { feature, value, mode, yes, no, missing } = this.#nodes;
    for (const column of [feature, value, yes, no, missing]) column.push(0);
    mode.push("LEAF");
    this.#leaves.tree.push(tree);
    this.#leaves.id.push(id);
    this.#leaves.target.push(this.#target[i] as number);
    this.#leaves.weight.push(this.#weight[i] as number);
  }

  columns(): Attributes {
    const { tree, id, feature, value, mode, yes, no, missing } = this.#nodes;
    const asTensor = this.#isDouble ? "_as_tensor" : "";
    const aggregate = this.#node.has("aggregate_function") ? this.#node.integer("aggregate_function") : 1;
    const transform = this.#node.integer("post_transform");
    return new Columns(
      {
        ...{ nodes_treeids: tree, nodes_nodeids: id, nodes_featureids: feature, [`nodes_values${asTensor}`]: value },
        ...{ nodes_truenodeids: yes, nodes_falsenodeids: no, nodes_missing_value_tracks_true: missing },
        ...{ target_treeids: this.#leaves.tree, target_nodeids: this.#leaves.id, target_ids: this.#leaves.target },
        [`target_weights${asTensor}`]: this.#leaves.weight,
        n_targets: [this.#node.integer("n_targets")],
        membership_values: this.#members,
      },
      {
        nodes_modes: mode,
        aggregate_function: [AGGREGATES[aggregate] ?? String(aggregate)],
        post_transform: [TRANSFORMS[transform] ?? String(transform)],
      },
    );
  }
}
