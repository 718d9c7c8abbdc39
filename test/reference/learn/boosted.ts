/** Boosted trees on bins become a forest: bins become thresholds and sets of categories. */

import type { Binned } from "../../../src/learn/data/binned.js";
import { type Forest, type Link, MISSING_LEFT, SET } from "../../../src/uplift/forest.js";

/** A node: a test of a column (−1: a leaf), bins up to `bin` go left; the right child stands behind the left one. */
export interface BoostedNode {
  column: number;
  bin: number;
  missingLeft: boolean;
  left: number;
  value: number;
}

/** Name of the feature behind the others. No file has it: whoever uses it answers its tests (specialise.ts). */
const EXTRA = "\u0000extra";

export function boostedForest(
  { columns, features, compares }: Binned,
  trees: readonly BoostedNode[][],
  { start, link, extra }: { start: number; link: Link; extra: boolean },
): Forest {
  const names = extra ? [...features, EXTRA] : features;
  const nodes = trees.reduce((sum, tree) => sum + tree.length, 0);
  const [feature, threshold] = [new Int32Array(nodes), new Float64Array(nodes)];
  const [left, right, flags] = [new Uint32Array(nodes), new Uint32Array(nodes), new Uint8Array(nodes)];
  const values: number[] = [];
  const sets: Uint32Array[] = [];
  const setOf = new Map<string, number>();
  const roots = [0];
  for (const tree of trees) {
    const base = roots.at(-1) as number;
    tree.forEach((node, k) => {
      const at = base + k;
      if (node.column < 0) {
        feature[at] = -1;
        threshold[at] = values.push(node.value) - 1;
        return;
      }
      left[at] = base + node.left;
      right[at] = base + node.left + 1;
      flags[at] = node.missingLeft ? MISSING_LEFT : 0;
      const column = columns[node.column];
      feature[at] = column?.feature ?? features.length;
      // Of the further column a bin is 1 + its number, which it is compared by.
      const border = node.bin === 0 ? -Infinity : column ? (column.borders[node.bin - 1] as number) : node.bin - 0.5;
      if (column?.categories) {
        const key = `${node.column}:${node.bin}`;
        const set = setOf.get(key) ?? sets.push(members(column.categories, border)) - 1;
        setOf.set(key, set);
        threshold[at] = set;
        flags[at] = (flags[at] as number) | SET;
      } else threshold[at] = border;
    });
    roots.push(base + tree.length);
  }
  return {
    ...{ features: names, zeroMissing: new Uint8Array(names.length), outputs: ["score"], compares, sums: "f64" },
    ...{ start: Float64Array.of(start), scale: 1, bias: Float64Array.of(-0), link },
    ...{ roots: Uint32Array.from(roots), treeOutput: new Int32Array(trees.length) },
    ...{ feature, threshold, left, right, flags, values: Float64Array.from(values), sets },
  };
}

/** Categories whose number lies at or below the border, as bits. */
function members(categories: Float64Array, border: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(categories.length / 32));
  categories.forEach((number, c) => {
    if (number <= border) words[c >> 5] = ((words[c >> 5] as number) | (1 << (c & 31))) >>> 0;
  });
  return words;
}
