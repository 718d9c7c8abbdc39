/**
 * How far above the best value known the next one can lie: weights and values of all plans are on a lattice
 * (assembly/allocation/exact/lattice.ts).
 *
 * A better plan has w ≤ 0 (against the budget) and p ≥ z + 1, and p − λw of it is at most what a state leads to at price λ.
 * So a state is of use only where it reaches min { p − λw : (w, p) on the lattice, w ≤ 0, p > z } = z + 1 + excess.
 */

/** Weights below the budget that are looked at; past them only the price counts. */
const WEIGHTS = 64;

export interface Lattice {
  a: bigint;
  b: bigint;
  d: bigint;
}

interface Corner {
  below: number;
  excess: number;
}

export class Target {
  readonly #lattice: Lattice;
  readonly #weight: bigint;
  #corners: Corner[] = [{ below: 0, excess: 0 }];
  /** Where the corners end; nothing lies behind them where this is Infinity. */
  #end = Number.POSITIVE_INFINITY;

  /** `weight` is the plan's, against the budget; its value is the origin. */
  constructor(lattice: Lattice, weight: bigint) {
    this.#lattice = lattice;
    this.#weight = weight;
  }

  /** Looks at the lattice above z. */
  aim(z: bigint): void {
    const { a, b, d } = this.#lattice;
    if (a === 1n && d === 1n) return;
    this.#corners = [];
    this.#end = Number.POSITIVE_INFINITY;
    // The plan is at weight #weight: w = #weight + a·s ≤ 0.
    let below = a === 0n ? -this.#weight : modulo(-this.#weight, a);
    for (let i = 0; i < WEIGHTS; i++, below += a) {
      if (below < 0n) return;
      const s = a === 0n ? 0n : (-below - this.#weight) / a;
      const rest = b * s - (z + 1n);
      const excess = d === 0n ? rest : modulo(rest, d);
      if (excess >= 0n) this.#corners.push({ below: Number(below), excess: Number(excess) });
      // On a line that falls with the weight the price says which end is least: the first or the last above z.
      if (excess >= b && d === 0n && b > 0n) {
        const more = excess / b;
        this.#corners.push({ below: Number(below + more * a), excess: Number(excess - more * b) });
      }
      if (a === 0n || excess === 0n || (d === 0n && b >= 0n)) return;
    }
    this.#end = Number(below);
  }

  /** How much more than z + 1 a state must reach at this price. */
  excess(price: number): number {
    let least = this.#end === Number.POSITIVE_INFINITY ? this.#end : price * this.#end;
    for (const { below, excess } of this.#corners) least = Math.min(least, excess + price * below);
    return least;
  }
}

function modulo(x: bigint, m: bigint): bigint {
  const rest = x % m;
  return rest < 0n ? rest + m : rest;
}
