/** A table of the core from the columns of a JSON body. */
import type { z } from "@hono/zod-openapi";
import type { Engine, Offers } from "../index.js";
import { type Limits, within } from "./limits.js";
import { Problem, pointerTo } from "./problem.js";
import type { OffersBody } from "./schemas/allocation.js";

type Body = z.infer<typeof OffersBody>;
type Columns = Body["values"];

/**
 * @param at JSON pointer to the offers in the body.
 * @throws {Problem} for columns of unequal lengths, half a pair, ids that are not one a user, and above a limit; it names the place.
 */
export function tableOf(engine: Engine, body: Body, limits: Limits, at = "/offers"): Offers {
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
  const table = engine.offers({
    users,
    options,
    resources: Object.keys(resources),
    ...(ids ? { ids: ids.map(String) } : {}),
  });
  try {
    options.forEach((_, j) => {
      table.set(j, 0, ...pairs(values[j] as Columns[number], costs[j] as Columns[number], j, at));
      for (const [name, columns] of Object.entries(resources)) {
        table.setResource(
          name,
          j,
          0,
          Float64Array.from(columns[j] as Columns[number], (amount) => amount ?? 0),
        );
      }
    });
  } catch (error) {
    table.release();
    throw error;
  }
  return table;
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
      {
        pointer: `${at}/${j}`,
      },
    );
  });
}

/** A closed option is a value of −Infinity to the core. */
function pairs(values: Columns[number], costs: Columns[number], j: number, at: string): [Float64Array, Float64Array] {
  const value = new Float64Array(values.length);
  const cost = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [v, c] = [values[i] as number | null, costs[i] as number | null];
    if ((v === null) !== (c === null)) {
      throw new Problem(
        "invalid-value",
        "a value or a cost without the other: null in both closes the option to this user",
        {
          pointer: `${at}/${v === null ? "values" : "costs"}/${j}/${i}`,
        },
      );
    }
    value[i] = v ?? Number.NEGATIVE_INFINITY;
    cost[i] = c ?? 0;
  }
  return [value, cost];
}
