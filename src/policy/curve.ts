/**
 * Expected outcome against budget, of a whole policy: scores, allocated under each budget, valued on a trial. Beside it the
 * same allocation by a plain response model and by random scores, nobody, and everyone.
 */
import { allocate } from "../allocation/allocate.js";
import { Offers } from "../allocation/offers.js";
import { finiteNumber, plainObject } from "../engine/check.js";
import type { Engine } from "../engine/engine.js";
import { Scratch } from "../engine/scratch.js";
import { engineOf, type Sampled, settingsOf } from "../uplift/evaluate/bootstrap.js";
import { responsesOf } from "../uplift/evaluate/effects.js";
import { checkFields, readFeatures } from "../uplift/evaluate/fields.js";
import { randomScores } from "../uplift/evaluate/kernel.js";
import { numbers, type ReadTrial, readTrial } from "../uplift/evaluate/trial.js";
import type { BootstrapOptions, Estimate, NumberColumn, PolicyEstimate, Trial } from "../uplift/evaluate/types.js";
import { estimatePolicies, type Policy } from "../uplift/evaluate/value.js";

export interface PolicyCurveInput extends Trial {
  /** What each arm is predicted to add over the control, by its name: a column each. */
  values: Readonly<Record<string, NumberColumn>>;
  /** What each arm costs where it is given, by its name: one number, or a column. */
  costs: Readonly<Record<string, number | NumberColumn>>;
  /** A plain response model's prediction. Default: least squares on `features`, cross-fitted; without them none stands beside. */
  response?: NumberColumn;
  /** What is known of each row before the treatment: for the response model, and for the models in AIPW. */
  features?: Readonly<Record<string, NumberColumn>>;
}

export interface PolicyCurveOptions extends BootstrapOptions {
  /** Most money for all rows together, for each point. Default: ten, evenly up to what the scores would spend. */
  budgets?: readonly number[];
}

/** One policy at one budget. */
export interface PolicyPoint extends PolicyEstimate {
  /** Money the allocation plans to spend, and what the scores promise for it. */
  spend: number;
  promised: number;
  /** Outcome by Hájek less that of the others at this budget, on the same resamples. */
  over: { response?: Estimate; random?: Estimate; nobody?: Estimate };
}

export interface PolicyCurve {
  rows: number;
  units: number;
  resamples: number;
  level: number;
  seed: number;
  /** By budget, ascending. */
  points: { budget: number; scores: PolicyPoint; response?: PolicyPoint; random: PolicyPoint }[];
  /** The control for all rows, and each arm for all rows. */
  constants: PolicyEstimate[];
  seconds: number;
}

const INPUT = [
  "treatment",
  "control",
  "outcome",
  "cost",
  "propensity",
  "cluster",
  "values",
  "costs",
  "response",
  "features",
];
const OPTIONS = ["resamples", "level", "seed", "engine", "signal", "onProgress", "budgets"];
const POINTS = 10;
/** Number of the outcome by Hájek among a policy's. */
const HAJEK = 1;

type Kind = "scores" | "response" | "random";

interface Planned extends Policy {
  kind: Kind | "constant";
  budget: number;
  spend: number;
  promised: number;
}

/**
 * The curve of a policy: at each budget the scores are allocated as `allocate` does, and the choices valued on the trial by
 * IPW, Hájek and AIPW with bootstrap bands.
 *
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value (an arm without value or cost, a negative budget).
 * @example
 * const { points } = policyCurve({ treatment, control: "none", outcome, values: { mail: uplift }, costs: { mail: 0.5 } });
 */
export function policyCurve(input: PolicyCurveInput, options: PolicyCurveOptions = {}): PolicyCurve {
  const start = performance.now();
  checkFields(input, INPUT, "the input");
  checkFields(options, OPTIONS, "the options");
  const settings = settingsOf(options);
  const { values, costs, response, features, ...rest } = input;
  const trial = readTrial(rest);
  const table = readTable(trial, values, costs);
  const known = readFeatures(features, trial.rows);
  const engine = engineOf(options);
  const tables = candidates(
    trial,
    table,
    response && numbers(response, "response", trial.rows),
    known,
    engine,
    settings.seed,
  );
  const budgets = readBudgets(options.budgets) ?? evenBudgets(engine, trial, tables.scores);
  const plans: Planned[] = trial.names.map((arm, a) => ({
    ...{ name: a === 0 ? "nobody" : `everyone: ${arm}`, arm: new Uint16Array(trial.rows).fill(a), kind: "constant" },
    ...{ budget: 0, spend: 0, promised: 0 },
  }));
  for (const [kind, own] of Object.entries(tables) as [Kind, Table][]) {
    plans.push(...allocated(engine, trial, own, budgets, kind));
  }
  const estimates = estimatePolicies(trial, responsesOf(trial, known), plans, settings, { ...options, engine });
  const pairs = plans.map((plan, i) => ({ plan, ...(estimates[i] as { estimate: PolicyEstimate; sampled: Sampled }) }));
  const nobody = (pairs[0] as (typeof pairs)[number]).sampled;
  const points = budgets.map((budget) => {
    const at = (kind: Kind) => pairs.find(({ plan }) => plan.kind === kind && plan.budget === budget);
    const point = (kind: Kind): PolicyPoint | undefined => {
      const own = at(kind);
      if (!own) return undefined;
      const less = (other: Sampled | undefined) => other && own.sampled.less(HAJEK, other, HAJEK);
      const { spend, promised } = own.plan;
      const over = {
        ...(kind !== "response" && at("response") && { response: less(at("response")?.sampled) as Estimate }),
        ...(kind !== "random" && { random: less(at("random")?.sampled) as Estimate }),
        nobody: less(nobody) as Estimate,
      };
      return { ...own.estimate, spend, promised, over };
    };
    const response_point = point("response");
    return {
      ...{ budget, scores: point("scores") as PolicyPoint, random: point("random") as PolicyPoint },
      ...(response_point && { response: response_point }),
    };
  });
  const constants = pairs.filter(({ plan }) => plan.kind === "constant").map(({ estimate }) => estimate);
  return {
    ...{ rows: trial.rows, units: trial.unitCount, ...settings, points, constants },
    seconds: (performance.now() - start) / 1000,
  };
}

/** Values and costs of the arms but the control, in the trial's order. */
export interface Table {
  values: Float64Array[];
  costs: Float64Array[];
}

export function readTable(
  { names, rows }: ReadTrial,
  values: PolicyCurveInput["values"],
  costs: PolicyCurveInput["costs"],
): Table {
  plainObject(values, "values");
  plainObject(costs, "costs");
  const arms = names.slice(1);
  for (const [field, given] of [["values", values] as const, ["costs", costs] as const]) {
    const unknown = Object.keys(given).find((arm) => !arms.includes(arm));
    if (unknown !== undefined) {
      throw new RangeError(
        `${field} names the arm ${JSON.stringify(unknown)}; the trial's arms are ${arms.join(", ")}`,
      );
    }
    const missing = arms.find((arm) => (given as Record<string, unknown>)[arm] === undefined);
    if (missing !== undefined) throw new RangeError(`${field} has nothing for the arm ${JSON.stringify(missing)}`);
  }
  return {
    values: arms.map((arm) => numbers(values[arm] as NumberColumn, `values.${arm}`, rows)),
    costs: arms.map((arm) => {
      const cost = costs[arm] as number | NumberColumn;
      if (typeof cost === "number") return new Float64Array(rows).fill(finiteNumber(cost, `costs.${arm}`));
      return numbers(cost, `costs.${arm}`, rows);
    }),
  };
}

function candidates(
  trial: ReadTrial,
  table: Table,
  given: Float64Array | undefined,
  features: Record<string, Float64Array>,
  engine: Engine,
  seed: number,
): { scores: Table; response?: Table; random: Table } {
  const response = given ?? (Object.keys(features).length > 0 ? responsesOf(trial, features, true)(0) : undefined);
  const scratch = new Scratch(engine.arena);
  try {
    const { costs } = table;
    // Above 0, so that whoever comes first is taken while there is money.
    const least = response?.reduce((low, x) => Math.min(low, x), 0) ?? 0;
    return {
      scores: table,
      ...(response && { response: { costs, values: costs.map(() => response.map((x) => x - least)) } }),
      random: { costs, values: costs.map((_, k) => randomScores(engine, scratch, trial.rows, seed + k)) },
    };
  } finally {
    scratch.release();
  }
}

function readBudgets(budgets: readonly number[] | undefined): number[] | undefined {
  if (budgets === undefined) return undefined;
  budgets.forEach((budget, i) => {
    if (finiteNumber(budget, `budgets[${i}]`) < 0)
      throw new RangeError(`budgets[${i}] must not be negative, got ${budget}`);
  });
  return [...new Set(budgets)].sort((a, b) => a - b);
}

function evenBudgets(engine: Engine, trial: ReadTrial, table: Table): number[] {
  return withOffers(engine, trial, table, (offers) => {
    const { cost } = allocate(offers, {});
    if (!(cost > 0)) throw new RangeError("nothing costs anything at any budget: give budgets, or other costs");
    return Array.from({ length: POINTS }, (_, k) => (cost * (k + 1)) / POINTS);
  });
}

function allocated(engine: Engine, trial: ReadTrial, table: Table, budgets: readonly number[], kind: Kind): Planned[] {
  return withOffers(engine, trial, table, (offers) =>
    budgets.map((budget): Planned => {
      const { choices, cost, value } = allocate(offers, { budget });
      const arm = Uint16Array.from(choices);
      return { name: `${kind} at ${budget}`, arm, kind, budget, spend: cost, promised: value };
    }),
  );
}

function withOffers<T>(engine: Engine, trial: ReadTrial, { values, costs }: Table, use: (offers: Offers) => T): T {
  const offers = new Offers(engine, { users: trial.rows, options: trial.names.slice(1) });
  try {
    values.forEach((column, k) => {
      offers.set(k, 0, column, costs[k] as Float64Array);
    });
    return use(offers);
  } finally {
    offers.release();
  }
}
