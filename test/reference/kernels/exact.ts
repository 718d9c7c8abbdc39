/**
 * Twins of assembly/allocation/exact/: what each kernel leaves in memory, said as plainly as it can be. Where a kernel keeps
 * a heap, its twin sorts.
 */
import { MAGIC, type Memory, nearest, setChoice } from "./memory.js";

const STATE = 24;
const MOVE = 32;
const GROUP = 32;
const NODE = 8;
const NONE = 0xffff_ffff;
/** Relative rounding of a score, and of a difference of two. */
const ROUNDING = 4 * Number.EPSILON;
const FEW = 64;

const i64 = (x: bigint) => BigInt.asIntN(64, x);

/** How the block of counting.ts counts. */
class Counting {
  constructor(
    readonly m: Memory,
    readonly at: number,
  ) {}

  cost(c: number): bigint {
    return BigInt(Math.ceil(c * this.m.f64(this.at) - this.m.f64(this.at + 8)));
  }

  value(v: number): bigint {
    const x = v * this.m.f64(this.at + 16);
    return BigInt(x + MAGIC - MAGIC);
  }

  get price(): number {
    return this.m.f64(this.at + 24);
  }

  add(offset: number, x: bigint): void {
    this.m.setI64(this.at + offset, this.m.i64(this.at + offset) + x);
  }
}

export interface Table {
  values: number;
  costs: number;
  stride: number;
  options: number;
}

/** One user's options by number, none first where there is none to be had for nothing. */
function optionsOf(m: Memory, { values, costs, stride, options }: Table, user: number, exactlyOne: boolean) {
  const open = exactlyOne ? [] : [{ option: 0, v: 0, c: 0 }];
  for (let j = 0; j < options; j++) {
    const at = j * stride + 4 * user;
    const v = m.f32(values + at);
    if (v !== -Infinity) open.push({ option: j + 1, v, c: m.f32(costs + at) });
  }
  return open;
}

export function survey(m: Memory, values: number, n: number, out: number): void {
  let digits = m.u32(out);
  let grain = m.u32(out + 4) | 0;
  for (let i = 0; i < n; i++) {
    const v = m.f32(values + 4 * i);
    if (v === -Infinity || v === 0) continue;
    while (digits < 5 && !isMultiple(v, 10 ** digits)) digits++;
    // In two factors: neither overflows.
    while (!Number.isInteger(v * 2 ** 75 * 2 ** -(grain + 75))) grain--;
  }
  m.setU32(out, digits);
  m.setU32(out + 4, grain >>> 0);
}

function isMultiple(v: number, power: number): boolean {
  const k = nearest(v * power);
  return Math.abs(k) < 2 ** 23 && Math.fround(k / power) === v;
}

export function plan(
  m: Memory,
  table: Table,
  from: number,
  to: number,
  exactlyOne: boolean,
  choices: number,
  wide: boolean,
  counting: number,
  planned: number,
): void {
  const count = new Counting(m, counting);
  for (let i = from; i < to; i++) {
    const now = wide ? m.u16(choices + 2 * i) : m.u8(choices + i);
    const all = optionsOf(m, table, i, exactlyOne).map(({ option, v, c }) => {
      const [p, k] = [count.value(v), count.cost(c)];
      const [weighed, worth] = [count.price * Number(k), Number(p)];
      return { option, p, k, score: worth - weighed, size: Math.abs(worth) + count.price * Math.abs(Number(k)) };
    });
    const size = all.reduce((most, each) => Math.max(most, each.size), 0);
    const nothing = { option: 0, p: 0n, k: 0n, score: 0, size: 0 };
    const given = all.find(({ option }) => option === now) ?? nothing;
    let best = exactlyOne ? { ...nothing, score: -Infinity } : nothing;
    for (const each of all) if (each.score > best.score || (each.score === best.score && each.k < best.k)) best = each;
    const isNone = exactlyOne && best.option === 0;
    if (best.option !== now && best.score - given.score <= ROUNDING * size) best = given;
    m.setF64(counting + 64, m.f64(counting + 64) + size);
    if (isNone) m.setU32(counting + 72, m.u32(counting + 72) + 1);
    m.setU16(planned + 2 * i, best.option);
    for (const [k, sum] of [best.p, best.k, given.p, given.k].entries()) count.add(32 + 8 * k, sum);
  }
}

interface Move {
  k: bigint;
  p: bigint;
  loss: number;
  option: number;
}

export function reduce(
  m: Memory,
  table: Table,
  from: number,
  to: number,
  exactlyOne: boolean,
  counting: number,
  planned: number,
  slack: number,
  moves: number,
  capacity: number,
  groups: number,
  out: number,
): number {
  const count = new Counting(m, counting);
  let [moveCount, groupCount] = [m.u32(out), m.u32(out + 4)];
  const end = (user: number) => {
    m.setU32(out, moveCount);
    m.setU32(out + 4, groupCount);
    return user;
  };
  for (let i = from; i < to; i++) {
    if (moveCount + table.options + 1 > capacity) return end(i);
    const b = m.u16(planned + 2 * i);
    if (b === 0 && exactlyOne) continue;
    const all = optionsOf(m, table, i, exactlyOne).map(({ option, v, c }) => ({
      option,
      p: option ? count.value(v) : 0n,
      k: option ? count.cost(c) : 0n,
    }));
    const best = all.find(({ option }) => option === b) ?? { p: 0n, k: 0n };
    const own = all
      .filter(({ option }) => option !== b)
      .map(({ option, p, k }): Move => {
        const [dk, dp] = [k - best.k, p - best.p];
        return { option, k: dk, p: dp, loss: count.price * Number(dk) - Number(dp) };
      })
      .filter(({ k, p, loss }) => !(k >= 0n && p <= 0n) && loss <= slack);
    if (own.length === 0) continue;
    const kept = own.length <= FEW ? own.filter((a, x) => !own.some((c, y) => isWorse(a, x, c, y))) : own;
    const up = kept.filter(({ k }) => k >= 0n).map(slopeOf);
    const down = kept.filter(({ k }) => k < 0n).map(slopeOf);
    const group = groups + GROUP * groupCount++;
    m.setF64(group, Math.max(-Infinity, ...up));
    m.setF64(group + 8, Math.min(Infinity, ...down));
    for (const [x, number] of [moveCount, kept.length, i, 0].entries()) m.setU32(group + 16 + 4 * x, number);
    for (const { k, p, loss, option } of kept) {
      const move = moves + MOVE * moveCount++;
      m.setI64(move, k);
      m.setI64(move + 8, p);
      m.setF64(move + 16, loss);
      m.setU32(move + 24, i);
      m.setU32(move + 28, option);
    }
  }
  return end(to);
}

const slopeOf = ({ k, p }: Move) => Number(p) / Number(k);

/** Whether move c makes move a useless; of equals the first stays. */
function isWorse(a: Move, x: number, c: Move, y: number): boolean {
  if (x === y || c.k > a.k || c.p < a.p) return false;
  return c.k !== a.k || c.p !== a.p || y < x;
}

/** The groups in the order in which they leave a queue. */
export function queued(m: Memory, groups: number, count: number, down: boolean): number[] {
  const slope = (g: number) => m.f64(groups + GROUP * g + (down ? 8 : 0)) * (down ? 1 : -1);
  return Array.from({ length: count }, (_, g) => g)
    .filter((g) => slope(g) !== Infinity)
    .sort((a, b) => (slope(a) < slope(b) ? -1 : slope(a) > slope(b) ? 1 : a - b));
}

/** All states with all moves, sorted; the heads are the kernel's own business. */
export function expand(m: Memory, layer: number): number {
  const u32 = (offset: number) => m.u32(layer + offset);
  const [states, count, out, capacity, moves, first, moveCount] = [
    u32(0),
    u32(4),
    u32(8),
    u32(12),
    u32(16),
    u32(20),
    u32(24),
  ];
  const [trace, nodeCapacity] = [u32(32), u32(40)];
  let nodes = u32(36);
  const z = m.i64(layer + 48);
  const delta = m.i64(layer + 72);
  const [up, needUp, down, needDown, most] = [80, 88, 96, 104, 112].map((offset) => m.f64(layer + offset)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const used = Array.from({ length: moveCount }, (_, i) => first + i).filter(
    (x) => !(m.f64(moves + MOVE * x + 16) > most),
  );
  const all = [NONE, ...used].flatMap((move) =>
    Array.from({ length: count }, (_, s) => {
      const [state, record] = [states + STATE * s, moves + MOVE * move];
      const [k, p] = move === NONE ? [0n, 0n] : [m.i64(record), m.i64(record + 8)];
      return { w: i64(m.i64(state) + k), p: i64(m.i64(state + 8) + p), node: m.u32(state + 16), move };
    }),
  );
  all.sort((a, b) => (a.w !== b.w ? (a.w < b.w ? -1 : 1) : a.p !== b.p ? (a.p > b.p ? -1 : 1) : b.move - a.move));
  let last: bigint | undefined;
  let [best, bestNode, beyond, written] = [z, u32(56), m.i64(layer + 64), 0];
  for (const { w, p, node, move } of all) {
    if (last !== undefined && p <= last) continue;
    last = p;
    const light = w <= delta;
    const reach = Number(p - z) + (light ? up : down) * Number(delta - w);
    const stays = reach >= (light ? needUp : needDown);
    if (w > 0n && light && p > beyond) beyond = p;
    const isBest = w <= 0n && p > best;
    if (!stays && !isBest) continue;
    let reached = node;
    if (move !== NONE) {
      if (nodes === nodeCapacity) return 2;
      m.setU32(trace + NODE * nodes, node);
      m.setU32(trace + NODE * nodes + 4, move);
      reached = nodes++;
    }
    if (isBest) [best, bestNode] = [p, reached];
    if (!stays) continue;
    if (written === capacity) return 1;
    const state = out + STATE * written++;
    m.setI64(state, w);
    m.setI64(state + 8, p);
    m.setU32(state + 16, reached);
  }
  m.setU32(layer + 36, nodes);
  m.setU32(layer + 44, written);
  m.setI64(layer + 48, best);
  m.setU32(layer + 56, bestNode);
  m.setI64(layer + 64, beyond);
  return 0;
}

/** The nodes that are left, and the new number of `kept`: `places` are the kernel's own business but for its first. */
export function collect(
  m: Memory,
  trace: number,
  nodes: number,
  states: number,
  count: number,
  kept: number,
  places: number,
): number {
  const needed = new Set([0, kept]);
  for (let s = 0; s < count; s++) needed.add(m.u32(states + STATE * s + 16));
  for (let n = nodes - 1; n > 0; n--) if (needed.has(n)) needed.add(m.u32(trace + NODE * n));
  const numbers = new Map([...needed].sort((a, b) => a - b).map((n, i) => [n, i]));
  for (const [n, i] of numbers) {
    m.setU32(trace + NODE * i, numbers.get(m.u32(trace + NODE * n)) as number);
    m.setU32(trace + NODE * i + 4, m.u32(trace + NODE * n + 4));
  }
  for (let s = 0; s < count; s++) {
    const at = states + STATE * s + 16;
    m.setU32(at, numbers.get(m.u32(at)) as number);
  }
  m.setU32(places, numbers.get(kept) as number);
  return numbers.size;
}

export function follow(
  m: Memory,
  planned: number,
  users: number,
  trace: number,
  node: number,
  moves: number,
  choices: number,
  wide: boolean,
): void {
  for (let i = 0; i < users; i++) setChoice(m, choices, wide, i, m.u16(planned + 2 * i));
  for (let n = node; n !== 0; n = m.u32(trace + NODE * n)) {
    const move = moves + MOVE * m.u32(trace + NODE * n + 4);
    setChoice(m, choices, wide, m.u32(move + 24), m.u32(move + 28));
  }
}

export function reach(
  m: Memory,
  states: number,
  count: number,
  z: bigint,
  delta: bigint,
  up: number,
  down: number,
): number {
  let most = -Infinity;
  for (let s = 0; s < count; s++) {
    const slack = delta - m.i64(states + STATE * s);
    most = Math.max(most, Number(m.i64(states + STATE * s + 8) - z) + (slack >= 0n ? up : down) * Number(slack));
  }
  return most;
}

/** The lattice that moves span: s·(a, b) + t·(0, d); past 2^60 the one of all whole numbers. */
export function span(m: Memory, moves: number, count: number, basis: number): void {
  let [a, b, d] = [m.i64(basis), m.i64(basis + 8), m.i64(basis + 16)];
  for (let i = 0; i < count && (a !== 1n || d !== 1n); i++) {
    let [x, y] = [m.i64(moves + MOVE * i), m.i64(moves + MOVE * i + 8)];
    while (x !== 0n) {
      const q = a / x;
      if (Math.abs(Number(q)) * Math.abs(Number(y)) + Math.abs(Number(b)) > 2 ** 60) {
        [a, b, d, x, y] = [1n, 0n, 1n, 0n, 0n];
        break;
      }
      [a, b, x, y] = [x, y, a - q * x, b - q * y];
    }
    d = gcd(d, y < 0n ? -y : y);
    if (d !== 0n) b %= d;
  }
  m.setI64(basis, a < 0n ? -a : a);
  m.setI64(basis + 8, a < 0n ? -b : b);
  m.setI64(basis + 16, d);
}

function gcd(x: bigint, y: bigint): bigint {
  return y === 0n ? x : gcd(y, x % y);
}
