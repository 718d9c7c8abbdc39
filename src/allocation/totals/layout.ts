/**
 * Totals as bytes, little-endian (drawn in ARCHITECTURE.md, "Totals that merge"):
 *
 *    0  "SPTO"             4  u16 version, 1      6  u16 flags: 1 exactly one, 2 costs in units
 *    8  u32 prices P      12  u32 options M      16  u64 hash of the names of the options
 *   24  f64 unit or 0     32  u64 users          40  u64 users without an open option (exactly one)
 *   48  f64 prices, ascending
 *       then for each price: u64 users of none, u64 users of option 1 … M,
 *       i384 Σ cost, i384 Σ value, in two's complement, units of 2^-149 (costs: of the unit, where there is one)
 *
 * One meaning has one form: equal totals are equal bytes.
 */
import { kind } from "../../engine/check.js";
import { md5Key } from "../md5.js";

export const MOST_PRICES = 4096;
/** Most counts of one byte string: prices × options. */
export const MOST_COUNTS = 2 ** 24;
export const MOST_OPTIONS = 65_534;
const VERSION = 1;
const MAGIC = 0x4f545053; // "SPTO"
const EXACTLY_ONE = 1;
const IN_UNITS = 2;
export const HEAD = 48;
/** Bytes of an exact sum: 2^53 of the largest `f32` in units of the least take 331 bits. */
export const SUM = 48;
/** The largest `f32` in units of the least; costs in units are below 2^23. */
const MOST_NUMBER = 0xffffffn << 253n;
const MOST_UNITS = (1n << 23n) - 1n;

export interface Head {
  exactlyOne: boolean;
  /** 0: none. */
  unit: number;
  prices: Float64Array;
  options: number;
  hash: bigint;
  users: number;
  unserved: number;
}

/** Bytes of what is counted at one price. */
export function rowBytes(options: number): number {
  return 8 * (options + 1) + 2 * SUM;
}

export function totalBytes(prices: number, options: number): number {
  return HEAD + prices * (8 + rowBytes(options));
}

/** Where the row of price i starts. */
export function rowAt(i: number, { prices, options }: Pick<Head, "prices" | "options">): number {
  return HEAD + 8 * prices.length + i * rowBytes(options);
}

/** Low 64 bits of the MD5 of the names: of each its length in bytes (u32) and its UTF-8 bytes. */
export function hashOf(names: readonly string[]): bigint {
  const texts = names.map((name) => new TextEncoder().encode(name));
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  const words = new Uint32Array(2);
  md5Key(bytes, 0, at, words, 0);
  return (BigInt(words[1] as number) << 32n) | BigInt(words[0] as number);
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** A byte string with this head and empty rows. */
export function writeHead(head: Head): Uint8Array {
  const bytes = new Uint8Array(totalBytes(head.prices.length, head.options));
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, (head.exactlyOne ? EXACTLY_ONE : 0) + (head.unit ? IN_UNITS : 0), true);
  view.setUint32(8, head.prices.length, true);
  view.setUint32(12, head.options, true);
  view.setBigUint64(16, head.hash, true);
  view.setFloat64(24, head.unit, true);
  setCount(view, 32, head.users);
  setCount(view, 40, head.unserved);
  head.prices.forEach((price, i) => {
    view.setFloat64(HEAD + 8 * i, price, true);
  });
  return bytes;
}

/**
 * Reads the head and checks all of the bytes: whoever made them, what passes is what `totals` or `mergeTotals` could have
 * written. Needs no more memory than the bytes themselves, and a price list.
 * @throws {TypeError} when they are no bytes. @throws {RangeError} when they are no totals.
 */
export function readHead(bytes: Uint8Array, name: string): Head {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array, got ${kind(bytes)}`);
  const bad = (what: string) => new RangeError(`${name} is no byte string of totals: ${what}`);
  if (bytes.length < HEAD) throw bad(`it has ${bytes.length} bytes, fewer than the ${HEAD} of a head`);
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) throw bad('it does not start with "SPTO"');
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw bad(`its version is ${version}, and this package reads version ${VERSION}`);
  const flags = view.getUint16(6, true);
  if (flags > (EXACTLY_ONE | IN_UNITS)) throw bad(`it has unknown flags, ${flags}`);
  const count = view.getUint32(8, true);
  const options = view.getUint32(12, true);
  if (count < 1 || count > MOST_PRICES) throw bad(`it has ${count} prices, not 1 to ${MOST_PRICES}`);
  if (options < 1 || options > MOST_OPTIONS) throw bad(`it has ${options} options, not 1 to ${MOST_OPTIONS}`);
  if (count * options > MOST_COUNTS) throw bad(`it has ${count} prices × ${options} options, more than ${MOST_COUNTS}`);
  const size = totalBytes(count, options);
  if (bytes.length !== size) throw bad(`it has ${bytes.length} bytes, not the ${size} that its head asks for`);
  const unit = view.getFloat64(24, true);
  const inUnits = (flags & IN_UNITS) !== 0;
  if (inUnits ? !isUnit(unit) : !Object.is(unit, 0)) throw bad(`its unit is ${unit}`);
  const head: Head = {
    exactlyOne: (flags & EXACTLY_ONE) !== 0,
    unit,
    prices: Float64Array.from({ length: count }, (_, i) => view.getFloat64(HEAD + 8 * i, true)),
    options,
    hash: view.getBigUint64(16, true),
    users: countAt(view, 32),
    unserved: countAt(view, 40),
  };
  if (!(head.users <= Number.MAX_SAFE_INTEGER)) throw bad("it counts 2^53 users or more");
  if (head.unserved > (head.exactlyOne ? head.users : 0)) throw bad(`it has ${head.unserved} users without an option`);
  head.prices.forEach((price, i) => {
    const above = i === 0 ? price >= 0 && !Object.is(price, -0) : price > (head.prices[i - 1] as number);
    if (!above || price === Number.POSITIVE_INFINITY) throw bad(`its prices[${i}] is ${price}`);
  });
  for (let i = 0; i < count; i++) {
    const problem = problemOfRow(view, i, head);
    if (problem) throw bad(`at price ${head.prices[i]} ${problem}`);
  }
  return head;
}

/** A unit of money that costs can be counted in. */
export function isUnit(unit: number): boolean {
  return unit > 0 && Number.isFinite(unit) && Number.isFinite(1 / unit);
}

/** What cannot be in the row of price i. */
function problemOfRow(view: DataView, i: number, head: Head): string | undefined {
  const at = rowAt(i, head);
  const none = countAt(view, at);
  if (head.exactlyOne && none > 0) return `${none} users take none, and exactly one was asked`;
  let users = head.unserved + none;
  let served = 0;
  for (let option = 1; option <= head.options; option++) served += countAt(view, at + 8 * option);
  users += served;
  // Sums of numbers beyond 2^53 are rounded, but not to a number below it.
  if (users !== head.users) return `${users} users are counted of ${head.users}`;
  const sums = at + 8 * (head.options + 1);
  const most = BigInt(served);
  if (magnitude(sumAt(view, sums)) > most * (head.unit ? MOST_UNITS : MOST_NUMBER)) return "the cost is too large";
  if (magnitude(sumAt(view, sums + SUM)) > most * MOST_NUMBER) return "the value is too large";
  return undefined;
}

function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/** A u64; rounded where it is 2^53 or more. */
export function countAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
}

export function setCount(view: DataView, at: number, count: number): void {
  view.setUint32(at, count % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(count / 2 ** 32), true);
}

export function sumAt(view: DataView, at: number): bigint {
  let sum = view.getBigInt64(at + SUM - 8, true);
  for (let word = SUM - 16; word >= 0; word -= 8) sum = (sum << 64n) | view.getBigUint64(at + word, true);
  return sum;
}

export function setSum(view: DataView, at: number, sum: bigint): void {
  for (let word = 0; word < SUM; word += 8) {
    view.setBigUint64(at + word, BigInt.asUintN(64, sum >> BigInt(8 * word)), true);
  }
}
