/** A table of offers as plain columns: what travels to a worker. */
import { breath } from "../engine/breath.js";
import type { Engine, Ids, Offers } from "../index.js";

/** Numbers by user. */
export type Numbers = Float32Array | Float64Array;

/**
 * Users × options as columns. Arrays in an `ArrayBuffer` move to the worker that solves, without a copy: they are empty afterwards.
 * Arrays in a `SharedArrayBuffer` are read where they are and stay.
 */
export interface OfferColumns {
  /** Names of the options. */
  options: readonly string[];
  users: number;
  /** Ids decide ties; left out: the place in the table does. */
  ids?: Ids;
  /** Value of each option for each user; −Infinity closes an option. */
  values: readonly Numbers[];
  costs: readonly Numbers[];
  /** What options use beside money: by resource, a column an option. */
  resources?: Readonly<Record<string, readonly Numbers[]>>;
}

/** Places the columns in a table of `engine`. @throws as `Offers.set` does, naming row and option. */
export function placeColumns(engine: Engine, columns: OfferColumns): Offers {
  const table = emptyTable(engine, columns);
  try {
    columns.options.forEach((_, j) => {
      placeOption(table, columns, j);
    });
    return table;
  } catch (error) {
    table.release();
    throw error;
  }
}

/** As `placeColumns`, with a turn for everyone else after each option. */
export async function placeInTurns(engine: Engine, columns: OfferColumns, signal?: AbortSignal): Promise<Offers> {
  const table = emptyTable(engine, columns);
  try {
    for (const j of columns.options.keys()) {
      placeOption(table, columns, j);
      await breath();
      signal?.throwIfAborted();
    }
    return table;
  } catch (error) {
    table.release();
    throw error;
  }
}

function emptyTable(engine: Engine, { users, options, ids, values, costs, resources = {} }: OfferColumns): Offers {
  counted(values, options.length, "values");
  counted(costs, options.length, "costs");
  for (const [name, amounts] of Object.entries(resources)) counted(amounts, options.length, `resources.${name}`);
  return engine.offers({ users, options, ids, resources: Object.keys(resources) });
}

function counted(columns: readonly Numbers[], options: number, name: string): void {
  if (columns.length === options) return;
  throw new RangeError(`${name} has ${columns.length} columns for ${options} options`);
}

function placeOption(table: Offers, { values, costs, resources = {} }: OfferColumns, j: number): void {
  table.set(j, 0, values[j] as Numbers, costs[j] as Numbers);
  for (const [name, amounts] of Object.entries(resources)) table.setResource(name, j, 0, amounts[j] as Numbers);
}
