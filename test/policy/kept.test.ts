import { describe, expect, it } from "vitest";
import { keptValue } from "../../src/index.js";

const of = (...numbers: number[]) => Float64Array.from(numbers);

describe("keptValue", () => {
  const truth = { "5 off": of(4, 1, 3), "10 off": of(5, 6, 3) };
  const cost = { "5 off": 1, "10 off": 2 };

  it("is all of it where the estimate is the truth, or any that ranks alike", () => {
    // The best of 3: 10 off to the second (6) and 5 off to the first (4).
    expect(keptValue({ estimate: truth, truth, cost, budget: 3 })).toEqual({
      share: 1,
      value: 10,
      best: 10,
      promised: 10,
      spent: 3,
    });
  });

  it("is the truth of what the estimate gives, whatever it promises", () => {
    const estimate = { "5 off": of(0, 0, 0), "10 off": of(0, 0, 9) };
    expect(keptValue({ estimate, truth, cost, budget: 3 })).toEqual({
      share: 0.3,
      value: 3,
      best: 10,
      promised: 9,
      spent: 2,
    });
  });

  it("takes costs by user, and refuses an offer without a truth", () => {
    const { value } = keptValue({ estimate: truth, truth, cost: { ...cost, "10 off": of(9, 9, 3) }, budget: 3 });
    expect(value).toBe(8);
    expect(() => keptValue({ estimate: truth, truth: { "5 off": truth["5 off"] }, cost, budget: 3 })).toThrow(
      /"10 off" has an estimate, and no truth/,
    );
  });
});
