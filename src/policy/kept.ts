/** What an allocation by estimates is worth where the truth is known. */
import { allocate } from "../allocation/allocate.js";
import { finiteNumber, floats, plainObject } from "../engine/check.js";
import { Engine } from "../engine/engine.js";
import type { NumberColumn } from "../uplift/evaluate/types.js";
import { offersOf } from "./offers.js";

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
    const { length } = input.estimate[name] as NumberColumn;
    if (length !== truth.length)
      throw new RangeError(`estimate[${JSON.stringify(name)}] has ${length} rows and its truth ${truth.length}`);
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
