import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, createEngine, decide } from "../../src/index.js";
import { offersOf } from "./solving.js";
import { couponLadder, freeSpend } from "./tables.js";

describe("decide", () => {
  test("takes the best value less price times cost", () => {
    expect(decide([3, 5], [1, 2], 1.5)).toBe(2);
    expect(decide([3, 5], [1, 2], 2.5)).toBe(1);
    expect(decide([3, 5], [1, 2], 4)).toBe(0);
    expect(decide([3, 5], [1, 2], 4, true)).toBe(1);
    expect(decide([], [], 1)).toBe(0);
  });

  test("breaks ties by the cheaper option, none included, then by the first", () => {
    expect(decide([2], [1], 2)).toBe(0);
    expect(decide([2], [1], 2, true)).toBe(1);
    expect(decide([4, 2], [2, 1], 2, true)).toBe(2);
    expect(decide([3, 3], [1, 1], 1)).toBe(1);
    expect(decide([-2], [-1], 2)).toBe(1);
  });

  test("never takes a closed option", () => {
    expect(decide([-Infinity, 1], [0, 1], 0)).toBe(2);
    expect(decide([-Infinity], [-1000], 1)).toBe(0);
    expect(decide([-Infinity, -Infinity], [0, 0], 1, true)).toBe(0);
  });

  test("takes one price an option", () => {
    expect(decide([3, 5], [1, 2], [1, 3])).toBe(1);
    expect(decide([3, 5], [1, 2], [10, 1])).toBe(2);
  });

  test("is the argmax", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 9 }), number, (options, price) => {
        const choice = decide(
          options.map(([v]) => v),
          options.map(([, c]) => c),
          price,
        );
        const scores = [0, ...options.map(([v, c]) => v - price * c)];
        expect((scores[choice] as number) + 0).toBe(Math.max(...scores) + 0);
      }),
    );
  });

  test("at the price of a solve decides as the solve did, but for the users around the break", () => {
    const table = couponLadder(5000, 6);
    const { choices, price } = allocate(offersOf(createEngine(), table), { budget: 0.3 * freeSpend(table) });
    let different = 0;
    choices.forEach((choice, user) => {
      const row = (columns: Float32Array[]) => columns.map((column) => column[user] as number);
      if (decide(row(table.values), row(table.costs), price) !== choice) different++;
    });
    expect(different).toBeLessThan(200);
  });

  test("names what is wrong", () => {
    expect(() => decide([1], [1, 2], 1)).toThrow(RangeError);
    expect(() => decide([1], [1], Number.NaN)).toThrow(RangeError);
    expect(() => decide([1], [1], [1, 2])).toThrow(RangeError);
    expect(() => decide([1], [1], "1" as never)).toThrow(TypeError);
    expect(() => decide([1], [1], undefined as never)).toThrow(TypeError);
    expect(() => decide(undefined as never, [1], 1)).toThrow(TypeError);
    expect(() => decide([1, Number.NaN], [1, 1], 1)).toThrow(RangeError);
    expect(() => decide([1], [Number.NaN], 1)).toThrow(RangeError);
  });
});
