/**
 * A table of offers: users × options as `f32` columns in an engine's memory, values first, then costs.
 *
 *   values + j·stride + 4i     value of option j for user i, −∞ = closed
 *   costs  + j·stride + 4i     its cost
 *   slots  + j·slotStride + 2i offer of candidate slot j, u16, from 1 (tables with slots only)
 *   keys   + 8i                tie-breaking key of user i, u64 (tables with ids only)
 *
 * Columns are padded to whole lines of 16 users with closed options; `stride` is kept off multiples of 4 KiB, so that the
 * columns of one user do not fall into one set of the cache.
 */
import type { Engine } from "../engine/engine.js";

/** Ids of the users: they decide ties, so that the order of the rows does not. */
export type Ids = BigInt64Array | BigUint64Array | Int32Array | Uint32Array | readonly string[];

export interface OfferShape {
  /** Number of users, 1 to 2^28. */
  users: number;
  /** Names of the options, or how many (then named "1", "2", …); up to 254 as columns, 65,534 with slots. */
  options: number | readonly string[];
  /** Columns are this many candidate slots, each with an offer index beside it. */
  slots?: number;
  ids?: Ids;
}

export class Offers {
  readonly engine: Engine;
  readonly users: number;
  readonly names: readonly string[];

  constructor(engine: Engine, shape: OfferShape) {
    this.engine = engine;
    this.users = shape.users;
    this.names = typeof shape.options === "number" ? Array.from({ length: shape.options }, (_, j) => String(j + 1)) : shape.options;
  }

  /** Fills column j in place: `write` gets views of the values and costs (and offer indices) of all users. */
  fill(_j: number, _write: (values: Float32Array, costs: Float32Array, offers?: Uint16Array) => void): void {
    throw new Error("not built yet");
  }

  /**
   * Sets rows [from, from + values.length) of column j from the caller's f64 numbers: costs are rounded up, values to the
   * nearest, unless every cost is a whole multiple of a decimal unit.
   */
  set(_j: number, _from: number, _values: Float64Array, _costs: Float64Array, _offers?: Uint16Array): void {
    throw new Error("not built yet");
  }

  /** Sets the tie-breaking keys of rows [from, …): see `keys.ts` for how ids become keys. */
  setKeys(_from: number, _keys: BigUint64Array): void {
    throw new Error("not built yet");
  }

  release(): void {}
  [Symbol.dispose](): void {
    this.release();
  }
}
