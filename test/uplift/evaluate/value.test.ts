/** Values of policies from trials: by hand, where the truth is known, and what is refused. */
import { describe, expect, test } from "vitest";
import { policyValue } from "../../../src/index.js";
import { Random } from "../../allocation/tables.js";

describe("by hand", () => {
  const trial = {
    treatment: ["none", "mail", "call", "mail", "none", "call"],
    control: "none",
    outcome: Float64Array.of(1, 4, 6, 2, 3, 8),
    cost: Float64Array.of(0, 1, 5, 1, 0, 5),
    propensity: { none: 0.5, mail: 0.25, call: 0.25 },
    policies: { mixed: ["none", "mail", "mail", "call", "none", "call"] },
  };
  const [mixed] = policyValue(trial, { resamples: 0 }).policies;

  test("matched rows 0, 1, 4, 5 with weights 2, 4, 2, 4", () => {
    expect(mixed?.matched).toBe(4);
    expect(mixed?.effective).toBeCloseTo(144 / 40, 14);
    expect(mixed?.outcome.ipw.value).toBeCloseTo((2 + 16 + 6 + 32) / 6, 14);
    expect(mixed?.outcome.hajek.value).toBeCloseTo(56 / 12, 14);
    expect(mixed?.cost?.hajek.value).toBeCloseTo((4 + 20) / 12, 14);
    // Means 2, 3, 7; residuals of the matched: −1 · 2, 1 · 4, 1 · 2, 1 · 4.
    expect(mixed?.outcome.aipw?.value).toBeCloseTo((2 + 3 + 3 + 7 + 2 + 7 + (-2 + 4 + 2 + 4)) / 6, 14);
    const variance =
      (2 * (1 - 14 / 3) ** 2 + 4 * (4 - 14 / 3) ** 2 + 2 * (3 - 14 / 3) ** 2 + 4 * (8 - 14 / 3) ** 2) / 12;
    expect(mixed?.outcome.eruptError).toBeCloseTo(Math.sqrt(variance / 3.6), 14);
  });

  test("PMG: two are sent to mail, two to call; of them one each matches", () => {
    expect(mixed?.pmg?.value.value).toBeCloseTo((2 * 4 + 2 * 8) / 4, 14);
    expect(mixed?.pmg?.gain.value).toBeCloseTo((6 - 2) / 2, 14);
    expect(mixed?.pmg?.utilisation).toBeCloseTo(4 / 6, 14);
    expect(mixed?.sent).toEqual([
      { arm: "none", rows: 2 },
      { arm: "call", rows: 2 },
      { arm: "mail", rows: 2 },
    ]);
  });

  test("a policy that draws as the trial did is the trial's mean; Hájek does not move with a constant", () => {
    const chance = Float64Array.from(trial.treatment, (arm) => (arm === "none" ? 0.5 : 0.25));
    const policies = { same: { chance } };
    const [same] = policyValue({ ...trial, policies }, { resamples: 0 }).policies;
    expect(same?.outcome.ipw.value).toBeCloseTo(4, 14);
    expect(same?.effective).toBeCloseTo(6, 14);
    expect(same?.outcome.aipw).toBe(undefined);
    const shifted = { ...trial, outcome: trial.outcome.map((y) => y + 1000) };
    const [moved] = policyValue(shifted, { resamples: 0 }).policies;
    expect(moved?.outcome.hajek.value).toBeCloseTo((mixed?.outcome.hajek.value ?? 0) + 1000, 9);
  });
});

test("intervals hold the truth; AIPW with features is the narrowest", () => {
  const random = new Random(8);
  const uniform = () => random.below(1 << 24) / (1 << 24);
  const rows = 20_000;
  const x = Float64Array.from({ length: rows }, uniform);
  const chanceOf = (x_i: number) => 0.2 + 0.6 * x_i;
  const treatment = Uint8Array.from(x, (x_i) => Number(uniform() < chanceOf(x_i)));
  const propensity = x.map((x_i, i) => (treatment[i] ? chanceOf(x_i) : 1 - chanceOf(x_i)));
  const outcome = x.map((x_i, i) => 3 * x_i + (treatment[i] ? x_i - 0.4 : 0) + uniform());
  const policies = { upper: Array.from(x, (x_i) => Number(x_i > 0.4)), all: Array.from(x, () => 1) };
  const options = { resamples: 300, level: 0.99 };
  const result = policyValue({ treatment, outcome, propensity, policies, features: { x } }, options);
  // E[3x + ½] = 2; upper adds ∫_.4^1 (x − .4) = .18, all adds .1.
  for (const [at, truth] of [2.18, 2.1].entries()) {
    const { outcome: values } = result.policies[at] as (typeof result.policies)[0];
    const { ipw, hajek, aipw } = values;
    for (const estimate of [ipw, hajek, aipw]) {
      expect(estimate?.low).toBeLessThan(truth);
      expect(estimate?.high).toBeGreaterThan(truth);
    }
    expect(aipw?.error).toBeLessThan(hajek.error);
    expect(hajek.error).toBeLessThan(ipw.error);
  }
});

describe("what is refused", () => {
  const good = { treatment: [0, 1], outcome: Float64Array.of(0, 1), policies: { all: [1, 1] } };
  const cases: [string, unknown, RegExp][] = [
    [
      "an arm that nobody got",
      { ...good, policies: { all: [1, 2] } },
      /policies\.all\[1\] is 2, which no row of the trial got/,
    ],
    ["other lengths", { ...good, policies: { all: [1] } }, /policies\.all has 1 rows/],
    ["no policy", { ...good, policies: {} }, /policies is empty/],
    ["no array", { ...good, policies: { all: 1 } }, /must be an array of arms by row, got number/],
    [
      "a chance above 1",
      { ...good, policies: { all: { chance: Float64Array.of(1, 1.5) } } },
      /chance\[1\] must be from 0 to 1/,
    ],
    ["propensities of 0", { ...good, propensity: Float64Array.of(0.5, 0) }, /propensity\[1\]/],
    ["unknown fields", { ...good, policy: [] }, /no field "policy"/],
  ];
  for (const [name, input, message] of cases) {
    test(name, () => expect(() => policyValue(input as never)).toThrow(message));
  }

  test("a policy that nobody matches has no value, and says so", () => {
    const [none] = policyValue(
      { treatment: [0, 1], outcome: Float64Array.of(1, 2), policies: { wrong: [1, 0] } },
      { resamples: 9 },
    ).policies;
    expect([none?.matched, none?.outcome.hajek.value]).toEqual([0, Number.NaN]);
  });
});
