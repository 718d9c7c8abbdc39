/**
 * The borders between a column's bins, and a grid that finds the bin of a number in one or two comparisons: assembly/uplift/bin.ts.
 */
import { SET } from "../forest.js";
import type { Columns } from "../model/columns.js";
import type { Stored } from "../model/format.js";

/** A bin is a byte. */
const MOST_BORDERS = 255;
/** Cells of a grid, tried one after the other until two comparisons find every border. */
const CELLS = [1_024, 4_096, 16_384];

export interface Bins {
  /** By column: its thresholds, ascending, none twice; nothing for a column that asks for a set. */
  borders: Float64Array[];
  /** Limit of each test: it is passed by bins up to it. */
  limit: Uint8Array;
}

/** Undefined where a column has more borders than a byte tells apart. */
export function binsOf(stored: Stored, { columns, column }: Columns): Bins | undefined {
  const { threshold, flags } = stored;
  const sizes = new Uint32Array(columns.length);
  for (const c of column) sizes[c] = (sizes[c] as number) + 1;
  const all = columns.map(({ set }, c) => new Float64Array(set < 0 ? (sizes[c] as number) : 0));
  sizes.fill(0);
  for (let i = 0; i < column.length; i++) {
    if ((flags[i] as number) & SET) continue;
    const c = column[i] as number;
    const at = sizes[c] as number;
    (all[c] as Float64Array)[at] = threshold[i] as number;
    sizes[c] = at + 1;
  }
  const borders = all.map((list) => list.sort().filter((x, i) => i === 0 || x !== list[i - 1]));
  if (borders.some(({ length }) => length > MOST_BORDERS)) return;
  const limit = new Uint8Array(column.length);
  for (let i = 0; i < column.length; i++) {
    if ((flags[i] as number) & SET) continue;
    limit[i] = below(borders[column[i] as number] as Float64Array, threshold[i] as number);
  }
  return { borders, limit };
}

/** How many borders lie below x. */
export function below(borders: Float64Array, x: number): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((borders[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Grid {
  first: number;
  /** Cells a unit. */
  scale: number;
  cells: number;
  /** Borders in the cells below each. */
  starts: Uint8Array;
  /** Comparisons that find a number among the borders of one cell: the most has less than 2^steps. */
  steps: number;
}

/** The coarsest grid that needs the fewest comparisons. */
export function gridOf(borders: Float64Array): Grid {
  let best: Grid | undefined;
  for (const cells of CELLS) {
    const grid = gridWith(borders, cells);
    if (!best || grid.steps < best.steps) best = grid;
    if (best.steps <= 2) break;
  }
  return best as Grid;
}

function gridWith(borders: Float64Array, cells: number): Grid {
  const finite = borders.filter((x) => Number.isFinite(x));
  const first = finite[0] ?? 0;
  const span = (finite.at(-1) ?? 0) - first;
  const scale = span > 0 && span < Infinity ? (cells - 1) / span : 0;
  const counts = new Uint16Array(cells);
  for (const x of borders) {
    const cell = cellOf(x, first, scale, cells - 1);
    counts[cell] = (counts[cell] as number) + 1;
  }
  const starts = new Uint8Array(cells);
  let [sum, most] = [0, 1];
  for (let c = 0; c < cells; c++) {
    const count = counts[c] as number;
    starts[c] = sum;
    sum += count;
    most = Math.max(most, count);
  }
  return { first, scale, cells, starts, steps: 32 - Math.clz32(most) };
}

/** As the kernel computes it, operation by operation: rounded to the nearest whole number by adding 2^52. */
function cellOf(x: number, first: number, scale: number, last: number): number {
  const y = (x - first) * scale;
  return y > 0 ? Math.min(y, last) + 2 ** 52 - 2 ** 52 : 0;
}
