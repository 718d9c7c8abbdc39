/** Scoring in plain TypeScript: what assembly/uplift computes, a pointer walk over the forest's own columns. */
import { type Forest, MISSING_LEFT, SET, WHOLE } from "../../../src/uplift/forest.js";

const ZERO = 1.0000000180025095e-35;

/** Sums of one row by output, in the forest's precision and order. `row` has f64 numbers by feature. */
export function sumRow(forest: Forest, row: ArrayLike<number>, sums: Float64Array): Float64Array {
  const { roots, treeOutput, feature, threshold, left, right, flags, values, sets, zeroMissing, start } = forest;
  const narrow = forest.compares === "f32";
  const single = forest.sums === "f32";
  sums.set(start);
  for (let t = 0; t < treeOutput.length; t++) {
    let node = roots[t] as number;
    for (let f = feature[node] as number; f >= 0; f = feature[node] as number) {
      const x = narrow ? Math.fround(row[f] as number) : (row[f] as number);
      const flag = flags[node] as number;
      let goesLeft: boolean;
      if (Number.isNaN(x) || (zeroMissing[f] && Math.abs(x) <= ZERO)) goesLeft = (flag & MISSING_LEFT) !== 0;
      else if (flag & SET) goesLeft = isIn(sets[threshold[node] as number] as Uint32Array, x, (flag & WHOLE) !== 0);
      else goesLeft = x <= (threshold[node] as number);
      node = (goesLeft ? left[node] : right[node]) as number;
    }
    const at = threshold[node] as number;
    const output = treeOutput[t] as number;
    if (output >= 0) sums[output] = add(sums[output] as number, values[at] as number, single);
    else for (let k = 0; k < sums.length; k++) sums[k] = add(sums[k] as number, values[at + k] as number, single);
  }
  return sums;
}

function add(sum: number, value: number, single: boolean): number {
  return single ? Math.fround(sum + value) : sum + value;
}

function isIn(words: Uint32Array, x: number, isWhole: boolean): boolean {
  if (!(x >= 0 && x < words.length * 32) || (isWhole && !Number.isInteger(x))) return false;
  const category = Math.trunc(x);
  return (((words[category >> 5] as number) >>> (category & 31)) & 1) === 1;
}

/** Sums by divisor, times scale plus bias, for columns in the order of the features: no link. */
export function scoreColumns(forest: Forest, columns: readonly ArrayLike<number>[], rows: number): Float64Array[] {
  const out = forest.outputs.map(() => new Float64Array(rows));
  const row = new Float64Array(columns.length);
  const sums = new Float64Array(out.length);
  for (let i = 0; i < rows; i++) {
    for (let f = 0; f < columns.length; f++) row[f] = (columns[f] as ArrayLike<number>)[i] as number;
    sumRow(forest, row, sums);
    for (let k = 0; k < out.length; k++) {
      (out[k] as Float64Array)[i] =
        ((sums[k] as number) / (forest.divisor ?? 1)) * forest.scale + (forest.bias[k] as number);
    }
  }
  return out;
}
