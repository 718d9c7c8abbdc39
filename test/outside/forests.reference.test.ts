/**
 * Forests on real experiments, cross-fitted: nobody is scored by a forest that saw them.
 *
 * ihdp: real infants, outcomes by a formula, so that every effect is known. Hillstrom: three arms, visit, conversion and spend; Qini of two
 * definitions with intervals beside a plain response model and a random order. GOTV: five arms and what letters cost.
 */
import { describe, expect, test } from "vitest";
import { allocate, createEngine, evaluate } from "../../src/index.js";
import {
  type Experiment,
  intervalsOf,
  type TrainedForest,
  trainCausalForest,
  trainUpliftForest,
} from "../../src/learn/index.js";
import { mix64 } from "../reference/canonical.js";
import { readColumns } from "./data/csv.js";
import { CHANCES, COSTS, LETTERS, readVoters } from "./data/gotv.js";
import { readHillstrom } from "./data/hillstrom.js";

type Train = (data: Experiment) => Promise<TrainedForest>;
type Columns = Record<string, Float32Array>;

/** Scores of each row by the forest of the other folds. */
async function crossFitted(train: Train, data: Experiment & { features: Columns }, fold: Uint8Array, folds: number) {
  const out: Record<string, Float64Array> = {};
  for (let k = 0; k < folds; k++) {
    const { model } = await train({ ...data, weight: Float64Array.from(fold, (f) => Number(f !== k)) });
    for (const [name, scores] of Object.entries(model.score(data.features))) {
      out[name] ??= new Float64Array(fold.length);
      for (let i = 0; i < fold.length; i++) if (fold[i] === k) (out[name] as Float64Array)[i] = scores[i] as number;
    }
  }
  return out;
}

const foldOf = (id: number, folds: number) => Number(mix64(BigInt(id)) % BigInt(folds));

describe("ihdp: 747 infants, effects known", () => {
  test("a causal forest finds them, and its intervals cover most", async () => {
    const columns = readColumns("uplift", "ihdp", "ihdp_npci_1.csv");
    const column = (c: number) => columns[c] as Float64Array;
    const [mu0, mu1] = [column(3), column(4)];
    const truth = mu1.map((y, i) => y - (mu0[i] as number));
    const features = Object.fromEntries(
      Array.from({ length: 25 }, (_, f) => [`x${f + 1}`, Float32Array.from(column(5 + f))]),
    );
    const { model } = await trainCausalForest({ treatment: column(0), outcome: column(1), features }, { trees: 1_000 });
    const { effect, low, high } = intervalsOf(model, features)[1] as ReturnType<typeof intervalsOf>[string];
    const miss = Math.sqrt(mean(effect.map((x, i) => (x - (truth[i] as number)) ** 2)));
    const spread = Math.sqrt(mean(truth.map((x) => (x - mean(truth)) ** 2)));
    const covered = mean(truth.map((x, i) => Number((low[i] as number) <= x && x <= (high[i] as number))));
    console.log(
      `ihdp: mean effect ${mean(effect).toFixed(3)}, true ${mean(truth).toFixed(3)}; error ${miss.toFixed(3)} of ` +
        `${spread.toFixed(3)}; 95 % intervals cover ${(100 * covered).toFixed(1)} %`,
    );
    expect(Math.abs(mean(effect) - mean(truth))).toBeLessThan(0.2);
    expect(miss).toBeLessThan(0.9 * spread);
    // 139 of them were treated: forests draw effects to their mean there, which intervals of a variance do not know.
    expect(covered).toBeGreaterThan(0.7);
  });
});

describe("Hillstrom, five folds, three arms", () => {
  const METRICS = ["qini.sklift", "qini.causalml", "qini.ydf", "q1.pylift"];

  for (const outcome of ["visit", "conversion", "spend"] as const) {
    test(outcome, async () => {
      const mails = readHillstrom();
      const count = mails.visit.length;
      const fold = Uint8Array.from({ length: count }, (_, i) => foldOf(i, 5));
      const place = (texts: string[]) => {
        const names = [...new Set(texts)].sort();
        return Float32Array.from(texts, (text) => names.indexOf(text));
      };
      const features = {
        ...Object.fromEntries(
          (["recency", "history", "mens", "womens", "newbie"] as const).map((name) => [
            name,
            Float32Array.from(mails[name]),
          ]),
        ),
        zip: place(mails.zip),
        channel: place(mails.channel),
      };
      const data = { treatment: mails.segment, control: "No E-Mail", outcome: mails[outcome], features };
      const money = outcome === "spend";
      const scores = {
        "causal forest": await crossFitted(
          (d) => trainCausalForest(d, { trees: 100, minSamplesTreatment: 50 }),
          data,
          fold,
          5,
        ),
        "uplift forest": await crossFitted(
          (d) => trainUpliftForest(d, { trees: 50, criterion: money ? "ED" : "KL", maxFeatures: 4 }),
          data,
          fold,
          5,
        ),
      };
      const said = evaluate({ ...data, scores }, { resamples: 100, metrics: METRICS });
      expect(said.comparisons.map(({ arm }) => arm).sort()).toEqual(["Mens E-Mail", "Womens E-Mail"]);
      for (const { arm, scores: judged } of said.comparisons) {
        for (const metric of METRICS) {
          const line = judged.flatMap(({ name, metrics }) => {
            const found = metrics.find((one) => one.name === metric);
            if (!found) return [];
            expect(found.low).toBeLessThanOrEqual(found.value);
            expect(found.high).toBeGreaterThanOrEqual(found.value);
            return `${name} ${found.value.toFixed(4)} (${found.low.toFixed(4)} to ${found.high.toFixed(4)})`;
          });
          // Some definitions are of an outcome of 0 and 1.
          if (line.length === 0) continue;
          console.log(`${outcome}, ${arm}, ${metric}: ${line.join("; ")}`);
        }
        // Who visits for a women's e-mail is the one effect that is known to differ: by what they bought before.
        if (outcome !== "visit" || arm !== "Womens E-Mail") continue;
        for (const name of Object.keys(scores)) {
          const qini = judged.find((one) => one.name === name)?.metrics.find((one) => one.name === "qini.sklift");
          expect(qini?.low).toBeGreaterThan(0);
        }
      }
    });
  }
});

describe("GOTV, two halves of the households, five arms", () => {
  test("letters by a causal forest against the same money at random", async () => {
    const { arm, voted, household, features } = readVoters();
    const count = arm.length;
    // Some ids end in ".5".
    const fold = Uint8Array.from(household, (id) => foldOf(2 * Number(id), 2));
    const treatment = Array.from(arm, (a) => ["none", ...LETTERS][a] as string);
    const data = { treatment, control: "none", outcome: voted, cluster: household, features };
    const effects = await crossFitted(
      (d) => trainCausalForest(d, { trees: 40, minSamplesTreatment: 50, seed: 2 }),
      data,
      fold,
      2,
    );
    const offers = createEngine().offers({ users: count, options: LETTERS });
    for (const [j, letter] of LETTERS.entries()) {
      offers.fill(j, (values, costs) => {
        values.set(effects[letter] as Float64Array);
        costs.fill(COSTS[j] as number);
      });
    }
    const hajek = (weightOf: (a: number, i: number) => number) => {
      let [weights, squares, votes] = [0, 0, 0];
      for (let i = 0; i < count; i++) {
        const a = arm[i] as number;
        const w = weightOf(a, i) / (CHANCES[a] as number);
        weights += w;
        squares += w * w;
        votes += w * (voted[i] as number);
      }
      const share = votes / weights;
      return { share, error: Math.sqrt((share * (1 - share) * squares) / weights ** 2) };
    };
    for (const each of [1, 2, 5]) {
      const { choices, cost, status } = allocate(offers, { budget: each * count });
      expect(status).toBe("met");
      const policy = hajek((a, i) => Number(choices[i] === a));
      const even = cost / count / COSTS.reduce((a, b) => a + b, 0);
      const random = hajek((a) => (a ? even : 1 - 4 * even));
      const percent = ({ share, error }: typeof policy) =>
        `${(100 * share).toFixed(2)} ± ${(100 * error).toFixed(2)} %`;
      console.log(`${each} a person: ${percent(policy)} vote, the same money at random ${percent(random)}`);
      expect(policy.share).toBeGreaterThan(random.share + 2 * policy.error);
    }
  });
});

function mean(column: Float64Array): number {
  return column.reduce((sum, x) => sum + x, 0) / column.length;
}
