/** What a forest must be before the model format is written from it, whoever made it. */
import { kind, wholeNumber } from "../../engine/check.js";
import { areFlags, type Forest, SET } from "../forest.js";

/** Most nodes of a model, most features, outputs and sets: byte offsets stay below 2^32. */
export const MOST_NODES = 2 ** 27;
export const MOST_FEATURES = 2 ** 20;
export const MOST_OUTPUTS = 4_096;
export const MOST_SETS = 2 ** 24;
export const LINKS = ["identity", "sigmoid", "softmax", "exp"] as const;

/**
 * Checks a forest wholly: lengths, names, numbers, and that every tree is a tree. Nodes that no root leads to are let be.
 * @throws {TypeError} for a column of a wrong kind, {RangeError} that names the tree and the node.
 */
export function checkForest(forest: Forest): void {
  checkNames(forest);
  checkNumbers(forest);
  checkColumns(forest);
  checkSets(forest);
  const seen = new Uint8Array(forest.feature.length);
  for (let t = 0; t < forest.treeOutput.length; t++) checkTree(forest, t, seen);
}

function checkNames({ features, outputs }: Forest): void {
  for (const [what, names, most] of [
    ["features", features, MOST_FEATURES],
    ["outputs", outputs, MOST_OUTPUTS],
  ] as const) {
    if (!Array.isArray(names)) throw new TypeError(`${what} of a forest must be an array of names, got ${kind(names)}`);
    if (names.length > most) throw new RangeError(`a forest has at most ${most} ${what}, this one has ${names.length}`);
    const known = new Set<string>();
    for (const [i, name] of names.entries()) {
      if (typeof name !== "string") throw new TypeError(`${what}[${i}] must be a name, got ${kind(name)}`);
      if (name === "") throw new RangeError(`${what}[${i}] has no name: give each a name of its own`);
      if (known.has(name)) throw new RangeError(`${what}[${i}] is "${name}" once more: give each a name of its own`);
      known.add(name);
    }
  }
  if (outputs.length === 0) throw new RangeError("a forest has at least one output");
}

function checkNumbers(forest: Forest): void {
  const { compares, sums, link, scale, outputs, start, bias } = forest;
  for (const [name, value] of Object.entries({ compares, sums })) {
    if (value !== "f32" && value !== "f64")
      throw new RangeError(`${name} must be "f32" or "f64", got ${String(value)}`);
  }
  if (!LINKS.includes(link)) throw new RangeError(`link must be one of ${LINKS.join(", ")}, got ${String(link)}`);
  wholeNumber(forest.divisor ?? 1, "divisor", 1, 2 ** 32 - 1);
  if (!Number.isFinite(scale)) throw new RangeError(`scale must be finite, got ${scale}`);
  const precise = { start: sums === "f64", bias: true };
  for (const [name, column] of Object.entries({ start, bias })) {
    wantLength(name, column, outputs.length, "outputs");
    const wide = precise[name as "start" | "bias"];
    for (const [k, value] of column.entries()) checkValue(`${name}[${k}]`, value, wide);
  }
}

function checkColumns(forest: Forest): void {
  const { feature, roots, treeOutput, outputs, features, values, sums } = forest;
  const nodes = feature.length;
  if (nodes > MOST_NODES) throw new RangeError(`a forest has at most ${MOST_NODES} nodes, this one has ${nodes}`);
  wantLength("zeroMissing", forest.zeroMissing, features.length, "features");
  for (const name of ["threshold", "left", "right", "flags"] as const) wantLength(name, forest[name], nodes, "nodes");
  wantLength("roots", roots, treeOutput.length + 1, "trees and one more");
  if (roots.at(-1) !== nodes) throw new RangeError(`roots ends with ${roots.at(-1)}, and there are ${nodes} nodes`);
  for (const [t, output] of treeOutput.entries()) {
    if (output < -1 || output >= outputs.length) {
      throw new RangeError(`tree ${t} adds to output ${output}, and there are ${outputs.length} outputs`);
    }
    const [first, end] = [roots[t] as number, roots[t + 1] as number];
    if (first >= end) throw new RangeError(`tree ${t} begins at node ${first} and ends at ${end}: it has no node`);
  }
  for (let i = 0; i < values.length; i++) checkValue(`values[${i}]`, values[i] as number, sums === "f64");
}

function checkSets({ sets }: Forest): void {
  if (!Array.isArray(sets)) throw new TypeError(`sets must be an array, got ${kind(sets)}`);
  if (sets.length > MOST_SETS) throw new RangeError(`a forest has at most ${MOST_SETS} sets, this one ${sets.length}`);
  for (const [s, words] of sets.entries()) {
    if (!(words instanceof Uint32Array)) throw new TypeError(`sets[${s}] must be a Uint32Array, got ${kind(words)}`);
  }
}

function checkTree(forest: Forest, t: number, seen: Uint8Array): void {
  const { feature, left, right, roots } = forest;
  const [first, end] = [roots[t] as number, roots[t + 1] as number];
  const open = [first];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen[node])
      throw new RangeError(`node ${node} of tree ${t} is reached twice: the tree runs in a circle or shares it`);
    seen[node] = 1;
    if ((feature[node] as number) < 0) checkLeaf(forest, t, node);
    else {
      checkTest(forest, t, node);
      for (const child of [right[node] as number, left[node] as number]) {
        if (child < first || child >= end) {
          throw new RangeError(
            `node ${node} of tree ${t} has child ${child}: its tree's nodes are ${first} to ${end - 1}`,
          );
        }
        open.push(child);
      }
    }
  }
}

function checkTest({ feature, features, threshold, flags, sets, compares }: Forest, t: number, node: number): void {
  const [number, limit, flag] = [feature[node] as number, threshold[node] as number, flags[node] as number];
  if (number >= features.length) {
    throw new RangeError(`node ${node} of tree ${t} tests feature ${number}, and there are ${features.length}`);
  }
  if (!areFlags(flag)) throw new RangeError(`node ${node} of tree ${t} has unknown flags: ${flag}`);
  if (flag & SET) {
    if (!(Number.isInteger(limit) && limit >= 0 && limit < sets.length)) {
      throw new RangeError(`node ${node} of tree ${t} tests set ${limit}, and there are ${sets.length}`);
    }
  } else if (Number.isNaN(limit) || (compares === "f32" && Math.fround(limit) !== limit)) {
    throw new RangeError(`node ${node} of tree ${t} has threshold ${limit}, which is no number of ${compares}`);
  }
}

function checkLeaf({ threshold, values, treeOutput, outputs }: Forest, t: number, node: number): void {
  const at = threshold[node] as number;
  const many = treeOutput[t] === -1 ? outputs.length : 1;
  if (!(Number.isInteger(at) && at >= 0 && at + many <= values.length)) {
    throw new RangeError(`leaf ${node} of tree ${t} has its values at ${at}, and there are ${values.length}`);
  }
}

function checkValue(name: string, value: number, wide: boolean): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be finite, got ${value}`);
  if (!wide && Math.fround(value) !== value) throw new RangeError(`${name} is ${value}, which is no number of f32`);
}

function wantLength(name: string, column: ArrayLike<number>, length: number, of: string): void {
  if (!ArrayBuffer.isView(column)) throw new TypeError(`${name} must be a typed array, got ${kind(column)}`);
  if (column.length !== length) throw new RangeError(`${name} has ${column.length} numbers for ${length} ${of}`);
}
