/**
 * Prices of several limits: the dual of a small table to its optimum; of a large one from a sample and a few full readings.
 *
 * 1. The dual of a sample, with the limits in proportion, to its optimum (search.ts).
 * 2. Its curvature there, by central differences.
 * 3. Full readings: each gives the dual, its slope and a cut; the next prices are a Newton step (projected on prices ≥ 0) of
 *    the curvature, which learns from each reading. Where the dual did not fall, the step is cut back to where the cuts at
 *    its two ends meet.
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
}

/** A table of no more numbers than this, or no more users than a sample is worth, is solved to its optimum. */
const SMALL = 200_000;
const FEW = 30_000;
const SMALL_EFFORT = { tolerance: 1e-11, most: 1000 };
/** Users of the sample; a multiple of 16. */
const SAMPLE = 20_000;
const SAMPLE_BLOCKS = 12;
const SAMPLE_EFFORT = { tolerance: 1e-7, most: 300 };
/** Prices move by this much for a difference, relative, and at least by a tenth of that of the largest. */
const MOVE = 0.03;
const LEAST_MOVE = 0.1 * MOVE;
/** Full readings at most. */
const MOST_PASSES = 7;
/** What another reading must promise to be made, relative to the dual. */
const WORTH = 1e-8;

export function isSmall({ offers }: Problem): boolean {
  return offers.users * offers.columns <= SMALL || offers.users <= FEW;
}

/** Solves the dual with prices below `penalty`, in elasticities; seconds of its parts go to `timed`. */
export function solveDual(problem: Problem, penalty: number, timed: <T>(phase: string, work: () => T) => T): Dual {
  const choices = problem.takeChoices();
  if (isSmall(problem)) {
    return timed("dual", () => {
      const search = new DualSearch(problem);
      const { prices, held } = search.minimise({ alpha: 1 }, { ...SMALL_EFFORT, penalty });
      problem.passes += search.evaluations;
      const priced = problem.price(prices, { choices });
      return { prices, held, choices, bound: boundOf(problem, prices, priced), unserved: priced.unserved };
    });
  }
  const start = timed("sample", () => sampleDual(problem, penalty));
  return timed("dual", () => ascend(problem, start, choices));
}

interface Start {
  prices: Float64Array;
  curvature: Quadratic;
  held: boolean;
}

function sampleDual(problem: Problem, penalty: number): Start {
  const { sample, give } = takeSample(problem, SAMPLE);
  try {
    const search = new DualSearch(problem, { source: sample, blocks: SAMPLE_BLOCKS, quick: true });
    const { prices, held } = search.minimise({ alpha: 1 }, { ...SAMPLE_EFFORT, penalty });
    problem.report("dual", 0, problem.offers.users);
    return { prices, held, curvature: curvatureAt(problem, sample, prices) };
  } finally {
    give();
  }
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

function ascend(problem: Problem, { prices, curvature, held }: Start, choices: number): Dual {
  const spare = problem.takeChoices();
  let best = readAt(problem, prices, choices);
  let { step, promise } = curvature.step(best.prices, best.slope);
  for (let pass = 1; pass < MOST_PASSES && promise > WORTH * Math.abs(best.dual); pass++) {
    const at = best.prices.map((p, k) => Math.max(0, p + (step[k] as number)));
    const next = readAt(problem, at, best.choices === choices ? spare : choices);
    const moved = at.map((p, k) => p - (best.prices[k] as number));
    const turned = next.slope.map((g, k) => g - (best.slope[k] as number));
    curvature.learn(moved, turned);
    const fell = next.dual < best.dual;
    const cut = fell ? 1 : meeting(best, next, moved);
    if (fell) best = next;
    ({ step, promise } = curvature.step(best.prices, best.slope));
    if (!fell) step = shortened(step, moved, cut);
  }
  problem.scratch.give(best.choices === choices ? spare : choices);
  return { ...best, held, bound: boundOf(problem, best.prices, problem.dual(best.prices)) };
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
