/** What the importers share: parts of their schemas, and reading what R writes. */
import { Engine } from "../../engine/engine.js";
import type { Schema } from "../schema.js";
import type { ImportOptions } from "./types.js";

export const NUMBER: Schema = { type: "number" };
export const POSITIVE: Schema = { type: "number", exclusiveMinimum: 0 };
export const AT_LEAST_0: Schema = { type: "number", minimum: 0 };
/** Above 0, below 1. */
export const FRACTION: Schema = { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 };
/** From 0, below 1: a share that is kept from a period to the next. */
export const DECAY: Schema = { type: "number", minimum: 0, exclusiveMaximum: 1 };
export const TEXT: Schema = { type: "string", minLength: 1 };
export const FLAG: Schema = { type: "boolean" };
export const SPENDS: Schema = { type: "array", items: AT_LEAST_0 };
export const LAGS: Schema = { type: "integer", minimum: 1, maximum: 10_000 };
/** Fields that an importer does not read. */
export const ANYTHING: Schema = {};

/** An object with these fields and no others; those named in `optional` may be missing. */
export function object(properties: Record<string, Schema>, ...optional: string[]): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", required, additionalProperties: false, properties };
}

/** An object that is told from its alternatives by `type`. */
export function typed(type: string, properties: Record<string, Schema>, ...optional: string[]): Schema {
  return object({ type: { type: "string", const: type }, ...properties }, ...optional);
}

export function listOf(items: Schema): Schema {
  return { type: "array", minItems: 1, items };
}

/** A value alone, or in a list of one, as R writes it. */
export type Boxed<T> = T | readonly [T] | readonly T[];

export function boxed(schema: Schema): Schema {
  return { oneOf: [schema, { type: "array", minItems: 1, maxItems: 1, items: schema }] };
}

export function unboxed<T>(value: Boxed<T>): T {
  return Array.isArray(value) ? (value[0] as T) : (value as T);
}

/** [major, minor] of the first `v1.2` or `1.2` in a version. */
export function versionOf(version: string, path: string): [number, number] {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined)
    throw new RangeError(`${path} must be a version such as 3.12.1, got ${JSON.stringify(version)}`);
  return [Number(major), Number(minor)];
}

/** Two channels of one name cannot be told apart in a plan. */
export function requireDistinct(names: readonly string[], path: (i: number) => string): void {
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) throw new RangeError(`${path(i)}: "${name}" is named twice`);
  });
}

let shared: Engine | undefined;

export function engineOf({ engine }: ImportOptions): Engine {
  if (engine) return engine;
  shared ??= new Engine();
  return shared;
}
