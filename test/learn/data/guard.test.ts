/** The leakage guard: what came about after the treatment is refused by name, what did not is not. */
import { describe, expect, test } from "vitest";
import { splitExperiment, trainUpliftForest } from "../../../src/learn/index.js";
import { randomOf } from "../made.js";
import { madeExperiment } from "./experiments.js";

const options = { trees: 1, maxDepth: 2 };
const { data, arm } = madeExperiment({ rows: 4_000, arms: 3, binary: true }, 5);
const random = randomOf(9);
const opened = Float32Array.from(arm, (a) => (a > 0 && random() < 0.2 ? 1 : 0));
const channel = Array.from(arm, (a) => (a === 2 && random() < 0.15 ? "coupon desk" : "shop"));

describe("the leakage guard", () => {
  test("passes features that were there before, and says how alike they are", async () => {
    const { report } = await trainUpliftForest(data, options);
    expect(report.balances.map(({ feature }) => feature)).toEqual(Object.keys(data.features));
    for (const { p } of report.balances) expect(p).toBeGreaterThan(0.001);
  });

  test("refuses numbers and texts that came after, by name and with the way out", async () => {
    const leaky = { ...data, features: { ...data.features, opened, channel } };
    await expect(trainUpliftForest(leaky, options)).rejects.toThrow(
      /"opened" \(p = \S+\), "channel" \(p = \S+\) differ between the arms.*after the treatment.*allow/,
    );
    await expect(trainUpliftForest(leaky, { ...options, allow: ["opened"] })).rejects.toThrow(/^"channel"/);
    await trainUpliftForest(leaky, { ...options, allow: ["opened", "channel"] });
    await trainUpliftForest(leaky, { ...options, allow: true });
  });

  test("refuses what is missing in one arm more than in another", async () => {
    const seen = Float32Array.from(arm, (a) => (a === 1 && random() < 0.1 ? Number.NaN : random()));
    const leaky = { ...data, features: { ...data.features, seen } };
    await expect(trainUpliftForest(leaky, options)).rejects.toThrow(/"seen"/);
  });

  test("names an allowed feature that there is not", async () => {
    await expect(trainUpliftForest(data, { ...options, allow: ["opend"] })).rejects.toThrow(/allow names "opend"/);
    await expect(trainUpliftForest(data, { ...options, allow: "a" as never })).rejects.toThrow(TypeError);
  });

  test("takes rows of a cluster as one witness: a household's size is no leak", async () => {
    // 40 households of 100: the rows' own counts would refuse a feature that the household shares.
    const house = Uint32Array.from({ length: 4_000 }, (_, i) => Math.floor(i / 100));
    const drawn = Array.from({ length: 40 }, () => (random() < 0.5 ? "none" : "mail"));
    const size = Array.from({ length: 40 }, () => random());
    const clustered = {
      treatment: Array.from(house, (h) => drawn[h] as string),
      control: "none",
      outcome: data.outcome,
      features: { size: Float32Array.from(house, (h) => size[h] as number), a: data.features.a as Float32Array },
    };
    await expect(trainUpliftForest(clustered, options)).rejects.toThrow(/"size"/);
    await trainUpliftForest({ ...clustered, cluster: house }, options);
  });

  test("weighs by given chances: a feature that the draw went by is none", async () => {
    const made = madeExperiment({ rows: 6_000, confounded: true }, 3);
    const { propensity: _, ...plain } = made.data;
    await expect(trainUpliftForest(plain, { ...options, criterion: "ED" })).rejects.toThrow(/"c" \(p = /);
    const { report } = await trainUpliftForest(made.data, { ...options, criterion: "ED" });
    for (const { p } of report.balances) expect(p).toBeGreaterThan(0.001);
  });

  test("is rarely wrong: p is uniform where nothing leaks", async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 400 }, (_, k) => [`n${k}`, Float32Array.from(arm, () => Math.floor(random() * 20))]),
    );
    const { report } = await trainUpliftForest({ ...data, features: noise }, options);
    const ps = report.balances.map(({ p }) => p).sort((a, b) => a - b);
    for (const q of [0.05, 0.25, 0.5, 0.75]) expect(Math.abs((ps[400 * q] as number) - q)).toBeLessThan(0.09);
  });
});

describe("the test split", () => {
  test("is the same rows for the same seed, others for another, and its fingerprint says which", async () => {
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => splitExperiment(data, { share: 0.25, seed })),
    );
    expect(one?.testRows).toEqual(again?.testRows);
    expect(one?.fingerprint).toBe(again?.fingerprint);
    expect(one?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(other?.fingerprint).not.toBe(one?.fingerprint);
    expect((one?.test.outcome.length ?? 0) + (one?.train.outcome.length ?? 0)).toBe(4_000);
    expect(Math.abs((one?.test.outcome.length ?? 0) - 1_000)).toBeLessThan(120);
    const { features: _, ...rest } = data;
    const fewer = await splitExperiment({ ...rest, features: { a: data.features.a as Float32Array } }, { share: 0.25 });
    expect(fewer.fingerprint).toBe(one?.fingerprint);
  });

  test("keeps the rows of a cluster on one side", async () => {
    const cluster = Uint32Array.from({ length: 4_000 }, (_, i) => i % 700);
    const { train, test } = await splitExperiment({ ...data, cluster });
    const inside = new Set(train.cluster as Uint32Array);
    expect((test.cluster as Uint32Array).every((c) => !inside.has(c))).toBe(true);
  });

  test("refuses shares that leave an arm without rows, and none at all", async () => {
    await expect(splitExperiment(data, { share: 1 })).rejects.toThrow(/share must be above 0 and below 1/);
    const few = { ...data, treatment: Array.from(arm, (_, i) => (i < 2 ? "rare" : i % 2 ? "mail" : "none")) };
    await expect(splitExperiment(few, { share: 0.01 })).rejects.toThrow(/no row of arm "rare"/);
  });
});
