/**
 * The border of the exact kernels (assembly/allocation/exact/): the only place here that calls the module's exports.
 */
import type { Engine } from "../../engine/engine.js";
import type { Counting } from "../counting.js";
import type { Offers } from "../offers.js";

/** Bytes of what the kernels read and write. */
export const COUNTING_BYTES = 128;
export const MOVE_BYTES = 32;
export const GROUP_BYTES = 32;
export const STATE_BYTES = 24;
export const HEAD_BYTES = 24;
export const NODE_BYTES = 8;
export const LAYER_BYTES = 128;

/** i64.MIN_VALUE: no such state. */
export const NOTHING = -(1n << 63n);

/** Decimal digits of all values (5: they are no such decimals) and the largest e with every value a multiple of 2^e (128: all zero). */
export function surveyValues({ engine, users, columns, values, stride }: Offers): { digits: number; grain: number } {
  const out = engine.arena.take(8);
  try {
    const before = new DataView(engine.memory.buffer, out, 8);
    before.setUint32(0, 0, true);
    before.setInt32(4, 128, true);
    for (let j = 0; j < columns; j++) engine.kernels.survey(values + j * stride, users, out);
    const view = new DataView(engine.memory.buffer, out, 8);
    return { digits: view.getUint32(0, true), grain: view.getInt32(4, true) };
  } finally {
    engine.arena.give(out, 8);
  }
}

/** What the kernels of one exact solve share. */
export interface Job {
  offers: Offers;
  engine: Engine;
  exactlyOne: boolean;
  choices: number;
  wide: boolean;
  /** Address of the block of counting.ts. */
  counting: number;
  /** Address of the plan, u16 by user. */
  planned: number;
}

export function startCounting({ engine, counting }: Job, money: Counting, valueScale: number, price: number): void {
  const view = new DataView(engine.memory.buffer, counting, COUNTING_BYTES);
  for (let i = 0; i < COUNTING_BYTES; i += 8) view.setBigInt64(i, 0n, true);
  view.setFloat64(0, money.costScale, true);
  view.setFloat64(8, money.costShift, true);
  view.setFloat64(16, valueScale, true);
  view.setFloat64(24, price, true);
}

/** Plans users [from, to) at the price. */
export function planUsers({ offers, exactlyOne, choices, wide, counting, planned }: Job, from: number, to: number) {
  const { engine, values, costs, stride, columns } = offers;
  engine.kernels.plan(...[values, costs, stride, columns, from, to, exactlyOne, choices, wide, counting, planned]);
}

/** What the plan and the given choices bring and cost, in quanta, and what rounding is measured by. */
export function planned({ engine, counting }: Job) {
  const view = new DataView(engine.memory.buffer, counting, COUNTING_BYTES);
  return {
    value: view.getBigInt64(32, true),
    cost: view.getBigInt64(40, true),
    givenValue: view.getBigInt64(48, true),
    givenCost: view.getBigInt64(56, true),
    size: view.getFloat64(64, true),
    unserved: view.getUint32(72, true),
  };
}

/** Moves and groups: where they are and how many. */
export interface Moves {
  moves: number;
  count: number;
  groups: number;
  groupCount: number;
}

/** Lists the moves of users [from, to) that lose at most `slack`; the user it stopped before, `to` unless the moves are full. */
export function reduce(job: Job, list: Moves, from: number, to: number, slack: number, capacity: number): number {
  const { offers, engine, exactlyOne, counting, planned } = job;
  const { values, costs, stride, columns } = offers;
  const out = engine.arena.take(8);
  try {
    const before = new DataView(engine.memory.buffer, out, 8);
    before.setUint32(0, list.count, true);
    before.setUint32(4, list.groupCount, true);
    const next = engine.kernels.reduce(
      ...[values, costs, stride, columns, from, to, exactlyOne, counting, planned, slack],
      ...[list.moves, capacity, list.groups, out],
    );
    const view = new DataView(engine.memory.buffer, out, 8);
    list.count = view.getUint32(0, true);
    list.groupCount = view.getUint32(4, true);
    return next >>> 0;
  } finally {
    engine.arena.give(out, 8);
  }
}

/** A basis (a, b), (0, d) of the lattice that the differences of all moves span. */
export function latticeOf(engine: Engine, { moves, count }: Moves): { a: bigint; b: bigint; d: bigint } {
  const basis = engine.arena.take(24);
  try {
    new BigInt64Array(engine.memory.buffer, basis, 3).fill(0n);
    engine.kernels.span(moves, count, basis);
    const [a, b, d] = new BigInt64Array(engine.memory.buffer, basis, 3) as unknown as [bigint, bigint, bigint];
    return { a, b, d };
  } finally {
    engine.arena.give(basis, 24);
  }
}

/** Groups in the order in which they enter the core from one side. */
export interface Queue {
  at: number;
  count: number;
  down: boolean;
}

export function enqueue(engine: Engine, { groups, groupCount }: Moves, queue: Queue): void {
  queue.count = engine.kernels.enqueue(groups, groupCount, queue.down, queue.at) >>> 0;
}

/** Drops what has entered off the top of a queue; the group that is next and its slope, undefined where there is none. */
export function next(engine: Engine, { groups }: Moves, queue: Queue): { group: number; slope: number } | undefined {
  queue.count = engine.kernels.skip(groups, queue.down, queue.at, queue.count) >>> 0;
  if (queue.count === 0) return undefined;
  const { buffer } = engine.memory;
  const group = new DataView(buffer, queue.at, 4).getUint32(0, true);
  const slope = new DataView(buffer, groups + group * GROUP_BYTES, 16).getFloat64(queue.down ? 8 : 0, true);
  return { group, slope };
}

/** Marks a group as in the core. */
export function enter(engine: Engine, { groups }: Moves, group: number): void {
  new DataView(engine.memory.buffer, groups + group * GROUP_BYTES, GROUP_BYTES).setUint32(28, 1, true);
}

/** The moves of a group: the first and how many. */
export function movesOf(engine: Engine, { groups }: Moves, group: number): { first: number; count: number } {
  const view = new DataView(engine.memory.buffer, groups + group * GROUP_BYTES, GROUP_BYTES);
  return { first: view.getUint32(16, true), count: view.getUint32(20, true) };
}

/** States, the trace behind them and the best of them so far. */
export interface States {
  at: number;
  count: number;
  capacity: number;
  /** Room for the next states. */
  room: number;
  roomCapacity: number;
  trace: number;
  nodes: number;
  nodeCapacity: number;
  /** Best value against the plan's, and the node that leads back from it. */
  z: bigint;
  node: number;
  /** Most valuable state that weighs more than the budget, by no more than `delta`. */
  beyond: bigint;
  /** What costs that were rounded up may hide of the budget. */
  delta: bigint;
}

/** The plan alone, `weight` over the budget. */
export function startStates(engine: Engine, { at, trace }: States, weight: bigint): void {
  const state = new DataView(engine.memory.buffer, at, STATE_BYTES);
  state.setBigInt64(0, weight, true);
  state.setBigInt64(8, 0n, true);
  state.setUint32(16, 0, true);
  new DataView(engine.memory.buffer, trace, NODE_BYTES).setBigUint64(0, 0n, true);
}

/** Next slopes on both sides, and how far from z a state must reach at them. */
export interface Bounds {
  up: number;
  needUp: number;
  down: number;
  needDown: number;
  /** Moves that lose more are in no better plan. */
  most: number;
}

/** Lets a group enter the core; "states" or "nodes" say of what there is too little room, nothing has changed then. */
export function expand(
  engine: Engine,
  layer: number,
  states: States,
  { moves }: Moves,
  group: { first: number; count: number },
  heads: number,
  by: Bounds,
): "done" | "states" | "nodes" {
  const view = new DataView(engine.memory.buffer, layer, LAYER_BYTES);
  const whole = [
    ...[states.at, states.count, states.room, states.roomCapacity, moves, group.first, group.count, heads],
    ...[states.trace, states.nodes, states.nodeCapacity],
  ];
  for (const [i, number] of whole.entries()) view.setUint32(4 * i, number, true);
  view.setBigInt64(48, states.z, true);
  view.setUint32(56, states.node, true);
  view.setBigInt64(64, states.beyond, true);
  view.setBigInt64(72, states.delta, true);
  for (const [i, number] of [by.up, by.needUp, by.down, by.needDown, by.most].entries()) {
    view.setFloat64(80 + 8 * i, number, true);
  }
  const status = engine.kernels.expand(layer);
  if (status !== 0) return status === 1 ? "states" : "nodes";
  const after = new DataView(engine.memory.buffer, layer, LAYER_BYTES);
  states.nodes = after.getUint32(36, true);
  states.z = after.getBigInt64(48, true);
  states.node = after.getUint32(56, true);
  states.beyond = after.getBigInt64(64, true);
  states.count = after.getUint32(44, true);
  [states.at, states.room] = [states.room, states.at];
  [states.capacity, states.roomCapacity] = [states.roomCapacity, states.capacity];
  return "done";
}

/** Drops the nodes that nothing leads back to any more; `places` has four bytes for each. */
export function collect(engine: Engine, states: States, places: number): void {
  const { trace, nodes, at, count, node } = states;
  states.nodes = engine.kernels.collect(trace, nodes, at, count, node, places) >>> 0;
  states.node = new DataView(engine.memory.buffer, places, 4).getUint32(0, true);
}

/** Writes the plan and the moves that lead to the best state into the choices. */
export function follow({ engine, offers, planned, choices, wide }: Job, { trace, node }: States, { moves }: Moves) {
  engine.kernels.follow(planned, offers.users, trace, node, moves, choices, wide);
}

/** The most that any state may lead to, against z. */
export function reach(engine: Engine, { at, count, z, delta }: States, up: number, down: number): number {
  return engine.kernels.reach(at, count, z, delta, up, down);
}
