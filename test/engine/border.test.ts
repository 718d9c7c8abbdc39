import { describe, expect, it } from "vitest";
import { allocate, createEngine, decide, frontier, type Offers } from "../../src/index.js";

/** Wrong arguments, as JavaScript callers make them. */
type Any = never;

function table(): Offers {
  const offers = createEngine().offers({ users: 4, options: ["mail", "call"] });
  offers.fill(0, (values, costs) => values.fill(1) && costs.fill(1));
  offers.fill(1, (values, costs) => values.fill(2) && costs.fill(3));
  return offers;
}

/** Calls `wrong`, which must throw this kind of error with this message; a RangeError is no TypeError and neither way. */
function expectError(wrong: () => unknown, kind: typeof TypeError | typeof RangeError, message: RegExp): void {
  let error: unknown;
  try {
    wrong();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).constructor).toBe(kind);
  expect((error as Error).message).toMatch(message);
}

describe("the shape of a table", () => {
  const offers = (shape: object) => () => createEngine().offers(shape as Any);

  it.each<[object, typeof TypeError | typeof RangeError, RegExp]>([
    [{ users: "4", options: 2 }, TypeError, /users must be a number, got string/],
    [{ users: 0, options: 2 }, RangeError, /users must be a whole number from 1 to 268435456, got 0/],
    [{ users: 1.5, options: 2 }, RangeError, /users .* got 1.5/],
    [{ users: Number.NaN, options: 2 }, RangeError, /users .* got NaN/],
    [{ users: 2 ** 28 + 1, options: 1 }, RangeError, /users .* got 268435457/],
    [{ users: 4 }, TypeError, /options must be a number or an array of names, got undefined/],
    [{ users: 4, options: 0 }, RangeError, /options .* from 1 to 65534, got 0/],
    [{ users: 4, options: [] }, RangeError, /options.* from 1 to 65534, got 0/],
    [{ users: 4, options: 65_535 }, RangeError, /options .* got 65535/],
    [{ users: 4, options: ["mail", "mail"] }, RangeError, /"mail"/],
    [{ users: 4, options: ["mail", 7] }, TypeError, /name of option 1 must be a string, got number/],
    [{ users: 4, options: 2, slots: 0 }, RangeError, /slots .* got 0/],
    [{ users: 4, options: 2, slots: "2" }, TypeError, /slots must be a number, got string/],
    [{ users: 4, options: 2, ids: [1, 2, 3, 4] }, TypeError, /ids?\b.*\b(0|number)/],
    [{ users: 4, options: 2, ids: ["a", "b", "c"] }, RangeError, /3 ids for 4 users/],
    [{ users: 4, options: 2, ids: "abcd" }, TypeError, /ids must be a BigInt64Array/],
    [{ users: 4, options: 2, ids: new Float64Array(4) }, TypeError, /ids must be a BigInt64Array/],
  ])("%o is refused", (shape, kind, message) => {
    expectError(offers(shape), kind, message);
  });

  it.each([undefined, null, 7])("%o is no shape", (shape) => {
    expectError(() => createEngine().offers(shape as Any), TypeError, /users|shape/);
  });
});

describe("filling a column", () => {
  it.each<[string, () => unknown, typeof TypeError | typeof RangeError, RegExp]>([
    ["a column past the last", () => table().fill(2, () => {}), RangeError, /column .* from 0 to 1, got 2/],
    ["a column before the first", () => table().fill(-1, () => {}), RangeError, /column .* got -1/],
    ["a column by name", () => table().fill("mail" as Any, () => {}), TypeError, /column must be a number, got string/],
    ["no function", () => table().fill(0, [1, 2] as Any), TypeError, /fill needs a function/],
  ])("%s is refused", (_, wrong, kind, message) => {
    expectError(wrong, kind, message);
  });

  it.each<[string, (values: Float32Array, costs: Float32Array) => void, RegExp]>([
    ["NaN value", (values) => values.fill(Number.NaN, 2, 3), /row 2, option "call": value is NaN/],
    ["infinite value", (values) => values.fill(Number.POSITIVE_INFINITY, 3), /row 3, option "call": value is Infinity/],
    ["NaN cost", (_, costs) => costs.fill(Number.NaN, 0, 1), /row 0, option "call": cost is NaN/],
    [
      "infinite cost",
      (_, costs) => costs.fill(Number.POSITIVE_INFINITY, 1, 2),
      /row 1, option "call": cost is Infinity/,
    ],
    ["−infinite cost", (_, costs) => costs.fill(Number.NEGATIVE_INFINITY, 1, 2), /row 1, .*cost is -Infinity/],
  ])("a %s is refused by row and option, and the column is closed", (_, write, message) => {
    const offers = table();
    expectError(() => offers.fill(1, write), RangeError, message);
    expect(allocate(offers, {}).counts).toEqual([4, 0]);
  });

  it("an error thrown inside comes through, and the column is not left half-written", () => {
    const offers = table();
    const write = (values: Float32Array) => {
      values.fill(Number.NaN, 0, 1);
      throw new Error("my own");
    };
    expect(() => offers.fill(1, write)).toThrow("my own");
    const { value, counts } = allocate(offers, {});
    expect([Number.isFinite(value), counts[1]]).toEqual([true, 0]);
  });
});

describe("setting rows", () => {
  const two = new Float64Array(2);

  it.each<[string, (offers: Offers) => unknown, typeof TypeError | typeof RangeError, RegExp]>([
    ["rows past the last", (offers) => offers.set(0, 3, two, two), RangeError, /4 users.* 2 values.* row 3/],
    ["fewer costs", (offers) => offers.set(0, 0, two, new Float64Array(1)), RangeError, /2 values and 1 costs/],
    ["a row by text", (offers) => offers.set(0, "0" as Any, two, two), TypeError, /from must be a number, got string/],
    ["an array", (offers) => offers.set(0, 0, [1, 2] as Any, [1, 2] as Any), TypeError, /Float64Array/],
    [
      "keys past the last",
      (offers) => offers.setKeys(3, new BigUint64Array(2)),
      RangeError,
      /2 ids from row 3.* 4 users/,
    ],
  ])("%s is refused", (_, wrong, kind, message) => {
    expectError(() => wrong(table()), kind, message);
  });

  it("a number that is not finite is refused by its row in the table", () => {
    const values = Float64Array.of(1, Number.NaN);
    expectError(() => table().set(1, 2, values, two), RangeError, /row 3, option "call": value is NaN/);
  });
});

describe("a request", () => {
  it.each<[unknown, typeof TypeError | typeof RangeError, RegExp]>([
    [undefined, TypeError, /request must be an object.*got undefined/],
    [100, TypeError, /request must be an object.*got number/],
    [[100], TypeError, /request must be an object.*got an array/],
    [{ budget: "100" }, TypeError, /budget must be a number, got string/],
    [{ budget: Number.NaN }, RangeError, /budget must be finite, got NaN/],
    [{ budget: Number.POSITIVE_INFINITY }, RangeError, /budget must be finite, got Infinity/],
    [{ exactlyOne: 1 }, TypeError, /exactlyOne must be true or false, got number/],
    [{ unit: 0 }, RangeError, /unit must be above zero.* got 0/],
    [{ unit: 2 }, RangeError, /row 0, option "mail": cost 1 is no whole multiple of unit 2/],
    [{ budgets: 100 }, TypeError, /no field "budgets"; its fields are budget, /],
    [{ stock: { mail: 2 } }, RangeError, /"stock" is not solved by this version/],
    [{ groups: [] }, RangeError, /"groups" is not solved by this version/],
    [{ minReturn: 2 }, RangeError, /"minReturn" is not solved/],
    [{ minSpend: 2 }, RangeError, /"minSpend" is not solved/],
    [{ resources: [] }, RangeError, /"resources" is not solved/],
    [{ exact: true }, RangeError, /"exact" is not solved/],
  ])("%o is refused", (request, kind, message) => {
    expectError(() => allocate(table(), request as Any), kind, message);
  });

  it.each([undefined, null, {}, "offers"])("a table that is none of ours is refused: %o", (offers) => {
    expectError(() => allocate(offers as Any, {}), TypeError, /allocate needs a table from engine\.offers/);
    expectError(() => frontier(offers as Any, {}), TypeError, /frontier needs a table from engine\.offers/);
  });

  it("answers are not written where they do not fit", () => {
    const into = (array: unknown) => () => allocate(table(), {}, { into: array as Any });
    expectError(into(new Uint8Array(3)), RangeError, /into has room for 3 of 4 users/);
    expectError(into(new Uint16Array(4)), TypeError, /into must be a Uint8Array/);
  });
});

describe("deciding one user", () => {
  it.each<[string, unknown[], typeof TypeError | typeof RangeError, RegExp]>([
    ["fewer costs", [[1, 2], [1], 1], RangeError, /2 values and 1 costs/],
    ["fewer prices", [[1, 2], [1, 2], [1]], RangeError, /2 values and 1 prices/],
    ["no finite price", [[1], [1], Number.NaN], RangeError, /price must be finite, got NaN/],
  ])("with %s is refused", (_, args, kind, message) => {
    expectError(() => decide(...(args as [Any, Any, Any])), kind, message);
  });
});
