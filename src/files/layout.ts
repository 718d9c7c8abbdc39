/**
 * Offer files, wide: `user_id`, and `value_NAME` and `cost_NAME` of each offer, and `RESOURCE_NAME` for each resource that was
 * asked for; long: `user_id, offer, value, cost`.
 * The names decide; other columns are left alone and reported.
 */
import { InputFileError } from "./errors.js";
import type { Column, ColumnType } from "./types.js";

export interface WideLayout {
  kind: "wide";
  id: number;
  options: string[];
  /** Column numbers by option. */
  values: number[];
  costs: number[];
  /** Resources that were asked for, each with its column numbers by option. */
  resources: { name: string; columns: number[] }[];
  ignored: string[];
}

export interface LongLayout {
  kind: "long";
  id: number;
  offer: number;
  value: number;
  cost: number;
  ignored: string[];
}

export type Layout = WideLayout | LongLayout;

export const ID = "user_id";
const VALUE = "value_";
const COST = "cost_";
/** Choices of a wide table are bytes: 0 for none and 254 options. */
const MOST_WIDE = 254;

/** @throws {InputFileError} where a column is missing, repeated, without its partner or of a type that cannot serve. */
export function findLayout(path: string, columns: readonly Column[], resources: readonly string[] = []): Layout {
  const numbers = columnNumbers(path, columns);
  const id = numbers.get(ID);
  if (id === undefined) throw new InputFileError(path, missingColumn(ID, columns), { column: ID });
  requireId(path, columns[id] as Column);
  const layout = columns.some(({ name }) => name.startsWith(VALUE) || name.startsWith(COST))
    ? wide(path, columns, numbers, id)
    : long(path, columns, numbers, id);
  if (layout.kind === "wide") {
    layout.resources = resources.map((name) => ({
      name,
      columns: amountColumns(path, columns, numbers, layout, name),
    }));
  } else if (resources.length > 0) {
    throw new InputFileError(
      path,
      `resources such as "${resources[0]}" are read from wide files, and this one is long`,
    );
  }
  const amounts = layout.kind === "wide" ? layout.resources.flatMap((resource) => resource.columns) : [];
  const used = new Set([...usedColumns(layout), ...amounts]);
  layout.ignored = columns.filter((_, c) => !used.has(c)).map(({ name }) => name);
  return layout;
}

export function usedColumns(layout: Layout): number[] {
  return layout.kind === "wide"
    ? [layout.id, ...layout.values.flatMap((value, j) => [value, layout.costs[j] as number])]
    : [layout.id, layout.offer, layout.value, layout.cost];
}

export function columnNumbers(path: string, columns: readonly Column[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [c, { name }] of columns.entries()) {
    if (numbers.has(name)) {
      throw new InputFileError(
        path,
        `columns ${(numbers.get(name) as number) + 1} and ${c + 1} have this name: rename one`,
        {
          column: name,
        },
      );
    }
    numbers.set(name, c);
  }
  return numbers;
}

function wide(path: string, columns: readonly Column[], numbers: Map<string, number>, id: number): WideLayout {
  const layout: WideLayout = { kind: "wide", id, options: [], values: [], costs: [], resources: [], ignored: [] };
  for (const [c, { name }] of columns.entries()) {
    if (name.startsWith(COST)) partner(path, numbers, name, VALUE + name.slice(COST.length));
    if (!name.startsWith(VALUE)) continue;
    const option = name.slice(VALUE.length);
    if (option === "") throw new InputFileError(path, "an offer's name must follow value_", { column: name });
    layout.options.push(option);
    layout.values.push(c);
    layout.costs.push(partner(path, numbers, name, COST + option));
  }
  for (const c of [...layout.values, ...layout.costs]) requireNumber(path, columns[c] as Column);
  if (layout.options.length > MOST_WIDE) {
    throw new InputFileError(
      path,
      `a wide file has at most ${MOST_WIDE} offers, this one has ${layout.options.length}: ` +
        "write it long, one row an offer, with the columns user_id, offer, value, cost",
    );
  }
  return layout;
}

function amountColumns(
  path: string,
  columns: readonly Column[],
  numbers: Map<string, number>,
  { options }: WideLayout,
  resource: string,
): number[] {
  return options.map((option) => {
    const name = `${resource}_${option}`;
    const number = numbers.get(name);
    if (number === undefined) {
      throw new InputFileError(path, `is missing: resource "${resource}" needs a column for each offer`, {
        column: name,
      });
    }
    if (name.startsWith(VALUE) || name.startsWith(COST) || name === ID) {
      throw new InputFileError(path, `cannot be what resource "${resource}" uses: rename the resource`, {
        column: name,
      });
    }
    requireNumber(path, columns[number] as Column);
    return number;
  });
}

function partner(path: string, numbers: Map<string, number>, name: string, other: string): number {
  const number = numbers.get(other);
  if (number === undefined)
    throw new InputFileError(path, `is missing, though there is "${name}": add it`, { column: other });
  return number;
}

function long(path: string, columns: readonly Column[], numbers: Map<string, number>, id: number): LongLayout {
  const find = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new InputFileError(path, missingColumn(name, columns), { column: name });
    return number;
  };
  const layout: LongLayout = {
    kind: "long",
    id,
    offer: find("offer"),
    value: find("value"),
    cost: find("cost"),
    ignored: [],
  };
  requireId(path, columns[layout.offer] as Column);
  requireNumber(path, columns[layout.value] as Column);
  requireNumber(path, columns[layout.cost] as Column);
  return layout;
}

function missingColumn(name: string, columns: readonly Column[]): string {
  const near = columns.find((column) => column.name.trim().toLowerCase() === name);
  const names = columns.slice(0, 12).map((column) => `"${column.name}"`);
  if (columns.length > names.length) names.push("…");
  return (
    `is missing; ${near ? `"${near.name}" must be written ${name}` : `there are ${names.join(", ")}`}. ` +
    "Give user_id with value_NAME and cost_NAME for each offer, or user_id, offer, value, cost"
  );
}

export function requireId(path: string, { name, type }: Column): void {
  if (["integer", "text", "uuid", "decimal"].includes(type.kind)) return;
  throw new InputFileError(
    path,
    `is ${typeName(type)}; it must hold whole numbers, text or UUIDs: cast it to one of these`,
    {
      column: name,
    },
  );
}

export function requireNumber(path: string, { name, type }: Column): void {
  if (["integer", "float", "double", "decimal"].includes(type.kind)) return;
  if (type.kind === "text" && type.loose) return;
  throw new InputFileError(path, `is ${typeName(type)} where numbers belong: cast it to DOUBLE or DECIMAL`, {
    column: name,
  });
}

export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "" : "unsigned "}${type.bits}-bit integer`;
    case "decimal":
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case "other":
      return type.name;
    case "uuid":
      return "UUID";
    default:
      return type.kind;
  }
}

/** Type of the value (or cost) column of the decisions: the narrowest that holds the numbers as they stand. */
export function commonType(types: readonly ColumnType[]): ColumnType {
  if (types.every(({ kind }) => kind === "text")) return { kind: "text" };
  if (types.every(({ kind }) => kind === "float")) return { kind: "float" };
  let whole = 0;
  let scale = 0;
  for (const type of types) {
    if (type.kind === "integer") whole = Math.max(whole, integerDigits(type));
    else if (type.kind === "decimal") {
      whole = Math.max(whole, type.precision - type.scale);
      scale = Math.max(scale, type.scale);
    } else return { kind: "double" };
  }
  if (types.every((type) => type.kind === "integer" && (type.signed || type.bits < 64))) {
    return { kind: "integer", bits: 64, signed: true };
  }
  return whole + scale <= 38 ? { kind: "decimal", precision: whole + scale, scale } : { kind: "double" };
}

function integerDigits({ bits, signed }: { bits: number; signed: boolean }): number {
  return bits === 64 ? (signed ? 19 : 20) : bits === 32 ? 10 : bits === 16 ? 5 : 3;
}
