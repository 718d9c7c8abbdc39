/** From what a search found to a plan in the caller's money. */
import type { PlanResult } from "../types.js";
import { roundToUnits, trim } from "./fit.js";
import type { Found } from "./search.js";
import type { Separable } from "./separable.js";

export interface Solved {
  /** In the order of the method: by position, or by coordinate. */
  x: Float64Array;
  response: number;
  spent: number;
  found: Found;
  /** Worth of a unit of money that is not spent, in response. */
  fee: number;
  /** What no plan's response, less fee · spend, exceeds. */
  bound: number;
  extra: Pick<PlanResult, "target" | "leastSpend">;
}

/** The plan in whole units where they are asked, its sums within the limits to the last digit. */
export function finish(separable: Separable, found: Found, fee: number, extra: Solved["extra"]): Solved {
  const { unit } = separable.framed.model.problem;
  // Other budgets may have been solved since.
  separable.setBudget(found.budget);
  let x: Float64Array = (found.x as Float64Array).slice();
  if (unit) x = roundToUnits(separable, x, unit, fee);
  trim(separable, x);
  const { values } = separable.coordinates.evaluate(x);
  const response = separable.unordered(values).reduce((sum, value) => sum + value, 0);
  const spent = separable.unordered(x).reduce((sum, money) => sum + money, 0);
  return { x, response, spent, found, fee, bound: found.bound, extra };
}
