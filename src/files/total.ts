/**
 * Sums of the caller's own numbers. `f64` numbers are summed with the error of every addition carried along (about 106 bits),
 * decimals and integers exactly, so that neither the order of the rows nor the reader changes a total.
 *
 * Source: Knuth, TAOCP 2, §4.2.2, theorem B (two-sum); Neumaier (1974) for carrying the errors.
 */
import type { Exact } from "./types.js";

export class Total {
  #sum = 0;
  #error = 0;
  /** Sum of the unscaled integers, by scale. */
  #exact = 0n;
  readonly #scale: number;

  /** `scale`: decimal places of the integers that will be added. */
  constructor(scale = 0) {
    this.#scale = scale;
  }

  add(x: number): void {
    const sum = this.#sum + x;
    const part = sum - this.#sum;
    this.#error += this.#sum - (sum - part) + (x - part);
    this.#sum = sum;
  }

  addExact(x: Exact): void {
    if (typeof x === "bigint") this.#exact += x;
    else this.add(Number(x));
  }

  get value(): number {
    const exact = decimalNumber(this.#exact, this.#scale);
    return this.#sum + (this.#error + exact);
  }
}

/** Powers of ten that an `f64` holds exactly. */
export const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** unscaled / 10^scale as the nearest `f64`. */
export function decimalNumber(unscaled: bigint, scale: number): number {
  const x = Number(unscaled);
  if (scale === 0) return x;
  // Both exact, so that one division rounds once.
  if (Math.abs(x) <= Number.MAX_SAFE_INTEGER && scale < POWERS.length) return x / (POWERS[scale] as number);
  return Number(`${unscaled}e-${scale}`);
}

/** A decimal as text: 150, 2 → "1.50". */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
