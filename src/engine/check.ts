/** Checks at the border: TypeError for a wrong kind, RangeError for a wrong value; the text is built only on failure. */

export function wholeNumber(value: number, name: string, least: number, most: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${kind(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, got ${value}`);
  }
  return value;
}

export function finiteNumber(value: number, name: string): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${kind(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be finite, got ${value}`);
  return value;
}

export function plainObject(value: unknown, name: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, got ${kind(value)}`);
  }
}

export function floats(value: unknown, name: string): void {
  if (value instanceof Float64Array || value instanceof Float32Array) return;
  throw new TypeError(`${name} must be a Float64Array or a Float32Array, got ${kind(value)}`);
}

export function kind(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  return typeof value;
}
