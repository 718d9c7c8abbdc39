/**
 * The embedded campaign beside a thousand users of the original generator: other directions and other users, the same
 * constants. What two draws of the formula differ by is measured on forty draws of our own.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Campaign, DISCOUNTS } from "../../src/embedded/campaign.js";
import { referenceData } from "../reference.setup.js";

const USERS = 1000;
const SEEDS = 40;

function golden(name: string): number[][] {
  const text = readFileSync(referenceData("incentive", "golden", name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number));
}

/** Mean of column j, and spread of its logarithm over the users who gain. */
function summary(value: (i: number) => number): { mean: number; spread: number } {
  let total = 0;
  const logs: number[] = [];
  for (let i = 0; i < USERS; i++) {
    total += value(i);
    if (value(i) > 0) logs.push(Math.log(value(i)));
  }
  const middle = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  const spread = Math.sqrt(logs.reduce((sum, x) => sum + (x - middle) ** 2, 0) / logs.length);
  return { mean: total / USERS, spread };
}

describe("the original generator", () => {
  test.each([
    ["mt7_gauss_n1000_cost.csv", 1],
    ["mt7_gauss_n1000_reward.csv", 0],
  ])("%s lies where our own draws lie, discount by discount", (file, isCost) => {
    const rows = golden(file);
    expect(rows.length).toBe(USERS);
    const draws = Array.from({ length: SEEDS }, (_, seed) => new Campaign(USERS, seed));
    const [values, costs] = [new Float32Array(USERS), new Float32Array(USERS)];
    for (let j = 1; j < DISCOUNTS.length; j++) {
      const ours = draws.map((campaign) => {
        campaign.column(j, values, costs);
        const column = isCost ? costs : values;
        return summary((i) => column[i] as number);
      });
      const theirs = summary((i) => rows[i]?.[j] as number);
      for (const figure of ["mean", "spread"] as const) {
        const all = ours.map((one) => one[figure]);
        const mean = all.reduce((sum, x) => sum + x, 0) / SEEDS;
        const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (SEEDS - 1));
        expect(Math.abs(theirs[figure] - mean), `${figure}, discount ${DISCOUNTS[j]}`).toBeLessThan(3 * deviation);
      }
    }
  });
});
