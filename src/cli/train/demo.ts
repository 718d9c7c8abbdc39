/** `npm start -- uplift`: the embedded experiment from training to the value of the policy, beside the truth that only a generator knows. */
import { allocate } from "../../allocation/allocate.js";
import type { AllocationResult } from "../../allocation/types.js";
import { createEngine } from "../../create.js";
import { ARMS, type DrawnExperiment, drawExperiment } from "../../embedded/experiment.js";
import { type Choice, trainChosen } from "../../learn/choose/choose.js";
import type { Learned } from "../../learn/choose/learners.js";
import { scoreExperiment } from "../../learn/data/score.js";
import type { PolicyEstimate } from "../../uplift/evaluate/types.js";
import { policyValue } from "../../uplift/evaluate/value.js";
import { stopwatch } from "../allocate.js";
import { EXIT } from "../failure.js";
import { amount, count, seconds, share, table } from "../format.js";
import type { Bar, Terminal } from "../terminal.js";
import { choiceLines } from "./report.js";

export interface UpliftDemoFlags {
  users?: number;
  seed: number;
  budget?: number;
  json?: boolean;
}

const USERS = 60_000;
/** Of what the highest discount for everyone costs. */
const BUDGET = 0.2;
const COMPARED = ["response", "s", "t", "causal-forest"] as const;
/** Resamples of the policy's value. */
const RESAMPLES = 200;

interface Told {
  offer: string;
  mean: number;
  trueMean: number;
  correlation: number;
}

/** An allocation of the users who were not trained on, and what is known of it. */
interface Policy {
  name: string;
  /** What the values promise, what the experiment says, what is true: orders more than without discounts. */
  promised: number;
  estimate: PolicyEstimate;
  baseline: number;
  truly: number;
  trueCost: number;
  result: AllocationResult;
}

export async function upliftDemo(
  flags: UpliftDemoFlags,
  terminal: Terminal,
  signal: AbortSignal,
  own: string,
): Promise<number> {
  const { users = USERS, seed, json } = flags;
  const bar = terminal.progress();
  const clock = stopwatch();
  try {
    const trained = drawExperiment(users, seed);
    const others = drawExperiment(users, seed, users);
    const learned = await train(trained, seed, signal, bar);
    bar.end();
    const spent = clock();
    const budget = flags.budget ?? Number((BUDGET * total(others.trueCost.at(-1) as Float64Array)).toPrecision(2));
    const { told, policies } = judge(learned, others, budget);
    if (json) {
      const { choice, report } = learned;
      const shown = policies.map(({ result, ...rest }) => ({ ...rest, spend: result.cost, price: result.price }));
      terminal.print(JSON.stringify({ users, seed, budget, choice, report, told, policies: shown, seconds: spent }));
    } else {
      const lines = story({ users, seed, budget, learned, told, policies, spent }, terminal, own);
      for (const line of lines) terminal.print(line);
    }
    return EXIT.met;
  } finally {
    bar.end();
  }
}

function train(drawn: DrawnExperiment, seed: number, signal: AbortSignal, bar: Bar) {
  const { features, treatment, outcome, cost } = drawn;
  return trainChosen(
    { treatment, control: ARMS[0], outcome, cost, features },
    {
      ...{ seed, signal, learners: COMPARED },
      onProgress: ({ phase, done, total }) =>
        bar.show(phase === "learners" ? "comparing learners" : "training", done, total),
    },
  );
}

/** Other users of the same kind: scored, allocated, and valued by their own experiment and by the truth. */
function judge(learned: Learned, others: DrawnExperiment, budget: number) {
  const scores = scoreExperiment(learned.model, others);
  const offers = ARMS.slice(1);
  const values = offers.map((offer) => scores[`value_${offer}`] as Float64Array);
  const costs = offers.map((offer) =>
    (scores[`cost_${offer}`] as Float64Array).map((cost) => Math.max(cost, MOST_FREE)),
  );
  const told = offers.map((offer, k): Told => {
    const [value, truth] = [values[k] as Float64Array, others.trueUplift[k] as Float64Array];
    const n = others.users;
    return { offer, mean: total(value) / n, trueMean: total(truth) / n, correlation: correlation(value, truth) };
  });
  const everyone = values.map((_, k) => new Float64Array(others.users).fill((told[k] as Told).mean));
  const policies = [
    policyOf("the model", values, costs, others, budget),
    policyOf("means alone, who comes first", everyone, costs.map(flat), others, budget),
    policyOf("the truth, if it were known", others.trueUplift, others.trueCost, others, budget),
  ];
  return { told, policies };
}

/** A discount is not taken to cost less than a cent. */
const MOST_FREE = 0.01;

function flat(column: Float64Array): Float64Array {
  return new Float64Array(column.length).fill(total(column) / column.length);
}

function policyOf(
  name: string,
  values: readonly Float64Array[],
  costs: readonly Float64Array[],
  others: DrawnExperiment,
  budget: number,
): Policy {
  const engine = createEngine();
  const offers = engine.offers({ users: others.users, options: [...ARMS.slice(1)] });
  values.forEach((column, k) => {
    offers.set(k, 0, column, costs[k] as Float64Array);
  });
  const result = allocate(offers, { budget });
  const { choices } = result;
  const { treatment, outcome, cost, trueUplift, trueCost } = others;
  const sent = Array.from(choices, (k) => ARMS[k] as string);
  const { policies } = policyValue(
    { ...{ treatment, control: ARMS[0], outcome, cost }, policies: { sent, nobody: sent.map(() => ARMS[0]) } },
    { resamples: RESAMPLES },
  );
  const [estimate, nobody] = policies as [PolicyEstimate, PolicyEstimate];
  let [truly, paid] = [0, 0];
  for (let i = 0; i < choices.length; i++) {
    const k = choices[i] as number;
    if (k === 0) continue;
    truly += (trueUplift[k - 1] as Float64Array)[i] as number;
    paid += (trueCost[k - 1] as Float64Array)[i] as number;
  }
  const baseline = nobody.outcome.hajek.value;
  return { name, promised: result.value, estimate, baseline, truly, trueCost: paid, result };
}

interface Story {
  users: number;
  seed: number;
  budget: number;
  learned: Learned & { choice: Choice };
  told: Told[];
  policies: Policy[];
  spent: number;
}

function story(
  { users, seed, budget, learned, told, policies, spent }: Story,
  terminal: Terminal,
  own: string,
): string[] {
  const { bold, dim } = terminal.colours;
  const indent = (lines: string[]) => lines.map((line, k) => `  ${k === 0 ? dim(line) : line}`);
  const estimates = told.map(({ offer, mean, trueMean, correlation: r }) => [
    offer,
    amount(mean),
    amount(trueMean),
    r.toFixed(2),
  ]);
  const valued = policies.map(({ name, promised, estimate, baseline, truly, trueCost }) => {
    const { value, low, high } = estimate.outcome.hajek;
    const orders = (x: number) => count(users * (x - baseline));
    return [
      name,
      count(promised),
      `${orders(value)} (${orders(low)} to ${orders(high)})`,
      count(truly),
      count(trueCost),
    ];
  });
  const [model, , truth] = policies as [Policy, Policy, Policy];
  return [
    "",
    `${bold("What is a discount worth to whom")}   ${dim(`${count(users)} users in an experiment of ${ARMS.length} arms, seed ${seed}, ${seconds(spent)}`)}`,
    dim("Synthetic users by the Criteo-MT7 formula, 12 features. The outcome is an order (1) or none (0); a discount"),
    dim("costs its share of the order that it is used on."),
    "",
    ...choiceLines(learned.choice, terminal),
    `  ${dim(`The model on ${count(users)} other users of the same kind, beside the truth, which only a generator knows`)}`,
    ...indent(
      table([["discount", "estimated uplift", "true uplift", "correlation of users"], ...estimates], [1, 2, 3]),
    ),
    "",
    `  ${dim(`Allocated under a budget of ${amount(budget)}: orders more than without discounts`)}`,
    ...indent(
      table(
        [["values by", "promised", "estimated by the experiment", "truly", "truly spent"], ...valued],
        [1, 2, 3, 4],
      ),
    ),
    `  the model's decisions bring ${share(model.truly / truth.truly)} of what the truth would`,
    "",
    "  Your own experiment: a CSV, Parquet or Arrow file with a row for each person.",
    `    ${bold(`${own} train campaign.csv --treatment COL --control VALUE --outcome COL --cost COL`)}`,
    "",
  ];
}

function total(column: Float64Array): number {
  return column.reduce((sum, x) => sum + x, 0);
}

function correlation(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [total(x) / x.length, total(y) / y.length];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
