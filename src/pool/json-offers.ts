/**
 * A JSON body whose table is large, read where it holds up nobody. It knows what is right and not what to say of what is wrong: a body
 * that it does not take is read once more by whoever says it.
 */
import type { OfferColumns } from "./table.js";

export interface ReadOffers {
  /** The body with a table of no users in place of its own; what is beside the table is as it was. */
  body: Record<string, unknown>;
  columns: OfferColumns;
}

/** The table of a body `{ offers: { options, ids?, values, costs, resources? }, … }`, or undefined where anything of it is not right. */
export function readOffers(bytes: Uint8Array): ReadOffers | undefined {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!isRecord(body) || !isRecord(body.offers)) return undefined;
  const { options, ids, values, costs, resources = {}, ...others } = body.offers;
  if (!Array.isArray(options) || Object.keys(others).length > 0 || !isRecord(resources)) return undefined;
  const users = Array.isArray(values) && Array.isArray(values[0]) ? values[0].length : 0;
  const names = ids === undefined ? undefined : idsOf(ids, users);
  if (users === 0 || (ids !== undefined && !names)) return undefined;
  const [value, cost] = [columnsOf(values, options.length, users), columnsOf(costs, options.length, users)];
  if (!value || !cost || !areClosed(value, cost)) return undefined;
  const amounts: Record<string, Float64Array[]> = {};
  for (const [name, columns] of Object.entries(resources)) {
    const read = columnsOf(columns, options.length, users);
    if (!read) return undefined;
    // What a closed option would use is nobody's business.
    for (const column of read) for (let i = 0; i < users; i++) if (Number.isNaN(column[i])) column[i] = 0;
    Object.defineProperty(amounts, name, { value: read, enumerable: true });
  }
  const none = { values: options.map(() => []), costs: options.map(() => []) };
  const hasResources = Object.keys(amounts).length > 0;
  return {
    body: {
      ...body,
      offers: { options, ...none, ...(resources && hasResources ? { resources: emptied(amounts) } : {}) },
    },
    columns: {
      ...{ options, users, values: value, costs: cost },
      ...(hasResources ? { resources: amounts } : {}),
      ...(names ? { ids: names } : {}),
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function emptied(resources: Record<string, Float64Array[]>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(resources).map((name) => [name, []]));
}

function idsOf(ids: unknown, users: number): string[] | undefined {
  if (!Array.isArray(ids) || ids.length !== users) return undefined;
  const areRight = ids.every((id) => typeof id === "string" || Number.isSafeInteger(id));
  return areRight ? ids.map(String) : undefined;
}

/** As many columns as options, each of all users; null is NaN, which JSON has not. */
function columnsOf(columns: unknown, options: number, users: number): Float64Array[] | undefined {
  if (!Array.isArray(columns) || columns.length !== options) return undefined;
  const read: Float64Array[] = [];
  for (const column of columns) {
    if (!Array.isArray(column) || column.length !== users) return undefined;
    const numbers = new Float64Array(users);
    for (let i = 0; i < users; i++) {
      const x: unknown = column[i];
      if (x !== null && !(typeof x === "number" && Number.isFinite(x))) return undefined;
      numbers[i] = x === null ? Number.NaN : x;
    }
    read.push(numbers);
  }
  return read;
}

/** Closes what is null on both sides, as the core has it; false where one side alone is. */
function areClosed(values: readonly Float64Array[], costs: readonly Float64Array[]): boolean {
  for (const [j, value] of values.entries()) {
    const cost = costs[j] as Float64Array;
    for (let i = 0; i < value.length; i++) {
      const [noValue, noCost] = [Number.isNaN(value[i]), Number.isNaN(cost[i])];
      if (noValue !== noCost) return false;
      if (noValue) [value[i], cost[i]] = [Number.NEGATIVE_INFINITY, 0];
    }
  }
  return true;
}
