/**
 * One user enters the core: the states become those of every state with every move of that user, or with none.
 *
 *   Y'  =  Pareto( Y  ∪  ⋃_m (Y + (Δk_m, Δp_m)) )      of each weight the most valuable, of each value the lightest
 *
 *   state   24 bytes: 0 i64 w = weight − budget, 8 i64 p, against the plan's value, 16 u32 node, 20 u32 spare;
 *           in order of w, p strictly increasing
 *   node    8 bytes: 0 u32 parent, 4 u32 move; node 0 is the plan. Only a state that takes a move makes a node.
 *   head    24 bytes: 0 i64 w, 8 i64 p, 16 u32 next state, 20 u32 move (MOVES = none): a heap, one for each move
 *
 * The shifted copies are merged in one run, and a state that cannot lead to a better plan is never written (two-sided
 * bound): for users outside the core the plan is best at every price between the next slope up λ+ and the next slope
 * down λ−, so that p + λ(c − w) bounds what a state may lead to; λ+ is the sharper one below the budget, λ− above it.
 *
 * Layer, 128 bytes:
 *    0 u32 states    4 u32 how many      8 u32 room for the new ones   12 u32 how many fit
 *   16 u32 moves    20 u32 first move   24 u32 how many moves          28 u32 heads, one more than moves
 *   32 u32 trace    36 u32 nodes        40 u32 how many fit            44 u32 new states (out)
 *   48 i64 z        56 u32 its node     60 u32 spare                   64 i64 best p of states with 0 < w ≤ δ
 *   72 i64 δ        80 f64 λ+           88 f64 need                    96 f64 λ−
 *  104 f64 need     112 f64 most loss of a move
 *
 * A state stays where p − z + λ(δ − w) ≥ need, z as it was before this call: `need` is the distance from z to the next value
 * that a plan can have, seen at that price, less what rounding may have done. δ ≥ 0 covers costs that were rounded up.
 *
 * Source: Pisinger, EJOR 83 (1995), 394–410; group-knapsack reference, section 7. Merging by a heap instead of divide and conquer writes each
 * state once.
 */
import { MOVE } from "./reduce";

export const STATE: usize = 24;
const HEAD: usize = 24;
const NODE: usize = 8;
const NONE: u32 = 0xffffffff;

/** 0 done, 1 more states than fit, 2 more nodes than fit: nothing has changed then, grow and call again. */
export function expand(layer: usize): i32 {
  const states = <usize>load<u32>(layer);
  const count = load<u32>(layer, 4);
  const capacity = load<u32>(layer, 12);
  const moves = <usize>load<u32>(layer, 16);
  const heads = <usize>load<u32>(layer, 28);
  const trace = <usize>load<u32>(layer, 32);
  const nodeCapacity = load<u32>(layer, 40);
  const z = load<i64>(layer, 48);
  const delta = load<i64>(layer, 72);
  const up = load<f64>(layer, 80);
  const needUp = load<f64>(layer, 88);
  const down = load<f64>(layer, 96);
  const needDown = load<f64>(layer, 104);
  let nodes = load<u32>(layer, 36);
  let bestNode = load<u32>(layer, 56);
  let best = z;
  let beyond = load<i64>(layer, 64);
  let out = <usize>load<u32>(layer, 8);
  const end = out + <usize>capacity * STATE;
  let last = i64.MIN_VALUE;
  let size = count ? makeHeads(layer, states, moves, heads) : 0;
  while (size > 0) {
    const w = load<i64>(heads);
    const p = load<i64>(heads, 8);
    const next = load<u32>(heads, 16);
    const move = load<u32>(heads, 20);
    size = advance(heads, size, states, count, moves);
    if (p <= last) continue;
    last = p;
    const slack = <f64>(delta - w);
    const stays = w <= delta ? <f64>(p - z) + up * slack >= needUp : <f64>(p - z) + down * slack >= needDown;
    const isBest = w <= 0 && p > best;
    if (w > 0 && w <= delta && p > beyond) beyond = p;
    if (!stays && !isBest) continue;
    let node = load<u32>(states + <usize>(next - 1) * STATE, 16);
    if (move != NONE) {
      if (nodes == nodeCapacity) return 2;
      const record = trace + <usize>nodes * NODE;
      store<u32>(record, node);
      store<u32>(record, move, 4);
      node = nodes++;
    }
    if (isBest) {
      best = p;
      bestNode = node;
    }
    if (!stays) continue;
    if (out == end) return 1;
    store<i64>(out, w);
    store<i64>(out, p, 8);
    store<u32>(out, node, 16);
    out += STATE;
  }
  store<u32>(layer, nodes, 36);
  store<u32>(layer, <u32>((out - <usize>load<u32>(layer, 8)) / STATE), 44);
  store<i64>(layer, best, 48);
  store<u32>(layer, bestNode, 56);
  store<i64>(layer, beyond, 64);
  return 0;
}

/** A head for no move and one for each move that still may be in a better plan; how many. `next` is one past the head's state. */
function makeHeads(layer: usize, states: usize, moves: usize, heads: usize): u32 {
  const first = load<u32>(layer, 20);
  const moveCount = load<u32>(layer, 24);
  const most = load<f64>(layer, 112);
  let size: u32 = 0;
  for (let m: u32 = 0; m <= moveCount; m++) {
    const move = m < moveCount ? first + m : NONE;
    const record = moves + <usize>move * MOVE;
    if (move != NONE && load<f64>(record, 16) > most) continue;
    const head = heads + <usize>size * HEAD;
    size++;
    store<i64>(head, load<i64>(states) + (move == NONE ? 0 : load<i64>(record)));
    store<i64>(head, load<i64>(states, 8) + (move == NONE ? 0 : load<i64>(record, 8)), 8);
    store<u32>(head, 1, 16);
    store<u32>(head, move, 20);
  }
  for (let i = <i32>(size >> 1) - 1; i >= 0; i--) sink(heads, size, i);
  return size;
}

/** Moves the top head on to its next state; how many heads are left. */
function advance(heads: usize, size: u32, states: usize, count: u32, moves: usize): u32 {
  const next = load<u32>(heads, 16);
  let left = size;
  if (next < count) {
    const move = load<u32>(heads, 20);
    const state = states + <usize>next * STATE;
    const record = moves + <usize>move * MOVE;
    store<i64>(heads, load<i64>(state) + (move == NONE ? 0 : load<i64>(record)));
    store<i64>(heads, load<i64>(state, 8) + (move == NONE ? 0 : load<i64>(record, 8)), 8);
    store<u32>(heads, next + 1, 16);
  } else {
    left--;
    memory.copy(heads, heads + <usize>left * HEAD, HEAD);
  }
  if (left > 1) sink(heads, left, 0);
  return left;
}

/** Lighter first, then more valuable, then the earlier move: of equal states one, always the same, is the one that stays. */
function isBefore(a: usize, b: usize): bool {
  const w = load<i64>(a);
  const x = load<i64>(b);
  if (w != x) return w < x;
  const p = load<i64>(a, 8);
  const q = load<i64>(b, 8);
  if (p != q) return p > q;
  return load<u32>(a, 20) > load<u32>(b, 20);
}

function sink(heads: usize, size: u32, from: u32): void {
  let i = from;
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= size) return;
    if (child + 1 < size && isBefore(heads + <usize>(child + 1) * HEAD, heads + <usize>child * HEAD)) child++;
    const a = heads + <usize>i * HEAD;
    const b = heads + <usize>child * HEAD;
    if (!isBefore(b, a)) return;
    const low = v128.load(a);
    const high = load<u64>(a, 16);
    v128.store(a, v128.load(b));
    store<u64>(a, load<u64>(b, 16), 16);
    v128.store(b, low);
    store<u64>(b, high, 16);
    i = child;
  }
}
