/** Columns that the tests of pools solve, made from a counter so that every thread makes the same. */
import type { OfferColumns } from "../../src/pool/index.js";

/** `users` × `options` of small whole costs and values without a pattern; each call gives arrays of its own. */
export function made(users: number, options = 3, buffer: typeof ArrayBuffer | typeof SharedArrayBuffer = ArrayBuffer) {
  const column = (seed: number, most: number) => {
    const numbers = new Float32Array(new buffer(4 * users));
    for (let i = 0; i < users; i++) numbers[i] = 1 + ((Math.imul(i + 1, 2_654_435_761 + 97 * seed) >>> 8) % most);
    return numbers;
  };
  return {
    options: Array.from({ length: options }, (_, j) => `offer ${j + 1}`),
    users,
    values: Array.from({ length: options }, (_, j) => column(j, 50)),
    costs: Array.from({ length: options }, (_, j) => column(100 + j, 9)),
  } satisfies OfferColumns;
}
