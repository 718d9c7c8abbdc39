/**
 * Numbers as keys: i64 whose order is that of the numbers, so that a walk compares integers and never meets a NaN.
 *
 *   key(x) = bits of x, those of a negative number but its sign turned over; −0 is 0
 *   a missing x has the key that its column says: below, between or above all thresholds of the column
 *
 * A column is a question about one feature: its number against thresholds, or whether it is in one set (key 0 in, 1 out).
 *
 *   column, 32 bytes   0 i64 key of a missing value   8 u32 feature   12 u32 flags: 1 a zero is missing, 2 fractions are in no set
 *                      16 u32 words of the set, 0 for thresholds   20 u32 how many words + 1 (0: thresholds)
 */

/** LightGBM's zero: 1e-35 rounded to f32. */
const ZERO: f64 = 1.0000000180025095e-35;

function keyOf(x: f64): i64 {
  const bits = reinterpret<i64>(x + 0.0);
  return bits ^ ((bits >> 63) & 0x7fffffffffffffff);
}

/** The key of x in `column`. A number from 0 on belongs to the category that it is cut to, or to none where only whole ones do. */
export function columnKey(x: f64, column: usize): i64 {
  const flags = load<u32>(column, 12);
  if (x != x || ((flags & 1) != 0 && abs(x) <= ZERO)) return load<i64>(column);
  const words = load<u32>(column, 20);
  if (words == 0) return keyOf(x);
  if (!(x >= 0 && x < <f64>(words - 1) * 32)) return 1;
  const category = <u32>x;
  if ((flags & 2) != 0 && <f64>category != x) return 1;
  const word = load<u32>(load<u32>(column, 16) + ((category >> 5) << 2));
  return <i64>(((word >> (category & 31)) & 1) ^ 1);
}

/** Number i of a column as the model compares it. kind 0: f32; 1: f64; 2: f64 rounded to f32. */
export function numberAt(source: usize, kind: u32, i: u32): f64 {
  if (kind == 0) return <f64>load<f32>(source + ((<usize>i) << 2));
  const x = load<f64>(source + ((<usize>i) << 3));
  return kind == 1 ? x : <f64>(<f32>x);
}

/** Writes the keys of `rows` numbers at every `stride` bytes. */
export function keyColumn(source: usize, kind: u32, rows: u32, column: usize, out: usize, stride: u32): void {
  for (let i: u32 = 0; i < rows; i++) {
    store<i64>(out, columnKey(numberAt(source, kind, i), column));
    out += stride;
  }
}
