/** The best test of a leaf. A side with sums G and H says w = G / (H + l2), held between the leaf's limits, and is worth 2 G w − (H + l2) w². */
import { Boost, Node } from "./run";

function output(g: f64, h: f64, l2: f64, lower: f64, upper: f64): f64 {
  return min(max(g / (h + l2), lower), upper);
}

function worth(g: f64, h: f64, l2: f64, w: f64): f64 {
  return 2 * g * w - (h + l2) * w * w;
}

/** Looks at all used columns; `node.gain` stays 0 where no test gains. */
export function findBest(run: Boost, node: Node, histogram: usize): void {
  node.gain = 0;
  node.column = -1;
  const size = (<usize>run.cells) << 4;
  const own = worth(node.g, node.h, run.l2, output(node.g, node.h, run.l2, node.lower, node.upper));
  for (let j: u32 = 0; j < run.usedCount; j++) {
    const column = load<u32>(<usize>run.used + ((<usize>j) << 2));
    scan(run, node, histogram + <usize>j * size, column, own);
  }
}

/** Prefixes of bins go left; those without a number stand in cell 0 and are tried on both sides. */
function scan(run: Boost, node: Node, cells: usize, column: u32, own: f64): void {
  const count = <u32>load<u16>(<usize>run.counts + ((<usize>column) << 1));
  const missingH = load<f64>(cells);
  const missingG = load<f64>(cells, 8);
  const last = cells + ((<usize>count) << 4) - 16;
  let h: f64 = 0;
  let g: f64 = 0;
  // What a subtraction leaves of an empty cell is less than a row's worth.
  const hasMissing = missingH * <f64>node.count > 1e-6 * node.h;
  if (hasMissing) consider(run, node, column, 0, 1, missingG, missingH, own);
  for (let cell = cells + 16; cell < last; cell += 16) {
    const here = load<f64>(cell);
    h += here;
    g += load<f64>(cell, 8);
    // An empty bin makes no other test than the one before it.
    if (here == 0) continue;
    const bin = <u32>((cell - cells) >> 4);
    if (hasMissing) {
      consider(run, node, column, bin, 0, g, h, own);
      consider(run, node, column, bin, 1, g + missingG, h + missingH, own);
    } else consider(run, node, column, bin, 2, g, h, own);
  }
}

/** `missing`: 1 left, 0 right, 2: there are none here, and they will follow the heavier side. */
function consider(run: Boost, node: Node, column: u32, bin: u32, missing: u32, g: f64, h: f64, own: f64): void {
  const rightH = node.h - h;
  const rightG = node.g - g;
  // Rows by their share of h, as the histogram counts none: exact where all weigh alike and the loss is squared.
  const rows = <f64>node.count / node.h;
  if (h * rows < run.leastRows || rightH * rows < run.leastRows) return;
  const l2 = run.l2;
  const lower = node.lower;
  const upper = node.upper;
  let gain: f64;
  if (run.isMonotone) {
    const left = output(g, h, l2, lower, upper);
    const right = output(rightG, rightH, l2, lower, upper);
    const way = <i32>load<i8>(<usize>run.monotone + <usize>column);
    if ((way > 0 && left > right) || (way < 0 && left < right)) return;
    gain = worth(g, h, l2, left) + worth(rightG, rightH, l2, right) - own;
  } else gain = (g * g) / (h + l2) + (rightG * rightG) / (rightH + l2) - own;
  if (!(gain > node.gain && gain > run.leastGain)) return;
  node.gain = gain;
  node.column = <i32>column;
  node.bin = bin;
  node.missingLeft = missing < 2 ? missing : u32(h >= rightH);
  node.leftG = g;
  node.leftH = h;
}

/** What a leaf says. */
export function leafValue(run: Boost, node: Node): f64 {
  return run.rate * output(node.g, node.h, run.l2, node.lower, node.upper);
}

/** The limits of a monotone test's children: on either side of the middle of what both say. */
export function limit(run: Boost, node: Node, left: Node, right: Node): void {
  left.lower = right.lower = node.lower;
  left.upper = right.upper = node.upper;
  if (!run.isMonotone) return;
  const way = <i32>load<i8>(<usize>run.monotone + <usize>node.column);
  if (way == 0) return;
  const l2 = run.l2;
  const middle =
    0.5 * (output(left.g, left.h, l2, node.lower, node.upper) + output(right.g, right.h, l2, node.lower, node.upper));
  if (way > 0) {
    left.upper = middle;
    right.lower = middle;
  } else {
    left.lower = middle;
    right.upper = middle;
  }
}
