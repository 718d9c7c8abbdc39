/** Checks that inputs of this folder share. */
import { kind, plainObject } from "../../engine/check.js";
import type { NumberColumn } from "./types.js";

export function checkFields(value: object, fields: readonly string[], name: string): void {
  plainObject(value, name);
  const unknown = Object.keys(value).find((field) => !fields.includes(field));
  if (unknown === undefined) return;
  throw new TypeError(`${name} has no field "${unknown}"; the fields are ${fields.join(", ")}`);
}

/** Features as f64; NaN stands for what is missing. */
export function readFeatures(
  features: Readonly<Record<string, NumberColumn>> | undefined,
  rows: number,
): Record<string, Float64Array> {
  if (features === undefined) return {};
  plainObject(features, "features");
  return Object.fromEntries(
    Object.entries(features).map(([name, column]) => {
      if (!(column instanceof Float64Array || column instanceof Float32Array))
        throw new TypeError(`features.${name} must be a Float64Array or a Float32Array, got ${kind(column)}`);
      if (column.length !== rows)
        throw new RangeError(`features.${name} has ${column.length} rows, outcome has ${rows}`);
      return [name, Float64Array.from(column)];
    }),
  );
}
