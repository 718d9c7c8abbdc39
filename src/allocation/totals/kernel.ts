/** The border of assembly/allocation/totals: where its plan, its tallies and its scratch lie, and what they say. */
import type { Scratch } from "../../engine/scratch.js";
import { MAGIC } from "../kernel.js";
import type { Offers } from "../offers.js";

/** As in the kernel. */
const PRICES = 72;
const LIMBS = 10;
const ITEM = 48 + 128 + 32;
/** Columns whose hulls are found four users at a time. */
const FEW = 32;

export interface Question {
  /** Ascending. */
  prices: Float64Array;
  exactlyOne: boolean;
  /** Units a unit of money, 0: costs are summed as they are. */
  perMoney: number;
}

export interface Place {
  plan: number;
  tallies: number;
  scratch: number;
}

/** What changes at each price: users by option (none first), cost and value in units. */
export interface Changes {
  counts: Int32Array;
  costs: bigint[];
  values: bigint[];
}

/** Takes memory for the question and writes its plan. */
export function prepare(offers: Offers, question: Question, scratch: Scratch): Place {
  const { prices, perMoney } = question;
  const count = prices.length;
  const cells = cellsOf(prices);
  const place: Place = {
    plan: scratch.take(PRICES + 8 * (count + 1) + 2 * cells.before.length),
    tallies: scratch.take(talliesBytes(offers, count)),
    scratch: scratch.take(ITEM * (Math.min(offers.columns, FEW) + 1)),
  };
  const sample = sampleOf(offers);
  const { buffer } = offers.engine.memory;
  const view = new DataView(buffer, place.plan);
  view.setUint32(0, count, true);
  view.setUint32(4, 4 * (offers.names.length + 1), true);
  view.setUint32(8, cells.last, true);
  view.setUint32(12, cells.shift, true);
  [sample.costs, sample.values].forEach((exponents, i) => {
    const window = windowOf(exponents);
    view.setUint32(16 + 8 * i, window.least, true);
    view.setUint32(20 + 8 * i, window.most, true);
    const inUnits = i === 0 && perMoney > 0;
    view.setFloat64(32 + 8 * i, inUnits ? MAGIC : MAGIC * 2 ** (window.bit - 149), true);
    view.setUint32(48 + 4 * i, inUnits ? 0 : window.bit, true);
  });
  view.setFloat64(56, perMoney, true);
  view.setInt32(64, cells.first, true);
  new Float64Array(buffer, place.plan + PRICES, count + 1).set([...prices, Number.POSITIVE_INFINITY]);
  new Uint16Array(buffer, place.plan + PRICES + 8 * (count + 1), cells.before.length).set(cells.before);
  new Uint8Array(buffer, place.tallies, talliesBytes(offers, count)).fill(0);
  return place;
}

function talliesBytes({ names }: Offers, count: number): number {
  return (count + 1) * (16 + 16 * LIMBS + 4 * (names.length + 1));
}

/** Counts users [from, to); `from` is a multiple of 4. */
export function addTotals(offers: Offers, { exactlyOne }: Question, from: number, to: number, place: Place): void {
  const { engine, values, costs, stride, columns, slots, slotStride } = offers;
  const { plan, tallies, scratch } = place;
  engine.kernels.totals(
    ...[values, costs, stride, columns, slots, slotStride, from, to, exactlyOne, plan, tallies, scratch],
  );
}

export function changes({ engine, names }: Offers, count: number, { tallies }: Place): Changes {
  const { buffer } = engine.memory;
  const limbs = new BigInt64Array(buffer, tallies + 16 * (count + 1), 2 * LIMBS * count);
  const sums = Array.from({ length: 2 * count }, (_, i) => sumOf(limbs.subarray(LIMBS * i, LIMBS * (i + 1))));
  const rows = tallies + (16 + 16 * LIMBS) * (count + 1);
  return {
    counts: new Int32Array(buffer, rows, count * (names.length + 1)).slice(),
    costs: sums.filter((_, i) => i % 2 === 0),
    values: sums.filter((_, i) => i % 2 === 1),
  };
}

/** Σ limbs[w] · 2^(32 w). */
function sumOf(limbs: BigInt64Array): bigint {
  return limbs.reduceRight((sum, limb) => (sum << 32n) + limb, 0n);
}

/** Numbers by exponent field, zeros left out, of up to 4,096 users spread over the table. */
function sampleOf({ engine, values, costs, stride, columns, users }: Offers) {
  const step = Math.ceil(users / 4096);
  const sample = { costs: new Uint32Array(256), values: new Uint32Array(256) };
  for (let j = 0; j < columns; j++) {
    const v = new Uint32Array(engine.memory.buffer, values + j * stride, users);
    const c = new Uint32Array(engine.memory.buffer, costs + j * stride, users);
    for (let i = 0; i < users; i += step) {
      addExponent(sample.values, v[i] as number);
      addExponent(sample.costs, c[i] as number);
    }
  }
  return sample;
}

function addExponent(exponents: Uint32Array, bits: number): void {
  const size = bits & 0x7fff_ffff;
  // Zeros and −∞ fit every window.
  if (size > 0 && size < 0x7f80_0000) (exponents[size >>> 23] as number)++;
}

/** Exponents of a window: its differences are exact in f64, and below 2^51 quanta. */
const WINDOW = 27;

/**
 * The 27 exponents that hold most of the numbers: what lies outside is counted just as exactly, but one user at a time. By
 * the bits of the least and the most size inside, and the bit of the quantum, of which all in it are whole multiples.
 */
function windowOf(exponents: Uint32Array): { least: number; most: number; bit: number } {
  let [first, last, most] = [0, 0, -1];
  for (let low = 0; low + WINDOW <= 255; low++) {
    const inside = exponents.subarray(low, low + WINDOW).reduce((sum, n) => sum + n, 0);
    if (inside > most) [first, most] = [low, inside];
    if (inside === most) last = low;
  }
  // Of equals the middle one: room on both sides for what the sample lacks.
  const low = (first + last) >> 1;
  // Exponent fields 0 and 1 have the same grain.
  return { least: low === 0 ? 1 : low * 2 ** 23, most: (low + WINDOW) * 2 ** 23 - 1, bit: Math.max(low, 1) - 1 };
}

interface Cells {
  first: number;
  last: number;
  shift: number;
  /** Prices in the cells before this one; one more than there are cells. */
  before: Uint16Array;
}

/** Cells by the upper bits of a slope, of which most hold no price or one. */
function cellsOf(prices: Float64Array): Cells {
  const upper = (price: number) => new Uint32Array(Float64Array.of(price).buffer)[1] as number;
  const bits = Array.from(prices, upper);
  const low = upper(prices.find((price) => price > 0) ?? 0);
  const high = bits.at(-1) as number;
  const room = Math.min(32_768, 16 * Math.max(64, prices.length));
  let shift = 0;
  while ((high >>> shift) - (low >>> shift) + 3 > room) shift++;
  // One cell below all prices but 0, and one above.
  const first = (low >>> shift) - 1;
  const last = (high >>> shift) - first + 1;
  const before = new Uint16Array(last + 2);
  for (const price of bits) {
    const cell = Math.min(Math.max((price >>> shift) - first, 0), last);
    for (let after = cell + 1; after < before.length; after++) (before[after] as number)++;
  }
  return { first, last, shift, before };
}
