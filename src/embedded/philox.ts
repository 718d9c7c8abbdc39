/**
 * Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). Its output is a pure function of key and counter, so user 900,000 can be drawn without the 899,999 before.
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const TWO_POW_MINUS_32 = 2 ** -32;

/** Writes the block of four 32-bit words at counter (c0, c1, c2, 0) under key (k0, k1) to `out`. */
export function philox(out: Uint32Array, c0: number, c1: number, c2: number, k0: number, k1: number, c3 = 0): void {
  for (let round = 0; round < 10; round++) {
    // The high word of a 32 × 32 product: the f64 product is off by at most 2^11, far less than half of 2^32.
    const low0 = Math.imul(M0, c0) >>> 0;
    const high0 = ((M0 * c0 - low0) * TWO_POW_MINUS_32 + 0.5) >>> 0;
    const low1 = Math.imul(M1, c2) >>> 0;
    const high1 = ((M1 * c2 - low1) * TWO_POW_MINUS_32 + 0.5) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Standard normal numbers by Box and Muller, addressed by (seed, stream, index, block of four). */
export class Normals {
  readonly #words = new Uint32Array(4);
  readonly #low: number;
  readonly #high: number;
  readonly #stream: number;

  constructor(seed: number, stream: number) {
    this.#low = seed >>> 0;
    this.#high = Math.floor(seed / 2 ** 32) >>> 0;
    this.#stream = stream;
  }

  /** Fills `out`, whose length is a multiple of four, with the normals of this index. */
  draw(out: Float64Array, index: number): void {
    const words = this.#words;
    for (let i = 0; i < out.length; i += 4) {
      philox(words, index, i >>> 2, this.#stream, this.#low, this.#high);
      pair(out, i, words[0] as number, words[1] as number);
      pair(out, i + 2, words[2] as number, words[3] as number);
    }
  }
}

function pair(out: Float64Array, at: number, word: number, turn: number): void {
  const radius = Math.sqrt(-2 * Math.log((word + 1) * TWO_POW_MINUS_32));
  const angle = turn * (2 * Math.PI * TWO_POW_MINUS_32);
  out[at] = radius * Math.cos(angle);
  out[at + 1] = radius * Math.sin(angle);
}
