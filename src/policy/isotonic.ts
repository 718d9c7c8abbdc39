/**
 * Isotonic calibration: the non-decreasing step function of a score that is nearest to what came out, in weighted least squares.
 *
 * Pool adjacent violators (Barlow, Bartholomew, Bremner and Brunk 1972): blocks from left to right, merged with the one before
 * while their means descend. The steps become a tree of one feature, so that they are applied by the scoring kernels and have the
 * model format's bytes; a step ends halfway to the next score.
 */
import { floats } from "../engine/check.js";
import type { NumberColumn } from "../uplift/evaluate/types.js";
import type { Forest } from "../uplift/forest.js";
import { Model } from "../uplift/model/model.js";
import type { ScoreColumns } from "../uplift/model/rows.js";
import { checkColumns } from "./gates.js";
import { type Output, outputOf, type Scorer } from "./uplift.js";

/** A step of a calibration: of scores up to `upTo` (the last one's is ∞) the mean outcome. */
export interface Step {
  upTo: number;
  mean: number;
}

/** Steps fitted by pool adjacent violators; the arrays must not be changed while it runs. */
export function isotonicSteps(scores: NumberColumn, outcomes: NumberColumn, weights?: NumberColumn): Step[] {
  floats(scores, "scores");
  const rows = checkColumns({ scores, outcomes, weights });
  if (rows === 0) throw new RangeError("scores are empty: there is nothing to fit to");
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number) || a - b,
  );
  const blocks: { first: number; last: number; sum: number; weight: number }[] = [];
  for (let k = 0; k < rows; ) {
    const x = scores[order[k] as number] as number;
    const block = { first: x, last: x, sum: 0, weight: 0 };
    for (; k < rows && scores[order[k] as number] === x; k++) add(block, order[k] as number, outcomes, weights);
    if (block.weight === 0) continue;
    blocks.push(block);
    while (blocks.length > 1 && !isAscending(blocks)) merge(blocks);
  }
  if (blocks.length === 0) throw new RangeError("all weights are 0: there is nothing to fit to");
  return blocks.map(({ last, sum, weight }, b) => {
    const next = blocks[b + 1]?.first;
    const middle = next === undefined ? Infinity : last / 2 + next / 2;
    return { upTo: next === undefined || (middle >= last && middle < next) ? middle : last, mean: sum / weight };
  });
}

function add(block: { sum: number; weight: number }, i: number, outcomes: NumberColumn, weights?: NumberColumn): void {
  const y = outcomes[i] as number;
  const w = weights ? (weights[i] as number) : 1;
  if (!(w >= 0 && Number.isFinite(w))) throw new RangeError(`weights[${i}] must be 0 or more, got ${w}`);
  if (!Number.isFinite(y)) throw new RangeError(`outcomes[${i}] must be finite, got ${y}`);
  block.sum += w * y;
  block.weight += w;
}

type Blocks = { last: number; sum: number; weight: number }[];

function isAscending(blocks: Blocks): boolean {
  const [a, b] = blocks.slice(-2) as [Blocks[number], Blocks[number]];
  return a.sum / a.weight < b.sum / b.weight;
}

function merge(blocks: Blocks): void {
  const b = blocks.pop() as Blocks[number];
  const a = blocks.at(-1) as Blocks[number];
  a.last = b.last;
  a.sum += b.sum;
  a.weight += b.weight;
}

/**
 * The calibration of a score as a model of one feature, "score": `calibration.bytes()` keeps it, `Model.read` brings it back.
 * @param outcomes what came out for each score: 0 and 1 for a probability; for an uplift each user's inverse-propensity score,
 *   y (t − p) / (p (1 − p)).
 * @throws {RangeError} for NaN, columns of unlike lengths or none, a negative weight.
 * @example const fitted = calibrated(model, isotonic(model.score(held).score, visits));
 */
export function isotonic(scores: NumberColumn, outcomes: NumberColumn, weights?: NumberColumn): Model {
  return Model.from(forestOf(isotonicSteps(scores, outcomes, weights)));
}

/** A model with its calibration applied at scoring. */
export function calibrated(model: Scorer, calibration: Model, options: Output = {}): Scorer {
  const [feature] = calibration.features;
  if (calibration.features.length !== 1 || calibration.outputs.length !== 1)
    throw new RangeError(
      `a calibration is a model of one feature and one output, this one asks for ${calibration.features.join(", ")}`,
    );
  return {
    features: model.features,
    outputs: ["score"],
    score(columns: ScoreColumns) {
      const scores = outputOf(model, columns, options.output);
      return { score: outputOf(calibration, { [feature as string]: scores }, undefined) };
    },
  };
}

/** A balanced tree over the steps: test k is score ≤ upTo of step k. */
function forestOf(steps: readonly Step[]): Forest {
  const n = 2 * steps.length - 1;
  const [feature, left, right] = [new Int32Array(n), new Uint32Array(n), new Uint32Array(n)];
  const threshold = new Float64Array(n);
  let count = 1;
  const open: [node: number, first: number, end: number][] = [[0, 0, steps.length]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [node, first, end] = part;
    if (end - first === 1) {
      feature[node] = -1;
      threshold[node] = first;
      continue;
    }
    const middle = (first + end) >> 1;
    threshold[node] = (steps[middle - 1] as Step).upTo;
    left[node] = count++;
    right[node] = count++;
    open.push([left[node] as number, first, middle], [right[node] as number, middle, end]);
  }
  return {
    features: ["score"],
    zeroMissing: new Uint8Array(1),
    outputs: ["score"],
    compares: "f64",
    sums: "f64",
    start: new Float64Array(1),
    scale: 1,
    bias: new Float64Array(1).fill(-0),
    link: "identity",
    roots: Uint32Array.of(0, n),
    treeOutput: Int32Array.of(0),
    ...{ feature, threshold, left, right },
    flags: new Uint8Array(n),
    values: Float64Array.from(steps, ({ mean }) => mean),
    sets: [],
  };
}
