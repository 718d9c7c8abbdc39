/**
 * The leaf that each row ends in, for trees of at most 64 leaves: bit vectors of QuickScorer (Lucchese et al. 2015), in planes of
 * eight leaves as RapidScorer has them (Ye et al. 2018), a byte a row.
 *
 * A test that sends a row away from one side of it clears the leaves of that side; the first leaf that is left is the row's. Which
 * side is cleared is free if the tree is turned so that it comes first: the smaller one, so that most tests touch one plane.
 * 64 rows together share the decoding of a test: 1.4 ns a row and tree of 31 leaves.
 *
 *   tree             0 u32 planes   4 u32 bytes of this tree   8 … for each plane: u32 tests that clear where bin > limit, u32 that
 *                    clear where bin < limit; then the tests, plane by plane
 *   test, 8 bytes    0 u32 where the column begins in the tile   4 i8 limit   5 u8 leaves it clears in the plane
 *   bins             i8 by row, column by column (bin.ts)
 */

/** Of `count` trees, `stride` bytes of `out` each. Rows are a multiple of 64, whose planes take 512 bytes of scratch at `planes`. */
export function findLeaves(
  trees: usize,
  count: u32,
  bins: usize,
  rows: u32,
  planes: usize,
  out: usize,
  stride: u32,
): void {
  for (; count > 0; count--) {
    ofTree(trees, bins, rows, planes, out);
    trees += load<u32>(trees, 4);
    out += stride;
  }
}

function ofTree(tree: usize, bins: usize, rows: u32, planes: usize, out: usize): void {
  const count = load<u32>(tree);
  const tests = tree + 8 + ((<usize>count) << 3);
  for (let i: u32 = 0; i < rows; i += 64) {
    let test = tests;
    for (let p: u32 = 0; p < count; p++) {
      const counts = tree + 8 + ((<usize>p) << 3);
      let a = i8x16.splat(-1);
      let b = a;
      let c = a;
      let d = a;
      const middle = test + ((<usize>load<u32>(counts)) << 3);
      const end = middle + ((<usize>load<u32>(counts, 4)) << 3);
      for (; test < middle; test += 8) {
        const x = bins + load<u32>(test) + i;
        const limit = v128.load8_splat(test + 4);
        const mask = v128.load8_splat(test + 5);
        a = v128.andnot(a, v128.and(i8x16.gt_s(v128.load(x), limit), mask));
        b = v128.andnot(b, v128.and(i8x16.gt_s(v128.load(x, 16), limit), mask));
        c = v128.andnot(c, v128.and(i8x16.gt_s(v128.load(x, 32), limit), mask));
        d = v128.andnot(d, v128.and(i8x16.gt_s(v128.load(x, 48), limit), mask));
      }
      for (; test < end; test += 8) {
        const x = bins + load<u32>(test) + i;
        const limit = v128.load8_splat(test + 4);
        const mask = v128.load8_splat(test + 5);
        a = v128.andnot(a, v128.and(i8x16.gt_s(limit, v128.load(x)), mask));
        b = v128.andnot(b, v128.and(i8x16.gt_s(limit, v128.load(x, 16)), mask));
        c = v128.andnot(c, v128.and(i8x16.gt_s(limit, v128.load(x, 32)), mask));
        d = v128.andnot(d, v128.and(i8x16.gt_s(limit, v128.load(x, 48)), mask));
      }
      const plane = planes + ((<usize>p) << 6);
      v128.store(plane, a);
      v128.store(plane, b, 16);
      v128.store(plane, c, 32);
      v128.store(plane, d, 48);
    }
    const to = out + i;
    v128.store(to, firstBit(planes, count));
    v128.store(to, firstBit(planes + 16, count), 16);
    v128.store(to, firstBit(planes + 32, count), 32);
    v128.store(to, firstBit(planes + 48, count), 48);
  }
}

/** Number of the lowest bit that is set, plane by plane. */
function firstBit(planes: usize, count: u32): v128 {
  let p = (<usize>(count - 1)) << 6;
  let bits = v128.load(planes + p);
  let base = i8x16.splat(<i8>(p >> 3));
  while (p > 0) {
    p -= 64;
    const plane = v128.load(planes + p);
    const none = i8x16.eq(plane, i8x16.splat(0));
    bits = v128.bitselect(bits, plane, none);
    base = v128.bitselect(base, i8x16.splat(<i8>(p >> 3)), none);
  }
  const below = v128.andnot(i8x16.sub(bits, i8x16.splat(1)), bits);
  return i8x16.add(base, i8x16.popcnt(below));
}
