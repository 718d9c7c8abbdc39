/**
 * What the kernels of a training share: addresses and settings, written once by src/learn/kernel.ts, and the nodes of the tree that grows.
 *
 *   column   u8 by row: 0 missing, then the bin: x ≤ border_b goes into bin b + 1 at most         `stride` bytes a feature
 *   entry    u32 by sampled row: row in bits 0–26, arm in bits 27–31                              rows < 2^27, arms ≤ 32
 *   stat     f64 w, f64 w z by sampled row: its weight and what splits look at, times the weight
 *   cell     f64 Σ w, f64 Σ w z                                                                    of a bin and an arm
 *   histogram of a feature     arm 0: 256 cells; arm 1: 256 cells; …                               4 KiB an arm
 *
 * Rows of a node are contiguous in entries and stats, which are partitioned together: a node reads its rows once, in order.
 */
export const ROW_MASK: u32 = (1 << 27) - 1;
export const ARM_SHIFT: u32 = 27;
/** Bytes of an arm's cells: arm · 4096 = entry >> 27 << 12. */
export const ARM_BYTES: u32 = 12;
/** Features whose histograms are filled in one reading of a node's rows. */
export const GROUP: u32 = 4;

/** Criteria, by number. */
export const KL: u32 = 0;
export const ED: u32 = 1;
export const CHI: u32 = 2;
export const CTS: u32 = 3;
export const DDP: u32 = 4;
export const IT: u32 = 5;
export const CIT: u32 = 6;
export const IDDP: u32 = 7;
export const CAUSAL: u32 = 8;

@unmanaged
export class Run {
  /** Least rows (by weight) of a child, and of each of its arms. */
  leastLeaf: f64 = 0;
  leastArm: f64 = 0;
  /** Rows' worth by which a node's rates are drawn to its parent's. */
  shrinkage: f64 = 0;
  /** Least share of a node that a child has. */
  leastShare: f64 = 0;
  /** A split gains more than this. */
  leastGain: f64 = 0;
  seed: u64 = 0;
  bins: u32 = 0;
  stride: u32 = 0;
  features: u32 = 0;
  /** u16 by feature: its bins, the missing one included. */
  counts: u32 = 0;
  entries: u32 = 0;
  stats: u32 = 0;
  /** Room for as many entries and stats. */
  spareEntries: u32 = 0;
  spareStats: u32 = 0;
  arms: u32 = 0;
  /** GROUP histograms; every cell is 0 whenever no node is looked at. */
  histogram: u32 = 0;
  nodes: u32 = 0;
  nodeLimit: u32 = 0;
  nodeCount: u32 = 0;
  /** u32: nodes to look at. */
  stack: u32 = 0;
  stacked: u32 = 0;
  criterion: u32 = 0;
  normalised: u32 = 0;
  maxDepth: u32 = 0;
  /** Features that are looked at in a node. */
  tries: u32 = 0;
  /** u32 by feature: a permutation, drawn anew from in every node. */
  order: u32 = 0;
  /** Work of `split.ts`: see there. */
  work: u32 = 0;
  tree: u32 = 0;
}

/** A node, then f64 by arm: the rates that its children are drawn to; then a cell by arm: its own sums. */
@unmanaged
export class Node {
  gain: f64 = 0;
  parent: i32 = 0;
  /** Its rows in `entries`. */
  first: u32 = 0;
  count: u32 = 0;
  depth: u32 = 0;
  /** −1: a leaf. */
  feature: i32 = 0;
  /** Bins up to this one go left, 0 (missing) by the next field. */
  bin: u32 = 0;
  missingLeft: u32 = 0;
  /** Its left child; the right one is the next. */
  left: u32 = 0;
}

export const NODE_HEAD: usize = 40;

export function nodeBytes(arms: u32): usize {
  return NODE_HEAD + ((<usize>arms + 1) & ~1) * 8 + <usize>arms * 16;
}

export function nodeAt(run: Run, i: u32): usize {
  return <usize>run.nodes + <usize>i * nodeBytes(run.arms);
}

export function ratesOf(node: usize): usize {
  return node + NODE_HEAD;
}

export function cellsOf(node: usize, arms: u32): usize {
  return node + NODE_HEAD + ((<usize>arms + 1) & ~1) * 8;
}

/** Makes a leaf: its number. */
export function add(run: Run, parent: i32, first: u32, count: u32, depth: u32): u32 {
  const i = run.nodeCount++;
  const node = changetype<Node>(nodeAt(run, i));
  node.gain = 0;
  node.parent = parent;
  node.first = first;
  node.count = count;
  node.depth = depth;
  node.feature = -1;
  node.bin = 0;
  node.missingLeft = 0;
  node.left = 0;
  return i;
}
