import { finiteNumber, kind } from "../engine/check.js";

/**
 * Decides one user at a price of money: the option of best value − price·cost.
 *
 * @param values value of each option; −Infinity closes one.
 * @param costs cost of each option.
 * @param price price of money from a solve, or one price an option (per-option prices).
 * @param exactlyOne an option must be taken even if all score below zero.
 * @returns 0 for none, j + 1 for option j; ties go to the cheaper, then to the first.
 * @throws {TypeError} when values, costs or prices are no arrays of numbers.
 * @throws {RangeError} when the arrays differ in length or a number is not finite, naming the option.
 * @example decide([3, 5], [1, 2], 1.5) // 2
 */
export function decide(
  values: ArrayLike<number>,
  costs: ArrayLike<number>,
  price: number | ArrayLike<number>,
  exactlyOne = false,
): number {
  const { length } = list(values, "values");
  if (list(costs, "costs").length !== length)
    throw new RangeError(`there are ${length} values and ${costs.length} costs`);
  const single = typeof price === "number";
  if (single) finiteNumber(price, "price");
  else if (list(price, "prices").length !== length)
    throw new RangeError(`there are ${length} values and ${price.length} prices`);
  let choice = 0;
  let best = exactlyOne ? Number.NEGATIVE_INFINITY : 0;
  let bestCost = 0;
  for (let j = 0; j < length; j++) {
    const value = values[j] as number;
    const cost = costs[j] as number;
    const score = value - (single ? price : (price[j] as number)) * cost;
    if (!(score < Number.POSITIVE_INFINITY)) throw notFinite(j, value, cost);
    if (score > best || (score === best && cost < bestCost)) {
      choice = j + 1;
      best = score;
      bestCost = cost;
    }
  }
  return choice;
}

function list(numbers: ArrayLike<number>, name: string): ArrayLike<number> {
  if (Array.isArray(numbers) || (ArrayBuffer.isView(numbers) && "length" in numbers)) return numbers;
  throw new TypeError(`${name} must be an array of numbers, got ${kind(numbers)}`);
}

function notFinite(j: number, value: unknown, cost: unknown): Error {
  const wrong = typeof value !== "number" ? value : typeof cost !== "number" ? cost : undefined;
  if (wrong !== undefined) return new TypeError(`option ${j}: value and cost must be numbers, got ${kind(wrong)}`);
  return new RangeError(`option ${j}: value ${value} at cost ${cost} is no finite number (−Infinity closes an option)`);
}
