/** From cells to what the table takes: ids to keys, pairs of numbers looked at one by one. The same for every reader. */
import type { Offers } from "../allocation/offers.js";
import { InputFileError, type Place, quoted } from "./errors.js";
import { ID } from "./layout.js";
import type { Batch, Cells } from "./types.js";

/** The largest number that an f32 column holds. */
const MOST = 3.4028234663852886e38;

/** Of a batch: how many rows, and where each stands. */
export type Rows = Pick<Batch, "rows" | "place">;

/** Ids of a batch into the table's keys. @throws {InputFileError} for a NULL and for text that is not UTF-8. */
export function setKeys(path: string, batch: Rows, ids: Cells, offers: Offers, from: number): void {
  const words = batchKeys(path, batch, ids);
  if (words instanceof BigInt64Array) offers.setIds(from, words);
  else offers.setKeys(from, new BigUint64Array(words.buffer));
}

/** Integer ids as they are, others as MD5 words. */
export function batchKeys(path: string, batch: Rows, ids: Cells): BigInt64Array | Uint32Array {
  for (let i = 0; i < batch.rows; i++) if (ids.isNull(i)) throw nullId(path, batch.place(i));
  if (ids.type.kind === "integer") {
    const integers = new BigInt64Array(batch.rows);
    ids.integers(integers);
    return integers;
  }
  const words = new Uint32Array(2 * batch.rows);
  const bad = ids.keys(words);
  if (bad >= 0)
    throw new InputFileError(path, "the id is not UTF-8: write text in this encoding", {
      ...batch.place(bad),
      column: ID,
    });
  return words;
}

export function nullId(path: string, place: Place): InputFileError {
  return new InputFileError(path, "the id is missing: every row needs its user", { ...place, column: ID });
}

/** All cells of a column as f64, NULLs marked. @throws {InputFileError} for text that is no number. */
export function readNumbers(
  path: string,
  batch: Pick<Batch, "place">,
  cells: Cells,
  column: string,
  into: Float64Array,
  missing: Uint8Array,
): void {
  const bad = cells.numbers(into, missing);
  if (bad >= 0) throw notANumber(path, cells.text(bad), { ...batch.place(bad), column });
}

function notANumber(path: string, text: string, place: Place): InputFileError {
  if (/^[+-]?(nan|inf|infinity)$/i.test(text.trim())) return notFinite(path, text.trim(), place);
  const hint = /^\s*[+-]?\d+,\d+\s*$/.test(text)
    ? "write a decimal point"
    : "write a plain number, or leave both cells of the pair empty";
  return new InputFileError(path, `${quoted(text)} is not a number: ${hint}`, place);
}

function notFinite(path: string, text: string, place: Place): InputFileError {
  return new InputFileError(
    path,
    `the number is ${text}: leave both cells of the pair NULL where an offer is closed`,
    place,
  );
}

export interface PairProblem {
  row: number;
  of: "value" | "cost";
  what: "half" | "not finite" | "too large";
  x: number;
}

/**
 * Looks at rows of one option: a pair of NULLs becomes −∞ and 0 (closed); anything else that a table cannot hold is returned.
 */
export function closePairs(
  values: Float64Array | Float32Array,
  noValue: Uint8Array,
  costs: Float64Array | Float32Array,
  noCost: Uint8Array,
  rows: number,
): PairProblem | undefined {
  // The largest magnitude, by comparisons that a NaN fails: one test a row, the place only when something is wrong.
  let good = true;
  for (let i = 0; i < rows; i++) {
    if ((noValue[i] as number) + (noCost[i] as number) > 0) {
      if (noValue[i] !== noCost[i]) return { row: i, of: noValue[i] ? "value" : "cost", what: "half", x: 0 };
      values[i] = -Infinity;
      costs[i] = 0;
    } else if (!(Math.abs(values[i] as number) <= MOST && Math.abs(costs[i] as number) <= MOST)) {
      good = false;
      break;
    }
  }
  return good ? undefined : firstBad(values, noValue, costs, rows);
}

function firstBad(
  values: ArrayLike<number>,
  noValue: Uint8Array,
  costs: ArrayLike<number>,
  rows: number,
): PairProblem | undefined {
  for (let row = 0; row < rows; row++) {
    if (noValue[row]) continue;
    const value = values[row] as number;
    const of = Math.abs(value) <= MOST ? "cost" : "value";
    const x = of === "value" ? value : (costs[row] as number);
    if (!(Math.abs(x) <= MOST)) return { row, of, what: Number.isFinite(x) ? "too large" : "not finite", x };
  }
  return undefined;
}

/** The error for such a problem. `column`: its name; `other`: that of the other half of the pair. */
export function pairError(
  path: string,
  problem: PairProblem,
  column: string,
  other: string,
  place: Place,
): InputFileError {
  const at = { ...place, column };
  if (problem.what === "half") {
    return new InputFileError(
      path,
      `the cell is NULL, but "${other}" is not: give both, or neither where the offer is closed`,
      at,
    );
  }
  if (problem.what === "not finite") return notFinite(path, String(problem.x), at);
  return new InputFileError(path, `${problem.x} is too large: at most ${MOST.toPrecision(3)}; use a larger unit`, at);
}
