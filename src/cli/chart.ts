/**
 * A curve drawn in text. With Unicode every character is a cell of 2 × 4 braille dots, otherwise one star.
 *
 *   dot   0 3      bits of U+2800: the left column 0 1 2 6 downwards, the right column 3 4 5 7
 *         1 4
 *         2 5
 *         6 7
 */
import { short } from "./format.js";

export interface Point {
  x: number;
  y: number;
}

export interface Mark extends Point {
  /** One character, drawn on the curve. */
  sign: string;
}

export interface ChartOptions {
  /** Characters in all, labels included. */
  width: number;
  /** Lines of the plot itself. */
  height: number;
  unicode: boolean;
  xName: string;
  yName: string;
  marks?: readonly Mark[];
  /** Paints the curve and the marks. */
  paint?: (text: string) => string;
  paintMark?: (text: string) => string;
}

const DOT = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

interface Scale {
  left: number;
  right: number;
  bottom: number;
  top: number;
  columns: number;
  rows: number;
}

/** Lines of text: the curve through `points` (sorted by x), axes from zero, labels and marks. */
export function drawChart(points: readonly Point[], options: ChartOptions): string[] {
  const { width, height, unicode, marks = [], xName, yName } = options;
  const bottom = Math.min(0, ...points.map((point) => point.y));
  const top = Math.max(...points.map((point) => point.y));
  const yTicks = roundNumbers(bottom, top, Math.max(2, Math.floor(height / 3)));
  const gutter = Math.max(...yTicks.map((tick) => short(tick).length)) + 1;
  const columns = Math.max(10, width - gutter - 1);
  const left = Math.min(0, points[0]?.x ?? 0);
  const right = points.at(-1)?.x ?? 1;
  const scale: Scale = {
    left,
    right: right > left ? right : left + 1,
    bottom,
    top: top > bottom ? top : bottom + 1,
    columns,
    rows: height,
  };
  const cells = unicode ? braille(points, scale) : stars(points, scale);
  const painted = overlay(cells, marks, scale, options);
  const labels = new Map(yTicks.map((tick): [number, string] => [rowOf(tick, scale, unicode), short(tick)]));
  const [axis, tick] = unicode ? ["│", "┤"] : ["|", "+"];
  const lines = painted.map((line, row) => {
    const label = labels.get(row);
    return `${(label ?? "").padStart(gutter)}${label === undefined ? axis : tick}${line}`;
  });
  const pad = " ".repeat(gutter);
  const [rule, numbers] = xAxis(scale, unicode);
  return [
    `${pad}${yName}`,
    ...lines.map((line) => line.trimEnd()),
    `${pad}${rule}`,
    `${pad}${numbers}`,
    `${pad} ${xName.padStart(columns)}`,
  ];
}

function columnOf(x: number, { left, right, columns }: Scale): number {
  return Math.round(((x - left) / (right - left)) * (columns - 1));
}

/** Counted as the curve itself is: in dots of a quarter cell, or in whole cells. */
function rowOf(y: number, { bottom, top, rows }: Scale, unicode: boolean): number {
  const dots = unicode ? 4 : 1;
  return rows - 1 - Math.floor(Math.round(((y - bottom) / (top - bottom)) * (dots * rows - 1)) / dots);
}

/** Multiples of 1, 2, 2.5 or 5 times a power of ten from `low` to `high`: about `wanted` of them. */
export function roundNumbers(low: number, high: number, wanted: number): number[] {
  const span = high > low ? high - low : 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * ([1, 2, 2.5, 5].find((factor) => span / (factor * power) <= wanted) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** The curve in rows of braille: one dot for every half column, joined to its neighbour by a vertical run. */
function braille(points: readonly Point[], scale: Scale): string[][] {
  const { columns, rows } = scale;
  const bits = new Uint8Array(columns * rows);
  let before = -1;
  for (let x = 0; x < 2 * columns; x++) {
    const y = heightAt(points, x / (2 * columns - 1), scale, 4 * rows);
    if (y < 0) continue;
    const [from, to] = before < 0 || y === before ? [y, y] : y > before ? [before + 1, y] : [y, before - 1];
    for (let dot = from; dot <= to; dot++) {
      const down = 4 * rows - 1 - dot;
      const cell = (down >> 2) * columns + (x >> 1);
      bits[cell] = (bits[cell] as number) | (DOT[(x & 1) as 0 | 1][(down & 3) as 0 | 1 | 2 | 3] as number);
    }
    before = y;
  }
  return Array.from({ length: rows }, (_, row) =>
    Array.from(bits.subarray(row * columns, (row + 1) * columns), (mask) =>
      mask ? String.fromCharCode(0x2800 + mask) : " ",
    ),
  );
}

function stars(points: readonly Point[], scale: Scale): string[][] {
  const { columns, rows } = scale;
  const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(" "));
  for (let x = 0; x < columns; x++) {
    const y = heightAt(points, x / (columns - 1), scale, rows);
    if (y >= 0) (cells[rows - 1 - y] as string[])[x] = "*";
  }
  return cells;
}

/** Height of the curve in steps from the bottom at part `part` of the x axis; −1 left of the first point. */
function heightAt(points: readonly Point[], part: number, scale: Scale, steps: number): number {
  const x = scale.left + part * (scale.right - scale.left);
  const y = interpolate(points, x);
  if (Number.isNaN(y)) return -1;
  return Math.round(((y - scale.bottom) / (scale.top - scale.bottom)) * (steps - 1));
}

/** The piecewise linear curve through the points at x; NaN left of the first. */
export function interpolate(points: readonly Point[], x: number): number {
  const next = points.findIndex((point) => point.x >= x);
  if (next < 0) return points.at(-1)?.y ?? Number.NaN;
  const b = points[next] as Point;
  const a = points[next - 1];
  if (!a || b.x === x) return b.x === x ? b.y : Number.NaN;
  return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
}

function overlay(cells: string[][], marks: readonly Mark[], scale: Scale, options: ChartOptions): string[] {
  const { paint = (text) => text, paintMark = (text) => text } = options;
  const signs = new Map<number, string>();
  for (const { x, y, sign } of marks) {
    if (x < scale.left || x > scale.right) continue;
    const column = columnOf(x, scale);
    const row = rowOf(y, scale, options.unicode);
    if (row >= 0 && row < scale.rows) signs.set(row * scale.columns + column, sign);
  }
  return cells.map((line, row) =>
    line
      .map((cell, column) => {
        const sign = signs.get(row * scale.columns + column);
        return sign ? paintMark(sign) : cell === " " ? cell : paint(cell);
      })
      .join(""),
  );
}

/** The axis with a notch at every label, and the labels, each centred under its notch; one that finds no room is left out. */
function xAxis(scale: Scale, unicode: boolean): [rule: string, numbers: string] {
  const { left, right, columns } = scale;
  const [corner, line, notch] = unicode ? ["└", "─", "┴"] : ["+", "-", "+"];
  const rule = new Array<string>(columns).fill(line as string);
  let numbers = " ";
  for (const tick of roundNumbers(left, right, Math.max(2, Math.floor(columns / 16)))) {
    const label = short(tick);
    const column = columnOf(tick, scale);
    const start = 1 + Math.max(0, Math.min(columns - label.length, column - Math.floor(label.length / 2)));
    if (start < numbers.length + (numbers === " " ? 0 : 1)) continue;
    numbers = numbers.padEnd(start) + label;
    // At the corner itself a notch would only be a blot.
    if (column > 0) rule[column] = notch as string;
  }
  return [`${corner}${rule.join("")}`, numbers];
}
