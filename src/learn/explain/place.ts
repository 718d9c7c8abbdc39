/** A model where assembly/learn/shap.ts reads it: its tests, and, once the background has been sent through them, its leaves. */
import { MISSING_LEFT, SET, WHOLE } from "../../uplift/forest.js";
import type { Stored } from "../../uplift/model/format.js";
import { treesOf } from "../../uplift/model/shapes.js";
import type { Memory } from "../kernel.js";
import { countedSets } from "../sets.js";

const TEST = 24;
const LEAF = 16;
const ELEMENT = 24;
const ZERO_MISSING = 4;
const WHOLE_ONLY = 8;

export interface PlacedTests {
  /** Where the records of tests, and the tests of each tree, lie. */
  tests: number;
  trees: number;
}

export interface PlacedLeaves {
  leaves: number;
  leafCount: number;
  elements: number;
  steps: number;
  values: number;
  /** Most elements of a leaf. */
  deepest: number;
  /** By output: the mean over the background of what its trees add. */
  means: Float64Array;
}

export function placeTests(stored: Stored, memory: Memory): PlacedTests {
  const { tests, lefts, feature, flags, threshold, setStart, zeroMissing } = stored;
  const wordsAt = memory.put(countedSets(stored));
  const records = new DataView(new ArrayBuffer(TEST * feature.length));
  for (let i = 0; i < feature.length; i++) {
    const [at, flag, limit] = [TEST * i, flags[i] as number, threshold[i] as number];
    const zero = zeroMissing[feature[i] as number] ? ZERO_MISSING : 0;
    records.setFloat64(at, flag & SET ? wordsAt + 4 * ((setStart[limit] as number) + limit + 1) : limit, true);
    records.setUint32(at + 8, feature[i] as number, true);
    const whole = flag & WHOLE ? WHOLE_ONLY : 0;
    records.setUint32(at + 12, (flag & MISSING_LEFT ? 1 : 0) | (flag & SET ? 2 : 0) | zero | whole, true);
    records.setUint32(at + 16, lefts[i] as number, true);
  }
  return { tests: memory.put(new Uint8Array(records.buffer)), trees: memory.put(Uint32Array.from(tests)) };
}

/** A feature on the path to a leaf: what share passes its tests, and which these are, with the side to go to. */
interface Element {
  share: number;
  steps: number[];
}

type Path = ReadonlyMap<number, Element>;

/** @param cover rows of the background that went left and right at each test. */
export function placeLeaves(stored: Stored, cover: Float64Array, memory: Memory): PlacedLeaves {
  const { outputs, values, feature, tests, treeOutput } = stored;
  const leafCount = feature.length + tests.length;
  const leaves = new DataView(new ArrayBuffer(LEAF * leafCount));
  const elements: { share: number; feature: number; first: number; count: number }[] = [];
  const steps: number[] = [];
  const means = new Float64Array(outputs.length);
  let [made, deepest] = [0, 0];
  for (const { tree, firstValue, width, path, leaf } of leavesOf(stored, cover)) {
    const at = LEAF * made++;
    const value = firstValue + leaf * width;
    leaves.setUint32(at, elements.length, true);
    leaves.setUint32(at + 4, path.size, true);
    leaves.setUint32(at + 8, value, true);
    leaves.setInt32(at + 12, treeOutput[tree] as number, true);
    deepest = Math.max(deepest, path.size);
    let share = 1;
    for (const [f, element] of path) {
      elements.push({ share: element.share, feature: f, first: steps.length, count: element.steps.length });
      steps.push(...element.steps);
      share *= element.share;
    }
    for (let k = 0; k < width; k++) {
      const output = width === 1 && treeOutput[tree] !== -1 ? (treeOutput[tree] as number) : k;
      means[output] = (means[output] as number) + share * (values[value + k] as number);
    }
  }
  return {
    ...{ leafCount, deepest, means },
    leaves: memory.put(new Uint8Array(leaves.buffer)),
    elements: memory.put(new Uint8Array(recordsOf(elements))),
    steps: memory.put(Uint32Array.from(steps)),
    values: memory.put(Float64Array.from(values)),
  };
}

function recordsOf(elements: readonly { share: number; feature: number; first: number; count: number }[]): ArrayBuffer {
  const records = new DataView(new ArrayBuffer(ELEMENT * elements.length));
  for (const [i, { share, feature, first, count }] of elements.entries()) {
    records.setFloat64(ELEMENT * i, share, true);
    records.setUint32(ELEMENT * i + 8, feature, true);
    records.setUint32(ELEMENT * i + 12, first, true);
    records.setUint32(ELEMENT * i + 16, count, true);
  }
  return records.buffer;
}

/** The leaves of all trees from left to right, each with its path. */
function* leavesOf(stored: Stored, cover: Float64Array) {
  const { lefts, feature } = stored;
  for (const shape of treesOf(stored)) {
    const open = [{ test: shape.firstTest, leaf: 0, leaves: shape.leaves, path: new Map() as Path }];
    for (let one = open.pop(); one; one = open.pop()) {
      const { test, leaf, leaves, path } = one;
      if (leaves === 1) {
        yield { ...shape, leaf, path };
        continue;
      }
      const f = feature[test] as number;
      const [left, right] = [cover[2 * test] as number, cover[2 * test + 1] as number];
      // Where the background has no row, both sides are as likely: a mean still, of what it says nothing of.
      const share = left + right > 0 ? left / (left + right) : 0.5;
      const count = lefts[test] as number;
      open.push({
        test: test + count,
        leaf: leaf + count,
        leaves: leaves - count,
        path: narrowed(path, f, 1 - share, 2 * test + 1),
      });
      open.push({ test: test + 1, leaf, leaves: count, path: narrowed(path, f, share, 2 * test) });
    }
  }
}

function narrowed(path: Path, feature: number, share: number, step: number): Path {
  const before = path.get(feature);
  const element = { share: (before?.share ?? 1) * share, steps: [...(before?.steps ?? []), step] };
  return new Map(path).set(feature, element);
}
