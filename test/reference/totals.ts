/**
 * Totals at given prices, read plainly from ARCHITECTURE.md ("The canonical answer", 2 and 3; "Totals that merge"): choices one
 * user and one price at a time, sums as BigInt, bytes one by one. Oracle of the tests, and the specification of the kernel.
 */
import { md5Key } from "../../src/allocation/md5.js";

export interface TotalsProblem {
  /** Values and costs by column; a closed option has value −Infinity. */
  values: Float32Array[];
  costs: Float32Array[];
  /** Offer of each candidate slot, from 1. */
  slots?: Uint16Array[];
  /** Names of the options; default "1", "2", … */
  names?: string[];
  prices: number[];
  exactlyOne?: boolean;
  unit?: number;
}

interface Point {
  /** Number of the column, 0 for none. */
  number: number;
  value: number;
  cost: number;
}

export interface TwinRow {
  price: number;
  none: number;
  counts: number[];
  /** Units of 2^-149, or of the unit. */
  cost: bigint;
  value: bigint;
}

export interface TwinTotals {
  users: number;
  unserved: number;
  rows: TwinRow[];
}

/** The points of one user: none first, where it may be taken. */
function pointsOf({ values, costs, exactlyOne }: TotalsProblem, user: number): Point[] {
  const points = exactlyOne ? [] : [{ number: 0, value: 0, cost: 0 }];
  values.forEach((column, j) => {
    const value = column[user] as number;
    if (value > -Infinity) points.push({ number: j + 1, value, cost: (costs[j] as Float32Array)[user] as number });
  });
  return points;
}

/** What a user takes at a price. */
export function choiceAt(points: readonly Point[], price: number): Point | undefined {
  const starts = [...points].sort((a, b) => a.cost - b.cost || b.value - a.value || a.number - b.number);
  let now = starts[0];
  while (now) {
    const { cost, value }: Point = now;
    const efficiency = (point: Point) => (point.value - value) / (point.cost - cost);
    const steps = points
      .filter((point) => point.cost > cost && point.value > value)
      .sort((a, b) => efficiency(b) - efficiency(a) || a.cost - b.cost || a.number - b.number);
    const [next] = steps;
    // Efficiencies are clamped to the step before, which was above the price.
    if (!next || !(efficiency(next) > price)) return now;
    now = next;
  }
  return undefined;
}

/** A number of an f32 in units of 2^-149. */
export function exactUnits(x: number): bigint {
  return BigInt(x * 2 ** 100 * 2 ** 49);
}

export function totalsTwin(problem: TotalsProblem): TwinTotals {
  const { values, slots, exactlyOne = false, unit } = problem;
  const options = namesOf(problem).length;
  const users = (values[0] as Float32Array).length;
  const prices = [...new Set(problem.prices.map((price) => price + 0))].sort((a, b) => a - b);
  const rows = prices.map((price) => ({ price, none: 0, counts: new Array(options).fill(0), cost: 0n, value: 0n }));
  let unserved = 0;
  for (let user = 0; user < users; user++) {
    const points = pointsOf(problem, user);
    if (points.length === 0) unserved++;
    for (const row of rows) {
      const choice = choiceAt(points, row.price);
      if (!choice) continue;
      if (choice.number === 0) {
        row.none++;
        continue;
      }
      const offer = slots ? ((slots[choice.number - 1] as Uint16Array)[user] as number) : choice.number;
      row.counts[offer - 1]++;
      row.cost += unit === undefined ? exactUnits(choice.cost) : BigInt(Math.round(choice.cost / unit));
      row.value += exactUnits(choice.value);
    }
  }
  if (!exactlyOne && unserved > 0) throw new Error("who may take none is never unserved");
  return { users, unserved, rows };
}

export function namesOf({ values, slots, names }: TotalsProblem): string[] {
  const count = slots ? Math.max(...slots.flatMap((column) => [...column])) : values.length;
  return names ?? Array.from({ length: count }, (_, j) => String(j + 1));
}

/** Totals as the bytes of the documented layout. */
export function twinBytes(problem: TotalsProblem): Uint8Array {
  const { users, unserved, rows } = totalsTwin(problem);
  const names = namesOf(problem);
  const bytes: number[] = [];
  const integer = (x: bigint | number, size: number) => {
    for (let i = 0; i < size; i++) bytes.push(Number((BigInt(x) >> BigInt(8 * i)) & 255n));
  };
  const float = (x: number) => bytes.push(...new Uint8Array(Float64Array.of(x).buffer));
  bytes.push(..."SPTO".split("").map((letter) => letter.charCodeAt(0)));
  integer(1, 2);
  integer((problem.exactlyOne ? 1 : 0) + (problem.unit === undefined ? 0 : 2), 2);
  integer(rows.length, 4);
  integer(names.length, 4);
  integer(hashOf(names), 8);
  float(problem.unit ?? 0);
  integer(users, 8);
  integer(unserved, 8);
  for (const { price } of rows) float(price);
  for (const { none, counts, cost, value } of rows) {
    for (const count of [none, ...counts]) integer(count, 8);
    integer(cost, 48);
    integer(value, 48);
  }
  return Uint8Array.from(bytes);
}

/** Low 64 bits of MD5 over the names, each behind its length. */
export function hashOf(names: readonly string[]): bigint {
  const bytes = names.flatMap((name) => {
    const text = new TextEncoder().encode(name);
    return [...new Uint8Array(Uint32Array.of(text.length).buffer), ...text];
  });
  const key = new Uint32Array(2);
  md5Key(Uint8Array.from(bytes), 0, bytes.length, key, 0);
  return new BigUint64Array(key.buffer)[0] as bigint;
}
