/** A tree, leaf by leaf: the leaf whose test gains most is split next, until there are `leaves`. */
import { addFour, addOne } from "../histogram";
import { partition } from "../partition";
import { Boost, Node, nodeAt } from "./run";
import { findBest, leafValue, limit } from "./split";

/** Grows the planted tree; how many nodes it has. Scores of its rows are changed, and `seen` says which these are. */
export function growBoost(at: usize): u32 {
  const run = changetype<Boost>(at);
  for (let s: u32 = 0; s < run.slots; s++) store<u32>(<usize>run.free + ((<usize>s) << 2), run.slots - 1 - s);
  run.freeCount = run.slots;
  plantRoot(run);
  for (let leaves: u32 = 1; leaves < run.leaves; leaves++) {
    const best = bestLeaf(run);
    if (best < 0) break;
    split(run, nodeAt(run, best), leaves + 1 < run.leaves);
  }
  finish(run);
  return run.nodeCount;
}

function plantRoot(run: Boost): void {
  const root = nodeAt(run, 0);
  run.nodeCount = 1;
  root.first = 0;
  root.count = run.taken;
  root.lower = -Infinity;
  root.upper = Infinity;
  root.depth = 0;
  root.left = 0;
  let h: f64 = 0;
  let g: f64 = 0;
  let spread: f64 = 0;
  for (let i: usize = 0; i < <usize>run.taken; i++) {
    const stat = <usize>run.stats + (i << 4);
    const own = load<f64>(stat);
    const slope = load<f64>(stat, 8);
    h += own;
    g += slope;
    if (own > 0) spread += (slope * slope) / own;
  }
  root.h = h;
  root.g = g;
  // What is left of sums that should be 0 is no gain.
  run.leastGain = 1e-12 * spread;
  look(run, root, takeSlot(run));
}

function takeSlot(run: Boost): i32 {
  if (run.freeCount == 0) return -1;
  run.freeCount--;
  return <i32>load<u32>(<usize>run.free + ((<usize>run.freeCount) << 2));
}

function giveSlot(run: Boost, slot: i32): void {
  if (slot < 0) return;
  store<u32>(<usize>run.free + ((<usize>run.freeCount) << 2), <u32>slot);
  run.freeCount++;
}

/** The last place is nobody's own: histograms for which there is no slot are made there and forgotten. */
function histogramAt(run: Boost, slot: i32): usize {
  return <usize>run.histograms + <usize>(slot < 0 ? run.slots : <u32>slot) * <usize>run.slotBytes;
}

/** Makes a leaf's histogram from its rows, and finds its best test. */
function look(run: Boost, node: Node, slot: i32): void {
  const to = histogramAt(run, slot);
  node.slot = slot;
  memory.fill(to, 0, run.slotBytes);
  const size = (<usize>run.cells) << 4;
  const entries = <usize>run.entries + ((<usize>node.first) << 2);
  const stats = <usize>run.stats + ((<usize>node.first) << 4);
  let j: u32 = 0;
  for (; j + 4 <= run.usedCount; j += 4) {
    const a = columnOf(run, j);
    const b = columnOf(run, j + 1);
    const c = columnOf(run, j + 2);
    addFour(entries, stats, node.count, a, b, c, columnOf(run, j + 3), to + <usize>j * size, size);
  }
  for (; j < run.usedCount; j++) addOne(entries, stats, node.count, columnOf(run, j), to + <usize>j * size);
  findBest(run, node, to);
}

function columnOf(run: Boost, j: u32): usize {
  const column = load<u32>(<usize>run.used + ((<usize>j) << 2));
  return <usize>load<u32>(<usize>run.columnAt + ((<usize>column) << 2));
}

function bestLeaf(run: Boost): i32 {
  let best: i32 = -1;
  let gain: f64 = 0;
  for (let i: u32 = 0; i < run.nodeCount; i++) {
    const node = nodeAt(run, i);
    if (node.left == 0 && node.gain > gain) {
      gain = node.gain;
      best = <i32>i;
    }
  }
  return best;
}

/** @param looks whether the children will be asked for their best tests. */
function split(run: Boost, node: Node, looks: bool): void {
  const column = <usize>load<u32>(<usize>run.columnAt + ((<usize>node.column) << 2));
  const count = partition(
    <usize>run.entries + ((<usize>node.first) << 2),
    <usize>run.stats + ((<usize>node.first) << 4),
    node.count,
    column,
    node.bin,
    node.missingLeft,
    run.spareEntries,
    run.spareStats,
  );
  node.left = run.nodeCount;
  const left = child(run, node, node.first, count, node.leftG, node.leftH);
  const right = child(run, node, node.first + count, node.count - count, node.g - node.leftG, node.h - node.leftH);
  limit(run, node, left, right);
  const slot = node.slot;
  node.slot = -1;
  if (!looks) return;
  const smaller = left.count <= right.count ? left : right;
  const larger = left.count <= right.count ? right : left;
  const least = <u32>(2 * run.leastRows);
  if (larger.count < least) {
    giveSlot(run, slot);
    return;
  }
  if (slot < 0) {
    look(run, smaller, takeSlot(run));
    look(run, larger, takeSlot(run));
  } else {
    look(run, smaller, takeSlot(run));
    subtract(histogramAt(run, slot), histogramAt(run, smaller.slot), run.slotBytes);
    larger.slot = slot;
    findBest(run, larger, histogramAt(run, slot));
  }
  forget(run, smaller);
  forget(run, larger);
}

/** A leaf that will not be split needs no histogram. */
function forget(run: Boost, node: Node): void {
  if (node.gain > 0) return;
  giveSlot(run, node.slot);
  node.slot = -1;
}

function child(run: Boost, node: Node, first: u32, count: u32, g: f64, h: f64): Node {
  const made = nodeAt(run, run.nodeCount);
  run.nodeCount++;
  made.first = first;
  made.count = count;
  made.g = g;
  made.h = h;
  made.gain = 0;
  made.column = -1;
  made.left = 0;
  made.slot = -1;
  made.depth = node.depth + 1;
  return made;
}

function subtract(from: usize, what: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(from + i, f64x2.sub(v128.load(from + i), v128.load(what + i)));
}

/** Leaves say what they say, first of all to their own rows. */
function finish(run: Boost): void {
  memory.fill(run.seen, 0, run.rows);
  for (let i: u32 = 0; i < run.nodeCount; i++) {
    const node = nodeAt(run, i);
    node.value = leafValue(run, node);
    if (node.left > 0) continue;
    const end = node.first + node.count;
    for (let k = node.first; k < end; k++) {
      const row = <usize>load<u32>(<usize>run.entries + ((<usize>k) << 2));
      const at = <usize>run.score + (row << 3);
      store<f64>(at, load<f64>(at) + node.value);
      store<u8>(<usize>run.seen + row, 1);
    }
  }
}

/** Adds the tree to the scores of the rows that it did not see. */
export function followBoost(at: usize): void {
  const run = changetype<Boost>(at);
  for (let row: usize = 0; row < <usize>run.rows; row++) {
    if (load<u8>(<usize>run.seen + row)) continue;
    let node = nodeAt(run, 0);
    while (node.left > 0) {
      const column = <usize>load<u32>(<usize>run.columnAt + ((<usize>node.column) << 2));
      const bin = <u32>load<u8>(column + row);
      const isLeft = bin == 0 ? node.missingLeft != 0 : bin <= node.bin;
      node = nodeAt(run, isLeft ? node.left : node.left + 1);
    }
    const to = <usize>run.score + (row << 3);
    store<f64>(to, load<f64>(to) + node.value);
  }
}
