/** Options of forests at the border: kinds and ranges, one way to say so. */
import { finiteNumber, plainObject, wholeNumber } from "../../engine/check.js";
import { BINS } from "../data/binned.js";
import type { ForestOptions } from "./types.js";

const SHARED = [
  ...[
    "seed",
    "bins",
    "allow",
    "engine",
    "signal",
    "onProgress",
    "trees",
    "maxDepth",
    "minSamplesLeaf",
    "minSamplesTreatment",
  ],
  ...["maxFeatures", "symmetric", "price"],
];

export function checkOptions(options: ForestOptions, own: readonly string[]): void {
  plainObject(options, "options");
  const known = [...SHARED, ...own];
  const unknown = Object.keys(options).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`options has no field "${unknown}"; the fields are ${known.join(", ")}`);
}

/** A share above 0 and at most 1. */
export function share(value: number, name: string, most = 1): number {
  if (!(finiteNumber(value, name) > 0 && value <= most)) {
    throw new RangeError(`${name} must be above 0 and at most ${most}, got ${value}`);
  }
  return value;
}

export function atLeast(value: number, name: string, least: number): number {
  if (finiteNumber(value, name) < least) throw new RangeError(`${name} must be at least ${least}, got ${value}`);
  return value;
}

export interface Settings {
  seed: number;
  bins: number;
  trees: number;
  maxDepth: number;
  leastLeaf: number;
  leastArm: number;
  price: number;
  symmetric: boolean;
}

export function readSettings(
  options: ForestOptions,
  defaults: { trees: number; maxDepth: number; leastLeaf: number; leastArm: number },
): Settings {
  const { seed = 1, bins = BINS, trees = defaults.trees, maxDepth = defaults.maxDepth, price = 0 } = options;
  const { minSamplesLeaf = defaults.leastLeaf, minSamplesTreatment = defaults.leastArm, symmetric = false } = options;
  if (typeof symmetric !== "boolean") throw new TypeError(`symmetric must be true or false, got ${String(symmetric)}`);
  return {
    seed: wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER),
    bins: wholeNumber(bins, "bins", 2, BINS),
    trees: wholeNumber(trees, "trees", 1, 100_000),
    maxDepth: wholeNumber(maxDepth, "maxDepth", 1, symmetric ? 12 : 1_000),
    leastLeaf: atLeast(minSamplesLeaf, "minSamplesLeaf", 1),
    leastArm: atLeast(minSamplesTreatment, "minSamplesTreatment", 1),
    price: finiteNumber(price, "price"),
    symmetric,
  };
}
