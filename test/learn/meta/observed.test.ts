/** Chances that nobody wrote down, against those by which the rows were drawn. */
import { describe, expect, test } from "vitest";
import { readExperiment } from "../../../src/learn/data/read.js";
import { effectsOf } from "../../../src/learn/data/score.js";
import { estimatePropensities, trainCausalForest } from "../../../src/learn/index.js";
import { madeExperiment, saidBy } from "../data/experiments.js";

const made = madeExperiment({ rows: 12_000, confounded: true }, 12);
const { propensity: drawn, ...observed } = made.data;
const truth = mean(made.tau[0] as Float64Array);

function mean(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] as number;
  return sum / x.length;
}

/** Hájek: each arm's mean outcome by inverse chances. */
function effectBy(chances: ArrayLike<number>): number {
  const { arm, outcome } = readExperiment(observed);
  const [w, wy] = [
    [0, 0],
    [0, 0],
  ];
  outcome.forEach((y, i) => {
    const [a, weight] = [arm[i] as number, 1 / (chances[i] as number)];
    w[a] = (w[a] as number) + weight;
    wy[a] = (wy[a] as number) + weight * y;
  });
  return (wy[1] as number) / (w[1] as number) - (wy[0] as number) / (w[0] as number);
}

describe("estimated chances", () => {
  test("are near those that rows were drawn by, and take the confounding out", async () => {
    const { propensity, report } = await estimatePropensities(observed);
    const off = propensity.map((p, i) => Math.abs(p - ((drawn as Float64Array)[i] as number)));
    expect(mean(off)).toBeLessThan(0.04);
    expect(report).toMatchObject({ how: "estimated", trimmed: 0 });
    expect(Math.abs(effectBy(new Float64Array(propensity.length).fill(0.5)) - truth)).toBeGreaterThan(0.05);
    expect(Math.abs(effectBy(propensity) - truth)).toBeLessThan(0.03);
  });

  test("are what every learner takes: an honest causal forest, which would have refused the rows as they are", async () => {
    const options = { trees: 60, seed: 1 };
    expect(await saidBy(trainCausalForest(observed, options))).toMatch(/differs? between the arms/);
    const { propensity } = await estimatePropensities(observed);
    const { model } = await trainCausalForest({ ...observed, propensity }, { ...options, allow: true });
    const [effect] = effectsOf(model, observed, ["arm1"]);
    expect(Math.abs(mean(effect as Float64Array) - truth)).toBeLessThan(0.04);
  });

  test("do not look at what came of it, and are the same for the same seed", async () => {
    const few = madeExperiment({ rows: 1_500, confounded: true }, 3).data;
    const other = { ...few, outcome: few.outcome.map((y) => -y) };
    const [a, b] = [await estimatePropensities(few, { seed: 4 }), await estimatePropensities(other, { seed: 4 })];
    expect(a.propensity).toEqual(b.propensity);
    expect((await estimatePropensities(few, { seed: 5 })).propensity).not.toEqual(a.propensity);
  });

  test("refuse what they cannot do, by name", async () => {
    const few = madeExperiment({ rows: 30 }, 3).data;
    expect(await saidBy(estimatePropensities(few))).toMatch(/and estimating chances in 5 folds needs 20/);
    expect(await saidBy(estimatePropensities(observed, { learner: "t" } as never))).toMatch(/no field "learner"/);
    expect(await saidBy(estimatePropensities(observed, { clip: 0.6 }))).toMatch(/clip must be from 0/);
    const stop = AbortSignal.abort();
    expect(await saidBy(estimatePropensities(observed, { signal: stop }))).toMatch(/abort/i);
  });
});
