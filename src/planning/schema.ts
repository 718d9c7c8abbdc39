/**
 * Reads a value by plan.schema.json: what is published is what is checked. Knows the words of JSON Schema that the file
 * uses, and no others; a test holds it to that.
 */
import { kind } from "../engine/check.js";
import schema from "./plan.schema.json" with { type: "json" };

export interface Schema {
  $ref?: string;
  type?: string;
  const?: string;
  enum?: readonly string[];
  oneOf?: readonly Schema[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
}

/** What is above 0 is at least this, and nothing is larger than that, so that products of a few of them stay numbers. */
const LEAST = 1e-50;
const MOST = 1e50;

/** plan.schema.json, as it is published: JSON Schema 2020-12. */
export const planSchema: Readonly<Record<string, unknown>> = schema;

const definitions = schema.$defs as unknown as Record<string, Schema>;

/**
 * Checks `value` against the published schema.
 * @throws {TypeError} for a wrong kind, an unknown or a missing field; {RangeError} for a wrong value; naming the path.
 */
export function checkShape(value: unknown): void {
  check(value, schema as unknown as Schema, "");
}

/** Checks `value` against a schema of our own; `name` begins the paths in errors. */
export function checkBy(value: unknown, by: Schema, name: string): void {
  check(value, by, name);
}

function check(value: unknown, schemaHere: Schema, path: string): void {
  let by = schemaHere;
  while (by.$ref || by.oneOf) {
    by = by.$ref
      ? (definitions[by.$ref.slice("#/$defs/".length)] as Schema)
      : choose(value, by.oneOf as readonly Schema[], path);
  }
  if (by.enum && !by.enum.includes(value as string)) {
    const wrong = typeof value === "string" ? RangeError : TypeError;
    throw new wrong(`${at(path)} must be one of ${by.enum.join(", ")}, got ${shown(value)}`);
  }
  if (by.type === "object") checkObject(value, by, path);
  else if (by.type === "array") checkList(value, by, path);
  else if (by.type === "number" || by.type === "integer") checkNumber(value, by, path);
  else if (by.type === "string") checkText(value, by, path);
  else if (by.type === "boolean" && typeof value !== "boolean") {
    throw new TypeError(`${at(path)} must be true or false, got ${kind(value)}`);
  }
}

/** Of alternatives: by `type` where they have one, else by the kind of value, else by the field they need. */
function choose(value: unknown, alternatives: readonly Schema[], path: string): Schema {
  const types = alternatives.map((one) => one.properties?.type?.const);
  if (types[0] !== undefined) {
    record(value, path);
    const { type } = value as { type?: unknown };
    if (typeof type !== "string") throw new TypeError(`${join(path, "type")} must be a text, got ${kind(type)}`);
    const chosen = alternatives[types.indexOf(type)];
    if (!chosen) throw new RangeError(`${join(path, "type")} must be one of ${types.join(", ")}, got ${shown(type)}`);
    return chosen;
  }
  if (alternatives.every((one) => one.type === "object")) {
    record(value, path);
    const fields = alternatives.map((one) => one.required?.[0] as string);
    const given = fields.filter((field) => (value as Record<string, unknown>)[field] !== undefined);
    if (given.length === 1) return alternatives[fields.indexOf(given[0] as string)] as Schema;
    throw new TypeError(`${at(path)} must have one field: ${fields.join(" or ")}`);
  }
  return (Array.isArray(value) ? alternatives.find((one) => one.type === "array") : alternatives[0]) as Schema;
}

function checkObject(value: unknown, by: Schema, path: string): void {
  record(value, path);
  const { properties = {}, additionalProperties, required = [] } = by;
  for (const [key, item] of Object.entries(value as object)) {
    if (item === undefined) continue;
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const field = known ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (!field) {
      const names = Object.keys(properties).filter((name) => name !== "$schema");
      throw new TypeError(`${join(path, key)}: there is no such field; the fields here are ${names.join(", ")}`);
    }
    check(item, field, join(path, key));
  }
  for (const key of required) {
    if ((value as Record<string, unknown>)[key] === undefined) throw new TypeError(`${join(path, key)} is missing`);
  }
}

function checkList(value: unknown, by: Schema, path: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${at(path)} must be a list, got ${kind(value)}`);
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = by;
  if (value.length < minItems || value.length > maxItems) {
    throw new RangeError(`${at(path)} must have ${minItems} to ${maxItems} entries, got ${value.length}`);
  }
  // A hole of a sparse list is a wrong value too: forEach would skip it.
  if (items) for (let i = 0; i < value.length; i++) check(value[i], items, `${path}[${i}]`);
}

function checkNumber(value: unknown, by: Schema, path: string): void {
  if (typeof value !== "number") throw new TypeError(`${at(path)} must be a number, got ${kind(value)}`);
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = by;
  if (!Number.isFinite(value)) throw new RangeError(`${at(path)} must be finite, got ${value}`);
  if (by.type === "integer" && !Number.isInteger(value)) {
    throw new RangeError(`${at(path)} must be a whole number, got ${value}`);
  }
  if (Math.abs(value) > MOST) throw outside(path, `at most ${MOST} in size`, value);
  if (minimum !== undefined && value < minimum) throw outside(path, `at least ${minimum}`, value);
  if (maximum !== undefined && value > maximum) throw outside(path, `at most ${maximum}`, value);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    throw outside(path, `above ${exclusiveMinimum}`, value);
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    throw outside(path, `below ${exclusiveMaximum}`, value);
  }
  if (exclusiveMinimum === 0 && value < LEAST) throw outside(path, `at least ${LEAST}`, value);
}

function checkText(value: unknown, by: Schema, path: string): void {
  if (typeof value !== "string") throw new TypeError(`${at(path)} must be a text, got ${kind(value)}`);
  if (by.const !== undefined && value !== by.const) throw outside(path, by.const, value);
  if (by.minLength !== undefined && value.length < by.minLength) throw new RangeError(`${at(path)} must not be empty`);
  if (by.pattern !== undefined && !new RegExp(by.pattern).test(value)) {
    throw new RangeError(`${at(path)} must look like 2027-01-04, got ${shown(value)}`);
  }
}

function record(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${at(path)} must be an object, got ${kind(value)}`);
  }
}

function outside(path: string, what: string, value: number | string): RangeError {
  return new RangeError(`${at(path)} must be ${what}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : kind(value);
}

export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function at(path: string): string {
  return path === "" ? "the plan" : path;
}
