/** Offer files out: an id and columns of numbers, a tile of rows at a time. */
import type { FileWriter } from "../output.js";
import type { Cells, ColumnType } from "../types.js";

export interface ScoreShape {
  id: ColumnType;
  /** Names of the columns of numbers. */
  columns: readonly string[];
}

export interface ScoreSink {
  /** Adds rows: their ids as they stand in the input; a number that is NaN is NULL. */
  add(rows: number, ids: Cells, columns: readonly Float64Array[]): void;
  finish(): Promise<void>;
  /** Lets go of the file, whole or not. */
  close(): void;
}

export type ScoreSinkOf = new (shape: ScoreShape, out: FileWriter) => ScoreSink;
