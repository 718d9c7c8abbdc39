/**
 * The sieve: one reading of the table at two prices of money, hi > lo.
 *
 *   score_ij(λ) = v_ij − λ c_ij          a user's choice at λ is its best score ("none" scores 0)
 *
 * A user whose choice is the same at both prices, and clearly so, keeps it at every price between: it is *settled*; its
 * choice is written and its cost and value are added. Every other user *stays*: its row goes to a smaller table that the
 * next round sieves at closer prices.
 *
 * Why settled is exact although scores are f32. Let d_m(λ) be the exact lead of the chosen option over option m: linear
 * in λ. At hi the computed lead is above the tolerance, LEAD times what rounding can do; at lo it is not negative. So
 * d_m > 0 on [lo + (hi − lo)/LEAD, hi]: there the choice is the strict optimum of the table's own numbers.
 *
 *   table    values: option j of user i at values + j·stride + 4i; costs likewise; f32; i padded to 16 with v = −∞
 *   choices  u8 (u16 if `wide`), 0 = none, j + 1 = option j; at `origin[i]` where an origin column is given
 *   rows     of the users that stay: 2·options f32 each (values, then costs); their number in the caller's table: u32
 *   scratch  [0, 4 KiB) best score at hi, its low bits the option's number; [4, 8) second best; [8, 12) best at lo;
 *            then the constants of the loop
 *
 * Measured on Zen 4, V8 11.3, 8 options (ns a user): score loop 2.0 of which reading alone is 1.9; two vectors a turn 1.97
 * against 2.10 for one; constants as splats in the loop 2.9 (V8 rebuilds them each turn: hence the loads); results stored
 * at any address 3.0 against 2.3 at the addresses below (stores that share their low 12 bits with loads to come stall).
 *
 * Source: Lagrangian relaxation of the multiple-choice knapsack (Sinha and Zoltners 1979; Dyer 1984) read as a sieve.
 */
import { MAGIC, settled } from "../math/fixed";
import {
  addCost, addValue, costScale, costShift, setStayCount, stayCount, tileScale, valueMagic,
} from "./sums";

/** Users a tile: its scores fill the three windows of `scratch`, its columns stay in the first-level cache. */
const TILE: u32 = 256;
const WINDOW: usize = 4096;
const CONSTANTS: usize = 3 * WINDOW;
/** Half way between the lines that the columns' loads touch (see `columnStride` in src/allocation/offers.ts). */
const PHASE: usize = 192;

/**
 * Sieves users [from, to) and returns the user it stopped before: `to`, or less when `rows` is full.
 * `from` is a multiple of 256; `mask` covers the low bits that carry the option's number.
 */
export function sieve(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  origin: usize,
  exactlyOne: bool,
  hi: f32,
  lo: f32,
  mask: u32,
  toleranceAbsolute: f32,
  toleranceRelative: f32,
  choices: usize,
  wide: bool,
  rows: usize,
  rowOrigin: usize,
  capacity: u32,
  sums: usize,
  scratch: usize,
): u32 {
  const constants = scratch + CONSTANTS;
  v128.store(constants, f32x4.splat(hi));
  v128.store(constants, f32x4.splat(lo), 16);
  v128.store(constants, v128.not(i32x4.splat(mask)), 32);
  v128.store(constants, i32x4.splat(1), 48);
  v128.store(constants, f32x4.splat(exactlyOne ? -Infinity : 0), 64);
  v128.store(constants, f32x4.splat(-Infinity), 80);
  v128.store(constants, i32x4.splat(mask), 96);
  v128.store(constants, i32x4.splat(<i32>stride), 112);
  v128.store(constants, f32x4.splat(toleranceAbsolute), 128);
  v128.store(constants, f32x4.splat(toleranceRelative), 144);
  v128.store(constants, f64x2.splat(valueMagic(sums)), 160);
  v128.store(constants, f64x2.splat(costScale(sums)), 176);
  v128.store(constants, f64x2.splat(costShift(sums)), 192);
  v128.store(constants, f64x2.splat(MAGIC), 208);
  let from256 = from;
  while (from256 < to && stayCount(sums) + TILE <= capacity) {
    const end = min(from256 + TILE, to);
    score(values, costs, stride, options, from256, end, scratch);
    settle(values, costs, stride, options, from256, end, origin, rows, rowOrigin, sums, scratch);
    choose(values, from256, end, origin, choices, wide, scratch);
    from256 = end;
  }
  return from256;
}

function slot(values: usize, at: usize): usize {
  return (values + at + PHASE) & (WINDOW - 1);
}

/** Best and second best at hi, best at lo, of each user of the tile. */
function score(values: usize, costs: usize, stride: usize, options: u32, from: u32, to: u32, scratch: usize): void {
  const constants = scratch + CONSTANTS;
  const HI = v128.load(constants);
  const LO = v128.load(constants, 16);
  const KEEP = v128.load(constants, 32);
  const ONE = v128.load(constants, 48);
  const NONE = v128.load(constants, 64);
  const LEAST = v128.load(constants, 80);
  const columns = options * stride;
  for (let at: usize = <usize>from << 2, end: usize = <usize>to << 2; at < end; at += 32) {
    let bestA = NONE;
    let bestB = NONE;
    let nextA = LEAST;
    let nextB = LEAST;
    let lowA = NONE;
    let lowB = NONE;
    let tag = ONE;
    let pv = values + at;
    let pc = costs + at;
    const stop = pv + columns;
    do {
      let v = v128.load(pv);
      let c = v128.load(pc);
      let tagged = v128.or(v128.and(f32x4.sub(v, f32x4.mul(HI, c)), KEEP), tag);
      lowA = f32x4.pmax(lowA, f32x4.sub(v, f32x4.mul(LO, c)));
      // The operand order of pmin and pmax lets the NaN of a closed option (−∞ with a tag) never win.
      nextA = f32x4.pmax(nextA, f32x4.pmin(tagged, bestA));
      bestA = f32x4.pmax(bestA, tagged);
      v = v128.load(pv, 16);
      c = v128.load(pc, 16);
      tagged = v128.or(v128.and(f32x4.sub(v, f32x4.mul(HI, c)), KEEP), tag);
      lowB = f32x4.pmax(lowB, f32x4.sub(v, f32x4.mul(LO, c)));
      nextB = f32x4.pmax(nextB, f32x4.pmin(tagged, bestB));
      bestB = f32x4.pmax(bestB, tagged);
      tag = i32x4.add(tag, ONE);
      pv += stride;
      pc += stride;
    } while (pv < stop);
    const a = scratch + slot(values, at);
    const b = scratch + slot(values, at + 16);
    v128.store(a, bestA);
    v128.store(b, bestB);
    v128.store(a, nextA, 4096);
    v128.store(b, nextB, 4096);
    v128.store(a, lowA, 8192);
    v128.store(b, lowB, 8192);
  }
}

/** Adds up the settled users of the tile and copies the others' rows. */
function settle(
  values: usize, costs: usize, stride: usize, options: u32, from: u32, to: u32,
  origin: usize, rows: usize, rowOrigin: usize, sums: usize, scratch: usize,
): void {
  const constants = scratch + CONSTANTS;
  const LO = v128.load(constants, 16);
  const ONE = v128.load(constants, 48);
  const MASK = v128.load(constants, 96);
  const STRIDE = v128.load(constants, 112);
  const ABSOLUTE = v128.load(constants, 128);
  const RELATIVE = v128.load(constants, 144);
  const VALUE_MAGIC = v128.load(constants, 160);
  const scale = tileScale(sums);
  let cost0 = f64x2.splat(0);
  let cost1 = cost0;
  let value0 = i64x2.splat(0);
  let value1 = value0;
  let stay = stayCount(sums);
  for (let at: usize = <usize>from << 2, end: usize = <usize>to << 2; at < end; at += 16) {
    const place = scratch + slot(values, at);
    const best = v128.load(place);
    const next = v128.load(place, 4096);
    const low = v128.load(place, 8192);
    const option = v128.and(best, MASK);
    const column = i32x4.mul(i32x4.max_s(option, ONE), STRIDE);
    const base = at - stride;
    const q0 = base + i32x4.extract_lane(column, 0);
    const q1 = base + i32x4.extract_lane(column, 1);
    const q2 = base + i32x4.extract_lane(column, 2);
    const q3 = base + i32x4.extract_lane(column, 3);
    let v = v128.load32_zero(values + q0);
    v = v128.load32_lane(values + q1, v, 1, 4);
    v = v128.load32_lane(values + q2, v, 2, 8);
    v = v128.load32_lane(values + q3, v, 3, 12);
    let c = v128.load32_zero(costs + q0);
    c = v128.load32_lane(costs + q1, c, 1, 4);
    c = v128.load32_lane(costs + q2, c, 2, 8);
    c = v128.load32_lane(costs + q3, c, 3, 12);
    const taken = i32x4.ne(option, i32x4.splat(0));
    v = v128.and(v, taken);
    c = v128.and(c, taken);
    const tolerance = f32x4.add(ABSOLUTE, f32x4.mul(RELATIVE, f32x4.abs(best)));
    const near = v128.or(
      f32x4.ge(next, f32x4.sub(best, tolerance)),
      f32x4.lt(f32x4.sub(v, f32x4.mul(LO, c)), low),
    );
    let stays = i32x4.bitmask(near);
    if (stays) {
      v = v128.andnot(v, near);
      c = v128.andnot(c, near);
      do {
        const user = <u32>(at >> 2) + ctz(stays);
        stays &= stays - 1;
        if (user >= to) break;
        copyRow(values, costs, stride, options, user, rows + <usize>stay * options * 8);
        store<u32>(rowOrigin + (<usize>stay << 2), origin ? load<u32>(origin + (<usize>user << 2)) : user);
        stay++;
      } while (stays);
    }
    let cLow = f64x2.promote_low_f32x4(c);
    let cHigh = f64x2.promote_low_f32x4(i32x4.shuffle(c, c, 2, 3, 2, 3));
    if (!scale) {
      cLow = roundedUp(cLow, constants);
      cHigh = roundedUp(cHigh, constants);
    }
    cost0 = scale ? f64x2.add(cost0, cLow) : i64x2.add(cost0, cLow);
    cost1 = scale ? f64x2.add(cost1, cHigh) : i64x2.add(cost1, cHigh);
    value0 = i64x2.add(value0, f64x2.add(f64x2.promote_low_f32x4(v), VALUE_MAGIC));
    value1 = i64x2.add(value1, f64x2.add(f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)), VALUE_MAGIC));
  }
  setStayCount(sums, stay);
  const additions = <i64>(to - from + 3) >> 2;
  if (scale) {
    const total = f64x2.add(cost0, cost1);
    addCost(sums, <i64>nearest((f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)) * scale));
  } else {
    addCost(sums, settled(cost0, MAGIC, additions) + settled(cost1, MAGIC, additions));
  }
  const magic = valueMagic(sums);
  addValue(sums, settled(value0, magic, additions));
  addValue(sums, settled(value1, magic, additions));
}

/** ceil(c · scale − shift) + MAGIC: the user's cost in quanta, ready to be added as integers. */
function roundedUp(cost: v128, constants: usize): v128 {
  const scaled = f64x2.sub(f64x2.mul(cost, v128.load(constants, 176)), v128.load(constants, 192));
  return f64x2.add(f64x2.ceil(scaled), v128.load(constants, 208));
}

/** Writes the choices at hi of all users of the tile; those that stay are overwritten by later rounds. */
function choose(values: usize, from: u32, to: u32, origin: usize, choices: usize, wide: bool, scratch: usize): void {
  const MASK = v128.load(scratch + CONSTANTS, 96);
  if (origin || wide) {
    const mask = i32x4.extract_lane(MASK, 0);
    for (let i = from; i < to; i++) {
      const at = <usize>i << 2;
      const option = load<u32>(scratch + slot(values, at & ~15) + (at & 15)) & mask;
      setChoice(choices, wide, origin ? load<u32>(origin + at) : i, option);
    }
    return;
  }
  for (let i: usize = from; i < to; i += 16) {
    const at = i << 2;
    const a = v128.and(v128.load(scratch + slot(values, at)), MASK);
    const b = v128.and(v128.load(scratch + slot(values, at + 16)), MASK);
    const c = v128.and(v128.load(scratch + slot(values, at + 32)), MASK);
    const d = v128.and(v128.load(scratch + slot(values, at + 48)), MASK);
    v128.store(choices + i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d)));
  }
}

export function setChoice(choices: usize, wide: bool, user: u32, option: u32): void {
  if (wide) store<u16>(choices + (<usize>user << 1), <u16>option);
  else store<u8>(choices + user, <u8>option);
}

function copyRow(values: usize, costs: usize, stride: usize, options: u32, user: u32, row: usize): void {
  let from = <usize>user << 2;
  const costRow = options << 2;
  for (const end = row + costRow; row < end; row += 4) {
    store<f32>(row, load<f32>(values + from));
    store<f32>(row + costRow, load<f32>(costs + from));
    from += stride;
  }
}
