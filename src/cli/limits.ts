/** The limits file: an AllocationRequest as JSON. Keys and kinds are checked here, with their place; values by the core. */
import type { AllocationRequest } from "../allocation/types.js";
import { UsageError } from "./failure.js";
import { readJson } from "./given.js";

/** Checks a value found at `place`; throws a UsageError that names the place. */
type Check = (value: unknown, place: string) => void;

const number: Check = (value, place) => {
  if (typeof value !== "number") throw wrong(place, "a number", value);
};
const text: Check = (value, place) => {
  if (typeof value !== "string") throw wrong(place, "a text", value);
};
const flag: Check = (value, place) => {
  if (typeof value !== "boolean") throw wrong(place, "true or false", value);
};

function list(each: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrong(place, "a list", value);
    value.forEach((item, i) => {
      each(item, `${place}[${i}]`);
    });
  };
}

function record(value: unknown, place: string): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(place, "an object", value);
  return Object.entries(value);
}

function byName(each: Check): Check {
  return (value, place) => {
    for (const [name, item] of record(value, place)) each(item, join(place, name));
  };
}

function object(known: Record<string, Check>, required: readonly string[] = []): Check {
  return (value, place) => {
    const entries = record(value, place);
    for (const [key, item] of entries) {
      const check = Object.hasOwn(known, key) ? known[key] : undefined;
      if (!check) throw new UsageError(`unknown key ${join(place, key)}; known are ${Object.keys(known).join(", ")}`);
      check(item, join(place, key));
    }
    for (const key of required) {
      if (!entries.some(([name]) => name === key)) throw new UsageError(`${join(place, key)} is missing`);
    }
  };
}

const keys: Record<keyof AllocationRequest, Check> = {
  budget: number,
  exactlyOne: flag,
  unit: number,
  stock: byName(number),
  groups: list(object({ name: text, offers: list(text), atMost: number, atLeast: number }, ["name", "offers"])),
  minReturn: number,
  minSpend: number,
  resources: list(object({ name: text, atMost: number }, ["name", "atMost"])),
  exact: flag,
};
const request = object(keys);

/** Checks what a limits file holds; `file` is named in the errors. */
export function checkLimits(value: unknown, file: string): AllocationRequest {
  try {
    request(value, "");
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
  return value as AllocationRequest;
}

export function readLimits(file: string): AllocationRequest {
  return checkLimits(readJson(file), file);
}

function join(place: string, key: string): string {
  return place === "" ? key : `${place}.${key}`;
}

function wrong(place: string, kind: string, value: unknown): UsageError {
  return new UsageError(`${place || "the request"} must be ${kind}, got ${JSON.stringify(value)}`);
}
