/** Checks a request: unknown fields and wrong kinds are errors, what cannot be solved yet is refused by name. */
import { finiteNumber, kind } from "../engine/check.js";
import type { AllocationRequest } from "./types.js";

const FIELDS = ["budget", "exactlyOne", "unit", "stock", "groups", "minReturn", "minSpend", "resources", "exact"];
const NOT_YET = ["stock", "groups", "minReturn", "minSpend", "resources", "exact"] as const;

/**
 * @throws {TypeError} for a field of a wrong kind or an unknown field.
 * @throws {RangeError} for a wrong value, or a limit that this version does not solve.
 */
export function checkRequest(request: AllocationRequest): AllocationRequest {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new TypeError(`the request must be an object such as { budget: 1000 }, got ${kind(request)}`);
  }
  for (const field of Object.keys(request)) {
    if (!FIELDS.includes(field)) {
      throw new TypeError(`the request has no field "${field}"; its fields are ${FIELDS.join(", ")}`);
    }
  }
  const { budget, exactlyOne, unit } = request;
  if (budget !== undefined) finiteNumber(budget, "budget");
  if (exactlyOne !== undefined && typeof exactlyOne !== "boolean") {
    throw new TypeError(`exactlyOne must be true or false, got ${kind(exactlyOne)}`);
  }
  if (unit !== undefined && finiteNumber(unit, "unit") <= 0) {
    throw new RangeError(`unit must be above zero, such as 0.01 for cents, got ${unit}`);
  }
  for (const field of NOT_YET) {
    const value = request[field];
    if (value === undefined || value === false) continue;
    throw new RangeError(`"${field}" is not solved by this version: leave it out; only one budget is`);
  }
  return request;
}
