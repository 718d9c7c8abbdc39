/**
 * Users by option, total cost and total value at each of a list of prices, in one reading of the table.
 *
 * A user's choice changes only where a price passes the efficiency of one of its hull steps: it holds from the first price
 * that is not below the next step's efficiency up to where the step that led to it is no longer taken. So each step is
 * added once, at the number of prices below its efficiency, as what it changes; running sums over the prices give the
 * totals (`totals.ts` of src). All of it is integers, so that no order shows.
 *
 *   plan      0 u32 prices P          16 u32 least and most size of costs, of values, by their bits: see `read`
 *             4 u32 bytes of a row    32 f64 MAGIC · quantum of cost, of value
 *               of counts             48 u32 bit of a quantum in a sum, of cost, of value
 *             8 u32 last cell         56 f64 units a unit of money, 0: costs are summed as they are
 *            12 u32 shift of a cell   64 i32 first cell
 *            72 f64 prices, ascending, then Infinity;  behind them u16 by cell: prices in the cells before it
 *   tallies   16 n: i64 cost, value in quanta of what changes at price n, of the users since the last `settle`
 *             then SUM · 2n: the sums of cost, of value: see sums.ts; then i32 users by option, a row for each n
 *             n from 0, what changes there, to P, what is never seen
 *   scratch   items, points, gaps of hulls.ts
 *
 * Four users at a time in f64 where they fit (hulls.ts), else each by the climb of steps.ts.
 */
import { at, cheapest, steepest } from "../budget/steps";
import { FAR, GAP, ITEM, ORDERED, POINT, place, read, slope, sort } from "./hulls";
import { addAt, addNumber, SUM } from "./sums";

/** Up to so many columns hulls are found by comparing all points with all: beyond it climbing takes less. */
const FEW: u32 = 32;
/** Users whose changes an i64 of quanta takes: each is below 2^51 quanta. */
const BATCH: u32 = 2048;
const PRICES: usize = 72;

export function totals(
  values: usize,
  costs: usize,
  stride: usize,
  columns: u32,
  slots: usize,
  slotStride: usize,
  from: u32,
  to: u32,
  exactlyOne: bool,
  plan: usize,
  tallies: usize,
  scratch: usize,
): void {
  const points = scratch + <usize>(columns + 1) * ITEM;
  const gaps = points + <usize>(columns + 1) * POINT;
  for (let i = from; i < to; ) {
    for (const end = min(i + BATCH, to); i < end; ) {
      const v = values + ((<usize>i) << 2);
      const c = costs + ((<usize>i) << 2);
      const four = end - i >= 4 && columns <= FEW;
      const found = four ? read(v, c, stride, columns, exactlyOne, plan + 16, scratch) : FAR;
      if (found != FAR) {
        if (found != ORDERED) sort(scratch, columns + 1);
        place(scratch, columns + 1, load<f64>(plan, 56), points);
        slope(points, columns + 1, gaps);
        if (slots) toOffers(slots + ((<usize>i) << 1), slotStride, scratch, columns);
        addFour(columns, plan, tallies, scratch, points, gaps);
        i += 4;
      } else {
        for (const stop = four ? i + 4 : end; i < stop; i++) {
          const offers = slots ? slots + ((<usize>i) << 1) : 0;
          const at = (<usize>i) << 2;
          addOne(values + at, costs + at, stride, columns, offers, slotStride, exactlyOne, plan, tallies);
        }
      }
    }
    settle(plan, tallies);
  }
}

/** Numbers of slots become numbers of offers. */
function toOffers(slots: usize, slotStride: usize, items: usize, columns: u32): void {
  for (let k: u32 = 0; k <= columns; k++) {
    for (let user: usize = 0; user < 4; user++) {
      const number = items + <usize>k * ITEM + 32 + (user << 2);
      const slot = load<u32>(number);
      if (slot) store<u32>(number, load<u16>(slots + <usize>(slot - 1) * slotStride + (user << 1)));
    }
  }
}

function addFour(columns: u32, plan: usize, tallies: usize, items: usize, points: usize, gaps: usize): void {
  const count = load<u32>(plan);
  const prices = plan + PRICES;
  const cells = prices + ((<usize>count + 1) << 3);
  const rowBytes = load<u32>(plan, 4);
  const counts = tallies + (<usize>count + 1) * (16 + 2 * SUM);
  const SHIFT = load<u32>(plan, 12);
  const FIRST = i32x4.splat(load<i32>(plan, 64));
  const LAST = i32x4.splat(load<u32>(plan, 8));
  const ZERO = i32x4.splat(0);
  const MAGIC = v128.load(plan, 32);
  for (const end = gaps + <usize>columns * GAP; gaps < end; gaps += GAP) {
    const s01 = v128.load(gaps);
    const s23 = v128.load(gaps, 16);
    const upper = i32x4.shr_u(i32x4.shuffle(s01, s23, 1, 3, 5, 7), SHIFT);
    const cell = i32x4.min_s(i32x4.max_s(i32x4.sub(upper, FIRST), ZERO), LAST);
    const n0 = below(f64x2.extract_lane(s01, 0), i32x4.extract_lane(cell, 0), prices, cells);
    const n1 = below(f64x2.extract_lane(s01, 1), i32x4.extract_lane(cell, 1), prices, cells);
    const n2 = below(f64x2.extract_lane(s23, 0), i32x4.extract_lane(cell, 2), prices, cells);
    const n3 = below(f64x2.extract_lane(s23, 1), i32x4.extract_lane(cell, 3), prices, cells);
    change(n0, points + 64, items + 32, MAGIC, tallies, counts + <usize>n0 * rowBytes);
    change(n1, points + 80, items + 36, MAGIC, tallies, counts + <usize>n1 * rowBytes);
    change(n2, points + 96, items + 40, MAGIC, tallies, counts + <usize>n2 * rowBytes);
    change(n3, points + 112, items + 44, MAGIC, tallies, counts + <usize>n3 * rowBytes);
    points += POINT;
    items += ITEM;
  }
  let sum = v128.load(tallies);
  for (let user: usize = 0; user < 4; user++) {
    const amount = v128.load(points + (user << 4), 64);
    sum = i64x2.add(sum, i64x2.sub(f64x2.add(amount, MAGIC), MAGIC));
    add(counts + ((<usize>load<u32>(items + (user << 2), 32)) << 2), 1);
  }
  v128.store(tallies, sum);
}

/** How many prices are below a slope of this cell. */
function below(slope: f64, cell: i32, prices: usize, cells: usize): u32 {
  const at = cells + ((<usize>cell) << 1);
  let low = <u32>load<u16>(at);
  let high = <u32>load<u16>(at, 2);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f64>(prices + ((<usize>middle) << 3)) < slope) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From price n on a user no longer stands at the next point but at this one. */
function change(n: u32, point: usize, number: usize, magic: v128, tallies: usize, row: usize): void {
  const tally = tallies + ((<usize>n) << 4);
  const amount = f64x2.sub(v128.load(point), v128.load(point, POINT));
  v128.store(tally, i64x2.add(v128.load(tally), i64x2.sub(f64x2.add(amount, magic), magic)));
  add(row + ((<usize>load<u32>(number)) << 2), 1);
  add(row + ((<usize>load<u32>(number, ITEM)) << 2), -1);
}

function add(count: usize, users: i32): void {
  store<i32>(count, load<i32>(count) + users);
}

/** One user by climbing. */
function addOne(
  v: usize,
  c: usize,
  stride: usize,
  columns: u32,
  offers: usize,
  slotStride: usize,
  exactlyOne: bool,
  plan: usize,
  tallies: usize,
): void {
  const count = load<u32>(plan);
  let option = cheapest(v, c, stride, columns, exactlyOne);
  let efficiency: f64 = Infinity;
  let from = count;
  while (true) {
    const cost: f64 = option ? at(c, stride, option) : 0;
    const value: f64 = option ? at(v, stride, option) : 0;
    // Who has no option at all climbs nowhere.
    const next = exactlyOne && option == 0 ? -1 : steepest(v, c, stride, columns, exactlyOne, cost, value);
    let to: u32 = 0;
    if (next >= 0) {
      const toCost: f64 = next ? at(c, stride, next) : 0;
      const toValue: f64 = next ? at(v, stride, next) : 0;
      efficiency = min(efficiency, (toValue - value) / (toCost - cost));
      to = search(efficiency, plan + PRICES, from);
    }
    if (to < from) {
      const offer: u32 = offers && option ? load<u16>(offers + <usize>(option - 1) * slotStride) : option;
      stand(to, false, v, c, stride, option, offer, plan, tallies);
      stand(from, true, v, c, stride, option, offer, plan, tallies);
      from = to;
    }
    if (to == 0) return;
    option = next;
  }
}

/** How many of the first n prices are below an efficiency. */
function search(efficiency: f64, prices: usize, n: u32): u32 {
  let low: u32 = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f64>(prices + ((<usize>middle) << 3)) < efficiency) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From price n on a user stands at an option, or no longer does. */
function stand(
  n: u32,
  leaves: bool,
  v: usize,
  c: usize,
  stride: usize,
  option: u32,
  offer: u32,
  plan: usize,
  tallies: usize,
): void {
  const count = <usize>load<u32>(plan);
  const sum = tallies + ((count + 1) << 4) + <usize>n * 2 * SUM;
  const row = tallies + (count + 1) * (16 + 2 * SUM) + <usize>n * load<u32>(plan, 4);
  add(row + ((<usize>offer) << 2), leaves ? -1 : 1);
  if (!option) return;
  const column = <usize>(option - 1) * stride;
  const perMoney = load<f64>(plan, 56);
  if (perMoney > 0) {
    const units = <i64>Math.ceil(<f64>load<f32>(c + column) * perMoney - 0.5);
    addAt(sum, 0, leaves ? -units : units);
  } else {
    addNumber(sum, load<u32>(c + column), leaves);
  }
  addNumber(sum + SUM, load<u32>(v + column), leaves);
}

/** Adds what `addFour` counted to the sums, and starts again from zero. */
function settle(plan: usize, tallies: usize): void {
  const count = load<u32>(plan);
  const costBit = load<u32>(plan, 48);
  const valueBit = load<u32>(plan, 52);
  let sum = tallies + ((<usize>count + 1) << 4);
  for (let n: u32 = 0; n < count; n++) {
    const tally = tallies + ((<usize>n) << 4);
    const cost = load<i64>(tally);
    const value = load<i64>(tally, 8);
    if (cost) addAt(sum, costBit, cost);
    if (value) addAt(sum + SUM, valueBit, value);
    sum += 2 * SUM;
  }
  memory.fill(tallies, 0, (<usize>count + 1) << 4);
}
