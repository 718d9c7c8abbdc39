/** TreeEnsemble of ai.onnx.ml 5: its columns become a regressor's, and what they may not be is named. */
import { describe, expect, it } from "vitest";
import { asRegressor, type EnsembleAttributes } from "../../../src/uplift/importers/onnx/ensemble.js";

type Columns = Record<string, number[]>;

/** One tree: x0 ≤ 1 goes to test 1, else to leaf 0; test 1, x1 < 2, has leaf 0 on one side and leaf 1 on the other. */
const good: Columns = {
  tree_roots: [0],
  nodes_featureids: [0, 1],
  nodes_splits: [1, 2],
  nodes_modes: [0, 1],
  nodes_truenodeids: [1, 0],
  nodes_trueleafs: [0, 1],
  nodes_falsenodeids: [0, 1],
  nodes_falseleafs: [1, 1],
  leaf_targetids: [0, 0],
  leaf_weights: [10, 20],
  n_targets: [1],
};

function node(columns: Columns, doubles: string[] = []): EnsembleAttributes {
  return {
    has: (name) => name in columns,
    integer: (name) => columns[name]?.[0] ?? 0,
    integers: (name) => columns[name] ?? [],
    reals: (name) => ({ numbers: columns[name] ?? [], isDouble: doubles.includes(name) }),
    bytes: (name) => columns[name] ?? [],
  };
}

describe("a TreeEnsemble", () => {
  it("has its tests and leaves in one list by tree, a leaf once for every side that leads to it", () => {
    const columns = asRegressor(node(good));
    expect(columns.texts("nodes_modes")).toEqual(["BRANCH_LEQ", "BRANCH_LT", "LEAF", "LEAF", "LEAF"]);
    expect(columns.integers("nodes_truenodeids").slice(0, 2)).toEqual([1, 3]);
    expect(columns.integers("nodes_falsenodeids").slice(0, 2)).toEqual([2, 4]);
    expect(columns.integers("target_nodeids")).toEqual([2, 3, 4]);
    expect(columns.floats("target_weights")).toEqual([10, 10, 20]);
    expect(columns.text("aggregate_function")).toBe("SUM");
    expect(columns.text("post_transform")).toBe("NONE");
  });

  it("is of doubles where its tensors are", () => {
    const columns = asRegressor(node(good, ["nodes_splits", "leaf_weights"]));
    expect(columns.doubles("nodes_values_as_tensor").slice(0, 2)).toEqual([1, 2]);
    expect(() => asRegressor(node(good, ["nodes_splits"]))).toThrow(
      "leaf_weights and nodes_splits must be of one type",
    );
  });

  it.each<[string, Columns, string]>([
    ["a cycle", { nodes_truenodeids: [1, 1], nodes_trueleafs: [0, 0] }, "test 1 is reached twice"],
    ["a test in two trees", { tree_roots: [0, 1] }, "tree_roots[1]: test 1 is reached twice"],
    ["a root that is not there", { tree_roots: [7] }, "tree_roots[0]: there is no test 7"],
    ["a test that is not there", { nodes_truenodeids: [2, 0] }, "nodes_truenodeids[0] is 2: there are 2"],
    ["a leaf that is not there", { nodes_falsenodeids: [-1, 1] }, "nodes_falsenodeids[0] is -1: there are 2"],
    ["a column that is cut", { nodes_modes: [0] }, "nodes_modes has 1 elements where 2 belong"],
    ["leaves without weights", { leaf_weights: [1] }, "leaf_weights has 1 elements where 2 belong"],
  ])("with %s is refused by name", (_, change, message) => {
    expect(() => asRegressor(node({ ...good, ...change }))).toThrow(message);
    expect(() => asRegressor(node({ ...good, ...change }))).toThrow(RangeError);
  });
});
