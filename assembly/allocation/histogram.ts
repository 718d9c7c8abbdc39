/**
 * The log-price histogram: every hull step of every user, by its efficiency, in one reading of the table.
 *
 * A bucket takes the steps whose efficiency, read as f32, shares its exponent and top 12 bits of mantissa: 2^-12 wide,
 * relative, 4,096 to the octave, 23 octaves below `top`. Steps beyond either end go to the end bucket.
 *
 *   bucket   0 i64 Σ weight, quanta of money   8 i64 Σ value, quanta of value   (buckets + 16 b)
 *   slopes   0 u16 least, 2 u16 largest: the 11 bits of a slope that its bucket leaves open   (buckets + 16 BUCKETS + 4 b)
 *            behind them four buckets that nobody reads; 21 bytes a bucket in all
 *   out      0 i64 Σ weight of the starts, 8 i64 Σ value of the starts, 16 u32 users without an open option
 *   scratch  [0, 256) constants and steps; then (options + 1) points of 32 bytes: v of four users, c of four users;
 *            then (options + 1) gaps of 16 bytes
 *
 * Four users at a time. Where their options stand in the order of cost, the slope of the hull over the gap between two
 * neighbours is min over a left of it, max over b right of it, of the slope from a to b: no branch, half the divisions
 * (Ayer et al. 1955, the min–max form of pooling adjacent violators). Else they climb by gift wrapping: each turn looks
 * at all options and takes the steepest. Slopes are f32, off by three roundings, so that a step may
 * lie 3·2^-24 out of order, which `frontier` adds to its upper side; weights and values are counted at the points reached
 * and telescope, so that totals are exact and the lower side is a plan.
 *
 * Source: Dyer (1984) and Zemel (1984), LP optimum by slopes; here all slopes at once, in buckets.
 */
import { MAGIC } from "../math/fixed";

const SHIFT: u32 = 11;
const BUCKETS: i32 = 94208;
const SLOPES: usize = 16 * <usize>BUCKETS;
/** Where gaps without a step go, one a lane, behind everything else. */
const NOWHERE: i32 = 20 * BUCKETS;
const OPEN: u32 = (1 << SHIFT) - 1;

export function histogram(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  exactlyOne: bool,
  costScale: f64,
  costShift: f64,
  valueMagic: f64,
  topBucket: i32,
  buckets: usize,
  out: usize,
  scratch: usize,
): void {
  v128.store(scratch, f64x2.splat(costScale));
  v128.store(scratch, f64x2.splat(costShift), 16);
  v128.store(scratch, f64x2.splat(MAGIC), 32);
  v128.store(scratch, f64x2.splat(valueMagic), 48);
  for (let at: usize = (<usize>from) << 2, end = (<usize>to) << 2; at < end; at += 16) {
    const users = min<u32>(4, to - <u32>(at >> 2));
    if (users == 4 && inOrder(values + at, costs + at, stride, options, exactlyOne, scratch)) {
      slopes(options, exactlyOne, scratch);
      addGaps(options, exactlyOne, topBucket, buckets, out, scratch);
    } else {
      climbFour(values + at, costs + at, stride, options, users, exactlyOne, topBucket, buckets, out, scratch);
    }
  }
}

const POINTS: usize = 256;
const POINT: usize = 32;

/** Copies the points of four users; whether all are open and in the order of cost, nothing free among them. */
function inOrder(pv: usize, pc: usize, stride: usize, options: u32, exactlyOne: bool, scratch: usize): bool {
  let point = scratch + POINTS;
  let v = f32x4.splat(0);
  let c = f32x4.splat(exactlyOne ? -Infinity : 0);
  v128.store(point, v);
  v128.store(point, f32x4.splat(0), 16);
  let wrong = i32x4.splat(0);
  for (let j: u32 = 0; j < options; j++) {
    point += POINT;
    const jv = v128.load(pv);
    // Without the sign of zero: −0 − 0 would be −0, and a gap of no cost steep.
    const jc = f32x4.add(v128.load(pc), f32x4.splat(0));
    const free = v128.and(f32x4.eq(jc, c), f32x4.gt(jv, v));
    wrong = v128.or(wrong, v128.or(f32x4.lt(jc, c), v128.or(free, f32x4.eq(jv, f32x4.splat(-Infinity)))));
    v128.store(point, jv);
    v128.store(point, jc, 16);
    v = jv;
    c = jc;
    pv += stride;
    pc += stride;
  }
  return !v128.any_true(wrong);
}

/** The slope of the hull over each gap, behind the points. */
function slopes(options: u32, exactlyOne: bool, scratch: usize): void {
  const first = scratch + POINTS + (exactlyOne ? POINT : 0);
  const last = scratch + POINTS + <usize>options * POINT;
  const gaps = last + POINT;
  for (let gap = gaps, end = gaps + ((<usize>options) << 4); gap < end; gap += 16)
    v128.store(gap, f32x4.splat(Infinity));
  const ZERO = f32x4.splat(0);
  for (let a = first; a < last; a += POINT) {
    const v = v128.load(a);
    const c = v128.load(a, 16);
    let most = ZERO;
    let gap = gaps + ((last - scratch - POINTS) >> 1) - 16;
    for (let b = last; b > a; b -= POINT) {
      const slope = f32x4.div(f32x4.sub(v128.load(b), v), f32x4.sub(v128.load(b, 16), c));
      // The order of pmax drops the NaN of 0/0.
      most = f32x4.pmax(most, slope);
      v128.store(gap, f32x4.pmin(v128.load(gap), most));
      gap -= 16;
    }
  }
}

/**
 * Adds every gap of positive slope to its bucket; the others add nothing to some bucket. Neighbouring gaps of one slope are
 * one step: its value is added with the last of them.
 */
function addGaps(options: u32, exactlyOne: bool, topBucket: i32, buckets: usize, out: usize, scratch: usize): void {
  let point = scratch + POINTS + (exactlyOne ? POINT : 0);
  const last = scratch + POINTS + <usize>options * POINT;
  let gap = last + POINT + (exactlyOne ? 16 : 0);
  let v = v128.load(point);
  let c = v128.load(point, 16);
  if (exactlyOne) addStarts(v, c, 4, out, scratch);
  let kLow = quantaOf(c, scratch, false);
  let kHigh = quantaOf(c, scratch, true);
  let fromLow = valuesOf(v, scratch, false);
  let fromHigh = valuesOf(v, scratch, true);
  // Behind the last gap: no slope.
  v128.store(last + POINT + ((<usize>options) << 4), f32x4.splat(-Infinity));
  let slope = v128.load(gap);
  while (point < last) {
    point += POINT;
    gap += 16;
    v = v128.load(point);
    c = v128.load(point, 16);
    const next = v128.load(gap);
    const climbs = f32x4.gt(slope, f32x4.splat(0));
    const ends = v128.and(climbs, f32x4.ne(slope, next));
    const toLow = quantaOf(c, scratch, false);
    const toHigh = quantaOf(c, scratch, true);
    const valueLow = valuesOf(v, scratch, false);
    const valueHigh = valuesOf(v, scratch, true);
    const endsLow = i32x4.shuffle(ends, ends, 0, 0, 1, 1);
    const endsHigh = i32x4.shuffle(ends, ends, 2, 2, 3, 3);
    const weightLow = i64x2.sub(toLow, kLow);
    const weightHigh = i64x2.sub(toHigh, kHigh);
    const gainLow = v128.and(i64x2.sub(valueLow, fromLow), endsLow);
    const gainHigh = v128.and(i64x2.sub(valueHigh, fromHigh), endsHigh);
    fromLow = v128.bitselect(valueLow, fromLow, endsLow);
    fromHigh = v128.bitselect(valueHigh, fromHigh, endsHigh);
    kLow = toLow;
    kHigh = toHigh;
    const place = v128.bitselect(
      placeOf(slope, topBucket),
      i32x4(NOWHERE, NOWHERE + 16, NOWHERE + 32, NOWHERE + 48),
      climbs,
    );
    addToBucket(
      buckets,
      i32x4.extract_lane(place, 0),
      i32x4.extract_lane(slope, 0),
      i64x2.shuffle(weightLow, gainLow, 0, 2),
    );
    addToBucket(
      buckets,
      i32x4.extract_lane(place, 1),
      i32x4.extract_lane(slope, 1),
      i64x2.shuffle(weightLow, gainLow, 1, 3),
    );
    addToBucket(
      buckets,
      i32x4.extract_lane(place, 2),
      i32x4.extract_lane(slope, 2),
      i64x2.shuffle(weightHigh, gainHigh, 0, 2),
    );
    addToBucket(
      buckets,
      i32x4.extract_lane(place, 3),
      i32x4.extract_lane(slope, 3),
      i64x2.shuffle(weightHigh, gainHigh, 1, 3),
    );
    slope = next;
  }
}

/** Byte offsets of the buckets of four slopes. */
function placeOf(slope: v128, topBucket: i32): v128 {
  const bucket = i32x4.sub(i32x4.shr_u(slope, SHIFT), i32x4.splat(topBucket - BUCKETS + 1));
  return i32x4.shl(i32x4.min_s(i32x4.max_s(bucket, i32x4.splat(0)), i32x4.splat(BUCKETS - 1)), 4);
}

/** Adds (weight, value) in one go: two i64 apart took half as long again. */
function addToBucket(buckets: usize, place: usize, slope: u32, step: v128): void {
  const bucket = buckets + place;
  v128.store(bucket, i64x2.add(v128.load(bucket), step));
  const slopes = buckets + SLOPES + (place >> 2);
  const bits = slope & OPEN;
  // Rarely taken once a bucket has a few steps.
  if (bits < <u32>load<u16>(slopes)) store<u16>(slopes, <u16>bits);
  if (bits > <u32>load<u16>(slopes, 2)) store<u16>(slopes, <u16>bits, 2);
}

/** Four users (fewer at the end of the table) by gift wrapping. */
function climbFour(
  pv: usize,
  pc: usize,
  stride: usize,
  options: u32,
  users: u32,
  exactlyOne: bool,
  topBucket: i32,
  buckets: usize,
  out: usize,
  scratch: usize,
): void {
  const stop = pv + <usize>options * stride;
  const ZERO = f32x4.splat(0);
  {
    start(pv, pc, stop, stride, exactlyOne, scratch);
    let v = v128.load(scratch, 64);
    let c = v128.load(scratch, 80);
    addStarts(v, c, users, out, scratch);
    v128.store(scratch, quantaOf(c, scratch, false), 96);
    v128.store(scratch, quantaOf(c, scratch, true), 112);
    v128.store(scratch, valuesOf(v, scratch, false), 128);
    v128.store(scratch, valuesOf(v, scratch, true), 144);
    let limit = f32x4.splat(Infinity);
    while (true) {
      let slope = ZERO;
      let toV = v;
      let toC = c;
      let qv = pv;
      let qc = pc;
      if (!exactlyOne) {
        // none, (0, 0): reached from options that cost less than nothing
        const e = v128.and(f32x4.div(v, c), f32x4.lt(c, ZERO));
        const better = f32x4.gt(e, slope);
        slope = f32x4.pmax(slope, e);
        toV = v128.andnot(toV, better);
        toC = v128.andnot(toC, better);
      }
      do {
        const jv = v128.load(qv);
        const jc = v128.load(qc);
        const dc = f32x4.sub(jc, c);
        const e = v128.and(f32x4.div(f32x4.sub(jv, v), dc), f32x4.gt(dc, ZERO));
        const better = f32x4.gt(e, slope);
        toV = v128.bitselect(jv, toV, better);
        toC = v128.bitselect(jc, toC, better);
        slope = f32x4.pmax(slope, e);
        qv += stride;
        qc += stride;
      } while (qv < stop);
      const climbing = f32x4.gt(slope, ZERO);
      const lanes = i32x4.bitmask(climbing);
      if (!lanes) break;
      limit = f32x4.pmin(limit, v128.bitselect(slope, limit, climbing));
      addSteps(lanes, limit, toV, toC, topBucket, buckets, scratch);
      v = toV;
      c = toC;
    }
  }
}

/** Where the four users start, into scratch + 64 (value) and + 80 (cost): the cheapest option, then the most valuable. */
function start(pv: usize, pc: usize, stop: usize, stride: usize, exactlyOne: bool, scratch: usize): void {
  let v = f32x4.splat(exactlyOne ? -Infinity : 0);
  let c = f32x4.splat(exactlyOne ? Infinity : 0);
  do {
    const jv = v128.load(pv);
    const jc = v128.load(pc);
    const cheaper = f32x4.lt(jc, c);
    const better = v128.and(f32x4.eq(jc, c), f32x4.gt(jv, v));
    const take = v128.and(v128.or(cheaper, better), f32x4.gt(jv, f32x4.splat(-Infinity)));
    v = v128.bitselect(jv, v, take);
    c = v128.bitselect(jc, c, take);
    pv += stride;
    pc += stride;
  } while (pv < stop);
  v128.store(scratch, v, 64);
  v128.store(scratch, c, 80);
}

function addStarts(v: v128, c: v128, users: u32, out: usize, scratch: usize): void {
  v128.store(scratch, v, 160);
  v128.store(scratch, c, 176);
  const scale = load<f64>(scratch);
  const shift = load<f64>(scratch, 16);
  const magic = load<f64>(scratch, 48);
  for (let i: usize = 0; i < users; i++) {
    const value = <f64>load<f32>(scratch + (i << 2), 160);
    if (value == -Infinity) {
      store<u32>(out, load<u32>(out, 16) + 1, 16);
      continue;
    }
    const cost = <f64>load<f32>(scratch + (i << 2), 176);
    store<i64>(out, load<i64>(out) + <i64>Math.ceil(cost * scale - shift));
    store<i64>(out, load<i64>(out, 8) + reinterpret<i64>(value + magic) - reinterpret<i64>(magic), 8);
  }
}

/** Costs in quanta as bits of k + MAGIC: two lanes of the four. */
function quantaOf(c: v128, scratch: usize, high: bool): v128 {
  const two = f64x2.promote_low_f32x4(high ? i32x4.shuffle(c, c, 2, 3, 2, 3) : c);
  const scaled = f64x2.sub(f64x2.mul(two, v128.load(scratch)), v128.load(scratch, 16));
  return f64x2.add(f64x2.ceil(scaled), v128.load(scratch, 32));
}

function valuesOf(v: v128, scratch: usize, high: bool): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(high ? i32x4.shuffle(v, v, 2, 3, 2, 3) : v), v128.load(scratch, 48));
}

/** Adds one step of each climbing user to its bucket; scratch + 96 … 160 holds the quanta of where they stand. */
function addSteps(lanes: u32, e: v128, v: v128, c: v128, topBucket: i32, buckets: usize, scratch: usize): void {
  const k0 = quantaOf(c, scratch, false);
  const k1 = quantaOf(c, scratch, true);
  const w0 = valuesOf(v, scratch, false);
  const w1 = valuesOf(v, scratch, true);
  const weight0 = i64x2.sub(k0, v128.load(scratch, 96));
  const weight1 = i64x2.sub(k1, v128.load(scratch, 112));
  const gain0 = i64x2.sub(w0, v128.load(scratch, 128));
  const gain1 = i64x2.sub(w1, v128.load(scratch, 144));
  v128.store(scratch, k0, 96);
  v128.store(scratch, k1, 112);
  v128.store(scratch, w0, 128);
  v128.store(scratch, w1, 144);
  v128.store(scratch, i64x2.shuffle(weight0, gain0, 0, 2), 160);
  v128.store(scratch, i64x2.shuffle(weight0, gain0, 1, 3), 176);
  v128.store(scratch, i64x2.shuffle(weight1, gain1, 0, 2), 192);
  v128.store(scratch, i64x2.shuffle(weight1, gain1, 1, 3), 208);
  v128.store(scratch, placeOf(e, topBucket), 224);
  v128.store(scratch, e, 240);
  while (lanes) {
    const lane = <usize>ctz(lanes);
    lanes &= lanes - 1;
    const slope = load<u32>(scratch + (lane << 2), 240);
    addToBucket(buckets, load<u32>(scratch + (lane << 2), 224), slope, v128.load(scratch + (lane << 4), 160));
  }
}

/** Empties the buckets. */
export function clearBuckets(buckets: usize): void {
  memory.fill(buckets, 0, SLOPES);
  for (let i: usize = 0; i < <usize>BUCKETS; i++) store<u32>(buckets + SLOPES + (i << 2), OPEN);
}

/**
 * Turns the buckets into running totals from the highest price down, in place: bucket b then holds, as f64, the weight and
 * the value of the starts and of all steps above it; `out` + 0 and + 8 hold those of all steps.
 */
export function cumulate(buckets: usize, out: usize): void {
  let weight = load<i64>(out);
  let value = load<i64>(out, 8);
  for (let bucket = buckets + ((BUCKETS - 1) << 4); bucket >= buckets; bucket -= 16) {
    const stepWeight = load<i64>(bucket);
    const stepValue = load<i64>(bucket, 8);
    store<f64>(bucket, <f64>weight);
    store<f64>(bucket, <f64>value, 8);
    weight += stepWeight;
    value += stepValue;
  }
  store<f64>(out, <f64>weight);
  store<f64>(out, <f64>value, 8);
}
