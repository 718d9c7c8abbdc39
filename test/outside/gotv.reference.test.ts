/**
 * Real people: 344,084 voters of Michigan who got one of four letters or none (Gerber, Green and Larimer, APSR 2008).
 *
 * Values are differences in means over six plain segments, each half of the households valued by what the other half did
 * (cross-fitting), so that nobody's own vote decides its letter. One budget is allocated over all of them, and their votes say
 * what the policy achieves: the Hájek estimate against the same money spent at random, on letters drawn evenly and on the
 * policy's own letters.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { allocate, createEngine } from "../../src/index.js";
import { mix64 } from "../reference/canonical.js";
import { CHANCES, COSTS, LETTERS, readVoters, type Voters } from "./data/gotv.js";

const SEGMENTS = 6;

interface People extends Voters {
  segment: Uint16Array;
  half: Uint8Array;
}

let people: People;
let rows: number[];

beforeAll(() => {
  people = read();
  rows = Array.from(people.arm, (_, i) => i);
});

function read(): People {
  const voters = readVoters();
  const { p2002, p2004, yob } = voters.features as Record<"p2002" | "p2004" | "yob", Float32Array>;
  return {
    ...voters,
    // Voted in both earlier primaries, one or none; older than 50 in 2006 or not.
    segment: Uint16Array.from(p2002, (one, i) => (one + (p2004[i] as number)) * 2 + Number((yob[i] as number) < 1956)),
    // Some ids end in ".5".
    half: Uint8Array.from(voters.household, (id) => Number(mix64(BigInt(2 * Number(id))) & 1n)),
  };
}

/** Votes a letter brings in each segment: the mean of its arm less the mean of no letter. */
function effects(half: number): number[][] {
  const votes = Array.from({ length: SEGMENTS }, () => new Float64Array(5));
  const counts = Array.from({ length: SEGMENTS }, () => new Float64Array(5));
  for (const i of rows) {
    if (people.half[i] !== half) continue;
    const [segment, arm] = [people.segment[i] as number, people.arm[i] as number];
    (votes[segment] as Float64Array)[arm] = (votes[segment]?.[arm] as number) + (people.voted[i] as number);
    (counts[segment] as Float64Array)[arm] = (counts[segment]?.[arm] as number) + 1;
  }
  const mean = (s: number, arm: number) => (votes[s]?.[arm] as number) / Math.max(1, counts[s]?.[arm] as number);
  return votes.map((_, s) => LETTERS.map((_, letter) => mean(s, letter + 1) - mean(s, 0)));
}

interface Estimate {
  mean: number;
  effective: number;
}

/** Weighted mean of the votes of those whose letter is the policy's, by the inverse of its chance. */
function hajek(weightOf: (arm: number, person: number) => number): Estimate {
  let weights = 0;
  let squares = 0;
  let votes = 0;
  rows.forEach((i) => {
    const arm = people.arm[i] as number;
    const weight = weightOf(arm, i) / (CHANCES[arm] as number);
    weights += weight;
    squares += weight * weight;
    votes += weight * (people.voted[i] as number);
  });
  return { mean: votes / weights, effective: weights ** 2 / squares };
}

describe("get out the vote", () => {
  test("the file is the one that was described", () => {
    const counts = [0, 0, 0, 0, 0];
    for (const arm of people.arm) counts[arm] = (counts[arm] as number) + 1;
    expect(counts).toEqual([191_243, 38_218, 38_204, 38_218, 38_201]);
    const voted = LETTERS.map((_, letter) => hajek((arm) => Number(arm === letter + 1)).mean);
    [0.31454, 0.32237, 0.34515, 0.37795].forEach((rate, j) => {
      expect(voted[j]).toBeCloseTo(rate, 5);
    });
  });

  for (const each of [5, 2, 1]) {
    test(`${each} a person`, () => {
      const gain = [effects(1), effects(0)];
      const users = rows.length;
      const offers = createEngine().offers({ users, options: LETTERS });
      LETTERS.forEach((_, j) => {
        offers.fill(j, (values, costs) => {
          values.set(rows.map((i) => gain[people.half[i] as number]?.[people.segment[i] as number]?.[j] as number));
          costs.fill(COSTS[j] as number);
        });
      });
      const budget = each * users;
      const result = allocate(offers, { budget }, { bound: "f64" });
      expect(result.status).toBe("met");
      expect(result.cost).toBeLessThanOrEqual(budget);
      expect(result.cost).toBe(result.counts.reduce((sum, count, j) => sum + count * (COSTS[j] as number), 0));
      expect(result.cost).toBeGreaterThan(budget - 45);
      expect(result.gap).toBeLessThan(1e-4);

      const policy = hajek((arm, i) => Number(arm === result.choices[i]));
      const shares = [result.none, ...result.counts].map((count) => count / users);
      const shuffled = hajek((arm) => shares[arm] as number);
      const even = result.cost / users / COSTS.reduce((a, b) => a + b, 0);
      const random = hajek((arm) => (arm ? even : 1 - 4 * even));
      const nothing = hajek((arm) => Number(arm === 0));
      console.log(
        `${each} a person: policy ${percent(policy)}, the same money at random ${percent(random)}, the same letters ` +
          `at random ${percent(shuffled)}, no letter ${percent(nothing)}; ` +
          `expected ${(100 * result.value) / users} points over no letter; letters ${result.counts}, price ${result.price}`,
      );
      expect(policy.effective).toBeGreaterThan(20_000);
      expect(policy.mean).toBeGreaterThan(nothing.mean + 4 * standardError(policy));
      expect(policy.mean).toBeGreaterThan(random.mean + 2 * standardError(policy));
      expect(policy.mean).toBeGreaterThan(shuffled.mean - 2 * standardError(policy));
      // What was learned on one half holds on the other, within four standard errors.
      const learned = nothing.mean + result.value / users;
      expect(Math.abs(policy.mean - learned)).toBeLessThan(4 * standardError(policy));
    });
  }
});

const percent = ({ mean, effective }: Estimate) => `${(100 * mean).toFixed(2)} % (n ${effective.toFixed(0)})`;
const standardError = ({ mean, effective }: Estimate) => Math.sqrt((mean * (1 - mean)) / effective);
