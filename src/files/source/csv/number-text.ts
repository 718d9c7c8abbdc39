/** Numbers as text, in bytes: a sign, digits, a point, an exponent; nothing else is a number. */
import { decodeLatin } from "../../text.js";
import { POWERS } from "../../total.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const [ZERO, NINE, POINT, MINUS] = [48, 57, 46, 45];

/**
 * The number at bytes[start, end), or NaN where there is none. Up to 15 digits are read as one whole number and divided by
 * an exact power of ten, which rounds once and is what Number() gives at a fifth of its time; the rest goes to Number().
 * Source: Clinger (1990), the fast path of "How to read floating point numbers accurately".
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const first = at;
  let whole = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) whole = whole * 10 + (byte - ZERO);
    else if (byte === POINT && point < 0) point = at;
    else return parseSlowly(bytes, start, end);
  }
  const digits = end - first - (point < 0 ? 0 : 1);
  if (digits === 0 || digits > 15) return parseSlowly(bytes, start, end);
  const value = point < 0 ? whole : whole / (POWERS[end - 1 - point] as number);
  return negative ? -value : value;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = decodeLatin(bytes, start, end).trim();
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}
