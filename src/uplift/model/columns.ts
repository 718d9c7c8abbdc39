/**
 * What the tests of a model ask: columns, each a question about one feature, so that a test is "key ≤ limit" and nothing else,
 * whatever a missing value does there and whether the test is by threshold or by set (assembly/uplift/keys.ts).
 *
 * A feature's tests by threshold share a column where one place for the missing value serves them all (it goes left at high
 * thresholds and right at low ones); else those that send it left and those that send it right have a column each.
 */
import { MISSING_LEFT, SET, WHOLE } from "../forest.js";
import type { Stored } from "./format.js";

/** In the record of a column that asks for a set: fractions are in none (assembly/uplift/keys.ts). */
export const WHOLE_ONLY = 2;

export interface Column {
  feature: number;
  /** Number of the set, −1: thresholds. */
  set: number;
  /** Fractions are in no set. */
  isWhole: boolean;
  /** Where a missing value stands: the number it counts as; −∞ and ∞ mean below and above every number. */
  missing: number;
}

export interface Columns {
  columns: Column[];
  /** Column of each test. */
  column: Uint32Array;
}

/** Of each feature: least threshold that sends a missing value left, greatest that sends it right. */
interface Sides {
  left: Float64Array;
  right: Float64Array;
}

export function columnsOf(stored: Stored): Columns {
  const { feature, flags, threshold } = stored;
  const sides = sidesOf(stored);
  const columns: Column[] = [];
  const known = new Map<string, number>();
  /** Column by thresholds of a feature, for tests that send a missing value right and left. */
  const plain = new Int32Array(stored.features.length * 2).fill(-1);
  const column = new Uint32Array(feature.length);
  for (let i = 0; i < feature.length; i++) {
    const f = feature[i] as number;
    const flag = flags[i] as number;
    const isLeft = flag & MISSING_LEFT;
    if (flag & SET) {
      const name = `${f} ${threshold[i]} ${flag}`;
      let c = known.get(name);
      if (c === undefined) {
        c = columns.length;
        known.set(name, c);
        const isWhole = (flag & WHOLE) !== 0;
        columns.push({ feature: f, set: threshold[i] as number, isWhole, missing: isLeft ? -Infinity : Infinity });
      }
      column[i] = c;
      continue;
    }
    if ((plain[2 * f + isLeft] as number) < 0) {
      const [left, right] = [sides.left[f] as number, sides.right[f] as number];
      plain[2 * f + isLeft] = columns.length;
      const hasBoth =
        left !== Infinity || right !== -Infinity ? left > right && left !== Infinity && right !== -Infinity : false;
      if (hasBoth) plain[2 * f + 1 - isLeft] = columns.length;
      columns.push({ feature: f, set: -1, isWhole: false, missing: hasBoth ? left : isLeft ? -Infinity : Infinity });
    }
    column[i] = plain[2 * f + isLeft] as number;
  }
  return { columns, column };
}

function sidesOf({ features, feature, flags, threshold }: Stored): Sides {
  const left = new Float64Array(features.length).fill(Infinity);
  const right = new Float64Array(features.length).fill(-Infinity);
  for (let i = 0; i < feature.length; i++) {
    const flag = flags[i] as number;
    if (flag & SET) continue;
    const f = feature[i] as number;
    const limit = threshold[i] as number;
    if (flag & MISSING_LEFT) left[f] = Math.min(left[f] as number, limit);
    else right[f] = Math.max(right[f] as number, limit);
  }
  return { left, right };
}
