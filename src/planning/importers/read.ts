/** What the importers share: parts of their schemas, and reading what R writes. */
import { Engine } from "../../engine/engine.js";
import { checkBy, type Schema } from "../schema.js";
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

export function listOf(items: Schema): Schema {
  return { type: "array", minItems: 1, items };
}

/** One for all geos, or one for each. */
export const BY_GEO = (one: Schema): Schema => ({ oneOf: [one, listOf(one)] });

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

/** The entry of geo g where there is one for each, or the one for all. */
export function ofGeo(value: number | readonly number[], g: number, geos: number, path: string): number {
  if (typeof value === "number") return value;
  if (value.length === geos) return value[g] as number;
  throw new RangeError(`${path} must have one entry for each of ${geos} geos, got ${value.length}`);
}

/** The spends of geo g where there are lists for each. */
export function historyOf(
  history: readonly number[] | readonly (readonly number[])[],
  g: number,
  geos: number,
  path: string,
): readonly number[] {
  if (!history.some((entry) => Array.isArray(entry))) {
    if (geos > 1 && history.length > 0) throw new RangeError(`${path} must be a list for each of ${geos} geos`);
    checkBy(history, SPENDS, path);
    return history as readonly number[];
  }
  if (history.length !== geos) {
    throw new RangeError(`${path} must have one list for each of ${geos} geos, got ${history.length}`);
  }
  checkBy(history[g], SPENDS, `${path}[${g}]`);
  return history[g] as readonly number[];
}

let shared: Engine | undefined;

export function engineOf({ engine }: ImportOptions): Engine {
  if (engine) return engine;
  shared ??= new Engine();
  return shared;
}
