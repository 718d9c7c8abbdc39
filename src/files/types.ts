/** What the parts of this folder pass to one another: columns, cells, batches. */
import type { Place } from "./errors.js";

export type Format = "csv" | "parquet" | "arrow";

/** Type of a column as the file declares it; a CSV declares text. */
export type ColumnType =
  | { kind: "integer"; bits: 8 | 16 | 32 | 64; signed: boolean }
  | { kind: "float" | "double" | "uuid" }
  // `loose`: text of a CSV, which may hold numbers.
  | { kind: "text"; loose?: true }
  | { kind: "decimal"; precision: number; scale: number }
  | { kind: "other"; name: string };

export interface Column {
  name: string;
  type: ColumnType;
}

/** A number or id as it stands in the file: the unscaled integer of a decimal, the text of a CSV's cell. */
export type Exact = bigint | number | string;

/** The cells of one column in one batch. */
export interface Cells {
  readonly type: ColumnType;
  isNull(i: number): boolean;
  /**
   * Puts every cell as `f64` and `missing[i] = 1` for every NULL (which stands as 0).
   * Returns the first cell that is text and no number, or −1.
   */
  numbers(into: Float64Array, missing: Uint8Array): number;
  /** Puts every cell of an integer column, unsigned 64-bit ones by their bits. */
  integers(into: BigInt64Array): void;
  /** Puts the low 64 bits of MD5 of the text of every cell, low word first. Returns the first that is not UTF-8, or −1. */
  keys(into: Uint32Array): number;
  number(i: number): number;
  exact(i: number): Exact;
  text(i: number): string;
}

/** Adjacent rows of a file, column by column, in the order the columns were asked for. */
export interface Batch {
  rows: number;
  columns: Cells[];
  place(i: number): Place;
}

/** A table that can be read from its start as often as needed. */
export interface Source {
  readonly path: string;
  readonly format: Format;
  readonly columns: readonly Column[];
  /** Rows, where the file says so before it is read. */
  readonly rows?: number;
  /** Reads the columns of these numbers. Batches are valid until the next is asked for. */
  batches(wanted: readonly number[]): AsyncGenerator<Batch>;
  close(): Promise<void>;
}

export interface FileProgress {
  phase: "count" | "read" | "sort" | "check" | "write";
  done: number;
  total: number;
}

export interface OpenOptions {
  /** `auto` (default): DuckDB where it is installed and reads the format, else JavaScript. */
  reader?: "auto" | "duckdb" | "javascript";
  /** Resources to read from a wide file: for each a column RESOURCE_OFFER of every offer. */
  resources?: readonly string[];
  /** Do not check that no user is repeated. */
  assumeUnique?: boolean;
  /** Stops reading and writing between batches; the reason is thrown and no output is left. */
  signal?: AbortSignal;
  onProgress?: (progress: FileProgress) => void;
  /** Where a long file that is not grouped by user is sorted. Default: the system's folder for temporary files. */
  temporaryFolder?: string;
}
