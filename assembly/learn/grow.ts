/**
 * Grows one tree, depth first, node by node: rates, the best split of the features that are tried, partition of the rows.
 *
 * Which features are tried depends on (seed, tree, node) alone: a permutation is drawn from anew in every node, and features that are
 * constant there do not count (as in scikit-learn). `grow` stops when it has read `budget` numbers, so that the caller can breathe; the
 * state is in memory, and the next call goes on.
 */
import { mix64 } from "../math/random";
import { drawRates, prepare } from "./criteria";
import { addArms, addFour, addOne, addSeen } from "./histogram";
import { partition } from "./partition";
import { ARM_BYTES, add, cellsOf, GROUP, Node, nodeAt, Run } from "./run";
import { bestBin, bestFeature, bestGain, bestMissing, bestShare, reset, SEEN, scan, seeAll } from "./split";

/** Below this many rows a bin that nobody stands in costs more than a bit by row. */
const FEW: u32 = 512;
const GAMMA: u64 = 0x9e3779b97f4a7c15;

/** Makes the root of `count` rows. */
export function plant(at: usize, count: u32): void {
  const run = changetype<Run>(at);
  run.nodeCount = 0;
  run.stacked = 0;
  for (let f: u32 = 0; f < run.features; f++) store<u32>(<usize>run.order + ((<usize>f) << 2), f);
  push(run, add(run, -1, 0, count, 0));
}

/** 1: the tree is done; 0: go on. */
export function grow(at: usize, budget: f64): i32 {
  const run = changetype<Run>(at);
  while (run.stacked > 0) {
    if (budget <= 0) return 0;
    run.stacked--;
    const i = load<u32>(<usize>run.stack + ((<usize>run.stacked) << 2));
    const address = nodeAt(run, i);
    const node = changetype<Node>(address);
    look(run, address, i);
    budget -= <f64>node.count * <f64>min(run.tries, run.features) + 1000;
    if (bestFeature < 0) continue;
    // Room is made for every leaf that the least sizes allow; a tree that gets more by its weights is full.
    if (run.nodeCount + 2 > run.nodeLimit) continue;
    split(run, address, i);
  }
  return 1;
}

/** Finds the node's best split. */
function look(run: Run, address: usize, i: u32): void {
  const node = changetype<Node>(address);
  reset(run.leastGain);
  const cells = cellsOf(address, run.arms);
  const entries = <usize>run.entries + ((<usize>node.first) << 2);
  const stats = <usize>run.stats + ((<usize>node.first) << 4);
  addArms(entries, stats, node.count, cells, run.arms);
  drawRates(run, address, node.parent < 0 ? 0 : nodeAt(run, <u32>node.parent));
  if (run.maxDepth == 0 || !mayDivide(run, cells)) return;
  prepare(run, address);
  const size = (<usize>run.arms) << ARM_BYTES;
  const h = <usize>run.histogram;
  const few = node.count < FEW;
  let drawn: u32 = 0;
  let tried: u32 = 0;
  let state = mix64(mix64(run.seed + ((<u64>run.tree) << 32)) + <u64>i);
  while (tried < run.tries && drawn < run.features) {
    // As many as are still to be tried, in groups; constant ones may ask for another round.
    const group: u32 = few ? 1 : min(GROUP, min(run.tries - tried, run.features - drawn));
    for (let k: u32 = 0; k < group; k++) {
      draw(run, drawn + k, state);
      state += GAMMA;
    }
    const order = <usize>run.order + ((<usize>drawn) << 2);
    if (few) addSeen(entries, stats, node.count, column(run, order, 0), h, <usize>run.work + SEEN);
    else if (group == GROUP) {
      const d = column(run, order, 3);
      addFour(
        entries,
        stats,
        node.count,
        column(run, order, 0),
        column(run, order, 1),
        column(run, order, 2),
        d,
        h,
        size,
      );
    } else {
      for (let k: u32 = 0; k < group; k++)
        addOne(entries, stats, node.count, column(run, order, k), h + <usize>k * size);
    }
    for (let k: u32 = 0; k < group; k++) {
      const feature = load<u32>(order + ((<usize>k) << 2));
      if (!few) seeAll(run, load<u16>(<usize>run.counts + ((<usize>feature) << 1)));
      if (scan(run, address, feature, h + <usize>k * size, false)) tried++;
    }
    drawn += group;
  }
}

/** Whether both children can be large enough. */
function mayDivide(run: Run, cells: usize): bool {
  let rows: f64 = 0;
  for (let g: usize = 0; g < <usize>run.arms; g++) {
    const n = load<f64>(cells + (g << 4));
    if (n < 2 * run.leastArm) return false;
    rows += n;
  }
  return rows >= 2 * run.leastLeaf;
}

/** Swaps a feature that is not drawn yet to place `to` (Fisher and Yates). */
export function draw(run: Run, to: u32, state: u64): void {
  if (run.tries >= run.features) return;
  // 32 bits times the number left, the upper half: the bias is below 2^-32 of a feature.
  const from = to + <u32>(((mix64(state) >> 32) * <u64>(run.features - to)) >> 32);
  const a = <usize>run.order + ((<usize>to) << 2);
  const b = <usize>run.order + ((<usize>from) << 2);
  const feature = load<u32>(a);
  store<u32>(a, load<u32>(b));
  store<u32>(b, feature);
}

function column(run: Run, order: usize, k: u32): usize {
  return <usize>run.bins + <usize>load<u32>(order + ((<usize>k) << 2)) * <usize>run.stride;
}

function split(run: Run, address: usize, i: u32): void {
  const node = changetype<Node>(address);
  node.feature = bestFeature;
  node.bin = bestBin;
  node.gain = bestGain;
  // Where nobody has a missing value here, those that come later go with the more.
  node.missingLeft = bestMissing == 2 ? (bestShare >= 0.5 ? 1 : 0) : bestMissing;
  const depth = node.depth + 1;
  // Children that are leaves for their depth need no rows of their own.
  const last = depth >= run.maxDepth;
  let left: u32 = 0;
  if (!last) {
    const entries = <usize>run.entries + ((<usize>node.first) << 2);
    const stats = <usize>run.stats + ((<usize>node.first) << 4);
    const values = <usize>run.bins + <usize>bestFeature * <usize>run.stride;
    left = partition(entries, stats, node.count, values, node.bin, node.missingLeft, run.spareEntries, run.spareStats);
  }
  const first = add(run, <i32>i, node.first, left, depth);
  const second = add(run, <i32>i, node.first + left, last ? 0 : node.count - left, depth);
  node.left = first;
  if (last) return;
  push(run, second);
  push(run, first);
}

function push(run: Run, i: u32): void {
  store<u32>(<usize>run.stack + ((<usize>run.stacked) << 2), i);
  run.stacked++;
}
