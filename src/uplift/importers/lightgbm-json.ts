/** LightGBM's dump_model: trees of nested objects. An old dump says neither objective nor average_output: it gives sums. */
import type { Forest } from "../forest.js";
import { checkCount, ForestBuilder, type Naming } from "./builder.js";
import {
  addSet,
  addTest,
  featureNames,
  finishForest,
  MISSING_NAN,
  MISSING_NONE,
  MISSING_ZERO,
  wordsOfText,
  ZeroRule,
} from "./lightgbm.js";
import type { Field } from "./read.js";

const MISSING: Readonly<Record<string, number>> = { None: MISSING_NONE, Zero: MISSING_ZERO, NaN: MISSING_NAN };

/** What dump_model writes for x ≤ inf. */
const INFINITE = 1e300;

export function importLightgbmJson(root: Field, naming: Naming = {}): Forest {
  const outputs = root.get("num_tree_per_iteration").whole(1, 2 ** 31);
  checkCount(outputs, "outputs", "num_tree_per_iteration");
  const features = featureNames(root.get("feature_names").texts(), root.get("max_feature_idx").whole(-1, 2 ** 31) + 1);
  const builder = new ForestBuilder();
  const zero = new ZeroRule(features.length);
  for (const [t, tree] of root.get("tree_info").items().entries()) {
    addTree(builder, tree.get("tree_structure"), t % outputs, features.length, zero);
  }
  const about = {
    version: root.maybe("version")?.text() ?? "v2",
    classes: root.get("num_class").whole(1, 2 ** 31),
    treesPerIteration: outputs,
    features,
    objective: root.maybe("objective")?.text() ?? "",
    average: root.maybe("average_output")?.boolean() ?? false,
  };
  return finishForest(builder, about, zero, naming);
}

/** Nodes in the order in which they are met, level by level: the children of a test are numbered when it is added. */
function addTree(builder: ForestBuilder, tree: Field, output: number, features: number, zero: ZeroRule): void {
  const queue = [tree];
  const root = builder.tree(output);
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i] as Field;
    if (node.maybe("split_feature") === undefined) {
      if (node.maybe("leaf_features") !== undefined)
        throw new RangeError(`${node.path}: linear models in leaves are not supported (linear_tree = false)`);
      builder.leaf(node.get("leaf_value").number());
      continue;
    }
    const left = root + queue.push(node.get("left_child")) - 1;
    const right = root + queue.push(node.get("right_child")) - 1;
    addNode(builder, node, { features, left, right }, zero);
  }
}

function addNode(
  builder: ForestBuilder,
  node: Field,
  { features, left, right }: { features: number; left: number; right: number },
  zero: ZeroRule,
): void {
  const feature = node.get("split_feature").whole(0, features - 1);
  const threshold = node.get("threshold");
  const type = node.get("decision_type").text();
  if (type === "==") {
    const text = typeof threshold.value === "number" ? String(threshold.value) : threshold.text();
    addSet(builder, feature, wordsOfText(text, threshold.path), left, right);
    return;
  }
  if (type !== "<=") throw new RangeError(`${node.path}.decision_type is "${type.slice(0, 80)}", known are <= and ==`);
  const named = node.get("missing_type");
  const missing = MISSING[named.text()];
  if (missing === undefined) throw new RangeError(`${named.path} is "${named.text().slice(0, 80)}"`);
  zero.add(feature, missing, () => node.path);
  const defaultLeft = node.get("default_left").boolean();
  const limit = threshold.number();
  addTest(builder, { feature, threshold: limit === INFINITE ? Infinity : limit, missing, defaultLeft, left, right });
}
