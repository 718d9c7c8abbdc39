/**
 * Forests of libraries that have no file of their own, as JSON: causalml, EconML, grf, scikit-learn. Exporters for Python stand
 * in examples/exporters/; the schema is PortableForest.
 */
import type { Forest, Link } from "../forest.js";
import { checkCount, ForestBuilder, type Naming } from "./builder.js";
import { below32, below64 } from "./numbers.js";
import type { Field } from "./read.js";

export interface PortableForest {
  format: "shadowprice-forest";
  version: 1;
  /** Where it came from: a library and its version. */
  source?: string;
  features: string[];
  outputs: string[];
  /** Precision in which rows are compared with thresholds. */
  compares: "f32" | "f64";
  /** Precision of the sums, tree by tree. */
  sums: "f32" | "f64";
  /** Which test sends a row to `left`. */
  test: "<=" | "<" | ">=" | ">";
  /** What each output's sum starts from (default: 0). */
  start?: number[];
  /** prediction = link(sum / divisor · scale + bias) (default: 1, 1, nothing, identity). */
  divisor?: number;
  scale?: number;
  bias?: number[];
  link?: Link;
  trees: PortableTree[];
}

/** Columns by node; the root is node 0, and a leaf has −1 in `left` and `right`. */
export interface PortableTree {
  feature: number[];
  threshold: number[];
  left: number[];
  right: number[];
  /** Whether NaN goes left (default: right). */
  missing_left?: boolean[];
  /** For each node, a number for each output; those of nodes that are no leaves are not read. */
  value: number[][];
}

export function importPortable(root: Field, naming: Naming = {}): Forest {
  const version = root.get("version").value;
  if (version !== 1) throw new RangeError(`version is ${String(version).slice(0, 40)}: this package reads version 1`);
  const features = root.get("features").texts();
  const outputs = root.get("outputs").texts();
  checkCount(features.length, "features", "features");
  checkCount(outputs.length, "outputs", "outputs");
  const compares = choice(root.get("compares"), ["f32", "f64"]);
  const sums = choice(root.get("sums"), ["f32", "f64"]);
  const test = choice(root.get("test"), ["<=", "<", ">=", ">"]);
  const link = root.maybe("link");
  const builder = new ForestBuilder();
  const round = sums === "f32" ? Math.fround : Number;
  for (const tree of root.get("trees").items()) {
    addTree(builder, tree, { features: features.length, outputs: outputs.length, test, compares, round });
  }
  const column = (name: string, none: number, round: (x: number) => number) =>
    Float64Array.from(root.maybe(name)?.numbers(outputs.length) ?? new Array(outputs.length).fill(none), round);
  return builder.forest(
    {
      features,
      outputs,
      compares,
      sums,
      start: column("start", 0, round),
      divisor: root.maybe("divisor")?.whole(1, 2 ** 32 - 1) ?? 1,
      scale: root.maybe("scale")?.number() ?? 1,
      bias: column("bias", -0, Number),
      link: link ? choice(link, ["identity", "sigmoid", "softmax", "exp"]) : "identity",
    },
    naming,
  );
}

interface TreeRules {
  features: number;
  outputs: number;
  test: "<=" | "<" | ">=" | ">";
  compares: "f32" | "f64";
  round: (x: number) => number;
}

function addTree(builder: ForestBuilder, tree: Field, rules: TreeRules): void {
  const { outputs, test, round } = rules;
  const feature = tree.get("feature");
  const lefts = tree.get("left");
  const { length: n } = lefts.numbers();
  if (n === 0) throw new RangeError(`${lefts.path} is empty: a tree has a root`);
  const left = lefts.wholes(-1, n - 1);
  const right = tree.get("right").wholes(-1, n - 1, n);
  const asked = feature.numbers(n);
  const threshold = tree.get("threshold").numbers(n);
  const missing = tree.maybe("missing_left")?.wholes(0, 1, n);
  const values = tree.get("value").items(n);
  if (values.length !== n) throw new RangeError(`${tree.path}.value has ${values.length} elements for ${n} nodes`);
  const narrow = rules.compares === "f32";
  const below = narrow ? below32 : below64;
  const isStrict = test === "<" || test === ">=";
  const isSwapped = test === ">" || test === ">=";
  const root = builder.tree(outputs === 1 ? 0 : -1);
  for (let i = 0; i < n; i++) {
    if (left[i] === -1) {
      const own = (values[i] as Field).numbers(outputs);
      builder.leaves(Array.from(own, round), 0, outputs);
      continue;
    }
    const f = asked[i] as number;
    if (!(Number.isInteger(f) && f >= 0 && f < rules.features))
      throw new RangeError(`${feature.path}[${i}] is ${f}, and there are ${rules.features} features`);
    const limit = narrow ? Math.fround(threshold[i] as number) : (threshold[i] as number);
    const isMissingLeft = missing?.[i] === 1;
    const children = [root + (left[i] as number), root + (right[i] as number)] as const;
    const [l, r] = isSwapped ? [children[1], children[0]] : children;
    builder.test(f, isStrict ? below(limit) : limit, isMissingLeft !== isSwapped, l, r);
  }
}

function choice<T extends string>(field: Field, known: readonly T[]): T {
  const value = field.text() as T;
  if (!known.includes(value))
    throw new RangeError(`${field.path} is "${value.slice(0, 40)}", known are ${known.join(" ")}`);
  return value;
}
