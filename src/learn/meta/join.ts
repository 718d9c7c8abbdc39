/**
 * Forests that are added up become one forest with an output for each arm. Every learner here is a sum of squared-loss models, so that
 * nothing is lost by it: the effect of arm a is Σ_k c_ka f_k(x), and c goes into the leaves.
 */
import { type Forest, SET } from "../../uplift/forest.js";
import type { Binned } from "../data/binned.js";

/** A forest of one output, and what each output of the whole takes of it. */
export interface Part {
  forest: Forest;
  /** By output; 0 where it has no share. */
  shares: readonly number[];
}

/** Σ shares · forest, plus a constant by output. @throws where a forest has a link: sums of those are no forest. */
export function joined(
  binned: Binned,
  outputs: string[],
  parts: readonly Part[],
  constants: readonly number[],
): Forest {
  const start = Float64Array.from(constants);
  const nodes = parts.reduce((sum, { forest }) => sum + forest.feature.length, 0);
  const [feature, threshold] = [new Int32Array(nodes), new Float64Array(nodes)];
  const [left, right, flags] = [new Uint32Array(nodes), new Uint32Array(nodes), new Uint8Array(nodes)];
  const [roots, treeOutput, values]: [number[], number[], number[]] = [[0], [], []];
  const sets: Uint32Array[] = [];
  let at = 0;
  for (const { forest, shares } of parts) {
    if (forest.link !== "identity") throw new Error("a model with a link is no part of a sum");
    const { divisor = 1, scale } = forest;
    const factor = scale / divisor;
    const only = shares.filter((share) => share !== 0).length === 1 ? shares.findIndex((share) => share !== 0) : -1;
    const own = (forest.start[0] as number) * factor + (forest.bias[0] as number);
    shares.forEach((share, o) => {
      if (share !== 0) start[o] = (start[o] as number) + share * own;
    });
    const firstSet = sets.length;
    sets.push(...forest.sets);
    for (let t = 0; t < forest.treeOutput.length; t++) {
      treeOutput.push(only);
      roots.push(at + (forest.roots[t + 1] as number));
    }
    for (let i = 0; i < forest.feature.length; i++) {
      const to = at + i;
      const limit = forest.threshold[i] as number;
      feature[to] = forest.feature[i] as number;
      flags[to] = forest.flags[i] as number;
      if (forest.feature[i] === -1) {
        const value = (forest.values[limit] as number) * factor;
        threshold[to] = values.length;
        if (only >= 0) values.push((shares[only] as number) * value);
        else for (const share of shares) values.push(share * value);
        continue;
      }
      threshold[to] = (flags[to] as number) & SET ? limit + firstSet : limit;
      left[to] = at + (forest.left[i] as number);
      right[to] = at + (forest.right[i] as number);
    }
    at += forest.feature.length;
  }
  return {
    ...{ features: binned.features, zeroMissing: new Uint8Array(binned.features.length), outputs },
    ...{ compares: binned.compares, sums: "f64", start, scale: 1, bias: new Float64Array(outputs.length).fill(-0) },
    ...{ link: "identity", roots: Uint32Array.from(roots), treeOutput: Int32Array.from(treeOutput) },
    ...{ feature, threshold, left, right, flags, values: Float64Array.from(values), sets },
  };
}
