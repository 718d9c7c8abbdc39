/**
 * Leaves of symmetric trees as two bytes each: assembly/uplift/symmetric.ts, addQuantised. A leaf v of tree t is
 * least_t + quantum · u, u from 0 to 65,535, with one quantum for all trees: sums of u are exact, and the score is off by no more than
 * what the leaves were rounded by, tree by tree.
 */
import type { Stored } from "../model/format.js";
import { treesOf } from "../model/shapes.js";
import type { Image } from "./image.js";
import { addLevels, type Source } from "./trees.js";

const RECORD = 192;
/** Six levels: four tables of sixteen leaves. */
const MOST_LEVELS = 6;
/** Trees whose bytes sum up within 16 bits. */
const CALL = 256;

export interface Quantised {
  /** First record and number of trees, a call each. */
  calls: { trees: number; count: number }[];
  /** What the sum of u is turned into: base + quantum · Σ u. */
  base: number;
  quantum: number;
  /** Most that a sum may differ from the exact mode's. */
  error: number;
}

/** Undefined where a tree is deeper, or the model has several outputs. */
export function addQuantised(image: Image, source: Source, levels: readonly number[][]): Quantised | undefined {
  const { stored } = source;
  if (stored.outputs.length > 1 || levels.some((tests) => tests.length > MOST_LEVELS)) return;
  const ranges = rangesOf(stored);
  const quantum = ranges.reduce((most, [least, largest]) => Math.max(most, largest - least), 0) / 65_535 || 1;
  let base = stored.start[0] as number;
  let error = 0;
  let size = Math.abs(base);
  const calls: Quantised["calls"] = [];
  for (const { tree, firstValue, leaves } of treesOf(stored)) {
    const [least, most] = ranges[tree] as [number, number];
    const at = addLevels(image, source, levels[tree] as number[], RECORD);
    let worst = 0;
    for (let leaf = 0; leaf < leaves; leaf++) {
      const value = stored.values[firstValue + leaf] as number;
      const u = Math.min(65_535, Math.round((value - least) / quantum));
      worst = Math.max(worst, Math.abs(value - (least + quantum * u)));
      image.u8(at + 64 + leaf, u & 255);
      image.u8(at + 128 + leaf, u >> 8);
    }
    base += least;
    error += worst;
    size += Math.max(Math.abs(least), Math.abs(most));
    if (tree % CALL === 0) calls.push({ trees: at, count: 0 });
    (calls.at(-1) as { count: number }).count++;
  }
  // Besides, both ways of summing round: once a tree in the model's precision, relative to what stands there at most.
  const rounding = (levels.length + 4) * (stored.sums === "f32" ? 2 ** -24 : 2 ** -53);
  return { calls, base, quantum, error: error * (1 + 2 ** -40) + rounding * size };
}

function rangesOf(stored: Stored): [number, number][] {
  return [...treesOf(stored)].map(({ firstValue, leaves }) => {
    let [least, most] = [Infinity, -Infinity];
    for (let i = firstValue; i < firstValue + leaves; i++) {
      least = Math.min(least, stored.values[i] as number);
      most = Math.max(most, stored.values[i] as number);
    }
    return [least, most];
  });
}
