/** Checks a request: unknown fields and wrong kinds are errors, and so are names that the table does not know. */
import { finiteNumber, kind, plainObject, wholeNumber } from "../engine/check.js";
import type { AllocationRequest, GroupLimit } from "./types.js";

const FIELDS = ["budget", "exactlyOne", "unit", "stock", "groups", "minReturn", "minSpend", "resources", "exact"];
/** Most resources a request may name. */
export const MOST_RESOURCES = 64;
/** Largest ratio of value to cost that a request may name: beyond what f32 can hold of both. */
const MOST_RETURN = 1e100;
/** Most limits of one request, all kinds together. */
export const MOST_LIMITS = 256;

/**
 * @throws {TypeError} for a field of a wrong kind or an unknown field.
 * @throws {RangeError} for a wrong value, a name that is not among `options` or `resourcesOf` the table, or limits that are
 *   not solved together.
 */
export function checkRequest(
  request: AllocationRequest,
  options: readonly string[],
  resourcesOf: readonly string[] = [],
): AllocationRequest {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new TypeError(`the request must be an object such as { budget: 1000 }, got ${kind(request)}`);
  }
  for (const field of Object.keys(request)) {
    if (!FIELDS.includes(field)) {
      throw new TypeError(`the request has no field "${field}"; its fields are ${FIELDS.join(", ")}`);
    }
  }
  const { budget, exactlyOne, unit, stock, groups, minReturn, minSpend, resources, exact } = request;
  if (budget !== undefined) finiteNumber(budget, "budget");
  flag(exactlyOne, "exactlyOne");
  flag(exact, "exact");
  if (unit !== undefined && finiteNumber(unit, "unit") <= 0) {
    throw new RangeError(`unit must be above zero, such as 0.01 for cents, got ${unit}`);
  }
  if (minReturn !== undefined && finiteNumber(minReturn, "minReturn") < 0) {
    throw new RangeError(`minReturn must not be negative, got ${minReturn}`);
  }
  if (minReturn !== undefined && minReturn > MOST_RETURN) {
    throw new RangeError(
      `minReturn must be at most ${MOST_RETURN}, got ${minReturn}: no value of a table is so many times a cost`,
    );
  }
  if (minSpend !== undefined) finiteNumber(minSpend, "minSpend");
  if (stock !== undefined) checkStock(stock, options);
  if (groups !== undefined) checkGroups(groups, options);
  if (resources !== undefined) checkResources(resources, resourcesOf);
  const limits = Object.keys(stock ?? {}).length + 2 * (groups ?? []).length + (resources ?? []).length + 3;
  if (limits > MOST_LIMITS) throw new RangeError(`the request has more than ${MOST_LIMITS} limits`);
  return request;
}

function flag(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, got ${kind(value)}`);
  }
}

function checkStock(stock: Record<string, number>, options: readonly string[]): void {
  plainObject(stock, "stock");
  for (const [name, users] of Object.entries(stock)) {
    known(name, options, "stock");
    wholeNumber(users, `stock of ${name}`, 0, Number.MAX_SAFE_INTEGER);
  }
}

function checkGroups(groups: readonly GroupLimit[], options: readonly string[]): void {
  for (const [i, group] of list(groups, "groups").entries()) {
    const place = `groups[${i}]`;
    plainObject(group, place);
    onlyFields(group, ["name", "offers", "atMost", "atLeast"], place);
    text(group.name, `${place}.name`);
    if (groups.findIndex(({ name }) => name === group.name) < i) {
      throw new RangeError(`${place}.name: there is a group "${group.name}" before it`);
    }
    list(group.offers, `${place}.offers`).forEach((name, j) => {
      text(name, `${place}.offers[${j}]`);
      known(name, options, `${place}.offers`);
      if (group.offers.indexOf(name) < j) throw new RangeError(`${place}.offers names "${name}" twice`);
    });
    const { atMost, atLeast } = group;
    if (atMost === undefined && atLeast === undefined) throw new TypeError(`${place} needs atMost, atLeast or both`);
    if (atMost !== undefined) finiteNumber(atMost, `${place}.atMost`);
    if (atLeast !== undefined) finiteNumber(atLeast, `${place}.atLeast`);
  }
}

function checkResources(resources: readonly { name: string; atMost: number }[], known: readonly string[]): void {
  for (const [i, resource] of list(resources, "resources").entries()) {
    const place = `resources[${i}]`;
    plainObject(resource, place);
    onlyFields(resource, ["name", "atMost"], place);
    text(resource.name, `${place}.name`);
    finiteNumber(resource.atMost, `${place}.atMost`);
    if (resources.findIndex(({ name }) => name === resource.name) < i) {
      throw new RangeError(`${place}.name: there is a resource "${resource.name}" before it`);
    }
    if (!known.includes(resource.name)) {
      const own = known.length > 0 ? `it has ${known.join(", ")}` : "it was made without any";
      throw new RangeError(`${place}.name: the table has no resource "${resource.name}"; ${own}`);
    }
  }
  if (resources.length > MOST_RESOURCES) throw new RangeError(`resources: at most ${MOST_RESOURCES} can be named`);
}

function known(name: string, options: readonly string[], place: string): void {
  if (options.includes(name)) return;
  const some = options.slice(0, 8).join(", ");
  throw new RangeError(`${place}: there is no option "${name}"; there are ${some}${options.length > 8 ? ", …" : ""}`);
}

function onlyFields(value: object, fields: readonly string[], place: string): void {
  for (const field of Object.keys(value)) {
    if (!fields.includes(field)) {
      throw new TypeError(`${place} has no field "${field}"; its fields are ${fields.join(", ")}`);
    }
  }
}

function list<T>(value: readonly T[], place: string): readonly T[] {
  if (!Array.isArray(value)) throw new TypeError(`${place} must be a list, got ${kind(value)}`);
  return value;
}

function text(value: unknown, place: string): void {
  if (typeof value !== "string") throw new TypeError(`${place} must be a text, got ${kind(value)}`);
}
