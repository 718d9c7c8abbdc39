/** Every definition against the package itself: what scripts/fixtures/metrics.py had the packages say of a made trial. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/index.js";

interface Fixture {
  versions: Record<string, string>;
  treatment: number[];
  outcome: number[];
  spend: number[];
  scores: Record<string, number[]>;
  values: Record<string, Record<string, number>>;
}

const file = new URL("../fixtures/metrics.json", import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(file, "utf8"));
const { treatment, versions } = fixture;

/** YDF prints and keeps f32 in its predictions, its sums are f64. */
const DIGITS = 12;

for (const [name, values] of Object.entries(fixture.values)) {
  const [score, ofSpend] = name.split(", ") as [string, string | undefined];
  describe(`${name}, by ${Object.entries(versions).join(" ").replaceAll(",", " ")}`, () => {
    const { comparisons } = evaluate(
      {
        treatment,
        outcome: Float64Array.from(ofSpend ? fixture.spend : fixture.outcome),
        scores: { s: Float64Array.from(fixture.scores[score] as number[]) },
      },
      { resamples: 0 },
    );
    for (const [metric, value] of Object.entries(values)) {
      test(metric, () => {
        const own = comparisons[0]?.scores[0]?.metrics.find((one) => one.name === metric)?.value as number;
        expect(own / value).toBeCloseTo(1, DIGITS - 2);
      });
    }
  });
}

test("the packages were there", () => {
  expect(Object.keys(versions)).toEqual(expect.arrayContaining(["scikit-uplift", "causalml", "pylift", "ydf"]));
});
