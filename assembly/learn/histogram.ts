/**
 * Histograms: Σ (w, w z) of a node's rows by arm and bin. Layouts: run.ts.
 *
 * Four features share one reading of entries and stats, and their cells are independent of each other, so that the sums of a feature
 * with two bins, each waiting for the one before, overlap with those of three others.
 */
import { ARM_BYTES, ARM_SHIFT, ROW_MASK } from "./run";

/** Adds rows to the cells of four features: columns a–d, histograms `h` apart by `size`. */
export function addFour(
  entries: usize,
  stats: usize,
  count: u32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  h: usize,
  size: usize,
): void {
  const h1 = h + size;
  const h2 = h1 + size;
  const h3 = h2 + size;
  const end = entries + ((<usize>count) << 2);
  for (; entries < end; entries += 4) {
    const entry = load<u32>(entries);
    const row = <usize>(entry & ROW_MASK);
    const arm = (<usize>(entry >> ARM_SHIFT)) << ARM_BYTES;
    const stat = v128.load(stats);
    stats += 16;
    const c0 = h + arm + ((<usize>load<u8>(a + row)) << 4);
    const c1 = h1 + arm + ((<usize>load<u8>(b + row)) << 4);
    const c2 = h2 + arm + ((<usize>load<u8>(c + row)) << 4);
    const c3 = h3 + arm + ((<usize>load<u8>(d + row)) << 4);
    v128.store(c0, f64x2.add(v128.load(c0), stat));
    v128.store(c1, f64x2.add(v128.load(c1), stat));
    v128.store(c2, f64x2.add(v128.load(c2), stat));
    v128.store(c3, f64x2.add(v128.load(c3), stat));
  }
}

/** The same of one feature. */
export function addOne(entries: usize, stats: usize, count: u32, a: usize, h: usize): void {
  const end = entries + ((<usize>count) << 2);
  for (; entries < end; entries += 4) {
    const entry = load<u32>(entries);
    const arm = (<usize>(entry >> ARM_SHIFT)) << ARM_BYTES;
    const cell = h + arm + ((<usize>load<u8>(a + <usize>(entry & ROW_MASK))) << 4);
    v128.store(cell, f64x2.add(v128.load(cell), v128.load(stats)));
    stats += 16;
  }
}

/** Few rows: also says by bits (256, at `seen`) which bins they stand in, so that nobody has to look at the others. */
export function addSeen(entries: usize, stats: usize, count: u32, a: usize, h: usize, seen: usize): void {
  v128.store(seen, i64x2.splat(0));
  v128.store(seen, i64x2.splat(0), 16);
  const end = entries + ((<usize>count) << 2);
  for (; entries < end; entries += 4) {
    const entry = load<u32>(entries);
    const arm = (<usize>(entry >> ARM_SHIFT)) << ARM_BYTES;
    const bin = <usize>load<u8>(a + <usize>(entry & ROW_MASK));
    const cell = h + arm + (bin << 4);
    v128.store(cell, f64x2.add(v128.load(cell), v128.load(stats)));
    const word = seen + ((bin >> 6) << 3);
    store<u64>(word, load<u64>(word) | ((<u64>1) << (bin & 63)));
    stats += 16;
  }
}

/** Sums of all rows by arm, into cells side by side. */
export function addArms(entries: usize, stats: usize, count: u32, cells: usize, arms: u32): void {
  memory.fill(cells, 0, (<usize>arms) << 4);
  const end = entries + ((<usize>count) << 2);
  for (; entries < end; entries += 4) {
    const cell = cells + ((<usize>(load<u32>(entries) >> ARM_SHIFT)) << 4);
    v128.store(cell, f64x2.add(v128.load(cell), v128.load(stats)));
    stats += 16;
  }
}
