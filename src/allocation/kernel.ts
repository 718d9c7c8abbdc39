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

/** Checks rows of column j and widens `facts` by them; says what is wrong with the first illegal row. */
export function scanRows(offers: Offers, j: number, from: number, rows: number, facts: Facts): Problem | undefined {
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

/** Spend of a table at a price, and of its squares: f32 scores, to steer by. `out` has 48 bytes. */
export function spendAt(
  engine: Engine,
  table: Columns,
  users: number,
  exactlyOne: boolean,
  price: number,
  out: number,
) {
  const { values, costs, stride, options } = table;
  engine.kernels.spend(values, costs, stride, options, users, exactlyOne, price, out);
  const view = new DataView(engine.memory.buffer, out, 16);
  return { spend: view.getFloat64(0, true), squares: view.getFloat64(8, true) };
}
