/**
 * Categories become numbers by what happened to those of their kind: the shrunk mean outcome, and the shrunk mean effect of any arm.
 *
 *   response   y                                   effect   y / (1 − p_0) of the treated, −y / p_0 of the control: E = τ of the treated
 *   number of a category   (Σ w z + m z̄) / (Σ w + m), m = 20 rows' worth of the mean of all
 *
 * A row is trained on what the rows of other folds say of its category, so that its own outcome is not in its own feature; new rows are
 * scored by what all rows say. Tests of the number become tests by set: which categories lie below the border.
 */
import { kind } from "../../engine/check.js";
import type { CategoryColumn } from "./types.js";

/** Rows' worth of the overall mean that a category starts with. */
const PRIOR = 20;
export const FOLDS = 5;
/** Categories of a feature: sets of bits in the model. */
const MOST_CATEGORIES = 65_536;

export interface Categories {
  /** Number of each row's category in `names`; `missing` where there is none. */
  codes: Uint32Array;
  names: readonly string[];
}

/** Code of a missing category. */
export const NO_CATEGORY = 0xffffffff;

export function readCategories(column: CategoryColumn, name: string, rows: number): Categories {
  const read = "codes" in column ? coded(column, name) : named(column, name);
  if (read.codes.length !== rows) throw new RangeError(`${name} has ${read.codes.length} rows, outcome has ${rows}`);
  if (read.names.length > MOST_CATEGORIES) {
    throw new RangeError(
      `${name} has ${read.names.length} different texts, at most ${MOST_CATEGORIES}: an id is no feature, leave it out`,
    );
  }
  return read;
}

function named(column: readonly (string | null)[], name: string): Categories {
  const found = new Map<string, number>();
  const codes = new Uint32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const text = column[i];
    if (text === null || text === undefined) {
      codes[i] = NO_CATEGORY;
      continue;
    }
    if (typeof text !== "string") throw new TypeError(`${name}[${i}] must be a text or null, got ${kind(text)}`);
    let code = found.get(text);
    if (code === undefined) {
      code = found.size;
      found.set(text, code);
    }
    codes[i] = code;
  }
  return { codes, names: [...found.keys()] };
}

function coded(column: Extract<CategoryColumn, { codes: unknown }>, name: string): Categories {
  const { codes, names } = column;
  if (!ArrayBuffer.isView(codes) || !Array.isArray(names))
    throw new TypeError(`${name} must have codes, a Uint32Array, and names, an array of texts`);
  const bad = codes.findIndex((code) => code >= names.length);
  if (bad >= 0) {
    throw new RangeError(`${name}.codes[${bad}] is ${codes[bad]}, and there are ${names.length} names`);
  }
  return { codes: Uint32Array.from(codes), names };
}

/** z by row: what a category's number is the mean of. */
export interface Statistic {
  name: "response" | "effect";
  z: Float64Array;
}

/** Numbers by row, out of fold, and by category, of all rows. */
export function encode(
  { codes, names }: Categories,
  { z }: Statistic,
  weight: Float64Array | undefined,
  fold: Uint8Array,
): { rows: Float64Array; categories: Float64Array } {
  const count = names.length;
  // By fold and category: Σ w, Σ w z; then the folds' own totals.
  const sums = new Float64Array(FOLDS * count * 2);
  const totals = new Float64Array(FOLDS * 2);
  for (let i = 0; i < codes.length; i++) {
    const w = weight ? (weight[i] as number) : 1;
    if (w === 0) continue;
    const f = fold[i] as number;
    totals[2 * f] = (totals[2 * f] as number) + w;
    totals[2 * f + 1] = (totals[2 * f + 1] as number) + w * (z[i] as number);
    if (codes[i] === NO_CATEGORY) continue;
    const at = 2 * (f * count + (codes[i] as number));
    sums[at] = (sums[at] as number) + w;
    sums[at + 1] = (sums[at + 1] as number) + w * (z[i] as number);
  }
  const without = Array.from({ length: FOLDS + 1 }, (_, f) => meansWithout(sums, totals, count, f));
  const all = without[FOLDS] as Float64Array;
  return {
    categories: all,
    rows: Float64Array.from(codes, (code, i) =>
      code === NO_CATEGORY ? NaN : ((without[fold[i] as number] as Float64Array)[code] as number),
    ),
  };
}

/** Shrunk means by category of all folds but one. */
function meansWithout(sums: Float64Array, totals: Float64Array, count: number, left: number): Float64Array {
  const means = new Float64Array(count);
  let [w, sum] = [0, 0];
  for (let f = 0; f < FOLDS; f++) {
    if (f === left) continue;
    w += totals[2 * f] as number;
    sum += totals[2 * f + 1] as number;
  }
  const overall = w > 0 ? sum / w : 0;
  for (let c = 0; c < count; c++) {
    let [n, s] = [PRIOR, PRIOR * overall];
    for (let f = 0; f < FOLDS; f++) {
      if (f === left) continue;
      n += sums[2 * (f * count + c)] as number;
      s += sums[2 * (f * count + c) + 1] as number;
    }
    means[c] = s / n;
  }
  return means;
}
