/** Rows or columns of a JSON body, scored by a model. */
import { type Limits, within } from "../middleware/limits.js";
import { Problem, pointerTo } from "../problem.js";
import type { ReadyModel } from "./models.js";

type Cells = Record<string, number | null>;
type Columns = Record<string, (number | null)[]>;

/** Rows that are scored between two looks at other requests: a millisecond or so. */
const SLICE = 16_384;

/**
 * Outputs by name, one number a row. Names that are no feature of the model are let be.
 * @throws {Problem} naming the row or the column of a feature that is not there.
 */
export async function scoresOf(
  { scorer }: ReadyModel,
  given: Cells[] | Columns,
  limits: Limits,
): Promise<{ rows: number; outputs: Record<string, number[]> }> {
  const { features } = scorer;
  const isRows = Array.isArray(given);
  const rows = isRows ? given.length : lengthOf(given, features);
  if (!isRows) within(limits, "users", rows, "/columns");
  const outputs: Record<string, number[]> = Object.fromEntries(scorer.outputs.map((name) => [name, []]));
  const columns = Object.fromEntries(features.map((name) => [name, new Float64Array(Math.min(rows, SLICE))]));
  // A model of leaves alone asks for nothing: some column says how many rows there are.
  if (features.length === 0) columns[""] = new Float64Array(Math.min(rows, SLICE));
  for (let from = 0; from < rows; from += SLICE) {
    if (from > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const count = Math.min(SLICE, rows - from);
    for (const name of features) {
      const column = columns[name] as Float64Array;
      for (let i = 0; i < count; i++) {
        const cell = isRows ? cellOf(given[from + i] as Cells, name, from + i) : (given[name] as Columns[""])[from + i];
        column[i] = (cell as number | null) ?? Number.NaN;
      }
    }
    const slice = Object.entries(columns).map(([name, column]) => [name, column.subarray(0, count)]);
    for (const [name, scores] of Object.entries(scorer.score(Object.fromEntries(slice)))) {
      for (const score of scores) outputs[name]?.push(score);
    }
  }
  return { rows, outputs };
}

function cellOf(row: Cells, name: string, i: number): number | null {
  if (Object.hasOwn(row, name)) return row[name] as number | null;
  throw new Problem("invalid-value", `there is no feature "${name}": null says that it is missing`, {
    pointer: pointerTo("rows", i),
  });
}

/** Rows of the columns that the model asks for, all of one length. */
function lengthOf(columns: Columns, features: readonly string[]): number {
  const asked = features.length > 0 ? features : Object.keys(columns).slice(0, 1);
  let rows = -1;
  for (const name of asked) {
    const pointer = pointerTo("columns", name);
    if (!Object.hasOwn(columns, name)) {
      throw new Problem("invalid-value", `there is no column "${name}": the model asks for it`, {
        pointer: "/columns",
      });
    }
    const { length } = columns[name] as unknown[];
    if (rows >= 0 && length !== rows) {
      throw new Problem("invalid-value", `this column has ${length} rows, the first one has ${rows}`, { pointer });
    }
    rows = length;
  }
  return Math.max(rows, 0);
}
