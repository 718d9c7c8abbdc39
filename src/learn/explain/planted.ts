/** Estimates against the truth, where it is known: a generated campaign, effects that were planted. */
import { allocate } from "../../allocation/allocate.js";
import { finiteNumber, floats, plainObject } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { offersOf } from "../../policy/offers.js";
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

export interface KeptInput {
  /** Effects by user, by offer: as estimated, and as they are. */
  estimate: Readonly<Record<string, NumberColumn>>;
  truth: Readonly<Record<string, NumberColumn>>;
  /** What an offer costs: for all users, or by user. */
  cost: Readonly<Record<string, number | NumberColumn>>;
  budget: number;
}

/** What an allocation by estimates is truly worth. */
export interface Kept {
  /** True value of what is given by the estimates, of what is given by the truth. 1: nothing is lost. */
  share: number;
  value: number;
  /** The most that the budget could have bought. */
  best: number;
  /** What the estimates promised. */
  promised: number;
  spent: number;
}

/**
 * What the allocation by estimates keeps of the value that the truth could have had at the same budget: the error that counts, in money.
 * @throws {TypeError | RangeError} for an offer that is not in all three, columns of unlike lengths, a budget that is not right.
 * @example const { share } = keptValue({ estimate: model.score(columns), truth: campaign.truth, cost: { "5 off": 5 }, budget: 10_000 });
 */
export function keptValue(input: KeptInput, engine: Engine = new Engine()): Kept {
  plainObject(input, "the input");
  plainObject(input.estimate, "estimate");
  finiteNumber(input.budget, "budget");
  const names = Object.keys(input.estimate);
  const truths = names.map((name) => {
    const truth = input.truth[name];
    if (truth === undefined || input.cost[name] === undefined)
      throw new RangeError(`"${name}" has an estimate, and no ${truth === undefined ? "truth" : "cost"}`);
    floats(truth, `truth[${JSON.stringify(name)}]`);
    sameLength(input.estimate[name] as NumberColumn, truth);
    return truth;
  });
  const given = (effects: Readonly<Record<string, NumberColumn>>) => {
    const offers = Object.fromEntries(
      names.map((name) => [
        name,
        { value: effects[name] as NumberColumn, cost: input.cost[name] as number | NumberColumn },
      ]),
    );
    const table = offersOf(engine, { users: truths[0] as NumberColumn }, { offers });
    try {
      const { choices, value, cost } = allocate(table, { budget: input.budget });
      let worth = 0;
      for (const [i, choice] of choices.entries()) if (choice > 0) worth += truths[choice - 1]?.[i] as number;
      return { worth, promised: value, spent: cost };
    } finally {
      table.release();
    }
  };
  const [ours, best] = [given(input.estimate), given(input.truth)];
  const share = best.worth > 0 ? ours.worth / best.worth : 1;
  return { share, value: ours.worth, best: best.worth, promised: ours.promised, spent: ours.spent };
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
