/** What a caller gives to be scored, checked: columns by feature name, or one row. */
import { kind } from "../../engine/check.js";
import type { Numbers } from "../kernel.js";

/** Columns by feature name, all of one length. Names that are no feature of the model are let be. */
export type ScoreColumns = Readonly<Record<string, Float32Array | Float64Array>>;
/** One row: a number for each feature, in the model's order. */
export type ScoreRow = readonly number[] | Float32Array | Float64Array;

export function isRow(rows: ScoreColumns | ScoreRow): rows is ScoreRow {
  return Array.isArray(rows) || ArrayBuffer.isView(rows);
}

/** The columns in the order of the features. @throws {TypeError | RangeError} naming the column. */
export function columnsInOrder(features: readonly string[], given: ScoreColumns): { columns: Numbers[]; rows: number } {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`score needs columns by feature name or one row of numbers, got ${kind(given)}`);
  }
  let rows = -1;
  let first = "";
  const columns = features.map((name) => {
    const column = Object.hasOwn(given, name) ? given[name] : undefined;
    if (column === undefined)
      throw new RangeError(`column "${name}" is missing: the model asks for it${offered(given)}`);
    if (!(column instanceof Float32Array || column instanceof Float64Array)) {
      throw new TypeError(`column "${name}" must be a Float32Array or a Float64Array, got ${kind(column)}`);
    }
    if (rows < 0) [rows, first] = [column.length, name];
    if (column.length !== rows) {
      throw new RangeError(`column "${name}" has ${column.length} rows and column "${first}" has ${rows}`);
    }
    return column;
  });
  // A model of one leaf a tree may have no feature: then any column says how many rows there are.
  if (rows < 0) rows = Object.values(given)[0]?.length ?? 0;
  return { columns, rows };
}

function offered(given: ScoreColumns): string {
  const names = Object.keys(given);
  if (names.length === 0) return ", and there is no column";
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  if (names.length > shown.length) shown.push("…");
  return `; there are ${shown.join(", ")}`;
}

/** Copies a row's numbers to `to`. */
export function rowInto(features: readonly string[], row: ScoreRow, to: Float64Array): void {
  if (row.length !== features.length) {
    throw new RangeError(`a row of this model has ${features.length} numbers, this one has ${row.length}`);
  }
  if (!Array.isArray(row)) {
    to.set(row);
    return;
  }
  for (let f = 0; f < row.length; f++) {
    const value: unknown = row[f];
    if (typeof value !== "number") {
      throw new TypeError(
        `number ${f} of the row, feature "${features[f]}", must be a number (NaN: missing), got ${kind(value)}`,
      );
    }
    to[f] = value;
  }
}
