/** Adstocks as the kernels take them, and how long they last. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import type { ModelLine } from "../model.js";
import type { Adstock } from "../types.js";
import { tapsOf } from "./kernel.js";

/** Of a geometric adstock, what is left of it at its end, of what there was at first. */
const LEFT = 1e-12;
/** Most periods after the plan in which its spend still counts. */
export const MOST_TAIL = 1040;

export interface By {
  taps?: { at: number; length: number };
  decay?: number;
  gain?: number;
}

export function adstockOf(engine: Engine, scratch: Scratch, adstock: Adstock | undefined): By {
  if (!adstock) return { decay: 0, gain: 1 };
  if (adstock.type !== "geometric") return { taps: tapsOf(engine, scratch, adstock) };
  const { decay, normalised = false } = adstock;
  return { decay, gain: normalised ? 1 - decay : 1 };
}

/** Periods after the plan in which its last spend still works; by multiplication: the same on every runtime. */
export function tailOf({ adstock }: ModelLine): number {
  if (!adstock) return 0;
  if (adstock.type !== "geometric") return (adstock.type === "kernel" ? adstock.weights.length : adstock.length) - 1;
  let left = adstock.decay;
  let tail = 0;
  for (; left > LEFT && tail < MOST_TAIL; tail++) left *= adstock.decay;
  return tail;
}

export function powersOf(gain: number, decay: number, count: number): Float64Array {
  const powers = new Float64Array(decay > 0 ? count : 1);
  for (let l = 0, power = gain; l < powers.length; l++, power *= decay) powers[l] = power;
  return powers;
}
