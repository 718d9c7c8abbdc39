/**
 * The border of the kernels of several limits (assembly/allocation/limits/): the only place here that calls the module's
 * exports.
 */
import type { Engine } from "../../engine/engine.js";
import type { Facts } from "../counting.js";
import type { Offers } from "../offers.js";
import type { Account } from "./accounts.js";

/** Amounts that are set at once from `f64`. */
const PIECE = 16_384;

/** Copies amounts to a column at `to`; 0 when nothing was lost, else what assembly/allocation/narrow.ts says. */
export function setAmounts(engine: Engine, to: number, amounts: Float64Array | Float32Array): number {
  if (amounts instanceof Float32Array) {
    new Float32Array(engine.memory.buffer, to, amounts.length).set(amounts);
    return 0;
  }
  let loss = 0;
  const scratch = engine.arena.take(8 * PIECE);
  try {
    for (let row = 0; row < amounts.length; row += PIECE) {
      const count = Math.min(PIECE, amounts.length - row);
      new Float64Array(engine.memory.buffer, scratch, count).set(amounts.subarray(row, row + count));
      loss |= engine.kernels.narrow(scratch, scratch, count, to + 4 * row, to + 4 * row);
    }
  } finally {
    engine.arena.give(scratch, 8 * PIECE);
  }
  return loss;
}

/** Checks `rows` amounts at `at` and widens `facts` by them; the first that is no finite number. */
export function scanAmounts(
  engine: Engine,
  at: number,
  rows: number,
  facts: Facts,
): { row: number; value: number } | undefined {
  const block = engine.arena.take(32);
  try {
    const view = new DataView(engine.memory.buffer);
    view.setFloat32(block, facts.mostCost, true);
    view.setFloat32(block + 4, facts.leastCost, true);
    view.setFloat32(block + 8, facts.tiniestCost, true);
    view.setUint32(block + 20, facts.digits, true);
    const row = engine.kernels.scanAmounts(at, rows, block) >>> 0;
    if (row < rows) return { row, value: view.getFloat32(at + 4 * row, true) };
    facts.mostCost = view.getFloat32(block, true);
    facts.leastCost = view.getFloat32(block + 4, true);
    facts.tiniestCost = view.getFloat32(block + 8, true);
    facts.digits = view.getUint32(block + 20, true);
    facts.open += rows;
    return undefined;
  } finally {
    engine.arena.give(block, 32);
  }
}

/** A table as the kernels of this folder read it: the caller's, or a sample of it. */
export interface Source {
  values: number;
  costs: number;
  stride: number;
  columns: number;
  /** Candidate slots, 0 = none. */
  slots: number;
  slotStride: number;
  /** Amounts, 0 = none. */
  resources: number;
  users: number;
}

export function sourceOf(offers: Offers): Source {
  const { values, costs, stride, columns, slots, users } = offers;
  const { slotStride, resources } = offers;
  return { values, costs, stride, columns, slots, slotStride, resources: resources.at, users };
}

/** Bytes of the block that `price` works on, and of its parts. */
export const JOB_BYTES = 128;
const ENTRY_BYTES = 24;

/** Where a pricing lies: `job`, and prices and sums of `offers` offers and `resources` resources behind it. */
export interface PriceJob {
  at: number;
  offers: number;
  resources: number;
}

export function priceJobBytes(offers: number, resources: number): number {
  return JOB_BYTES + 16 * (offers + 1) + 16 * resources + ENTRY_BYTES * (offers + 1) + 8 * resources;
}

/** What the price of each row adds up to: α, l and m by offer (from 0 = none), r by resource. */
export interface Scores {
  alpha: number;
  /** l at 2 o, m at 2 o + 1. */
  byOffer: Float64Array;
  /** r at 2 k; at 2 k + 1 how many make a unit where amounts are decimals, else 0. */
  byResource: Float64Array;
}

/** Empties the sums and says at which prices to score. */
export function openPricing(
  engine: Engine,
  { at, offers, resources }: PriceJob,
  source: Source,
  scores: Scores,
  how: { exactlyOne: boolean; perMoney: number; choices: number; wide: boolean },
): void {
  const { buffer } = engine.memory;
  const prices = at + JOB_BYTES;
  const r = prices + 16 * (offers + 1);
  const sums = r + 16 * resources;
  new Uint32Array(buffer, at, 16).set([
    ...[source.values, source.costs, source.stride, source.columns, source.slots, source.slotStride],
    ...[source.resources, resources, how.exactlyOne ? 1 : 0, how.choices, how.wide ? 1 : 0, offers, prices, r, sums, 0],
  ]);
  new Float64Array(buffer, at + 64, 8).set([scores.alpha, how.perMoney, 0, 0, 0, 0, 0, 0]);
  new Float64Array(buffer, prices, 2 * (offers + 1)).set(scores.byOffer);
  new Float64Array(buffer, r, 2 * resources).set(scores.byResource);
  new Float64Array(buffer, sums, 3 * (offers + 1) + resources).fill(0);
}

/** Bytes that pricing plain columns works on: prices by option, a tile, costs by option. */
export function columnsJobBytes(options: number): number {
  return 32 * options + 2560 + 32 * (options + 1) + ENTRY_BYTES * (options + 1);
}

/** Empties the sums of plain columns at `at` and sets f32 prices by option. */
export function openColumns({ memory }: Engine, at: number, options: number, { byOffer }: Scores): void {
  const prices = new Float32Array(memory.buffer, at, 8 * options);
  for (let j = 0; j < options; j++) {
    prices.fill(byOffer[2 * (j + 1)] as number, 8 * j, 8 * j + 4);
    prices.fill(byOffer[2 * (j + 1) + 1] as number, 8 * j + 4, 8 * j + 8);
  }
  new Float64Array(memory.buffer, sumsOfColumns(at, options), 3 * (options + 1)).fill(0);
}

function sumsOfColumns(at: number, options: number): number {
  return at + 32 * options + 2560 + 32 * (options + 1);
}

export interface ColumnSpan {
  from: number;
  to: number;
  alpha: number;
  exactlyOne: boolean;
  choices: number;
}

/** Adds users [from, to) of plain columns, `from` a multiple of 16; choices of one byte go to `choices` unless it is 0. */
export function priceColumns(
  engine: Engine,
  at: number,
  { values, costs, stride, columns }: Source,
  { from, to, alpha, exactlyOne, choices }: ColumnSpan,
): void {
  const tile = at + 32 * columns;
  const sums = sumsOfColumns(at, columns);
  engine.kernels.priceColumns(values, costs, stride, columns, from, to, exactlyOne, alpha, at, choices, tile, sums);
}

/** By option from 0 = none: users, cost, value (all value at none); a view, valid until memory grows. */
export function readColumns({ memory }: Engine, at: number, options: number): Float64Array {
  return new Float64Array(memory.buffer, sumsOfColumns(at, options), 3 * (options + 1));
}

/** The dual function of plain columns in f64: Σ score and Σ_i max_j |terms|; `slice` is called with users [from, to). */
export function dualColumns(
  engine: Engine,
  at: number,
  { values, costs, stride, columns, users }: Source,
  { alpha, byOffer }: Scores,
  { exactlyOne, perMoney, slice }: { exactlyOne: boolean; perMoney: number; slice: Slices },
): { score: number; size: number } {
  const { memory } = engine;
  const out = at + 16 * (columns + 1);
  new Float64Array(memory.buffer, at, byOffer.length).set(byOffer);
  new Float64Array(memory.buffer, out, 3).fill(0);
  slice(users, (from, to) => {
    engine.kernels.dualColumns(values, costs, stride, columns, from, to, exactlyOne, alpha, perMoney, at, out);
  });
  const [sum, lost, size] = new Float64Array(memory.buffer, out, 3) as unknown as [number, number, number];
  return { score: sum + lost, size };
}

/** Calls a kernel for all of so many users, slice by slice. */
export type Slices = (users: number, call: (from: number, to: number) => void) => void;

/** Adds users [from, to). */
export function priceUsers(engine: Engine, { at }: PriceJob, from: number, to: number): void {
  engine.kernels.price(at, from, to);
}

/** Sums of a pricing: views, valid until memory grows. */
export interface PriceSums {
  /** Σ best score, good to the last bit or so, and Σ |best score|. */
  score: number;
  size: number;
  /** Users without an open option (where exactly one is asked). */
  unserved: number;
  /** By offer from 0 = none: users, cost, value. */
  byOffer: Float64Array;
  used: Float64Array;
}

export function readPricing(engine: Engine, { at, offers, resources }: PriceJob): PriceSums {
  const { buffer } = engine.memory;
  const [sum, lost, size] = new Float64Array(buffer, at + 80, 3) as unknown as [number, number, number];
  const sums = at + JOB_BYTES + 16 * (offers + 1) + 16 * resources;
  return {
    score: sum + lost,
    size,
    unserved: new DataView(buffer).getUint32(at + 104, true),
    byOffer: new Float64Array(buffer, sums, 3 * (offers + 1)),
    used: new Float64Array(buffer, sums + ENTRY_BYTES * (offers + 1), resources),
  };
}

const ROW_BYTES = 64;
const KINDS = { users: 0, money: 1, return: 2, resource: 3 } as const;

/** Adds what users [from, to) use of each row, in its quanta. */
export function tally(
  engine: Engine,
  source: Source,
  offers: number,
  accounts: readonly Account[],
  at: { choices: number; wide: boolean },
): Float64Array {
  const isByOffer = ({ row }: Account) => row.counts === "users" || row.counts === "money";
  const others = accounts.filter((account) => !isByOffer(account));
  const byOffer = others.length < accounts.length ? sumsByOffer(engine, source, offers, accounts, at) : undefined;
  const rest = others.length > 0 ? sumsByRow(engine, source, offers, others, at).values() : [].values();
  return Float64Array.from(accounts, (account) => {
    if (!byOffer || !isByOffer(account)) return rest.next().value as number;
    const { members, counts, kind } = account.row;
    const field = counts === "users" ? 0 : kind === "at most" ? 1 : 2;
    let sum = 0;
    if (members) for (const o of members) sum += byOffer[3 * o + field] as number;
    else for (let o = 1; o <= offers; o++) sum += byOffer[3 * o + field] as number;
    return sum;
  });
}

/** By offer from 0 = none: users, money in quanta rounded up and rounded down, as the accounts of money count it. */
function sumsByOffer(
  engine: Engine,
  { costs, stride, slots, slotStride, users }: Source,
  offers: number,
  accounts: readonly Account[],
  { choices, wide }: { choices: number; wide: boolean },
): Float64Array {
  const bytes = 48 + ENTRY_BYTES * (offers + 1);
  const ways = engine.arena.take(bytes);
  try {
    const { buffer } = engine.memory;
    const way = (kind: Account["row"]["kind"]) => {
      const money = accounts.find(({ row }) => row.counts === "money" && row.kind === kind);
      return money ? [money.scale, money.shift, money.off] : [0, 0, 0];
    };
    new Float64Array(buffer, ways, 6).set([...way("at most"), ...way("at least")]);
    new Float64Array(buffer, ways + 48, 3 * (offers + 1)).fill(0);
    engine.kernels.tallyOffers(costs, stride, slots, slotStride, choices, wide, 0, users, ways, ways + 48);
    return new Float64Array(buffer, ways + 48, 3 * (offers + 1)).slice();
  } finally {
    engine.arena.give(ways, bytes);
  }
}

function sumsByRow(
  engine: Engine,
  source: Source,
  offers: number,
  accounts: readonly Account[],
  { choices, wide }: { choices: number; wide: boolean },
): Float64Array {
  const { common, lists, rowsOf } = memberLists(accounts, offers);
  const n = accounts.length;
  const bytes = n * (ROW_BYTES + 8) + lists.byteLength + rowsOf.byteLength;
  const at = engine.arena.take(bytes);
  try {
    const { buffer } = engine.memory;
    const sums = at + n * ROW_BYTES;
    const listsAt = sums + 8 * n;
    const rowsAt = listsAt + lists.byteLength;
    accounts.forEach((account, k) => {
      writeRow(buffer, at + k * ROW_BYTES, account);
    });
    new Float64Array(buffer, sums, n).fill(0);
    new Uint32Array(buffer, listsAt, lists.length).set(lists);
    new Uint16Array(buffer, rowsAt, rowsOf.length).set(rowsOf);
    const { values, costs, stride, columns, slots, slotStride, resources, users } = source;
    engine.kernels.tally(
      ...[values, costs, stride, columns, slots, slotStride, resources, choices, wide, 0, users],
      ...[at, common, listsAt, rowsAt, sums],
    );
    return new Float64Array(buffer, sums, n).slice();
  } finally {
    engine.arena.give(at, bytes);
  }
}

function writeRow(buffer: ArrayBufferLike, at: number, account: Account): void {
  const { row, perMoney, scale, shift, off, valueScale, costScale } = account;
  new Uint32Array(buffer, at, 2).set([KINDS[row.counts], Math.max(0, row.resource)]);
  const sign = row.kind === "at most" ? 1 : -1;
  new Float64Array(buffer, at + 8, 7).set([perMoney, scale, shift, off, valueScale, costScale, sign]);
}

/** Rows by offer: the first `common` count every offer, the others stand in lists. */
export function memberLists(accounts: readonly Account[], offers: number) {
  const common = accounts.findIndex(({ row }) => row.members !== undefined);
  const lists = new Uint32Array(offers + 2);
  const sparse = accounts.flatMap(({ row }, k) => (row.members ? [{ k, members: row.members }] : []));
  for (const { members } of sparse) for (const o of members) lists[o + 1] = (lists[o + 1] as number) + 1;
  for (let o = 1; o < lists.length; o++) lists[o] = (lists[o] as number) + (lists[o - 1] as number);
  const next = lists.slice();
  const rowsOf = new Uint16Array(lists.at(-1) as number);
  for (const { k, members } of sparse) {
    for (const o of members) {
      rowsOf[next[o] as number] = k;
      next[o] = (next[o] as number) + 1;
    }
  }
  return { common: common < 0 ? accounts.length : common, lists, rowsOf };
}

const LINE = 16;
const GOLDEN = 0x9e3779b1;

/** Fills a sample with lines of a table, as assembly/allocation/sample.ts spreads them. */
export function sampleTable(engine: Engine, table: Source, to: Source, resources: number): void {
  const lines = to.users / LINE;
  const { stride, columns, users } = table;
  const block = columns * stride;
  const copy = (values: number, costs: number, toValues: number, toCosts: number) =>
    engine.kernels.sample(values, costs, stride, columns, users, toValues, toCosts, to.stride, lines);
  copy(table.values, table.costs, to.values, to.costs);
  for (let k = 0; k < resources; k++) {
    const [from, into] = [table.resources + k * block, to.resources + k * columns * to.stride];
    copy(from, from, into, into);
  }
  if (table.slots) sampleSlots(engine, table, to, lines);
}

function sampleSlots({ memory }: Engine, table: Source, to: Source, lines: number): void {
  const all = Math.ceil(table.users / LINE);
  const bytes = new Uint8Array(memory.buffer);
  for (let line = 0; line < lines; line++) {
    const from = Number((BigInt(Math.imul(line, GOLDEN) >>> 0) * BigInt(all)) >> 32n) * LINE * 2;
    for (let j = 0; j < table.columns; j++) {
      const at = table.slots + j * table.slotStride + from;
      bytes.copyWithin(to.slots + j * to.slotStride + line * LINE * 2, at, at + LINE * 2);
    }
  }
}
