/**
 * CatBoost's save_model(format = "json"): symmetric trees over float features, as CatBoost 1.2 computes.
 *
 *   bit d of the leaf's index is x > border of split d, in f32; NaN: as nan_value_treatment says, AsIs is no
 *   sum = Σ leaves in f64, tree by tree; prediction = scale · sum + bias
 */
import type { Forest, Link } from "../forest.js";
import { checkCount, ForestBuilder, type Naming, outputNames } from "./builder.js";
import type { Field } from "./read.js";

/** CatBoost grows none deeper. */
const MOST_DEPTH = 16;

const LINKS: Readonly<Record<string, Link>> = {
  Logloss: "sigmoid",
  CrossEntropy: "sigmoid",
  MultiClass: "softmax",
  MultiClassOneVsAll: "sigmoid",
  Poisson: "exp",
  Tweedie: "exp",
};

interface FloatFeature {
  at: number;
  missingIsMore: boolean;
}

export function importCatboost(root: Field, naming: Naming = {}): Forest {
  if (root.maybe("oblivious_trees") === undefined && root.maybe("trees") !== undefined)
    throw new RangeError('the model has trees that are not symmetric: train with grow_policy = "SymmetricTree"');
  const { names, features } = featuresOf(root.get("features_info"));
  const pair = root.get("scale_and_bias").items();
  if (pair.length !== 2) throw new RangeError(`scale_and_bias must be [scale, [bias]], it has ${pair.length} elements`);
  const [scale, bias] = pair as [Field, Field];
  const biases = Array.isArray(bias.value) ? bias.numbers() : [bias.number()];
  const outputs = checkCount(Math.max(biases.length, 1), "outputs", bias.path);
  const builder = new ForestBuilder();
  for (const tree of root.get("oblivious_trees").items()) addTree(builder, tree, outputs, features);
  return builder.forest(
    {
      features: names,
      outputs: outputNames(outputs),
      compares: "f32",
      sums: "f64",
      scale: scale.number(),
      bias: Float64Array.from({ length: outputs }, (_, k) => biases[k] ?? 0),
      link: linkOf(root),
    },
    naming,
  );
}

/** Float features by their own number; columns of the rows are the float features alone, in their order. */
function featuresOf(info: Field): { names: string[]; features: Map<number, FloatFeature> } {
  const list = info.maybe("float_features")?.items() ?? [];
  checkCount(list.length, "features", "features_info.float_features");
  const features = new Map<number, FloatFeature>();
  const names = list.map((field, at) => {
    const nan = field.maybe("nan_value_treatment");
    const rule = nan?.text() ?? "AsIs";
    if (!["AsIs", "AsFalse", "AsTrue"].includes(rule)) throw new RangeError(`${nan?.path} is "${rule.slice(0, 80)}"`);
    features.set(field.get("feature_index").whole(0, 2 ** 31), { at, missingIsMore: rule === "AsTrue" });
    return field.maybe("feature_id")?.text() || String(field.get("flat_feature_index").whole(0, 2 ** 31));
  });
  return { names, features };
}

function addTree(builder: ForestBuilder, tree: Field, outputs: number, features: Map<number, FloatFeature>): void {
  const splits = tree.maybe("splits")?.value === null ? [] : (tree.maybe("splits")?.items(MOST_DEPTH) ?? []);
  const depth = splits.length;
  const field = tree.get("leaf_values");
  const values = field.numbers(2 ** depth * outputs);
  const tests = splits.map((split) => testOf(split, features));
  const root = builder.tree(outputs === 1 ? 0 : -1);
  // The last split on top: the leaves stand from left to right in the order of their indices.
  for (let level = 0; level < depth; level++) {
    const { at, border, missingIsMore } = tests[depth - 1 - level] as {
      at: number;
      border: number;
      missingIsMore: boolean;
    };
    for (let i = 0; i < 2 ** level; i++) {
      const child = root + 2 ** (level + 1) - 1 + 2 * i;
      builder.test(at, border, !missingIsMore, child, child + 1);
    }
  }
  for (let leaf = 0; leaf < 2 ** depth; leaf++) {
    if (outputs === 1) builder.leaf(values[leaf] as number);
    else builder.leaves(values, leaf * outputs, outputs);
  }
}

function testOf(split: Field, features: Map<number, FloatFeature>): FloatFeature & { border: number } {
  const type = split.get("split_type").text();
  if (type !== "FloatFeature") {
    throw new RangeError(
      `${split.path} is a split of type ${type.slice(0, 40)}: only float features are supported, ` +
        "so encode categories as numbers before training",
    );
  }
  const index = split.get("float_feature_index");
  const feature = features.get(index.whole(0, 2 ** 31));
  if (!feature) throw new RangeError(`${index.path} is ${index.value}, which features_info does not have`);
  return { ...feature, border: Math.fround(split.get("border").number()) };
}

/** By the loss that the model was trained on; a file without model_info gives sums. */
function linkOf(root: Field): Link {
  let field = root.maybe("model_info");
  for (const name of ["params", "loss_function", "type"]) {
    if (typeof field?.value !== "object") return "identity";
    field = field.maybe(name);
  }
  const loss = typeof field?.value === "string" ? field.value : "";
  return Object.hasOwn(LINKS, loss) ? (LINKS[loss] as Link) : "identity";
}
