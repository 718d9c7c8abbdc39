/** The border of the kernels of streams (assembly/allocation/stream/), and what a stream asks of others. */
import type { Engine } from "../../engine/engine.js";
import type { Job, Listed, Steps } from "../budget/kernel.js";
import { type Columns, exactSum, padColumns } from "../kernel.js";
import { type Axis, BUCKETS, type Bucket } from "./order.js";

export type { Engine };

/** Ids that are whole numbers. */
export type WholeIds = BigInt64Array | BigUint64Array | Int32Array | Uint32Array;

/** Pads a block's columns and seals them with its raw ids; `digest` stands for ids that are texts. */
export function sealBlock(engine: Engine, table: Columns, keys: number, out: number, digest: number): bigint {
  const { values, costs, stride, options, users } = table;
  padColumns(engine, table);
  const view = new DataView(engine.memory.buffer);
  for (let at = 0; at < 32; at += 8) view.setBigInt64(out + at, 0n, true);
  view.setInt32(out, digest, true);
  engine.kernels.seal(values, costs, stride, options, users, out);
  if (keys) {
    if (users % 2) view.setBigInt64(keys + 8 * users, 0n, true);
    engine.kernels.sealWords(keys, (users + 1) >> 1, out);
  }
  return engine.kernels.sealed(out) as bigint;
}

/** Copies ids as 64-bit whole numbers. */
export function copyIds(engine: Engine, to: number, ids: WholeIds, offset: number, count: number): void {
  if (ids instanceof BigInt64Array || ids instanceof BigUint64Array) {
    const keys = new BigInt64Array(engine.memory.buffer, to, count);
    keys.set(ids.subarray(offset, offset + count) as BigInt64Array);
    return;
  }
  const halves = new Int32Array(engine.memory.buffer, to, 2 * count);
  for (let i = 0; i < count; i++) {
    const id = ids[offset + i] as number;
    halves[2 * i] = id;
    halves[2 * i + 1] = id < 0 ? -1 : 0;
  }
}

export function mixKeys(engine: Engine, keys: number, users: number): void {
  engine.kernels.mixKeys(keys, users);
}

export function setKeys({ memory }: Engine, to: number, keys: BigUint64Array): void {
  new BigUint64Array(memory.buffer, to, keys.length).set(keys);
}

/** Sets the keys of the users at `places`. */
export function scatterKeys({ memory }: Engine, to: number, places: Uint32Array, keys: BigUint64Array): void {
  const view = new BigUint64Array(memory.buffer);
  places.forEach((place, i) => {
    view[to / 8 + place] = keys[i] as bigint;
  });
}

/** A copy of u32 numbers. */
export function numbersAt({ memory }: Engine, at: number, count: number): Uint32Array {
  return new Uint32Array(memory.buffer, at, count).slice();
}

/** Choices as they lie, not copied. */
export function choicesAt(
  { engine, choices, wide }: Pick<Job, "engine" | "choices" | "wide">,
  users: number,
): Uint8Array | Uint16Array {
  const { buffer } = engine.memory;
  return wide ? new Uint16Array(buffer, choices, users) : new Uint8Array(buffer, choices, users);
}

/** Value and cost of an option of a user. */
export function offerAt({ memory }: Engine, table: Columns, user: number, option: number): [number, number] {
  if (option === 0) return [0, 0];
  const view = new DataView(memory.buffer);
  const at = (option - 1) * table.stride + 4 * user;
  return [view.getFloat32(table.values + at, true), view.getFloat32(table.costs + at, true)];
}

/** Adds the choices of users to counts, u32 by option number. */
export function addCounts({ engine, choices, wide }: Job, users: number, options: number, counts: number): void {
  engine.kernels.count(choices, wide, users, options, counts);
}

/** Adds what choices cost and bring, by exponents: 4 KiB at `out` (total.ts). */
export function addTotals(job: Job, { values, costs, stride, users }: Columns, out: number): void {
  job.engine.kernels.total(values, costs, stride, users, job.choices, job.wide, out);
}

export function totalsAt({ memory }: Engine, out: number): { cost: number; value: number } {
  const sums = new BigInt64Array(memory.buffer, out, 512);
  return { cost: exactSum(sums.subarray(0, 256)), value: exactSum(sums.subarray(256)) };
}

/** Moves what the lower half of the value sum has beyond its 32 bits to the upper half: it would overflow in the end. */
export function carry({ engine, sums }: Job): void {
  const view = new DataView(engine.memory.buffer, sums, 24);
  const low = view.getBigInt64(16, true);
  view.setBigInt64(8, view.getBigInt64(8, true) + (low >> 32n), true);
  view.setBigInt64(16, low & 0xffff_ffffn, true);
}

/** A sample as it grows: a table, the hashes of its users, room. `count` is the address of how many there are. */
export interface Picked extends Columns {
  hashes: number;
  capacity: number;
  count: number;
}

/** Picks users of a block from its user `from` on up to a threshold; the user it stopped before. */
export function pick(
  engine: Engine,
  { values, costs, stride, options, users }: Columns,
  from: number,
  firstRow: number,
  threshold: number,
  sample: Picked,
): number {
  const next = engine.kernels.pick(
    ...[values, costs, stride, options, from, users, firstRow, threshold],
    ...[sample.values, sample.costs, sample.stride, sample.hashes, sample.capacity, sample.count],
  );
  sample.users = new DataView(engine.memory.buffer).getUint32(sample.count, true);
  return next >>> 0;
}

/** Leaves the users of a sample up to a threshold. */
export function thin(engine: Engine, sample: Picked, threshold: number): void {
  const { values, costs, stride, options, hashes, users } = sample;
  sample.users = engine.kernels.thin(values, costs, stride, options, hashes, users, threshold) >>> 0;
  new DataView(engine.memory.buffer).setUint32(sample.count, sample.users, true);
}

/** Copies a sample to where there is more room. */
export function moveSample({ memory }: Engine, from: Picked, to: Picked): void {
  const bytes = new Uint8Array(memory.buffer);
  for (let j = 0; j < from.options; j++) {
    bytes.copyWithin(
      to.values + j * to.stride,
      from.values + j * from.stride,
      from.values + j * from.stride + 4 * from.users,
    );
    bytes.copyWithin(
      to.costs + j * to.stride,
      from.costs + j * from.stride,
      from.costs + j * from.stride + 4 * from.users,
    );
  }
  bytes.copyWithin(to.hashes, from.hashes, from.hashes + 4 * from.users);
}

/** Steps that are kept, with the rows, numbers and choices of their users (gather.ts). */
export interface Kept extends Steps {
  rows: number;
  numbers: number;
  chosen: number;
  users: number;
}

/** Keeps steps of a block whose first row is `firstRow`; `table` is what was climbed. */
export function keep(
  job: Job,
  { steps, count }: Steps,
  table: Columns,
  firstRow: number,
  kept: Kept,
  stepBytes: number,
): void {
  const { values, costs, stride, options, origin } = table;
  const { engine, choices, wide } = job;
  const users = engine.kernels.keep(
    ...[steps, count, values, costs, stride, options, origin, firstRow, choices, wide],
    ...[kept.steps + stepBytes * kept.count, kept.rows, kept.numbers, kept.chosen, kept.users],
  );
  kept.users = users >>> 0;
  kept.count += count;
}

export const BUCKET_BYTES = 32;

export function clear({ memory }: Engine, at: number, bytes: number): void {
  new Uint8Array(memory.buffer, at, bytes).fill(0);
}

/** Adds steps to the buckets of an axis; rows are `firstRow` more than the numbers at `origin`, or than the places. */
export function distribute(
  engine: Engine,
  { steps, count }: Steps,
  origin: number,
  firstRow: number,
  { axis, start, shift }: Axis,
  buckets: number,
): void {
  engine.kernels.distribute(steps, count, origin, firstRow, axis, start, shift, buckets);
}

/** The buckets that hold steps, in order. */
export function bucketsAt({ memory }: Engine, buckets: number): Bucket[] {
  const view = new DataView(memory.buffer, buckets, BUCKETS * BUCKET_BYTES);
  const filled: Bucket[] = [];
  for (let at = 0; at < BUCKETS * BUCKET_BYTES; at += BUCKET_BYTES) {
    const count = Number(view.getBigUint64(at + 8, true));
    if (count === 0) continue;
    const [least, most] = [view.getBigUint64(at + 16, true), view.getBigUint64(at + 24, true)];
    filled.push({ count, weight: view.getBigInt64(at, true), least, most });
  }
  return filled;
}

/** The rows of listed users as a small table of their own, in which they are listed from then on; their places before. */
export function compact(engine: Engine, listed: Listed, rows: number, copies: number, table: Columns): Uint32Array {
  const { options, values, costs, stride, origin } = table;
  const { buffer } = engine.memory;
  const bytes = new Uint8Array(buffer);
  const entries = new Uint32Array(buffer, listed.at, 4 * listed.count);
  const places = new Uint32Array(buffer, origin, listed.count);
  for (let rank = 0; rank < listed.count; rank++) {
    const from = rows + 8 * options * (entries[4 * rank] as number);
    bytes.copyWithin(copies + 8 * options * rank, from, from + 8 * options);
    places[rank] = entries[4 * rank] as number;
    entries[4 * rank] = rank;
  }
  engine.kernels.columns(copies, listed.count, options, values, costs, stride);
  return places.slice();
}

export function setNumber({ memory }: Engine, at: number, value: number): void {
  new DataView(memory.buffer).setUint32(at, value, true);
}
