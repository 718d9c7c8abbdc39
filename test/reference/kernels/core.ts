/** Twins of the kernels that climb the users who are left, order their steps, take, fill and swap. */
import { bestMoves, type Move, mix64, SWAPS } from "../canonical.js";
import { type Memory, quanta, Sums, setChoice } from "./memory.js";

const STEP = 40;
const ENTRY = 16;
const USER = 16;

interface Option {
  option: number;
  value: number;
  cost: number;
}

/** The options of one user by number, none among them unless exactly one is asked. */
function optionsOf(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  exactlyOne: boolean,
  user: number,
): Option[] {
  const all: Option[] = exactlyOne ? [] : [{ option: 0, value: 0, cost: 0 }];
  for (let j = 0; j < options; j++) {
    const value = m.f32(values + j * stride + 4 * user);
    if (value !== -Infinity) all.push({ option: j + 1, value, cost: m.f32(costs + j * stride + 4 * user) });
  }
  return all;
}

/** A place in the canonical order. */
interface Place {
  efficiency: number;
  key: bigint;
  row: bigint;
}

function place(m: Memory, at: number): Place {
  return { efficiency: m.f64(at), key: m.u64(at + 8), row: m.u64(at + 16) };
}

function isBefore(a: Place, b: Place): boolean {
  if (a.efficiency !== b.efficiency) return a.efficiency > b.efficiency;
  return a.key < b.key || (a.key === b.key && a.row < b.row);
}

export function climb(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  to: number,
  origin: number,
  keys: number,
  exactlyOne: boolean,
  choices: number,
  wide: boolean,
  steps: number,
  capacity: number,
  sumsAt: number,
  out: number,
): number {
  const sums = new Sums(m, sumsAt);
  const first = place(m, out + 8);
  const last = place(m, out + 32);
  let count = m.u32(out);
  let user = from;
  for (; user < to && count + options + 1 <= capacity; user++) {
    const number = origin ? m.u32(origin + 4 * user) : user;
    const open = optionsOf(m, values, costs, stride, options, exactlyOne, user);
    if (open.length === 0) {
      m.setU32(out + 4, m.u32(out + 4) + 1);
      setChoice(m, choices, wide, number, 0);
      continue;
    }
    let now = open[0] as Option;
    for (const o of open) if (o.cost < now.cost || (o.cost === now.cost && o.value > now.value)) now = o;
    let stands = now;
    let cap = Infinity;
    const row = m.u64(out + 56) + BigInt(number);
    const key = keys ? m.u64(keys + 8 * number) : mix64(row);
    for (let step = 1; ; step++) {
      const { value, cost } = now;
      const dearer = open.filter((o) => o.value > value && o.cost > cost);
      const slope = (o: Option) => (o.value - value) / (o.cost - cost);
      const most = Math.max(...dearer.map(slope));
      const next: Option | undefined = dearer
        .filter((o) => slope(o) === most)
        .sort((a, b) => a.cost - b.cost || a.option - b.option)[0];
      cap = Math.min(cap, most);
      const at = { efficiency: cap, key, row };
      if (!next || isBefore(last, at)) break;
      if (!isBefore(at, first)) {
        const record = steps + STEP * count++;
        m.setF64(record, cap);
        m.setU64(record + 8, key);
        m.setI64(record + 16, sums.costQuanta(next.cost) - sums.costQuanta(cost));
        m.setI64(record + 24, quanta(next.value, sums.valueMagic) - quanta(value, sums.valueMagic));
        m.setU32(record + 32, user);
        m.setU16(record + 36, step);
        m.setU16(record + 38, next.option);
      } else stands = next;
      now = next;
    }
    setChoice(m, choices, wide, number, stands.option);
    if (stands.option) {
      sums.addCost(sums.costQuanta(stands.cost));
      sums.addValue(quanta(stands.value, sums.valueMagic));
    }
  }
  m.setU32(out, count);
  return user;
}

/** The numbers of the steps in the canonical order. */
export function inOrder(m: Memory, steps: number, count: number): number[] {
  const key = (i: number) => m.u64(steps + STEP * i + 8);
  return Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => m.f64(steps + STEP * b) - m.f64(steps + STEP * a) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b),
  );
}

/** How many steps of `order` fit `budget` whole. */
export function findBreak(m: Memory, steps: number, order: number[], budget: bigint): number {
  let left = budget;
  for (const [i, number] of order.entries()) {
    left -= m.i64(steps + STEP * number + 16);
    if (left < 0n) return i;
  }
  return order.length;
}

export function list(m: Memory, steps: number, count: number, order: number): void {
  for (let i = 0; i < count; i++) {
    m.setF64(order + ENTRY * i, m.f64(steps + STEP * i));
    m.setU32(order + ENTRY * i + 8, i);
  }
}

export function takeFirst(m: Memory, steps: number, order: number, end: number, taken: number, sumsAt: number): void {
  for (let i = 0; i < end; i++) take(m, steps, m.u32(order + ENTRY * i + 8), taken, sumsAt);
}

function take(m: Memory, steps: number, number: number, taken: number, sumsAt: number): bigint {
  const weight = m.i64(steps + STEP * number + 16);
  const sums = new Sums(m, sumsAt);
  m.setU8(taken + number, 1);
  sums.addCost(weight);
  sums.addValue(m.i64(steps + STEP * number + 24));
  return weight;
}

export function fill(
  m: Memory,
  steps: number,
  order: number,
  from: number,
  to: number,
  left: bigint,
  taken: number,
  sumsAt: number,
): bigint {
  for (let i = from; i < to; i++) {
    const number = m.u32(order + ENTRY * i + 8);
    const first = number === 0 || m.u32(steps + STEP * (number - 1) + 32) !== m.u32(steps + STEP * number + 32);
    const fits = m.i64(steps + STEP * number + 16) <= left;
    if (fits && (first || m.u8(taken + number - 1) === 1)) left -= take(m, steps, number, taken, sumsAt);
  }
  return left;
}

export function writeTaken(
  m: Memory,
  steps: number,
  count: number,
  taken: number,
  origin: number,
  choices: number,
  wide: boolean,
): void {
  for (let number = 0; number < count; number++) {
    if (m.u8(taken + number) === 0) continue;
    const place = m.u32(steps + STEP * number + 32);
    setChoice(m, choices, wide, origin ? m.u32(origin + 4 * place) : place, m.u16(steps + STEP * number + 38));
  }
}

/** The users of the steps [from, to) of `order` by first appearance; `users` gets their places and options now. */
export function listUsers(
  m: Memory,
  steps: number,
  order: number,
  from: number,
  to: number,
  _seen: number,
  origin: number,
  choices: number,
  wide: boolean,
  users: number,
): number {
  const places = new Set<number>();
  for (let i = from; i < to; i++) places.add(m.u32(steps + STEP * m.u32(order + ENTRY * i + 8) + 32));
  [...places].forEach((place, rank) => {
    const user = origin ? m.u32(origin + 4 * place) : place;
    m.setU32(users + USER * rank, place);
    m.setU32(users + USER * rank + 4, wide ? m.u16(choices + 2 * user) : m.u8(choices + user));
  });
  return places.size;
}

export function swapAll(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  exactlyOne: boolean,
  origin: number,
  users: number,
  userCount: number,
  _price: number,
  _quantum: number,
  left: bigint,
  _moves: number,
  _capacity: number,
  choices: number,
  wide: boolean,
  sumsAt: number,
): bigint {
  const sums = new Sums(m, sumsAt);
  for (let round = 0; round < SWAPS; round++) {
    const moves: (Move & { value: bigint })[] = [];
    for (let rank = 0; rank < userCount; rank++) {
      const [place, option] = [m.u32(users + USER * rank), m.u32(users + USER * rank + 4)];
      const open = optionsOf(m, values, costs, stride, options, exactlyOne, place);
      const now = open.find((o) => o.option === option) as (typeof open)[number];
      for (const o of open) {
        if (o === now) continue;
        const weight = Number(sums.costQuanta(o.cost) - sums.costQuanta(now.cost));
        const value = quanta(o.value, sums.valueMagic) - quanta(now.value, sums.valueMagic);
        moves.push({ rank, option: o.option, weight, gain: o.value - now.value, value });
      }
    }
    moves.sort((a, b) => a.weight - b.weight || a.rank - b.rank || a.option - b.option);
    const best = bestMoves(moves, Number(left)) as typeof moves;
    if (best.length === 0) break;
    for (const { rank, option, weight, value } of best) {
      const place = m.u32(users + USER * rank);
      m.setU32(users + USER * rank + 4, option);
      setChoice(m, choices, wide, origin ? m.u32(origin + 4 * place) : place, option);
      sums.addCost(BigInt(weight));
      sums.addValue(value);
      left -= BigInt(weight);
    }
  }
  return left;
}
