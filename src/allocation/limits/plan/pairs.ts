/**
 * Switches of two users at once, where no single one is left: what one takes of a row the other gives back.
 *
 * With what is left of the rows worth Σ p · left at the prices, two switches that hold all rows gain at most that less their
 * two losses of score: pairs beyond need not be looked at.
 */
import { repairAll, sorted } from "./repair.js";
import type { State } from "./state.js";

const ROUNDS = 100;
/** Switches that pairs are made of in a round, those of the smallest losses. */
const MOST_SWITCHES = 1_000;

interface Pair {
  a: number;
  b: number;
  worth: number;
}

/** Raises the value by pairs of switches until none is found, or so many pairs were looked at. */
export function pairAll(state: State, most: number): void {
  const budget = { pairs: most };
  for (let round = 0; round < ROUNDS && budget.pairs > 0; round++) {
    const best = bestPair(state, budget);
    if (!best) break;
    state.move(best.a);
    state.move(best.b);
  }
}

/** Mends by pairs what single switches cannot: a row that must be met to the cent from both sides. Whether every row holds. */
export function mendAll(state: State): boolean {
  for (let round = 0; round < ROUNDS; round++) {
    if (state.holds) return true;
    const pair = mendingPair(state);
    if (!pair) return false;
    state.move(pair.a);
    state.move(pair.b);
    repairAll(state);
  }
  return state.holds;
}

/** The pair that removes most of what is broken; where one removes all of it, of those of the first switch that has one. */
function mendingPair(state: State): Pair | undefined {
  const { core, left, weights } = state;
  const { order } = sorted(state, (o) => state.loss(o));
  const switches = order.subarray(0, MOST_SWITCHES);
  const changes = new Changes(state, switches);
  const after = left.slice();
  const broken = state.broken();
  // Less is rounding.
  let best: Pair = { a: -1, b: -1, worth: 1e-9 * broken };
  for (let a = 0; a < switches.length; a++) {
    changes.take(a, after);
    let brokenNow = 0;
    for (let k = 0; k < after.length; k++) brokenNow -= (weights[k] as number) * Math.min(0, after[k] as number);
    for (let b = a + 1; b < switches.length; b++) {
      if (core.userOf[switches[a] as number] === core.userOf[switches[b] as number]) continue;
      const worth = broken - brokenNow + changes.relief(b, after, weights);
      if (worth > best.worth) best = { a: switches[a] as number, b: switches[b] as number, worth };
    }
    changes.give(a, after);
    if (best.worth >= broken * (1 - 1e-9)) break;
  }
  return best.a < 0 ? undefined : best;
}

function bestPair(state: State, budget: { pairs: number }): Pair | undefined {
  const { core, left } = state;
  let room = 0;
  left.forEach((l, k) => {
    room += (core.prices[k] as number) * Math.max(0, l);
  });
  const { order, keys } = sorted(state, (o) => state.loss(o));
  if (order.length < 2) return undefined;
  const least = keys[order[0] as number] as number;
  let count = order.length;
  // With a margin: scores and prices are rounded.
  const most = room + 1e-9 * (Math.abs(room) + Math.abs(least));
  while (count > 0 && (keys[order[count - 1] as number] as number) + least > most) count--;
  count = Math.min(count, MOST_SWITCHES);
  const changes = new Changes(state, order.subarray(0, count));
  const after = left.slice();
  let best: Pair | undefined;
  for (let a = 0; a < count && budget.pairs > 0; a++) {
    const first = order[a] as number;
    const breaks = changes.take(a, after);
    for (let b = a + 1; b < count; b++) {
      const second = order[b] as number;
      if ((keys[first] as number) + (keys[second] as number) > most || budget.pairs-- <= 0) break;
      if (core.userOf[first] === core.userOf[second]) continue;
      const worth = state.gain(first) + state.gain(second);
      if (worth > (best?.worth ?? 0) && changes.fits(b, after, breaks)) best = { a: first, b: second, worth };
    }
    changes.give(a, after);
  }
  return best && best.worth > 1e-12 * Math.abs(state.value) ? best : undefined;
}

/** What some switches take of each row, one behind the other. */
class Changes {
  readonly #start: Uint32Array;
  readonly #rows: number[] = [];
  readonly #takes: number[] = [];

  constructor(state: State, order: Uint32Array) {
    this.#start = new Uint32Array(order.length + 1);
    order.forEach((o, n) => {
      state.change(o);
      for (let t = 0; t < state.touched; t++) {
        if (state.takes[t] === 0) continue;
        this.#rows.push(state.rowsOf[t] as number);
        this.#takes.push(state.takes[t] as number);
      }
      this.#start[n + 1] = this.#rows.length;
    });
  }

  /** Takes what switch n takes; returns how many rows it breaks. */
  take(n: number, left: Float64Array): number {
    let breaks = 0;
    for (let t = this.#start[n] as number; t < (this.#start[n + 1] as number); t++) {
      const k = this.#rows[t] as number;
      left[k] = (left[k] as number) - (this.#takes[t] as number);
      if ((left[k] as number) < 0) breaks++;
    }
    return breaks;
  }

  give(n: number, left: Float64Array): void {
    for (let t = this.#start[n] as number; t < (this.#start[n + 1] as number); t++) {
      const k = this.#rows[t] as number;
      left[k] = (left[k] as number) + (this.#takes[t] as number);
    }
  }

  /** By how much less the rows are broken after switch n too, in weights. */
  relief(n: number, left: Float64Array, weights: Float64Array): number {
    let relief = 0;
    for (let t = this.#start[n] as number; t < (this.#start[n + 1] as number); t++) {
      const k = this.#rows[t] as number;
      const before = left[k] as number;
      const after = before - (this.#takes[t] as number);
      if (before < 0 || after < 0) relief += (weights[k] as number) * (Math.min(0, after) - Math.min(0, before));
    }
    return relief;
  }

  /** Whether every row holds after switch n too, of which `breaks` are broken before it. */
  fits(n: number, left: Float64Array, breaks: number): boolean {
    let mended = 0;
    for (let t = this.#start[n] as number; t < (this.#start[n + 1] as number); t++) {
      const before = left[this.#rows[t] as number] as number;
      if (before < (this.#takes[t] as number)) return false;
      if (before < 0) mended++;
    }
    return mended === breaks;
  }
}
