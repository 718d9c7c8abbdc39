/** What one choice uses of a row, in quanta: as assembly/allocation/limits/tally.ts counts, bit for bit. */
import type { Account } from "../accounts.js";

/** Quanta of a row that a choice of value v uses, of whose money or resource it uses `amount`. */
export function quantaOf(account: Account, v: number, amount: number): number {
  const { row, scale, shift, off } = account;
  if (row.counts === "users") return 1;
  if (row.counts === "return") return returned(account, v, amount);
  const by = Math.abs(amount) * off;
  return row.kind === "at most" ? Math.ceil((amount + by) * scale - shift) : Math.floor((amount - by) * scale + shift);
}

/** By how much those quanta may be stricter than what the caller's numbers use; 0 where they are exact. */
export function slopOf(account: Account, v: number, amount: number): number {
  const { row, perMoney, scale, shift, off, valueScale, costScale } = account;
  if (row.counts === "users") return 0;
  if (row.counts !== "return") {
    if (perMoney > 0) return 0;
    const quanta = amount * scale;
    return off === 0 && Number.isInteger(quanta) ? 0 : 1 + 2 * off * Math.abs(quanta);
  }
  const a = v * valueScale;
  const b = (perMoney > 0 ? nearest(amount * perMoney) : amount) * costScale;
  const { difference, lost } = apart(a, b);
  if (off === 0 && shift === 0 && lost === 0 && Number.isInteger(difference * scale)) return 0;
  return 1 + (2 * (off + 2 ** -50) * Math.abs(a) + 2 * (shift + 2 ** -50) * Math.abs(b)) * scale;
}

function returned({ perMoney, scale, shift, off, valueScale, costScale }: Account, v: number, c: number): number {
  const a = (v - Math.abs(v) * off) * valueScale;
  const b = (perMoney > 0 ? nearest(c * perMoney) : c + Math.abs(c) * shift) * costScale;
  const { difference, lost } = apart(a, b);
  const quanta = difference * scale;
  const whole = Math.floor(quanta);
  return whole === quanta && lost < 0 ? whole - 1 : whole;
}

/** a − b and what its rounding lost. */
function apart(a: number, b: number) {
  const difference = a - b;
  const rest = difference - a;
  return { difference, lost: a - (difference - rest) - (b + rest) };
}

/** The whole number next to x, ties to even: 2^52 + 2^51 leaves no bit behind the point. */
function nearest(x: number): number {
  return Math.abs(x) < 2 ** 51 ? x + 6_755_399_441_055_744 - 6_755_399_441_055_744 : x;
}
