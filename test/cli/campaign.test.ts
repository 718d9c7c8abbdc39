import { describe, expect, test } from "vitest";
import { Campaign, DISCOUNTS, directions } from "../../src/embedded/campaign.js";
import { philox } from "../../src/embedded/philox.js";

describe("philox4x32-10", () => {
  // Known answers published with the Random123 library (kat_vectors).
  const known = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const;
  test.each(known)("counter %j, key %j", ([c0, c1, c2, c3], [k0, k1], words) => {
    const out = new Uint32Array(4);
    philox(out, c0, c1, c2, k0, k1, c3);
    expect([...out]).toEqual([...words]);
  });
});

/** Of the formula: the correlation of the two reactions is its negative. */
const RHO = 0.6;

describe("the directions", () => {
  test.each([1, 2, 77])("seed %i: unit length, and beta·delta = −rho", (seed) => {
    const { alpha, beta, gamma, delta } = directions(seed);
    for (const direction of [alpha, beta, gamma, delta]) expect(dot(direction, direction)).toBeCloseTo(1, 12);
    expect(dot(beta, delta)).toBeCloseTo(-RHO, 12);
  });
});

const USERS = 200_000;

describe("the campaign", () => {
  const seed = 5;
  const campaign = new Campaign(USERS, seed);
  const values = DISCOUNTS.map(() => new Float32Array(USERS));
  const costs = DISCOUNTS.map(() => new Float32Array(USERS));
  DISCOUNTS.forEach((_, j) => {
    campaign.column(j, values[j] as Float32Array, costs[j] as Float32Array);
  });

  test("no discount is worth nothing and costs nothing", () => {
    expect(values[0]?.every((value) => value === 0)).toBe(true);
    expect(costs[0]?.every((cost) => cost === 0)).toBe(true);
  });

  test("expected sales of every discount are the integral of the formula", () => {
    for (let j = 1; j < DISCOUNTS.length; j++) {
      const sales = Float64Array.from(costs[j] as Float32Array, (cost) => cost / ((DISCOUNTS[j] as number) / 100));
      const { mean, error } = moments(sales);
      const expected = expectedSales(seed, (DISCOUNTS[j] as number) / 14);
      expect(Math.abs(mean - expected), `discount ${DISCOUNTS[j]}`).toBeLessThan(4.5 * error);
      // The width of the test: an error of one per cent in the formula must not pass.
      expect(4.5 * error).toBeLessThan(0.01 * expected);
    }
  });

  test("value is sales less the sales without a discount", () => {
    const top = DISCOUNTS.length - 1;
    const value = moments(Float64Array.from(values[top] as Float32Array));
    const expected = expectedSales(seed, 1) - expectedSales(seed, 0);
    expect(Math.abs(value.mean - expected)).toBeLessThan(4.5 * value.error);
  });

  test("who reacts to a discount spends less: the slopes have the moments of the formula and correlation −rho", () => {
    const { logit, log } = campaign.slopes();
    expect(correlation(logit, log)).toBeCloseTo(-RHO, 2);
    expect(moments(logit).mean).toBeCloseTo(0.6, 2);
    expect(moments(logit).deviation).toBeCloseTo(0.4, 2);
    expect(moments(log).mean).toBeCloseTo(-0.05, 2);
    expect(moments(log).deviation).toBeCloseTo(0.25, 2);
  });

  test("a user whose two slopes are positive gains with every step of the discount", () => {
    const slopes = campaign.slopes();
    let seen = 0;
    for (let i = 0; i < USERS; i++) {
      if ((slopes.logit[i] as number) <= 0.01 || (slopes.log[i] as number) <= 0.01) continue;
      seen++;
      for (let j = 1; j < DISCOUNTS.length; j++) {
        if (!((values[j]?.[i] as number) > (values[j - 1]?.[i] as number))) throw new Error(`user ${i}, discount ${j}`);
        if (!((costs[j]?.[i] as number) > (costs[j - 1]?.[i] as number))) throw new Error(`user ${i}, discount ${j}`);
      }
    }
    expect(seen).toBeGreaterThan(USERS / 5);
  });

  test("a user is the same in a campaign of any size, and another under another seed", () => {
    const few = new Float32Array(100);
    new Campaign(100, seed).column(3, few, new Float32Array(100));
    expect([...few]).toEqual([...(values[3] as Float32Array).subarray(0, 100)]);
    const other = new Float32Array(100);
    new Campaign(100, seed + 1).column(3, other, new Float32Array(100));
    expect([...other]).not.toEqual([...few]);
    const far = new Float32Array(100);
    new Campaign(100, seed + 2 ** 40).column(3, far, new Float32Array(100));
    expect([...far]).not.toEqual([...few]);
  });

  test("the cost of the highest discount for everyone is the sum of its column", () => {
    let total = 0;
    for (const cost of costs[7] as Float32Array) total += cost;
    expect(campaign.topCost()).toBe(total);
  });
});

/**
 * E[σ(A) exp(L)] for jointly normal A and L: exp(m_L + s_L²/2) · E[σ(A')] with A' ~ N(m_A + cov(A, L), s_A²), the latter by
 * the trapezoid rule over ±10 standard deviations, which is exact to f64 for an analytic integrand.
 */
function expectedSales(seed: number, dose: number): number {
  const { alpha, beta, gamma, delta } = directions(seed);
  const logit = alpha.map((x, i) => 0.6 * x + 0.4 * dose * (beta[i] as number));
  const log = gamma.map((x, i) => 0.3 * x + 0.25 * dose * (delta[i] as number));
  const middle = -2.4 + 0.6 * dose + dot(logit, log);
  const deviation = Math.sqrt(dot(logit, logit));
  const steps = 2_000;
  let integral = 0;
  for (let i = 0; i <= steps; i++) {
    const z = -10 + (20 * i) / steps;
    integral += Math.exp((-z * z) / 2) / (1 + Math.exp(-(middle + deviation * z)));
  }
  integral *= 20 / steps / Math.sqrt(2 * Math.PI);
  return integral * Math.exp(6.32 - 0.05 * dose + dot(log, log) / 2);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

function moments(numbers: Float64Array): { mean: number; deviation: number; error: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
  return { mean, deviation, error: deviation / Math.sqrt(numbers.length) };
}

function correlation(a: Float64Array, b: Float64Array): number {
  const left = moments(a);
  const right = moments(b);
  const product = a.reduce((sum, x, i) => sum + (x - left.mean) * ((b[i] as number) - right.mean), 0) / a.length;
  return product / (left.deviation * right.deviation);
}
