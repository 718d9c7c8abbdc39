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
 * The tolerance is absolute + byCost · the user's largest cost + relative · |best score|.
 *
 *   table    values: option j of user i at values + j·stride + 4i; costs likewise; f32; i padded to 16 with v = −∞
 *   choices  u8 (u16 if `wide`), 0 = none, j + 1 = option j; at `origin[i]` where an origin column is given
 *   rows     of the users that stay: 2·options f32 each (values, then costs); their number in the caller's table: u32
 *
 * Four users a turn, one option after the other, everything in registers until the four are settled. Tried and slower on
 * Zen 4, V8 11.3 (10,000,000 × 8, ms; this loop 49): results of 256 users stored and settled in a second loop 62 (moving
 * stores share their low 12 bits with loads to come); the option's number in the low bits of its score and a gather of
 * its value and cost 52; two vectors a turn spill. From the cache it takes 4.6 ns a user, from memory 7.0: 16 columns are
 * more streams than the processor fetches ahead, up to 12 cost nothing. Two groups of columns a tile, their state kept
 * between them: no faster. Constants are loaded, not splatted: V8 rebuilds splats every turn.
 *
 * Source: Lagrangian relaxation of the multiple-choice knapsack (Sinha and Zoltners 1979; Dyer 1984) read as a sieve.
 */
import { MAGIC, settled } from "../../math/fixed";
import { setChoice } from "../choices";
import { addCost, addValue, costScale, costShift, setStayCount, stayCount, tileScale, valueMagic } from "./sums";

/** Users a tile: their costs are added as f64 before they are counted in quanta (TILE in src/allocation/counting.ts). */
const TILE: u32 = 512;

/**
 * Sieves users [from, to) and returns the user it stopped before: `to`, or less when `rows` is full. `from` is a multiple
 * of TILE. `constants` is scratch of 256 bytes.
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
  toleranceAbsolute: f32,
  toleranceByCost: f32,
  toleranceRelative: f32,
  choices: usize,
  wide: bool,
  rows: usize,
  rowOrigin: usize,
  capacity: u32,
  sums: usize,
  constants: usize,
): u32 {
  v128.store(constants, f32x4.splat(hi));
  v128.store(constants, f32x4.splat(lo), 16);
  v128.store(constants, i32x4.splat(1), 32);
  v128.store(constants, f32x4.splat(exactlyOne ? -Infinity : 0), 48);
  v128.store(constants, f32x4.splat(-Infinity), 64);
  v128.store(constants, f32x4.splat(toleranceAbsolute), 80);
  v128.store(constants, f32x4.splat(toleranceRelative), 96);
  v128.store(constants, f64x2.splat(valueMagic(sums)), 112);
  v128.store(constants, f64x2.splat(costScale(sums)), 128);
  v128.store(constants, f64x2.splat(costShift(sums)), 144);
  v128.store(constants, f64x2.splat(MAGIC), 160);
  v128.store(constants, f32x4.splat(toleranceByCost), 176);
  let user = from;
  while (user < to && stayCount(sums) + TILE <= capacity) {
    const end = min(user + TILE, to);
    sieveTile(values, costs, stride, options, user, end, origin, choices, wide, rows, rowOrigin, sums, constants);
    user = end;
  }
  return user;
}

function sieveTile(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  origin: usize,
  choices: usize,
  wide: bool,
  rows: usize,
  rowOrigin: usize,
  sums: usize,
  constants: usize,
): void {
  const HI = v128.load(constants);
  const LO = v128.load(constants, 16);
  const ONE = v128.load(constants, 32);
  const NONE = v128.load(constants, 48);
  const LEAST = v128.load(constants, 64);
  const together = tileScale(sums) != 0;
  const columns = <usize>options * stride;
  let cost0 = f64x2.splat(0);
  let cost1 = cost0;
  let value0 = i64x2.splat(0);
  let value1 = value0;
  let stay = stayCount(sums);
  for (let at: usize = (<usize>from) << 2, end: usize = (<usize>to) << 2; at < end; at += 16) {
    let best = NONE;
    let next = LEAST;
    let low = NONE;
    let tag = ONE;
    let value = i32x4.splat(0);
    let cost = i32x4.splat(0);
    let option = i32x4.splat(0);
    let largest = i32x4.splat(0);
    let pv = values + at;
    let pc = costs + at;
    const stop = pv + columns;
    do {
      const v = v128.load(pv);
      const c = v128.load(pc);
      const score = f32x4.sub(v, f32x4.mul(HI, c));
      low = f32x4.pmax(low, f32x4.sub(v, f32x4.mul(LO, c)));
      largest = f32x4.pmax(largest, c);
      const better = f32x4.gt(score, best);
      value = v128.bitselect(v, value, better);
      cost = v128.bitselect(c, cost, better);
      option = v128.bitselect(tag, option, better);
      next = f32x4.pmax(next, f32x4.pmin(score, best));
      best = f32x4.pmax(best, score);
      tag = i32x4.add(tag, ONE);
      pv += stride;
      pc += stride;
    } while (pv < stop);

    const tolerance = f32x4.add(
      f32x4.add(v128.load(constants, 80), f32x4.mul(v128.load(constants, 176), largest)),
      f32x4.mul(v128.load(constants, 96), f32x4.abs(best)),
    );
    const near = v128.or(
      f32x4.gt(next, f32x4.sub(best, tolerance)),
      f32x4.lt(f32x4.sub(value, f32x4.mul(LO, cost)), low),
    );
    let stays = i32x4.bitmask(near);
    if (stays) {
      value = v128.andnot(value, near);
      cost = v128.andnot(cost, near);
      do {
        const user = <u32>(at >> 2) + ctz(stays);
        stays &= stays - 1;
        if (user >= to) break;
        copyRow(values, costs, stride, options, user, rows + <usize>stay * options * 8);
        store<u32>(rowOrigin + ((<usize>stay) << 2), origin ? load<u32>(origin + ((<usize>user) << 2)) : user);
        stay++;
      } while (stays);
    }
    const costLow = f64x2.promote_low_f32x4(cost);
    const costHigh = f64x2.promote_low_f32x4(i32x4.shuffle(cost, cost, 2, 3, 2, 3));
    if (together) {
      cost0 = f64x2.add(cost0, costLow);
      cost1 = f64x2.add(cost1, costHigh);
    } else {
      cost0 = i64x2.add(cost0, countedUp(costLow, constants));
      cost1 = i64x2.add(cost1, countedUp(costHigh, constants));
    }
    const VALUE_MAGIC = v128.load(constants, 112);
    value0 = i64x2.add(value0, f64x2.add(f64x2.promote_low_f32x4(value), VALUE_MAGIC));
    value1 = i64x2.add(
      value1,
      f64x2.add(f64x2.promote_low_f32x4(i32x4.shuffle(value, value, 2, 3, 2, 3)), VALUE_MAGIC),
    );
    if (origin || wide) {
      scatter(option, <u32>(at >> 2), to, origin, choices, wide);
    } else {
      const bytes = v128.shuffle<i8>(option, option, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
      v128.store32_lane(choices + (at >> 2), bytes, 0);
    }
  }
  setStayCount(sums, stay);
  const additions = <i64>(to - from + 3) >> 2;
  if (together) {
    const total = f64x2.add(cost0, cost1);
    const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
    addCost(sums, <i64>nearest(sum * tileScale(sums)));
  } else {
    addCost(sums, settled(cost0, MAGIC, additions) + settled(cost1, MAGIC, additions));
  }
  addValue(sums, settled(value0, valueMagic(sums), additions));
  addValue(sums, settled(value1, valueMagic(sums), additions));
}

/** ceil(c · scale − shift) + MAGIC: costs in quanta, ready to be added as integers. */
function countedUp(cost: v128, constants: usize): v128 {
  const scaled = f64x2.sub(f64x2.mul(cost, v128.load(constants, 128)), v128.load(constants, 144));
  return f64x2.add(f64x2.ceil(scaled), v128.load(constants, 160));
}

function scatter(option: v128, user: u32, to: u32, origin: usize, choices: usize, wide: bool): void {
  scatterOne(i32x4.extract_lane(option, 0), user, to, origin, choices, wide);
  scatterOne(i32x4.extract_lane(option, 1), user + 1, to, origin, choices, wide);
  scatterOne(i32x4.extract_lane(option, 2), user + 2, to, origin, choices, wide);
  scatterOne(i32x4.extract_lane(option, 3), user + 3, to, origin, choices, wide);
}

function scatterOne(option: u32, user: u32, to: u32, origin: usize, choices: usize, wide: bool): void {
  if (user < to) setChoice(choices, wide, origin ? load<u32>(origin + ((<usize>user) << 2)) : user, option);
}

export function copyRow(values: usize, costs: usize, stride: usize, options: u32, user: u32, row: usize): void {
  let from = (<usize>user) << 2;
  const costRow = (<usize>options) << 2;
  for (const end = row + costRow; row < end; row += 4) {
    store<f32>(row, load<f32>(values + from));
    store<f32>(row + costRow, load<f32>(costs + from));
    from += stride;
  }
}
