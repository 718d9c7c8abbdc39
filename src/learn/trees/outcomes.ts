/** What splits look at and what leaves say: the outcome, the cost beside it, net value at a price. */
import type { ReadExperiment } from "../data/read.js";

export interface Outcomes {
  target: Float64Array;
  outcomes: { prefix: string; y: Float64Array }[];
}

/** @throws {RangeError} for a price without a cost. */
export function outcomesOf({ outcome, cost }: ReadExperiment, price: number): Outcomes {
  if (!cost) {
    if (price !== 0) throw new RangeError(`price is ${price}, and no cost is given: name it, or leave the price out`);
    return { target: outcome, outcomes: [{ prefix: "", y: outcome }] };
  }
  const target = price === 0 ? outcome : outcome.map((y, i) => y - price * (cost[i] as number));
  return {
    target,
    outcomes: [
      { prefix: "value_", y: outcome },
      { prefix: "cost_", y: cost },
    ],
  };
}
