/**
 * The users whose choice may still change, and what each of their options uses of every row: whole quanta in normal form,
 * so that a plan holds where nothing is left below zero.
 *
 *   options of user u       [first[u], first[u + 1])
 *   what option o uses      quanta[e] of row rowOf[e], e in [start[o], start[o + 1]); rows that are not there: nothing
 */
import type { Account } from "../accounts.js";
import { memberLists } from "../kernel.js";
import type { Problem } from "../problem.js";
import { signOf } from "../rows.js";
import type { Near } from "./kernel.js";
import { quantaOf, slopOf } from "./quanta.js";

export interface Core {
  readonly users: number;
  readonly options: number;
  readonly rows: number;
  readonly first: Uint32Array;
  readonly userOf: Uint32Array;
  readonly values: Float64Array;
  readonly start: Uint32Array;
  readonly rowOf: Uint16Array;
  readonly quanta: Float64Array;
  /** Value of a quantum of each row, and of options at these prices: v − Σ p q. */
  readonly prices: Float64Array;
  readonly scores: Float64Array;
  /** Option of each user, and what it leaves of each row: where a search starts. */
  readonly choice: Uint32Array;
  readonly left: Float64Array;
  /** By how much at most counting in quanta is stricter than the caller's numbers, by row; only where every user is in. */
  readonly slop: Float64Array;
  /** Where the options stand in the table. */
  readonly tableRow: Uint32Array;
  readonly column: Uint16Array;
}

/** The core of these records: options near the best of their users, the one that is chosen first. */
export function coreOf(problem: Problem, pi: Float64Array, near: Near, left: Float64Array, isWhole: boolean): Core {
  const { rows, accounts } = problem;
  const bounds = usersOf(near);
  const order = byKey(problem, near, bounds);
  const users = order.length;
  const options = near.count;
  const first = new Uint32Array(users + 1);
  const userOf = new Uint32Array(options);
  const record = new Uint32Array(options);
  let at = 0;
  order.forEach((g, u) => {
    first[u] = at;
    for (let o = bounds[g] as number; o < (bounds[g + 1] as number); o++) {
      userOf[at] = u;
      record[at++] = o;
    }
  });
  first[users] = at;
  const values = new Float64Array(options);
  const tableRow = new Uint32Array(options);
  const column = new Uint16Array(options);
  for (let o = 0; o < options; o++) {
    const from = record[o] as number;
    values[o] = near.values[from] as number;
    tableRow[o] = near.rows[from] as number;
    column[o] = near.columns[from] as number;
  }
  const prices = Float64Array.from(rows, (_, k) => (pi[k] as number) * (accounts[k] as Account).quantum);
  const entries = entriesOf(problem, near, record, isWhole);
  const scores = values.slice();
  const { start, rowOf, quanta } = entries;
  for (let o = 0; o < options; o++) {
    for (let e = start[o] as number; e < (start[o + 1] as number); e++) {
      scores[o] = (scores[o] as number) - (prices[rowOf[e] as number] as number) * (quanta[e] as number);
    }
  }
  return {
    ...{ users, options, rows: rows.length, first, userOf, values, prices, scores, ...entries, left },
    ...{ choice: first.slice(0, users), tableRow, column },
  };
}

/** What is left of each row at choices, in normal form. */
export function leftOf({ accounts }: Problem, used: Float64Array): Float64Array {
  return Float64Array.from(accounts, ({ row, limit }, k) => signOf(row) * (limit - (used[k] as number)));
}

/** Where the records of each user begin, and the end. */
function usersOf({ rows, count }: Near): number[] {
  const bounds: number[] = [];
  for (let o = 0; o < count; o++) if (o === 0 || rows[o] !== rows[o - 1]) bounds.push(o);
  bounds.push(count);
  return bounds;
}

/** Users by key where there are ids, by row where there are none. */
function byKey({ offers }: Problem, { rows }: Near, bounds: readonly number[]): Uint32Array {
  const order = new Uint32Array(bounds.length - 1);
  for (let g = 0; g < order.length; g++) order[g] = g;
  if (offers.keys === 0) return order;
  const all = new BigUint64Array(offers.engine.memory.buffer, offers.keys, offers.users);
  const keys = Array.from(order, (g) => all[rows[bounds[g] as number] as number] as bigint);
  return order.sort((a, b) => {
    const [x, y] = [keys[a] as bigint, keys[b] as bigint];
    return x < y ? -1 : x > y ? 1 : a - b;
  });
}

function entriesOf(problem: Problem, near: Near, record: Uint32Array, isWhole: boolean) {
  const { accounts, offers } = problem;
  const signs = accounts.map(({ row }) => signOf(row));
  const { common, lists, rowsOf } = memberLists(accounts, offers.names.length);
  const start = new Uint32Array(record.length + 1);
  const offerOf = offersOfRecords(problem, near, record);
  for (let o = 0; o < record.length; o++) {
    const offer = offerOf[o] as number;
    const own = offer === 0 ? 0 : common + (lists[offer + 1] as number) - (lists[offer] as number);
    start[o + 1] = (start[o] as number) + own;
  }
  const rowOf = new Uint16Array(start[record.length] as number);
  const quanta = new Float64Array(rowOf.length);
  const worst = new Float64Array(accounts.length);
  const slop = new Float64Array(accounts.length);
  const amounts = amountsOf(problem, near);
  let e = 0;
  for (let o = 0; o < record.length; o++) {
    const offer = offerOf[o] as number;
    if (offer === 0) continue;
    const at = record[o] as number;
    const v = near.values[at] as number;
    const c = near.costs[at] as number;
    const add = (k: number) => {
      const account = accounts[k] as Account;
      const amount = account.row.counts === "resource" ? amounts(k, at) : c;
      rowOf[e] = k;
      quanta[e++] = (signs[k] as number) * quantaOf(account, v, amount);
      if (isWhole) worst[k] = Math.max(worst[k] as number, slopOf(account, v, amount));
    };
    for (let k = 0; k < common; k++) add(k);
    for (let n = lists[offer] as number; n < (lists[offer + 1] as number); n++) add(rowsOf[n] as number);
  }
  worst.forEach((w, k) => {
    slop[k] = w === 0 ? 0 : w * offers.users + 1;
  });
  return { start, rowOf, quanta, slop };
}

/** The offer of each record: its column, or what stands in its candidate slot. */
function offersOfRecords({ offers }: Problem, near: Near, record: Uint32Array): Uint16Array {
  const view = new DataView(offers.engine.memory.buffer);
  const offerOf = new Uint16Array(record.length);
  for (let n = 0; n < record.length; n++) {
    const o = record[n] as number;
    const column = near.columns[o] as number;
    const at = offers.slots + (column - 1) * offers.slotStride + 2 * (near.rows[o] as number);
    offerOf[n] = column > 0 && offers.hasSlots ? view.getUint16(at, true) : column;
  }
  return offerOf;
}

function amountsOf({ offers, accounts }: Problem, near: Near): (k: number, record: number) => number {
  const view = new DataView(offers.engine.memory.buffer);
  const { at } = offers.resources;
  return (k, o) => {
    const { resource } = (accounts[k] as Account).row;
    const column = resource * offers.columns + (near.columns[o] as number) - 1;
    return view.getFloat32(at + column * offers.stride + 4 * (near.rows[o] as number), true);
  };
}
