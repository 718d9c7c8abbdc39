/**
 * Grows a symmetric tree, level by level: all nodes of a level ask the same question, the one whose gains, each weighed by the share
 * of the rows that its node has, sum up to the most. A node in which the question is no split (a child too small) gains nothing by it and is
 * parted all the same; leaves without rows of all arms take an ancestor's estimates.
 */
import { mix64 } from "../math/random";
import { drawRates, prepare } from "./criteria";
import { draw } from "./grow";
import { addArms, addOne } from "./histogram";
import { partition } from "./partition";
import { add, cellsOf, Node, nodeAt, Run } from "./run";
import { bestBin, bestFeature, bestGain, bestMissing, GAINS, reset, scan, seeAll, take, weigh } from "./split";

const GAMMA: u64 = 0x9e3779b97f4a7c15;

/** Grows one level: 1 where it was the last. The first node of the level stands in the stack. */
export function growLevel(at: usize): i32 {
  const run = changetype<Run>(at);
  const first = load<u32>(<usize>run.stack);
  const end = run.nodeCount;
  const depth = changetype<Node>(nodeAt(run, first)).depth;
  for (let i = first; i < end; i++) sumUp(run, i);
  if (depth >= run.maxDepth || run.nodeCount + 2 * (end - first) > run.nodeLimit) return 1;
  const all = rowsOf(run, 0);
  reset(run.leastGain);
  let state = mix64(mix64(run.seed + ((<u64>run.tree) << 32)) + <u64>first);
  let tried: u32 = 0;
  for (let k: u32 = 0; k < run.features && tried < run.tries; k++) {
    draw(run, k, state);
    state += GAMMA;
    if (tryFeature(run, load<u32>(<usize>run.order + ((<usize>k) << 2)), first, end, all)) tried++;
  }
  if (bestFeature < 0) return 1;
  store<u32>(<usize>run.stack, end);
  for (let i = first; i < end; i++) part(run, i, depth + 1);
  return 0;
}

function sumUp(run: Run, i: u32): void {
  const address = nodeAt(run, i);
  const node = changetype<Node>(address);
  const entries = <usize>run.entries + ((<usize>node.first) << 2);
  addArms(entries, <usize>run.stats + ((<usize>node.first) << 4), node.count, cellsOf(address, run.arms), run.arms);
  drawRates(run, address, node.parent < 0 ? 0 : nodeAt(run, <u32>node.parent));
}

function rowsOf(run: Run, i: u32): f64 {
  const cells = cellsOf(nodeAt(run, i), run.arms);
  let sum: f64 = 0;
  for (let g: usize = 0; g < <usize>run.arms; g++) sum += load<f64>(cells + (g << 4));
  return sum;
}

/** Sums the gains of a feature's questions over the level; keeps the best. False where it is constant in all nodes. */
function tryFeature(run: Run, feature: u32, first: u32, end: u32, all: f64): bool {
  const gains = <usize>run.work + GAINS;
  const bins = load<u16>(<usize>run.counts + ((<usize>feature) << 1));
  const column = <usize>run.bins + <usize>feature * <usize>run.stride;
  memory.fill(gains, 0, 4096);
  let varies = false;
  for (let i = first; i < end; i++) {
    const address = nodeAt(run, i);
    const node = changetype<Node>(address);
    if (node.count == 0) continue;
    prepare(run, address);
    weigh(rowsOf(run, i) / all);
    const entries = <usize>run.entries + ((<usize>node.first) << 2);
    addOne(entries, <usize>run.stats + ((<usize>node.first) << 4), node.count, column, run.histogram);
    seeAll(run, bins);
    if (scan(run, address, feature, run.histogram, true)) varies = true;
  }
  for (let missing: u32 = 0; missing < 2; missing++) {
    for (let bin: u32 = 1 - missing; bin + 1 < bins; bin++) {
      const gain = load<f64>(gains + ((<usize>missing) << 11) + ((<usize>bin) << 3));
      if (gain > bestGain) take(gain, <i32>feature, bin, missing);
    }
  }
  return varies;
}

/** Parts a node by the question of the level. */
function part(run: Run, i: u32, depth: u32): void {
  const node = changetype<Node>(nodeAt(run, i));
  node.feature = bestFeature;
  node.bin = bestBin;
  node.missingLeft = bestMissing;
  node.gain = bestGain;
  const column = <usize>run.bins + <usize>bestFeature * <usize>run.stride;
  const left = partition(
    <usize>run.entries + ((<usize>node.first) << 2),
    <usize>run.stats + ((<usize>node.first) << 4),
    node.count,
    column,
    bestBin,
    bestMissing,
    run.spareEntries,
    run.spareStats,
  );
  node.left = add(run, <i32>i, node.first, left, depth);
  add(run, <i32>i, node.first + left, node.count - left, depth);
}
