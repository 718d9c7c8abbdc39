/** Rules of the formats that no file of the libraries' here turns on: by hand, from their sources. */
import { expect, it } from "vitest";
import { importModel } from "../../../src/index.js";
import { readCases } from "./fixtures.js";

const cases = await readCases();

/** LightGBM's text of one tree: x ≤ threshold is 1, else 2; decision type 0 has no missing values, and no default to the left. */
function stump(threshold: string, decisionType: number): string {
  return `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=0
objective=regression
feature_names=x
feature_infos=[-1:1]

Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=${threshold}
decision_type=${decisionType}
left_child=-1
right_child=-2
leaf_value=1 2
is_linear=0
shrinkage=1

end of trees
`;
}

it("LightGBM: where nothing is missing NaN goes where 0 goes, also to a threshold of 0", () => {
  const at = (threshold: string) => importModel(stump(threshold, 0)).score(Float64Array.of(Number.NaN))[0];
  expect(["-1", "0", "1"].map(at)).toEqual([2, 1, 1]);
});

it("LightGBM: an average is over iterations, not trees; of v2 it is the prediction", () => {
  for (const name of ["lightgbm three classes", "lightgbm random forest, binary"]) {
    const { file, rows, raw } = cases.get(name) as { file: string; rows: Float64Array[]; raw: number[][] };
    const outputs = raw[0]?.length as number;
    const iterations = (file.match(/^Tree=/gm) as string[]).length / outputs;
    const isAverage = /^average_output$/m.test(file);
    const old = isAverage ? file : file.replace("tree\n", "tree\naverage_output\n");
    const model = importModel(old.replace("version=v4", "version=v2"));
    const sums = importModel(file, { raw: true });
    for (const row of rows.slice(0, 20)) {
      const expected = Array.from(sums.score(row), (sum) => sum / iterations);
      expect([...model.score(row)]).toEqual(expected);
    }
  }
});

it("XGBoost: a Tweedie model begins at the logarithm of its base_score, as a Poisson model does", () => {
  const { file, rows, predicted } = cases.get("xgboost poisson") as {
    file: string;
    rows: Float64Array[];
    predicted: number[][];
  };
  const tweedie = JSON.parse(file);
  tweedie.learner.objective.name = "reg:tweedie";
  const model = importModel(JSON.stringify(tweedie));
  for (const [i, row] of rows.entries())
    expect(Math.abs((model.score(row)[0] as number) / (predicted[i]?.[0] as number) - 1)).toBeLessThan(2 ** -22);
});
