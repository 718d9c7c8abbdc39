/**
 * The hull steps of some users in typed columns, and their canonical order only as far as it is needed.
 */
import type { Quantum } from "./money.js";

/** An exact sum of whole numbers below 2^52: in two halves, because the sum itself may be no double. */
export class Whole {
  #high = 0;
  #low = 0;

  clear(): void {
    this.#high = this.#low = 0;
  }

  add(x: number): void {
    const high = Math.floor(x * 2 ** -25);
    this.#high += high;
    this.#low += x - high * 2 ** 25;
  }

  get total(): bigint {
    return BigInt(this.#high) * 33_554_432n + BigInt(this.#low);
  }
}

export class Steps {
  count = 0;
  /** What the starts cost: where the users stand before the first written step. */
  readonly startQuanta = new Whole();
  efficiency = new Float64Array(1024);
  weight = new Float64Array(1024);
  user = new Uint32Array(1024);
  option = new Uint16Array(1024);
  /** Steps in the canonical order, where `findBreak` and `orderFirst` have put it right. */
  order = new Uint32Array(0);
  #keyHigh = new Uint32Array(1024);
  #keyLow = new Uint32Array(1024);
  #taken = new Uint8Array(0);
  readonly #values: Float32Array[];
  readonly #costs: Float32Array[];
  readonly #exactlyOne: boolean;
  readonly #quantum: Quantum;
  readonly #choices: Uint8Array | Uint16Array;
  readonly #keys: Uint32Array | undefined;

  constructor(
    values: Float32Array[],
    costs: Float32Array[],
    exactlyOne: boolean,
    quantum: Quantum,
    choices: Uint8Array | Uint16Array,
    keys?: BigUint64Array,
  ) {
    this.#values = values;
    this.#costs = costs;
    this.#exactlyOne = exactlyOne;
    this.#quantum = quantum;
    this.#choices = choices;
    this.#keys = keys && new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  }

  clear(): void {
    this.count = 0;
    this.startQuanta.clear();
  }

  /**
   * Climbs each user's hull: steps steeper than `above` are taken at once, steps down to `below` are written out.
   * False when a user has no option.
   */
  climb(users: Uint32Array, above: number, below: number): boolean {
    const options = this.#values.length;
    const v = new Float64Array(options + 1);
    const c = new Float64Array(options + 1);
    const number = new Uint16Array(options + 1);
    for (const user of users) {
      let open = 0;
      // "None" is one more option of value 0 and cost 0.
      if (!this.#exactlyOne) {
        v[0] = c[0] = number[0] = 0;
        open = 1;
      }
      for (let j = 0; j < options; j++) {
        const value = (this.#values[j] as Float32Array)[user] as number;
        if (value === -Infinity) continue;
        v[open] = value;
        c[open] = (this.#costs[j] as Float32Array)[user] as number;
        number[open++] = j + 1;
      }
      if (open === 0) return false;
      this.#climbUser(user, v, c, number, open, above, below);
    }
    return true;
  }

  #climbUser(
    user: number,
    v: Float64Array,
    c: Float64Array,
    number: Uint16Array,
    open: number,
    above: number,
    below: number,
  ): void {
    let now = 0;
    for (let k = 1; k < open; k++) {
      const dearer = (c[k] as number) - (c[now] as number);
      if (dearer < 0 || (dearer === 0 && (v[k] as number) > (v[now] as number))) now = k;
    }
    let start = now;
    let cap = Infinity;
    for (;;) {
      let next = -1;
      let most = 0;
      for (let k = 0; k < open; k++) {
        const dearer = (c[k] as number) - (c[now] as number);
        const better = (v[k] as number) - (v[now] as number);
        if (!(dearer > 0 && better > 0)) continue;
        const e = better / dearer;
        if (e > most || (e === most && (c[k] as number) < (c[next] as number))) {
          most = e;
          next = k;
        }
      }
      if (next < 0) break;
      if (most < cap) cap = most;
      if (cap < below) break;
      if (cap > above) start = next;
      else {
        const weight = this.#quantum.quanta(c[next] as number) - this.#quantum.quanta(c[now] as number);
        this.#write(user, number[next] as number, cap, weight);
      }
      now = next;
    }
    this.#choices[user] = number[start] as number;
    this.startQuanta.add(this.#quantum.quanta(c[start] as number));
  }

  #write(user: number, option: number, efficiency: number, weight: number): void {
    const i = this.count++;
    if (i === this.user.length) this.#grow();
    this.efficiency[i] = efficiency;
    this.weight[i] = weight;
    this.user[i] = user;
    this.option[i] = option;
    const keys = this.#keys;
    if (keys) {
      this.#keyLow[i] = keys[2 * user] as number;
      this.#keyHigh[i] = keys[2 * user + 1] as number;
    } else {
      mix(user);
      this.#keyLow[i] = low;
      this.#keyHigh[i] = high;
    }
  }

  #grow(): void {
    const size = this.user.length * 2;
    const larger = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.efficiency = larger(this.efficiency, new Float64Array(size));
    this.weight = larger(this.weight, new Float64Array(size));
    this.user = larger(this.user, new Uint32Array(size));
    this.option = larger(this.option, new Uint16Array(size));
    this.#keyHigh = larger(this.#keyHigh, new Uint32Array(size));
    this.#keyLow = larger(this.#keyLow, new Uint32Array(size));
  }

  /** Efficiency descending; key ascending; row ascending; step ascending. Rows and steps are written in their order. */
  before(a: number, b: number): boolean {
    const e = this.efficiency[a] as number;
    const f = this.efficiency[b] as number;
    if (e !== f) return e > f;
    const high = (this.#keyHigh[a] as number) - (this.#keyHigh[b] as number);
    if (high !== 0) return high < 0;
    const low = (this.#keyLow[a] as number) - (this.#keyLow[b] as number);
    return low !== 0 ? low < 0 : a < b;
  }

  /** Takes the steps [from, to) of the order. */
  take(from: number, to: number): void {
    this.#taken = new Uint8Array(this.count);
    for (let i = from; i < to; i++) this.#taken[this.order[i] as number] = 1;
    // As written: the later steps of a user come later and win.
    for (let step = 0; step < this.count; step++) {
      if (this.#taken[step]) this.#choices[this.user[step] as number] = this.option[step] as number;
    }
  }

  /** Takes what fits of the steps behind the break; a later step of a user only after its earlier one. */
  fill(at: number, end: number, left: number): number {
    for (let i = at + 1; i < end; i++) {
      const step = this.order[i] as number;
      const weight = this.weight[step] as number;
      const first = step === 0 || this.user[step - 1] !== this.user[step];
      if (weight > left || !(first || this.#taken[step - 1])) continue;
      this.#taken[step] = 1;
      this.#choices[this.user[step] as number] = this.option[step] as number;
      left -= weight;
    }
    return left;
  }

  /** The users of the steps [from, to) by first appearance. */
  usersOf(from: number, to: number): number[] {
    const users = new Set<number>();
    for (let i = from; i < to; i++) users.add(this.user[this.order[i] as number] as number);
    return [...users];
  }
}

/**
 * Puts the steps that fit whole in front, the break behind them, and returns how many fit and what they leave (Hoare's
 * FIND, by weight). What is left of a break is less than its weight, so that a double holds it.
 */
export function findBreak(steps: Steps, left: bigint): { at: number; left: number } {
  const weight = new Whole();
  const order = new Uint32Array(steps.count);
  for (let i = 0; i < order.length; i++) order[i] = i;
  steps.order = order;
  let from = 0;
  let to = order.length;
  while (from < to) {
    const pivot = partition(steps, order, from, to);
    weight.clear();
    for (let i = from; i < pivot; i++) weight.add(steps.weight[order[i] as number] as number);
    const before = weight.total;
    const own = BigInt(steps.weight[order[pivot] as number] as number);
    if (before > left) to = pivot;
    else if (before + own > left) return { at: pivot, left: Number(left - before) };
    else {
      left -= before + own;
      from = pivot + 1;
    }
  }
  return { at: from, left: Number(left) };
}

/** Sorts the first `end − from` steps of [from, count) into their places. */
export function orderFirst(steps: Steps, from: number, end: number): void {
  const { order } = steps;
  let low = from;
  let high = order.length;
  while (low < end && end < high) {
    const pivot = partition(steps, order, low, high);
    if (pivot >= end) high = pivot;
    else low = pivot + 1;
  }
  order.subarray(from, end).sort((a, b) => (steps.before(a, b) ? -1 : 1));
}

/** Parts [from, to) around the middle one of three and returns its place. */
function partition(steps: Steps, order: Uint32Array, from: number, to: number): number {
  const last = to - 1;
  const middle = (from + to) >>> 1;
  const at = (i: number) => order[i] as number;
  if (steps.before(at(middle), at(from))) exchange(order, middle, from);
  if (steps.before(at(last), at(from))) exchange(order, last, from);
  if (steps.before(at(middle), at(last))) exchange(order, middle, last);
  const pivot = at(last);
  let place = from;
  for (let i = from; i < last; i++) {
    if (steps.before(at(i), pivot)) exchange(order, i, place++);
  }
  exchange(order, place, last);
  return place;
}

function exchange(order: Uint32Array, i: number, j: number): void {
  const t = order[i] as number;
  order[i] = order[j] as number;
  order[j] = t;
}

let high = 0;
let low = 0;

/** `mix64` of a row number in 32-bit halves: BigInt would take most of the time of a climb. */
function mix(row: number): void {
  low = (row + 0x7f4a7c15) >>> 0;
  high = (0x9e3779b9 + (row + 0x7f4a7c15 > 0xffff_ffff ? 1 : 0)) >>> 0;
  xorShift(30);
  multiply(0xbf58476d, 0x1ce4e5b9);
  xorShift(27);
  multiply(0x94d049bb, 0x133111eb);
  xorShift(31);
}

function xorShift(n: number): void {
  low = (low ^ ((low >>> n) | (high << (32 - n)))) >>> 0;
  high = (high ^ (high >>> n)) >>> 0;
}

function multiply(timesHigh: number, timesLow: number): void {
  const a = low & 0xffff;
  const b = low >>> 16;
  const c = timesLow & 0xffff;
  const d = timesLow >>> 16;
  const middle = b * c + ((a * c) >>> 16);
  const carry = a * d + (middle % 65_536);
  const top = b * d + Math.floor(middle / 65_536) + Math.floor(carry / 65_536);
  high = (top + Math.imul(low, timesHigh) + Math.imul(high, timesLow)) >>> 0;
  low = Math.imul(low, timesLow) >>> 0;
}
