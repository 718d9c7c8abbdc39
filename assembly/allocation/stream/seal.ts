/**
 * A seal over a block of a stream, by which a later reading is known to be the same: Fletcher's two sums, in four lanes of
 * 32 bits over the columns one after the other. One changed number changes the first sum; numbers that change places change
 * the second. 1.3 ns a user of 8 options (Zen 4).
 *
 *   out   0 i32x4 Σ x   16 i32x4 Σ of that sum after every addition      zeroed before a block
 */
import { mix64 } from "../../math/random";

/** Adds a block's columns, in whole fours of users; the cost of a closed option (value −∞) becomes 0, as `scan` leaves it. */
export function seal(values: usize, costs: usize, stride: usize, options: u32, users: u32, out: usize): void {
  const CLOSED = f32x4.splat(-Infinity);
  const bytes = (<usize>((users + 3) & ~3)) << 2;
  let sum = v128.load(out);
  let sums = v128.load(out, 16);
  for (let j: u32 = 0; j < options; j++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const v = v128.load(values + at);
      const c = v128.load(costs + at);
      const cost = v128.andnot(c, f32x4.eq(v, CLOSED));
      if (v128.any_true(i32x4.ne(cost, c))) v128.store(costs + at, cost);
      sum = i32x4.add(sum, v);
      sums = i32x4.add(sums, sum);
      sum = i32x4.add(sum, cost);
      sums = i32x4.add(sums, sum);
    }
    values += stride;
    costs += stride;
  }
  v128.store(out, sum);
  v128.store(out, sums, 16);
}

/** Adds n words of 16 bytes. */
export function sealWords(words: usize, n: u32, out: usize): void {
  let sum = v128.load(out);
  let sums = v128.load(out, 16);
  for (const end = words + ((<usize>n) << 4); words < end; words += 16) {
    sum = i32x4.add(sum, v128.load(words));
    sums = i32x4.add(sums, sum);
  }
  v128.store(out, sum);
  v128.store(out, sums, 16);
}

/** Both sums as one number. */
export function sealed(out: usize): u64 {
  let seal: u64 = 0;
  for (let at: usize = 0; at < 32; at += 8) seal = mix64(seal ^ load<u64>(out + at));
  return seal;
}
