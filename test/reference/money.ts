/**
 * Money in whole quanta (ARCHITECTURE.md, "The canonical answer", 1) and exact sums.
 */

export interface Quantum {
  /** Money of one quantum. */
  size: number;
  /** True where the quantum is a decimal unit (given or found), false where it is a power of two. */
  decimal: boolean;
  /** Cost in quanta. */
  quanta(cost: number): number;
  /** Money of so many quanta: 29 times 0.01 is 0.29. */
  money(quanta: number): number;
  /** The budget in quanta; no budget is Infinity. */
  budget(money: number | undefined): bigint | number;
}

const DIGITS = [0, 1, 2, 3, 4];
const NONE = 5;
const MOST_MULTIPLE = 2 ** 23;

/** The quantum of a table: `unit` where it is given, else the largest decimal unit of all open costs, else 2^n. */
export function quantumOf(values: Float32Array[], costs: Float32Array[], unit?: number): Quantum {
  if (unit !== undefined) return decimal(unit);
  let largest = 0;
  let digits = 0;
  costs.forEach((column, j) => {
    const value = values[j] as Float32Array;
    const open = column.filter((_, i) => value[i] !== -Infinity);
    largest = open.reduce((most, cost) => Math.max(most, Math.abs(cost)), largest);
    const own = DIGITS.find((d) => open.every((cost) => isMultiple(cost, 10 ** d)));
    digits = Math.max(digits, own ?? NONE);
  });
  const users = (values[0] as Float32Array).length;
  if (digits === NONE) return binary(largest, users, 1);
  if (largest * 10 ** digits < MOST_MULTIPLE) return decimal(1 / 10 ** digits);
  // Decimals too many for one unit in f32: each may lie below its decimal.
  return binary(largest, users, 1 + 2 ** -23);
}

function isMultiple(cost: number, power: number): boolean {
  const k = Math.round(cost * power);
  return Math.abs(k) < MOST_MULTIPLE && Math.fround(k / power) === cost;
}

function decimal(unit: number): Quantum {
  return {
    size: unit,
    decimal: true,
    quanta: (cost) => Math.round(cost / unit),
    money: (quanta) => (Number.isInteger(1 / unit) ? quanta / (1 / unit) : quanta * unit),
    budget(money = Infinity) {
      if (!Number.isFinite(money)) return Infinity;
      const exact = money / unit;
      const whole = Math.round(exact);
      return BigInt(Math.abs(exact - whole) <= 2 ** -50 * Math.abs(whole) ? whole : Math.floor(exact));
    },
  };
}

function binary(largest: number, users: number, outward: number): Quantum {
  let a = Math.floor(Math.log2(largest)) + 1;
  while (2 ** (a - 1) > largest) a--;
  while (2 ** a <= largest) a++;
  const size = 2 ** (a - Math.min(50, 62 - Math.ceil(Math.log2(Math.max(users, 2)))));
  return {
    size,
    decimal: false,
    quanta: (cost) => Math.ceil(cost * ((1 / size) * outward)),
    money: (quanta) => quanta * size,
    budget: (money = Infinity) => {
      const quanta = Math.floor(money / size);
      return Number.isFinite(quanta) ? BigInt(quanta) : quanta;
    },
  };
}

/** The exact sum of doubles, rounded once (Shewchuk's partial sums, as Python's `math.fsum`). */
export class ExactSum {
  #partials: number[] = [];

  add(x: number): void {
    const partials = this.#partials;
    let kept = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }

  get total(): number {
    const partials = this.#partials;
    let i = partials.length - 1;
    if (i < 0) return 0;
    let high = partials[i] as number;
    let low = 0;
    while (i-- > 0) {
      const y = partials[i] as number;
      const sum = high + y;
      low = y - (sum - high);
      high = sum;
      if (low !== 0) break;
    }
    // Half-way cases look at the sign of what remains.
    if (i > 0 && Math.sign(low) === Math.sign(partials[i - 1] as number)) {
      const doubled = low * 2;
      const sum = high + doubled;
      if (doubled === sum - high) high = sum;
    }
    return high;
  }
}
