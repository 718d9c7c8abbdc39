/**
 * Symmetric (oblivious) trees, every level of which is one test: a leaf's number is the answers read as bits, the root's first.
 *
 *   tree, exact       0 u32 depth   8 … a test a level, 8 bytes: 0 u32 where the column begins in the tile   4 i8 limit
 *   bins              i8 by row, column by column (bin.ts)
 */

/** Leaf of each row in each of `count` trees, a byte each, `stride` bytes a tree: depth up to 8. Rows are a multiple of 64. */
export function indexLeaves(trees: usize, count: u32, bins: usize, rows: u32, out: usize, stride: u32): void {
  for (; count > 0; count--) {
    ofTree(trees, bins, rows, out);
    trees += 8 + ((<usize>load<u32>(trees)) << 3);
    out += stride;
  }
}

function ofTree(tree: usize, bins: usize, rows: u32, out: usize): void {
  const end = tree + 8 + ((<usize>load<u32>(tree)) << 3);
  for (let i: u32 = 0; i < rows; i += 64) {
    let a = i8x16.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let test = tree + 8; test < end; test += 8) {
      const x = bins + load<u32>(test) + i;
      const limit = v128.load8_splat(test + 4);
      a = i8x16.sub(i8x16.add(a, a), i8x16.gt_s(v128.load(x), limit));
      b = i8x16.sub(i8x16.add(b, b), i8x16.gt_s(v128.load(x, 16), limit));
      c = i8x16.sub(i8x16.add(c, c), i8x16.gt_s(v128.load(x, 32), limit));
      d = i8x16.sub(i8x16.add(d, d), i8x16.gt_s(v128.load(x, 48), limit));
    }
    const to = out + i;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/**
 * Adds quantised leaves of `count` trees (at most 256, so that neither byte's sum leaves 16 bits) to u32 sums of the rows.
 * Rows are a multiple of 16. A leaf is two bytes; each byte is looked up in four tables of sixteen: swizzle gives 0 for a number above 15,
 * so what the tables give is put together by `or`. Tables of leaves that a tree has not are 0.
 *
 *   tree, 192 bytes   0 u32 depth ≤ 6   8 … tests as above   64 low bytes of the leaves   128 high bytes
 */
export function addQuantised(trees: usize, count: u32, bins: usize, rows: u32, sums: usize): void {
  const end = trees + <usize>count * 192;
  for (let i: u32 = 0; i < rows; i += 16) {
    let low0 = i16x8.splat(0);
    let low1 = low0;
    let high0 = low0;
    let high1 = low0;
    for (let tree = trees; tree < end; tree += 192) {
      let leaf = i8x16.splat(0);
      const last = tree + 8 + ((<usize>load<u32>(tree)) << 3);
      for (let test = tree + 8; test < last; test += 8) {
        const x = v128.load(bins + load<u32>(test) + i);
        leaf = i8x16.sub(i8x16.add(leaf, leaf), i8x16.gt_s(x, v128.load8_splat(test + 4)));
      }
      const leaf1 = i8x16.sub(leaf, i8x16.splat(16));
      const leaf2 = i8x16.sub(leaf, i8x16.splat(32));
      const leaf3 = i8x16.sub(leaf, i8x16.splat(48));
      const low = v128.or(
        v128.or(i8x16.swizzle(v128.load(tree, 64), leaf), i8x16.swizzle(v128.load(tree, 80), leaf1)),
        v128.or(i8x16.swizzle(v128.load(tree, 96), leaf2), i8x16.swizzle(v128.load(tree, 112), leaf3)),
      );
      const high = v128.or(
        v128.or(i8x16.swizzle(v128.load(tree, 128), leaf), i8x16.swizzle(v128.load(tree, 144), leaf1)),
        v128.or(i8x16.swizzle(v128.load(tree, 160), leaf2), i8x16.swizzle(v128.load(tree, 176), leaf3)),
      );
      low0 = i16x8.add(low0, i16x8.extend_low_i8x16_u(low));
      low1 = i16x8.add(low1, i16x8.extend_high_i8x16_u(low));
      high0 = i16x8.add(high0, i16x8.extend_low_i8x16_u(high));
      high1 = i16x8.add(high1, i16x8.extend_high_i8x16_u(high));
    }
    const to = sums + ((<usize>i) << 2);
    addBytes(to, i32x4.extend_low_i16x8_u(low0), i32x4.extend_low_i16x8_u(high0));
    addBytes(to + 16, i32x4.extend_high_i16x8_u(low0), i32x4.extend_high_i16x8_u(high0));
    addBytes(to + 32, i32x4.extend_low_i16x8_u(low1), i32x4.extend_low_i16x8_u(high1));
    addBytes(to + 48, i32x4.extend_high_i16x8_u(low1), i32x4.extend_high_i16x8_u(high1));
  }
}

function addBytes(to: usize, low: v128, high: v128): void {
  v128.store(to, i32x4.add(v128.load(to), i32x4.add(low, i32x4.shl(high, 8))));
}

/** sums[i] = base + quantum · counts[i]. Rows are a multiple of 2. */
export function scaleCounts(counts: usize, rows: u32, base: f64, quantum: f64, sums: usize): void {
  for (let i: u32 = 0; i < rows; i += 2) {
    const x = f64x2.convert_low_i32x4_u(v128.load64_zero(counts + ((<usize>i) << 2)));
    v128.store(sums + ((<usize>i) << 3), f64x2.add(f64x2.splat(base), f64x2.mul(x, f64x2.splat(quantum))));
  }
}
