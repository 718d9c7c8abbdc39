/** Curves of policies: scores and allocation at each budget, against what is known of made trials. */
import { describe, expect, test } from "vitest";
import { gainCurve, policyCurve } from "../../src/index.js";
import { Random } from "../allocation/tables.js";

/** Two offers: "a" adds x and costs 1, "b" adds 2 − 2x and costs 2; the outcome without them is 5 − 3x. */
function made(rows: number, seed: number) {
  const random = new Random(seed);
  const uniform = () => random.below(1 << 24) / (1 << 24);
  const x = Float64Array.from({ length: rows }, uniform);
  const treatment = Array.from(x, () => ["none", "a", "b"][random.below(3)] as string);
  const a = x.slice();
  const b = x.map((x_i) => 2 - 2 * x_i);
  const effect = (i: number) => (treatment[i] === "a" ? a[i] : treatment[i] === "b" ? b[i] : 0) as number;
  const outcome = x.map((x_i, i) => 5 - 3 * x_i + effect(i) + uniform() - 0.5);
  const propensity = { none: 1 / 3, a: 1 / 3, b: 1 / 3 };
  return { treatment, control: "none", outcome, propensity, values: { a, b }, costs: { a: 1, b: 2 }, features: { x } };
}

describe("the curve of a policy", () => {
  const input = made(12_000, 3);
  const curve = policyCurve(input, { resamples: 150, budgets: [3000, 12_000, 1e9] });

  test("never spends more than the budget, and brings what its scores promise where they are true", () => {
    for (const { budget, scores } of curve.points) {
      expect(scores.spend).toBeLessThanOrEqual(budget);
      const gained = scores.over.nobody as { value: number; error: number };
      expect(Math.abs(gained.value - scores.promised / curve.rows)).toBeLessThan(4 * gained.error);
    }
    // Without a limit the best of x and 2 − 2x: ∫_0^⅔ (2 − 2x) + ∫_⅔^1 x = 8/9 + 5/18.
    expect((curve.points[2]?.scores.promised as number) / curve.rows).toBeCloseTo(7 / 6, 1);
  });

  test("beats a response model, which treats whom it need not, and random", () => {
    const [first] = curve.points as [(typeof curve.points)[0]];
    expect(first.scores.over.random?.low).toBeGreaterThan(0);
    expect(first.response?.spend).toBeLessThanOrEqual(3000);
    expect(curve.points.map(({ random }) => random.over.nobody?.low ?? 0).every((low) => low > 0)).toBe(true);
    expect(curve.constants.map(({ name }) => name)).toEqual(["nobody", "everyone: a", "everyone: b"]);
  });

  test("budgets of its own: ten up to what the scores would spend", () => {
    const own = policyCurve(made(300, 4), { resamples: 5 });
    expect(own.points.length).toBe(10);
    expect(own.points.at(-1)?.scores.spend).toBeCloseTo(own.points.at(-1)?.budget as number, 6);
  });
});

test("a response model that expects losses still spends, random knows the arms apart, and budgets ascend", () => {
  const { features: _, ...input } = made(600, 5);
  const response = input.values.a.map((x) => x - 2);
  const { points } = policyCurve({ ...input, response, costs: { a: 1, b: 1 } }, { resamples: 0, budgets: [600, 100] });
  expect(points.map(({ budget }) => budget)).toEqual([100, 600]);
  const [few, all] = points as [(typeof points)[0], (typeof points)[0]];
  // All but the one whom it ranks last, whose value is 0.
  expect([few.response?.spend, all.response?.spend]).toEqual([100, 599]);
  const sent = all.random.sent?.map(({ rows }) => rows) as [number, number, number];
  expect(sent[1]).toBeGreaterThan(200);
  expect(sent[2]).toBeGreaterThan(200);
});

describe("gain against spend (MAQ)", () => {
  test("two arms of one cost are the top of the ranking; by hand", () => {
    // Rows by value: 3, 2, 1, −1; Γ with p = ½ and the arms' means 5 (treated) and 2 (controls).
    const input = {
      treatment: [1, 0, 1, 0],
      outcome: Float64Array.of(4, 1, 6, 3),
      values: { 1: Float64Array.of(3, 2, 1, -1) },
      costs: { 1: 2 },
    };
    // Γ_1 − Γ_0 = 3 + 2 · (−1), 3 − 2 · (−1), 3 + 2 · 1, 3 − 2 · 1.
    const curve = gainCurve(input, { resamples: 0, spends: [0.5, 0.75, 1.5, 9] });
    const gains = [1, 1 + 5 / 2, 1 + 5 + 5, 11].map((sum) => sum / 4);
    curve.points.forEach(({ gain }, k) => {
      expect(gain.value).toBeCloseTo(gains[k] as number, 12);
    });
    // On average 3 for 2.
    expect(curve.points.map(({ blind }) => blind.value)).toEqual(
      [0.75, 1.125, 2.25, 3].map((x) => expect.closeTo(x, 12)),
    );
  });

  test("several arms: a known path is inside the band, and knowing x is worth something", () => {
    const curve = gainCurve(made(12_000, 9), { resamples: 150, level: 0.99, spends: [0.4, 4 / 3] });
    const [first, last] = curve.points as [(typeof curve.points)[0], (typeof curve.points)[0]];
    // Everyone has the best: ∫ max(x, 2 − 2x) = 7/6 for ⅓ · 1 + ⅔ · 2 = 5/3; at 4/3 money is short.
    expect(last.gain.value).toBeLessThan(7 / 6 + 0.05);
    expect(first.difference.low).toBeGreaterThan(0);
    expect(curve.area.value).toBeGreaterThan(0);
  });

  test("costs must be above 0", () => {
    expect(() => gainCurve({ ...made(50, 1), costs: { a: 0, b: 1 } })).toThrow(/costs\.a\[0\] must be above 0/);
  });
});

describe("what is refused", () => {
  const good = made(50, 2);
  const cases: [string, object, RegExp][] = [
    ["an arm without values", { values: { a: good.values.a } }, /values has nothing for the arm "b"/],
    ["an arm that is not there", { costs: { a: 1, b: 1, c: 2 } }, /costs names the arm "c"; the trial's arms are a, b/],
    ["costs that are NaN", { costs: { a: Number.NaN, b: 1 } }, /costs\.a must be finite/],
    ["a field", { budget: 3 }, /no field "budget"/],
  ];
  for (const [name, change, message] of cases) {
    test(name, () => expect(() => policyCurve({ ...good, ...change } as never)).toThrow(message));
  }
  test("a negative budget", () => expect(() => policyCurve(good, { budgets: [-1] })).toThrow(/budgets\[0\]/));
});
