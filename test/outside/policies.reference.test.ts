/**
 * Cost curves, values of policies and gains on outside data: the golden values of incentive allocation, the logs of the Open
 * Bandit Dataset with true propensities, and the voters of Michigan by household.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluate, gainCurve, policyValue } from "../../src/index.js";
import { referenceData } from "../reference.setup.js";
import { readCsv } from "./data/csv.js";

describe("AUCC (DFCL's definition)", () => {
  const golden = {
    20: { roi_oracle: 0.743058775664057, roi_noisy: 0.638281514100834, roi_random: 0.500345528029653 },
    200: { roi_oracle: 0.754439225146231, roi_noisy: 0.641771562266985, roi_random: 0.50372162807515 },
  };
  for (const [points, values] of Object.entries(golden)) {
    test(`Q = ${points}`, () => {
      const table = readCsv("incentive", "golden", "aucc_input.csv");
      const scores = Object.fromEntries(Object.keys(values).map((name) => [name, table.column(name)]));
      const { comparisons } = evaluate(
        { treatment: table.column("t"), outcome: table.column("yr"), cost: table.column("yc"), scores },
        { resamples: 0, metrics: ["aucc.dfcl"], costPoints: Number(points) },
      );
      for (const [name, value] of Object.entries(values)) {
        const judged = comparisons[0]?.scores.find((one) => one.name === name);
        expect(judged?.metrics[0]?.value).toBeCloseTo(value, 12);
      }
    });
  }
});

test("EOM by IPW and Hájek, of outcome and cost, with its effective sample size", () => {
  const golden = JSON.parse(readFileSync(referenceData("incentive", "golden", "eom_ifd_golden.json"), "utf8"));
  const [policy] = policyValue(
    {
      ...{ treatment: golden.t as number[], outcome: Float64Array.from(golden.y), cost: Float64Array.from(golden.c) },
      ...{ propensity: Object.fromEntries(golden.p.entries()), policies: { policy: golden.t_hat as number[] } },
    },
    { resamples: 0 },
  ).policies;
  expect(policy?.matched).toBe(13);
  expect(policy?.effective).toBeCloseTo(12.6745, 4);
  expect(policy?.outcome.hajek.value).toBeCloseTo(golden.hajek_r, 13);
  expect(policy?.outcome.ipw.value).toBeCloseTo(golden.ipw_r, 13);
  expect(policy?.cost?.hajek.value).toBeCloseTo(golden.hajek_c, 13);
  expect(policy?.cost?.ipw.value).toBeCloseTo(golden.ipw_c, 13);
});

describe("logged clicks with true propensities (obd, men)", () => {
  const log = (name: string) => readCsv("uplift", "obd", `${name}_men_men.csv`);

  test("what the bandit logged tells what drawing at random brings: 46 of 10,000", () => {
    const { column, text } = log("bts");
    const trial = {
      ...{ treatment: text("item_id"), control: "0", outcome: column("click") },
      ...{ propensity: column("propensity_score") },
    };
    const uniform = { chance: new Float64Array(trial.outcome.length).fill(1 / 34) };
    const own = { chance: trial.propensity };
    const result = policyValue({ ...trial, policies: { uniform, own } }, { resamples: 1000 });
    const [at_random, as_logged] = result.policies;
    for (const estimate of [at_random?.outcome.ipw, at_random?.outcome.hajek]) {
      expect(estimate?.low).toBeLessThan(0.0046);
      expect(estimate?.high).toBeGreaterThan(0.0046);
    }
    expect(as_logged?.outcome.hajek.value).toBeCloseTo(0.0069, 12);
    expect(at_random?.effective).toBeLessThan(as_logged?.effective as number);
  });

  test("what was drawn at random has even chances, and none of the items is missing", () => {
    const { column, text } = log("random");
    const outcome = column("click");
    const { checks, arms } = evaluate(
      {
        ...{ treatment: text("item_id"), control: "0", outcome, propensity: column("propensity_score") },
        scores: { position: column("position") },
      },
      { resamples: 0, metrics: ["qini.ydf"] },
    );
    expect(arms.length).toBe(34);
    expect(checks.sampleRatio).toMatchObject({ tested: true, suspicious: false });
    expect(outcome.reduce((sum, click) => sum + click, 0)).toBe(46);
  });
});

describe("344,084 voters, five arms, 180,002 households", () => {
  const COSTS = { "Civic Duty": 1, Hawthorne: 15, Self: 30, Neighbors: 45 };
  const read = () => readCsv("uplift", "gotv", "GerberGreenLarimer_APSR_2008_social_pressure.csv.gz");

  test("each letter for everyone is its arm's mean; households widen the intervals; gains along MAQ's path", () => {
    const { text, column } = read();
    const yes = (name: string) => text(name).map((word) => Number(word.toLowerCase() === "yes"));
    const treatment = text("treatment");
    const outcome = Float64Array.from(yes("voted"));
    const cluster = text("hh_id");
    const policies = Object.fromEntries(
      ["Control", ...Object.keys(COSTS)].map((arm) => [arm, new Array<string>(outcome.length).fill(arm)]),
    );
    const trial = { treatment, control: "Control", outcome };
    const alone = policyValue({ ...trial, policies }, { resamples: 60 });
    const together = policyValue({ ...trial, cluster, policies }, { resamples: 60 });
    const means = together.policies.map((policy) => policy.outcome.hajek.value.toFixed(5));
    expect(means).toEqual(["0.29664", "0.31454", "0.32237", "0.34515", "0.37795"]);
    expect(together.units).toBe(180_002);
    expect(together.policies[4]?.outcome.hajek.error).toBeGreaterThan(
      1.1 * (alone.policies[4]?.outcome.hajek.error as number),
    );

    // Values by six segments of past votes and age, from the households of even number; judged on the others.
    const [p2002, p2004, yob] = [yes("p2002"), yes("p2004"), column("yob")];
    const half = Uint8Array.from(column("hh_id"), (id) => Math.round(id) & 1);
    const segment = Array.from(
      yob,
      (year, i) => ((p2002[i] as number) + (p2004[i] as number)) * 2 + Number(year < 1956),
    );
    const mean = (arm: string, of: number) => {
      let [n, sum] = [0, 0];
      for (let i = 0; i < outcome.length; i++) {
        if (half[i] || segment[i] !== of || treatment[i] !== arm) continue;
        [n, sum] = [n + 1, sum + (outcome[i] as number)];
      }
      return sum / n;
    };
    const judged = Array.from(half, (h, i) => (h ? i : -1)).filter((i) => i >= 0);
    const values = Object.fromEntries(
      Object.keys(COSTS).map((arm) => {
        const effects = Array.from({ length: 6 }, (_, of) => mean(arm, of) - mean("Control", of));
        return [arm, Float64Array.from(judged, (i) => effects[segment[i] as number] as number)];
      }),
    );
    const gains = gainCurve(
      {
        treatment: judged.map((i) => treatment[i] as string),
        ...{ control: "Control", costs: COSTS, values },
        outcome: Float64Array.from(judged, (i) => outcome[i] as number),
        cluster: judged.map((i) => cluster[i] as string),
      },
      { resamples: 60, spends: [0.5, 1, 5, 20, 45] },
    );
    for (const { gain } of gains.points) expect(gain.low).toBeGreaterThan(0);
    // At 0.5 a head only the cheapest letter is sent, to half of the voters; at 45 nearly all get the dearest.
    expect(gains.points.map(({ gain }) => gain.value)).toEqual(
      [...gains.points.map(({ gain }) => gain.value)].sort((a, b) => a - b),
    );
    // One dollar sends everyone the cheapest letter, whoever they are; in between who they are has not been told apart from 0.
    expect(gains.points[1]?.difference.value).toBeCloseTo(0, 9);
    expect(gains.points[3]?.difference.value).toBeGreaterThan(0);
  });
});
