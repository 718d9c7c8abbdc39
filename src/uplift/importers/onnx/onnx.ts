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
import type { Forest, Link } from "../../forest.js";
import { checkCount, ForestBuilder, type Naming, outputNames } from "../builder.js";
import { type Attributes, DOUBLE, NodeAttributes, TENSOR } from "./attributes.js";
import { asRegressor } from "./ensemble.js";
import { Message } from "./protobuf.js";
import { Trees } from "./trees.js";

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

export function importOnnx(bytes: Uint8Array, naming: Naming = {}): Forest {
  const graph = new Message(bytes).messages(MODEL_GRAPH)[0];
  if (!graph) throw new RangeError("these bytes are no model of a known format (no ONNX graph is in them)");
  const { node, isExp } = treesOf(graph);
  const given = new NodeAttributes(node);
  const attributes: Attributes = node.text(NODE.type) === "TreeEnsemble" ? asRegressor(given) : given;
  const isClassifier = node.text(NODE.type) === "TreeEnsembleClassifier";
  const trees = new Trees(attributes, isClassifier ? "class" : "target");
  const names = outputsOf(attributes, trees, isClassifier);
  const width = checkCount(Math.max(widthOf(graph), trees.mostFeature + 1), "features", "the input of the graph");
  const aggregate = attributes.text("aggregate_function") || "SUM";
  if (aggregate !== "SUM" && aggregate !== "AVERAGE")
    throw new RangeError(`aggregate_function is "${aggregate.slice(0, 40)}": SUM and AVERAGE are supported`);
  const transform = attributes.text("post_transform");
  const own = Object.hasOwn(LINKS, transform) ? LINKS[transform] : undefined;
  const link = isExp ? (own === "identity" ? "exp" : undefined) : own;
  if (!link) {
    throw new RangeError(
      `post_transform is "${transform.slice(0, 40)}"${isExp ? " before Exp" : ""}, which is not supported`,
    );
  }
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

/** The ensemble of a graph, and whether it is the power of e that the graph gives out. */
function treesOf(graph: Message): { node: Message; isExp: boolean } {
  const nodes = graph.messages(GRAPH.node);
  const type = (node: Message) => node.text(NODE.type);
  const trees = nodes.filter((node) => type(node).startsWith("TreeEnsemble"));
  const [node] = trees;
  if (!node || trees.length > 1)
    throw new RangeError(`the graph has ${trees.length} tree ensembles: exactly one is supported`);
  // onnxmltools ends LightGBM's models of counts and amounts so.
  const isExpOf = (one: Message) => type(one) === "Exp" && one.texts(NODE.input)[0] === node.texts(NODE.output)[0];
  const stranger = nodes.find(
    (one) => one !== node && !HARMLESS.includes(type(one)) && !isTimesOne(one, graph) && !isExpOf(one),
  );
  if (stranger) {
    throw new RangeError(
      `the graph computes ${type(stranger).slice(0, 40)} beside its trees: convert the tree model alone, without a pipeline`,
    );
  }
  return { node, isExp: nodes.some(isExpOf) };
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
