/**
 * The canonical order of hull steps, only as far as it is needed: where the budget breaks, and what follows.
 *
 *   order    16 bytes an entry: 0 f64 efficiency, 8 u32 number of the step in `steps`
 *   before   efficiency descending; key ascending; place ascending; step ascending (ARCHITECTURE.md, 4)
 *
 * Quickselect (Hoare's FIND) by weight finds the break in linear time; only what lies around it is ever sorted.
 */
import { STEP } from "./steps";

/** Bytes of an entry of `order`. */
export const ENTRY: usize = 16;
/** Below this many entries insertion sort is used. */
const SMALL: u32 = 16;

/** Fills `order` with the steps as they stand. */
export function list(steps: usize, count: u32, order: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const entry = order + <usize>i * ENTRY;
    store<f64>(entry, load<f64>(steps + <usize>i * STEP));
    store<u32>(entry, i, 8);
  }
}

/**
 * Moves the steps that fit `budget` whole, in order, to the front, the break behind them, and returns how many there are;
 * `count` when all fit. `budget` is in quanta and not negative.
 */
export function findBreak(steps: usize, order: usize, count: u32, budget: i64): u32 {
  let from: u32 = 0;
  let to = count;
  let left = budget;
  while (to - from > SMALL) {
    const pivot = partition(steps, order, from, to);
    let weight: i64 = 0;
    for (let i = from; i < pivot; i++) weight += weightOf(steps, order, i);
    if (weight > left) {
      to = pivot;
      continue;
    }
    left -= weight;
    const own = weightOf(steps, order, pivot);
    if (own > left) return pivot;
    left -= own;
    from = pivot + 1;
  }
  insertionSort(steps, order, from, to);
  for (; from < to; from++) {
    const own = weightOf(steps, order, from);
    if (own > left) return from;
    left -= own;
  }
  return to;
}

/** Puts the first `want` steps of [from, count) in order. */
export function sortFirst(steps: usize, order: usize, from: u32, count: u32, want: u32): void {
  const end = min(from + want, count);
  let low = from;
  let high = count;
  while (high - low > SMALL && end > low && end < high) {
    const pivot = partition(steps, order, low, high);
    if (pivot >= end) high = pivot;
    else low = pivot + 1;
  }
  if (end > low && high - low <= SMALL) insertionSort(steps, order, low, high);
  sort(steps, order, from, end);
}

function sort(steps: usize, order: usize, from: u32, to: u32): void {
  while (to - from > SMALL) {
    const pivot = partition(steps, order, from, to);
    // The smaller side by recursion: the stack stays logarithmic.
    if (pivot - from < to - pivot) {
      sort(steps, order, from, pivot);
      from = pivot + 1;
    } else {
      sort(steps, order, pivot + 1, to);
      to = pivot;
    }
  }
  insertionSort(steps, order, from, to);
}

/** Parts [from, to) around a median of three; returns where the pivot came to lie. */
function partition(steps: usize, order: usize, from: u32, to: u32): u32 {
  const last = to - 1;
  const middle = from + ((to - from) >> 1);
  if (before(steps, order, middle, from)) swap(order, middle, from);
  if (before(steps, order, last, from)) swap(order, last, from);
  if (before(steps, order, last, middle)) swap(order, last, middle);
  swap(order, middle, last - 1);
  const pivot = last - 1;
  let i = from;
  let j = pivot;
  while (true) {
    do i++;
    while (before(steps, order, i, pivot));
    do j--;
    while (before(steps, order, pivot, j));
    if (i >= j) break;
    swap(order, i, j);
  }
  swap(order, i, pivot);
  return i;
}

function insertionSort(steps: usize, order: usize, from: u32, to: u32): void {
  for (let i = from + 1; i < to; i++) {
    for (let j = i; j > from && before(steps, order, j, j - 1); j--) swap(order, j, j - 1);
  }
}

function before(steps: usize, order: usize, i: u32, j: u32): bool {
  const a = order + <usize>i * ENTRY;
  const b = order + <usize>j * ENTRY;
  const ea = load<f64>(a);
  const eb = load<f64>(b);
  if (ea != eb) return ea > eb;
  const s = steps + <usize>load<u32>(a, 8) * STEP;
  const t = steps + <usize>load<u32>(b, 8) * STEP;
  const ks = load<u64>(s, 8);
  const kt = load<u64>(t, 8);
  if (ks != kt) return ks < kt;
  // Steps are written place by place, step by step.
  return s < t;
}

function swap(order: usize, i: u32, j: u32): void {
  const a = order + <usize>i * ENTRY;
  const b = order + <usize>j * ENTRY;
  const t = v128.load(a);
  v128.store(a, v128.load(b));
  v128.store(b, t);
}

function weightOf(steps: usize, order: usize, i: u32): i64 {
  return load<i64>(steps + <usize>load<u32>(order + <usize>i * ENTRY, 8) * STEP, 16);
}
