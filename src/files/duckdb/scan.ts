/** An offer file as a relation of SQL: its rows numbered from 0, its cells as they stand, numbers and keys made from them. */
import { type Layout, usedColumns } from "../layout.js";
import type { Column, ColumnType } from "../types.js";
import { sqlName, sqlPath, sqlText } from "./database.js";

export const ROW = "file_row_number";

export interface ScannedFile {
  path: string;
  columns: readonly Column[];
  layout: Layout;
  /** Bytes of the largest row group as stored. */
  groupBytes: number;
  /** How a CSV is read; undefined for Parquet. */
  csv?: CsvShape;
  /** Somewhere in the text stands a `_` or a `+-`, which DuckDB takes in numbers: 1_000, +-1. */
  oddNumbers?: boolean;
}

/** What DuckDB is told of a CSV, so that it guesses nothing. */
export interface CsvShape {
  delimiter: string;
  crlf: boolean;
}

/** Longest line of a CSV. DuckDB holds sixteen of them a buffer; a longer one is left to JavaScript. */
const MOST_LINE = 1 << 19;

/** Whether DuckDB can name the columns: to it, names that differ in case alone are one. A CSV's are named by us. */
export function canName(columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return names.size === columns.length && !names.has(ROW) && !names.has("");
}

/** Column c as a name of SQL. */
export function columnSql(file: ScannedFile, c: number): string {
  return file.csv ? `c${c}` : sqlName((file.columns[c] as Column).name);
}

/** The columns of the layout, as a list of SQL. */
export function usedSql(file: ScannedFile): string {
  return usedColumns(file.layout)
    .map((c) => columnSql(file, c))
    .join(", ");
}

/** The rows in their order, with the columns of the layout and ROW. */
export function rowsSql(file: ScannedFile): string {
  const { path, csv } = file;
  if (csv === undefined)
    return `read_parquet(${sqlPath(path)}, ${ROW} = true, hive_partitioning = false, binary_as_string = true)`;
  const columns = file.columns.map((_, c) => `'c${c}': 'VARCHAR'`);
  // The line end is told in an escape string: DuckDB reads a file of the other kind without a word.
  return (
    `(SELECT ${usedSql(file)}, row_number() OVER () - 1 AS ${ROW} FROM read_csv(${sqlPath(path)}, auto_detect = false, ` +
    `header = false, skip = 1, delim = ${sqlText(csv.delimiter)}, quote = '"', escape = '"', comment = '', nullstr = '', ` +
    `allow_quoted_nulls = true, new_line = '${csv.crlf ? "\\r\\n" : "\\n"}', strict_mode = true, null_padding = false, ` +
    `ignore_errors = false, compression = 'none', encoding = 'utf-8', hive_partitioning = false, ` +
    `max_line_size = ${MOST_LINE}, buffer_size = ${16 * MOST_LINE}, columns = {${columns.join(", ")}}))`
  );
}

/** Column c as DOUBLE. Text that is no number to us is an error or NaN, which are errors both. */
export function numberSql(file: ScannedFile, c: number): string {
  const name = columnSql(file, c);
  if (file.columns[c]?.type.kind !== "text") return `${name}::DOUBLE`;
  if (!file.oddNumbers) return `${name}::DOUBLE`;
  return `(CASE WHEN contains(${name}, '_') OR contains(${name}, '+-') THEN 'nan' ELSE ${name} END)::DOUBLE`;
}

/**
 * How an id becomes 64 bits in SQL: the same as in JavaScript. Not by `md5_number_lower`, which is a macro that goes through
 * text of 128 zeros and ones: five million ids of 36 characters take 1.9 s of a processor by it, 0.5 s by the shift.
 */
export function keySql(file: ScannedFile): { sql: string; signed: boolean; mix: boolean } {
  const id = columnSql(file, file.layout.id);
  const { type } = file.columns[file.layout.id] as Column;
  if (type.kind !== "integer") return { sql: `(md5_number(${id}::VARCHAR) >> 64)::UBIGINT`, signed: false, mix: false };
  const signed = type.signed || type.bits < 64;
  return { sql: `${id}::${signed ? "BIGINT" : "UBIGINT"}`, signed, mix: true };
}

export function sqlType(type: ColumnType): string {
  if (type.kind === "decimal") return `DECIMAL(${type.precision}, ${type.scale})`;
  if (type.kind === "integer")
    return `${type.signed ? "" : "U"}${{ 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" }[type.bits]}`;
  return type.kind === "float" ? "FLOAT" : "DOUBLE";
}
