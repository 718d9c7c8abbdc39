/**
 * The border of the allocation kernels: the only place of this problem that calls the module's exports.
 * Sizes and kinds have been checked before; addresses never leave src/.
 */
import type { Engine } from "../engine/engine.js";
import type { Facts } from "./counting.js";
import type { Offers } from "./offers.js";

/** Rows that are set at once from `f64`: 256 KiB of each column pass through the memory. */
const PIECE = 16_384;

/** Closes column j to all users, its padding included. */
export function closeColumn(offers: Offers, j: number): void {
  const rows = Math.ceil(offers.users / 16) * 16;
  offers.engine.kernels.pad(offers.values + j * offers.stride, offers.costs + j * offers.stride, 0, rows);
}

/** Closes what lies behind the last user of a table, to the end of its line. */
export function padColumns(engine: Engine, { values, costs, stride, options, users }: Columns): void {
  const end = Math.ceil(users / 16) * 16;
  for (let j = 0; j < options && users < end; j++)
    engine.kernels.pad(values + j * stride, costs + j * stride, users, end);
}

/** Copies rows into column j; 0 when nothing was lost, else what `narrow` says. */
export function setRows(
  offers: Offers,
  j: number,
  from: number,
  values: Float64Array | Float32Array,
  costs: Float64Array | Float32Array,
): number {
  const { engine } = offers;
  const at = j * offers.stride + 4 * from;
  if (values instanceof Float32Array && costs instanceof Float32Array) {
    const { buffer } = engine.memory;
    new Float32Array(buffer, offers.values + at, values.length).set(values);
    new Float32Array(buffer, offers.costs + at, costs.length).set(costs);
    return 0;
  }
  let loss = 0;
  const scratch = engine.arena.take(2 * PIECE * 8);
  try {
    for (let row = 0; row < values.length; row += PIECE) {
      const count = Math.min(PIECE, values.length - row);
      const { buffer } = engine.memory;
      new Float64Array(buffer, scratch, count).set(values.subarray(row, row + count));
      new Float64Array(buffer, scratch + 8 * PIECE, count).set(costs.subarray(row, row + count));
      const to = at + 4 * row;
      loss |= engine.kernels.narrow(scratch, scratch + 8 * PIECE, count, offers.values + to, offers.costs + to);
    }
  } finally {
    engine.arena.give(scratch, 2 * PIECE * 8);
  }
  return loss;
}

export interface Problem {
  row: number;
  what: "value" | "cost";
  value: number;
}

/** Where columns lie, of a table or of a block. */
export type Place = Pick<Offers, "engine" | "values" | "costs" | "stride">;

/** Checks rows of column j and widens `facts` by them; says what is wrong with the first illegal row. */
export function scanRows(offers: Place, j: number, from: number, rows: number, facts: Facts): Problem | undefined {
  const { engine } = offers;
  const values = offers.values + j * offers.stride + 4 * from;
  const costs = offers.costs + j * offers.stride + 4 * from;
  const block = engine.arena.take(32);
  try {
    const view = new DataView(engine.memory.buffer);
    view.setFloat32(block, facts.mostCost, true);
    view.setFloat32(block + 4, facts.leastCost, true);
    view.setFloat32(block + 8, facts.tiniestCost, true);
    view.setFloat32(block + 12, facts.mostValue, true);
    view.setUint32(block + 16, 0, true);
    view.setUint32(block + 20, facts.digits, true);
    view.setFloat32(block + 28, facts.leastValue, true);
    const row = engine.kernels.scan(values, costs, rows, block);
    if (row < rows) {
      const what = view.getUint32(block + 24, true) === 1 ? "value" : "cost";
      return { row: from + row, what, value: view.getFloat32((what === "value" ? values : costs) + 4 * row, true) };
    }
    facts.mostCost = view.getFloat32(block, true);
    facts.leastCost = view.getFloat32(block + 4, true);
    facts.tiniestCost = view.getFloat32(block + 8, true);
    facts.mostValue = view.getFloat32(block + 12, true);
    facts.open += view.getUint32(block + 16, true);
    facts.digits = view.getUint32(block + 20, true);
    facts.leastValue = view.getFloat32(block + 28, true);
    return undefined;
  } finally {
    engine.arena.give(block, 32);
  }
}

/** Mixes n integer ids at `keys` into tie-breaking keys, in place. */
export function mixIds(engine: Engine, keys: number, n: number): void {
  engine.kernels.mixKeys(keys, n);
}

/** The first row of column j whose cost is no whole multiple of `unit`, and that cost. */
export function offUnit(
  offers: Place & { users: number },
  j: number,
  unit: number,
): { row: number; cost: number } | undefined {
  const { engine, users, stride } = offers;
  const costs = offers.costs + j * stride;
  const row = engine.kernels.offUnit(offers.values + j * stride, costs, users, unit) >>> 0;
  if (row === users) return undefined;
  return { row, cost: new DataView(engine.memory.buffer).getFloat32(costs + 4 * row, true) };
}

/** Where a table lies: the caller's, a sample of it, or the users that a sieve left. */
export interface Columns {
  values: number;
  costs: number;
  stride: number;
  options: number;
  users: number;
  /** Number of each user in the caller's table, u32; 0 = the same. */
  origin: number;
}

export function columnsOf(offers: Offers): Columns {
  const { values, costs, stride, columns, users } = offers;
  return { values, costs, stride, options: columns, users, origin: 0 };
}

/** MAGIC of assembly/math/fixed.ts. */
export const MAGIC = 6_755_399_441_055_744;

/** Spend of the first `users` of a table at a price, and of its squares: f32 scores, to steer by. */
export function spendAt(
  { engine, exactlyOne, out }: { engine: Engine; exactlyOne: boolean; out: number },
  { values, costs, stride, options }: Columns,
  users: number,
  price: number,
): { spend: number; squares: number } {
  engine.kernels.spend(values, costs, stride, options, users, exactlyOne, price, out);
  const view = new DataView(engine.memory.buffer, out, 16);
  return { spend: view.getFloat64(0, true), squares: view.getFloat64(8, true) };
}

/** Exact cost and value of choices, each rounded once. */
export function exactTotals(offers: Offers, choices: number, wide: boolean): { cost: number; value: number } {
  const { engine, users, values, costs, stride } = offers;
  const out = engine.arena.take(4096);
  try {
    new Uint8Array(engine.memory.buffer, out, 4096).fill(0);
    engine.kernels.total(values, costs, stride, users, choices, wide, out);
    const sums = new BigInt64Array(engine.memory.buffer, out, 512);
    return { cost: exactSum(sums.subarray(0, 256)), value: exactSum(sums.subarray(256)) };
  } finally {
    engine.arena.give(out, 4096);
  }
}

/** Σ sums[e] · 2^(max(e, 1) − 150), rounded once: see assembly/allocation/total.ts. */
export function exactSum(sums: BigInt64Array): number {
  let whole = 0n;
  for (let e = 255; e >= 0; e--) whole += (sums[e] as bigint) << BigInt(Math.max(e, 1) - 1);
  // In two factors: 2^-149 alone would be a denormal.
  return Number(whole) * 2 ** -100 * 2 ** -49;
}

/** Choices of slots as choices of offers, u16, at `offersAt`. */
export function slotsToOffers(offers: Offers, choices: number, wide: boolean, offersAt: number): void {
  offers.engine.kernels.offersOf(offers.slots, offers.slotStride, choices, wide, offers.users, offersAt);
}

/** Users by choice: [none, option 1, …]. */
export function countChoices({ engine, users, names }: Offers, choices: number, wide: boolean): number[] {
  const bytes = 4 * (names.length + 1);
  const table = engine.arena.take(bytes);
  try {
    new Uint32Array(engine.memory.buffer, table, names.length + 1).fill(0);
    engine.kernels.count(choices, wide, users, names.length, table);
    return [...new Uint32Array(engine.memory.buffer, table, names.length + 1)];
  } finally {
    engine.arena.give(table, bytes);
  }
}

/** How the histogram of assembly/allocation/histogram.ts counts, and where it lies. */
export interface Histogram {
  costScale: number;
  costShift: number;
  valueQuantum: number;
  top: number;
  buckets: number;
  out: number;
  scratch: number;
}

export function clearHistogram(engine: Engine, { buckets, out }: Histogram): void {
  engine.kernels.clearBuckets(buckets);
  new Uint8Array(engine.memory.buffer, out, 32).fill(0);
}

/** Adds the hull steps of users [from, to). */
export function addToHistogram(offers: Offers, exactlyOne: boolean, from: number, to: number, by: Histogram): void {
  const { engine, values, costs, stride, columns } = offers;
  engine.kernels.histogram(
    ...[values, costs, stride, columns, from, to, exactlyOne, by.costScale, by.costShift],
    ...[MAGIC * by.valueQuantum, by.top, by.buckets, by.out, by.scratch],
  );
}

/** Turns the buckets into running totals; what all starts weigh, what all steps weigh and bring, users without an option. */
export function cumulateHistogram(engine: Engine, { buckets, out }: Histogram) {
  const view = () => new DataView(engine.memory.buffer, out, 32);
  const start = view().getBigInt64(0, true);
  engine.kernels.cumulate(buckets, out);
  const unserved = view().getUint32(16, true);
  return { start, weight: view().getFloat64(0, true), value: view().getFloat64(8, true), unserved };
}
