import { finiteNumber } from "../engine/check.js";

/**
 * Decides one user at a price of money: the option of best value − price·cost.
 *
 * @param values value of each option; −Infinity closes one.
 * @param costs cost of each option.
 * @param price price of money from a solve, or one price an option (per-option prices).
 * @param exactlyOne an option must be taken even if all score below zero.
 * @returns 0 for none, j + 1 for option j; ties go to the cheaper, then to the first.
 * @throws {RangeError} when the arrays differ in length or the price is not finite.
 * @example decide([3, 5], [1, 2], 1.5) // 2
 */
export function decide(
  values: ArrayLike<number>,
  costs: ArrayLike<number>,
  price: number | ArrayLike<number>,
  exactlyOne = false,
): number {
  const { length } = values;
  if (costs.length !== length) throw new RangeError(`there are ${length} values and ${costs.length} costs`);
  const single = typeof price === "number";
  if (single) finiteNumber(price, "price");
  else if (price.length !== length) throw new RangeError(`there are ${length} values and ${price.length} prices`);
  let choice = 0;
  let best = exactlyOne ? Number.NEGATIVE_INFINITY : 0;
  let bestCost = 0;
  for (let j = 0; j < length; j++) {
    const value = values[j] as number;
    const cost = costs[j] as number;
    const score = value - (single ? price : (price[j] as number)) * cost;
    if (score > best || (score === best && cost < bestCost)) {
      choice = j + 1;
      best = score;
      bestCost = cost;
    }
  }
  return choice;
}
