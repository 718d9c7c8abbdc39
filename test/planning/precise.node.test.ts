/** The kernels against 300 digits: test/reference/planning/precise.ts. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/index.js";
import { elementaries, evaluate, type Family, type Parameters, powers } from "../../src/planning/curves/kernel.js";
import * as precise from "../reference/planning/precise.js";

const { exp, expm1, log, log1p, tanh, sigmoid } = precise;
const truths = { exp, expm1, log, log1p, tanh, sigmoid };

const engine = createEngine();

/** n numbers in [0, 1), the same every time. */
function uniform(n: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const spread = (n: number, from: number, to: number, seed = 1) =>
  Float64Array.from(uniform(n, seed), (u) => from + (to - from) * u);
/** Sizes from 10^from to 10^to. */
const sizes = (n: number, from: number, to: number, seed = 1) => spread(n, from, to, seed).map((one) => 10 ** one);

const worst = (got: Float64Array, truth: (i: number) => bigint) =>
  got.reduce((most, one, i) => Math.max(most, precise.relativeError(one, truth(i))), 0);

describe("against 300 digits", () => {
  it("the digits themselves: e, ln 2 and √2", () => {
    const { exact, pow, rounded } = precise;
    expect(rounded(exp(exact(1)))).toBe(Math.E);
    expect(rounded(log(exact(2)))).toBe(Math.LN2);
    expect(rounded(pow(exact(2), exact(0.5)))).toBe(Math.SQRT2);
    // (e^-700)^-1 = e^700, ln e^-700 = -700, all to 1e-80.
    const small = exp(exact(-700));
    expect(precise.relativeError(-700, log(small))).toBeLessThan(1e-80);
  });

  it.each([
    ["exp", spread(150, -708, 709), 4e-16],
    ["exp", spread(50, -1, 1), 4e-16],
    ["expm1", spread(80, -3, 3), 6e-16],
    ["expm1", sizes(40, -20, 2), 6e-16],
    ["log", sizes(80, -300, 300), 4e-16],
    ["log", spread(80, 0.5, 2), 6e-16],
    ["log", spread(40, 1 - 1e-9, 1 + 1e-9), 6e-16],
    ["log1p", sizes(80, -20, 20), 6e-16],
    ["log1p", spread(40, -0.99, 1), 8e-16],
    ["tanh", sizes(80, -20, 1.3), 8e-16],
    ["sigmoid", spread(80, -700, 40), 6e-16],
  ] as const)("%s", (which, x, most) => {
    const error = worst(elementaries(engine, which, x), (i) => truths[which](precise.exact(x[i] as number)));
    expect(error).toBeLessThan(most);
    expect(error).toBeGreaterThan(0);
  });

  it.each([
    ["spends and exponents of media mixes", sizes(150, -6, 9), spread(150, 0.05, 5, 2), 5e-16],
    ["up to the ends of the range", sizes(100, -5, 5), spread(100, -60, 60, 2), 5e-16],
    ["near 1, to large powers", spread(100, 0.99, 1.01), spread(100, -6e4, 6e4, 2), 4e-15],
  ])("pow: %s", (_, x, y, most) => {
    const exact = (of: Float64Array, i: number) => precise.exact(of[i] as number);
    expect(worst(powers(engine, x, y), (i) => precise.pow(exact(x, i), exact(y, i)))).toBeLessThan(most);
  });

  /** Parameters, spends, and the largest argument of exp in them. */
  const cases: [Family, Parameters, Float64Array][] = [
    ["hill", { a: 100, b: 50, c: 3 }, sizes(60, -5, 8)],
    ["hill", { a: 7, b: 0.3, c: 0.55 }, sizes(60, -9, 9)],
    ["hill", { a: 1, b: 1e6, c: 1 }, sizes(40, -2, 12)],
    ["hill", { a: 1, b: 20, c: 1000 }, spread(60, 19.05, 20.95)],
    ["logit", { a: 1e6, b: 0.08, c: 60 }, sizes(60, -12, 2.79)],
    ["logit", { a: 3, b: 2, c: 24 }, spread(60, 0, 49)],
    ["logit", { a: 3, b: 0.5, c: -20 }, spread(40, 0, 80)],
    ["tanh", { a: 80, b: 0.02 }, sizes(60, -12, 3.09)],
    ["michaelis-menten", { a: 7, b: 30 }, sizes(40, -9, 9)],
    ["power", { a: 2, b: 0.6 }, sizes(60, -20, 20)],
    ["power", { a: 2, b: 2.5 }, sizes(40, -8, 8)],
    ["log", { a: 3, b: 12 }, sizes(40, -12, 12)],
    ["exponential", { a: 40, b: 0.03 }, sizes(60, -12, 3.22)],
    ["incentive", { a: 10_000, b: 1.2, c: -1.5, d: 1000 }, sizes(12, -9, 4.5)],
    ["incentive", { a: 4000, b: 0.9, c: 0.2, d: 500 }, sizes(12, -9, 4)],
    ["incentive", { a: 5, b: 2, c: -40, d: 30 }, sizes(12, -12, 2.5)],
    ["incentive", { a: 5, b: 2, c: 30, d: 30 }, sizes(8, -12, 2)],
    ["reach", { a: 1000, b: 1 / 1000, c: 1 }, sizes(40, -9, 4.69)],
    ["reach", { a: 1000, b: 1 / 1000, c: 3 }, sizes(40, -3, 4.69)],
    ["reach", { a: 50, b: 1 / 64, c: 12 }, spread(40, 1, 3200)],
    ["reach", { a: 50, b: 1 / 64, c: 30 }, spread(40, 200, 3200)],
  ];

  it.each(cases)("%s %o: value, slope and curvature within 1e-14, arguments of exp within ±50", (family, by, x) => {
    const { values, slopes, curvatures } = evaluate(engine, family, by, x);
    const exactly = Array.from(x, (one) => precise.curve(family, [by.a, by.b ?? 0, by.c ?? 0, by.d ?? 0], one));
    expect(worst(values, (i) => exactly[i]?.[0] as bigint)).toBeLessThan(1e-14);
    expect(worst(slopes, (i) => exactly[i]?.[1] as bigint)).toBeLessThan(1e-14);
    // The curvature passes 0 at the inflection: by what it is made of.
    curvatures.forEach((one, i) => {
      const [, slope, bend] = exactly[i] as [bigint, bigint, bigint];
      const of =
        family === "hill"
          ? ((by.c ?? 1) + 1) / (x[i] as number)
          : family === "logit"
            ? (by.b ?? 1)
            : family === "reach"
              ? (by.c ?? 1) / (x[i] as number)
              : 0;
      const size = Math.abs(precise.rounded(bend)) + of * precise.rounded(slope);
      expect(Math.abs(one - precise.rounded(bend))).toBeLessThanOrEqual(1.5e-14 * size);
    });
  });

  it("beyond ±50 the error grows as the argument's last place: 1e-13 at ±700", () => {
    const x = spread(60, 12_000, 23_000);
    const slopes = evaluate(engine, "exponential", { a: 1, b: 0.03 }, x).slopes;
    const error = worst(slopes, (i) => precise.curve("exponential", [1, 0.03], x[i] as number)[1]);
    expect(error).toBeLessThan(1e-13);
    expect(error).toBeGreaterThan(1e-14);
  });
});
