/**
 * What the kernels of boosting share: addresses and settings, written by src/learn/boosting/kernel.ts, and the tree that grows.
 *
 *   entry    u32 by row that the tree sees: the row        stat   f64 h, f64 g: second and (minus the) first derivative of its loss
 *   cell     f64 Σ h, f64 Σ g, of a bin                    histogram of a column: `cells` of them; of a leaf: one by used column
 *
 * Rows of a leaf are contiguous in entries and stats, which are partitioned together (assembly/learn/partition.ts). A leaf keeps its
 * histogram in one of `slots` places, so that the larger of two children is what its parent had without the smaller one.
 */
@unmanaged
export class Boost {
  l2: f64 = 0;
  rate: f64 = 0;
  leastRows: f64 = 0;
  /** Of the tree that grows: a split gains more than this. */
  leastGain: f64 = 0;
  /** Power of Tweedie's variance. */
  power: f64 = 0;
  /** Seed of the rows' and columns' draws, share of both. */
  seed: u64 = 0;
  rowShare: f64 = 0;
  columnShare: f64 = 0;
  loss: u32 = 0;
  rows: u32 = 0;
  columns: u32 = 0;
  /** u32 by column: where its bins lie; u16: how many, the missing one included; i8: 1, −1 or 0, which way outputs may go. */
  columnAt: u32 = 0;
  counts: u32 = 0;
  monotone: u32 = 0;
  isMonotone: u32 = 0;
  /** u32: columns that the tree may ask, and how many. */
  used: u32 = 0;
  usedCount: u32 = 0;
  /** Of a column: cells. */
  cells: u32 = 0;
  /** f64 by row. */
  y: u32 = 0;
  weights: u32 = 0;
  score: u32 = 0;
  /** u32: rows to learn from, ascending. */
  training: u32 = 0;
  trainingCount: u32 = 0;
  entries: u32 = 0;
  stats: u32 = 0;
  taken: u32 = 0;
  spareEntries: u32 = 0;
  spareStats: u32 = 0;
  histograms: u32 = 0;
  slotBytes: u32 = 0;
  slots: u32 = 0;
  /** u32 of free slots, and how many. */
  free: u32 = 0;
  freeCount: u32 = 0;
  nodes: u32 = 0;
  nodeCount: u32 = 0;
  leaves: u32 = 0;
  tree: u32 = 0;
  /** u8 by row: 1 where the tree saw it. */
  seen: u32 = 0;
}

export const SQUARED: u32 = 0;
export const LOGISTIC: u32 = 1;
export const TWEEDIE: u32 = 2;

/** A node. Before its test is made `gain` and what follows is its best one; `left` 0: a leaf. */
@unmanaged
export class Node {
  gain: f64 = 0;
  g: f64 = 0;
  h: f64 = 0;
  value: f64 = 0;
  /** Between these is what it may say, where outputs are monotone. */
  lower: f64 = 0;
  upper: f64 = 0;
  /** Of the best split's left side. */
  leftG: f64 = 0;
  leftH: f64 = 0;
  first: u32 = 0;
  count: u32 = 0;
  column: i32 = 0;
  bin: u32 = 0;
  missingLeft: u32 = 0;
  left: u32 = 0;
  /** Where its histogram is; −1: nowhere. */
  slot: i32 = 0;
  depth: u32 = 0;
}

export const NODE: usize = 96;

export function nodeAt(run: Boost, i: u32): Node {
  return changetype<Node>(<usize>run.nodes + <usize>i * NODE);
}
