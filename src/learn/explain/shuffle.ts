/** Orders of rows by a seed: whole numbers alone, so that they are the same on every runtime. */

/** 0 … rows − 1 in an order of this key's (Fisher and Yates; words by SplitMix32). */
export function shuffled(rows: number, key: readonly number[]): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  let state = key.reduce((mixed, word) => mix(mixed + word + GAMMA), 0);
  for (let i = rows - 1; i > 0; i--) {
    state = (state + GAMMA) >>> 0;
    const j = Math.floor((mix(state) * (i + 1)) / 2 ** 32);
    const own = order[i] as number;
    order[i] = order[j] as number;
    order[j] = own;
  }
  return order;
}

const GAMMA = 0x9e3779b9;

function mix(word: number): number {
  let x = word >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
