/** What both layouts know of their decisions: the types of the columns, and the totals. */
import { commonType } from "../layout.js";
import { Total } from "../total.js";
import type { Column, ColumnType, Exact } from "../types.js";
import type { DecisionShape } from "./sink.js";

export type Choices = Uint8Array | Uint16Array;

export interface Decided {
  users: number;
  value: number;
  cost: number;
}

/** Columns of the decisions on a file with these columns. Only a CSV can hold numbers as text. */
export function decisionShape(
  columns: readonly Column[],
  {
    id,
    values,
    costs,
    options,
  }: { id: number; values: readonly number[]; costs: readonly number[]; options: readonly string[] },
  toCsv: boolean,
): DecisionShape {
  const typeOf = (numbers: readonly number[]): ColumnType => {
    const type = commonType(numbers.map((c) => (columns[c] as Column).type));
    return type.kind === "text" && !toCsv ? { kind: "double" } : type;
  };
  return { id: (columns[id] as Column).type, value: typeOf(values), cost: typeOf(costs), options };
}

/** Totals of the chosen values and costs in the caller's numbers. */
export class Totals {
  readonly value: Total;
  readonly cost: Total;

  constructor(shape: DecisionShape) {
    this.value = new Total(scaleOf(shape.value));
    this.cost = new Total(scaleOf(shape.cost));
  }

  add(value: Exact, cost: Exact): void {
    this.value.addExact(value);
    this.cost.addExact(cost);
  }
}

function scaleOf(type: ColumnType): number {
  return type.kind === "decimal" ? type.scale : 0;
}
