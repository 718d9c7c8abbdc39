/** A curve of any type that is the same in every draw, beside those of draws: one table, reach or incentive in its periods. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { hullOf, isBent } from "../flighting/hull.js";
import { Coordinates } from "../kernel.js";
import type { Curve } from "../types.js";
import type { Wanted } from "./kernel.js";

/** A vertical start counts as this steep (assembly/planning/draws.ts). */
const STEEPEST = 1e150;
/** Chords are raised by more than their quotients may have lost. */
const ROOM = 1e-12;

export class Fixed {
  readonly draws = 1;
  readonly concave: boolean;
  /** What it is fed with by period; its slopes and values of the last sum. */
  readonly x: Float64Array;
  readonly slopes: Float64Array;
  readonly values: Float64Array;
  readonly #worth: Float64Array;
  readonly #own: Coordinates;
  /** A table that is not concave is lifted to its hull, other curves to chords. */
  readonly #hull: Coordinates | undefined;
  #chord = { end: 0, slope: 0 };

  constructor(engine: Engine, scratch: Scratch, curve: Curve, worth: Float64Array) {
    const { length } = worth;
    this.#worth = worth;
    [this.x, this.slopes, this.values] = [0, 1, 2].map(() => new Float64Array(length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const placed = (one: Curve) => {
      const coordinates = new Coordinates(engine, scratch, length);
      coordinates.place(0, one, 1, 1, 0, scratch);
      coordinates.repeat(0, length, new Float64Array(length).fill(1));
      coordinates.finish();
      return coordinates;
    };
    this.#own = placed(curve);
    const bent = isBent(curve);
    this.#hull = bent ? placed(hullOf(curve)) : undefined;
    const points = curve.type === "table" || curve.type === "insertions";
    this.concave = !bent && (points || !((this.#own.inflections[0] as number) > 0));
  }

  /** The envelope from nothing to `most`. */
  envelop(most: (draw: number) => number): void {
    if (this.concave || this.#hull) return;
    const { length } = this.x;
    this.#own.setBoxes(new Float64Array(length), new Float64Array(length).fill(most(0)));
    const end = Math.max(0, this.#own.chords[0] as number);
    const at = (spend: number) => this.#own.evaluate(new Float64Array(length).fill(spend)).values[0] as number;
    this.#chord = { end, slope: end > 0 ? (at(end) / end) * (1 + ROOM) : 0 };
  }

  get chords(): number {
    return this.#chord.end;
  }

  /** The most that any spend brings. */
  get ceiling(): number {
    return this.#own.evaluate(new Float64Array(this.x.length).fill(Number.POSITIVE_INFINITY)).values[0] as number;
  }

  sum(_from: number, _count: number, { lifted }: Wanted): number {
    const { end, slope: steepness } = this.#chord;
    const { values, slopes } = (lifted && this.#hull ? this.#hull : this.#own).evaluate(this.x);
    let sum = 0;
    for (let t = 0; t < this.x.length; t++) {
      const worth = this.#worth[t] as number;
      const a = this.x[t] as number;
      const chord = lifted && a < end;
      const value = worth > 0 ? worth * (chord ? steepness * a : (values[t] as number)) : 0;
      this.values[t] = value;
      this.slopes[t] = worth > 0 ? worth * Math.min(STEEPEST, chord ? steepness : (slopes[t] as number)) : 0;
      sum += value;
    }
    return sum;
  }
}
