/**
 * The dual near its least, as a quadratic: slope g and curvature H in the prices.
 */
const SWEEPS = 400;
/** A price whose curvature is not seen is taken to move its row by this much of what H's others say. */
const BLIND = 1e-9;

export class Quadratic {
  readonly size: number;
  readonly #h: Float64Array;

  constructor(h: Float64Array, size: number) {
    this.size = size;
    this.#h = h;
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < k; j++) {
        const mean = ((h[k * size + j] as number) + (h[j * size + k] as number)) / 2;
        h[k * size + j] = mean;
        h[j * size + k] = mean;
      }
    }
  }

  #at(k: number, j: number): number {
    return this.#h[k * this.size + j] as number;
  }

  /** H s. */
  times(s: Float64Array): Float64Array {
    return s.map((_, k) => {
      let sum = 0;
      for (let j = 0; j < this.size; j++) sum += this.#at(k, j) * (s[j] as number);
      return sum;
    });
  }

  /** The step s that makes g·s + ½ sᵀHs least with prices + s ≥ 0 (Gauss and Seidel, projected), and what it promises. */
  step(prices: Float64Array, slope: Float64Array): { step: Float64Array; promise: number } {
    const s = new Float64Array(this.size);
    const rest = slope.slice();
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      let moved = 0;
      for (let k = 0; k < this.size; k++) {
        const curvature = this.#at(k, k);
        if (!(curvature > 0)) continue;
        const to = Math.max(-(prices[k] as number), (s[k] as number) - (rest[k] as number) / (curvature * (1 + BLIND)));
        const by = to - (s[k] as number);
        if (by === 0) continue;
        s[k] = to;
        moved = Math.max(moved, by * by * curvature);
        for (let j = 0; j < this.size; j++) rest[j] = (rest[j] as number) + by * this.#at(j, k);
      }
      if (moved === 0) break;
    }
    // rest = g + H s, so that g·s + ½ s·H s = ½ (g + rest)·s.
    let change = 0;
    s.forEach((by, k) => {
      change += 0.5 * by * ((slope[k] as number) + (rest[k] as number));
    });
    return { step: s, promise: -change };
  }

  /** Learns that the slope changed by y over the step s: BFGS, damped so that H stays positive (Powell 1978). */
  learn(s: Float64Array, y: Float64Array): void {
    const hs = this.times(s);
    const sHs = dot(s, hs);
    if (!(sHs > 0)) return;
    const sy = dot(s, y);
    const mix = sy >= 0.2 * sHs ? 1 : (0.8 * sHs) / (sHs - sy);
    const r = y.map((yk, k) => mix * yk + (1 - mix) * (hs[k] as number));
    const sr = dot(s, r);
    for (let k = 0; k < this.size; k++) {
      for (let j = 0; j < this.size; j++) {
        const change = ((r[k] as number) * (r[j] as number)) / sr - ((hs[k] as number) * (hs[j] as number)) / sHs;
        this.#h[k * this.size + j] = this.#at(k, j) + change;
      }
    }
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
