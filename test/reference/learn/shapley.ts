/** Shapley values by their definition: what a tree says where only some features are known, over all sets of them. */
import { type Forest, MISSING_LEFT, SET, WHOLE } from "../../../src/uplift/forest.js";

type Rows = readonly (readonly number[])[];

/** By output and feature; `base` by output. Forests with an identity link. */
export function shapleyTwin(forest: Forest, background: Rows, row: readonly number[]) {
  const features = forest.features.length;
  const worth = Array.from({ length: 2 ** features }, (_, known) => knownSums(forest, background, row, known));
  const scale = forest.scale / (forest.divisor ?? 1);
  const outputs = forest.outputs.map((_, k) => {
    const values = Array.from({ length: features }, (_, f) => {
      let sum = 0;
      for (let known = 0; known < 2 ** features; known++) {
        if (known & (1 << f)) continue;
        const size = bits(known);
        const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features);
        sum += weight * ((worth[known | (1 << f)]?.[k] as number) - (worth[known]?.[k] as number));
      }
      return sum * scale;
    });
    const base = ((forest.start[k] as number) + (worth[0]?.[k] as number)) * scale + (forest.bias[k] as number);
    return { base, values };
  });
  return outputs;
}

/** Sums of the trees by output, where unknown features follow both branches by the background's shares. */
function knownSums(forest: Forest, background: Rows, row: readonly number[], known: number): number[] {
  const sums = forest.outputs.map(() => 0);
  const visit = (t: number, node: number, here: Rows, weight: number): void => {
    const f = forest.feature[node] as number;
    if (f < 0) {
      const at = forest.threshold[node] as number;
      const output = forest.treeOutput[t] as number;
      const targets = output >= 0 ? [output] : forest.outputs.keys();
      let v = at;
      for (const k of targets) sums[k] = (sums[k] as number) + weight * (forest.values[v++] as number);
      return;
    }
    const [left, right] = [forest.left[node] as number, forest.right[node] as number];
    const isLeft = (one: readonly number[]) => goesLeft(forest, node, one[f] as number);
    const [onLeft, onRight] = [here.filter(isLeft), here.filter((one) => !isLeft(one))];
    if (known & (1 << f)) {
      visit(t, ...(isLeft(row) ? ([left, onLeft] as const) : ([right, onRight] as const)), weight);
      return;
    }
    const share = here.length > 0 ? onLeft.length / here.length : 0.5;
    visit(t, left, onLeft, weight * share);
    visit(t, right, onRight, weight * (1 - share));
  };
  for (const t of forest.treeOutput.keys()) visit(t, forest.roots[t] as number, background, 1);
  return sums;
}

function goesLeft(forest: Forest, node: number, given: number): boolean {
  const f = forest.feature[node] as number;
  const x = forest.compares === "f32" ? Math.fround(given) : given;
  const flag = forest.flags[node] as number;
  if (Number.isNaN(x) || (forest.zeroMissing[f] && Math.abs(x) <= Math.fround(1e-35)))
    return (flag & MISSING_LEFT) !== 0;
  const limit = forest.threshold[node] as number;
  if (!(flag & SET)) return x <= limit;
  const words = forest.sets[limit] as Uint32Array;
  // A fraction counts as the category that it is cut to, or as none where only whole numbers do; below 0 as none.
  if (!(x >= 0 && x < 32 * words.length) || (flag & WHOLE && x % 1 !== 0)) return false;
  const category = Math.trunc(x);
  return (((words[category >> 5] as number) >>> (category & 31)) & 1) === 1;
}

function bits(x: number): number {
  return x === 0 ? 0 : (x & 1) + bits(x >> 1);
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
