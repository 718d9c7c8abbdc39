/** ONNX's tests of equality: chains of them are one set, and what no set can be is named. Their scores: libraries.test.ts. */
import { describe, expect, it } from "vitest";
import type { Forest } from "../../../src/uplift/forest.js";
import { ForestBuilder } from "../../../src/uplift/importers/builder.js";
import type { Attributes } from "../../../src/uplift/importers/onnx/attributes.js";
import { Trees } from "../../../src/uplift/importers/onnx/trees.js";

interface Test {
  mode?: string;
  value: number;
  /** Ids: the tests are 0, 1, …, the leaves stand behind them. */
  yes: number;
  no: number;
  missing?: number;
  feature?: number;
}

/** One tree of these tests and of `leaves` leaves, which are worth 0, 1, … */
function forestOf(tests: readonly Test[], leaves: number, lists: readonly number[] = []): Forest {
  const many = Array.from({ length: leaves }, (_, k) => k);
  const all = [...tests, ...many.map((): Test => ({ mode: "LEAF", value: 0, yes: 0, no: 0 }))];
  const numbers: Record<string, number[]> = {
    nodes_treeids: all.map(() => 0),
    nodes_nodeids: all.map((_, i) => i),
    nodes_featureids: all.map(({ feature = 0 }) => feature),
    nodes_values: all.map(({ value }) => value),
    nodes_truenodeids: all.map(({ yes }) => yes),
    nodes_falsenodeids: all.map(({ no }) => no),
    nodes_missing_value_tracks_true: all.map(({ missing = 0 }) => missing),
    target_treeids: many.map(() => 0),
    target_nodeids: many.map((k) => tests.length + k),
    target_ids: many.map(() => 0),
    target_weights: many,
    membership_values: [...lists],
  };
  const attributes: Attributes = {
    integers: (name) => numbers[name] ?? [],
    integer: (name) => numbers[name]?.[0] ?? 0,
    floats: (name) => numbers[name] ?? [],
    doubles: () => [],
    texts: (name) => (name === "nodes_modes" ? all.map(({ mode = "BRANCH_EQ" }) => mode) : []),
    text: () => "",
  };
  const builder = new ForestBuilder();
  new Trees(attributes, "target").add(builder, 1);
  return builder.forest(
    { features: ["a", "b"], outputs: ["score"], compares: "f32", sums: "f32", link: "identity" },
    {},
  );
}

const membersOf = ({ sets, threshold }: Forest, node: number) => {
  const words = sets[threshold[node] as number] as Uint32Array;
  return Array.from({ length: 32 * words.length }, (_, c) => c).filter(
    (c) => ((words[c >> 5] as number) >>> (c & 31)) & 1,
  );
};

describe("equalities", () => {
  it("in a chain to one child are one test, by the set of their numbers", () => {
    const forest = forestOf(
      [
        { value: 3, yes: 4, no: 1 },
        { value: 40, yes: 4, no: 2, missing: 1 },
        { value: 0, yes: 4, no: 3 },
        { value: 7, yes: 5, no: 6 },
      ],
      3,
    );
    expect(membersOf(forest, 0)).toEqual([0, 3, 40]);
    expect([forest.left[0], forest.right[0], forest.flags[0]]).toEqual([4, 3, 1 | 2 | 4]);
    expect(membersOf(forest, 3)).toEqual([7]);
    expect(forest.sets).toHaveLength(2);
  });

  it.each<[string, Partial<Test>]>([
    ["of another feature", { feature: 1 }],
    ["to another child", { yes: 3 }],
    ["of another kind", { mode: "BRANCH_NEQ" }],
  ])("do not go on with one %s", (_, other) => {
    const forest = forestOf(
      [
        { value: 3, yes: 2, no: 1 },
        { value: 4, yes: 2, no: 4, ...other },
      ],
      3,
    );
    expect(membersOf(forest, 0)).toEqual([3]);
    expect(forest.right[0]).toBe(1);
  });

  it("by list go on with each other too; each list ends with NaN, the last one with the end as well", () => {
    const [mode, lists] = ["BRANCH_MEMBER", [1, 2, Number.NaN, 9]];
    const forest = forestOf(
      [
        { mode, value: 1, yes: 2, no: 1 },
        { mode, value: 0, yes: 2, no: 3 },
      ],
      2,
      lists,
    );
    expect(membersOf(forest, 0)).toEqual([1, 2, 9]);
  });

  it.each<[string, Test, string]>([
    [
      "a negative number",
      { value: -1, yes: 1, no: 2 },
      "nodes_modes[0] is BRANCH_EQ: category -1 must be a whole number",
    ],
    [
      "a fraction",
      { mode: "BRANCH_NEQ", value: 2.5, yes: 1, no: 2 },
      "nodes_modes[0] is BRANCH_NEQ: category 2.5 must be",
    ],
    [
      "a number beyond f32's whole ones",
      { value: 2 ** 24, yes: 1, no: 2 },
      "must be a whole number from 0 to 16777215",
    ],
    ["no list", { mode: "BRANCH_MEMBER", value: 0, yes: 1, no: 2 }, "membership_values has no list for it"],
    ["a child that is not there", { value: 1, yes: 7, no: 2 }, "nodes_truenodeids[0] is 7, which tree 0 does not have"],
  ])("with %s are refused by name", (_, test, message) => {
    expect(() => forestOf([test], 2)).toThrow(message);
    expect(() => forestOf([test], 2)).toThrow(RangeError);
  });

  it("a hundred thousand in a chain, and one that runs in a circle, take their time once", () => {
    const n = 100_000;
    const chain = Array.from({ length: n }, (_, i) => ({ value: i, yes: n, no: i + 1 < n ? i + 1 : n + 1 }));
    expect(forestOf(chain, 2).sets).toHaveLength(1);
    const circle = chain.map((test, i) => ({ ...test, no: (i + 1) % n }));
    expect(forestOf(circle, 2).sets).toHaveLength(1);
  });
});
