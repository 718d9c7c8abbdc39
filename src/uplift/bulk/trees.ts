/** Trees as the bulk kernels take them: assembly/uplift/bits.ts and symmetric.ts draw the records. */
import type { Columns } from "../model/columns.js";
import type { Stored } from "../model/format.js";
import type { Shape } from "../model/shapes.js";
import type { Bins } from "./borders.js";
import type { Image } from "./image.js";

/** Rows of a tile: bins of twenty columns fit into the first level of the cache. */
export const TILE = 1_024;
/** Most leaves of a tree that the bit vectors take, and most levels of a symmetric one. */
export const MOST_LEAVES = 64;
export const MOST_LEVELS = 8;

export interface Source {
  stored: Stored;
  questions: Columns;
  bins: Bins;
}

/** Adds the record of a tree of at most 64 leaves, and says which of its leaves stands where. */
export function addBits(image: Image, { stored, questions, bins }: Source, tree: Shape): Uint32Array {
  const order = new Uint32Array(tree.leaves);
  const planes = Math.ceil(tree.leaves / 8);
  /** Tests by plane, those that clear where the bin is above the limit and those where it is below. */
  const above: number[][][] = Array.from({ length: planes }, () => []);
  const under: number[][][] = Array.from({ length: planes }, () => []);
  const visit = (test: number, leaf: number, leaves: number, place: number): void => {
    if (leaves === 1) {
      order[place] = leaf;
      return;
    }
    const left = stored.lefts[test] as number;
    const right = leaves - left;
    const isLeftFirst = left <= right;
    const first = isLeftFirst ? left : right;
    const limit = (bins.limit[test] as number) - 128 + (isLeftFirst ? 0 : 1);
    const column = (questions.column[test] as number) * TILE;
    for (let p = place >> 3; p <= (place + first - 1) >> 3; p++) {
      const bits = span(place - 8 * p, place + first - 8 * p);
      ((isLeftFirst ? above : under)[p] as number[][]).push([column, limit, bits]);
    }
    visit(test + 1, leaf, left, isLeftFirst ? place : place + right);
    visit(test + left, leaf + left, right, isLeftFirst ? place + left : place);
  };
  visit(tree.firstTest, 0, tree.leaves, 0);
  const tests = planes === 0 ? [] : above.flatMap((list, p) => [...list, ...(under[p] as number[][])]);
  const size = 8 + 8 * planes + 8 * tests.length;
  const at = image.room(size);
  image.u32(at, planes);
  image.u32(at + 4, size);
  for (let p = 0; p < planes; p++) {
    image.u32(at + 8 + 8 * p, (above[p] as number[][]).length);
    image.u32(at + 12 + 8 * p, (under[p] as number[][]).length);
  }
  let to = at + 8 + 8 * planes;
  for (const [column, limit, bits] of tests as [number, number, number][]) {
    image.u32(to, column);
    image.u8(to + 4, limit);
    image.u8(to + 5, bits);
    to += 8;
  }
  return order;
}

/** Bits from `from` up to `to`, of a byte. */
function span(from: number, to: number): number {
  return ((1 << Math.min(8, to)) - 1) & ~((1 << Math.max(0, from)) - 1);
}

/** First test of each level, from the root on, of a tree every level of which is one test; else undefined. */
export function levelsOf({ stored, questions, bins }: Source, { firstTest, leaves }: Shape): number[] | undefined {
  const depth = 31 - Math.clz32(leaves);
  if (2 ** depth !== leaves || depth > MOST_LEVELS) return;
  const levels = Array.from({ length: depth }, (_, l) => firstTest + l);
  // In pre-order the first path to the left goes through the levels; a complete tree halves its leaves at each.
  const fits = (test: number, level: number): boolean => {
    if (level === depth) return true;
    const half = 2 ** (depth - level - 1);
    const first = levels[level] as number;
    return (
      stored.lefts[test] === half &&
      questions.column[test] === questions.column[first] &&
      bins.limit[test] === bins.limit[first] &&
      fits(test + 1, level + 1) &&
      fits(test + half, level + 1)
    );
  };
  return fits(firstTest, 0) ? levels : undefined;
}

/** Adds the tests of a symmetric tree behind its depth; `room` bytes in all. */
export function addLevels(image: Image, { questions, bins }: Source, levels: readonly number[], room?: number): number {
  const at = image.room(room ?? 8 + 8 * levels.length);
  image.u32(at, levels.length);
  for (const [l, test] of levels.entries()) {
    image.u32(at + 8 + 8 * l, (questions.column[test] as number) * TILE);
    image.u8(at + 12 + 8 * l, (bins.limit[test] as number) - 128);
  }
  return at;
}
