/** Estimates as people read them. */
import type { Estimate } from "../../uplift/evaluate/types.js";

/** Four digits, with a minus that is as wide as a plus. */
export function digits(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(4))).replace("-", "−") : "–";
}

export function interval({ low, high }: Estimate, level: number): string {
  return `${digits(low)} to ${digits(high)} (${Math.round(100 * level)} %)`;
}
