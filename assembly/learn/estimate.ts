/**
 * What the leaves of a tree say: means by arm of the rows that give the estimates.
 *
 *   step    u32 address of the tested column, 0: a leaf   u32 left child << 9 | missing left << 8 | bin        8 bytes a node
 *   sums    f64 Σ w, then Σ w y of each outcome, by arm                                        (1 + outcomes) · arms a node
 *
 * A leaf in which an arm has too few rows takes the means of its nearest ancestor where all have enough: never 0, never half of
 * a comparison. `means` gets, by node, for each outcome the mean of each arm; only those of leaves are read.
 */
import { ARM_SHIFT, Node, nodeAt, ROW_MASK, Run } from "./run";

/** Writes the steps of the tree. */
export function layTree(at: usize, steps: usize): void {
  const run = changetype<Run>(at);
  for (let i: u32 = 0; i < run.nodeCount; i++) {
    const node = changetype<Node>(nodeAt(run, i));
    const to = steps + ((<usize>i) << 3);
    const leaf = node.feature < 0;
    store<u32>(to, leaf ? 0 : run.bins + <u32>node.feature * run.stride);
    store<u32>(to, (node.left << 9) | (node.missingLeft << 8) | node.bin, 4);
  }
}

/** Leaf of a row. */
export function leafOf(steps: usize, row: usize): u32 {
  let i: u32 = 0;
  let column = load<u32>(steps);
  while (column != 0) {
    const step = steps + ((<usize>i) << 3);
    const test = load<u32>(step, 4);
    const x = <u32>load<u8>(<usize>column + row);
    const goesLeft = x == 0 ? (test >> 8) & 1 : x <= (test & 255) ? 1 : 0;
    i = (test >> 9) + 1 - goesLeft;
    column = load<u32>(steps + ((<usize>i) << 3));
  }
  return i;
}

/** −1: an arm is missing in all of the tree; else how many leaves took an ancestor's means. */
export function estimate(
  at: usize,
  steps: usize,
  entries: usize,
  weights: usize,
  count: u32,
  outcomes: usize,
  outcomeCount: u32,
  least: f64,
  sums: usize,
  means: usize,
): i32 {
  const run = changetype<Run>(at);
  const arms = <usize>run.arms;
  const width = (<usize>(1 + outcomeCount)) << 3;
  const size = arms * width;
  memory.fill(sums, 0, <usize>run.nodeCount * size);
  for (let k: usize = 0; k < <usize>count; k++) {
    const entry = load<u32>(entries + (k << 2));
    const row = <usize>(entry & ROW_MASK);
    const w = load<f64>(weights + (k << 3));
    const cell = sums + <usize>leafOf(steps, row) * size + <usize>(entry >> ARM_SHIFT) * width;
    store<f64>(cell, load<f64>(cell) + w);
    for (let o: usize = 0; o < <usize>outcomeCount; o++) {
      const to = cell + ((o + 1) << 3);
      const column = <usize>load<u32>(outcomes + (o << 2));
      store<f64>(to, load<f64>(to) + w * load<f64>(column + (row << 3)));
    }
  }
  // Children come after their parents.
  for (let i = run.nodeCount - 1; i > 0; i--) {
    const parent = <usize>changetype<Node>(nodeAt(run, i)).parent;
    for (let b: usize = 0; b < size; b += 8) {
      const to = sums + parent * size + b;
      store<f64>(to, load<f64>(to) + load<f64>(sums + <usize>i * size + b));
    }
  }
  if (!hasAll(sums, arms, width, least)) return -1;
  let fallen = 0;
  const wide = arms * ((<usize>outcomeCount) << 3);
  for (let i: u32 = 0; i < run.nodeCount; i++) {
    const node = changetype<Node>(nodeAt(run, i));
    const own = sums + <usize>i * size;
    const to = means + <usize>i * wide;
    if (i > 0 && !hasAll(own, arms, width, least)) {
      // The parent's are its own, or its ancestor's already.
      memory.copy(to, means + <usize>node.parent * wide, wide);
      if (node.feature < 0) fallen++;
      continue;
    }
    for (let o: usize = 0; o < <usize>outcomeCount; o++) {
      for (let g: usize = 0; g < arms; g++) {
        const cell = own + g * width;
        store<f64>(to + ((o * arms + g) << 3), load<f64>(cell + ((o + 1) << 3)) / load<f64>(cell));
      }
    }
  }
  return fallen;
}

function hasAll(cells: usize, arms: usize, width: usize, least: f64): bool {
  for (let g: usize = 0; g < arms; g++) if (load<f64>(cells + g * width) < least) return false;
  return true;
}
