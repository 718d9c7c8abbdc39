/** LightGBM's model file: a head of key=value, then a block for each tree, then "end of trees". */
import type { Forest } from "../forest.js";
import { checkCount, ForestBuilder, type Naming } from "./builder.js";
import { addSet, addTest, featureNames, finishForest, MISSING_NAN, ZeroRule } from "./lightgbm.js";

const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;

export function importLightgbmText(text: string, naming: Naming = {}): Forest {
  const lines = new Lines(text);
  const head = lines.block("the head");
  const outputs = head.whole(
    "num_tree_per_iteration",
    1,
    2 ** 31,
    head.has("num_class") ? head.text("num_class") : "1",
  );
  const features = featureNames(
    head.text("feature_names", "").split(" ").filter(Boolean),
    head.whole("max_feature_idx", -1, 2 ** 31) + 1,
  );
  checkCount(outputs, "outputs", "num_tree_per_iteration");
  const builder = new ForestBuilder();
  const zero = new ZeroRule(features.length);
  for (let t = 0; lines.more; t++) {
    const block = lines.block(`tree ${t}`);
    if (block.whole("Tree", 0, 2 ** 31) !== t)
      throw new RangeError(`${block.where("Tree")} is out of order: tree ${t} belongs here`);
    addTree(builder, block, t % outputs, features.length, zero);
  }
  const about = {
    version: head.text("version", "v2"),
    classes: head.whole("num_class", 1, 2 ** 31, "1"),
    treesPerIteration: outputs,
    features,
    objective: head.text("objective", ""),
    average: head.has("average_output"),
  };
  return finishForest(builder, about, zero, naming);
}

function addTree(builder: ForestBuilder, block: Block, output: number, features: number, zero: ZeroRule): void {
  const leaves = block.whole("num_leaves", 1, 2 ** 27);
  const tests = leaves - 1;
  if (block.text("is_linear", "0") !== "0")
    throw new RangeError(
      `${block.where("is_linear")}: linear models in leaves are not supported (linear_tree = false)`,
    );
  const value = block.numbers("leaf_value", leaves);
  const root = builder.tree(output);
  if (tests > 0) {
    const sets = setsOf(block, block.whole("num_cat", 0, 2 ** 27, "0"));
    const feature = block.wholes("split_feature", tests, 0, features - 1);
    const threshold = block.numbers("threshold", tests, true);
    const type = block.wholes("decision_type", tests, 0, 15);
    const left = block.wholes("left_child", tests, -leaves, tests - 1);
    const right = block.wholes("right_child", tests, -leaves, tests - 1);
    const node = (child: number) => root + (child < 0 ? tests + ~child : child);
    for (let i = 0; i < tests; i++) {
      const [f, limit, kind] = [feature[i] as number, threshold[i] as number, type[i] as number];
      const [l, r] = [node(left[i] as number), node(right[i] as number)];
      const missing = kind >> 2;
      if (missing > MISSING_NAN) throw new RangeError(`${block.where("decision_type")}: ${kind} has no missing type`);
      if (kind & CATEGORICAL) {
        const set = sets[limit];
        if (!set) throw new RangeError(`${block.where("threshold")}: test ${i} is by set ${limit} of ${sets.length}`);
        addSet(builder, f, set, l, r);
      } else {
        zero.add(f, missing, () => block.where("decision_type"));
        addTest(builder, {
          feature: f,
          threshold: limit,
          missing,
          defaultLeft: (kind & DEFAULT_LEFT) !== 0,
          left: l,
          right: r,
        });
      }
    }
  }
  for (let j = 0; j < leaves; j++) builder.leaf(value[j] as number);
}

function setsOf(block: Block, count: number): Uint32Array[] {
  if (count === 0) return [];
  const bounds = block.wholes("cat_boundaries", count + 1, 0, 2 ** 27);
  const words = block.wholes("cat_threshold", bounds[count] as number, 0, 2 ** 32 - 1);
  return Array.from({ length: count }, (_, s) => {
    const [from, to] = [bounds[s] as number, bounds[s + 1] as number];
    if (from > to) throw new RangeError(`${block.where("cat_boundaries")} must not descend`);
    return Uint32Array.from(words.slice(from, to));
  });
}

/** The lines of a file, block by block: a block ends where the next "Tree=" begins. */
class Lines {
  readonly #text: string;
  #at = 0;
  #line = 1;
  more = true;

  constructor(text: string) {
    this.#text = text;
  }

  block(name: string): Block {
    const values = new Map<string, string>();
    const places = new Map<string, number>();
    for (let isFirst = true; ; isFirst = false) {
      if (this.#at >= this.#text.length)
        throw new RangeError(`line ${this.#line}: the file ends inside of ${name}, without "end of trees": it was cut`);
      const end = this.#text.indexOf("\n", this.#at);
      const next = end < 0 ? this.#text.length : end + 1;
      const line = this.#text.slice(this.#at, next).trim();
      if (line === "end of trees") {
        this.more = false;
        return new Block(name, values, places);
      }
      if (!isFirst && line.startsWith("Tree=")) return new Block(name, values, places);
      const sign = line.indexOf("=");
      const key = sign < 0 ? line : line.slice(0, sign);
      values.set(key, sign < 0 ? "" : line.slice(sign + 1));
      places.set(key, this.#line++);
      this.#at = next;
    }
  }
}

/** The keys of the head, or of a tree. */
class Block {
  readonly #name: string;
  readonly #values: Map<string, string>;
  readonly #places: Map<string, number>;

  constructor(name: string, values: Map<string, string>, places: Map<string, number>) {
    this.#name = name;
    this.#values = values;
    this.#places = places;
  }

  where(key: string): string {
    return `line ${this.#places.get(key)}: ${key} of ${this.#name}`;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  text(key: string, otherwise?: string): string {
    const value = this.#values.get(key) ?? otherwise;
    if (value === undefined)
      throw new RangeError(`${this.#name} has no ${key}: the file was cut, or is of another kind`);
    return value;
  }

  whole(key: string, least: number, most: number, otherwise?: string): number {
    const text = this.text(key, otherwise);
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new RangeError(
        `${this.where(key)} must be a whole number from ${least} to ${most}, got "${text.slice(0, 80)}"`,
      );
    return value;
  }

  /** @param infinite takes "inf" too: of few bins LightGBM makes a test "missing or not", x ≤ inf. */
  numbers(key: string, length: number, infinite = false): Float64Array {
    const text = this.text(key);
    const words = text === "" ? [] : text.split(" ");
    if (words.length !== length)
      throw new RangeError(`${this.where(key)} has ${words.length} numbers where ${length} belong: the file was cut`);
    return Float64Array.from(words, (word, i) => {
      if (infinite && word === "inf") return Number.POSITIVE_INFINITY;
      const value = word === "" ? Number.NaN : Number(word);
      if (!Number.isFinite(value))
        throw new RangeError(`${this.where(key)}: number ${i} must be finite, got "${word.slice(0, 80)}"`);
      return value;
    });
  }

  wholes(key: string, length: number, least: number, most: number): Float64Array {
    const values = this.numbers(key, length);
    for (const [i, value] of values.entries()) {
      if (!(Number.isInteger(value) && value >= least && value <= most))
        throw new RangeError(
          `${this.where(key)}: number ${i} must be a whole number from ${least} to ${most}, got ${value}`,
        );
    }
    return values;
  }
}
