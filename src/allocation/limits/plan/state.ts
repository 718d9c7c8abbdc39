/** Choices of a core and what they leave of each row: all numbers in quanta, exact. */
import type { Core } from "./core.js";

export class State {
  readonly core: Core;
  /** Option of each user. */
  readonly choice: Uint32Array;
  /** What is left of each row; below zero it is broken. */
  readonly left: Float64Array;
  /** What a quantum of a broken row is held to be worth, in value. */
  readonly weights: Float64Array;
  /** Σ of the chosen values, as far as rounding goes. */
  value = 0;
  /** The change that `change` found: rows it touches, `touched` of them, and what it takes of each. */
  readonly rowsOf: Uint16Array;
  readonly takes: Float64Array;
  touched = 0;
  readonly #place: Int32Array;

  constructor(core: Core, weights = weightsOf(core)) {
    this.core = core;
    this.choice = core.choice.slice();
    this.left = core.left.slice();
    this.weights = weights;
    this.rowsOf = new Uint16Array(core.rows);
    this.takes = new Float64Array(core.rows);
    this.#place = new Int32Array(core.rows).fill(-1);
    for (const o of this.choice) this.value += core.values[o] as number;
  }

  /** The option that the user of option o has now. */
  now(o: number): number {
    return this.choice[this.core.userOf[o] as number] as number;
  }

  /** What moving to option o takes of the rows. */
  change(o: number): void {
    const { start, rowOf, quanta } = this.core;
    const place = this.#place;
    let n = 0;
    for (let e = start[o] as number, end = start[o + 1] as number; e < end; e++) {
      const k = rowOf[e] as number;
      place[k] = n;
      this.rowsOf[n] = k;
      this.takes[n++] = quanta[e] as number;
    }
    const now = this.now(o);
    for (let e = start[now] as number, end = start[now + 1] as number; e < end; e++) {
      const k = rowOf[e] as number;
      const at = place[k] as number;
      if (at >= 0) this.takes[at] = (this.takes[at] as number) - (quanta[e] as number);
      else {
        this.rowsOf[n] = k;
        this.takes[n++] = -(quanta[e] as number);
      }
    }
    for (let e = start[o] as number, end = start[o + 1] as number; e < end; e++) place[rowOf[e] as number] = -1;
    this.touched = n;
  }

  /** By how much less the rows are broken, in weights, after the change that was found. */
  relief(): number {
    let relief = 0;
    for (let n = 0; n < this.touched; n++) {
      const k = this.rowsOf[n] as number;
      const before = this.left[k] as number;
      const after = before - (this.takes[n] as number);
      if (before >= 0 && after >= 0) continue;
      relief += (this.weights[k] as number) * (Math.min(0, after) - Math.min(0, before));
    }
    return relief;
  }

  /** Whether no row is broken more after the change, and none that held breaks. */
  fits(): boolean {
    for (let n = 0; n < this.touched; n++) {
      const take = this.takes[n] as number;
      if (take > 0 && (this.left[this.rowsOf[n] as number] as number) < take) return false;
    }
    return true;
  }

  /** Moves the user of option o to it. */
  move(o: number): void {
    const { values, userOf } = this.core;
    this.change(o);
    for (let n = 0; n < this.touched; n++) {
      const k = this.rowsOf[n] as number;
      this.left[k] = (this.left[k] as number) - (this.takes[n] as number);
    }
    this.value += (values[o] as number) - (values[this.now(o)] as number);
    this.choice[userOf[o] as number] = o;
  }

  /** Σ weight · what is broken; 0 where every row holds. */
  broken(): number {
    let broken = 0;
    for (let k = 0; k < this.left.length; k++) {
      broken -= (this.weights[k] as number) * Math.min(0, this.left[k] as number);
    }
    return broken;
  }

  get holds(): boolean {
    return this.left.every((left) => left >= 0);
  }

  loss(o: number): number {
    const { scores } = this.core;
    return (scores[this.now(o)] as number) - (scores[o] as number);
  }

  gain(o: number): number {
    const { values } = this.core;
    return (values[o] as number) - (values[this.now(o)] as number);
  }

  /** Goes to other choices of the same core. */
  goTo(choice: Uint32Array): void {
    choice.forEach((o, u) => {
      if (this.choice[u] !== o) this.move(o);
    });
    this.value = 0;
    for (const o of this.choice) this.value += this.core.values[o] as number;
  }
}

/** A row without a price still weighs: a share of what values and quanta of its entries are on the whole. */
const SHARE = 0.05;

function weightsOf({ values, quanta, rowOf, prices, rows }: Core): Float64Array {
  let value = 0;
  for (const v of values) value += Math.abs(v);
  value = value / Math.max(1, values.length) || 1;
  const size = new Float64Array(rows);
  const count = new Float64Array(rows);
  quanta.forEach((q, e) => {
    const k = rowOf[e] as number;
    size[k] = (size[k] as number) + Math.abs(q);
    if (q !== 0) count[k] = (count[k] as number) + 1;
  });
  return prices.map((p, k) => {
    const each = (size[k] as number) / (count[k] as number);
    return Math.max(p, each > 0 ? (SHARE * value) / each : value);
  });
}
