/**
 * A bound of plans over time that are not concave, or zero-or-at-least, by Lagrange's dual in the price of money (Everett 1963;
 * Geoffrion 1974). At prices p the channels part, and a geometric adstock makes of each a chain of its states (Bellman 1957):
 *
 *   V_t(a) = max_x f_t(a′) − p_t x + V_{t+1}(a′),   a′ = d a + g_t x
 *          = (p_t / g_t) d a + max_{a′ ≥ d a + g_t least} W_t(a′),   W_t(a′) = f_t(a′) − (p_t / g_t) a′ + V_{t+1}(a′)
 *
 * so that a period takes one maximum from the right instead of a search over spends. On a grid of states each function is
 * replaced by a piecewise linear one that is nowhere below it: a bound at any price and on any grid, whose error falls with
 * the square of the grid's step. Ceilings of single periods count only in how far a state may come.
 */
import type { Row } from "./rows.js";

/** What works by line and period, as chains take it. By line · horizon + period, or by coordinate (`rates`). */
export interface Chain {
  lines: number;
  periods: number;
  horizon: number;
  /** By line. */
  decay: Float64Array;
  /** State that a unit of money adds. */
  rates: Float64Array;
  /** What history does in each period. */
  base: Float64Array;
  inflections: Float64Array;
  /** Where the chords of the envelopes end. */
  chords: Float64Array;
  evaluate(a: Float64Array): { values: Float64Array; slopes: Float64Array };
}

/** Limits of coordinates, the budget, and what is charged beside the price of money. */
export interface ChainLimits {
  low: Float64Array;
  high: Float64Array;
  presence: Float64Array;
  budget: number;
  rows: readonly Row[];
  rowPrices: Float64Array;
  fee: number;
}

export interface ChainBound {
  bound: number;
  price: number;
  /** Plans of the chains at prices on both sides: that spend at most the budget, and more. */
  plans: Float64Array[];
}

/** Nodes of the grid on which the price is sought, and of the one that proves. */
const COARSE = 192;
const FINE = 1536;
/** Numbers that grids may take. */
const ROOM = 4_000_000;
/** Prices tried on each grid. */
const TRIES = 24;
const LAST_TRIES = 10;
/** Of the sums of a bound: their rounding. */
const ROUNDING = 1e-12;

export interface ChainSearch {
  /** Where the search for the price begins. */
  price: number;
  relaxed: Float64Array;
  /** Called at every price; true ends the search. */
  watch: () => boolean;
  /** Nodes of the grid that proves, at most. */
  most?: number;
}

/** The least bound that prices of money give, near `price`; undefined where a grid would take too much room. */
export function boundByChains(
  chain: Chain,
  limits: ChainLimits,
  { price, relaxed, watch, most = FINE }: ChainSearch,
): ChainBound | undefined {
  const count = chain.lines * chain.horizon;
  const nodes = Math.min(most, Math.floor(ROOM / count));
  if (nodes < Math.min(most, COARSE) || !Number.isFinite(limits.budget)) return undefined;
  const rough = search(new Grid(chain, limits, relaxed, Math.min(nodes, COARSE)), limits, {
    price,
    width: 0.3,
    tries: TRIES,
    watch,
  });
  const [width, tries] = [4e-3, LAST_TRIES];
  return search(new Grid(chain, limits, relaxed, nodes), limits, { price: rough.price, width, tries, watch });
}

interface Tried {
  price: number;
  bound: number;
  spent: number;
  plan: Float64Array;
}

/** The least of h(λ) = λ B + Σ D(λ), convex: doubling brackets, then where the lines at both ends meet (Kelley 1960). */
function search(
  grid: Grid,
  { budget }: ChainLimits,
  { price, width, tries, watch }: { price: number; width: number; tries: number; watch: () => boolean },
): ChainBound {
  let left: Tried | undefined;
  let right: Tried | undefined;
  let best: Tried | undefined;
  let next = Math.max(price, 0);
  for (let turn = 0; turn < tries; turn++) {
    const here = grid.at(next);
    if (!best || here.bound < best.bound) best = here;
    if (here.spent > budget) left = here;
    else right = here;
    if (watch() || (right?.price === 0 && right === here)) break;
    if (left && right) {
      // Lines of slopes B − spent through both ends.
      const [down, up] = [budget - left.spent, budget - right.spent];
      const meet = (right.bound - left.bound + down * left.price - up * right.price) / (down - up);
      if (best.bound - (left.bound + down * (meet - left.price)) <= 1e-9 * Math.abs(best.bound)) break;
      const inside = meet > left.price && meet < right.price;
      next = inside && turn % 4 !== 3 ? meet : 0.5 * (left.price + right.price);
      if (!(next > left.price && next < right.price)) break;
    } else {
      const step = 1 + width * 2 ** turn;
      next = left ? Math.max(next, Number.MIN_VALUE) * step : next < 1e-9 * price ? 0 : next / step;
    }
  }
  const found = best as Tried;
  const plans = [right, left].flatMap((one) => (one ? [one.plan] : []));
  return { bound: found.bound, price: found.price, plans };
}

/** The chains of all lines on a grid of states each. */
class Grid {
  readonly #chain: Chain;
  readonly #limits: ChainLimits;
  readonly #nodes: number;
  /** By line: states, ascending. */
  readonly #states: Float64Array[];
  /** By line · horizon + period, then by node: what no curve is above between nodes. */
  readonly #worths: Float64Array;
  /** Of a line: W by period, and what maxima from the right make of it. */
  readonly #w: Float64Array;
  readonly #best: Float64Array;
  readonly #v: Float64Array;
  readonly #other: Float64Array;
  readonly #charged: Float64Array;

  constructor(chain: Chain, limits: ChainLimits, relaxed: Float64Array, nodes: number) {
    const { lines, horizon } = chain;
    this.#chain = chain;
    this.#limits = limits;
    this.#nodes = nodes;
    this.#states = Array.from({ length: lines }, (_, line) => statesOf(chain, limits, relaxed, line, nodes));
    this.#worths = this.#lifted();
    this.#w = new Float64Array(horizon * nodes);
    this.#best = new Float64Array(nodes);
    this.#v = new Float64Array(nodes);
    this.#other = new Float64Array(nodes);
    this.#charged = chargesOf(limits);
  }

  /** Values at the nodes, raised until the lines between them are nowhere below the curve. */
  #lifted(): Float64Array {
    const { lines, horizon, inflections } = this.#chain;
    const n = this.#nodes;
    const count = lines * horizon;
    const worths = new Float64Array(count * n);
    const point = new Float64Array(count);
    let [before, steep, raised] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < count; i++) {
        point[i] = (this.#states[Math.floor(i / horizon)] as Float64Array)[k] as number;
      }
      const { values, slopes } = this.#chain.evaluate(point);
      const more = new Float64Array(count);
      for (let i = 0; k > 0 && i < count; i++) {
        const from = (this.#states[Math.floor(i / horizon)] as Float64Array)[k - 1] as number;
        const step = (point[i] as number) - from;
        const chord = ((values[i] as number) - (before[i] as number)) / step;
        more[i] = above(step, chord, steep[i] as number, slopes[i] as number, from, inflections[i] as number);
        worths[i * n + k - 1] = (before[i] as number) + Math.max(raised[i] as number, more[i] as number);
      }
      [before, steep, raised] = [values.slice(), slopes.slice(), more];
    }
    for (let i = 0; i < count; i++) worths[i * n + n - 1] = (before[i] as number) + (raised[i] as number);
    return worths;
  }

  /** h at a price, and the plan that the nodes say. */
  at(price: number): Tried {
    const { lines, periods } = this.#chain;
    const { budget, rows, rowPrices, fee } = this.#limits;
    const plan = new Float64Array(lines * periods);
    let bound = price * budget;
    let size = Math.abs(bound);
    rows.forEach(({ kind, limit }, k) => {
      const paid = (rowPrices[k] as number) * (kind === "at least" ? -limit : limit);
      bound += paid;
      size += Math.abs(paid);
    });
    for (let line = 0; line < lines; line++) {
      const own = this.#line(line, price + fee, plan);
      bound += own;
      size += Math.abs(own);
    }
    const spent = plan.reduce((sum, money) => sum + money, 0);
    return { price, bound: bound + ROUNDING * size, spent, plan };
  }

  /** The chain of a line at a price: its best value, and its spends into `plan`. */
  #line(line: number, price: number, plan: Float64Array): number {
    const { periods, horizon, decay, base } = this.#chain;
    const n = this.#nodes;
    const states = this.#states[line] as Float64Array;
    const d = decay[line] as number;
    const w = this.#w;
    let value = 0;
    const start = base[line * horizon] as number;
    for (let t = horizon - 1; t >= 0; t--) {
      const { rate, least, coasts, stays, charge } = this.#period(line, t, price);
      const worths = this.#worths.subarray((line * horizon + t) * n, (line * horizon + t + 1) * n);
      const own = w.subarray(t * n, (t + 1) * n);
      const q = stays ? 0 : charge / rate;
      for (let k = 0; k < n; k++) {
        own[k] = (worths[k] as number) - q * (states[k] as number) + (t < horizon - 1 ? (this.#v[k] as number) : 0);
      }
      // What a fixed spend costs; elsewhere the cost is in W.
      const paid = stays ? charge * least : 0;
      if (!stays) fromRight(own, this.#best);
      const onward = stays ? own : this.#best;
      if (t === 0) {
        const there = readAt(onward, states, start + rate * least);
        value = (coasts ? Math.max(there, readAt(own, states, start)) : there) + q * start - paid;
        break;
      }
      compose(onward, states, d, rate * least, this.#v);
      if (coasts) {
        compose(own, states, d, 0, this.#other);
        for (let k = 0; k < n; k++) this.#v[k] = Math.max(this.#v[k] as number, this.#other[k] as number);
      }
      for (let k = 0; k < n; k++) this.#v[k] = (this.#v[k] as number) + q * d * (states[k] as number) - paid;
    }
    let here = start;
    for (let t = 0; t < periods; t++) {
      const { rate, least, coasts, stays } = this.#period(line, t, price);
      const own = w.subarray(t * n, (t + 1) * n);
      let to = here + rate * least;
      if (!stays) {
        let most = readAt(own, states, to);
        for (let k = after(states, to); k < n; k++) {
          if ((own[k] as number) <= most) continue;
          [most, to] = [own[k] as number, states[k] as number];
        }
        if (coasts && readAt(own, states, here) >= most) to = here;
      }
      plan[line * periods + t] = Math.max(0, to - here) / rate;
      here = d * to;
    }
    return value;
  }

  /** What may be spent in a period: `least` or more, or (`coasts`) nothing, or (`stays`) just `least`. */
  #period(line: number, t: number, price: number) {
    const { periods, rates } = this.#chain;
    if (t >= periods) return { rate: 1, least: 0, coasts: false, stays: true, charge: 0 };
    const i = line * periods + t;
    const { low, high, presence } = this.#limits;
    const [floor, top, present] = [low[i] as number, high[i] as number, presence[i] as number];
    const coasts = present > 0 && floor <= 0;
    const least = Math.max(floor, present);
    const charge = price + (this.#charged[i] as number);
    const rate = rates[i] as number;
    if (top <= floor || (coasts && top < present)) return { rate, least: floor, coasts: false, stays: true, charge };
    return { rate, least, coasts, stays: false, charge };
  }
}

/** How far a curve may lie above its chord between two nodes: the tangents at both ends, or the one on the concave side. */
function above(step: number, chord: number, left: number, right: number, from: number, inflection: number): number {
  if (from + step <= inflection) return 0;
  const [rise, fall] = [left - chord, chord - right];
  if (!(fall > 0)) return 0;
  if (from < inflection || !(left < 1e100)) return fall * step;
  return rise > 0 ? (step * rise * fall) / (rise + fall) : 0;
}

/** States of a line: even where plans are, then ever wider up to the most that all money makes. */
function statesOf(chain: Chain, limits: ChainLimits, relaxed: Float64Array, line: number, nodes: number) {
  const { periods, horizon, decay, rates, base, chords } = chain;
  const { low, high, budget } = limits;
  const d = decay[line] as number;
  const start = base[line * horizon] as number;
  const floors = low.reduce((sum, least) => sum + least, 0);
  const free = Math.max(0, budget - floors);
  let [reach, top, here, usual, strongest] = [start, start, start, start, 0];
  let own = 0;
  for (let t = 0; t < periods; t++) {
    const i = line * periods + t;
    const rate = rates[i] as number;
    strongest = Math.max(strongest, rate);
    own += low[i] as number;
    reach = (t > 0 ? d * reach : reach) + rate * Math.min(high[i] as number, (low[i] as number) + free);
    here = (t > 0 ? d * here : here) + rate * (relaxed[i] as number);
    top = Math.max(top, reach);
    usual = Math.max(usual, here);
  }
  const most = (Math.min(top, start + strongest * (own + free)) || Number.MIN_VALUE) * (1 + 1e-9);
  for (let t = 0; t < horizon; t++) {
    const end = chords[line * horizon + t] as number;
    usual = Math.max(usual, Math.min(end, most));
  }
  const focus = Math.min(most, 1.6 * usual || most);
  const even = focus < most ? Math.floor(0.9 * (nodes - 1)) : nodes - 1;
  const ratio = focus < most ? (most / focus - 1) / (nodes - 1 - even) ** 2 : 0;
  return Float64Array.from({ length: nodes }, (_, k) => {
    if (k <= even) return (focus * k) / even;
    return k === nodes - 1 ? most : focus * (1 + ratio * (k - even) ** 2);
  });
}

/** What rows charge each coordinate beside the price of money. */
function chargesOf({ rows, rowPrices, low }: ChainLimits): Float64Array {
  const charged = new Float64Array(low.length);
  rows.forEach(({ members, signs, kind }, k) => {
    const price = rowPrices[k] as number;
    for (let m = 0; price !== 0 && m < members.length; m++) {
      const i = members[m] as number;
      charged[i] = (charged[i] as number) + price * (signs ? (signs[m] as number) : kind === "at most" ? 1 : -1);
    }
  });
  return charged;
}

/** Maxima from the right: between two nodes convex, so that lines between them are nowhere below. */
function fromRight(w: Float64Array, best: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = w.length - 1; k >= 0; k--) {
    const own = w[k] as number;
    if (own > most) most = own;
    best[k] = most;
  }
}

/** The first node above a state. */
function after(states: Float64Array, state: number): number {
  let [low, high] = [0, states.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((states[middle] as number) > state) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The line through the nodes' values, flat beyond the last. */
export function readAt(y: Float64Array, states: Float64Array, state: number): number {
  return between(y, states, state, after(states, state));
}

function between(y: Float64Array, states: Float64Array, state: number, k: number): number {
  if (k >= y.length) return y[y.length - 1] as number;
  if (k === 0) return y[0] as number;
  const [a, b] = [states[k - 1] as number, states[k] as number];
  const [low, high] = [y[k - 1] as number, y[k] as number];
  return low + ((high - low) * (state - a)) / (b - a);
}

/**
 * out(a) = y(d a + offset) at the nodes, raised until the lines between them are nowhere below: y bends only at nodes, so
 * that those between two images say by how much.
 */
export function compose(y: Float64Array, states: Float64Array, d: number, offset: number, out: Float64Array): void {
  const n = states.length;
  let k = after(states, offset);
  let [from, low, raised] = [offset, between(y, states, offset, k), 0];
  for (let j = 1; j < n; j++) {
    const to = d * (states[j] as number) + offset;
    const first = k;
    while (k < n && (states[k] as number) <= to) k++;
    const high = between(y, states, to, k);
    let more = 0;
    if (k > first) {
      const slope = (high - low) / (to - from);
      for (let m = first; m < k; m++) {
        more = Math.max(more, (y[m] as number) - (low + slope * ((states[m] as number) - from)));
      }
    }
    out[j - 1] = low + Math.max(raised, more);
    [from, low, raised] = [to, high, more];
  }
  out[n - 1] = low + raised;
}
