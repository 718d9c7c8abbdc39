/**
 * Users that can change their choice at little loss: the options whose score (price.ts, same `job`) is less than ε below that
 * of the choice, as records.
 *
 *   record, 24 bytes   0 u32 user   4 u32 column + 1, 0 = none   8 f32 value   12 f32 cost   16 f64 loss of score
 *
 * An option that is worth nothing and costs nothing is none by another name, which takes of a stock and gives to no limit: where
 * users may go without and no resource counts, it is not listed. (A discount of 0 % would fill a core with a million ties.)
 *
 * The choice of each listed user stands first, with loss 0; at ε = ∞ every user is listed. What is read for the score is
 * written beside it: it is in the cache now, and would cost two misses a record later.
 *
 * Few users are near. Where `quick` is given, f32 α, then f32 l and m by offer from 0, four users at once are told apart in f32
 * first, and only those whose second score there is less than ε below the first are looked at: 5 ns a user instead of 30
 * (8 options). It may leave out users whose lead rounding hides, which repair can do without.
 */
import { choiceAt } from "../choices";

const RECORD: u32 = 24;

/** Lists users [from, to) behind the first n records while there is room for all of a user's; returns how many there are. */
export function near(
  job: usize,
  quick: usize,
  from: u32,
  to: u32,
  epsilon: f64,
  records: usize,
  n: u32,
  room: u32,
): u32 {
  const columns: u32 = load<u32>(job, 12);
  let i = from;
  if (quick) {
    for (; i + 4 <= to; i += 4) {
      let mask = nearOfFour(job, quick, i, <f32>epsilon);
      for (; mask; mask &= mask - 1) {
        if (n + columns + 1 > room) return n;
        n = listUser(job, i + <u32>ctz(mask), epsilon, records, n);
      }
    }
  }
  for (; i < to; i++) {
    if (n + columns + 1 > room) return n;
    n = listUser(job, i, epsilon, records, n);
  }
  return n;
}

/** Which of four users have a second score less than ε below their first, in f32. */
function nearOfFour(job: usize, quick: usize, i: u32, epsilon: f32): i32 {
  const stride: usize = load<u32>(job, 8);
  const columns: u32 = load<u32>(job, 12);
  const alpha = v128.load32_splat(quick);
  const listed = i32x4.splat(leavesNullOut(job) ? 0 : -1);
  let values = <usize>load<u32>(job) + ((<usize>i) << 2);
  let costs = <usize>load<u32>(job, 4) + ((<usize>i) << 2);
  let best = f32x4.splat(load<u32>(job, 32) ? -Infinity : 0);
  let second = f32x4.splat(-Infinity);
  let p = quick + 4;
  for (let j: u32 = 0; j < columns; j++) {
    p += 8;
    const v = v128.load(values);
    const c = v128.load(costs);
    const counts = v128.or(listed, f32x4.gt(f32x4.max(f32x4.abs(v), f32x4.abs(c)), f32x4.splat(0)));
    const paid = f32x4.mul(v128.load32_splat(p), c);
    const open = f32x4.sub(f32x4.sub(f32x4.mul(alpha, v), paid), v128.load32_splat(p, 4));
    const score = v128.bitselect(open, f32x4.splat(-Infinity), counts);
    second = f32x4.pmax(second, f32x4.pmin(best, score));
    best = f32x4.pmax(best, score);
    values += stride;
    costs += stride;
  }
  return i32x4.bitmask(f32x4.gt(second, f32x4.sub(best, f32x4.splat(epsilon))));
}

/** Users may go without, and no resource counts. */
function leavesNullOut(job: usize): bool {
  return load<u32>(job, 32) == 0 && load<u32>(job, 28) == 0;
}

function listUser(job: usize, i: u32, epsilon: f64, records: usize, n: u32): u32 {
  const values: usize = load<u32>(job);
  const costs: usize = load<u32>(job, 4);
  const stride: usize = load<u32>(job, 8);
  const columns: u32 = load<u32>(job, 12);
  const orNone = load<u32>(job, 32) == 0;
  const withoutNull = leavesNullOut(job);
  const row = (<usize>i) << 2;
  const choice: u32 = choiceAt(load<u32>(job, 36), load<u32>(job, 40) != 0, i);
  if (!choice && !orNone) return n;
  const now = choice ? scoreOf(job, row, choice - 1) : 0;
  const least = now - epsilon;
  let next = n + 1;
  if (orNone && choice && 0 > least) next = record(records, next, i, 0, 0, 0, now);
  for (let j: u32 = 0; j < columns; j++) {
    if (j + 1 == choice) continue;
    const at = row + <usize>j * stride;
    const v = load<f32>(values + at);
    const c = load<f32>(costs + at);
    if (v == -Infinity || (withoutNull && v == 0 && c == 0)) continue;
    const score = scoreOf(job, row, j);
    if (score > least) next = record(records, next, i, j + 1, v, c, now - score);
  }
  if (next == n + 1 && epsilon < Infinity) return n;
  const at = row + <usize>(choice - 1) * stride;
  if (choice) record(records, n, i, choice, load<f32>(values + at), load<f32>(costs + at), 0);
  else record(records, n, i, 0, 0, 0, 0);
  return next;
}

function record(records: usize, n: u32, user: u32, choice: u32, v: f32, c: f32, loss: f64): u32 {
  const at = records + <usize>(n * RECORD);
  store<u32>(at, user);
  store<u32>(at, choice, 4);
  store<f32>(at, v, 8);
  store<f32>(at, c, 12);
  store<f64>(at, loss, 16);
  return n + 1;
}

/** As price.ts scores, but for costs and amounts as they are in f32. */
function scoreOf(job: usize, row: usize, j: u32): f64 {
  const at = row + <usize>j * <usize>load<u32>(job, 8);
  const slots: usize = load<u32>(job, 16);
  const o: u32 = slots ? load<u16>(slots + <usize>j * <usize>load<u32>(job, 20) + (row >> 1)) : j + 1;
  const p = <usize>load<u32>(job, 48) + ((<usize>o) << 4);
  const v: f64 = load<f32>(<usize>load<u32>(job) + at);
  const c: f64 = load<f32>(<usize>load<u32>(job, 4) + at);
  let score = load<f64>(job, 64) * v - load<f64>(p) * c - load<f64>(p, 8);
  const resources: usize = load<u32>(job, 24);
  const many: u32 = load<u32>(job, 28);
  const r: usize = load<u32>(job, 52);
  const block = <usize>load<u32>(job, 12) * <usize>load<u32>(job, 8);
  for (let k: u32 = 0; k < many; k++) {
    const rk = load<f64>(r + ((<usize>k) << 4));
    if (rk != 0) score -= rk * <f64>load<f32>(resources + <usize>k * block + at);
  }
  return score;
}
