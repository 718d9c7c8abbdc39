/** Uplift trees against causalml's own (scripts/fixtures/uplift_trees.py): every test and every leaf. */
import { describe, expect, it } from "vitest";
import { type TrainedForest, trainUpliftForest, type UpliftCriterion } from "../../src/learn/index.js";
import { MISSING_LEFT } from "../../src/uplift/forest.js";
import fixture from "./fixtures/causalml-trees.json" with { type: "json" };

type Node = { rates: number[] } | { feature: number; threshold: number; missingLeft: boolean };

function column(text: string): Float32Array {
  return Float32Array.from(text, (c) => (c === "." ? NaN : c.charCodeAt(0) - 48));
}

/** The one tree in pre-order, leaves by their effects. */
function nodesOf({ forest }: TrainedForest) {
  const nodes: { feature?: number; threshold?: number; missingLeft?: boolean; effects?: number[] }[] = [];
  const walk = (i: number) => {
    const at = forest.threshold[i] as number;
    if ((forest.feature[i] as number) < 0) {
      nodes.push({ effects: Array.from(forest.values.slice(at, at + forest.outputs.length)) });
      return;
    }
    const missingLeft = ((forest.flags[i] as number) & MISSING_LEFT) > 0;
    nodes.push({ feature: forest.feature[i] as number, threshold: at, missingLeft });
    walk(forest.left[i] as number);
    walk(forest.right[i] as number);
  };
  walk(0);
  return nodes;
}

describe(`causalml ${fixture.versions.causalml}`, () => {
  for (const one of fixture.cases) {
    it(`grows the tree that ours is: ${one.criterion}, ${one.trial}, n_reg ${one.n_reg}, ${one.normalization}`, async () => {
      const trial = fixture.trials[one.trial as keyof typeof fixture.trials];
      const trained = await trainUpliftForest(
        {
          treatment: Array.from(trial.arm, Number),
          outcome: column(trial.outcome),
          features: Object.fromEntries(trial.features.map((text, f) => [`x${f}`, column(text)])),
        },
        {
          criterion: one.criterion as UpliftCriterion,
          trees: 1,
          bootstrap: false,
          maxDepth: 4,
          maxFeatures: 6,
          minSamplesLeaf: one.min_samples_leaf,
          minSamplesTreatment: one.min_samples_treatment,
          nReg: one.n_reg,
          normalization: one.normalization,
        },
      );
      const nodes = nodesOf(trained);
      const missing = one.trial.includes("missing");
      expect(nodes.length).toBe(one.nodes.length);
      for (const [i, theirs] of (one.nodes as Node[]).entries()) {
        const ours = nodes[i] as (typeof nodes)[number];
        if ("rates" in theirs) {
          const [control, ...treated] = theirs.rates as [number, ...number[]];
          treated.forEach((rate, k) => {
            expect(ours.effects?.[k]).toBeCloseTo(rate - control, 12);
          });
        } else {
          expect([i, ours.feature, ours.threshold]).toEqual([i, theirs.feature, theirs.threshold]);
          if (missing) expect([i, ours.missingLeft]).toEqual([i, theirs.missingLeft]);
        }
      }
    });
  }
});
