/** Forests as examples/exporters writes them, against their libraries' predictions, on thresholds and a step beside them. */
import { describe, expect, it } from "vitest";
import { againstControl, importModel, type Scorer, solvedEffects } from "../../src/index.js";
import fixtures from "../uplift/fixtures/forests.json" with { type: "json" };
import grf from "../uplift/fixtures/grf.json" with { type: "json" };

interface Case<Row, Answer> {
  forest: object;
  rows: Row[];
  predicted: Answer[];
}

const cases: Record<Name, Case<number[], number[]>> = JSON.parse(fixtures.cases);
/** NaN is null. */
const grfCases: Record<string, Case<(number | null)[], (number | null)[]>> = JSON.parse(grf.cases);
type Name = "scikit-learn" | "causalml causal" | "causalml uplift" | "econml";

function scored({ forest, rows }: Case<(number | null)[], unknown>, compose: (model: Scorer) => Scorer): number[][] {
  const model = compose(importModel(JSON.stringify(forest)));
  const columns = Object.fromEntries(
    model.features.map((feature, f) => [feature, Float64Array.from(rows, (row) => row[f] ?? Number.NaN)]),
  );
  const scores = model.score(columns);
  return rows.map((_, i) => model.outputs.map((output) => scores[output]?.[i] as number));
}

describe("a forest of", () => {
  it.each<[Name, (model: Scorer) => Scorer]>([
    ["scikit-learn", (model) => model],
    ["causalml causal", (model) => model],
    ["causalml uplift", (model) => againstControl(model, "control")],
  ])("%s predicts to the bit", (name, compose) => {
    expect(scored(cases[name], compose)).toEqual(cases[name].predicted);
  });

  it("econml predicts within 1e-12: moments to the bit, the small solve by elimination in place of LAPACK's", () => {
    const got = scored(cases.econml, solvedEffects);
    for (const [i, [effect]] of cases.econml.predicted.entries())
      expect(Math.abs((got[i]?.[0] as number) - (effect as number))).toBeLessThan(1e-12);
  });

  it.each(Object.entries(grfCases))("grf, %s, predicts within 1e-12, and nothing where it does not", (_, one) => {
    const got = scored(one, solvedEffects);
    for (const [i, effects] of one.predicted.entries()) {
      for (const [k, predicted] of effects.entries()) {
        const effect = got[i]?.[k] as number;
        if (predicted === null) expect(effect).toBeNaN();
        else expect(Math.abs(effect - predicted)).toBeLessThan(1e-12);
      }
    }
  });

  it("of what has other outputs is refused", () => {
    const model = importModel(JSON.stringify(cases["scikit-learn"].forest));
    expect(() => againstControl(model, "control")).toThrow('no output "control"');
    expect(() => solvedEffects(model)).toThrow('no output "alpha_0"');
  });
});
