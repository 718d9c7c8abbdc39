/**
 * Prices of several limits: the dual of a small table to its optimum; of a large one from a sample and a few full readings.
 *
 * 1. The dual of a sample, with the limits in proportion, to its optimum (search.ts).
 * 2. A full reading there. The sample's dual with the slope of the whole table in place of its own, to its optimum: it bends
 *    as the whole does, farther than a quadratic. (Criteo-MT7, 11 limits: 8e-3 over a limit after this reading, where four
 *    Newton steps from the sample's prices end at 1e-2.) A user of the sample stands for many, so it goes no nearer.
 * 3. The sample's curvature there, by central differences, and full readings: each gives the dual, its slope and a cut; the
 *    next prices are a Newton step (projected on prices ≥ 0) of the curvature, which learns from each reading. Where the dual
 *    did not fall, the step is cut back to where the cuts at its two ends meet.
 */

import type { Source } from "../kernel.js";
import type { DualPoint, Priced, Problem } from "../problem.js";
import { type Row, rightSide, signOf } from "../rows.js";
import { boundOf } from "./certificate.js";
import { dot, Quadratic } from "./quadratic.js";
import { takeSample } from "./sample.js";
import { DualSearch } from "./search.js";

export interface Dual extends DualPoint {
  /** Whether a mix of plans at such prices broke no row: then some mix of plans holds all limits. */
  held: boolean;
  /** The choices at the prices, of columns. */
  choices: number;
  unserved: number;
  /** What a mix of plans within the limits is worth and costs (of a small table, where `held`): the relaxation is worth as much. */
  mix?: { value: number; cost: number };
}

export interface DualOptions {
  /** Prices are held below this, in elasticities. */
  penalty: number;
  /** Prices to start from, of a request like this one. */
  start?: Float64Array;
}

type Timed = <T>(phase: string, work: () => T) => T;

/** A table of no more numbers than this, or no more users than a sample is worth, is solved to its optimum. */
const SMALL = 200_000;
const FEW = 30_000;
const SMALL_EFFORT = { tolerance: 1e-11, most: 1000 };
/** Users of the sample; a multiple of 16. */
const SAMPLE = 20_000;
const SAMPLE_BLOCKS = 12;
const SAMPLE_EFFORT = { tolerance: 1e-6, most: 300 };
const CORRECTED_EFFORT = { tolerance: 1e-8, most: 100 };
/** Prices move by this much for a difference, relative, and at least by a tenth of that of the largest. */
const MOVE = 0.03;
const LEAST_MOVE = 0.1 * MOVE;
/** Full readings at most, less the one that proves. */
const MOST_PASSES = 6;
/** What another reading must promise to be made, relative to the dual. */
const WORTH = 1e-9;
/** Steps that at the end promise more than this have not arrived. */
const STUCK = 1e-6;
const STUCK_BLOCKS = 12;
const STUCK_EFFORT = { tolerance: 1e-7, most: 60 };

export function isSmall({ offers }: Problem): boolean {
  return offers.users * offers.columns <= SMALL || offers.users <= FEW;
}

/** Solves the dual; seconds of its parts go to `timed`. */
export function solveDual(problem: Problem, options: DualOptions, timed: Timed): Dual {
  const choices = problem.takeChoices();
  if (isSmall(problem)) return timed("dual", () => smallDual(problem, options, choices));
  const { sample, give } = takeSample(problem, SAMPLE);
  try {
    const start = timed("sample", () => sampleDual(problem, sample, options));
    return timed("dual", () => ascend(problem, start, choices));
  } finally {
    give();
  }
}

function smallDual(problem: Problem, options: DualOptions, choices: number): Dual {
  const search = new DualSearch(problem);
  const { prices, held, mix, lower } = search.minimise({ alpha: 1 }, { ...SMALL_EFFORT, ...options });
  problem.passes += search.evaluations;
  const priced = problem.price(prices, { choices });
  const bound = boundOf(problem, prices, priced);
  return { prices, held, choices, bound, unserved: priced.unserved, mix: { value: lower, cost: mix.cost } };
}

interface Start {
  prices: Float64Array;
  sample: Source;
  held: boolean;
  penalty: number;
}

function sampleDual(problem: Problem, sample: Source, options: DualOptions): Start {
  const search = new DualSearch(problem, { source: sample, blocks: SAMPLE_BLOCKS, quick: true });
  const { prices, held } = search.minimise({ alpha: 1 }, { ...SAMPLE_EFFORT, ...options });
  problem.report("dual", 0, problem.offers.users);
  return { prices, sample, held, penalty: options.penalty };
}

/** The least of the sample's dual with its slope at `best` made that of the whole table, and what it promises of the whole. */
function correctedStep(problem: Problem, { sample, penalty }: Start, best: Reading) {
  const { rows, offers } = problem;
  const share = sample.users / offers.users;
  const at = problem.price(best.prices, { source: sample, to: sample.users, quick: true });
  const shift = Float64Array.from(rows, (row, k) => {
    const used = rightSide(row) - signOf(row) * (best.slope[k] as number);
    return (at.used[k] as number) - share * used;
  });
  const search = new DualSearch(problem, { source: sample, blocks: SAMPLE_BLOCKS, quick: true, shift });
  const { prices, first, upper } = search.minimise({ alpha: 1 }, { ...CORRECTED_EFFORT, penalty, start: best.prices });
  return { at: prices, promise: (first - upper) / share };
}

/** H = ∂(limit − used)/∂π of the whole table, as the sample shows it. */
function curvatureAt(problem: Problem, sample: Source, prices: Float64Array): Quadratic {
  const { rows, offers } = problem;
  const size = rows.length;
  const share = sample.users / offers.users;
  const used = (at: Float64Array) => problem.price(at, { source: sample, to: sample.users, quick: true }).used;
  const here = used(prices);
  const scales = rows.map((row, k) => Math.max(Math.abs(rightSide(row)) * share, Math.abs(here[k] as number)) || 1);
  const largest = Math.max(...prices.map((p, k) => p * (scales[k] as number)));
  const h = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const p = prices[k] as number;
    const move = Math.max(MOVE * p, (LEAST_MOVE * largest) / (scales[k] as number)) || 1e-3 / (scales[k] as number);
    const [low, high] = [prices.slice(), prices.slice()];
    low[k] = Math.max(0, p - move);
    high[k] = p + move;
    const [less, more] = [used(low), used(high)];
    rows.forEach((row, j) => {
      const fall = signOf(row) * ((less[j] as number) - (more[j] as number));
      h[k * size + j] = fall / ((high[k] as number) - (low[k] as number)) / share;
    });
  }
  return new Quadratic(h, size);
}

interface Reading {
  prices: Float64Array;
  dual: number;
  slope: Float64Array;
  choices: number;
  unserved: number;
}

function ascend(problem: Problem, start: Start, choices: number): Dual {
  const spare = problem.takeChoices();
  const other = (used: number) => (used === choices ? spare : choices);
  const climbed = climb(problem, start, choices, other);
  let best = climbed.best;
  let { held } = start;
  if (climbed.promise > STUCK * Math.abs(best.dual)) {
    // Where many users tie there is no curvature to go by: cuts of the whole table.
    const search = new DualSearch(problem, { blocks: STUCK_BLOCKS, quick: true });
    const found = search.minimise({ alpha: 1 }, { ...STUCK_EFFORT, penalty: start.penalty, start: best.prices });
    problem.passes += search.evaluations;
    held = found.held;
    if (found.upper < best.dual) best = readAt(problem, found.prices, other(best.choices));
  }
  problem.scratch.give(other(best.choices));
  return { ...best, held, bound: boundOf(problem, best.prices, problem.dual(best.prices)) };
}

/** A step of the sample's dual and Newton's steps on the whole table, and what another would promise. */
function climb(
  problem: Problem,
  start: Start,
  choices: number,
  other: (used: number) => number,
): { best: Reading; promise: number } {
  let best = readAt(problem, start.prices, choices);
  const first = correctedStep(problem, start, best);
  if (first.promise > WORTH * Math.abs(best.dual)) {
    const next = readAt(problem, first.at, other(best.choices));
    if (next.dual < best.dual) best = next;
  }
  const curvature = curvatureAt(problem, start.sample, best.prices);
  let { step, promise } = curvature.step(best.prices, best.slope);
  for (let pass = 2; pass < MOST_PASSES && promise > WORTH * Math.abs(best.dual); pass++) {
    const at = best.prices.map((p, k) => Math.max(0, p + (step[k] as number)));
    const next = readAt(problem, at, other(best.choices));
    const moved = at.map((p, k) => p - (best.prices[k] as number));
    const turned = next.slope.map((g, k) => g - (best.slope[k] as number));
    curvature.learn(moved, turned);
    const fell = next.dual < best.dual;
    const cut = fell ? 1 : meeting(best, next, moved);
    if (fell) best = next;
    ({ step, promise } = curvature.step(best.prices, best.slope));
    if (!fell) step = shortened(step, moved, cut);
  }
  return { best, promise };
}

function readAt(problem: Problem, prices: Float64Array, choices: number): Reading {
  const priced: Priced = problem.price(prices, { choices, quick: true });
  const slope = Float64Array.from(
    problem.rows,
    (row: Row, k) => signOf(row) * (rightSide(row) - (priced.used[k] as number)),
  );
  const dual = priced.constant + priced.score;
  return { prices, dual, slope, choices, unserved: priced.unserved };
}

/** How far along `moved` the cuts at its two ends meet: 0 to 1. */
function meeting(from: Reading, to: Reading, moved: Float64Array): number {
  const [down, up] = [dot(from.slope, moved), dot(to.slope, moved)];
  const at = (to.dual - up - from.dual) / (down - up);
  return at > 0 && at < 1 ? at : 0.5;
}

/** A step no longer than `cut` of one that went too far, in its direction. */
function shortened(step: Float64Array, moved: Float64Array, cut: number): Float64Array {
  const along = dot(step, moved) / dot(moved, moved);
  return along > cut ? step.map((by) => (by * cut) / along) : step;
}
