/**
 * Swaps among the users around the break, to use what the fill left over (ARCHITECTURE.md, 7).
 *
 *   users    16 bytes: 0 u32 place in the table, 4 u32 option now
 *   moves    32 bytes: 0 i64 weight, 8 f64 gain, 16 u32 rank of the user, 20 u32 option,
 *            24 u32 best move up to here, 28 u32 best of another user up to here
 *
 * A move's loss is price · weight − gain, its distance from the dual optimum. A set of moves that fits what is left gains
 * price · left − Σ losses at most: moves of greater loss than that are left out, which changes no result and leaves few.
 */
import { costQuanta, quanta } from "../../math/fixed";
import { choiceAt, setChoice } from "../choices";
import { ENTRY } from "./order";
import { at, STEP } from "./steps";
import { addCost, addValue, costScale, costShift, valueMagic } from "./sums";
import { isFirst } from "./take";

const USER: usize = 16;
const MOVE: usize = 32;
const ROUNDS: u32 = 64;
const NOBODY: u32 = 0xffffffff;

/** The users of the steps [from, to) of `order` in order of first appearance, with their options now. `seen`: a byte a step, zeroed. */
export function listUsers(
  steps: usize,
  order: usize,
  from: u32,
  to: u32,
  seen: usize,
  origin: usize,
  choices: usize,
  wide: bool,
  users: usize,
): u32 {
  let count: u32 = 0;
  for (let i = from; i < to; i++) {
    let number = load<u32>(order + <usize>i * ENTRY, 8);
    while (!isFirst(steps, number)) number--;
    if (load<u8>(seen + number)) continue;
    store<u8>(seen + number, 1);
    const place = load<u32>(steps + <usize>number * STEP, 32);
    const user = origin ? load<u32>(origin + ((<usize>place) << 2)) : place;
    const entry = users + <usize>count * USER;
    store<u32>(entry, place);
    store<u32>(entry, choiceAt(choices, wide, user), 4);
    count++;
  }
  return count;
}

/**
 * Improves the choices of `userCount` users with `left` quanta; returns what is left. `quantum` is the money of one
 * quantum, `moves` has room for `capacity` moves, −1 says that they did not fit and that nothing was changed since the last swap.
 */
export function swapAll(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  exactlyOne: bool,
  origin: usize,
  users: usize,
  userCount: u32,
  price: f64,
  quantum: f64,
  left: i64,
  moves: usize,
  capacity: u32,
  choices: usize,
  wide: bool,
  sums: usize,
): i64 {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const count = listMoves(
      values,
      costs,
      stride,
      options,
      exactlyOne,
      users,
      userCount,
      price,
      quantum,
      left,
      moves,
      capacity,
      sums,
    );
    if (count > capacity) return -1;
    sortMoves(moves, 0, <i32>count - 1);
    if (!best(moves, count, left)) break;
    left -= apply(values, stride, origin, users, moves + <usize>chosen * MOVE, choices, wide, sums);
    if (partner != NOBODY)
      left -= apply(values, stride, origin, users, moves + <usize>partner * MOVE, choices, wide, sums);
  }
  return left;
}

/** Lists the moves worth a look; more than `capacity` are counted, not written. */
function listMoves(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  exactlyOne: bool,
  users: usize,
  userCount: u32,
  price: f64,
  quantum: f64,
  left: i64,
  moves: usize,
  capacity: u32,
  sums: usize,
): u32 {
  const rate = price * quantum;
  let least: f64 = 0;
  let count: u32 = 0;
  for (let pass = 0; pass < 2; pass++) {
    // Losses may be slightly negative after the fill; the slack covers rounding.
    const limit = rate * <f64>left - least;
    const most = limit + abs(limit) * 1e-9 + 1e-300;
    for (let rank: u32 = 0; rank < userCount; rank++) {
      const place = load<u32>(users + <usize>rank * USER);
      const now = load<u32>(users + <usize>rank * USER, 4);
      const v = values + ((<usize>place) << 2);
      const c = costs + ((<usize>place) << 2);
      const weightNow = weight(c, stride, now, sums);
      const valueNow: f64 = now ? at(v, stride, now) : 0;
      for (let option: u32 = exactlyOne ? 1 : 0; option <= options; option++) {
        if (option == now) continue;
        const value: f64 = option ? at(v, stride, option) : 0;
        if (value == -Infinity) continue;
        const heavier = weight(c, stride, option, sums) - weightNow;
        const gain = value - valueNow;
        const loss = rate * <f64>heavier - gain;
        if (pass == 0) {
          least = min(least, loss);
        } else if (loss <= most) {
          if (count < capacity) {
            const move = moves + <usize>count * MOVE;
            store<i64>(move, heavier);
            store<f64>(move, gain, 8);
            store<u32>(move, rank, 16);
            store<u32>(move, option, 20);
          }
          count++;
        }
      }
    }
  }
  return count;
}

function weight(c: usize, stride: usize, option: u32, sums: usize): i64 {
  return option ? costQuanta(at(c, stride, option), costScale(sums), costShift(sums)) : 0;
}

let chosen: u32 = NOBODY;
let partner: u32 = NOBODY;

/** Finds the best single move or pair of the sorted moves into `chosen` and `partner`. */
function best(moves: usize, count: u32, left: i64): bool {
  let most: f64 = 0;
  chosen = NOBODY;
  partner = NOBODY;
  // Lighter partners of a heavier move: those of weight ≤ left − its weight, a prefix that shrinks as it grows.
  rankPrefixes(moves, count);
  let fits = count;
  for (let i: u32 = 0; i < count; i++) {
    const move = moves + <usize>i * MOVE;
    const room = left - load<i64>(move);
    const gain = load<f64>(move, 8);
    if (room >= 0 && gain > most) {
      most = gain;
      chosen = i;
      partner = NOBODY;
    }
    while (fits > 0 && load<i64>(moves + <usize>(fits - 1) * MOVE) > room) fits--;
    const end = min(fits, i);
    if (end == 0) continue;
    const last = moves + <usize>(end - 1) * MOVE;
    let j = load<u32>(last, 24);
    if (load<u32>(moves + <usize>j * MOVE, 16) == load<u32>(move, 16)) j = load<u32>(last, 28);
    if (j == NOBODY) continue;
    const both = load<f64>(moves + <usize>j * MOVE, 8) + gain;
    if (both > most) {
      most = both;
      chosen = i;
      partner = j;
    }
  }
  return chosen != NOBODY;
}

/** At each move: the best move up to it, and the best up to it of any other user than that one's. */
function rankPrefixes(moves: usize, count: u32): void {
  let first = NOBODY;
  let second = NOBODY;
  for (let i: u32 = 0; i < count; i++) {
    const move = moves + <usize>i * MOVE;
    const gain = load<f64>(move, 8);
    const rank = load<u32>(move, 16);
    if (first == NOBODY || gain > gainOf(moves, first)) {
      if (first != NOBODY && rankOf(moves, first) != rank) second = first;
      first = i;
    } else if (rank != rankOf(moves, first) && (second == NOBODY || gain > gainOf(moves, second))) {
      second = i;
    }
    store<u32>(move, first, 24);
    store<u32>(move, second, 28);
  }
}

function gainOf(moves: usize, i: u32): f64 {
  return load<f64>(moves + <usize>i * MOVE, 8);
}

function rankOf(moves: usize, i: u32): u32 {
  return load<u32>(moves + <usize>i * MOVE, 16);
}

/** Moves a user; returns the weight this takes. */
function apply(
  values: usize,
  stride: usize,
  origin: usize,
  users: usize,
  move: usize,
  choices: usize,
  wide: bool,
  sums: usize,
): i64 {
  const entry = users + <usize>load<u32>(move, 16) * USER;
  const place = load<u32>(entry);
  const now = load<u32>(entry, 4);
  const option = load<u32>(move, 20);
  const v = values + ((<usize>place) << 2);
  const magic = valueMagic(sums);
  const valueNow: i64 = now ? quanta(at(v, stride, now), magic) : 0;
  const valueThen: i64 = option ? quanta(at(v, stride, option), magic) : 0;
  store<u32>(entry, option, 4);
  setChoice(choices, wide, origin ? load<u32>(origin + ((<usize>place) << 2)) : place, option);
  addCost(sums, load<i64>(move));
  addValue(sums, valueThen - valueNow);
  return load<i64>(move);
}

/** Heap-free quicksort by (weight, rank, option). */
function sortMoves(moves: usize, from: i32, to: i32): void {
  while (from < to) {
    let i = from;
    let j = to;
    const middle = moves + <usize>((from + to) >> 1) * MOVE;
    const weight = load<i64>(middle);
    const user = load<u64>(middle, 16);
    while (i <= j) {
      while (isBefore(moves + <usize>i * MOVE, weight, user)) i++;
      while (isAfter(moves + <usize>j * MOVE, weight, user)) j--;
      if (i > j) break;
      exchange(moves + <usize>i * MOVE, moves + <usize>j * MOVE);
      i++;
      j--;
    }
    if (j - from < to - i) {
      sortMoves(moves, from, j);
      from = i;
    } else {
      sortMoves(moves, i, to);
      to = j;
    }
  }
}

/** (rank, option) read as one u64 has the option in its high half: compared by parts. */
function isBefore(move: usize, weight: i64, user: u64): bool {
  const w = load<i64>(move);
  if (w != weight) return w < weight;
  const rank = load<u32>(move, 16);
  if (rank != <u32>user) return rank < <u32>user;
  return load<u32>(move, 20) < <u32>(user >> 32);
}

function isAfter(move: usize, weight: i64, user: u64): bool {
  const w = load<i64>(move);
  if (w != weight) return w > weight;
  const rank = load<u32>(move, 16);
  if (rank != <u32>user) return rank > <u32>user;
  return load<u32>(move, 20) > <u32>(user >> 32);
}

function exchange(a: usize, b: usize): void {
  const low = v128.load(a);
  const high = v128.load(a, 16);
  v128.store(a, v128.load(b));
  v128.store(a, v128.load(b, 16), 16);
  v128.store(b, low);
  v128.store(b, high, 16);
}
