/** A model laid out for one row by masks: assembly/uplift/masks.ts. */
import type { Columns } from "../model/columns.js";
import type { Stored } from "../model/format.js";
import { type Shape, treesOf } from "../model/shapes.js";
import { type Bins, binsOf } from "./borders.js";
import { Image } from "./image.js";
import { addColumns } from "./plan.js";

const MOST_LEAVES = 32;
/** Most bytes of masks: what a second level of a cache, or a third, holds. */
const MOST_BYTES = 4_194_304;
const TREE = 16;

export interface MaskPlan {
  image: Image;
  columns: number;
  columnCount: number;
  trees: number;
  /** Bytes of the masks of one bin. */
  width: number;
  /** Scratch: an address a column; the bits of all trees. */
  rows: number;
  bits: number;
}

/** Undefined where a tree has more leaves than a word has bits, or the masks would be too many: rows are walked then. */
export function maskPlan(stored: Stored, questions: Columns): MaskPlan | undefined {
  const { tests } = stored;
  if (tests.length === 0 || questions.columns.length === 0 || tests.some((count) => count >= MOST_LEAVES)) return;
  const bins = binsOf(stored, questions);
  if (!bins) return;
  const width = Math.ceil(tests.length / 16) * 64;
  const counts = questions.columns.map(({ set }, c) => (set < 0 ? (bins.borders[c] as Float64Array).length + 1 : 2));
  if (counts.reduce((sum, count) => sum + count * width, 0) > MOST_BYTES) return;
  const image = new Image();
  const columns = addColumns(image, { stored, questions, bins });
  const masks = masksOf(stored, questions, bins, counts, width / 4);
  for (const [c, { feature, isSet, record }] of columns.entries()) {
    image.u32(record + 44, feature);
    image.address(record + 48, image.add(masks[c] as Uint32Array, 64));
    image.u32(record + 52, isSet ? 1 : 0);
  }
  return {
    image,
    // The kernel goes from record to record: they are put side by side.
    columns: sideBySide(image, columns),
    columnCount: columns.length,
    trees: addTrees(image, stored),
    width,
    rows: image.room(4 * columns.length, 64),
    bits: image.room(width, 64),
  };
}

/** By column: for each bin of it the masks of all trees, `words` each. */
function masksOf(
  stored: Stored,
  questions: Columns,
  { limit }: Bins,
  counts: readonly number[],
  words: number,
): Uint32Array[] {
  const masks = counts.map((count) => new Uint32Array(count * words).fill(0xffffffff));
  const visit = ({ tree }: Shape, test: number, leaf: number, leaves: number): void => {
    if (leaves === 1) return;
    const left = stored.lefts[test] as number;
    const column = masks[questions.column[test] as number] as Uint32Array;
    const at = ((limit[test] as number) + 1) * words + tree;
    column[at] = (column[at] as number) & ~((2 ** left - 1) << leaf);
    visit({ tree } as Shape, test + 1, leaf, left);
    visit({ tree } as Shape, test + left, leaf + left, leaves - left);
  };
  for (const shape of treesOf(stored)) visit(shape, shape.firstTest, 0, shape.leaves);
  // A bin fails what the bin below it fails, too.
  for (const column of masks) {
    for (let i = words; i < column.length; i++) column[i] = (column[i] as number) & (column[i - words] as number);
  }
  return masks;
}

function addTrees(image: Image, stored: Stored): number {
  const values = image.add(Float64Array.from(stored.values));
  const trees = image.room(TREE * stored.tests.length);
  for (const { tree, firstValue, width } of treesOf(stored)) {
    const output = stored.treeOutput[tree] as number;
    image.address(trees + TREE * tree, values + 8 * firstValue);
    image.u32(trees + TREE * tree + 4, Math.max(0, output));
    image.u32(trees + TREE * tree + 8, output < 0 ? width : 0);
  }
  return trees;
}

function sideBySide(image: Image, columns: readonly { record: number }[]): number {
  const to = image.room(64 * columns.length, 64);
  for (const [c, { record }] of columns.entries()) image.move(record, to + 64 * c, 64);
  return to;
}
