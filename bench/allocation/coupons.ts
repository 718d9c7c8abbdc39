/**
 * The coupon ladder: customers who order with probability p0 and more often with a coupon of face value 1 to M; value is
 * added margin, cost is what is redeemed. One exact stream of xorshift128 from a seed, so that everyone measures the same
 * numbers.
 */
export class Xorshift128 {
  #x: number;
  #y: number;
  #z = 0x12345;
  #w = 0x6789a;

  constructor(seed: number) {
    const s = (BigInt(seed) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn;
    this.#x = Number(s & 0xffff_ffffn) || 1;
    this.#y = Number(s >> 32n) || 2;
  }

  /** The next number in [0, 1). */
  next(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8);
    return (this.#w >>> 0) * 2 ** -32;
  }
}

const SEED = 7;

/** Writes option j of `options` for all users: the stream is drawn from its start for every column. */
export function couponColumn(
  options: number,
  j: number,
  values: Float32Array,
  costs: Float32Array,
  seed: number = SEED,
): void {
  const random = new Xorshift128(seed);
  for (let i = 0; i < values.length; i++) {
    const p0 = 0.02 + 0.2 * random.next() * random.next();
    const a = 0.5 * random.next() * random.next();
    const h = 2 + 20 * random.next();
    const margin = 20 + 60 * random.next();
    for (let k = 0; k < j; k++) random.next();
    const face = 1 + j;
    const p = p0 + (((1 - p0) * a * face) / (face + h)) * (0.9 + 0.2 * random.next());
    for (let k = j + 1; k < options; k++) random.next();
    values[i] = (p - p0) * margin;
    costs[i] = p * face;
  }
}
