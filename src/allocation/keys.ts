/** Tie-breaking keys of text ids: the low 64 bits of MD5 of their UTF-8 bytes (DuckDB's md5_number_lower). */
import { wholeNumber } from "../engine/check.js";
import { md5Key } from "./md5.js";

export function keysOfTexts(ids: readonly string[]): BigUint64Array {
  const keys = new BigUint64Array(ids.length);
  const words = new Uint32Array(keys.buffer);
  const encoder = new TextEncoder();
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (typeof id !== "string")
      throw new TypeError(`id of row ${i} must be a string as the others are, got ${typeof id}`);
    const bytes = encoder.encode(id);
    md5Key(bytes, 0, bytes.length, words, 2 * i);
  }
  return keys;
}

/** Most options or slots of a table. */
export const MOST_OPTIONS = 65_534;

export function notIds(): TypeError {
  return new TypeError("ids must be a BigInt64Array, BigUint64Array, Int32Array, Uint32Array or an array of strings");
}

export function optionNames(options: number | readonly string[]): readonly string[] {
  if (typeof options === "number") {
    wholeNumber(options, "options", 1, MOST_OPTIONS);
    return Array.from({ length: options }, (_, j) => String(j + 1));
  }
  if (!Array.isArray(options))
    throw new TypeError(`options must be a number or an array of names, got ${typeof options}`);
  wholeNumber(options.length, "options.length", 1, MOST_OPTIONS);
  const seen = new Set<string>();
  for (const [j, name] of options.entries()) {
    if (typeof name !== "string") throw new TypeError(`the name of option ${j} must be a string, got ${typeof name}`);
    if (name === "") throw new RangeError(`the name of option ${j} is empty`);
    if (seen.has(name)) throw new RangeError(`two options are named "${name}"`);
    seen.add(name);
  }
  return [...options];
}
