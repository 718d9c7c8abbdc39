/** A model laid out for many rows: columns with their borders, trees, tables of leaves, and the scratch of a tile. */
import { type Columns, WHOLE_ONLY } from "../model/columns.js";
import type { Stored } from "../model/format.js";
import { type Shape, treesOf } from "../model/shapes.js";
import { below, binsOf, gridOf } from "./borders.js";
import { Image } from "./image.js";
import { addQuantised, type Quantised } from "./quantised.js";
import { addBits, addLevels, levelsOf, MOST_LEAVES, type Source, TILE } from "./trees.js";

/** Trees whose leaves are noted before they are added up. */
const BLOCK = 16;
const COLUMN = 64;

/** Consecutive trees; offsets into the image. */
export interface Block {
  /** First of their records, and how many. */
  trees: number;
  count: number;
  /** By output that they add to: items of assembly/uplift/sum.ts. */
  sums: { output: number; items: number; count: number }[];
}

export interface Plan {
  image: Image;
  kind: "bits" | "symmetric";
  columns: { feature: number; isSet: boolean; record: number }[];
  blocks: Block[];
  /** Symmetric trees with their leaves in two bytes each, where they can be. */
  quantised: Quantised | undefined;
  /** Scratch: bins, leaves of a block, planes of 64 rows, numbers of one column. */
  bins: number;
  leaves: number;
  planes: number;
  numbers: number;
}

/** Undefined where a tree has too many leaves or a column too many borders: such models are walked. */
export function planOf(stored: Stored, questions: Columns): Plan | undefined {
  const bins = binsOf(stored, questions);
  if (!bins || stored.tests.length === 0) return;
  const source = { stored, questions, bins };
  const trees = [...treesOf(stored)];
  const levels = trees.map((tree) => levelsOf(source, tree));
  const isSymmetric = levels.every((list) => list !== undefined);
  if (!isSymmetric && trees.some(({ leaves }) => leaves > MOST_LEAVES)) return;
  const image = new Image();
  const columns = addColumns(image, source);
  const blocks: Block[] = [];
  const leaves = image.room(BLOCK * TILE, 64);
  for (let t = 0; t < trees.length; t += BLOCK) {
    const some = trees.slice(t, t + BLOCK);
    const orders = some.map((tree) => identity(tree.leaves));
    const at = image.room(0);
    for (const [i, tree] of some.entries()) {
      if (isSymmetric) addLevels(image, source, levels[t + i] as number[]);
      else orders[i] = addBits(image, source, tree);
    }
    blocks.push({ trees: at, count: some.length, sums: addTables(image, stored, some, orders, leaves) });
  }
  return {
    image,
    kind: isSymmetric ? "symmetric" : "bits",
    columns,
    blocks,
    quantised: isSymmetric ? addQuantised(image, source, levels as number[][]) : undefined,
    leaves,
    bins: image.room(Math.max(1, columns.length) * TILE, 64),
    planes: image.room(512, 64),
    numbers: image.room(TILE * 8, 64),
  };
}

function identity(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => i);
}

/** The records of assembly/uplift/bin.ts, and of keys.ts for columns that ask for a set. */
export function addColumns(image: Image, { stored, questions, bins }: Source): Plan["columns"] {
  const words = image.add(stored.words);
  return questions.columns.map(({ feature, set, isWhole, missing }, c) => {
    const record = image.room(COLUMN, 64);
    const isSet = set >= 0;
    if (isSet) {
      const begin = stored.setStart[set] as number;
      image.u32(record, missing < 0 ? 0 : 1);
      image.u32(record + 8, feature);
      image.u32(record + 12, (stored.zeroMissing[feature] as number) | (isWhole ? WHOLE_ONLY : 0));
      image.address(record + 16, words + 4 * begin);
      image.u32(record + 20, (stored.setStart[set + 1] as number) - begin + 1);
    } else {
      const borders = bins.borders[c] as Float64Array;
      const { first, scale, cells, starts, steps } = gridOf(borders);
      const padded = new Float64Array(borders.length + 2 ** steps).fill(Infinity);
      padded.set(borders);
      image.f64(record, first);
      image.f64(record + 8, scale);
      image.f64(record + 16, cells - 1);
      image.address(record + 24, image.add(starts));
      image.address(record + 28, image.add(padded));
      image.u32(record + 32, steps);
      image.u32(record + 36, stored.zeroMissing[feature] as number);
      image.u32(record + 40, missingBin(borders, missing) ^ 0x80);
    }
    return { feature, isSet, record };
  });
}

function missingBin(borders: Float64Array, missing: number): number {
  if (Number.isFinite(missing)) return below(borders, missing);
  return missing < 0 ? 0 : borders.length;
}

/** For each output a table of every tree that adds to it: the leaves' values, in the order that the kernel numbers them. */
function addTables(
  image: Image,
  { values, outputs, sums, treeOutput }: Stored,
  trees: readonly Shape[],
  orders: readonly Uint32Array[],
  leaves: number,
): Block["sums"] {
  const Kind = sums === "f32" ? Float32Array : Float64Array;
  return outputs.flatMap((_, output) => {
    const chosen = trees.flatMap(({ tree }, i) => ([-1, output].includes(treeOutput[tree] as number) ? [i] : []));
    const items = image.room(8 * chosen.length);
    for (const [n, i] of chosen.entries()) {
      const { firstValue, width } = trees[i] as Shape;
      const shift = width > 1 ? output : 0;
      const order = orders[i] as Uint32Array;
      const table = new Kind(order.length);
      for (const [place, leaf] of order.entries()) table[place] = values[firstValue + leaf * width + shift] as number;
      image.address(items + 8 * n, leaves + i * TILE);
      image.address(items + 8 * n + 4, image.add(table));
    }
    return chosen.length === 0 ? [] : [{ output, items, count: chosen.length }];
  });
}
