/** Tables and prices for the tests of totals, and splits of them. */
import type { Engine, Offers } from "../../../src/index.js";
import type { TotalsProblem } from "../../reference/totals.js";
import { namesOf } from "../../reference/totals.js";
import { Random, shapes, type Table, tableOf } from "../tables.js";

/** A table of the engine with the users of a problem, or with some of them. */
export function offersOf(engine: Engine, problem: TotalsProblem, rows?: readonly number[], ids = false): Offers {
  const { values, costs, slots } = problem;
  const pick = <T extends Float32Array | Uint16Array>(column: T): T =>
    rows ? (Object.getPrototypeOf(column).constructor.from(rows, (row: number) => column[row]) as T) : column;
  const users = pick(values[0] as Float32Array).length;
  const offers = engine.offers({
    users,
    options: namesOf(problem),
    ...(slots && { slots: values.length }),
    ...(ids && { ids: BigInt64Array.from({ length: users }, (_, i) => BigInt(rows?.[i] ?? i)) }),
  });
  values.forEach((column, j) => {
    offers.fill(j, (v, c, s) => {
      v.set(pick(column));
      c.set(pick(costs[j] as Float32Array));
      if (slots) s.set(pick(slots[j] as Uint16Array));
    });
  });
  return offers;
}

/** Prices about the slopes of a table: some of them exactly, some beside, zero, and some far off. */
export function pricesFor({ values, costs }: Table, random: Random, count: number): number[] {
  const users = (values[0] as Float32Array).length;
  const slope = () => {
    const user = random.below(users);
    const [a, b] = [random.below(values.length + 1), random.below(values.length)];
    const v = (values[b]?.[user] as number) - (a ? (values[a - 1]?.[user] as number) : 0);
    const c = (costs[b]?.[user] as number) - (a ? (costs[a - 1]?.[user] as number) : 0);
    const e = Math.abs(v / c);
    return Number.isFinite(e) ? e : random.next();
  };
  const draws = [slope, slope, () => slope() * (1 + 1e-7 * random.next()), random.next.bind(random), () => 0];
  draws.push(() => 10 ** (20 * random.next() - 10));
  return Array.from({ length: count }, () => (draws[random.below(draws.length)] as () => number)());
}

/** Numbers of f32 of any exponent, denormals and the largest included. */
function anyNumber(random: Random): number {
  const bits = new Uint32Array(1);
  do bits[0] = Math.floor(random.next() * 2 ** 32);
  while (((bits[0] as number) >>> 23) % 256 === 255);
  return new Float32Array(bits.buffer)[0] as number;
}

/** Every shape of the solver's tests, and some that only exact sums bear. */
export const SHAPES: typeof shapes = {
  ...shapes,
  "any numbers of f32": (random) => [anyNumber(random), anyNumber(random)],
  denormals: (random) => [random.below(9) * 2 ** -149, (random.below(9) - 2) * 2 ** -149],
  "large and small in one user": (random, j) => [j % 2 ? 3e38 * random.next() : random.next(), (j + 1) * random.next()],
  "zeros of both signs": (random) => [random.below(3) - 1, random.below(2) ? -0 : random.below(3) - 1],
  "mostly closed": (random) => [random.next() < 0.7 ? -Infinity : random.next(), random.next() - 0.2],
  "a ladder with gaps": (random, j) => [random.next() < 0.3 ? -Infinity : Math.log1p(j + random.next()), j + 1],
  "copies of one option": (random, j, user) => [(user % 5) + (j % 2 ? 1 : random.below(2)), user % 3],
};

export function problemOf(name: string, users: number, options: number, seed: number): TotalsProblem {
  const random = new Random(seed);
  const table = tableOf(users, options, random, SHAPES[name] as (typeof SHAPES)[string]);
  return { ...table, prices: pricesFor(table, random, 1 + random.below(30)), exactlyOne: seed % 2 === 0 };
}

/** The same with candidate slots: each column holds any of many offers. */
export function slotted(problem: TotalsProblem, random: Random, offers: number): TotalsProblem {
  const users = (problem.values[0] as Float32Array).length;
  const slots = problem.values.map(() => Uint16Array.from({ length: users }, () => 1 + random.below(offers)));
  return { ...problem, slots, names: Array.from({ length: offers }, (_, i) => `offer ${i}`) };
}
