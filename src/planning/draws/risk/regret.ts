/**
 * The least worst regret, max_j (R_j* − R_j(x)): few draws are ever the worst, so that few need their own best plan R_j* to
 * its last digits and few are climbed. All draws are read at each plan; those that may be its worst are certified until they
 * are or cannot be, join the climbed ones, and these are climbed again. Weights of these alone prove as all weights do.
 */
import type { FoundFlight } from "../../flighting/flighting.js";
import type { Drawn } from "../drawn.js";
import { leastMean } from "./measures.js";

/** Rounds of climbs, each with less smoothing by this much. */
const ROUNDS = 40;
const LESS = 1 / 8;
/** Draws that regret this part of the worst are climbed with it. */
const NEAR = 0.7;
/** What sums of weights and responses may have lost. */
const ROUNDING = 1e-12;

export interface RegretOptions {
  /** Response to which tolerances are relative, and how far responses lie apart. */
  level: number;
  spread: number;
  tolerance: number;
  /** A climb of what the flight is set to, from a plan. */
  solve: (start: Float64Array) => FoundFlight;
  /** Takes a plan whose worst regret is known. */
  consider: (found: FoundFlight, weights: Float64Array, high: Float64Array) => void;
  isLate: () => boolean;
}

export class Regret {
  readonly #drawn: Drawn;
  readonly #options: RegretOptions;
  /** Of each draw: what its best plan brings at most and at least; and whether these are near each other. */
  readonly high: Float64Array;
  readonly #low: Float64Array;
  readonly #known: Uint8Array;
  /** Places of the draws that are climbed. */
  #some: number[] = [];
  /** No plan has a smaller worst regret. */
  bound = 0;
  #worst = Number.POSITIVE_INFINITY;

  constructor(drawn: Drawn, x: Float64Array, options: RegretOptions) {
    const { flight, draws } = drawn;
    this.#drawn = drawn;
    this.#options = options;
    this.#low = flight.each(x).map((response) => Math.max(0, response));
    this.high = Float64Array.from({ length: draws }, (_, place) => above(flight.mostAt(place, x)));
    this.#known = new Uint8Array(draws);
  }

  run(start: FoundFlight): void {
    const { flight } = this.#drawn;
    const { level, tolerance, spread, solve, consider, isLate } = this.#options;
    let [found, weights]: [FoundFlight, Float64Array | undefined] = [start, undefined];
    for (let round = 0, smooth = spread; round < ROUNDS && found.x; round++, smooth *= LESS) {
      const x = found.x;
      const all = this.#spread(weights);
      const more = this.#certify(x);
      consider(found, all, this.high);
      if (isLate()) return;
      if (this.#worst - this.bound <= tolerance * Math.abs(level)) return;
      if (more > 0) {
        flight.only(Uint32Array.from(this.#some));
        // Those that came are new to the climb.
        if (round > 1) smooth = Math.min(spread, smooth / LESS);
      } else if (smooth < 1e-15 * spread) return;
      const own = Float64Array.from(this.#some, (place) => (this.high[place] as number) - level);
      const measure = (responses: Float64Array) =>
        leastMean(
          responses.map((value, k) => value - (own[k] as number)),
          1,
          smooth,
        );
      flight.measure = measure;
      found = solve(x);
      if (!found.x) return;
      flight.measure = undefined;
      weights = measure(flight.eachOfSome(found.x)).weights;
      this.#prove(weights, found.x);
    }
  }

  /** The most that any plan brings with weights of the climbed draws, less what their own plans bring. */
  #prove(weights: Float64Array, x: Float64Array): void {
    const { flight } = this.#drawn;
    flight.shares = weights;
    const { bound: most } = this.#options.solve(x);
    flight.shares = undefined;
    const off = this.#some.reduce((sum, place, k) => sum + (weights[k] as number) * (this.#low[place] as number), 0);
    this.bound = Math.max(this.bound, off - above(most));
  }

  /** Knows the worst regret of a plan from then on; returns how many draws are climbed now that were not. */
  #certify(x: Float64Array): number {
    const responses = this.#drawn.flight.each(x);
    const regret = (place: number) => (this.high[place] as number) - (responses[place] as number);
    const order = Uint32Array.from(responses, (_, place) => place).sort((i, j) => regret(j) - regret(i) || i - j);
    let worst = 0;
    for (const place of order) {
      // Bounds only fall: no later one is above.
      if (this.#options.isLate()) break;
      if (regret(place) <= worst) break;
      if (!this.#known[place]) this.#refine(place, x, (responses[place] as number) + worst);
      worst = Math.max(worst, regret(place));
    }
    this.#worst = worst;
    const chosen = new Set(this.#some);
    const near = order.filter((place) => this.#known[place] && !chosen.has(place) && regret(place) >= NEAR * worst);
    this.#some.push(...near);
    return near.length;
  }

  /** What a draw's own best plan brings: to its last digits, or until it is at most `least`. */
  #refine(place: number, x: Float64Array, least: number): void {
    const { flight, model, rows } = this.#drawn;
    const enough = (_: number, bound: number) => above(bound) <= least || this.#options.isLate();
    const simple = flight.responses.concave && rows.length === 0 && model.presence.every((one) => one === 0);
    let [value, bound] = [0, Number.POSITIVE_INFINITY];
    if (simple) {
      ({ value, bound } = flight.mostOf(place, x, this.#options.tolerance / 2, enough));
    } else {
      flight.single = place;
      ({ value, bound } = this.#options.solve(x));
      flight.single = undefined;
    }
    this.high[place] = Math.min(this.high[place] as number, above(bound));
    this.#low[place] = Math.max(this.#low[place] as number, value);
    this.#known[place] = (this.high[place] as number) <= least ? 0 : 1;
  }

  /** Weights of the climbed draws as weights of all. */
  #spread(weights: Float64Array | undefined): Float64Array {
    const { draws } = this.#drawn;
    if (!weights) return new Float64Array(draws).fill(1 / draws);
    const all = new Float64Array(draws);
    weights.forEach((weight, k) => {
      all[this.#some[k] as number] = weight;
    });
    return all;
  }
}

function above(bound: number): number {
  return bound + ROUNDING * Math.abs(bound);
}
