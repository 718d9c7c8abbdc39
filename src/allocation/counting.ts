/**
 * How money and value are counted: in whole quanta, so that sums are exact and depend on no order
 * (ARCHITECTURE.md, "Money is counted in whole quanta").
 */

/** What is known of the numbers of a column or a table. */
export interface Facts {
  /** Largest |cost|, smallest cost and smallest |cost| above zero of an open option; largest |value|. */
  mostCost: number;
  leastCost: number;
  tiniestCost: number;
  mostValue: number;
  leastValue: number;
  /** Open (user, option) pairs. */
  open: number;
  /** Every cost is a whole multiple of 10^-digits; 5 when there is no such number up to 4. */
  digits: number;
  /** Some number was narrowed to `f32` with a loss … */
  inexact: boolean;
  /** … and some decimal cost lies below the caller's. */
  below: boolean;
  /** What narrowing took from the values: 0 nothing, 1 only what decimals lose, which are found again, 2 more. */
  lostValues: 0 | 1 | 2;
  join(other: Facts): void;
}

export const NO_DIGITS = 5;

export function noFacts(): Facts {
  return {
    mostCost: 0,
    leastCost: Number.POSITIVE_INFINITY,
    tiniestCost: Number.POSITIVE_INFINITY,
    mostValue: 0,
    leastValue: Number.POSITIVE_INFINITY,
    open: 0,
    digits: 0,
    inexact: false,
    below: false,
    lostValues: 0,
    join(other) {
      this.mostCost = Math.max(this.mostCost, other.mostCost);
      this.leastCost = Math.min(this.leastCost, other.leastCost);
      this.tiniestCost = Math.min(this.tiniestCost, other.tiniestCost);
      this.mostValue = Math.max(this.mostValue, other.mostValue);
      this.leastValue = Math.min(this.leastValue, other.leastValue);
      this.open += other.open;
      this.digits = Math.max(this.digits, other.digits);
      this.inexact ||= other.inexact;
      this.below ||= other.below;
      if (other.lostValues > this.lostValues) this.lostValues = other.lostValues;
    },
  };
}

export interface Counting {
  /** Money of one quantum. */
  quantum: number;
  /** Quanta a unit of money: exact where the quantum is a power of two or 10^-d. */
  perMoney: number;
  /** K(c) = ceil(c · costScale − costShift). */
  costScale: number;
  costShift: number;
  /** Quanta a unit of money where a tile's costs may be added as f64 and counted together, else 0. */
  tileScale: number;
  /** Value of one quantum of value, a power of two. */
  valueQuantum: number;
  /** The cost of a choice in quanta is above its cost in money by at most this much. */
  roundedUp: number;
  /** A cost in money differs from its `f32`, by which options are compared, by at most this, relative. */
  narrowed: number;
  /** Costs are whole multiples of a decimal unit, not the f32 next to them. */
  decimal: boolean;
}

/** Multiples of a unit that `f32` tells apart. */
export const MOST_MULTIPLE = 2 ** 23;

/** Users a tile of the sieve: what `tileScale` promises for. */
const TILE = 512;

/**
 * Whether it is known already that every cost is a whole multiple of `unit`.
 * @throws {RangeError} for a unit so small that 32-bit costs do not tell its multiples apart.
 */
export function checkUnit({ mostCost, digits }: Facts, unit: number): boolean {
  if (mostCost / unit < MOST_MULTIPLE) return digits < NO_DIGITS && unit === 1 / 10 ** digits;
  throw new RangeError(
    `unit ${unit} is too small for a cost of ${mostCost}: 32-bit costs tell ${MOST_MULTIPLE} units apart; use a larger unit`,
  );
}

/** How money is counted; with a unit, every cost is a whole multiple of it. */
export function countingOf(facts: Facts, users: number, unit?: number): Counting {
  const valueQuantum = 2 ** (Math.max(exponentAbove(facts.mostValue), -960) - 50);
  if (unit !== undefined) return { ...decimal(1 / unit, unit, facts), valueQuantum };
  if (facts.digits < NO_DIGITS && facts.mostCost * 10 ** facts.digits < MOST_MULTIPLE) {
    return { ...decimal(10 ** facts.digits, 1 / 10 ** facts.digits, facts), valueQuantum };
  }
  // Decimals too large for f32, or beside costs that are none: an f32 may lie below its decimal by 2^-24.
  const below = facts.below || facts.digits < NO_DIGITS;
  const above = exponentAbove(facts.mostCost);
  const bits = Math.min(50, 62 - bitLength(Math.max(users, 2) - 1));
  const quantum = 2 ** (above - bits);
  // The ulp of the tiniest cost: every cost is a whole multiple of it.
  const grain = 2 ** (exponentAbove(facts.tiniestCost) - 24);
  const exact = grain >= quantum && !below;
  const together = exact && TILE * 2 ** above <= 2 ** 53 * grain;
  return {
    quantum,
    perMoney: 1 / quantum,
    costScale: (1 / quantum) * (below ? 1 + 2 ** -23 : 1),
    costShift: 0,
    tileScale: together ? 1 / quantum : 0,
    valueQuantum,
    roundedUp: exact ? 0 : quantum,
    narrowed: (below ? 2 ** -22 : 0) + (facts.inexact ? 2 ** -23 : 0),
    decimal: false,
  };
}

function decimal(perMoney: number, quantum: number, facts: Facts): Omit<Counting, "valueQuantum"> {
  // An f32 lies within 2^-25 of its decimal: a tile's sum rounds right while that stays below half a quantum.
  const together = TILE * facts.mostCost * perMoney * 2 ** -24 < 0.25;
  return {
    quantum,
    perMoney,
    costScale: perMoney,
    costShift: 0.5,
    tileScale: together ? perMoney : 0,
    roundedUp: 0,
    narrowed: perMoney === 1 ? 0 : 2 ** -24,
    decimal: true,
  };
}

/** Larger than any sum of quanta. */
const MOST_QUANTA = 2 ** 62;

/** The budget in whole quanta, rounded down; with a decimal unit, a budget within rounding of a whole multiple is that multiple. */
export function budgetQuanta(budget: number, { perMoney, quantum, decimal }: Counting): bigint {
  const quanta = Math.min(MOST_QUANTA, Math.max(-MOST_QUANTA, budget * perMoney));
  const whole = Math.round(quanta);
  const near = decimal && Math.abs(whole * quantum - budget) <= Math.abs(budget) * 2 ** -50;
  return BigInt(near ? whole : Math.floor(quanta));
}

/** Money of so many quanta. */
export function money(quanta: bigint, { perMoney, quantum }: Counting): number {
  return Number.isInteger(perMoney) ? Number(quanta) / perMoney : Number(quanta) * quantum;
}

const word = new DataView(new ArrayBuffer(8));

/** The least a with x < 2^a, read from the bits (runtimes differ in Math.log2); −1073 for zero. */
export function exponentAbove(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return -1073;
  word.setFloat64(0, x);
  const exponent = word.getUint32(0) >>> 20;
  return exponent > 0 ? exponent - 1022 : exponentAbove(x * 2 ** 64) - 64;
}

/** Bits that a whole number takes: ⌈log2(n + 1)⌉. */
export function bitLength(n: number): number {
  return n > 0 ? exponentAbove(n) : 0;
}
