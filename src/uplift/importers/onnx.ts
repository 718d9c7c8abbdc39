/**
 * ONNX: a graph of one TreeEnsembleRegressor or TreeEnsembleClassifier (ai.onnx.ml 1 to 3) or TreeEnsemble (5), as ONNX Runtime computes
 * with one thread.
 *
 *   compared in f32 (f64 where the values or the rows are tensors of doubles), added up in the same, tree by tree; then + base_values
 *   AVERAGE is divided in f64, and no output is rounded to f32 at the end, as ONNX Runtime does
 *   post_transform as the standard says: ONNX Runtime leaves LOGISTIC and SOFTMAX out of a regressor of one target
 *   a missing value goes to the true branch where nodes_missing_value_tracks_true says so
 *
 * base_values are the last trees, of one leaf each, so that they are added last and rounded as there.
 */
import type { Forest, Link } from "../forest.js";
import { checkCount, ForestBuilder, type Naming, outputNames } from "./builder.js";
import { below32, below64 } from "./numbers.js";
import { type Attributes, DOUBLE, NodeAttributes, TENSOR } from "./onnx-attributes.js";
import { asRegressor } from "./onnx-ensemble.js";
import { Message } from "./protobuf.js";

/** Field numbers of onnx.proto3. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11 };
const NODE = { input: 1, output: 2, type: 4 };

/** What may stand beside the trees: none of it changes a number of theirs. */
const HARMLESS = ["ZipMap", "Cast", "Identity", "Reshape", "Squeeze", "Flatten", "ArgMax", "ArrayFeatureExtractor"];
const LINKS: Readonly<Record<string, Link>> = {
  "": "identity",
  NONE: "identity",
  LOGISTIC: "sigmoid",
  SOFTMAX: "softmax",
};

type Tests = Readonly<Record<string, { strict: boolean; swapped: boolean }>>;
const MODES: Tests = {
  BRANCH_LEQ: { strict: false, swapped: false },
  BRANCH_LT: { strict: true, swapped: false },
  BRANCH_GTE: { strict: true, swapped: true },
  BRANCH_GT: { strict: false, swapped: true },
};

export function importOnnx(bytes: Uint8Array, naming: Naming = {}): Forest {
  const graph = new Message(bytes).messages(MODEL_GRAPH)[0];
  if (!graph) throw new RangeError("these bytes are no model of a known format (no ONNX graph is in them)");
  const node = treesOf(graph);
  const own = new NodeAttributes(node);
  const attributes: Attributes = node.text(NODE.type) === "TreeEnsemble" ? asRegressor(own) : own;
  const isClassifier = node.text(NODE.type) === "TreeEnsembleClassifier";
  const trees = new Trees(attributes, isClassifier ? "class" : "target");
  const names = outputsOf(attributes, trees, isClassifier);
  const width = checkCount(Math.max(widthOf(graph), trees.mostFeature + 1), "features", "the input of the graph");
  const aggregate = attributes.text("aggregate_function") || "SUM";
  if (aggregate !== "SUM" && aggregate !== "AVERAGE")
    throw new RangeError(`aggregate_function is "${aggregate.slice(0, 40)}": SUM and AVERAGE are supported`);
  const transform = attributes.text("post_transform");
  const link = Object.hasOwn(LINKS, transform) ? LINKS[transform] : undefined;
  if (!link) throw new RangeError(`post_transform is "${transform.slice(0, 40)}", which is not supported`);
  const builder = new ForestBuilder();
  trees.add(builder, names.length);
  const bases = basesOf(attributes, names.length);
  const isAverage = aggregate === "AVERAGE";
  const divisor = isAverage ? Math.max(builder.trees, 1) : 1;
  if (!isAverage) addBases(builder, bases);
  const precision = trees.isDouble || takesDoubles(graph, node) ? "f64" : "f32";
  return builder.forest(
    {
      features: Array.from({ length: width }, (_, f) => `f${f}`),
      outputs: names,
      compares: precision,
      sums: precision,
      divisor,
      bias: isAverage ? bases : new Float64Array(names.length).fill(-0),
      link,
    },
    naming,
  );
}

function treesOf(graph: Message): Message {
  const nodes = graph.messages(GRAPH.node);
  const type = (node: Message) => node.text(NODE.type);
  const trees = nodes.filter((node) => type(node).startsWith("TreeEnsemble"));
  const [node] = trees;
  if (!node || trees.length > 1)
    throw new RangeError(`the graph has ${trees.length} tree ensembles: exactly one is supported`);
  const stranger = nodes.find((one) => one !== node && !HARMLESS.includes(type(one)) && !isTimesOne(one, graph));
  if (stranger) {
    throw new RangeError(
      `the graph computes ${type(stranger).slice(0, 40)} beside its trees: convert the tree model alone, without a pipeline`,
    );
  }
  return node;
}

/** onnxmltools ends LightGBM's classifiers with a product by one. */
function isTimesOne(node: Message, graph: Message): boolean {
  const inputs = node.texts(NODE.input);
  const isOne = (tensor: Message) => {
    const floats = tensor.floats(TENSOR.floats);
    return inputs.includes(tensor.text(TENSOR.name)) && floats.length === 1 && floats[0] === 1;
  };
  return node.text(NODE.type) === "Mul" && graph.messages(GRAPH.initializer).some(isOne);
}

/** Whether the trees are given the graph's input as it is, and that is of doubles: name 1, type 2, tensor 1, elements 1. */
function takesDoubles(graph: Message, node: Message): boolean {
  const rows = graph.messages(GRAPH.input).find((input) => input.text(1) === node.texts(NODE.input)[0]);
  return rows?.messages(2)[0]?.messages(1)[0]?.integer(1) === DOUBLE;
}

/** Columns of the graph's input, 0 where it does not say: type 2, tensor 1, shape 2, dims 1, value 1. */
function widthOf(graph: Message): number {
  const shape = graph.messages(GRAPH.input)[0]?.messages(2)[0]?.messages(1)[0]?.messages(2)[0];
  const width = shape?.messages(1)[1]?.integer(1) ?? 0;
  return Math.max(width, 0);
}

function outputsOf(attributes: Attributes, trees: Trees, isClassifier: boolean): string[] {
  if (!isClassifier) {
    const count = attributes.integer("n_targets") || 1;
    if (!(count > 0 && count <= 2 ** 31)) throw new RangeError(`n_targets is ${count}`);
    return outputNames(checkCount(count, "outputs", "n_targets"));
  }
  const labels = [...attributes.integers("classlabels_int64s").map(String), ...attributes.texts("classlabels_strings")];
  checkCount(labels.length, "outputs", "the list of class labels");
  // Two classes and one sum: that of the second one.
  if (labels.length <= 2 && trees.only !== undefined) {
    trees.targets.fill(0);
    return outputNames(1);
  }
  return labels.map((label) => `class_${label}`);
}

/** One number an output; of two classes with one sum, the second one's. */
function basesOf(attributes: Attributes, outputs: number): Float64Array {
  const given = attributes.floats("base_values");
  const doubles = attributes.doubles("base_values_as_tensor");
  const values = doubles.length > 0 ? doubles : given;
  if (values.length === 0) return new Float64Array(outputs).fill(-0);
  if (outputs === 1 && values.length === 2) return Float64Array.of(values[1] as number);
  if (values.length !== outputs)
    throw new RangeError(`base_values has ${values.length} numbers for ${outputs} outputs`);
  return Float64Array.from(values);
}

function addBases(builder: ForestBuilder, bases: Float64Array): void {
  for (const [k, base] of bases.entries()) {
    if (base === 0) continue;
    builder.tree(k);
    builder.leaf(base);
  }
}

/** The nodes of all trees, in the order of the file, and the weights of their leaves. */
class Trees {
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
    for (let i = first; i < end; i++) {
      if (this.#mode[i] !== "LEAF") this.#addTest(builder, i, root - first);
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

  #addTest(builder: ForestBuilder, i: number, shift: number): void {
    const tree = this.#tree[i] as number;
    const name = this.#mode[i] as string;
    const mode = Object.hasOwn(MODES, name) ? MODES[name] : undefined;
    if (!mode) {
      throw new RangeError(
        `nodes_modes[${i}] is "${name.slice(0, 40)}", which is not supported: import the model from its own library's file`,
      );
    }
    const feature = this.#feature[i] as number;
    if (!(feature >= 0)) throw new RangeError(`nodes_featureids[${i}] is ${feature}`);
    const child = (id: number, field: string) => {
      const found = this.#numbers.get(tree)?.get(id);
      if (found === undefined) throw new RangeError(`${field}[${i}] is ${id}, which tree ${tree} does not have`);
      return found + shift;
    };
    const yes = child(this.#yes[i] as number, "nodes_truenodeids");
    const no = child(this.#no[i] as number, "nodes_falsenodeids");
    const value = this.#value[i] as number;
    const below = this.isDouble ? below64 : below32;
    const isMissingYes = this.#missing[i] === 1;
    const [left, right] = mode.swapped ? [no, yes] : [yes, no];
    builder.test(feature, mode.strict ? below(value) : value, isMissingYes !== mode.swapped, left, right);
  }
}

function wantLengths(n: number, of: string, columns: Record<string, ArrayLike<unknown>>): void {
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== n) throw new RangeError(`${name} has ${column.length} elements and ${of} ${n}`);
  }
}
