/**
 * The canonical order of steps as a line that can be cut: a place is (efficiency descending, key ascending, row ascending).
 *
 * Where a range holds more steps than can be kept, a reading lays them into buckets along the first axis on which its ends
 * differ: the bits of the efficiency, then the key, then the row. Weights are whole quanta, so that it is exact in which
 * bucket the budget breaks, and where the steps behind it end that the fill may use. The bits of a number halve their range
 * 16 times a reading, and equal numbers are seen to be equal: ties of everyone take one reading more, to go by their keys.
 *
 * Source: selection by radix from the top, on a weighted list that is read again instead of kept.
 */
import { WINDOW } from "../budget/core.js";
import type { Place, Range } from "../budget/kernel.js";

const LAST = 2n ** 64n - 1n;
/** Before every step, and behind every step. */
export const TOP: Place = { efficiency: Number.POSITIVE_INFINITY, key: 0n, row: 0n };
export const BOTTOM: Place = { efficiency: 0, key: LAST, row: LAST };
export const EVERYTHING: Range = { first: TOP, last: BOTTOM };

export const BUCKETS = 65_536;

/** A stretch of the order along one axis, in buckets of 2^shift. */
export interface Axis {
  /** 0 efficiency, 1 key, 2 row. */
  axis: 0 | 1 | 2;
  start: bigint;
  shift: bigint;
}

/** What a bucket holds: steps, their weight, and how far along the axis the least and the greatest lie. */
export interface Bucket {
  count: number;
  weight: bigint;
  least: bigint;
  most: bigint;
}

export interface Segment extends Range {
  count: number;
  weight: bigint;
}

/** The axis along which the ends of a range differ first. */
export function axisOf({ first, last }: Range): Axis {
  const [from, to] = [bitsOf(first.efficiency), bitsOf(last.efficiency)];
  if (from !== to) return { axis: 0, start: from, shift: shiftFor(from - to) };
  if (first.key !== last.key) return { axis: 1, start: first.key, shift: shiftFor(last.key - first.key) };
  return { axis: 2, start: first.row, shift: shiftFor(last.row - first.row) };
}

/** The range of a bucket's steps. */
export function segmentOf({ first }: Range, { axis, start }: Axis, { count, weight, least, most }: Bucket): Segment {
  const place = (distance: bigint, rest: bigint): Place => {
    if (axis === 0) return { efficiency: numberOf(start - distance), key: rest, row: rest };
    if (axis === 1) return { ...first, key: start + distance, row: rest };
    return { ...first, row: start + distance };
  };
  return { first: place(least, 0n), last: place(most, LAST), count, weight };
}

function shiftFor(span: bigint): bigint {
  let shift = 0n;
  while (span >> shift >= BigInt(BUCKETS)) shift++;
  return shift;
}

const SCRATCH = new DataView(new ArrayBuffer(8));

/** The bits of a number that is not negative: they grow with it. */
function bitsOf(x: number): bigint {
  SCRATCH.setFloat64(0, x);
  return SCRATCH.getBigUint64(0);
}

function numberOf(bits: bigint): number {
  SCRATCH.setBigUint64(0, bits);
  return SCRATCH.getFloat64(0);
}

/** What to read next. `room`: how many steps it may have to keep, 0 where it is only laid into buckets. */
export interface Next {
  range: Range;
  room: number;
  /** The range lies behind the break: what comes before it costs more than there is. */
  behind?: boolean;
}

/** Finds a range of few steps that holds the break and the steps that the fill may use. */
export class Narrowing {
  readonly #most: number;
  /** Where the budget breaks; undefined until that has been seen. */
  #head: Segment | undefined;
  /** What follows it, as far as it has been seen. */
  #tail: Segment[] = [];
  /** Which of the tail is being read. */
  #reading = -1;
  /** Whether the tail ends where all steps end. */
  #closed = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Where the steps of the break begin. */
  get first(): Place | undefined {
    return this.#head?.first;
  }

  /**
   * After a reading of `range` into `segments`, with `left` to spend on its steps. "all": every step fits. "below": the
   * break, or too much of what follows it, lies below the range.
   */
  after(range: Range, segments: Segment[], left: bigint): Next | "all" | "below" {
    if (this.#reading >= 0) this.#tail.splice(this.#reading, 1, ...segments);
    else {
      const at = breakOf(segments, left);
      if (!this.#head) this.#closed = range.last.efficiency === 0;
      if (at < 0) return this.#closed ? "all" : "below";
      const head = segments[at] as Segment;
      this.#head = head;
      this.#tail = [...segments.slice(at + 1), ...this.#tail];
      if (head.count > this.#most / 2 && canBeCut(head)) return { range: head, room: 0 };
    }
    return this.#assembled(this.#head as Segment);
  }

  #assembled(head: Segment): Next | "below" {
    let room = head.count;
    let last = head.last;
    for (const [i, segment] of this.#tail.entries()) {
      if (room - head.count >= WINDOW) return { range: { first: head.first, last }, room };
      if (room + segment.count > this.#most && canBeCut(segment)) {
        this.#reading = i;
        return { range: segment, room: 0, behind: true };
      }
      room += segment.count;
      last = segment.last;
    }
    if (room - head.count >= WINDOW) return { range: { first: head.first, last }, room };
    return this.#closed ? { range: { first: head.first, last: BOTTOM }, room } : "below";
  }
}

/** The segment in which `left` is spent; −1 where it is not. */
function breakOf(segments: readonly Segment[], left: bigint): number {
  let rest = left;
  return segments.findIndex(({ weight }) => {
    rest -= weight;
    return rest < 0n;
  });
}

function canBeCut({ first, last }: Segment): boolean {
  return first.efficiency !== last.efficiency || first.key !== last.key || first.row !== last.row;
}
