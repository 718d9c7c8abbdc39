/** Twin of the log-price histogram: user by user, but for what the kernel decides for four at a time. */
import { type Memory, quanta } from "./memory.js";

const { fround } = Math;
export const BUCKETS = 94_208;
const SHIFT = 11;
const SLOPES = 16 * BUCKETS;

interface Point {
  v: number;
  c: number;
}

/** How money and value are counted, and where the buckets are. */
interface Counter {
  m: Memory;
  costScale: number;
  costShift: number;
  valueMagic: number;
  topBucket: number;
  buckets: number;
}

export function histogram(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  to: number,
  exactlyOne: boolean,
  costScale: number,
  costShift: number,
  valueMagic: number,
  topBucket: number,
  buckets: number,
  out: number,
): void {
  const counter = { m, costScale, costShift, valueMagic, topBucket, buckets };
  for (let first = from; first < to; first += 4) {
    const users = Math.min(4, to - first);
    const rows = Array.from({ length: users }, (_, i) =>
      Array.from({ length: options }, (_, j) => {
        const at = j * stride + 4 * (first + i);
        return { v: m.f32(values + at), c: m.f32(costs + at) + 0 };
      }),
    );
    const ordered = users === 4 && rows.every((row) => inOrder(row, exactlyOne));
    for (const row of rows) {
      const points = exactlyOne ? row : [{ v: 0, c: 0 }, ...row];
      // With "none" first and in order of cost everyone starts at nothing: there is nothing to add.
      if (ordered) {
        if (exactlyOne) addStart(counter, row[0] as Point, out);
        addGaps(counter, points);
      } else {
        climb(counter, points, exactlyOne, out);
      }
    }
  }
}

/** All open, in the order of cost, and none better than the one before it at the same cost. */
function inOrder(row: Point[], exactlyOne: boolean): boolean {
  let last = { v: 0, c: exactlyOne ? -Infinity : 0 };
  return row.every((point) => {
    const good = point.v !== -Infinity && point.c >= last.c && !(point.c === last.c && point.v > last.v);
    last = point;
    return good;
  });
}

const slopeOf = (a: Point, b: Point) => fround(fround(b.v - a.v) / fround(b.c - a.c));

/** The slope of the hull over each gap: least over a left of it, most over b right of it. */
function addGaps(counter: Counter, points: Point[]): void {
  const slopes = points.slice(1).map((_, gap) => {
    let least = Infinity;
    for (let a = 0; a <= gap; a++) {
      let most = 0;
      for (let b = gap + 1; b < points.length; b++) {
        const slope = slopeOf(points[a] as Point, points[b] as Point);
        if (slope > most) most = slope;
      }
      least = Math.min(least, most);
    }
    return least;
  });
  let from = points[0] as Point;
  slopes.forEach((slope, gap) => {
    const [left, right] = [points[gap] as Point, points[gap + 1] as Point];
    if (!(slope > 0)) return;
    const ends = slopes[gap + 1] !== slope;
    const weight = costQuanta(counter, right.c) - costQuanta(counter, left.c);
    add(counter, slope, weight, ends ? gain(counter, from, right) : 0n);
    if (ends) from = right;
  });
}

/** By gift wrapping, in f32. */
function climb(counter: Counter, points: Point[], exactlyOne: boolean, out: number): void {
  const open = points.filter(({ v }) => v !== -Infinity);
  if (open.length === 0) {
    counter.m.setU32(out + 16, counter.m.u32(out + 16) + 1);
    return;
  }
  let now = open.reduce((a, b) => (b.c < a.c || (b.c === a.c && b.v > a.v) ? b : a));
  addStart(counter, now, out);
  let limit = Infinity;
  for (;;) {
    let most = 0;
    let next: Point | undefined;
    for (const point of open) {
      if (!(fround(point.c - now.c) > 0)) continue;
      const isNone = !exactlyOne && point === points[0];
      const slope = isNone ? fround(now.v / now.c) : slopeOf(now, point);
      if (slope > most) {
        most = slope;
        next = point;
      }
    }
    if (!next) return;
    limit = Math.min(limit, most);
    add(counter, limit, costQuanta(counter, next.c) - costQuanta(counter, now.c), gain(counter, now, next));
    now = next;
  }
}

const costQuanta = ({ costScale, costShift }: Counter, c: number) => BigInt(Math.ceil(c * costScale - costShift));

const gain = ({ valueMagic }: Counter, from: Point, to: Point) => quanta(to.v, valueMagic) - quanta(from.v, valueMagic);

function addStart(counter: Counter, { v, c }: Point, out: number): void {
  const { m } = counter;
  m.setI64(out, m.i64(out) + costQuanta(counter, c));
  m.setI64(out + 8, m.i64(out + 8) + quanta(v, counter.valueMagic));
}

function add({ m, topBucket, buckets }: Counter, slope: number, weight: bigint, value: bigint): void {
  const bits = new Uint32Array(Float32Array.of(slope).buffer)[0] as number;
  const place = Math.min(BUCKETS - 1, Math.max(0, (bits >>> SHIFT) - (topBucket - BUCKETS + 1)));
  const bucket = buckets + 16 * place;
  m.setI64(bucket, m.i64(bucket) + weight);
  m.setI64(bucket + 8, m.i64(bucket + 8) + value);
  const slopes = buckets + SLOPES + 4 * place;
  const low = bits & (2 ** SHIFT - 1);
  m.setU16(slopes, Math.min(low, m.u16(slopes)));
  m.setU16(slopes + 2, Math.max(low, m.u16(slopes + 2)));
}

export function clearBuckets(m: Memory, buckets: number): void {
  new Uint8Array(m.buffer, buckets, SLOPES).fill(0);
  for (let b = 0; b < BUCKETS; b++) m.setU32(buckets + SLOPES + 4 * b, 2 ** SHIFT - 1);
}

export function cumulate(m: Memory, buckets: number, out: number): void {
  let weight = m.i64(out);
  let value = m.i64(out + 8);
  for (let bucket = buckets + 16 * (BUCKETS - 1); bucket >= buckets; bucket -= 16) {
    const step = { weight: m.i64(bucket), value: m.i64(bucket + 8) };
    m.setF64(bucket, Number(weight));
    m.setF64(bucket + 8, Number(value));
    weight += step.weight;
    value += step.value;
  }
  m.setF64(out, Number(weight));
  m.setF64(out + 8, Number(value));
}
