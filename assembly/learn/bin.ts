/**
 * Columns become bytes: borders at quantiles, then a number a row that says between which two it lies.
 *
 *   keys      u64 of f64, whose order as whole numbers is the order of the floats; −0 is 0
 *   bins      u8: 0 missing (NaN), else 1 + how many borders lie below x
 *
 * Up to `most` different values have a bin each, borders half-way between neighbours. Else bins are filled from the left to their share of
 * the rows that are left, so that a value that many rows have takes a bin of its own and the others share what remains.
 *
 * f32 are read as f64: their lower 29 bits are 0, so that two of the six digits are passed over.
 */
const DIGITS: usize = 6;
const DIGIT: usize = 11;
const MASK: u64 = (1 << 11) - 1;
/** Bytes of the counts of a digit. */
const BUCKETS: usize = 4 << 11;
const SIGN: u64 = 0x8000000000000000;

function numberAt(column: usize, wide: bool, row: usize): f64 {
  return wide ? load<f64>(column + (row << 3)) : <f64>load<f32>(column + (row << 2));
}

/** Keys of the numbers that are there, and how often each digit occurs: how many; −1 − row where a number is not finite. */
function keysOf(column: usize, wide: bool, rows: u32, keys: usize, counts: usize): i32 {
  memory.fill(counts, 0, DIGITS * BUCKETS);
  let n: usize = 0;
  for (let row: usize = 0; row < <usize>rows; row++) {
    const x = numberAt(column, wide, row) + 0;
    if (x != x) continue;
    if (abs(x) == Infinity) return -1 - <i32>row;
    const bits = reinterpret<u64>(x);
    const key = (bits & SIGN) != 0 ? ~bits : bits | SIGN;
    store<u64>(keys + (n << 3), key);
    n++;
    for (let d: usize = 0; d < DIGITS; d++) {
      const at = counts + d * BUCKETS + ((<usize>((key >> (<u64>d * DIGIT)) & MASK)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  return <i32>n;
}

function numberOf(key: u64): f64 {
  return reinterpret<f64>((key & SIGN) != 0 ? key ^ SIGN : ~key);
}

/** Sorts by digits, the lowest first; a digit that all share is passed over. Says where the keys lie then. */
function sortKeys(keys: usize, spare: usize, n: usize, counts: usize): usize {
  for (let d: usize = 0; d < DIGITS; d++) {
    const table = counts + d * BUCKETS;
    const shift = <u64>d * DIGIT;
    if (<usize>load<u32>(table + ((<usize>((load<u64>(keys) >> shift) & MASK)) << 2)) == n) continue;
    let sum: u32 = 0;
    for (let at = table; at < table + BUCKETS; at += 4) {
      const count = load<u32>(at);
      store<u32>(at, sum);
      sum += count;
    }
    for (let i: usize = 0; i < n; i++) {
      const key = load<u64>(keys + (i << 3));
      const at = table + ((<usize>((key >> shift) & MASK)) << 2);
      const to = load<u32>(at);
      store<u32>(at, to + 1);
      store<u64>(spare + ((<usize>to) << 3), key);
    }
    const other = keys;
    keys = spare;
    spare = other;
  }
  return keys;
}

/** A border between two neighbours: their middle, of f32 rounded down to one; the lower where there is none between. */
function between(low: f64, high: f64, wide: bool): f64 {
  let middle = low * 0.5 + high * 0.5;
  if (!wide) {
    const narrow = <f32>middle;
    const bits = reinterpret<i32>(narrow);
    // The next f32 below: bits of positive numbers count up, those of negative ones down.
    middle = <f64>narrow <= middle ? <f64>narrow : <f64>reinterpret<f32>(narrow > 0 ? bits - 1 : bits + 1);
  }
  return low <= middle && middle < high ? middle : low;
}

function place(keys: usize, n: usize, most: u32, wide: bool, out: usize): u32 {
  let distinct: u32 = 1;
  for (let i: usize = 1; i < n; i++) {
    if (load<u64>(keys + (i << 3)) != load<u64>(keys + (i << 3) - 8)) distinct++;
  }
  const each = distinct <= most;
  let made: u32 = 0;
  let inBin: usize = 0;
  let used: usize = 0;
  for (let i: usize = 1; i < n; i++) {
    inBin++;
    const low = load<u64>(keys + (i << 3) - 8);
    const high = load<u64>(keys + (i << 3));
    if (low == high) continue;
    // A bin is full at its share of the rows that no bin before it has.
    if (!each && <f64>inBin * <f64>(most - made) < <f64>(n - used)) continue;
    if (made + 1 == most) break;
    store<f64>(out + ((<usize>made) << 3), between(numberOf(low), numberOf(high), wide));
    made++;
    used += inBin;
    inBin = 0;
  }
  return made;
}

/**
 * Writes the borders of a column, at most `most` − 1, as f64: how many; −1 − row where a number is not finite; −2^31 where all are
 * missing. `keys` and `spare`: 8 bytes a row, `counts`: 48 KiB.
 */
export function quantiles(
  column: usize,
  wide: bool,
  rows: u32,
  most: u32,
  keys: usize,
  spare: usize,
  counts: usize,
  out: usize,
): i32 {
  const n = keysOf(column, wide, rows, keys, counts);
  if (n < 0) return n;
  if (n == 0) return i32.MIN_VALUE;
  return <i32>place(sortKeys(keys, spare, <usize>n, counts), <usize>n, most, wide, out);
}

/** Bins of a column by its borders, f64, `count` of them. `table`: room for 2 KiB. */
export function binNumbers(
  column: usize,
  wide: bool,
  rows: u32,
  borders: usize,
  count: u32,
  table: usize,
  out: usize,
): void {
  for (let b: usize = 0; b < 256; b++)
    store<f64>(table + (b << 3), b < <usize>count ? load<f64>(borders + (b << 3)) : Infinity);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const x = numberAt(column, wide, row);
    // Eight halvings over 255 borders, those that are not there at the top: no branch.
    let at = table;
    for (let half: usize = 1024; half >= 8; half >>= 1) at += load<f64>(at + half - 8) < x ? half : 0;
    store<u8>(out + row, x == x ? <u8>(((at - table) >> 3) + 1) : 0);
  }
}
