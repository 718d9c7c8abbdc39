/**
 * Every learner on Hillstrom's e-mails by five-fold cross-fitting: nobody is scored by a model that saw them. Qini of each arm under each
 * definition with intervals, beside the plain response model and a random order, and spend per person by Hájek at three budgets.
 *
 * Here on every fourth person with few trees, so that it ends in time. `SHADOWPRICE_LEARNERS=all` takes everyone, 60 trees a model, the
 * forests too, and prints the tables of README (some minutes).
 */
import { describe, expect, test } from "vitest";
import { evaluate, policyCurve } from "../../src/index.js";
import { learnerOf } from "../../src/learn/choose/learners.js";
import { rowsOf } from "../../src/learn/data/rows.js";
import { effectsOf } from "../../src/learn/data/score.js";
import type { Experiment } from "../../src/learn/index.js";
import { mix64 } from "../reference/canonical.js";
import { readHillstrom } from "./data/hillstrom.js";

const WHOLE = process.env.SHADOWPRICE_LEARNERS === "all";
const CONTROL = "No E-Mail";
const ARMS = ["Mens E-Mail", "Womens E-Mail"];
const METRICS = ["qini.sklift", "qini.causalml", "qini.ydf", "q1.pylift", "qini.grf"];
const BUDGETS = [0.1, 0.3, 0.6];
const FOLDS = 5;

/** By outcome; class transformation is of 0 and 1. */
const LEARNERS = ["response", "s", "t", "class", "transformed", "x", "r", "dr"];
const FORESTS = ["uplift-forest", "causal-forest"];

const mails = readHillstrom();
const everyone = mails.segment.map((_, i) => i).filter((i) => WHOLE || i % 4 === 0);
const rows = Uint32Array.from(everyone);

function experiment(outcome: "visit" | "conversion" | "spend"): Experiment {
  const { segment, recency, history, mens, womens, newbie, zip, channel } = mails;
  const features = { recency, history, mens, womens, newbie, zip, channel };
  return rowsOf({ treatment: segment, control: CONTROL, outcome: mails[outcome], features }, rows);
}

/** Effects by arm, each row's by the models of the other folds. */
async function crossFitted(name: string, data: Experiment): Promise<Record<string, Float64Array>> {
  const fold = Array.from(rows, (i) => Number(mix64(BigInt(i)) % BigInt(FOLDS)));
  const out = ARMS.map(() => new Float64Array(rows.length));
  const trees = WHOLE ? (name === "causal-forest" ? 200 : 60) : 10;
  for (let f = 0; f < FOLDS; f++) {
    const part = (inside: boolean) => Uint32Array.from(fold.flatMap((own, i) => ((own === f) === inside ? [i] : [])));
    const { model } = await learnerOf(name).train(rowsOf(data, part(false)), { trees });
    const outside = part(true);
    effectsOf(model, rowsOf(data, outside), ARMS).forEach((scores, k) => {
      outside.forEach((i, at) => {
        (out[k] as Float64Array)[i] = scores[at] as number;
      });
    });
  }
  return Object.fromEntries(ARMS.map((arm, k) => [arm, out[k] as Float64Array]));
}

const text = (x: number, digits = 4) => x.toFixed(digits);
const span = ({ value, low, high }: { value: number; low: number; high: number }, digits = 4) =>
  `${text(value, digits)} (${text(low, digits)} to ${text(high, digits)})`;

describe.each(["visit", "conversion", "spend"] as const)("Hillstrom, %s", (outcome) => {
  test(`every learner, five folds`, { timeout: 3_600_000 }, async () => {
    const data = experiment(outcome);
    const names = [...LEARNERS, ...(WHOLE ? FORESTS : [])].filter((name) => name !== "class" || outcome !== "spend");
    const scores: Record<string, Record<string, Float64Array>> = {};
    for (const name of names) scores[name] = await crossFitted(name, data);
    const { treatment, control } = data;
    const resamples = WHOLE ? 200 : 20;
    const metrics = outcome === "spend" ? METRICS.filter((name) => !name.startsWith("qini.sklift")) : METRICS;
    const { comparisons } = evaluate(
      { treatment, control: control as string, outcome: data.outcome, scores },
      { resamples, metrics: [...metrics] },
    );
    for (const { arm, effect, scores: judged } of comparisons) {
      const table = [`\n${outcome}, ${arm}: effect ${span(effect)}`, `| learner | ${metrics.join(" | ")} |`];
      for (const { name, metrics: found } of judged) {
        table.push(`| ${name} | ${found.map((metric) => span(metric)).join(" | ")} |`);
        for (const { value, low, high } of found) {
          expect(Number.isFinite(value), `${name} ${arm}`).toBe(true);
          expect(low).toBeLessThanOrEqual(high);
        }
      }
      if (WHOLE) console.log(table.join("\n"));
    }
    expect(comparisons).toHaveLength(2);
    if (WHOLE && outcome === "visit") {
      // Who visits because of the women's e-mail can be learned: two models, the forests and the doubly robust find it.
      const womens = comparisons.find(({ arm }) => arm === "Womens E-Mail");
      for (const name of ["t", "dr", "causal-forest"]) {
        const qini = womens?.scores.find((score) => score.name === name)?.metrics[0];
        expect(qini?.low, name).toBeGreaterThan(0);
      }
    }
    if (outcome === "spend") spendAtBudgets(data, scores, resamples);
  });
});

/** An e-mail costs 1: what people spend where the scores say who gets which. */
function spendAtBudgets(data: Experiment, scores: Record<string, Record<string, Float64Array>>, resamples: number) {
  const { treatment, control, outcome } = data;
  const costs = Object.fromEntries(ARMS.map((arm) => [arm, 1]));
  const budgets = BUDGETS.map((share) => Math.round(share * rows.length));
  const table = [`\nspend per person under a budget, of ${rows.length}`, `| learner | ${BUDGETS.join(" | ")} |`];
  for (const [name, values] of Object.entries(scores)) {
    const { points } = policyCurve(
      { treatment, control: control as string, outcome, values, costs },
      { budgets, resamples },
    );
    table.push(`| ${name} | ${points.map(({ scores: own }) => span(own.outcome.hajek, 3)).join(" | ")} |`);
    if (name === "response") {
      table.push(`| random | ${points.map(({ random }) => span(random.outcome.hajek, 3)).join(" | ")} |`);
    }
    for (const { scores: own } of points) expect(own.outcome.hajek.value).toBeGreaterThan(0.4);
  }
  if (WHOLE) console.log(table.join("\n"));
}
