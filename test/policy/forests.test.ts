/** Forests as examples/exporters writes them, against their libraries' predictions, on thresholds and a step beside them. */
import { describe, expect, it } from "vitest";
import { againstControl, importModel, type Scorer, solvedEffects } from "../../src/index.js";
import fixtures from "../uplift/fixtures/forests.json" with { type: "json" };

interface Case {
  forest: object;
  rows: number[][];
  predicted: number[][];
}

const cases: Record<Name, Case> = JSON.parse(fixtures.cases);
type Name = "scikit-learn" | "causalml causal" | "causalml uplift" | "econml";

function scored(name: Name, compose: (model: Scorer) => Scorer): number[][] {
  const { forest, rows } = cases[name];
  const model = compose(importModel(JSON.stringify(forest)));
  const columns = Object.fromEntries(
    model.features.map((feature, f) => [feature, Float64Array.from(rows, (row) => row[f] as number)]),
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
    expect(scored(name, compose)).toEqual(cases[name].predicted);
  });

  it("econml predicts within 1e-12: moments to the bit, the small solve by elimination in place of LAPACK's", () => {
    const got = scored("econml", solvedEffects);
    for (const [i, [effect]] of cases.econml.predicted.entries())
      expect(Math.abs((got[i]?.[0] as number) - (effect as number))).toBeLessThan(1e-12);
  });

  it("of what has other outputs is refused", () => {
    const model = importModel(JSON.stringify(cases["scikit-learn"].forest));
    expect(() => againstControl(model, "control")).toThrow('no output "control"');
    expect(() => solvedEffects(model)).toThrow('no output "alpha_0"');
  });
});
