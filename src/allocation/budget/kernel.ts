/**
 * The border of the kernels of one budget (assembly/allocation/budget/): the only place here that calls the module's exports.
 */
import type { Engine } from "../../engine/engine.js";
import type { Bracket } from "../bracket.js";
import type { Counting, Facts } from "../counting.js";
import { type Columns, MAGIC } from "../kernel.js";

/** What the kernels of one solve share. Addresses: `sums` 64 bytes (sums.ts), `out` 64, `constants` 256. */
export interface Job {
  engine: Engine;
  exactlyOne: boolean;
  /** In the sieve an option stands for none: someone is always given one (Solve, `#nothing`). */
  sieveExactlyOne: boolean;
  /** Tie-breaking keys of the caller's table, 0 = by row. */
  keys: number;
  choices: number;
  wide: boolean;
  sums: number;
  out: number;
  constants: number;
}

/** Empties the sums of a job and says how it counts. */
export function resetSums({ engine, sums }: Job, counting: Counting): void {
  const view = new DataView(engine.memory.buffer, sums, 64);
  for (let i = 0; i < 4; i++) view.setBigInt64(8 * i, 0n, true);
  view.setFloat64(32, counting.costScale, true);
  view.setFloat64(40, counting.costShift, true);
  view.setFloat64(48, MAGIC * counting.valueQuantum, true);
  view.setFloat64(56, counting.tileScale, true);
}

/** The sums of a job as they are … */
export function copySums({ engine, sums }: Job): Uint8Array {
  return new Uint8Array(engine.memory.buffer, sums, 64).slice();
}

/** … and as they were. */
export function restoreSums({ engine, sums }: Job, before: Uint8Array): void {
  new Uint8Array(engine.memory.buffer, sums, 64).set(before);
}

export function costSum({ engine, sums }: Job): bigint {
  return new DataView(engine.memory.buffer, sums, 8).getBigInt64(0, true);
}

export function valueSum({ engine, sums }: Job): bigint {
  const view = new DataView(engine.memory.buffer, sums, 24);
  return (view.getBigInt64(8, true) << 32n) + view.getBigInt64(16, true);
}

/** Users that the sieve has left so far. */
export function stayOf({ engine, sums }: Job): number {
  return new DataView(engine.memory.buffer, sums, 32).getUint32(24, true);
}

export function resetStay({ engine, sums }: Job): void {
  new DataView(engine.memory.buffer, sums, 32).setUint32(24, 0, true);
}

/** Fills `sample` with lines of `table`. */
export function takeLines(engine: Engine, table: Columns, sample: Columns): void {
  const { values, costs, stride, options, users } = table;
  const lines = sample.users / 16;
  engine.kernels.sample(values, costs, stride, options, users, sample.values, sample.costs, sample.stride, lines);
}

/** Prices and tolerances of a sieve … */
export interface Prices {
  hi: number;
  lo: number;
  absolute: number;
  byCost: number;
  relative: number;
}

/** … and where the rows of users that stay go. */
export interface Sieve extends Prices {
  rows: number;
  origin: number;
  capacity: number;
}

/** Where f32 scores are safe: nothing overflows, nothing drowns in denormals. */
const SMALLEST = 1e-18;
const LARGEST = 1e18;

/** Whether a table's numbers suit f32 scores. */
export function isSievable({ mostValue, mostCost, open }: Facts): boolean {
  const isSafe = (x: number) => x === 0 || (x > SMALLEST && x < LARGEST);
  return open > 0 && isSafe(mostValue) && isSafe(mostCost);
}

/** Tolerances of the sieve are this many times what rounding can do: its choices hold but for this part of a bracket. */
const LEAD = 16;

/** Prices and tolerances that settle users for a bracket. */
export function sieveAt({ low, high }: Bracket, { leastCost, mostCost }: Facts): Prices {
  const hi = Math.fround(high);
  const lo = Math.fround(low - (hi - low) / (LEAD - 1));
  const byCost = LEAD * 2 ** -21 * Math.max(hi, Math.abs(lo));
  return {
    hi,
    lo,
    // A score v − λc is off by at most 2^-24 (|λc| + |score|), a lead by twice that. Four times as much covers the
    // rounding of this and what lies between an f32 and the caller's number (bound.ts).
    // Costs count by the user's own largest, where none is below zero.
    absolute: Math.max(leastCost < 0 ? byCost * mostCost : 0, 1e-36),
    byCost: leastCost < 0 ? 0 : byCost,
    relative: LEAD * 2 ** -21,
  };
}

/** Sieves users [from, to); the user it stopped before, `to` unless the rows are full. */
export function sieve(job: Job, table: Columns, from: number, to: number, by: Sieve): number {
  const { values, costs, stride, options, origin } = table;
  const { engine, sieveExactlyOne, choices, wide, sums, constants } = job;
  const next = engine.kernels.sieve(
    ...[
      values,
      costs,
      stride,
      options,
      from,
      to,
      origin,
      sieveExactlyOne,
      by.hi,
      by.lo,
      by.absolute,
      by.byCost,
      by.relative,
    ],
    ...[choices, wide, by.rows, by.origin, by.capacity, sums, constants],
  );
  return next >>> 0;
}

/** Turns the rows that a sieve left into the columns of `table`. */
export function rowsToColumns(engine: Engine, { rows, origin }: Sieve, table: Columns): void {
  const { users, options, values, costs, stride } = table;
  engine.kernels.columns(rows, users, options, values, costs, stride);
  const { buffer } = engine.memory;
  new Uint32Array(buffer, table.origin, users).set(new Uint32Array(buffer, origin, users));
}

/** A place in the canonical order of steps: efficiency descending, key ascending, row ascending. */
export interface Place {
  efficiency: number;
  key: bigint;
  row: bigint;
}

/** The steps from the first to the last place, both among them. */
export interface Range {
  first: Place;
  last: Place;
}

const LAST = 2n ** 64n - 1n;

/** All steps between two efficiencies. */
export function rangeOf({ low, high }: Bracket): Range {
  return { first: { efficiency: high, key: 0n, row: 0n }, last: { efficiency: low, key: LAST, row: LAST } };
}

/** Hull steps: where they are and how many. Bytes of one, and of its entry in an order. */
export const STEP_BYTES = 40;
export const ENTRY_BYTES = 16;

export interface Steps {
  steps: number;
  count: number;
}

/**
 * Climbs users [from, to) and writes out their steps in `range`; the user it stopped before and the steps written by then.
 * `firstRow` is the row of the table's first user.
 */
export function climb(
  job: Job,
  table: Columns,
  from: number,
  to: number,
  { first, last }: Range,
  { steps, count }: Steps,
  capacity: number,
  firstRow = 0,
): { next: number; count: number } {
  const { values, costs, stride, options, origin } = table;
  const { engine, exactlyOne, keys, choices, wide, sums, out } = job;
  const view = new DataView(engine.memory.buffer, out, 64);
  view.setUint32(0, count, true);
  for (const [at, place] of [[8, first] as const, [32, last] as const]) {
    view.setFloat64(at, place.efficiency, true);
    view.setBigUint64(at + 8, place.key, true);
    view.setBigUint64(at + 16, place.row, true);
  }
  view.setBigUint64(56, BigInt(firstRow), true);
  const next = engine.kernels.climb(
    ...[values, costs, stride, options, from, to, origin, keys, exactlyOne],
    ...[choices, wide, steps, capacity, sums, out],
  );
  return { next: next >>> 0, count: new DataView(engine.memory.buffer, out, 4).getUint32(0, true) };
}

/** Lists the steps in `order` with those that fit first, the break behind them; how many fit. */
export function findBreak(engine: Engine, { steps, count }: Steps, order: number, budget: bigint): number {
  engine.kernels.list(steps, count, order);
  return engine.kernels.findBreak(steps, order, count, budget) >>> 0;
}

/** A step by its place in the order. */
export function stepAt(engine: Engine, { steps }: Steps, order: number, place: number) {
  const number = new DataView(engine.memory.buffer, order + ENTRY_BYTES * place, ENTRY_BYTES).getUint32(8, true);
  const view = new DataView(engine.memory.buffer, steps + STEP_BYTES * number, STEP_BYTES);
  return {
    efficiency: view.getFloat64(0, true),
    key: view.getBigUint64(8, true),
    place: view.getUint32(32, true),
    weight: view.getBigInt64(16, true),
    value: view.getBigInt64(24, true),
  };
}

/** Takes the steps before place `end`; `taken` is two bytes a step, cleared here, its second half for `swap`. */
export function takeFirst(
  { engine, sums }: Job,
  { steps, count }: Steps,
  order: number,
  end: number,
  taken: number,
): void {
  new Uint8Array(engine.memory.buffer, taken, 2 * count).fill(0);
  engine.kernels.takeFirst(steps, order, end, taken, sums);
}

/** Takes of the `want` steps from place `from` those that still fit; the place behind them. */
export function fill(
  { engine, sums }: Job,
  { steps, count }: Steps,
  order: number,
  from: number,
  want: number,
  left: bigint,
  taken: number,
): number {
  const to = Math.min(count, from + want);
  engine.kernels.sortFirst(steps, order, from, count, want);
  engine.kernels.fill(steps, order, from, to, left, taken, sums);
  return to;
}

export function writeTaken(
  { engine, choices, wide }: Job,
  { steps, count }: Steps,
  taken: number,
  table: Columns,
): void {
  engine.kernels.writeTaken(steps, count, taken, table.origin, choices, wide);
}

/** Users around the break, 16 bytes each (swap.ts). */
export interface Listed {
  at: number;
  count: number;
}

/** Lists the users of the steps at places [from, to) at `users`, 16 bytes each; how many. */
export function listUsers(
  { engine, choices, wide }: Job,
  { steps }: Steps,
  order: number,
  from: number,
  to: number,
  seen: number,
  { origin }: Columns,
  users: number,
): number {
  return engine.kernels.listUsers(steps, order, from, to, seen, origin, choices, wide, users) >>> 0;
}

/** Swaps among listed users; false when `capacity` moves of 32 bytes did not suffice: call again with more. */
export function swap(
  job: Job,
  { values, costs, stride, options, origin }: Columns,
  users: Listed,
  prices: { price: number; quantum: number; left: bigint },
  moves: number,
  capacity: number,
): boolean {
  const { engine, exactlyOne, choices, wide, sums } = job;
  const { price, quantum, left } = prices;
  const { at, count } = users;
  const rest = engine.kernels.swapAll(
    ...[values, costs, stride, options, exactlyOne, origin, at, count, price, quantum, left],
    ...[moves, capacity, choices, wide, sums],
  );
  return rest >= 0n;
}

/** Replaces one choice by another for all users. */
export function replaceChoice({ engine, choices, wide }: Job, users: number, from: number, to: number): void {
  engine.kernels.replace(choices, wide, users, from, to);
}

/** What the pieces of a table add up to at a price: 48 bytes at `out` (dual.ts). */
export function resetDual(engine: Engine, out: number): void {
  new Uint8Array(engine.memory.buffer, out, 48).fill(0);
}

/** Adds the users of a table, whole fours of them but for the last, at a price in f64. */
export function addDual(
  engine: Engine,
  { values, costs, stride, options, users }: Columns,
  exactlyOne: boolean,
  price: number,
  perMoney: number,
  out: number,
): void {
  engine.kernels.dual(values, costs, stride, options, users, exactlyOne, price, perMoney, out);
}

/** The dual at a price in f64, and the sum of its terms' sizes. */
export interface Dual {
  dual: number;
  size: number;
}

export function dualSum(engine: Engine, out: number): Dual {
  const view = new DataView(engine.memory.buffer, out, 48);
  const [a, b, lost, also, size, rest] = [0, 8, 16, 24, 32, 40].map((at) => view.getFloat64(at, true)) as Six;
  const both = a + b;
  const part = both - a;
  const last = a - (both - part) + (b - part);
  return { dual: both + (last + lost + also), size: size + rest };
}

type Six = [number, number, number, number, number, number];
