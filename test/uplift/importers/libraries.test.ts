/** Imported models against their libraries' own predictions: on thresholds, a step beside them, missing, infinite and unseen. */
import { describe, expect, it } from "vitest";
import { importModel, type Model } from "../../../src/index.js";
import { type Case, readCases } from "./fixtures.js";

const cases = await readCases();

function scored(model: Model, { rows }: Case): number[][] {
  const columns = Object.fromEntries(
    model.features.map((name, f) => [name, Float64Array.from(rows, (row) => row[f] as number)]),
  );
  const scores = model.score(columns);
  return rows.map((_, i) => model.outputs.map((name) => scores[name]?.[i] as number));
}

/** The first row that differs, by bits. */
function difference(got: number[][], expected: number[][], { rows }: Case): string {
  for (const [i, row] of expected.entries()) {
    for (const [k, value] of row.entries()) {
      if (!Object.is((got[i]?.[k] ?? Number.NaN) + 0, value + 0))
        return `row ${i} [${rows[i]}], output ${k}: ${got[i]?.[k]} where the library has ${value}`;
    }
  }
  return "";
}

describe("a model of", () => {
  it.each([...cases])("%s scores as the library does, to the bit", (_, one) => {
    const model = importModel(one.file, { raw: !one.linked });
    if (one.linked) return;
    expect(difference(scored(model, one), one.raw, one)).toBe("");
    for (const [i, row] of one.rows.slice(0, 40).entries())
      expect(difference([[...model.score(row)]], [one.raw[i] as number[]], one)).toBe("");
  });

  const linked = [...cases].filter(([, { predicted }]) => predicted);
  it.each(linked)("%s predicts as the library does, within the rounding of its link", (name, one) => {
    const model = importModel(one.file);
    const got = scored(model, one);
    // XGBoost's links are f32.
    const unit = name.startsWith("xgboost") ? 2 ** -22 : 2 ** -50;
    for (const [i, row] of (one.predicted as number[][]).entries()) {
      for (const [k, value] of row.entries())
        expect(Math.abs((got[i]?.[k] as number) - value)).toBeLessThanOrEqual(unit * Math.abs(value));
    }
  });

  it.each([...cases].filter(([, { linked }]) => linked))("%s, which ends in f32: within its rounding", (_, one) => {
    const got = scored(importModel(one.file), one);
    for (const [i, [value]] of one.raw.entries())
      expect(Math.abs((got[i]?.[0] as number) - (value as number))).toBeLessThan(2 ** -22);
  });
});
