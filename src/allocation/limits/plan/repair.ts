/**
 * From the choices at the dual's prices to choices that hold every row, and back up in value.
 *
 *   repair   while a row is broken, the switch of the smallest loss of score per weighted breach removed
 *   fill     switches that raise the value and break no row, the smallest loss of score first
 *
 * Both go through the switches in order of what they cost now, each looked at again when its turn comes, until a round finds
 * none: the order of a round is a sort, not a search for every single switch.
 */
import { bitLength } from "../../counting.js";
import type { State } from "./state.js";

/** A switch that became so much dearer during a round waits for the next. */
const DEARER = 1.25;
const ROUNDS = 200;

/** Whether every row holds in the end. */
export function repairAll(state: State): boolean {
  for (let round = 0; round < ROUNDS; round++) {
    if (state.holds) return true;
    if (!repairOnce(state)) return false;
  }
  return state.holds;
}

function repairOnce(state: State): boolean {
  const ratio = (o: number) => {
    state.change(o);
    const relief = state.relief();
    return relief > 0 ? state.loss(o) / relief : Number.POSITIVE_INFINITY;
  };
  const { order, keys } = sorted(state, ratio);
  let moved = false;
  for (const o of order) {
    if (state.now(o) === o) continue;
    const before = keys[o] as number;
    const now = ratio(o);
    if (now === Number.POSITIVE_INFINITY || now > before + (DEARER - 1) * Math.abs(before)) continue;
    state.move(o);
    moved = true;
    if (state.holds) break;
  }
  return moved;
}

/** Raises the value as far as single switches can without breaking a row. */
export function fillAll(state: State): void {
  for (let round = 0; round < ROUNDS; round++) {
    const rank = (o: number) => {
      if (!(state.gain(o) > 0)) return Number.POSITIVE_INFINITY;
      state.change(o);
      return state.fits() ? state.loss(o) : Number.POSITIVE_INFINITY;
    };
    const { order } = sorted(state, rank);
    let moved = false;
    for (const o of order) {
      if (rank(o) === Number.POSITIVE_INFINITY) continue;
      state.move(o);
      moved = true;
    }
    if (!moved) return;
  }
}

/**
 * Options other than their users' own by a key, the smallest first, then by number; those of key infinity are left out.
 *
 * The number of the option takes the place of the last bits of its key, so that numbers are sorted and not things: a millisecond
 * for 10,000 options instead of ten with a comparator. 32 bits and more of the key are left.
 */
export function sorted(state: State, keyOf: (o: number) => number): { order: Uint32Array; keys: Float64Array } {
  const { options } = state.core;
  const keys = new Float64Array(options);
  const packed = new Float64Array(options);
  const words = new Uint32Array(packed.buffer);
  const mask = 2 ** bitLength(options) - 1;
  let count = 0;
  for (let o = 0; o < options; o++) {
    // Not −0, which would sort as a negative number.
    const key = state.now(o) === o ? Number.POSITIVE_INFINITY : keyOf(o) + 0;
    keys[o] = key;
    if (key === Number.POSITIVE_INFINITY) continue;
    packed[count] = key;
    words[2 * count] = ((words[2 * count] as number) & ~mask) | (key < 0 ? mask - o : o);
    count++;
  }
  packed.subarray(0, count).sort();
  const order = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    const o = (words[2 * n] as number) & mask;
    order[n] = (packed[n] as number) < 0 ? mask - o : o;
  }
  return { order, keys };
}
