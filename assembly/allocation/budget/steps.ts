/**
 * The hull steps of users, in f64: each user climbs from its cheapest option along the upper hull of (cost, value).
 *
 *   e_s = min(e_{s−1}, max_j (v_j − v_p) / (c_j − c_p))      over j with c_j > c_p and v_j > v_p, p where it stands
 *
 * Steps before the first place in question are taken at once, steps from there to the last place are written out, and the
 * climb ends behind it. A place in the canonical order is (efficiency descending, key ascending, row ascending).
 *
 *   step    0 f64 efficiency                24 i64 value, quanta of value
 *           8 u64 key of the user           32 u32 place of the user in this table
 *          16 i64 weight, quanta of money   36 u16 number of the step from 1, 38 u16 option reached (0 = none)
 *
 *   out      0 u32 steps written so far (in and out), 4 u32 users without an open option (exactly one)
 *            8 f64 efficiency, 16 u64 key, 24 u64 row of the first place     56 u64 row of the table's first user
 *           32 f64 efficiency, 40 u64 key, 48 u64 row of the last place
 *
 * Source: ARCHITECTURE.md, "The canonical answer", 2 and 3; LP dominance after Sinha and Zoltners (1979).
 */

import { costQuanta, quanta } from "../../math/fixed";
import { mix64 } from "../../math/random";
import { setChoice } from "../choices";
import { addCost, addValue, costScale, costShift, valueMagic } from "./sums";

export const STEP: usize = 40;

/**
 * Climbs users [from, to) and returns the user it stopped before: `to`, or the first for whom `capacity` steps do not
 * suffice.
 */
export function climb(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  origin: usize,
  keys: usize,
  exactlyOne: bool,
  choices: usize,
  wide: bool,
  steps: usize,
  capacity: u32,
  sums: usize,
  out: usize,
): u32 {
  const scale = costScale(sums);
  const shift = costShift(sums);
  const magic = valueMagic(sums);
  const above = load<f64>(out, 8);
  const below = load<f64>(out, 32);
  let count = load<u32>(out);
  for (let i = from; i < to; i++) {
    if (count + options + 1 > capacity) {
      store<u32>(out, count);
      return i;
    }
    const v = values + ((<usize>i) << 2);
    const c = costs + ((<usize>i) << 2);
    const user = origin ? load<u32>(origin + ((<usize>i) << 2)) : i;
    let option = cheapest(v, c, stride, options, exactlyOne);
    if (exactlyOne && option == 0) {
      store<u32>(out, load<u32>(out, 4) + 1, 4);
      setChoice(choices, wide, user, 0);
      continue;
    }
    let cost: f64 = option ? at(c, stride, option) : 0;
    let value: f64 = option ? at(v, stride, option) : 0;
    let efficiency: f64 = Infinity;
    const row = load<u64>(out, 56) + <u64>user;
    let key: u64 = 0;
    let keyed = false;
    let step: u16 = 0;
    while (true) {
      const next = steepest(v, c, stride, options, exactlyOne, cost, value);
      if (next < 0) break;
      const toCost: f64 = next ? at(c, stride, next) : 0;
      const toValue: f64 = next ? at(v, stride, next) : 0;
      efficiency = min(efficiency, (toValue - value) / (toCost - cost));
      if (!(efficiency >= below)) break;
      step++;
      if (efficiency <= above && !keyed) {
        key = keys ? load<u64>(keys + ((<usize>user) << 3)) : mix64(row);
        keyed = true;
      }
      if (efficiency == below && precedes(load<u64>(out, 40), load<u64>(out, 48), key, row)) break;
      if (efficiency < above || (efficiency == above && !precedes(key, row, load<u64>(out, 16), load<u64>(out, 24)))) {
        const record = steps + <usize>count * STEP;
        store<f64>(record, efficiency);
        store<u64>(record, key, 8);
        store<i64>(record, costQuanta(toCost, scale, shift) - costQuanta(cost, scale, shift), 16);
        store<i64>(record, quanta(toValue, magic) - quanta(value, magic), 24);
        store<u32>(record, i, 32);
        store<u16>(record, step, 36);
        store<u16>(record, <u16>next, 38);
        count++;
      } else {
        option = next;
      }
      cost = toCost;
      value = toValue;
    }
    setChoice(choices, wide, user, option);
    if (option) {
      addCost(sums, costQuanta(at(c, stride, option), scale, shift));
      addValue(sums, quanta(at(v, stride, option), magic));
    }
  }
  store<u32>(out, count);
  return to;
}

/** Whether (key, row) comes before another, both unsigned. */
function precedes(key: u64, row: u64, otherKey: u64, otherRow: u64): bool {
  return key < otherKey || (key == otherKey && row < otherRow);
}

/** Number (f32 read as f64) of option j + 1 in a column set. */
export function at(column: usize, stride: usize, option: u32): f64 {
  return <f64>load<f32>(column + <usize>(option - 1) * stride);
}

/** Where a user starts: the cheapest option, then the most valuable, then the lowest number; 0 where there is none. */
export function cheapest(v: usize, c: usize, stride: usize, options: u32, exactlyOne: bool): u32 {
  let option: u32 = 0;
  let cost: f64 = exactlyOne ? Infinity : 0;
  let value: f64 = exactlyOne ? -Infinity : 0;
  for (let j: u32 = 1; j <= options; j++) {
    const vj = at(v, stride, j);
    if (vj == -Infinity) continue;
    const cj = at(c, stride, j);
    if (cj < cost || (cj == cost && vj > value)) {
      option = j;
      cost = cj;
      value = vj;
    }
  }
  return option;
}

/** The next vertex of the hull from (cost, value), −1 at its end. */
export function steepest(
  v: usize,
  c: usize,
  stride: usize,
  options: u32,
  exactlyOne: bool,
  cost: f64,
  value: f64,
): i32 {
  let option = -1;
  let slope: f64 = 0;
  let reached: f64 = 0;
  if (!exactlyOne && cost < 0 && value < 0) {
    option = 0;
    slope = -value / -cost;
  }
  for (let j: u32 = 1; j <= options; j++) {
    const dv = at(v, stride, j) - value;
    const cj = at(c, stride, j);
    const dc = cj - cost;
    if (!(dv > 0) || !(dc > 0)) continue;
    const e = dv / dc;
    if (e > slope || (e == slope && cj < reached)) {
      option = j;
      slope = e;
      reached = cj;
    }
  }
  return option;
}
