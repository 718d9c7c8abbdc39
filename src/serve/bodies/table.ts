/** Columns for a solve from those of a JSON body. */
import type { z } from "@hono/zod-openapi";
import type { OfferColumns } from "../../pool/table.js";
import { type Limits, within } from "../middleware/limits.js";
import { Problem, pointerTo } from "../problem.js";
import type { OffersBody } from "../schemas/allocation.js";

type Body = z.infer<typeof OffersBody>;
type Columns = Body["values"];
type Column = Columns[number];

/**
 * @param at JSON pointer to the offers in the body.
 * @throws {Problem} for columns of unequal lengths, half a pair, ids that are not one a user, and above a limit; it names the place.
 */
export function columnsOf(body: Body, limits: Limits, at = "/offers"): OfferColumns {
  const { options, ids, values, costs, resources = {} } = body;
  const users = values[0]?.length ?? 0;
  within(limits, "options", options.length, `${at}/options`);
  within(limits, "users", users, `${at}/values/0`);
  if (users === 0) throw new Problem("invalid-value", "there are no users", { pointer: `${at}/values` });
  rectangle(values, options.length, users, `${at}/values`);
  rectangle(costs, options.length, users, `${at}/costs`);
  for (const [name, columns] of Object.entries(resources)) {
    rectangle(columns, options.length, users, at + pointerTo("resources", name));
  }
  if (ids && ids.length !== users) {
    throw new Problem("invalid-value", `there are ${ids.length} ids and ${users} users`, { pointer: `${at}/ids` });
  }
  const pairs = options.map((_, j) => pair(values[j] as Column, costs[j] as Column, j, at));
  const amounts = Object.entries(resources).map(([name, columns]): [string, Float64Array[]] => [
    name,
    columns.map((column) => Float64Array.from(column, (amount) => amount ?? 0)),
  ]);
  return {
    ...{ options, users, values: pairs.map(([value]) => value), costs: pairs.map(([, cost]) => cost) },
    ...(amounts.length > 0 ? { resources: Object.fromEntries(amounts) } : {}),
    ...(ids ? { ids: ids.map(String) } : {}),
  };
}

function rectangle(columns: Columns, options: number, users: number, at: string): void {
  if (columns.length !== options) {
    throw new Problem("invalid-value", `there are ${columns.length} columns for ${options} options`, { pointer: at });
  }
  columns.forEach((column, j) => {
    if (column.length === users) return;
    throw new Problem(
      "invalid-value",
      `this column has ${column.length} users, the first one of the values has ${users}`,
      { pointer: `${at}/${j}` },
    );
  });
}

/** A closed option is a value of −Infinity to the core. */
function pair(values: Column, costs: Column, j: number, at: string): [Float64Array, Float64Array] {
  const value = new Float64Array(values.length);
  const cost = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [v, c] = [values[i] as number | null, costs[i] as number | null];
    if ((v === null) !== (c === null)) {
      throw new Problem(
        "invalid-value",
        "a value or a cost without the other: null in both closes the option to this user",
        { pointer: `${at}/${v === null ? "values" : "costs"}/${j}/${i}` },
      );
    }
    value[i] = v ?? Number.NEGATIVE_INFINITY;
    cost[i] = c ?? 0;
  }
  return [value, cost];
}

/** JSON pointer to the number that the core refused, which says `row 7, option "a": value …`; nothing where it is another refusal. */
export function pointerToCell(
  message: string,
  { options }: Pick<OfferColumns, "options">,
  at = "/offers",
): string | undefined {
  const [, row, name, what] = /^row (\d+), option "(.*)": (value|cost) /.exec(message) ?? [];
  return what && `${at}/${what}s/${options.indexOf(name as string)}/${row}`;
}
