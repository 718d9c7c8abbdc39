/** Reads CSV files of the reference data, zipped or not. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { referenceData } from "../../reference.setup.js";

export interface Csv {
  text(name: string): string[];
  column(name: string): Float64Array;
}

/** A file whose first line names its columns. */
export function readCsv(...parts: string[]): Csv {
  const [names, ...rows] = cellsOf(parts) as [string[], ...string[][]];
  const text = (name: string) => {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`${parts.join("/")} has no column ${name}`);
    return rows.map((row) => (row[at] as string).trim());
  };
  return { text, column: (name) => Float64Array.from(text(name), Number) };
}

/** A file of numbers alone: the columns. */
export function readColumns(...parts: string[]): Float64Array[] {
  const rows = cellsOf(parts);
  return (rows[0] ?? []).map((_, at) => Float64Array.from(rows, (row) => Number(row[at])));
}

function cellsOf(parts: string[]): string[][] {
  const bytes = readFileSync(referenceData(...parts));
  return parse(parts.at(-1)?.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}
