/**
 * A model that was trained with the arm as a feature becomes a model of the other features: what it says where the arm is a. Tests of
 * the arm are answered, and trees that never ask for it are left out where only differences between arms matter.
 */
import { type Forest, MISSING_LEFT } from "../../uplift/forest.js";

/** Whether each tree tests the feature. */
export function asks(forest: Forest, feature: number): boolean[] {
  return Array.from(forest.treeOutput, (_, t) => {
    for (let i = forest.roots[t] as number; i < (forest.roots[t + 1] as number); i++) {
      if (forest.feature[i] === feature) return true;
    }
    return false;
  });
}

/** The trees that `keep` says, with `feature` (the last one) answered by `value`. */
export function specialised(forest: Forest, feature: number, value: number, keep: readonly boolean[]): Forest {
  const nodes: number[] = [];
  const [left, right]: [number[], number[]] = [[], []];
  const roots = [0];
  const answered = (i: number): number => {
    let at = i;
    while (forest.feature[at] === feature) {
      const isLeft = Number.isNaN(value)
        ? ((forest.flags[at] as number) & MISSING_LEFT) !== 0
        : value <= (forest.threshold[at] as number);
      at = (isLeft ? forest.left[at] : forest.right[at]) as number;
    }
    return at;
  };
  const copy = (i: number): number => {
    const from = answered(i);
    const to = nodes.push(from) - 1;
    if (forest.feature[from] !== -1) {
      left[to] = copy(forest.left[from] as number);
      right[to] = copy(forest.right[from] as number);
    }
    return to;
  };
  keep.forEach((kept, t) => {
    if (!kept) return;
    copy(forest.roots[t] as number);
    roots.push(nodes.length);
  });
  const pick = (column: ArrayLike<number>) => nodes.map((i) => column[i] as number);
  return {
    ...forest,
    features: forest.features.slice(0, feature),
    zeroMissing: forest.zeroMissing.slice(0, feature),
    roots: Uint32Array.from(roots),
    treeOutput: new Int32Array(roots.length - 1),
    feature: Int32Array.from(pick(forest.feature)),
    threshold: Float64Array.from(pick(forest.threshold)),
    left: Uint32Array.from(nodes, (_, i) => left[i] ?? 0),
    right: Uint32Array.from(nodes, (_, i) => right[i] ?? 0),
    flags: Uint8Array.from(pick(forest.flags)),
  };
}
