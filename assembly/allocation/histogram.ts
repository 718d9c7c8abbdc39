/**
 * The log-price histogram: every hull step of every user, by its efficiency, in one reading of the table.
 *
 * A bucket takes the steps whose efficiency, read as f32, shares its exponent and top 12 bits of mantissa: 2^-12 wide,
 * relative, 4,096 to the octave, 32 octaves below `top`. Steps beyond either end go to the end bucket.
 *
 *   bucket   0 i64 Σ weight, quanta of money   8 i64 Σ value, quanta of value
 *   out      0 i64 Σ weight of the starts, 8 i64 Σ value of the starts, 16 u32 users without an open option
 *
 * Four users climb at a time by gift wrapping in f32: each turn looks at all options and takes the steepest. f32 may miss
 * a vertex that stands out by rounding only; weights and values are counted at the vertices reached and telescope, so
 * totals are exact and only the order within 2^-21 is lost, which `frontier` adds to its upper side.
 *
 * Source: Dyer (1984) and Zemel (1984), LP optimum by slopes; here all slopes at once, in buckets.
 */
import { MAGIC } from "../math/fixed";

export const BUCKETS: i32 = 131072;
const SHIFT: u32 = 11;

export function histogram(
  values: usize, costs: usize, stride: usize, options: u32, from: u32, to: u32, exactlyOne: bool,
  costScale: f64, costShift: f64, valueMagic: f64, topBucket: i32, buckets: usize, out: usize, scratch: usize,
): void {
  v128.store(scratch, f64x2.splat(costScale));
  v128.store(scratch, f64x2.splat(costShift), 16);
  v128.store(scratch, f64x2.splat(MAGIC), 32);
  v128.store(scratch, f64x2.splat(valueMagic), 48);
  const columns = <usize>options * stride;
  const ZERO = f32x4.splat(0);
  for (let at: usize = <usize>from << 2, end = <usize>to << 2; at < end; at += 16) {
    const pv = values + at;
    const pc = costs + at;
    const stop = pv + columns;
    start(pv, pc, stop, stride, exactlyOne, scratch);
    let v = v128.load(scratch, 64);
    let c = v128.load(scratch, 80);
    const users = min<u32>(4, to - <u32>(at >> 2));
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
      let lanes = i32x4.bitmask(climbing);
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
  v128.store(scratch, i64x2.sub(k0, v128.load(scratch, 96)), 160);
  v128.store(scratch, i64x2.sub(k1, v128.load(scratch, 112)), 176);
  v128.store(scratch, i64x2.sub(w0, v128.load(scratch, 128)), 192);
  v128.store(scratch, i64x2.sub(w1, v128.load(scratch, 144)), 208);
  v128.store(scratch, k0, 96);
  v128.store(scratch, k1, 112);
  v128.store(scratch, w0, 128);
  v128.store(scratch, w1, 144);
  const last = i32x4.splat(BUCKETS - 1);
  const place = i32x4.sub(i32x4.shr_u(e, SHIFT), i32x4.splat(topBucket - BUCKETS + 1));
  v128.store(scratch, i32x4.shl(i32x4.min_s(i32x4.max_s(place, i32x4.splat(0)), last), 4), 224);
  while (lanes) {
    const lane = <usize>ctz(lanes);
    lanes &= lanes - 1;
    const bucket = buckets + load<u32>(scratch + (lane << 2), 224);
    store<i64>(bucket, load<i64>(bucket) + load<i64>(scratch + (lane << 3), 160));
    store<i64>(bucket, load<i64>(bucket, 8) + load<i64>(scratch + (lane << 3), 192), 8);
  }
}
