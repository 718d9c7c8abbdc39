/**
 * What may still change: the options of a user that the bound at the break price does not rule out.
 *
 * Forcing option j on user i costs the bound loss_ij = (p_b − p_j) − λ(k_b − k_j). Where U − loss_ij falls short of what a
 * better plan must reach, j is in no better plan; a user with no option left but its planned one is settled.
 *
 *   move    32 bytes: 0 i64 Δk, 8 i64 Δp against the plan, 16 f64 loss, 24 u32 user, 28 u32 option
 *   group   32 bytes: 0 f64 up = max Δp/Δk over heavier moves, −∞ where there are none
 *                     8 f64 down = min Δp/Δk over lighter moves, +∞ where there are none
 *                     16 u32 first move, 20 u32 moves, 24 u32 user, 28 u32 1 = in the core
 *
 * Source: Pisinger, EJOR 83 (1995); group-knapsack reference, section 7 ("reduce the entering group").
 */
import { at } from "../budget/steps";
import { cost, price, value } from "./counting";

export const MOVE: usize = 32;
export const GROUP: usize = 32;
/** Moves of a user that are compared with one another; where there are more, the states sort them out. */
const FEW: u32 = 64;

/**
 * Lists the moves of users [from, to) of loss at most `slack`; the user it stopped before, `to` unless the moves are full.
 * `out` 0 u32 moves and 4 u32 groups so far (in and out); groups has room for every user.
 */
export function reduce(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  exactlyOne: bool,
  counting: usize,
  planned: usize,
  slack: f64,
  moves: usize,
  capacity: u32,
  groups: usize,
  out: usize,
): u32 {
  const lambda = price(counting);
  let moveCount = load<u32>(out);
  let groupCount = load<u32>(out, 4);
  for (let i = from; i < to; i++) {
    if (moveCount + options + 1 > capacity) {
      store<u32>(out, moveCount);
      store<u32>(out, groupCount, 4);
      return i;
    }
    const v = values + ((<usize>i) << 2);
    const c = costs + ((<usize>i) << 2);
    const best = load<u16>(planned + ((<usize>i) << 1));
    if (best == 0 && exactlyOne) continue;
    const k: i64 = best ? cost(counting, at(c, stride, best)) : 0;
    const p: i64 = best ? value(counting, at(v, stride, best)) : 0;
    const first = moveCount;
    for (let j: u32 = exactlyOne ? 1 : 0; j <= options; j++) {
      if (j == best) continue;
      const vj: f64 = j ? at(v, stride, j) : 0;
      if (vj == -Infinity) continue;
      const dk = (j ? cost(counting, at(c, stride, j)) : 0) - k;
      const dp = (j ? value(counting, vj) : 0) - p;
      if (dk >= 0 && dp <= 0) continue;
      const loss = lambda * <f64>dk - <f64>dp;
      if (loss > slack) continue;
      const move = moves + <usize>moveCount * MOVE;
      moveCount++;
      store<i64>(move, dk);
      store<i64>(move, dp, 8);
      store<f64>(move, loss, 16);
      store<u32>(move, i, 24);
      store<u32>(move, j, 28);
    }
    if (moveCount == first) continue;
    if (moveCount - first <= FEW) moveCount = dropDominated(moves, first, moveCount);
    describe(groups + <usize>groupCount * GROUP, moves, first, moveCount, i);
    groupCount++;
  }
  store<u32>(out, moveCount);
  store<u32>(out, groupCount, 4);
  return to;
}

/** Drops moves that another of the user's makes useless: not heavier, not worth less; the first of equals stays. */
function dropDominated(moves: usize, first: u32, end: u32): u32 {
  let kept = first;
  for (let a = first; a < end; a++) {
    const move = moves + <usize>a * MOVE;
    const k = load<i64>(move);
    const p = load<i64>(move, 8);
    let useless: bool = false;
    // Those before a that were dropped are dominated by one that stays.
    for (let b = first; b < kept && !useless; b++) useless = dominates(moves + <usize>b * MOVE, k, p);
    for (let b = a + 1; b < end && !useless; b++) {
      const other = moves + <usize>b * MOVE;
      useless = dominates(other, k, p) && (load<i64>(other) != k || load<i64>(other, 8) != p);
    }
    if (useless) continue;
    if (kept != a) memory.copy(moves + <usize>kept * MOVE, move, MOVE);
    kept++;
  }
  return kept;
}

function dominates(move: usize, k: i64, p: i64): bool {
  return load<i64>(move) <= k && load<i64>(move, 8) >= p;
}

function describe(group: usize, moves: usize, first: u32, end: u32, user: u32): void {
  let up = -Infinity;
  let down = Infinity;
  for (let m = first; m < end; m++) {
    const move = moves + <usize>m * MOVE;
    const k = load<i64>(move);
    const slope = <f64>load<i64>(move, 8) / <f64>k;
    // A free gain (Δk = 0, Δp > 0) is left only by rounding: it goes in first.
    if (k >= 0) up = max(up, slope);
    else down = min(down, slope);
  }
  store<f64>(group, up);
  store<f64>(group, down, 8);
  store<u32>(group, first, 16);
  store<u32>(group, end - first, 20);
  store<u32>(group, user, 24);
  store<u32>(group, 0, 28);
}
