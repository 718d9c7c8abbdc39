import { describe, expect, it } from "vitest";
import { type Forest, Model } from "../../src/index.js";
import { checkForest } from "../../src/uplift/model/check.js";
import { makeColumns, makeForest, seeded } from "./forests.js";

const forest = makeForest({ trees: 12, leaves: 20, features: 5, sets: 0.2, outputs: 2, missing: "any" });
const bytes = Model.from(forest).bytes();

/** The bytes with changes, and the header's hash as it must be then. */
function changed(change: (words: Uint32Array, copy: Uint8Array) => void, source = bytes): Uint8Array {
  const copy = source.slice();
  const words = new Uint32Array(copy.buffer);
  change(words, copy);
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < words.length; i += 2) {
    a = Math.imul(a ^ (words[i] as number), 0x01000193);
    a ^= a >>> 15;
    if (i !== 14) b = Math.imul(b ^ (words[i + 1] as number), 0x85ebca6b);
    b ^= b >>> 13;
  }
  words[15] = Math.imul(a ^ (b >>> 16) ^ (b << 11), 0xc2b2ae35) >>> 0;
  return copy;
}

describe("the model format", () => {
  it("comes back with the same bytes and the same scores", () => {
    const model = Model.read(bytes);
    expect(model.bytes()).toEqual(bytes);
    expect([model.features, model.outputs, model.trees]).toEqual([forest.features, forest.outputs, 12]);
    const columns = makeColumns(forest, 300, 1);
    expect(model.score(columns)).toEqual(Model.from(forest).score(columns));
  });

  it("is read from an odd address, from an ArrayBuffer and from a part of a larger one", () => {
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 5);
    const columns = makeColumns(forest, 40, 2);
    const expected = Model.read(bytes).score(columns);
    expect(Model.read(larger.subarray(5, 5 + bytes.length)).score(columns)).toEqual(expected);
    expect(Model.read(bytes.buffer as ArrayBuffer).score(columns)).toEqual(expected);
  });

  it("holds 100 trees of 31 leaves in 40 KB (f32) and 64 KB (f64), whatever their shape", () => {
    const size = (precision: "f32" | "f64") => {
      const made = makeForest({ trees: 600, leaves: 31, features: 20, precision });
      const full = fullTrees(made, 31, 100);
      return Model.from(full).bytes().length;
    };
    expect(size("f32")).toBeLessThanOrEqual(40_000);
    expect(size("f64")).toBeLessThanOrEqual(64_000);
  });

  it("tells what is wrong with bytes, and where", () => {
    const read = (source: Uint8Array) => () => Model.read(source);
    expect(read(bytes.subarray(0, 40))).toThrow("a model has at least 64 bytes, this one ends after 40");
    expect(read(bytes.slice(0, bytes.length - 8))).toThrow("it was cut or glued");
    expect(read(Uint8Array.of(...bytes, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow("it was cut or glued");
    expect(read(changed((words) => words.set([1], 0)))).toThrow("no model of ours");
    expect(read(changed((words) => words.set([2], 1)))).toThrow("this model has version 2, this package reads 1");
    expect(read(changed((words) => words.set([10_000_000], 7)))).toThrow("the header's counts come to");
    expect(read(changed((words) => words.set([0xffffffff], 7)))).toThrow("(at byte 28) says 4294967295 tests");
    const damaged = bytes.slice();
    damaged[bytes.length - 20] = (damaged[bytes.length - 20] as number) ^ 4;
    expect(read(damaged)).toThrow("the file was damaged");
    expect(() => Model.read("SPFM" as never)).toThrow(TypeError);
  });

  it("reads bytes of any kind without leaving them: damaged in one word, with the right hash", () => {
    const random = seeded(7);
    const columns = makeColumns(forest, 20, 9);
    let read = 0;
    for (let i = 0; i < 20_000; i++) {
      const hostile = changed((words) => {
        const at = 2 + Math.floor(random() * (words.length - 2));
        if (at !== 15) words[at] = random() < 0.5 ? Math.floor(random() * 2 ** 32) : Math.floor(random() * 300);
      });
      try {
        const model = Model.read(hostile);
        read++;
        if (i % 20 === 0) model.score(columns);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    // Most damage is to a threshold or a value, which may be any number.
    expect(read).toBeGreaterThan(1_000);
    expect(read).toBeLessThan(19_000);
  });
});

/** The first trees of a forest that have just as many leaves. */
function fullTrees(source: Forest, leaves: number, count: number): Forest {
  const { roots } = source;
  const full = [...source.treeOutput.keys()].filter(
    (t) => (roots[t + 1] as number) - (roots[t] as number) === 2 * leaves - 1,
  );
  const chosen = full.slice(0, count);
  expect(chosen).toHaveLength(Math.min(count, full.length));
  const nodes = chosen.flatMap((t) => Array.from({ length: 2 * leaves - 1 }, (_, i) => (roots[t] as number) + i));
  const place = new Map(nodes.map((node, i) => [node, i]));
  const pick = (column: ArrayLike<number>) => nodes.map((node) => column[node] as number);
  const moved = (column: ArrayLike<number>) => pick(column).map((node) => place.get(node) ?? 0);
  return {
    ...source,
    roots: Uint32Array.from({ length: chosen.length + 1 }, (_, t) => t * (2 * leaves - 1)),
    treeOutput: new Int32Array(chosen.length),
    feature: Int32Array.from(pick(source.feature)),
    threshold: Float64Array.from(pick(source.threshold)),
    flags: Uint8Array.from(pick(source.flags)),
    left: Uint32Array.from(moved(source.left)),
    right: Uint32Array.from(moved(source.right)),
  };
}

describe("a forest that is none", () => {
  const at = forest.feature.findIndex((f, i) => f >= 0 && (forest.feature[forest.left[i] as number] as number) >= 0);
  const leaf = forest.feature.indexOf(-1);
  const withColumn = (
    name: "left" | "right" | "feature" | "threshold" | "flags",
    node: number,
    value: number,
  ): Forest => {
    const column = forest[name].slice();
    column[node] = value;
    return { ...forest, [name]: column };
  };

  it.each<[string, Forest, RegExp]>([
    ["runs in a circle", withColumn("left", at, at), /node \d+ of tree \d+ is reached twice/],
    [
      "shares a node",
      withColumn("left", at, forest.right[at] as number),
      /reached twice: the tree runs in a circle or shares/,
    ],
    ["has a child elsewhere", withColumn("left", at, 4_000_000_000), /has child 4000000000: its tree's nodes are/],
    ["has a child in another tree", withColumn("right", 0, forest.roots[1] as number), /of tree 0 has child/],
    ["tests what is no feature", withColumn("feature", at, 5), /tests feature 5, and there are 5/],
    [
      "has no threshold",
      withColumn(
        "threshold",
        forest.flags.findIndex((flag, i) => flag < 2 && (forest.feature[i] as number) >= 0),
        Number.NaN,
      ),
      /has threshold NaN/,
    ],
    [
      "tests what is no set",
      withColumn(
        "threshold",
        forest.flags.findIndex((flag) => flag >= 2),
        8,
      ),
      /tests set 8, and there are 8/,
    ],
    ["has unknown flags", withColumn("flags", at, 8), /has unknown flags: 8/],
    ["is of whole numbers, and of no set", withColumn("flags", at, 4), /has unknown flags: 4/],
    ["has a leaf without values", withColumn("threshold", leaf, 1e6), /has its values at 1000000/],
    [
      "has a value that is none",
      { ...forest, values: forest.values.map((x, i) => (i === 3 ? Infinity : x)) },
      /values\[3\] must be finite/,
    ],
    [
      "has an output that is none",
      { ...forest, treeOutput: forest.treeOutput.map((k, t) => (t === 2 ? 2 : k)) },
      /tree 2 adds to output 2/,
    ],
    ["has roots that go back", { ...forest, roots: forest.roots.map((x, t) => (t === 3 ? 0 : x)) }, /it has no node/],
    ["says a name twice", { ...forest, features: ["a", "b", "a", "c", "d"] }, /features\[2\] is "a" once more/],
    ["has no name", { ...forest, outputs: ["", "b"] }, /outputs\[0\] has no name/],
    ["has other lengths", { ...forest, flags: new Uint8Array(3) }, /flags has 3 numbers for \d+ nodes/],
    ["says f32 of what is f64", { ...forest, compares: "f32" }, /which is no number of f32/],
    ["has a link that is none", { ...forest, link: "logit" as never }, /link must be one of/],
  ])("%s: a RangeError that names the place", (_, broken, message) => {
    expect(() => checkForest(broken)).toThrow(RangeError);
    expect(() => Model.from(broken)).toThrow(message);
  });
});
