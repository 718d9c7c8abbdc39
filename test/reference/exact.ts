/**
 * The integer optimum of one budget by methods that share nothing with the engine's: every Pareto-optimal plan of small
 * tables, and Bellman's dynamic program over whole weights.
 */
import { quantumOf } from "./money.js";

export interface Instance {
  values: Float32Array[];
  costs: Float32Array[];
  budget: number;
  exactlyOne?: boolean;
}

interface Point {
  weight: bigint;
  value: bigint;
}

/** Every f32 is a whole multiple of this. */
const FINEST = 149;
const finest = (x: number) => BigInt(Math.floor(x * 2 ** FINEST));

/**
 * The largest value of a plan within the budget; undefined where there is none. Costs and values that are all decimals are
 * added as decimals, all others as they stand, without rounding.
 */
export function optimum({ values, costs, budget, exactlyOne = false }: Instance): number | undefined {
  const money = quantumOf(values, costs);
  const worth = quantumOf(values, values);
  const weigh = money.decimal ? (c: number) => BigInt(money.quanta(c)) : finest;
  const rate = worth.decimal ? (v: number) => BigInt(worth.quanta(v)) : finest;
  const limit = money.decimal ? money.budget(budget) : finest(budget);
  const users = (values[0] as Float32Array).length;
  let points: Point[] = [{ weight: 0n, value: 0n }];
  for (let user = 0; user < users; user++) {
    const options: Point[] = exactlyOne ? [] : [{ weight: 0n, value: 0n }];
    values.forEach((column, j) => {
      const value = column[user] as number;
      if (value === -Infinity) return;
      options.push({ weight: weigh((costs[j] as Float32Array)[user] as number), value: rate(value) });
    });
    points = pareto(
      points.flatMap((a) => options.map((b) => ({ weight: a.weight + b.weight, value: a.value + b.value }))),
    );
  }
  const best = points.filter(({ weight }) => weight <= BigInt(limit)).at(-1);
  if (!best) return undefined;
  return worth.decimal ? worth.money(Number(best.value)) : Number(best.value) * 2 ** -100 * 2 ** -49;
}

/** Lightest first; each worth more than all that are lighter. */
function pareto(points: Point[]): Point[] {
  points.sort((a, b) => sign(a.weight - b.weight) || sign(b.value - a.value));
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (!last || point.value > last.value) kept.push(point);
  }
  return kept;
}

const sign = (x: bigint) => (x < 0n ? -1 : x > 0n ? 1 : 0);

/** Bellman (1957): the best value at every whole weight, user by user. For whole costs and values; −Infinity where nothing fits. */
export function bellman({ values, costs, budget, exactlyOne = false }: Instance): number {
  const users = (values[0] as Float32Array).length;
  const least = Array.from({ length: users }, (_, i) => leastCost(values, costs, i, exactlyOne));
  // Weights above the cheapest: nothing is below zero.
  const room = Math.floor(budget) - least.reduce((sum, c) => sum + c, 0);
  if (!(room >= 0)) return -Infinity;
  let best = new Float64Array(room + 1).fill(-Infinity);
  best[0] = 0;
  for (let i = 0; i < users; i++) {
    const next = new Float64Array(room + 1).fill(-Infinity);
    const place = (weight: number, value: number) => {
      for (let w = weight; w <= room; w++) {
        const sum = (best[w - weight] as number) + value;
        if (sum > (next[w] as number)) next[w] = sum;
      }
    };
    if (!exactlyOne) place(-(least[i] as number), 0);
    values.forEach((column, j) => {
      const value = column[i] as number;
      if (value !== -Infinity) place(((costs[j] as Float32Array)[i] as number) - (least[i] as number), value);
    });
    best = next;
  }
  return best.reduce((most, value) => Math.max(most, value), -Infinity);
}

function leastCost(values: Float32Array[], costs: Float32Array[], user: number, exactlyOne: boolean): number {
  let least = exactlyOne ? Infinity : 0;
  values.forEach((column, j) => {
    if (column[user] !== -Infinity) least = Math.min(least, (costs[j] as Float32Array)[user] as number);
  });
  return least;
}
