/**
 * Trees walked without branches: eight rows through one tree, or one row through eight trees.
 *
 *   node, 16 bytes      0 i64 key of the threshold   8 u32 where the row keeps its column's key   12 u32 address of the left child
 *   leaf                0 f64 value, or u32 address of its values   8 u32 0   12 u32 its own address
 *   row                 0 i64 least key   8 … keys of the columns (keys.ts)
 *
 * The right child lies 16 bytes behind the left one. A leaf asks for the row's first key, which is greater than none, and so
 * stays where it is: a tree is left after as many steps as it is deep, whichever way a row went. Eight at a time: a step waits
 * for two loads and a comparison, about 12 cycles, in which the other seven go on.
 */
import { columnKey } from "./keys";

function step(node: usize, row: usize): usize {
  const right = load<i64>(row + load<u32>(node, 8)) > load<i64>(node);
  return load<u32>(node, 12) + (u32(right) << 4);
}

/** Adds x to the sum at `at`: in f64, or in f32, whose sums f64 rounds as f32 does. */
function add(at: usize, x: f64, single: bool): void {
  const sum = load<f64>(at) + x;
  store<f64>(at, single ? <f64>(<f32>sum) : sum);
}

/** Adds the leaf's values to a row's sums; the sums of an output lie `stride` bytes behind those of the output before. */
function addLeaf(leaf: usize, sums: usize, stride: usize, many: u32, single: bool): void {
  if (many == 0) {
    add(sums, load<f64>(leaf), single);
    return;
  }
  let value: usize = load<u32>(leaf);
  for (let k: u32 = 0; k < many; k++) {
    add(sums, load<f64>(value), single);
    sums += stride;
    value += 8;
  }
}

/**
 * Adds the leaves of trees to the sums of rows. Rows are a multiple of 8, each of `width` bytes.
 *
 *   tree, 16 bytes    0 u32 root   4 u32 depth   8 u32 output   12 u32 how many outputs its leaves have, 0: one value
 */
export function walkRows(
  trees: usize,
  count: u32,
  rows: usize,
  width: u32,
  n: u32,
  sums: usize,
  stride: u32,
  single: bool,
): void {
  const end = trees + ((<usize>count) << 4);
  for (; trees < end; trees += 16) {
    const root: usize = load<u32>(trees);
    const depth = load<u32>(trees, 4);
    const many = load<u32>(trees, 12);
    let to = sums + load<u32>(trees, 8) * stride;
    let r0 = rows;
    for (let i: u32 = 0; i < n; i += 8) {
      const r1 = r0 + width;
      const r2 = r1 + width;
      const r3 = r2 + width;
      const r4 = r3 + width;
      const r5 = r4 + width;
      const r6 = r5 + width;
      const r7 = r6 + width;
      let n0 = root;
      let n1 = root;
      let n2 = root;
      let n3 = root;
      let n4 = root;
      let n5 = root;
      let n6 = root;
      let n7 = root;
      for (let d: u32 = 0; d < depth; d++) {
        n0 = step(n0, r0);
        n1 = step(n1, r1);
        n2 = step(n2, r2);
        n3 = step(n3, r3);
        n4 = step(n4, r4);
        n5 = step(n5, r5);
        n6 = step(n6, r6);
        n7 = step(n7, r7);
      }
      addLeaf(n0, to, stride, many, single);
      addLeaf(n1, to + 8, stride, many, single);
      addLeaf(n2, to + 16, stride, many, single);
      addLeaf(n3, to + 24, stride, many, single);
      addLeaf(n4, to + 32, stride, many, single);
      addLeaf(n5, to + 40, stride, many, single);
      addLeaf(n6, to + 48, stride, many, single);
      addLeaf(n7, to + 56, stride, many, single);
      to += 64;
      r0 = r7 + width;
    }
  }
}

/**
 * One row: f64 by feature at `features`, its keys made at `row`, its sums by output at `sums`, every 16 bytes. The trees stand in groups of
 * eight about equally deep; leaves are noted by tree and added in the trees' order.
 *
 *   group, 80 bytes   0 u32 depth   16 … eight of: u32 root   u32 number of the tree (one past the last: none)
 */
export function walkRow(
  features: usize,
  single: bool,
  columns: usize,
  columnCount: u32,
  row: usize,
  groups: usize,
  groupCount: u32,
  leaves: usize,
  trees: usize,
  treeCount: u32,
  start: usize,
  sums: usize,
  outputs: u32,
  rounded: bool,
): void {
  store<i64>(row, i64.MIN_VALUE);
  for (let c: u32 = 0; c < columnCount; c++) {
    let x = load<f64>(features + ((<usize>load<u32>(columns, 8)) << 3));
    if (single) x = <f64>(<f32>x);
    store<i64>(row + 8 + ((<usize>c) << 3), columnKey(x, columns));
    columns += 32;
  }
  for (let g: u32 = 0; g < groupCount; g++) {
    walkGroup(groups, row, leaves);
    groups += 80;
  }
  for (let k: u32 = 0; k < outputs; k++)
    v128.store(sums + ((<usize>k) << 4), v128.load64_splat(start + ((<usize>k) << 3)));
  for (let t: u32 = 0; t < treeCount; t++) {
    const to = sums + ((<usize>load<u32>(trees, 8)) << 4);
    addLeaf(load<u32>(leaves + ((<usize>t) << 2)), to, 16, load<u32>(trees, 12), rounded);
    trees += 16;
  }
}

function walkGroup(group: usize, row: usize, leaves: usize): void {
  let n0: usize = load<u32>(group, 16);
  let n1: usize = load<u32>(group, 24);
  let n2: usize = load<u32>(group, 32);
  let n3: usize = load<u32>(group, 40);
  let n4: usize = load<u32>(group, 48);
  let n5: usize = load<u32>(group, 56);
  let n6: usize = load<u32>(group, 64);
  let n7: usize = load<u32>(group, 72);
  for (let d = load<u32>(group); d > 0; d--) {
    n0 = step(n0, row);
    n1 = step(n1, row);
    n2 = step(n2, row);
    n3 = step(n3, row);
    n4 = step(n4, row);
    n5 = step(n5, row);
    n6 = step(n6, row);
    n7 = step(n7, row);
  }
  store<u32>(leaves + ((<usize>load<u32>(group, 20)) << 2), <u32>n0);
  store<u32>(leaves + ((<usize>load<u32>(group, 28)) << 2), <u32>n1);
  store<u32>(leaves + ((<usize>load<u32>(group, 36)) << 2), <u32>n2);
  store<u32>(leaves + ((<usize>load<u32>(group, 44)) << 2), <u32>n3);
  store<u32>(leaves + ((<usize>load<u32>(group, 52)) << 2), <u32>n4);
  store<u32>(leaves + ((<usize>load<u32>(group, 60)) << 2), <u32>n5);
  store<u32>(leaves + ((<usize>load<u32>(group, 68)) << 2), <u32>n6);
  store<u32>(leaves + ((<usize>load<u32>(group, 76)) << 2), <u32>n7);
}
