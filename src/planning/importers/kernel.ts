/** What the importers compute in wasm, so that what they give back is the same on every runtime. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { tapsOf } from "../flighting/kernel.js";
import { Coordinates } from "../kernel.js";
import type { Adstock, Curve } from "../types.js";

/** A curve at one point. */
export function curveAt(engine: Engine, curve: Curve, x: number): number {
  const scratch = new Scratch(engine.arena);
  try {
    const one = new Coordinates(engine, scratch, 1);
    one.place(0, curve, 1, 1, 0, scratch);
    return one.evaluate(Float64Array.of(x)).values[0] as number;
  } finally {
    scratch.release();
  }
}

/** Weights of an adstock by lag. */
export function weightsOf(engine: Engine, adstock: Exclude<Adstock, { type: "geometric" }>): number[] {
  const scratch = new Scratch(engine.arena);
  try {
    const { at, length } = tapsOf(engine, scratch, adstock) as { at: number; length: number };
    return Array.from(new Float64Array(engine.memory.buffer, at, length));
  } finally {
    scratch.release();
  }
}

/** What works of a series, with nothing before it. Sums and products alone: the same on every runtime. */
export function adstocked(engine: Engine, adstock: Adstock | undefined, series: Float64Array): Float64Array {
  if (!adstock) return series;
  if (adstock.type === "geometric") {
    const gain = adstock.normalised ? 1 - adstock.decay : 1;
    let a = 0;
    return series.map((x) => {
      a = gain * x + adstock.decay * a;
      return a;
    });
  }
  const weights = weightsOf(engine, adstock);
  return series.map((_, t) => {
    let sum = 0;
    for (let l = Math.min(t, weights.length - 1); l >= 0; l--) {
      sum += (weights[l] as number) * (series[t - l] as number);
    }
    return sum;
  });
}
