/**
 * From a random table to the engine and back: what every test of `allocate` needs.
 */
import { expect } from "vitest";
import {
  type AllocationOptions,
  type AllocationRequest,
  type AllocationResult,
  allocate,
  createEngine,
  type Engine,
  type Ids,
  type Offers,
} from "../../src/index.js";
import { type Answer, canonical } from "../reference/canonical.js";
import type { Table } from "./tables.js";

/** A table of the engine with these columns. */
export function offersOf(engine: Engine, { values, costs }: Table, ids?: Ids): Offers {
  const users = (values[0] as Float32Array).length;
  const offers = engine.offers({ users, options: values.length, ...(ids && { ids }) });
  values.forEach((column, j) => {
    offers.fill(j, (v, c) => {
      v.set(column);
      c.set(costs[j] as Float32Array);
    });
  });
  return offers;
}

/** Solves a table in an engine of its own. */
export function solve(
  table: Table,
  request: AllocationRequest,
  { ids, ...options }: AllocationOptions & { ids?: Ids } = {},
): AllocationResult {
  return allocate(offersOf(createEngine(), table, ids), request, options);
}

/**
 * The engine's answer must be the canonical one: the same bytes, the same price, its totals, a bound that holds.
 * Returns both for more.
 */
export function expectCanonical(
  table: Table,
  request: AllocationRequest,
  options: AllocationOptions & { ids?: Ids; keys?: BigUint64Array } = {},
): { result: AllocationResult; answer: Answer } {
  const { keys, ...rest } = options;
  const answer = canonical({ ...table, ...request, ...(keys && { keys }) });
  const result = solve(table, request, rest);
  expect(result.status).toBe(answer.status);
  if (answer.status === "met") {
    expect(firstDifference(result.choices, answer.choices)).toBe(undefined);
    expect(result.price).toBe(answer.price);
    expectProof(result, answer, request);
  }
  return { result, answer };
}

/** Totals within rounding, never over the budget, and a bound between the linear relaxation and a margin above it. */
function expectProof(result: AllocationResult, answer: Answer, { budget }: AllocationRequest): void {
  expectClose(result.value, answer.value, 1e-9);
  expectClose(result.cost, answer.cost, 1e-9);
  if (budget !== undefined) expect(result.cost).toBeLessThanOrEqual(budget + 2 ** -50 * Math.abs(budget));
  expect(result.bound).toBeGreaterThanOrEqual(result.value);
  expect(result.bound).toBeGreaterThanOrEqual(answer.bound - 1e-12 * Math.abs(answer.bound));
  const gap = (result.bound - result.value) / Math.max(Math.abs(result.bound), Number.MIN_VALUE);
  expect(result.gap).toBeCloseTo(gap, 12);
}

export function expectClose(actual: number, expected: number, relative: number): void {
  const tolerance = relative * Math.abs(expected) + Number.MIN_VALUE;
  if (!(Math.abs(actual - expected) <= tolerance)) {
    expect.fail(`${actual} is not within ${relative} of ${expected}`);
  }
}

/** Where two lists of choices differ first: comparing arrays of a million elements with `toEqual` takes seconds. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): string | undefined {
  if (a.length !== b.length) return `lengths ${a.length} and ${b.length}`;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return `user ${i}: ${a[i]} and ${b[i]}`;
  return undefined;
}
