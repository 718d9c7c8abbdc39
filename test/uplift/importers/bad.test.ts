/** Files that are no models, or models that ask for what is not supported. */
import { describe, expect, it } from "vitest";
import { importModel } from "../../../src/index.js";
import { readCases } from "./fixtures.js";
import { fuzz, fuzzSeeds } from "./fuzz.js";

const cases = await readCases();
// biome-ignore lint/suspicious/noExplicitAny: a library's own file, changed wherever a test wants it
const json = (name: string): any => JSON.parse(cases.get(name)?.file as string);
const text = (name: string) => cases.get(name)?.file as string;
// biome-ignore lint/suspicious/noExplicitAny: as above
function changed(name: string, change: (file: any) => void): string {
  const file = json(name);
  change(file);
  return JSON.stringify(file);
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a file", () => {
  it.each<[string, Uint8Array | string, string]>([
    ["that is empty", bytes(), "the file is empty"],
    ["of empty text", "", "no known model begins like this"],
    ["of gzip", bytes(0x1f, 0x8b, 8), "unpack it first"],
    ["of pickle", bytes(0x80, 4, 0x95), "examples/exporters"],
    ["of CatBoost's binary", new TextEncoder().encode("CBM1xxxx"), "save_model"],
    ["of XGBoost's old binary", new TextEncoder().encode("binf0000"), "save_model"],
    ["of XGBoost's dump", '[{"nodeid": 0, "leaf": 1}]', "no base_score"],
    ["of other JSON", '{"a": 1}', "JSON of no known model: it has a"],
    ["of JSON that was cut", '{"learner": {', "it may have been cut"],
    ["of JSON, nested deeply", `${'{"learner":'.repeat(200_000)}`, "it may have been cut"],
    ["of ours that was cut", new TextEncoder().encode("SPFM"), "at least 64 bytes"],
    ["of what is nothing", bytes(8, 9, 10, 11, 12), "byte"],
  ])("%s is refused with the way out", (_, file, message) => {
    expect(() => importModel(file)).toThrow(RangeError);
    expect(() => importModel(file)).toThrow(message);
  });

  it("of a wrong kind is a TypeError", () => {
    for (const wrong of [undefined, null, 5, [1, 2], {}]) expect(() => importModel(wrong as never)).toThrow(TypeError);
    expect(() => importModel("", { raw: 1 as never })).toThrow(TypeError);
    expect(() => importModel("", { output: ["a"] } as never)).toThrow('"output" is no option');
  });
});

describe("XGBoost's file", () => {
  const name = "xgboost squared error";
  const tree = "learner.gradient_booster.model.trees[1]";
  // biome-ignore lint/suspicious/noExplicitAny: as above
  it.each<[string, (file: any) => void, string]>([
    ["a child outside of its tree", (f) => (trees(f)[1].left_children[0] = 999), `${tree}.left_children[0] must be`],
    ["a circle", (f) => (trees(f)[1].left_children[0] = 0), "of tree 1 is reached twice"],
    ["a short column", (f) => trees(f)[1].split_indices.pop(), `${tree}.split_indices has`],
    [
      "text for a number",
      (f) => (trees(f)[1].split_conditions[2] = "x"),
      `${tree}.split_conditions[2] must be a number`,
    ],
    ["an infinite leaf", (f) => (f.learner.learner_model_param.base_score = "1e999"), "base_score must be finite"],
    ["a feature out of range", (f) => (trees(f)[1].split_indices[0] = 77), "tests feature 77"],
    ["no objective", (f) => delete f.learner.objective, 'learner has no "objective"'],
    ["a linear booster", (f) => (f.learner.gradient_booster.name = "gblinear"), "only gbtree and dart"],
    ["an objective without a link", (f) => (f.learner.objective.name = "binary:hinge"), "raw: true"],
    ["vectors for one output", (f) => (trees(f)[0].tree_param.size_leaf_vector = "3"), "and the model has 1 outputs"],
    ["a count that is too large", (f) => (f.learner.learner_model_param.num_feature = "99999999"), "at most 1048576"],
    ["a tree without a node", (f) => (trees(f)[0].left_children = []), "a tree has a root"],
  ])("with %s is refused, and the place named", (_, change, message) => {
    expect(() => importModel(changed(name, change))).toThrow(message);
  });

  // biome-ignore lint/suspicious/noExplicitAny: as above
  it.each<[string, (file: any) => unknown, string]>([
    ["without the vectors", (f) => delete trees(f)[0].leaf_weights, "one_output_per_tree"],
    ["with a leaf past the vectors", (f) => trees(f)[0].leaf_weights.splice(3), "leaf 1, and there are 1"],
    ["with a leaf of no number", (f) => trees(f)[0].right_children.fill(-1), "and there are"],
  ])("of vectors %s is refused", (_, change, message) => {
    expect(() => importModel(changed("xgboost vectors", change))).toThrow(message);
  });

  it("of before 3.0 has one number for its base score", () => {
    const row = [0.1, 0.2, 1, -0.3, 0.4];
    const list = importModel(changed(name, (f) => (f.learner.learner_model_param.base_score = "[5E-1]"))).score(row);
    const old = importModel(changed(name, (f) => (f.learner.learner_model_param.base_score = "5E-1"))).score(row);
    expect(old).toEqual(list);
  });

  it("with categories asks for them", () => {
    const file = changed("xgboost categories", (f) => {
      for (const tree of trees(f)) tree.categories_nodes = tree.categories_segments = tree.categories_sizes = [];
    });
    expect(() => importModel(file)).toThrow("tests categories and has none");
  });
});

// biome-ignore lint/suspicious/noExplicitAny: as above
const trees = (file: any) => file.learner.gradient_booster.model.trees;

describe("LightGBM's file", () => {
  const name = "lightgbm regression, missing";
  it.each<[string, RegExp, string, string]>([
    ["a leaf less", /leaf_value=\S+ /, "leaf_value=", "leaf_value of tree 0 has 7 numbers where 8 belong"],
    ["a child out of range", /left_child=\S+/, "left_child=99", "left_child of tree 0: number 0 must be"],
    ["a circle", /left_child=\S+/, "left_child=0", "reached twice"],
    ["linear leaves", /is_linear=0/, "is_linear=1", "linear_tree = false"],
    ["trees out of order", /Tree=1\n/, "Tree=5\n", "out of order"],
    ["no end", /end of trees/, "", 'without "end of trees"'],
    ["an unknown objective", /objective=regression/, "objective=regression sqrt", "raw: true"],
    ["no trees per iteration", /num_tree_per_iteration=1/, "num_tree_per_iteration=0", "from 1 to"],
    ["too many features", /max_feature_idx=4/, "max_feature_idx=99999999", "at most 1048576"],
    ["words for numbers", /threshold=\S+/, "threshold=abc", 'must be finite, got "abc"'],
  ])("with %s is refused, and the line named", (_, from, to, message) => {
    expect(text(name)).toMatch(from);
    expect(() => importModel(text(name).replace(from, to))).toThrow(message);
  });

  it("may end its lines as Windows does", () => {
    const row = [0.1, 0.2, Number.NaN, -0.3, 0.4];
    expect(importModel(text(name).replaceAll("\n", "\r\n")).score(row)).toEqual(importModel(text(name)).score(row));
  });
});

describe("CatBoost's file", () => {
  const name = "catboost regression";
  // biome-ignore lint/suspicious/noExplicitAny: as above
  it.each<[string, (file: any) => void, string]>([
    ["categories", (f) => (f.oblivious_trees[0].splits[1].split_type = "OnlineCtr"), "only float features"],
    ["one-hot categories", (f) => (f.oblivious_trees[0].splits[1].split_type = "OneHotFeature"), "only float features"],
    [
      "trees that are not symmetric",
      (f) => {
        f.trees = f.oblivious_trees;
        delete f.oblivious_trees;
      },
      "SymmetricTree",
    ],
    ["leaves that miss", (f) => f.oblivious_trees[2].leaf_values.pop(), "oblivious_trees[2].leaf_values has 15"],
    ["a feature out of range", (f) => (f.oblivious_trees[0].splits[0].float_feature_index = 9), "does not have"],
  ])("with %s is refused, and the place named", (_, change, message) => {
    expect(() => importModel(changed(name, change))).toThrow(message);
  });
});

it("names outputs and features as asked", () => {
  const model = importModel(text("lightgbm three classes"), { outputs: ["a", "b", "c"], features: [..."vwxyz"] });
  expect([model.outputs, model.features]).toEqual([["a", "b", "c"], [..."vwxyz"]]);
  expect(() => importModel(text("lightgbm three classes"), { outputs: ["a"] })).toThrow("outputs names 1");
});

it("damaged files give models or errors of ours (a share: scripts/fuzz-importers.mjs runs a million)", async () => {
  const { wrong, models, refused } = fuzz(await fuzzSeeds(), 4_000, 1);
  expect(wrong).toEqual([]);
  expect(models).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(1_000);
});
