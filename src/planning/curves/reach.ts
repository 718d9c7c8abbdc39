/**
 * Reach beside its kernel: the contacts at which a frequency is met, and insertions as a table. Additions, multiplications and
 * divisions only: the same bits on every runtime.
 *
 * Frequency is contacts by person reached at all. Sources: budget-optimisation checklist, 13; beta-binomial exposure after
 * Metheringham, "Measuring the net cumulative coverage of a print campaign" (1964).
 */
import type { Curve } from "../types.js";

export type Reach = Curve & { type: "reach" };
export type Insertions = Curve & { type: "insertions" };
export type Table = Curve & { type: "table" };

/** 1 − e^−x: its series at x / 2^m, doubled m times by s ← s (2 − s). */
function shareReached(x: number): number {
  // 1 − e^−40 is 1 to all digits.
  if (x > 40) return 1;
  let y = x;
  let doublings = 0;
  for (; y > 2 ** -10; doublings++) y /= 2;
  let s = y * (1 - (y / 2) * (1 - (y / 3) * (1 - (y / 4) * (1 - y / 5))));
  for (; doublings > 0; doublings--) s *= 2 - s;
  return s;
}

/** Contacts by person reached, where `x` is contacts or insertions. */
export function frequencyAt(curve: Reach | Insertions, x: number): number {
  if (!(x > 0)) return 1;
  if (curve.type === "reach") return x / curve.population / shareReached(x / curve.population);
  const { alpha, beta, most } = curve;
  const n = Math.min(x, most);
  return (n * alpha) / (alpha + beta) / reachedOnce(curve, n);
}

/** The most contacts or insertions of a frequency. */
export function unitsAt(curve: Reach | Insertions, frequency: number): number {
  let low = 0;
  let high = curve.type === "reach" ? Math.min(frequency * curve.population, Number.MAX_VALUE) : curve.most;
  if (frequencyAt(curve, high) <= frequency) return high;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) return low;
    if (frequencyAt(curve, middle) <= frequency) low = middle;
    else high = middle;
  }
}

/** The share that sees one of n insertions: straight between whole numbers. */
function reachedOnce({ alpha, beta }: Insertions, n: number): number {
  const whole = Math.floor(n);
  let missed = 1;
  for (let i = 0; i < whole; i++) missed *= (beta + i) / (alpha + beta + i);
  const next = (beta + whole) / (alpha + beta + whole);
  return 1 - missed + (n - whole) * missed * (1 - next);
}

/**
 * Insertions as a table. With X of n seen: P(X ≥ k | n + 1) = P(X ≥ k | n) + P(X = k − 1 | n) (α + k − 1) / (α + β + n), and
 * P(j | n + 1) = P(j | n) (n + 1) / (n + 1 − j) · (β + n − j) / (α + β + n): nothing is subtracted.
 */
export function tableOf({ population, alpha, beta, most, times = 1 }: Insertions): Table {
  const j = times - 1;
  const spend: number[] = [];
  const response: number[] = [];
  let exactly = 1;
  for (let i = 0; i < j; i++) exactly *= (alpha + i) / (alpha + beta + i);
  let enough = 0;
  if (j > 0) {
    spend.push(j);
    response.push(0);
  }
  for (let n = j; n < most; n++) {
    enough += (exactly * (alpha + j)) / (alpha + beta + n);
    exactly *= ((n + 1) / (n + 1 - j)) * ((beta + n - j) / (alpha + beta + n));
    spend.push(n + 1);
    response.push(population * enough);
  }
  return { type: "table", spend, response };
}
