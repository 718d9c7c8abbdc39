/** A model laid out for the walking kernels: assembly/uplift/walk.ts draws the records. */
import { SET } from "../forest.js";
import { type Columns, WHOLE_ONLY } from "./columns.js";
import type { Stored } from "./format.js";
import { treesOf } from "./shapes.js";

const NODE = 16;
const TREE = 16;
const COLUMN = 32;
const GROUP = 80;
const IN_GROUP = 8;

/** Where the parts of a placed model lie, from its block's first byte; every part on a line of 64 bytes. */
export interface WalkLayout {
  nodes: number;
  trees: number;
  columns: number;
  words: number;
  vectors: number;
  groups: number;
  start: number;
  bias: number;
  /** Scratch of one row: features, keys, leaves by tree, sums by output. */
  features: number;
  row: number;
  leaves: number;
  sums: number;
  /** Bytes of it all. */
  end: number;
  /** Places for nodes: two for a tree's root, one of them empty, so that children share a line. */
  nodeCount: number;
  groupCount: number;
}

export function walkLayout(stored: Stored, { columns }: Columns): WalkLayout {
  const trees = stored.tests.length;
  const outputs = stored.outputs.length;
  const nodeCount = 2 * (stored.feature.length + trees);
  const groupCount = Math.ceil(trees / IN_GROUP);
  const hasVectors = stored.treeOutput.some((output) => output === -1);
  let end = 0;
  const part = (bytes: number) => {
    const at = end;
    end += Math.ceil(Math.max(bytes, 1) / 64) * 64;
    return at;
  };
  const layout = {
    nodes: part(nodeCount * NODE),
    trees: part(trees * TREE),
    columns: part(columns.length * COLUMN),
    words: part(stored.words.length * 4),
    vectors: part(hasVectors ? stored.values.length * 8 : 0),
    groups: part(groupCount * GROUP),
    start: part(outputs * 8),
    bias: part(outputs * 8),
    features: part(stored.features.length * 8),
    row: part((columns.length + 1) * 8),
    leaves: part((trees + 1) * 4),
    sums: part(outputs * 16),
  };
  return { ...layout, end, nodeCount, groupCount };
}

/** Writes a model at `base` of `buffer`. */
export function writeWalk(
  buffer: ArrayBuffer,
  base: number,
  layout: WalkLayout,
  stored: Stored,
  questions: Columns,
): void {
  new Uint32Array(buffer, base + layout.words, stored.words.length).set(stored.words);
  new Float64Array(buffer, base + layout.start, stored.outputs.length).set(stored.start);
  new Float64Array(buffer, base + layout.bias, stored.outputs.length).set(stored.bias);
  const hasVectors = stored.treeOutput.some((output) => output === -1);
  if (hasVectors) new Float64Array(buffer, base + layout.vectors, stored.values.length).set(stored.values);
  writeColumns(buffer, base, layout, stored, questions);
  const depths = new TreeWriter(buffer, base, layout, stored, questions).write();
  writeGroups(buffer, base, layout, depths);
}

function writeColumns(
  buffer: ArrayBuffer,
  base: number,
  layout: WalkLayout,
  stored: Stored,
  { columns }: Columns,
): void {
  const records = new Uint32Array(buffer, base + layout.columns, (columns.length * COLUMN) / 4);
  for (const [c, { feature, set, isWhole, missing }] of columns.entries()) {
    const at = (c * COLUMN) / 4;
    records.fill(0, at, at + COLUMN / 4);
    if (set < 0) placeInto(records, at, missing);
    else records[at] = missing < 0 ? 0 : 1;
    records[at + 2] = feature;
    records[at + 3] = (stored.zeroMissing[feature] as number) | (isWhole ? WHOLE_ONLY : 0);
    if (set < 0) continue;
    const begin = stored.setStart[set] as number;
    records[at + 4] = base + layout.words + 4 * begin;
    records[at + 5] = (stored.setStart[set + 1] as number) - begin + 1;
  }
}

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

/** The key of a place for missing values: that of a number, or the least and the greatest key that there are. */
function placeInto(records: Uint32Array, at: number, x: number): void {
  if (Number.isFinite(x)) {
    keyInto(records, at, x);
    return;
  }
  records[at] = x < 0 ? 0 : 0xffffffff;
  records[at + 1] = x < 0 ? 0x80000000 : 0x7fffffff;
}

/** The key of a number, as assembly/uplift/keys.ts makes it. */
function keyInto(records: Uint32Array, at: number, x: number): void {
  number[0] = x + 0;
  const [low, high] = halves as unknown as [number, number];
  const isNegative = high >>> 31 === 1;
  records[at] = isNegative ? ~low : low;
  records[at + 1] = isNegative ? high ^ 0x7fffffff : high;
}

/** Writes nodes tree by tree, level by level, children side by side; returns how deep each tree is. */
class TreeWriter {
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;
  readonly #trees: Uint32Array;
  readonly #nodes: number;
  readonly #vectors: number;
  readonly #stored: Stored;
  readonly #column: Uint32Array;

  constructor(buffer: ArrayBuffer, base: number, layout: WalkLayout, stored: Stored, { column }: Columns) {
    this.#nodes = base + layout.nodes;
    this.#vectors = base + layout.vectors;
    this.#words = new Uint32Array(buffer, this.#nodes, layout.nodeCount * 4);
    this.#numbers = new Float64Array(buffer, this.#nodes, layout.nodeCount * 2);
    this.#trees = new Uint32Array(buffer, base + layout.trees, stored.tests.length * 4);
    this.#stored = stored;
    this.#column = column;
  }

  write(): Uint32Array {
    const { tests, treeOutput } = this.#stored;
    const depths = new Uint32Array(tests.length);
    let place = 0;
    let most = 1;
    for (let t = 0; t < tests.length; t++) most = Math.max(most, (tests[t] as number) + 1);
    // Per waiting node: place, first test, first leaf, leaves, depth. No level is wider than the tree has leaves.
    const queue = new Uint32Array(10 * most);
    for (const { tree, firstTest, firstValue, width, leaves } of treesOf(this.#stored)) {
      const output = treeOutput[tree] as number;
      this.#trees.set([this.#address(place), 0, Math.max(output, 0), output < 0 ? width : 0], 4 * tree);
      queue.set([place, firstTest, 0, leaves, 0]);
      let [head, tail, next, deepest] = [0, 5, place + 2, 0];
      while (head < tail) {
        // Index by index: taking a view apart costs five times as much.
        const at = queue[head] as number;
        const test = queue[head + 1] as number;
        const leaf = queue[head + 2] as number;
        const below = queue[head + 3] as number;
        const depth = queue[head + 4] as number;
        head += 5;
        if (below === 1) {
          this.#leaf(at, output < 0, firstValue + leaf * width);
          deepest = Math.max(deepest, depth);
          continue;
        }
        const left = this.#stored.lefts[test] as number;
        this.#test(at, test, next);
        queue[tail] = next;
        queue[tail + 1] = test + 1;
        queue[tail + 2] = leaf;
        queue[tail + 3] = left;
        queue[tail + 4] = depth + 1;
        queue[tail + 5] = next + 1;
        queue[tail + 6] = test + left;
        queue[tail + 7] = leaf + left;
        queue[tail + 8] = below - left;
        queue[tail + 9] = depth + 1;
        tail += 10;
        next += 2;
      }
      depths[tree] = deepest;
      this.#trees[4 * tree + 1] = deepest;
      // The place beside the root is nobody's.
      this.#words.fill(0, 4 * (place + 1), 4 * (place + 2));
      place = next;
    }
    return depths;
  }

  #address(place: number): number {
    return this.#nodes + NODE * place;
  }

  #test(place: number, test: number, children: number): void {
    const { flags, threshold } = this.#stored;
    // A set's column says 0 for in: left where key ≤ 0.
    keyInto(this.#words, 4 * place, (flags[test] as number) & SET ? 0 : (threshold[test] as number));
    this.#words[4 * place + 2] = 8 + 8 * (this.#column[test] as number);
    this.#words[4 * place + 3] = this.#address(children);
  }

  #leaf(place: number, isVector: boolean, value: number): void {
    if (isVector) {
      this.#words[4 * place] = this.#vectors + 8 * value;
      this.#words[4 * place + 1] = 0;
    } else this.#numbers[2 * place] = this.#stored.values[value] as number;
    this.#words[4 * place + 2] = 0;
    this.#words[4 * place + 3] = this.#address(place);
  }
}

function writeGroups(buffer: ArrayBuffer, base: number, layout: WalkLayout, depths: Uint32Array): void {
  const groups = new Uint32Array(buffer, base + layout.groups, (layout.groupCount * GROUP) / 4).fill(0);
  const trees = new Uint32Array(buffer, base + layout.trees, depths.length * 4);
  const byDepth = Uint32Array.from(depths.keys()).sort(
    (a, b) => (depths[a] as number) - (depths[b] as number) || a - b,
  );
  for (let i = 0; i < layout.groupCount * IN_GROUP; i++) {
    // The last group is filled up with its last tree, noted where nobody looks.
    const tree = byDepth[Math.min(i, byDepth.length - 1)] as number;
    const at = (Math.floor(i / IN_GROUP) * GROUP) / 4;
    groups[at] = Math.max(groups[at] as number, depths[tree] as number);
    groups[at + 4 + 2 * (i % IN_GROUP)] = trees[4 * tree] as number;
    groups[at + 5 + 2 * (i % IN_GROUP)] = i < byDepth.length ? tree : depths.length;
  }
}
