/** Models that others published, and what their libraries predict with them (sources: SOURCES.md of the data). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importModel } from "../../src/index.js";
import { referenceData } from "../reference.setup.js";

const text = (name: string) => readFileSync(referenceData("models", ...name.split("/")), "utf8");
const table = (name: string, split = /[\t, ]+/) =>
  text(`lightgbm/${name}`)
    .trim()
    .split("\n")
    .map((line) => line.trim().split(split).map(Number));

function columnsOf(features: readonly string[], rows: number[][]): Record<string, Float64Array> {
  return Object.fromEntries(features.map((name, f) => [name, Float64Array.from(rows, (row) => row[f] as number)]));
}

function scored(file: string, rows: number[][], options = {}): number[][] {
  const model = importModel(text(file), options);
  const scores = model.score(columnsOf(model.features, rows));
  return rows.map((_, i) => model.outputs.map((name) => scores[name]?.[i] as number));
}

const largest = (a: number[][], b: number[][]) =>
  Math.max(...a.flatMap((row, i) => row.map((x, k) => Math.abs(x - (b[i]?.[k] as number)))));

/** 0-based libsvm, label first; what is not named is 0. */
function libsvm(name: string, features: number): number[][] {
  return text(`lightgbm/${name}`)
    .trim()
    .split("\n")
    .map((line) => {
      const row = new Array(features).fill(0);
      for (const pair of line.trim().split(/\s+/).slice(1)) {
        const [f, x] = pair.split(":").map(Number) as [number, number];
        row[f] = x;
      }
      return row;
    });
}

describe("LightGBM's published models", () => {
  it("13 classes with categories (kddcup99): raw scores to the bit", () => {
    expect(scored("lightgbm/lg_kddcup99.model", table("kddcup99_test.tsv"), { raw: true })).toEqual(
      table("lg_kddcup99_true_predictions.txt"),
    );
  });

  it("5 classes: raw scores to the bit, probabilities within 2e-16", () => {
    const rows = table("multiclass_test.tsv").map((row) => row.slice(1));
    const raw = scored("lightgbm/lgmulticlass.model", rows, { raw: true });
    expect(raw).toEqual(table("lgmulticlass_true_raw_predictions.txt"));
    const shares = scored("lightgbm/lgmulticlass.model", rows);
    expect(largest(shares, table("lgmulticlass_true_predictions.txt"))).toBeLessThan(2.3e-16);
  });

  it("a random forest (v2, average_output): the mean to the bit, no link", () => {
    const rows = libsvm("iris_test.libsvm", 4);
    expect(scored("lightgbm/lg_rf_iris.model", rows)).toEqual(table("lg_rf_iris_true_predictions.txt"));
  });

  it("DART, text and JSON dump: probabilities within 2e-16, the same sums", () => {
    const rows = table("breast_cancer_test.tsv");
    const truth = table("lg_dart_breast_cancer_true_predictions.txt");
    expect(largest(scored("lightgbm/lg_dart_breast_cancer.model", rows), truth)).toBeLessThan(2.3e-16);
    const sums = scored("lightgbm/lg_dart_breast_cancer.model", rows, { raw: true });
    expect(scored("lightgbm/lg_dart_breast_cancer.json", rows, { raw: true })).toEqual(sums);
  });

  it("leaves: every row of every tree ends where LightGBM says", () => {
    const rows = table("lg_breast_cancer_data.txt");
    const leaves = table("lg_breast_cancer_data_pred_leaves.txt");
    const file = text("lightgbm/lg_breast_cancer.txt");
    const values = [...file.matchAll(/^leaf_value=(.*)$/gm)].map(([, line]) => (line as string).split(" ").map(Number));
    const sums = leaves.map((row) => row.reduce((sum, leaf, t) => sum + (values[t]?.[leaf] as number), 0));
    expect(scored("lightgbm/lg_breast_cancer.txt", rows, { raw: true }).flat()).toEqual(sums);
  });

  it.each([
    ["lleaves_NYC_taxi.txt", 100],
    ["lleaves_airline.txt", 100],
    ["lleaves_leaf_scan.txt", 1],
    ["lleaves_mixed_categorical.txt", 1],
    ["lleaves_pure_categorical.txt", 1],
    ["lleaves_single_tree.txt", 1],
    ["lleaves_tiniest_single_tree.txt", 1],
    ["model_simple.txt", 2],
    ["lg_1tree.json", 1],
    ["lg_1tree_1leaf.json", 1],
  ])("%s is read whole", (name, trees) => {
    const model = importModel(text(`lightgbm/${name}`));
    expect(model.trees).toBe(trees);
    const row = new Float64Array(model.features.length);
    expect(Number.isFinite(model.score(row)[0])).toBe(true);
  });

  it("a tree of one leaf has its value, shrinkage is in it already", () => {
    const model = importModel(text("lightgbm/lg_1tree_1leaf.json"));
    expect(model.score(new Float64Array(model.features.length))).toEqual(Float64Array.of(0.42));
  });
});

describe("CatBoost's published models", () => {
  it("tiny: the raw value of its source's test", () => {
    const model = importModel(text("catboost/tiny-binary-catboost.json"), { raw: true });
    const [raw] = model.score([0.1276993, 0.9918129, 0.16597846, 0.98612934]);
    expect(raw).toBeCloseTo(0.097949669005, 12);
  });

  it("big: 100 trees over 200 features", () => {
    const model = importModel(text("catboost/big-binary-catboost.json"), { raw: true });
    expect([model.trees, model.features.length]).toEqual([100, 200]);
    const row = Float64Array.from({ length: 200 }, (_, f) => Math.fround(((f * 37) % 101) / 101));
    expect(model.score(row)[0]).toBe(byHand(JSON.parse(text("catboost/big-binary-catboost.json")), row));
  });
});

interface Big {
  oblivious_trees: { leaf_values: number[]; splits: { border: number; float_feature_index: number }[] }[];
}

/** Index bits and a table, as CatBoost defines them. */
function byHand({ oblivious_trees: trees }: Big, row: Float64Array): number {
  let sum = 0;
  for (const { leaf_values: values, splits } of trees) {
    const bit = (d: number) =>
      (row[splits[d]?.float_feature_index as number] as number) > Math.fround(splits[d]?.border as number) ? 1 : 0;
    sum += values[splits.reduce((index, _, d) => index | (bit(d) << d), 0)] as number;
  }
  return sum;
}
