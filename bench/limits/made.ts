/**
 * A stream of the coupon ladder made on the fly: a base of users whose values and costs are scaled anew for every user of
 * every tile, from a counter. Cheap, seeded, the same on every reading, and no two users alike.
 */
import type { TileSource } from "../../src/index.js";
import { couponColumn } from "../allocation/coupons.js";

const BASE = 65_536;

export class MadeStream implements TileSource {
  readonly options: number;
  readonly users: number;
  readonly #values: Float32Array[];
  readonly #costs: Float32Array[];
  /** Readings begun, and seconds spent on making tiles. */
  reads = 0;
  seconds = 0;

  constructor(users: number, options: number) {
    this.users = users;
    this.options = options;
    this.#values = columns(options, BASE);
    this.#costs = columns(options, BASE);
    for (let j = 0; j < options; j++) {
      couponColumn(options, j, this.#values[j] as Float32Array, this.#costs[j] as Float32Array);
    }
  }

  /** What everyone spends who takes the most valuable option, roughly: the last of the ladder. */
  get freeSpend(): number {
    const last = this.#costs[this.options - 1] as Float32Array;
    return (last.reduce((sum, cost) => sum + cost, 0) * this.users) / BASE;
  }

  /** The same arrays every time: a tile is copied before the next is made. */
  *tiles() {
    this.reads++;
    const values = columns(this.options, BASE);
    const costs = columns(this.options, BASE);
    const [byValue, byCost] = columns(2, BASE) as [Float32Array, Float32Array];
    for (let from = 0; from < this.users; from += BASE) {
      const start = performance.now();
      const users = Math.min(BASE, this.users - from);
      draw(from, users, byValue, byCost);
      for (let j = 0; j < this.options; j++) {
        scale(this.#values[j] as Float32Array, byValue, values[j] as Float32Array, users);
        scale(this.#costs[j] as Float32Array, byCost, costs[j] as Float32Array, users);
      }
      const cut = (all: Float32Array[]) => (users === BASE ? all : all.map((column) => column.subarray(0, users)));
      const tile = { users, values: cut(values), costs: cut(costs) };
      this.seconds += (performance.now() - start) / 1000;
      yield tile;
    }
  }
}

function columns(count: number, users: number): Float32Array[] {
  return Array.from({ length: count }, () => new Float32Array(users));
}

/** Factors from 0.75 to 1.25, by a hash of the row. */
function draw(from: number, users: number, byValue: Float32Array, byCost: Float32Array): void {
  for (let i = 0; i < users; i++) {
    let h = (from + i) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
    h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
    h ^= h >>> 16;
    byValue[i] = 0.75 + (h & 0xffff) * 2 ** -17;
    byCost[i] = 0.75 + (h >>> 16) * 2 ** -17;
  }
}

function scale(base: Float32Array, by: Float32Array, to: Float32Array, users: number): void {
  for (let i = 0; i < users; i++) to[i] = (base[i] as number) * (by[i] as number);
}
