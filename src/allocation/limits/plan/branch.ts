/**
 * Branch and bound over the options of users (depth first), for small problems. At every node
 *
 *   rows     option o of user u cannot be in a plan when  q_ok − min_u q_k > L_k − Σ_u min_u q_k  for a row k
 *   prices   B(π) = π·L + Σ_u φ_u,  φ_u = max_o (α v_o − π·q_o): no plan of this node is worth more, none with option o more
 *            than B − (φ_u − score_o); a few subgradient steps (Polyak 1969) make B less
 *
 * and what cannot be in a better plan than the best is left out, until nothing is left, or one option of every user is.
 * While there is no plan yet, α = 0: B < 0 then proves that there is none here (Farkas).
 *
 * Rows are whole quanta and exact. Prices are f64, and prune only beyond what their rounding may be.
 */
import type { Core } from "./core.js";
import type { Effort } from "./tabu.js";

export interface Branched {
  /** Options of the best plan, where a better one than the start was found. */
  choice: Uint32Array | undefined;
  /** Whether everything was looked at. */
  complete: boolean;
  /** When complete: no plan of the caller's numbers is worth more (as far as values are not narrowed); −Infinity: there is none. */
  bound: number;
}

const ROOT_STEPS = 60;
const NODE_STEPS = 5;
/** Of operations on a score, generously. */
const ROUNDING = 2 ** -46;
/** Better plans than the best by less are not looked for. */
const NOTHING = 2 ** -40;
const REPORT = 512;
/** Of α = 0 the least that is hoped for, in sizes of rows: B is 0 at prices 0. */
const FIRST_GAP = 0.05;

export function branch(core: Core, start: Uint32Array | undefined, effort: Effort): Branched {
  const tree = new Tree(core, start, effort);
  const complete = tree.run();
  return { choice: tree.best, complete, bound: complete ? tree.provenBound() : Number.POSITIVE_INFINITY };
}

class Tree {
  best: Uint32Array | undefined;
  readonly #core: Core;
  readonly #effort: Effort;
  readonly #rows: number;
  /** Quanta, option by option and row by row; in units of the rows' sizes. */
  readonly #quanta: Float64Array;
  readonly #scaled: Float64Array;
  readonly #size: Float64Array;
  /** What there is of each row with everyone at nothing, as counted, and with what counting may be too strict by. */
  readonly #limits: Float64Array;
  readonly #scaledLimits: Float64Array;
  readonly #valueSize: number;
  /** Values are whole multiples of this; 0 where they are not. */
  readonly #grain: number;
  #value = Number.NEGATIVE_INFINITY;
  /** Value of the best plan that holds in the caller's numbers but perhaps not as counted. */
  #ghost = Number.NEGATIVE_INFINITY;
  #work = 0;
  #nodes = 0;
  readonly #slope: Float64Array;
  readonly #spare: Float64Array;
  readonly #scores: Float64Array;
  readonly #top: Float64Array;
  readonly #argmax: Uint32Array;

  constructor(core: Core, start: Uint32Array | undefined, effort: Effort) {
    const { rows, options, users } = core;
    this.#core = core;
    this.#effort = effort;
    this.#rows = rows;
    this.#quanta = new Float64Array(options * rows);
    for (let o = 0; o < options; o++) {
      for (let e = core.start[o] as number; e < (core.start[o + 1] as number); e++) {
        this.#quanta[o * rows + (core.rowOf[e] as number)] = core.quanta[e] as number;
      }
    }
    this.#limits = core.left.slice();
    for (const o of core.choice) for (let k = 0; k < rows; k++) add(this.#limits, k, this.#at(o, k));
    for (let k = 0; k < rows; k++) add(this.#limits, k, core.slop[k] as number);
    this.#size = this.#sizes();
    this.#scaled = this.#quanta.map((q, at) => q / (this.#size[at % rows] as number));
    this.#scaledLimits = this.#limits.map((limit, k) => limit / (this.#size[k] as number));
    this.#valueSize = valueSize(core);
    const grain = grainOf(core);
    this.#grain = grain > 2 ** -26 * this.#valueSize ? grain : 0;
    if (start) {
      this.best = start.slice();
      this.#value = sumOf(core, start);
    }
    this.#slope = new Float64Array(rows);
    this.#spare = new Float64Array(rows);
    this.#scores = new Float64Array(options);
    this.#top = new Float64Array(users);
    this.#argmax = new Uint32Array(users);
  }

  run(): boolean {
    const alive = new Uint8Array(this.#core.options).fill(1);
    const pi = this.#core.prices.map((p, k) => p * (this.#size[k] as number));
    return this.#node(alive, pi, new Float64Array(this.#rows), ROOT_STEPS);
  }

  /** What a complete search proves. */
  provenBound(): number {
    const most = Math.max(this.#value, this.#ghost);
    return this.#grain > 0 ? most : most + 2 * NOTHING * this.#valueSize;
  }

  #at(o: number, k: number): number {
    return this.#quanta[o * this.#rows + k] as number;
  }

  /** Of each row its limit and the most that everyone can use: what rounding is held against. */
  #sizes(): Float64Array {
    const { first, users } = this.#core;
    const sizes = this.#limits.map(Math.abs);
    for (let u = 0; u < users; u++) {
      for (let k = 0; k < this.#rows; k++) {
        let most = 0;
        for (let o = first[u] as number; o < (first[u + 1] as number); o++)
          most = Math.max(most, Math.abs(this.#at(o, k)));
        add(sizes, k, most);
      }
    }
    return sizes.map((size) => size || 1);
  }

  /** Searches below a node; false when the work ran out. */
  #node(alive: Uint8Array, pi: Float64Array, none: Float64Array, steps: number): boolean {
    if (this.#work > this.#effort.work) return false;
    if (++this.#nodes % REPORT === 0) this.#effort.report(Math.min(this.#work, this.#effort.work), this.#effort.work);
    if (!this.#settle(alive, pi, none, steps)) return true;
    const user = this.#branchUser(alive);
    if (user < 0) {
      this.#leaf(alive);
      return true;
    }
    const { first } = this.#core;
    const [from, to] = [first[user] as number, first[user + 1] as number];
    const options: number[] = [];
    for (let o = from; o < to; o++) if (alive[o]) options.push(o);
    const scores = this.#scores.slice(from, to);
    options.sort((a, b) => (scores[b - from] as number) - (scores[a - from] as number) || a - b);
    for (const o of options) {
      const child = alive.slice();
      child.fill(0, from, to);
      child[o] = 1;
      if (!this.#node(child, pi.slice(), none.slice(), NODE_STEPS)) return false;
    }
    return true;
  }

  /** Leaves out what cannot be; false when nothing can. */
  #settle(alive: Uint8Array, pi: Float64Array, none: Float64Array, steps: number): boolean {
    if (!this.#settleRows(alive)) return false;
    const isFirst = this.#value === Number.NEGATIVE_INFINITY;
    if (isFirst && this.#byPrices(alive, none, 0, steps) < 0) return false;
    const left = this.#byPrices(alive, pi, 1, steps);
    return left >= 0 && this.#settleRows(alive);
  }

  #settleRows(alive: Uint8Array): boolean {
    for (;;) {
      const left = this.#byRows(alive);
      if (left <= 0) return left === 0;
    }
  }

  /** Options that no plan within a row can have; −1 when a row cannot be held, else how many were left out. */
  #byRows(alive: Uint8Array): number {
    const { users, first } = this.#core;
    const rows = this.#rows;
    const quanta = this.#quanta;
    const room = this.#spare;
    room.set(this.#limits);
    for (let u = 0; u < users; u++) {
      for (let k = 0; k < rows; k++) {
        let least = Number.POSITIVE_INFINITY;
        for (let o = first[u] as number, end = first[u + 1] as number; o < end; o++) {
          if (alive[o]) least = Math.min(least, quanta[o * rows + k] as number);
        }
        add(room, k, -least);
      }
    }
    this.#work += this.#core.options * rows;
    for (let k = 0; k < rows; k++) if ((room[k] as number) < 0) return -1;
    let out = 0;
    for (let u = 0; u < users; u++) {
      for (let k = 0; k < rows; k++) {
        const [from, end] = [first[u] as number, first[u + 1] as number];
        let least = Number.POSITIVE_INFINITY;
        for (let o = from; o < end; o++) if (alive[o]) least = Math.min(least, quanta[o * rows + k] as number);
        const most = least + (room[k] as number);
        for (let o = from; o < end; o++) {
          if (alive[o] && (quanta[o * rows + k] as number) > most) {
            alive[o] = 0;
            out++;
          }
        }
      }
    }
    return out;
  }

  /** Options that no better plan can have, at better and better prices; −1 when there is no better plan. */
  #byPrices(alive: Uint8Array, pi: Float64Array, alpha: 0 | 1, steps: number): number {
    let best = Number.POSITIVE_INFINITY;
    let out = 0;
    let length = 1;
    const at = pi.slice();
    for (let step = 0; step < steps; step++) {
      const bound = this.#bound(alive, at, alpha);
      const target = alpha ? this.#value : 0;
      const room = bound + this.#rounding(at, alpha) - this.#beyond(alpha);
      if (room < 0) return -1;
      out += this.#leaveOut(alive, room);
      if (alpha) this.#tryArgmax();
      if (bound < best - 1e-9 * Math.abs(best)) {
        best = bound;
        pi.set(at);
      } else length *= 0.6;
      let norm = 0;
      for (let k = 0; k < this.#rows; k++) {
        const g = this.#slope[k] as number;
        if ((at[k] as number) > 0 || g < 0) norm += g * g;
      }
      const gap = alpha === 0 ? bound + FIRST_GAP : Number.isFinite(target) ? bound - target : 0.02 * Math.abs(bound);
      if (!(norm > 0) || !(gap > 0)) break;
      const by = (length * gap) / norm;
      for (let k = 0; k < this.#rows; k++) at[k] = Math.max(0, (at[k] as number) - by * (this.#slope[k] as number));
    }
    // The scores that order the children are those of the best prices.
    if (alpha) this.#bound(alive, pi, alpha);
    return out;
  }

  /** B at some prices; its slope is what the best options leave of the rows. */
  #bound(alive: Uint8Array, pi: Float64Array, alpha: 0 | 1): number {
    const { users, first, values } = this.#core;
    const rows = this.#rows;
    const scaled = this.#scaled;
    this.#slope.set(this.#scaledLimits);
    let bound = 0;
    for (let k = 0; k < rows; k++) bound += (pi[k] as number) * (this.#scaledLimits[k] as number);
    for (let u = 0; u < users; u++) {
      let top = Number.NEGATIVE_INFINITY;
      let at = 0;
      for (let o = first[u] as number, end = first[u + 1] as number; o < end; o++) {
        if (!alive[o]) continue;
        let score = alpha * (values[o] as number);
        for (let k = 0, e = o * rows; k < rows; k++, e++) score -= (pi[k] as number) * (scaled[e] as number);
        this.#scores[o] = score;
        if (score > top) {
          top = score;
          at = o;
        }
      }
      this.#top[u] = top;
      this.#argmax[u] = at;
      bound += top;
      for (let k = 0; k < rows; k++) add(this.#slope, k, -(scaled[at * rows + k] as number));
    }
    this.#work += this.#core.options * rows;
    return bound;
  }

  /** What rounding may have taken from B. */
  #rounding(pi: Float64Array, alpha: 0 | 1): number {
    let size = alpha * this.#valueSize;
    for (let k = 0; k < this.#rows; k++) size += 2 * (pi[k] as number);
    return ROUNDING * size;
  }

  /** What a plan must be worth to be looked for; of α = 0 every plan is. */
  #beyond(alpha: 0 | 1): number {
    if (!alpha) return 0;
    return this.#value + (this.#grain > 0 ? this.#grain * (1 - 2 ** -10) : NOTHING * this.#valueSize);
  }

  #leaveOut(alive: Uint8Array, room: number): number {
    const { users, first } = this.#core;
    let out = 0;
    for (let u = 0; u < users; u++) {
      const least = (this.#top[u] as number) - room;
      for (let o = first[u] as number, end = first[u + 1] as number; o < end; o++) {
        if (!alive[o] || (this.#scores[o] as number) >= least) continue;
        alive[o] = 0;
        out++;
      }
    }
    return out;
  }

  /** The best options at some prices may be a plan. */
  #tryArgmax(): void {
    for (let k = 0; k < this.#rows; k++) if ((this.#slope[k] as number) < 0) return;
    this.#take(this.#argmax);
  }

  #leaf(alive: Uint8Array): void {
    this.#take(Uint32Array.from(this.#argmax, (_, u) => alive.indexOf(1, this.#core.first[u])));
  }

  /** A plan, if it holds as counted; in the caller's numbers it may hold all the same. */
  #take(choice: Uint32Array): void {
    const left = this.#limits.slice();
    for (const o of choice) for (let k = 0; k < this.#rows; k++) add(left, k, -this.#at(o, k));
    const value = sumOf(this.#core, choice);
    if (left.some((l) => l < 0)) return;
    if (left.some((l, k) => l < (this.#core.slop[k] as number))) {
      this.#ghost = Math.max(this.#ghost, value);
      return;
    }
    if (!(value > this.#value)) return;
    this.#value = value;
    this.best = choice.slice();
  }

  /** The user of fewest options left, at least two; of equals the one whose second best loses most. */
  #branchUser(alive: Uint8Array): number {
    const { users, first } = this.#core;
    let found = -1;
    let fewest = Number.POSITIVE_INFINITY;
    let widest = -1;
    for (let u = 0; u < users; u++) {
      let count = 0;
      let second = Number.NEGATIVE_INFINITY;
      for (let o = first[u] as number, end = first[u + 1] as number; o < end; o++) {
        if (!alive[o]) continue;
        count++;
        if (o !== this.#argmax[u]) second = Math.max(second, this.#scores[o] as number);
      }
      const width = (this.#top[u] as number) - second;
      if (count < 2 || count > fewest || (count === fewest && width <= widest)) continue;
      found = u;
      fewest = count;
      widest = width;
    }
    return found;
  }
}

function add(to: Float64Array, k: number, by: number): void {
  to[k] = (to[k] as number) + by;
}

export function sumOf({ values }: Core, choice: Uint32Array): number {
  let sum = 0;
  for (const o of choice) sum += values[o] as number;
  return sum;
}

/** Σ of the users' largest |value|. */
export function valueSize({ values, users, first }: Core): number {
  let size = 0;
  for (let u = 0; u < users; u++) {
    let most = 0;
    for (let o = first[u] as number; o < (first[u + 1] as number); o++)
      most = Math.max(most, Math.abs(values[o] as number));
    size += most;
  }
  return size || 1;
}

/** A power of two that all values are whole multiples of; 0 where there is none of use. */
function grainOf({ values }: Core): number {
  for (let grain = 2 ** 10; grain >= 2 ** -20; grain /= 2) {
    if (values.every((v) => Number.isInteger(v / grain))) return grain;
  }
  return 0;
}
