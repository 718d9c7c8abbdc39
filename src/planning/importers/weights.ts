/** Adstocks that others cut off after some lags, and the history that still works in a plan. */
import type { Engine } from "../../engine/engine.js";
import { power } from "../curves/kernel.js";
import type { Adstock, Channel } from "../types.js";
import type { ChannelRecord } from "./types.js";

/** decay^l over lags 0 … lags − 1; ours has no end. By multiplication: the same on every runtime. */
export function geometricKernel(decay: number, lags: number, normalised: boolean): Adstock | undefined {
  const weights = [1];
  for (let l = 1; l < lags; l++) weights.push((weights[l - 1] as number) * decay);
  return kernel(decay === 0 ? [1] : weights, normalised);
}

/** (1 − l / denominator)^(1/decay − 1) over lags 0 … lags − 1; ours has as many lags as the denominator. */
export function binomialKernel(
  engine: Engine,
  decay: number,
  lags: number,
  denominator: number,
  normalised: boolean,
): Adstock | undefined {
  if (decay === 0) return undefined;
  const weights = Array.from({ length: lags }, (_, l) => (l ? power(engine, 1 - l / denominator, 1 / decay - 1) : 1));
  return kernel(weights, normalised);
}

/** Undefined where only lag 0 has weight, and that weight is 1. */
function kernel(weights: readonly number[], normalised: boolean): Adstock | undefined {
  const sum = normalised ? weights.reduce((total, weight) => total + weight, 0) : 1;
  const last = weights.findLastIndex((weight) => weight > 0);
  return last > 0 ? { type: "kernel", weights: weights.slice(0, last + 1).map((weight) => weight / sum) } : undefined;
}

/** Adstock and what of the history it still feels; nothing for a channel whose periods do not meet. */
export function carriedBy(adstock: Adstock | undefined, history: readonly number[] = []): Partial<Channel> {
  if (!adstock) return {};
  const lags = lagsOf(adstock);
  const felt = lags === "unlimited" ? history : history.slice(Math.max(0, history.length - lags + 1));
  return { adstock, ...(felt.length > 0 ? { history: [...felt] } : {}) };
}

export function lagsOf(adstock: Adstock | undefined): ChannelRecord["adstock"]["lags"] {
  if (!adstock) return 1;
  if (adstock.type === "geometric") return "unlimited";
  return adstock.type === "kernel" ? adstock.weights.length : adstock.length;
}
