/** A dropped file as a table, by the readers that every runtime has: for the tasks of any flow. */
import { InputFileError } from "../../files/errors.js";
import { sniffFormat } from "../../files/identity.js";
import { openDisk } from "../../files/source/disk.js";
import type { Batch, Cells, Source } from "../../files/types.js";
import { admit } from "./fs.js";

/** A column of a file as it is shown before anything is read. */
export interface ColumnPreview {
  name: string;
  /** "text", "double", … as the file declares it; a CSV declares nothing. */
  type: string;
  /** The first cells; "" for one that is empty. */
  cells: string[];
  /** Every one of the first cells that is not empty is a number. */
  isNumber: boolean;
}

/** Opens it by its content. @throws {InputFileError} for what is neither CSV nor Parquet nor Arrow. */
export async function openFile(file: File): Promise<Source> {
  const path = admit(file);
  const format = await sniffFormat(path, { size: file.size, mark: "" });
  if (format === "csv")
    return (await import("../../files/source/csv/csv.js")).CsvSource.open(path, await openDisk(path));
  if (format === "parquet")
    return (await import("../../files/source/parquet/parquet.js")).ParquetSource.open(path, await openDisk(path));
  // Read where it lies in memory: the reader for bodies of requests, a fifth of apache-arrow's size.
  const { ArrowBody } = await import("../../files/body/arrow.js");
  return new ArrowBody(path, new Uint8Array(await file.arrayBuffer()));
}

/** The columns with their first `rows` cells. */
export async function previewOf(source: Source, rows = 5): Promise<ColumnPreview[]> {
  const all = source.columns.map((_, c) => c);
  let first: Batch | undefined;
  for await (const batch of source.batches(all)) {
    first = batch;
    break;
  }
  if (!first || first.rows === 0) throw new InputFileError(source.path, "the file has columns and no rows");
  const shown = Math.min(rows, first.rows);
  return source.columns.map(({ name, type }, c) => {
    const cells = (first as Batch).columns[c] as Cells;
    const texts = Array.from({ length: shown }, (_, i) => (cells.isNull(i) ? "" : cells.text(i)));
    const isNumber = ["integer", "float", "double", "decimal"].includes(type.kind);
    return { name, type: type.kind, cells: texts, isNumber: isNumber || texts.every(isNumeric) };
  });
}

function isNumeric(text: string): boolean {
  return text.trim() === "" || Number.isFinite(Number(text));
}

/** Columns under other names, in this order: `[name in the file, name for the readers]`; the same column may serve twice. */
export function renamed(source: Source, names: readonly (readonly [from: string, to: string])[]): Source {
  const numbers = names.map(([from]) => {
    const number = source.columns.findIndex(({ name }) => name === from);
    if (number < 0) throw new InputFileError(source.path, "is missing", { column: from });
    return number;
  });
  return {
    path: source.path,
    format: source.format,
    rows: source.rows,
    columns: names.map(([, to], i) => ({
      name: to,
      type: (source.columns[numbers[i] as number] as Source["columns"][0]).type,
    })),
    batches: (wanted) => source.batches(wanted.map((i) => numbers[i] as number)),
    close: () => source.close(),
  };
}

/** An error of the readers with the file's own names of columns in place of theirs. */
export function inFileNames(error: unknown, names: readonly (readonly [from: string, to: string])[]): unknown {
  if (!(error instanceof InputFileError)) return error;
  let { message } = error;
  for (const [from, to] of names) message = message.replaceAll(`"${to}"`, `"${from}"`);
  return Object.assign(new Error(message), { name: error.name, row: error.row, line: error.line });
}
