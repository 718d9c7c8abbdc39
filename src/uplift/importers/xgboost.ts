/**
 * XGBoost's save_model, JSON or UBJSON (the same tree of objects): gbtree and dart, as XGBoost 3.2 computes (and 1.x and 2.x, whose
 * base_score is one number).
 *
 *   sum_k = base_k, then + leaf (leaf_k of a leaf with a vector), tree by tree in f32; dart: + f32(leaf · weight_drop)
 *   x < condition in f32 goes left, missing goes by default_left; a category in the set goes right, what is in no set left
 *   base_k is base_score: of logistic objectives a probability, −ln(1 / p − 1), of counts and durations a mean, ln
 */
import type { Forest, Link } from "../forest.js";
import { checkCount, ForestBuilder, type Naming, outputNames, wordsOf } from "./builder.js";
import { below32, log32 } from "./numbers.js";
import type { Field } from "./read.js";

/** Largest category + 1: what an f32 holds exactly. */
const MOST_CATEGORY = 2 ** 24 + 1;

type Margin = (score: number) => number;
const same: Margin = (score) => score;
const logit: Margin = (p) => -log32(Math.fround(Math.fround(1 / p) - 1));

/** By objective: the link, and the margin of a base_score. */
const OBJECTIVES: Record<string, [Link, Margin]> = {
  "binary:logistic": ["sigmoid", logit],
  "reg:logistic": ["sigmoid", logit],
  "multi:softprob": ["softmax", same],
  "multi:softmax": ["softmax", same],
  "count:poisson": ["exp", log32],
  "reg:gamma": ["exp", log32],
  "reg:tweedie": ["exp", log32],
  "survival:cox": ["exp", log32],
  "survival:aft": ["exp", log32],
};
/** Objectives whose prediction is the sum itself. */
const PLAIN =
  /^(reg:(squarederror|linear|squaredlogerror|absoluteerror|pseudohubererror|quantileerror|expectileerror)|binary:logitraw|rank:\w+)$/;

export function importXgboost(root: Field, naming: Naming = {}): Forest {
  const learner = root.get("learner");
  const parameters = learner.get("learner_model_param");
  const booster = learner.get("gradient_booster");
  const { model, weights } = modelOf(booster);
  const objective = objectiveOf(learner.get("objective").get("name"), naming);
  const count = parameters.get("num_feature");
  const features = featureNames(learner, checkCount(count.wholeText(0, 2 ** 32), "features", count.path));
  const outputs = outputCount(parameters);
  const builder = new ForestBuilder();
  const trees = model.get("trees").items();
  const info = model.get("tree_info").wholes(0, outputs - 1, trees.length);
  const drops = weights?.numbers(trees.length);
  for (const [t, tree] of trees.entries()) {
    const weight = Math.fround(drops?.[t] ?? 1);
    addTree(builder, tree, info[t] as number, weight, vectorsOf(tree, outputs, weight));
  }
  const start = baseScores(parameters.get("base_score"), outputs, objective[1]);
  return builder.forest(
    { features, outputs: outputNames(outputs), compares: "f32", sums: "f32", start, link: objective[0] },
    naming,
  );
}

function modelOf(booster: Field): { model: Field; weights: Field | undefined } {
  const name = booster.get("name").text();
  if (name === "gbtree") return { model: booster.get("model"), weights: undefined };
  if (name === "dart") return { model: booster.get("gbtree").get("model"), weights: booster.get("weight_drop") };
  throw new RangeError(`learner.gradient_booster.name is "${name}": only gbtree and dart have trees`);
}

function objectiveOf(field: Field, naming: Naming): [Link, Margin] {
  const name = field.text();
  const known = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (known) return known;
  if (PLAIN.test(name) || (naming.raw && name === "binary:hinge")) return ["identity", same];
  throw new RangeError(
    `${field.path} is "${name}", whose prediction is no known function of the sums${name === "binary:hinge" ? ': import the sums themselves with "raw: true"' : ""}`,
  );
}

function featureNames(learner: Field, count: number): string[] {
  const names = learner.maybe("feature_names")?.texts() ?? [];
  if (names.length === 0) return Array.from({ length: count }, (_, f) => `f${f}`);
  if (names.length !== count)
    throw new RangeError(`learner.feature_names has ${names.length} names, and num_feature says ${count}`);
  return names;
}

function outputCount(parameters: Field): number {
  const classes = parameters.get("num_class");
  const targets = parameters.maybe("num_target")?.wholeText(0, 2 ** 32) ?? 1;
  return checkCount(Math.max(classes.wholeText(0, 2 ** 32), targets, 1), "outputs", classes.path);
}

/** base_score: "5E-1" (up to 3.0), or a list in text, "[5E-1]", of one number or one an output. */
function baseScores(field: Field, outputs: number, margin: Margin): Float64Array {
  const text = field
    .text()
    .trim()
    .replace(/^\[|\]$/g, "");
  const scores = text.split(",").map((one) => (one.trim() === "" ? Number.NaN : Math.fround(Number(one))));
  if (scores.length !== 1 && scores.length !== outputs)
    throw new RangeError(`${field.path} has ${scores.length} numbers for ${outputs} outputs`);
  return Float64Array.from({ length: outputs }, (_, k) => {
    const score = scores[scores.length === 1 ? 0 : k] as number;
    if (!Number.isFinite(score))
      throw new RangeError(`${field.path} must be finite numbers, got "${text.slice(0, 80)}"`);
    if (margin !== same && !(score > 0 && (margin === log32 || score < 1)))
      throw new RangeError(`${field.path} is ${score}, of which this objective has no margin`);
    return margin(score);
  });
}

/** The leaves of a tree with a value for each output (multi_strategy = "multi_output_tree"), leaf by leaf. */
interface Vectors {
  values: Float32Array;
  size: number;
}

function vectorsOf(tree: Field, outputs: number, weight: number): Vectors | undefined {
  const size = tree.maybe("tree_param")?.maybe("size_leaf_vector");
  const count = size?.wholeText(0, 2 ** 32) ?? 0;
  if (count <= 1) return undefined;
  if (count !== outputs) throw new RangeError(`${size?.path} is ${count}, and the model has ${outputs} outputs`);
  const leaves = tree.maybe("leaf_weights");
  if (!leaves)
    throw new RangeError(
      `${tree.path} has vectors in its leaves and no leaf_weights: save it with XGBoost 3.2, or train with multi_strategy = "one_output_per_tree"`,
    );
  return { values: Float32Array.from(leaves.numbers(), (value) => value * weight), size: count };
}

/** A leaf with a vector has its own number where a test has its right child. */
function addVector(builder: ForestBuilder, { values, size }: Vectors, leaf: number, path: string): void {
  if (leaf < 0 || (leaf + 1) * size > values.length)
    throw new RangeError(`${path} has leaf ${leaf}, and there are ${Math.floor(values.length / size)}`);
  builder.leaves(values, leaf * size, size);
}

function addTree(builder: ForestBuilder, tree: Field, output: number, weight: number, vectors?: Vectors): void {
  const lefts = tree.get("left_children");
  const { length: n } = lefts.numbers();
  if (n === 0) throw new RangeError(`${lefts.path} is empty: a tree has a root`);
  const left = lefts.wholes(-1, n - 1);
  const right = tree.get("right_children").wholes(-1, n - 1, n);
  const split = tree.get("split_indices").wholes(0, 2 ** 32, n);
  const condition = tree.get("split_conditions").numbers(n);
  const defaults = tree.get("default_left").wholes(0, 1, n);
  const kinds = tree.maybe("split_type")?.wholes(0, 1, n);
  const sets = kinds && setsOf(tree, kinds, n);
  const root = builder.tree(vectors ? -1 : output);
  for (let i = 0; i < n; i++) {
    const c = Math.fround(condition[i] as number);
    if (left[i] === -1 && vectors) addVector(builder, vectors, right[i] as number, tree.path);
    else if (left[i] === -1) builder.leaf(weight === 1 ? c : Math.fround(c * weight));
    else {
      const [l, r] = [root + (left[i] as number), root + (right[i] as number)];
      const goesLeft = defaults[i] === 1;
      const set = sets?.get(i);
      if (set) builder.testSet(split[i] as number, set, !goesLeft, r, l);
      else builder.test(split[i] as number, below32(c), goesLeft, l, r);
    }
  }
}

/** Sets by node: categories[segment, segment + size) for each of categories_nodes. */
function setsOf(tree: Field, kinds: ArrayLike<number>, n: number): Map<number, Uint32Array> {
  const sets = new Map<number, Uint32Array>();
  const nodes = tree.maybe("categories_nodes")?.wholes(0, n - 1) ?? [];
  if (nodes.length > 0) {
    const field = tree.get("categories");
    const categories = field.numbers();
    const segments = tree.get("categories_segments").wholes(0, categories.length, nodes.length);
    const sizes = tree.get("categories_sizes").wholes(0, categories.length, nodes.length);
    for (let s = 0; s < nodes.length; s++) {
      const from = segments[s] as number;
      const members = Array.prototype.slice.call(categories, from, from + (sizes[s] as number));
      sets.set(nodes[s] as number, wordsOf(members, MOST_CATEGORY, field.path));
    }
  }
  for (let i = 0; i < n; i++) {
    if (kinds[i] === 1 && !sets.has(i)) throw new RangeError(`${tree.path}: node ${i} tests categories and has none`);
    if (kinds[i] === 0) sets.delete(i);
  }
  return sets;
}
