/** Tie-breaking keys of text ids: the low 64 bits of MD5 of their UTF-8 bytes (DuckDB's md5_number_lower). */
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
