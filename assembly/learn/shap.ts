/**
 * What each feature adds to a raw score: exact Shapley values of trees, where a feature that is not known follows both branches by the
 * rows that went there (Lundberg, Erion and Lee 2018, algorithm 2; here leaf by leaf).
 *
 * On the path to a leaf each tested feature is one element: z, the share of the background that passes all of its tests there, and o, 1
 * if this row does, else 0. Of D elements, with w_i = Σ over sets of i of Π_in o Π_out z · i! (D − i)! / (D + 1)!, kept while elements are
 * added one by one, element e is worth (o − z) · Σ over the sets without it, which takes it out of w again:
 *
 *   o = 1   t_i = n_i (D + 1) / (i + 1),  n_{i−1} = w_i − t_i z (D − i) / (D + 1),  n_{D−1} = w_D;  φ = (1 − z) Σ t · value
 *   o = 0   φ = −Σ w_i (D + 1) / (D − i) · value, which no element's own z changes: one sum for all of them
 *
 *   test      f64 limit (of a set: where its words lie, how many before them)   u32 feature   u32 flags: 1 missing goes left, 2 a set,
 *             4 zero is missing, 8 fractions are in no set   u32 leaves on its left                               24 bytes
 *   leaf      u32 first element   u32 elements   u32 its value's number   i32 output, −1 all                      16 bytes
 *   element   f64 z   u32 feature   u32 first step   u32 steps   (a step: u32, 2 · test + 1 where it is to go right)   24 bytes
 */
import { isIn } from "./spread";

const ZERO: f64 = <f64>(<f32>1e-35);

function isRight(test: usize, row: usize): u32 {
  const x = load<f64>(row + ((<usize>load<u32>(test, 8)) << 3));
  const flags = load<u32>(test, 12);
  if (x != x || ((flags & 4) != 0 && abs(x) <= ZERO)) return ~flags & 1;
  const limit = load<f64>(test);
  if ((flags & 8) != 0 && floor(x) != x) return 1;
  return ((flags & 2) != 0 ? isIn(x, <usize>limit) : x <= limit) ? 0 : 1;
}

/** Rows that go left and right at each test: f64 pairs at `cover`, added to. `trees`: u32 tests by tree. */
export function countCover(
  tests: usize,
  trees: usize,
  treeCount: u32,
  rows: usize,
  width: u32,
  count: u32,
  cover: usize,
): void {
  let first: u32 = 0;
  for (let t: u32 = 0; t < treeCount; t++) {
    const inTree = load<u32>(trees + ((<usize>t) << 2));
    for (let r: u32 = 0; inTree > 0 && r < count; r++) {
      const row = rows + ((<usize>r * <usize>width) << 3);
      let i = first;
      let leaves = inTree + 1;
      while (leaves > 1) {
        const test = tests + <usize>i * 24;
        const right = isRight(test, row);
        const at = cover + ((<usize>(2 * i + right)) << 3);
        store<f64>(at, load<f64>(at) + 1);
        const lefts = load<u32>(test, 16);
        i += right ? lefts : 1;
        leaves = right ? leaves - lefts : lefts;
      }
    }
    first += inTree;
  }
}

/** Adds Shapley values by row, output and feature to `out`. `sides`: a byte a test; `weights`: two f64 for each element of a leaf, and two. */
export function addContributions(
  tests: usize,
  testCount: u32,
  leaves: usize,
  leafCount: u32,
  elements: usize,
  steps: usize,
  values: usize,
  outputs: u32,
  rows: usize,
  width: u32,
  count: u32,
  sides: usize,
  weights: usize,
  out: usize,
): void {
  const size = <usize>outputs * ((<usize>width) << 3);
  for (let r: u32 = 0; r < count; r++) {
    const row = rows + ((<usize>r * <usize>width) << 3);
    for (let i: u32 = 0; i < testCount; i++) {
      store<u8>(sides + <usize>i, <u8>isRight(tests + <usize>i * 24, row));
    }
    for (let l: u32 = 0; l < leafCount; l++) {
      const leaf = leaves + ((<usize>l) << 4);
      const first = elements + <usize>load<u32>(leaf) * 24;
      const D = load<u32>(leaf, 4);
      const ones = weights + ((<usize>(D + 1)) << 3);
      if (!extend(first, D, sides, steps, weights, ones)) continue;
      addLeaf(first, D, weights, ones, leaf, values, outputs, width, out + <usize>r * size);
    }
  }
}

/** w of a leaf, and o of its elements; false where the leaf is out of reach whatever is known. */
function extend(first: usize, D: u32, sides: usize, steps: usize, w: usize, ones: usize): bool {
  store<f64>(w, 1);
  for (let d: u32 = 1; d <= D; d++) {
    const element = first + <usize>(d - 1) * 24;
    const z = load<f64>(element);
    const o = passes(element, sides, steps);
    if (o == 0 && z == 0) return false;
    store<f64>(ones + ((<usize>(d - 1)) << 3), o);
    const share = 1 / <f64>(d + 1);
    let above: f64 = 0;
    for (let i = <i32>d - 1; i >= 0; i--) {
      const at = w + ((<usize>i) << 3);
      const own = load<f64>(at);
      store<f64>(at, above + o * own * <f64>(i + 1) * share, 8);
      above = z * own * <f64>(<i32>d - i) * share;
    }
    store<f64>(w, above);
  }
  return true;
}

function passes(element: usize, sides: usize, steps: usize): f64 {
  let at = steps + ((<usize>load<u32>(element, 12)) << 2);
  const end = at + ((<usize>load<u32>(element, 16)) << 2);
  for (; at < end; at += 4) {
    const step = load<u32>(at);
    if (<u32>load<u8>(sides + <usize>(step >> 1)) != (step & 1)) return 0;
  }
  return 1;
}

function addLeaf(
  first: usize,
  D: u32,
  w: usize,
  ones: usize,
  leaf: usize,
  values: usize,
  outputs: u32,
  width: u32,
  out: usize,
): void {
  const value = values + ((<usize>load<u32>(leaf, 8)) << 3);
  const output = load<i32>(leaf, 12);
  const all = <f64>(D + 1);
  let closed: f64 = 0;
  for (let i: u32 = 0; i < D; i++) closed -= (load<f64>(w + ((<usize>i) << 3)) * all) / <f64>(D - i);
  for (let e: u32 = 0; e < D; e++) {
    const element = first + <usize>e * 24;
    let worth = closed;
    if (load<f64>(ones + ((<usize>e) << 3)) != 0) worth = opened(load<f64>(element), D, w);
    const at = out + ((<usize>load<u32>(element, 8)) << 3);
    if (output >= 0) {
      const to = at + <usize>output * ((<usize>width) << 3);
      store<f64>(to, load<f64>(to) + worth * load<f64>(value));
      continue;
    }
    for (let k: u32 = 0; k < outputs; k++) {
      const to = at + <usize>k * ((<usize>width) << 3);
      store<f64>(to, load<f64>(to) + worth * load<f64>(value + ((<usize>k) << 3)));
    }
  }
}

/** What an element that this row passes is worth. */
function opened(z: f64, D: u32, w: usize): f64 {
  const all = <f64>(D + 1);
  let next = load<f64>(w + ((<usize>D) << 3));
  let total: f64 = 0;
  for (let i = <i32>D - 1; i >= 0; i--) {
    const t = (next * all) / <f64>(i + 1);
    total += t;
    next = load<f64>(w + ((<usize>i) << 3)) - (t * z * <f64>(<i32>D - i)) / all;
  }
  return (1 - z) * total;
}
