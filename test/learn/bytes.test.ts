/** The model's bytes on every runtime: this file runs in Node, workerd and Chromium, and the numbers are one. */
import { describe, expect, it } from "vitest";
import {
  type Experiment,
  type Forest,
  trainBoosting,
  trainCausalForest,
  trainMetaLearner,
  trainUpliftForest,
} from "../../src/learn/index.js";
import { randomOf } from "./made.js";

/** FNV-1a over the forest's numbers as bytes. */
function hashOf({ feature, threshold, flags, values, sets, roots }: Forest): string {
  let hash = 0x811c9dc5;
  for (const part of [feature, threshold, flags, values, roots, ...sets]) {
    for (const byte of new Uint8Array(part.buffer, part.byteOffset, part.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, "0");
}

/** Three arms, missing values, texts, weights, chances that differ, households. */
function experiment(): Experiment {
  const random = randomOf(77);
  const rows = 3_000;
  const treatment = Uint8Array.from({ length: rows }, () => Math.floor(3 * random()));
  const x = Float32Array.from({ length: rows }, () => (random() < 0.1 ? NaN : random()));
  const outcome = Float64Array.from(treatment, (arm, i) =>
    Number(random() < 0.2 + 0.1 * arm * Number((x[i] as number) > 0.4)),
  );
  return {
    ...{ treatment, outcome },
    cost: Float64Array.from(treatment, (arm) => arm * random()),
    weight: Float64Array.from({ length: rows }, () => 0.5 + random()),
    propensity: Float64Array.from(treatment, () => 0.2 + 0.3 * random()),
    cluster: Uint32Array.from({ length: rows }, (_, i) => i >> 1),
    features: {
      x,
      z: Float64Array.from({ length: rows }, () => random() / 3),
      city: Array.from(
        { length: rows },
        () => ["Kiel", "Bonn", "Trier", "Halle", null][Math.floor(5 * random())] as string | null,
      ),
    },
  };
}

describe("the bytes of a forest", () => {
  it("are one number on every runtime", async () => {
    const data = experiment();
    const causal = await trainCausalForest(data, { trees: 20, price: 0.1 });
    const uplift = await trainUpliftForest(data, { trees: 10, minSamplesLeaf: 30 });
    const symmetric = await trainCausalForest(data, { trees: 10, symmetric: true });
    expect([causal, uplift, symmetric].map(({ forest }) => hashOf(forest))).toEqual([
      "c1bac15b",
      "f8b81f9c",
      "1cfc7ebf",
    ]);
  });

  it("is one number of boosting, and of what stands on it", async () => {
    const data = experiment();
    const { outcome, features, weight, cluster } = data as Required<Experiment>;
    const options = { trees: 12, leaves: 8, rowFraction: 0.7, earlyStopping: 5 };
    const losses = ["squared", "logistic", "tweedie"] as const;
    const forests: Forest[] = [];
    for (const loss of losses) {
      forests.push((await trainBoosting({ outcome, features, weight, cluster }, { ...options, loss })).forest);
    }
    forests.push((await trainMetaLearner(data, { learner: "dr", trees: 12 })).forest);
    expect(forests.map(hashOf)).toEqual(["095107d2", "8088dd7d", "938d7fb6", "cc14cd93"]);
  });
});
