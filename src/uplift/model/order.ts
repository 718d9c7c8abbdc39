/** The order in which the model format keeps a forest's nodes. */
import type { Forest } from "../forest.js";

export interface Order {
  order: {
    /** The forest's numbers of the tests, in pre-order, tree by tree. */
    nodes: Uint32Array;
    /** Tests, by tree. */
    tests: Uint32Array;
  };
  /** Leaves on the left of each test. */
  lefts: Uint32Array;
  /** The forest's numbers of the leaves, from left to right, by tree. */
  leaves: Uint32Array[];
}

/** Of a checked forest. */
export function inOrder({ feature, left, right, roots, treeOutput }: Forest): Order {
  const nodes = new Uint32Array(feature.length);
  const lefts = new Uint32Array(feature.length);
  const tests = new Uint32Array(treeOutput.length);
  const leaves: Uint32Array[] = [];
  /** Leaves below a node, by its number. */
  const below = new Uint32Array(feature.length);
  let n = 0;
  for (let t = 0; t < tests.length; t++) {
    const first = n;
    const ends: number[] = [];
    const open = [roots[t] as number];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if ((feature[node] as number) < 0) {
        ends.push(node);
        below[node] = 1;
      } else {
        nodes[n++] = node;
        open.push(right[node] as number, left[node] as number);
      }
    }
    // In pre-order children come after their parent: backwards they are counted before it.
    for (let i = n - 1; i >= first; i--) {
      const node = nodes[i] as number;
      lefts[i] = below[left[node] as number] as number;
      below[node] = (lefts[i] as number) + (below[right[node] as number] as number);
    }
    tests[t] = n - first;
    leaves.push(Uint32Array.from(ends));
  }
  return { order: { nodes: nodes.slice(0, n), tests }, lefts: lefts.slice(0, n), leaves };
}
