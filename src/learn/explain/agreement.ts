/** Estimates against the truth, where it is known: a generated campaign, effects that were planted. */
import type { NumberColumn } from "../../uplift/evaluate/types.js";

/** How near an estimate of an effect is to the true one, over all rows. */
export interface Agreement {
  /** Pearson's correlation; 0 where one of both is the same for all. */
  correlation: number;
  /** Spearman's: of the ranks, ties in the middle. */
  rankCorrelation: number;
  /** Mean of estimate − truth. */
  meanError: number;
  rootMeanSquareError: number;
  /** The truth by the estimate, least squares: truth ≈ intercept + slope · estimate; 0 and 1 are calibrated, a slope below 1 says too much. */
  intercept: number;
  slope: number;
}

/**
 * Holds estimated effects to the true ones.
 * @throws {RangeError} for columns of unlike lengths, of fewer than two rows, or numbers that are not finite.
 * @example const { correlation, slope } = agreementOf(scores["5 off"], campaign.truth["5 off"]);
 */
export function agreementOf(estimate: NumberColumn, truth: NumberColumn): Agreement {
  const rows = sameLength(estimate, truth);
  const [x, y] = [momentsOf(estimate, "estimate"), momentsOf(truth, "truth")];
  let [joint, squares] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const [a, b] = [estimate[i] as number, truth[i] as number];
    joint += (a - x.mean) * (b - y.mean);
    squares += (a - b) * (a - b);
  }
  const slope = x.squares > 0 ? joint / x.squares : 0;
  return {
    correlation: correlation(estimate, truth),
    rankCorrelation: correlation(ranksOf(estimate), ranksOf(truth)),
    meanError: x.mean - y.mean,
    rootMeanSquareError: Math.sqrt(squares / rows),
    intercept: y.mean - slope * x.mean,
    slope,
  };
}

function sameLength(a: NumberColumn, b: NumberColumn): number {
  if (a.length === b.length && a.length > 1) return a.length;
  throw new RangeError(`estimate has ${a.length} rows and truth ${b.length}: they need two or more, as many in both`);
}

function momentsOf(column: NumberColumn, name: string): { mean: number; squares: number } {
  let sum = 0;
  for (const [i, x] of column.entries()) {
    if (!Number.isFinite(x)) throw new RangeError(`${name}[${i}] is ${x}: effects are finite numbers`);
    sum += x;
  }
  const mean = sum / column.length;
  let squares = 0;
  for (const x of column) squares += (x - mean) * (x - mean);
  return { mean, squares };
}

function correlation(a: NumberColumn, b: NumberColumn): number {
  const [x, y] = [momentsOf(a, "estimate"), momentsOf(b, "truth")];
  let joint = 0;
  for (let i = 0; i < a.length; i++) joint += ((a[i] as number) - x.mean) * ((b[i] as number) - y.mean);
  const product = Math.sqrt(x.squares) * Math.sqrt(y.squares);
  return product > 0 ? joint / product : 0;
}

/** Ranks from 1, ties at the mean of theirs. */
function ranksOf(column: NumberColumn): Float64Array {
  const order = Uint32Array.from(column, (_, i) => i).sort((i, j) => (column[i] as number) - (column[j] as number));
  const ranks = new Float64Array(column.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && column[order[to] as number] === column[order[from] as number]) to++;
    for (let k = from; k < to; k++) ranks[order[k] as number] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
