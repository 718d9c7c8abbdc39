import { describe, expect, it } from "vitest";
import { agreementOf } from "../../../src/learn/index.js";

const of = (...numbers: number[]) => Float64Array.from(numbers);

describe("agreementOf", () => {
  it("is what the formulas give by hand", () => {
    // Means 3 and 4; Σ dx dy = 8, Σ dx² = 10, Σ dy² = 10; ranks 1 2 3 4 5 and 2 1 4 3 5.
    const agreement = agreementOf(of(1, 2, 3, 4, 5), of(3, 2, 5, 4, 6));
    expect(agreement.correlation).toBeCloseTo(0.8, 14);
    expect(agreement.rankCorrelation).toBeCloseTo(0.8, 14);
    expect(agreement.meanError).toBe(-1);
    expect(agreement.rootMeanSquareError).toBeCloseTo(Math.sqrt(9 / 5), 14);
    expect(agreement.slope).toBeCloseTo(0.8, 14);
    expect(agreement.intercept).toBeCloseTo(1.6, 14);
  });

  it("ranks ties in the middle, and takes a constant for no agreement", () => {
    // Ranks 1.5 1.5 3 4 against 1 2 3 4: Σ d d′ = 4.5, Σ d² = 4.5, Σ d′² = 5.
    const { rankCorrelation } = agreementOf(of(2, 2, 7, 9), of(0, 1, 2, 30));
    expect(rankCorrelation).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
    expect(agreementOf(of(1, 1, 1), of(1, 2, 3))).toMatchObject({
      correlation: 0,
      rankCorrelation: 0,
      slope: 0,
      intercept: 2,
    });
  });

  it("refuses what has no agreement", () => {
    expect(() => agreementOf(of(1, 2), of(1))).toThrow(/estimate has 2 rows and truth 1/);
    expect(() => agreementOf(of(1, Number.NaN), of(1, 2))).toThrow(/estimate\[1\] is NaN/);
  });
});
