/**
 * The yardstick: what it takes to only read the bytes of a table. A machine reads fastest with some number of streams that
 * nobody knows beforehand, so there are three readers, and the fastest of them is the baseline of every ratio.
 *
 *   values                       costs
 *   | col 1 | col 2 | … | col M | col 1 | … | col M |          one stream: from left to right
 *   |-- 1 -->     |-- 2 -->     |-- 3 -->    |-- 4 -->         four streams
 *   |>      |>      |   |>      |>      |   |>      |>         2M streams, a cache line of each in turn
 *
 * Every reader has at least four accumulators, so that no chain of operations is as long as the loop.
 */

/** Reads `bytes` (a multiple of 128) from `from` in one stream of eight accumulators. */
export function readOne(from: usize, bytes: usize): i32 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (const end = from + bytes; from < end; from += 128) {
    a = v128.xor(a, v128.load(from));
    b = v128.xor(b, v128.load(from, 16));
    c = v128.xor(c, v128.load(from, 32));
    d = v128.xor(d, v128.load(from, 48));
    e = v128.xor(e, v128.load(from, 64));
    f = v128.xor(f, v128.load(from, 80));
    g = v128.xor(g, v128.load(from, 96));
    h = v128.xor(h, v128.load(from, 112));
  }
  return fold(v128.xor(v128.xor(a, b), v128.xor(c, d))) ^ fold(v128.xor(v128.xor(e, f), v128.xor(g, h)));
}

/** Reads `bytes` (a multiple of 256) in four streams of two accumulators each. */
export function readFour(from: usize, bytes: usize): i32 {
  const quarter = bytes / 4;
  let p = from;
  let q = p + quarter;
  let r = q + quarter;
  let s = r + quarter;
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (const end = q; p < end; p += 64) {
    a = v128.xor(v128.xor(a, v128.load(p)), v128.load(p, 32));
    b = v128.xor(v128.xor(b, v128.load(p, 16)), v128.load(p, 48));
    c = v128.xor(v128.xor(c, v128.load(q)), v128.load(q, 32));
    d = v128.xor(v128.xor(d, v128.load(q, 16)), v128.load(q, 48));
    e = v128.xor(v128.xor(e, v128.load(r)), v128.load(r, 32));
    f = v128.xor(v128.xor(f, v128.load(r, 16)), v128.load(r, 48));
    g = v128.xor(v128.xor(g, v128.load(s)), v128.load(s, 32));
    h = v128.xor(v128.xor(h, v128.load(s, 16)), v128.load(s, 48));
    q += 64;
    r += 64;
    s += 64;
  }
  return fold(v128.xor(v128.xor(a, b), v128.xor(c, d))) ^ fold(v128.xor(v128.xor(e, f), v128.xor(g, h)));
}

/** Reads `columns` columns of `bytes` (a multiple of 64) each, `stride` apart, a cache line of each in turn. */
export function readColumns(from: usize, columns: u32, stride: usize, bytes: usize): i32 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (const end = from + bytes; from < end; from += 64) {
    let p = from;
    for (let j: u32 = 0; j < columns; j++) {
      a = v128.xor(a, v128.load(p));
      b = v128.xor(b, v128.load(p, 16));
      c = v128.xor(c, v128.load(p, 32));
      d = v128.xor(d, v128.load(p, 48));
      p += stride;
    }
  }
  return fold(v128.xor(v128.xor(a, b), v128.xor(c, d)));
}

function fold(x: v128): i32 {
  return i32x4.extract_lane(x, 0) ^ i32x4.extract_lane(x, 1) ^ i32x4.extract_lane(x, 2) ^ i32x4.extract_lane(x, 3);
}
