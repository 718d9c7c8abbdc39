/**
 * Random tables for the tests: seeded, in many shapes of values and costs.
 */

/** The generator of the published coupon-ladder data: xorshift128 on 32-bit words. */
export class Random {
  #x: number;
  #y: number;
  #z = 0x12345;
  #w = 0x6789a;

  constructor(seed: number) {
    const state = BigInt.asUintN(64, BigInt(seed) * 0x9e37_79b9_7f4a_7c15n);
    this.#x = Number(state & 0xffff_ffffn) || 1;
    this.#y = Number(state >> 32n) || 2;
  }

  /** Uniform in [0, 1). */
  next(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8);
    return (this.#w >>> 0) / 2 ** 32;
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
}

export interface Table {
  values: Float32Array[];
  costs: Float32Array[];
}

/** Value and cost of one option; `user` says which user of how many. */
type Draw = (random: Random, option: number, user: number) => [value: number, cost: number];

export function tableOf(users: number, options: number, random: Random, draw: Draw): Table {
  const values = Array.from({ length: options }, () => new Float32Array(users));
  const costs = Array.from({ length: options }, () => new Float32Array(users));
  for (let user = 0; user < users; user++) {
    for (let j = 0; j < options; j++) {
      const [value, cost] = draw(random, j, user);
      (values[j] as Float32Array)[user] = value;
      (costs[j] as Float32Array)[user] = cost;
    }
  }
  return { values, costs };
}

/** Coupon ladder: face values 1 … M, response rising and flattening with the face value. */
export function couponLadder(users: number, options: number, seed = 7): Table {
  const random = new Random(seed);
  const r = () => random.next();
  let p0 = 0;
  let a = 0;
  let h = 0;
  let margin = 0;
  return tableOf(users, options, random, (_, j) => {
    if (j === 0) {
      p0 = 0.02 + 0.2 * r() * r();
      a = 0.5 * r() * r();
      h = 2 + 20 * r();
      margin = 20 + 60 * r();
    }
    const face = 1 + j;
    const p = p0 + (((1 - p0) * a * face) / (face + h)) * (0.9 + 0.2 * r());
    return [(p - p0) * margin, p * face];
  });
}

/** Uncorrelated integers 1 … 1000, value drawn first. */
export function uncorrelated(users: number, options: number, seed = 7): Table {
  return tableOf(users, options, new Random(seed), (random) => [
    Math.floor(1 + 1000 * random.next()),
    Math.floor(1 + 1000 * random.next()),
  ]);
}

/** x moved by n units in the last place of an f32. */
export function nudge(x: number, n: number): number {
  const bits = new Int32Array(Float32Array.of(x).buffer);
  bits[0] = (bits[0] as number) + n;
  return new Float32Array(bits.buffer)[0] as number;
}

const closed = (random: Random, share: number, draw: [number, number]): [number, number] =>
  random.next() < share ? [-Infinity, draw[1]] : draw;

const magnitude = (random: Random) => (random.next() < 0.5 ? -1 : 1) * 10 ** (30 * random.next() - 15);

/** Every shape of data that the tests draw from, by name. */
export const shapes: Record<string, Draw> = {
  uniform: (random) => [random.next(), random.next()],
  "small integers, many ties": (random) => [random.below(4), random.below(4)],
  "integers with closed options": (random) => closed(random, 0.3, [random.below(50), 1 + random.below(20)]),
  "equal costs": (random) => [random.next(), 1],
  "equal values": (random) => [2, random.next()],
  "costs by option": (random, j) => [random.next() * Math.sqrt(j + 1), j + 1],
  cents: (random) => [random.next(), random.below(500) / 100],
  "negative values and costs": (random) => [random.next() - 0.5, random.next() - 0.3],
  "negative costs in cents": (random) => [random.next() - 0.4, (random.below(300) - 100) / 100],
  "one ulp apart": (random) => [nudge(1.5, random.below(4)), nudge(0.75, random.below(4))],
  "one ulp apart in value": (random, j) => [nudge(j + 1, random.below(3)), j + 1],
  "one ulp apart in cost": (random, j) => [j + 1, nudge(j + 1, random.below(3))],
  "constant by segment": (_, j, user) => [((user % 7) + 1) * Math.log(j + 2), (j + 1) * 0.3],
  "identical users": (_, j) => [Math.fround(Math.sqrt(j + 1)), j + 0.5],
  "one price per unit": (random, j) => [3 * (j + 1) * (1 + random.below(3)), (j + 1) * (1 + random.below(3))],
  "thirty orders of magnitude": (random) => [magnitude(random), magnitude(random)],
  "thirty orders, positive": (random) => [Math.abs(magnitude(random)), Math.abs(magnitude(random))],
  "tiny numbers": (random) => [random.below(100) * 1e-45, random.below(100) * 1e-45],
  "free options": (random) => [random.next(), random.below(2) * random.next()],
  "concave ladder": (random, j) => [Math.log1p(j + random.next()), j + 1 + random.next()],
};

/** The shapes whose numbers are near enough to each other for sums in quanta. */
export const near = Object.entries(shapes).filter(([name]) => !name.startsWith("thirty"));

/** Denormals, zeros of both signs, numbers that f32 does not hold, the largest of all. */
export const ODD = [
  0,
  -0,
  1,
  -1,
  1e-45,
  -1e-45,
  1.1754944e-38,
  3e38,
  -3e38,
  0.1,
  0.7,
  966.04,
  838.86,
  1 / 3,
  16777216.5,
];

/** Odd numbers and closed options; sums in quanta are only promised numbers below 2^51 quanta, so no huge ones. */
export function oddTable(random: Random, users: number, options: number): Table {
  const small = ODD.filter((x) => Math.abs(x) < 1e4);
  const odd = () => nudge(small[random.below(small.length)] as number, random.below(2));
  return tableOf(users, options, random, () => [random.next() < 0.2 ? -Infinity : odd(), odd()]);
}

/** What everyone spends who takes the most valuable option that is open: a scale for budgets. */
export function freeSpend({ values, costs }: Table): number {
  let spend = 0;
  const users = (values[0] as Float32Array).length;
  for (let user = 0; user < users; user++) {
    let value = 0;
    let cost = 0;
    values.forEach((column, j) => {
      const v = column[user] as number;
      const c = (costs[j] as Float32Array)[user] as number;
      if (v > value || (v === value && c < cost)) [value, cost] = [v, c];
    });
    spend += cost;
  }
  return spend;
}

/** The spend of the cheapest options ("none" included unless exactly one is asked). */
export function leastSpend({ values, costs }: Table, exactlyOne = false): number {
  let spend = 0;
  const users = (values[0] as Float32Array).length;
  for (let user = 0; user < users; user++) {
    let least = exactlyOne ? Infinity : 0;
    values.forEach((column, j) => {
      if (column[user] !== -Infinity) least = Math.min(least, (costs[j] as Float32Array)[user] as number);
    });
    spend += least;
  }
  return spend;
}
