/** Decisions out: one row a user. */
import type { CsvCells } from "../source/csv/cells.js";
import { decimalText } from "../total.js";
import type { Cells, ColumnType, Exact } from "../types.js";

export const NAMES = ["user_id", "offer", "value", "cost"] as const;

/** What the columns of a decisions file hold. */
export interface DecisionShape {
  id: ColumnType;
  value: ColumnType;
  cost: ColumnType;
  options: readonly string[];
}

/** Where bytes go. */
export interface Out {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Takes decisions in the order of the users. Numbers come in the types of the shape. */
export interface Sink {
  /** `choice`: 0 for none, else the option's number from 1. */
  add(id: Exact, choice: number, value: Exact, cost: Exact): void;
  /** The same from a CSV into a CSV: cells as they stand. `value` and `cost` are undefined for none. */
  copy?(ids: CsvCells, i: number, choice: number, value: CsvCells | undefined, cost: CsvCells | undefined): void;
  finish(): Promise<void>;
  /** Lets go of the file, whole or not. */
  close(): void;
}

/** Cell i as a number of type `target`, which holds every number of the cell's type. */
export function exactAs(cells: Cells, i: number, target: ColumnType): Exact {
  if (target.kind === "text") return cells.text(i);
  if (target.kind === "double" || target.kind === "float") return cells.number(i);
  const exact = cells.exact(i) as bigint;
  if (target.kind !== "decimal") return exact;
  const scale = cells.type.kind === "decimal" ? cells.type.scale : 0;
  return exact * 10n ** BigInt(target.scale - scale);
}

/** 0 in the type of a column. */
export function zeroOf(type: ColumnType): Exact {
  return type.kind === "integer" || type.kind === "decimal" ? 0n : type.kind === "text" ? "0" : 0;
}

/** A number or id of this type as text. */
export function textOf(x: Exact, type: ColumnType): string {
  return typeof x === "bigint" && type.kind === "decimal" ? decimalText(x, type.scale) : String(x);
}
