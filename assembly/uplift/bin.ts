/**
 * Numbers to bins: bin(x) = how many of the column's borders lie below x, so that x ≤ border b exactly where bin(x) ≤ b. Stored
 * less 128, as i8: SIMD compares signed bytes in one instruction and unsigned ones in three.
 *
 * A grid of cells over the borders says how many lie in the cells below; `steps` comparisons find x among those of its own
 * cell (2^steps − 1 at most). The cell of a number never falls as the number grows, rounding included, so the bin is exact; whoever made
 * the grid computed the cells of the borders in the same way. One or two comparisons where a search takes eight: 1.8 ns a number.
 *
 *   column, 64 bytes   0 f64 first border   8 f64 cells a unit   16 f64 last cell   24 u32 starts: u8 by cell
 *                      28 u32 borders: f64, ascending, then 256 times ∞   32 u32 steps   36 u32 1 where a zero is missing
 *                      40 u32 bin of a missing value, as stored
 */
import { columnKey, numberAt } from "./keys";

const ZERO: f64 = 1.0000000180025095e-35;
/** Added to a number below 2^31, leaves it as a whole number in the low bits. */
const MAGIC: f64 = 4503599627370496.0;

/** Two numbers as the model compares them. kind 0: f32; 1: f64; 2: f64 rounded to f32. */
function pairAt(source: usize, kind: u32, i: u32): v128 {
  if (kind == 0) return f64x2.promote_low_f32x4(v128.load64_zero(source + ((<usize>i) << 2)));
  const x = v128.load(source + ((<usize>i) << 3));
  return kind == 1 ? x : f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

function search(borders: usize, start: u32, steps: u32, x: f64): u32 {
  let at = borders + ((<usize>start) << 3);
  for (let half: u32 = 1 << (steps - 1); half > 0; half >>= 1) {
    at += u32(load<f64>(at + ((<usize>half) << 3) - 8) < x) * (half << 3);
  }
  return <u32>((at - borders) >> 3);
}

/** The bin of one number, missing or not, from 0. */
export function binOf(x: f64, column: usize): u32 {
  if (x != x || (load<u32>(column, 36) != 0 && abs(x) <= ZERO)) return load<u32>(column, 40) ^ 0x80;
  const y = (x - load<f64>(column)) * load<f64>(column, 8);
  const cell = y > 0 ? <u32>reinterpret<u64>(min(y, load<f64>(column, 16)) + MAGIC) : 0;
  return search(load<u32>(column, 28), load<u8>(<usize>load<u32>(column, 24) + cell), load<u32>(column, 32), x);
}

/** Bins of a column, rows a multiple of 16 (what lies behind the last row is read and binned, and nobody's). */
export function binColumn(source: usize, kind: u32, rows: u32, column: usize, out: usize): void {
  const first = v128.load64_splat(column);
  const scale = v128.load64_splat(column + 8);
  const last = v128.load64_splat(column + 16);
  const starts: usize = load<u32>(column, 24);
  const borders: usize = load<u32>(column, 28);
  const steps = load<u32>(column, 32);
  const zero = load<u32>(column, 36) ? f64x2.splat(ZERO) : f64x2.splat(-1);
  const missing = load<u32>(column, 40);
  for (let i: u32 = 0; i < rows; i += 16) {
    let anyMissing = f64x2.splat(0);
    for (let j: u32 = i; j < i + 16; j += 2) {
      const x = pairAt(source, kind, j);
      anyMissing = v128.or(anyMissing, v128.or(f64x2.ne(x, x), f64x2.le(f64x2.abs(x), zero)));
      const y = f64x2.mul(f64x2.sub(x, first), scale);
      const cell = f64x2.add(f64x2.pmin(last, f64x2.pmax(f64x2.splat(0), y)), f64x2.splat(MAGIC));
      const s0 = load<u8>(starts + i32x4.extract_lane(cell, 0));
      const s1 = load<u8>(starts + i32x4.extract_lane(cell, 2));
      let b0: u32 = 0;
      let b1: u32 = 0;
      if (steps == 1) {
        b0 = <u32>s0 + u32(load<f64>(borders + ((<usize>s0) << 3)) < f64x2.extract_lane(x, 0));
        b1 = <u32>s1 + u32(load<f64>(borders + ((<usize>s1) << 3)) < f64x2.extract_lane(x, 1));
      } else {
        b0 = search(borders, s0, steps, f64x2.extract_lane(x, 0));
        b1 = search(borders, s1, steps, f64x2.extract_lane(x, 1));
      }
      store<u16>(out + j, <u16>((b0 | (b1 << 8)) ^ 0x8080));
    }
    if (v128.any_true(anyMissing)) {
      for (let j: u32 = i; j < i + 16; j++) {
        const x = numberAt(source, kind, j);
        if (x != x || abs(x) <= f64x2.extract_lane(zero, 0)) store<u8>(out + j, <u8>missing);
      }
    }
  }
}

/** Bins of a column that asks for a set (record of keys.ts): 0 in it, 1 out. */
export function binSet(source: usize, kind: u32, rows: u32, column: usize, out: usize): void {
  for (let i: u32 = 0; i < rows; i++)
    store<u8>(out + i, <u8>(<i32>columnKey(numberAt(source, kind, i), column) ^ 0x80));
}
