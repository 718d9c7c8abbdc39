import { describe, expect, it } from "vitest";
import { type Forest, Model } from "../../src/index.js";
import { makeForest } from "./forests.js";

describe("a forest", () => {
  it("of ten million nodes is refused or read in seconds, never a hang", () => {
    const nodes = 10_000_001;
    const half = (nodes - 1) / 2;
    // A chain: every left child a leaf.
    const chain: Forest = {
      ...makeForest({ trees: 0, leaves: 1, features: 1 }),
      roots: Uint32Array.of(0, nodes),
      treeOutput: Int32Array.of(0),
      feature: new Int32Array(nodes).fill(0, 0, half).fill(-1, half),
      threshold: new Float64Array(nodes).fill(0, half),
      left: Uint32Array.from({ length: nodes }, (_, i) => i + half + 1),
      right: Uint32Array.from({ length: nodes }, (_, i) => Math.min(i + 1, half)),
      flags: new Uint8Array(nodes),
      values: Float64Array.of(1),
    };
    const model = Model.from(chain);
    expect(model.leaves).toBe(half + 1);
    expect(() => Model.from({ ...chain, right: chain.right.fill(0, half - 1, half) })).toThrow(/reached twice/);
  });
});
