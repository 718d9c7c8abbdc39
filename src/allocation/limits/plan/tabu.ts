/**
 * Tabu search (Glover 1989) over single switches with weights of broken rows that adapt (strategic oscillation): goes on where
 * greedy repair is stuck, and past the first plan that holds. Rows that stay broken weigh more with time, rows that hold less,
 * so that the search crosses the border of the feasible plans over and over.
 *
 * Work is counted in entries looked at, not in seconds, and randomness comes from a fixed seed: the same bytes everywhere.
 */
import { State } from "./state.js";

export interface Effort {
  /** Entries of options to look at, all together. */
  work: number;
  /** Called now and then; throws to stop. */
  report: (done: number, total: number) => void;
}

/** Steps between two looks at the weights, and what they do to them. */
const LOOK = 6;
const HEAVIER = 1.4;
const LIGHTER = 0.85;
/** Steps without a better plan before the search starts again near the best, and the share of users moved for it. */
const PATIENCE = 400;
const SHAKEN = 0.15;
/** Steps that an option is not taken again: this and up to as many more. */
const TENURE = 4;
const REPORT = 256;

/** The best plan found: state is there after it. Whether it holds every row. */
export function tabuSearch(state: State, { work, report }: Effort): boolean {
  const { core } = state;
  const search = new State(core, state.weights.slice());
  search.goTo(state.choice);
  const least = state.weights.map((w) => w * 1e-3);
  const until = new Int32Array(core.options);
  const best = new Best(state);
  const random = new Counter(core.options);
  const brokenFor = new Int32Array(core.rows);
  const each = core.quanta.length + core.options * 4 + core.users * core.rows;
  const steps = Math.floor(work / each);
  for (let step = 1, stale = 0; step <= steps; step++) {
    const o = bestMove(search, until, step, best, random);
    if (o < 0) break;
    until[search.now(o)] = step + TENURE + random.below(TENURE + (core.users >> 3));
    search.move(o);
    search.left.forEach((left, k) => {
      brokenFor[k] = (brokenFor[k] as number) + (left < 0 ? 1 : 0);
    });
    if (step % LOOK === 0) adapt(search, least, brokenFor);
    stale = best.take(search) ? 0 : stale + 1;
    if (stale >= PATIENCE) {
      search.goTo(best.choice);
      shake(search, random);
      stale = 0;
    }
    if (step % REPORT === 0) report(step, steps);
  }
  state.goTo(best.choice);
  return best.holds;
}

/** The switch of the most gain and relief that is not tabu, or leads to a plan better than the best. */
function bestMove(search: State, until: Int32Array, step: number, best: Best, random: Counter): number {
  const { core, choice } = search;
  let found = -1;
  let most = Number.NEGATIVE_INFINITY;
  const broken = search.broken();
  for (let u = 0; u < core.users; u++) {
    for (let o = core.first[u] as number; o < (core.first[u + 1] as number); o++) {
      if (choice[u] === o) continue;
      search.change(o);
      const relief = search.relief();
      const gain = search.gain(o);
      const merit = gain + relief;
      if (merit < most || (merit === most && random.below(2) === 0)) continue;
      if ((until[o] as number) > step) {
        const holds = broken === 0 ? relief === 0 : broken - relief <= 1e-12 * broken;
        if (!(holds && search.value + gain > best.value)) continue;
      }
      most = merit;
      found = o;
    }
  }
  return found;
}

function adapt(search: State, least: Float64Array, brokenFor: Int32Array): void {
  const { weights } = search;
  brokenFor.forEach((times, k) => {
    const w = weights[k] as number;
    if (times === LOOK) weights[k] = w * HEAVIER;
    else if (times === 0) weights[k] = Math.max(least[k] as number, w * LIGHTER);
    brokenFor[k] = 0;
  });
}

function shake(search: State, random: Counter): void {
  const { core } = search;
  const times = 1 + Math.floor(SHAKEN * core.users);
  for (let n = 0; n < times; n++) {
    const u = random.below(core.users);
    const first = core.first[u] as number;
    search.move(first + random.below((core.first[u + 1] as number) - first));
  }
}

/** The best plan so far: of those that hold the most valuable, else the least broken. */
class Best {
  choice: Uint32Array;
  holds: boolean;
  value: number;
  #broken: number;
  readonly #weights: Float64Array;

  constructor(state: State) {
    this.choice = state.choice.slice();
    this.holds = state.holds;
    this.value = this.holds ? state.value : Number.NEGATIVE_INFINITY;
    this.#broken = state.broken();
    this.#weights = state.weights;
  }

  take(search: State): boolean {
    if (!search.holds) {
      if (this.holds) return false;
      let broken = 0;
      for (let k = 0; k < search.left.length; k++) {
        broken -= (this.#weights[k] as number) * Math.min(0, search.left[k] as number);
      }
      if (broken >= this.#broken) return false;
      this.#broken = broken;
    } else {
      if (this.holds && !(search.value > this.value + 1e-12 * Math.abs(this.value))) return false;
      this.holds = true;
      this.value = search.value;
    }
    this.choice = search.choice.slice();
    return true;
  }
}

/** SplitMix32 of a counter. */
class Counter {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(n: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return Math.floor((((z ^ (z >>> 15)) >>> 0) / 4_294_967_296) * n);
  }
}
