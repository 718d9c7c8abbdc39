/**
 * Expected response over posterior draws: the mean over draws of the response of every line in every period, which is a sum
 * of curves as a plan over time is, and concave where every draw's curve is. The mean of the curves is not the curve of the
 * mean parameters (media-mix.md 5.6).
 *
 * A climb on all draws is not needed. With a sample S of them, G(x) = mean over S + cᵀx, c = ∇(mean over all) − ∇(mean over
 * S) at the last plan, has there the slopes of the whole, and nearly its curvature: a climb of G ends far nearer to the
 * optimum of the whole than it began, and each round takes one reading of all draws, which also certifies (the surrogate of
 * Shamir, Srebro and Zhang, "Communication-Efficient Distributed Optimization using an Approximate Newton-type Method",
 * ICML 2014). Rounds that do not halve the gap take a larger sample.
 */
import type { Climbing } from "../flighting/flight.js";
import type { Responses } from "./responses.js";

export interface Expected {
  /** By line · periods + period. */
  x: Float64Array;
  /** Mean response over all draws; of the envelopes, where they were climbed. */
  value: number;
  /** value + Frank–Wolfe gap over all draws. */
  bound: number;
  price: number;
  /** Readings of all draws, and the climbs between them: draws and turns of each. */
  readings: number;
  climbs: { draws: number; turns: number }[];
}

const SAMPLE = 256;
/** Readings of all draws, when no sample helps. */
const MOST_READINGS = 60;

export interface Climber extends Pick<Climbing, "climb"> {
  read: Climbing["read"];
  /** The most that a plan gains along slopes from x. Where limits other than box and budget leave `read` a weak bound. */
  drift?: (slopes: Float64Array, x: Float64Array) => number;
}

/** The plan of most expected response, or of most expected envelopes, within a box and a budget. */
export function mostExpected(
  responses: Responses,
  climber: Climber,
  start: Float64Array,
  { tolerance, lifted }: { tolerance: number; lifted: boolean },
): Expected {
  const { draws } = responses;
  const climbs: Expected["climbs"] = [];
  const correction = new Float64Array(start.length);
  let count = Math.min(SAMPLE, draws);
  let near = Math.max(tolerance, 1e-3);
  const climb = (from: Float64Array): Float64Array => {
    const found = climber.climb(
      (x, g) => {
        let value = responses.mean(x, g, count, lifted);
        const [spends, into] = [x.view, g.view];
        for (let i = 0; i < correction.length; i++) {
          value += (correction[i] as number) * (spends[i] as number);
          into[i] = (into[i] as number) + (correction[i] as number);
        }
        return value;
      },
      from,
      near,
    );
    climbs.push({ draws: count, turns: found.turns });
    return found.x;
  };
  const read = (x: Float64Array, of: number) => climber.read((at, g) => responses.mean(at, g, of, lifted), x);
  let x = climb(start);
  let best: Expected | undefined;
  let bound = Number.POSITIVE_INFINITY;
  let before = Number.POSITIVE_INFINITY;
  for (let readings = 1; ; readings++) {
    const whole = read(x, draws);
    // What the sample's slopes, as they were corrected, miss here.
    const part = count < draws ? read(x, count).slopes : whole.slopes;
    const missed = whole.slopes.map((slope, i) => slope - (part[i] as number) - (correction[i] as number));
    if (climber.drift) {
      whole.bound = Math.min(whole.bound, whole.value + near * Math.abs(whole.value) + climber.drift(missed, x));
    }
    if (whole.bound < bound) bound = whole.bound;
    if (best === undefined || whole.value > best.value) best = { x, ...whole, readings, climbs };
    const gap = (bound - best.value) / Math.max(Math.abs(bound), Number.MIN_VALUE);
    const stuck = readings > 1 && climbs.at(-1)?.turns === 0;
    if (gap <= tolerance || readings === MOST_READINGS || stuck) return { ...best, bound, readings };
    missed.forEach((slope, i) => {
      correction[i] = (correction[i] as number) + slope;
    });
    if (gap > before / 2 && count < draws) {
      count = Math.min(draws, 2 * count);
      const next = count < draws ? read(x, count).slopes : whole.slopes;
      for (let i = 0; i < next.length; i++) correction[i] = (whole.slopes[i] as number) - (next[i] as number);
    }
    before = gap;
    near = Math.max(tolerance / 4, gap / 50);
    x = climb(x);
  }
}
