/**
 * What a policy would have brought, from a trial of other assignments: EOM by IPW, Hájek (ERUPT) and AIPW, and PMG.
 *
 *   m_i = 1[t_i = π(x_i)],  w_i = m_i / p_i
 *   IPW    Σ w y / N                        unbiased where the chances are true
 *   Hájek  Σ w y / Σ w                      ERUPT; the default of ours: it does not move when a constant is added to y
 *   AIPW   Σ Γ_i(π(x_i)) / N,  Γ_i(a) = μ_a(x_i) + 1[t_i = a] (y_i − μ_a(x_i)) / p_i
 *
 * Sources: Zhao, Fang and Simchi-Levi (2017) for EOM; Hitsch and Misra (2018) and mr_uplift for ERUPT; Robins, Rotnitzky and
 * Zhao (1994) for AIPW; LBCF (2022) for PMG.
 */
import { kind, plainObject } from "../../engine/check.js";
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { bootstrap, engineOf, type Sampled, type Settings, settingsOf } from "./bootstrap.js";
import { potential, type Responses, responsesOf } from "./effects.js";
import { checkFields, readFeatures } from "./fields.js";
import { Columns, Resamples } from "./kernel.js";
import { numbers, type ReadTrial, readTrial } from "./trial.js";
import type { BootstrapOptions, Estimate, PolicyEstimate, PolicyInput, PolicyValues } from "./types.js";

const INPUT = ["treatment", "control", "outcome", "cost", "propensity", "cluster", "policies", "features"];
const OPTIONS = ["resamples", "level", "seed", "engine", "signal", "onProgress"];

/**
 * Estimates what policies would have brought per row, and cost, from a trial or from a log with known chances.
 *
 * @param input the trial, and for each policy the arm it gives each row. `features` serve the models in AIPW.
 * @returns by policy: outcome (and cost) per row by IPW, Hájek and AIPW with bootstrap intervals, effective sample size, PMG.
 * @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming the row.
 * @example
 * const { policies } = policyValue({ treatment, outcome, propensity, policies: { everyone: treatment.map(() => 1) } });
 */
export function policyValue(input: PolicyInput, options: BootstrapOptions = {}): PolicyValues {
  const start = performance.now();
  checkFields(input, INPUT, "the input");
  checkFields(options, OPTIONS, "the options");
  const settings = settingsOf(options);
  const { policies: given, ...rest } = input;
  const trial = readTrial(rest);
  const responses = responsesOf(trial, readFeatures(input.features, trial.rows));
  plainObject(given, "policies");
  const policies = Object.entries(given).map(([name, one]) => readPolicy(name, one, trial));
  if (policies.length === 0) throw new RangeError("policies is empty: give at least one");
  const estimates = estimatePolicies(trial, responses, policies, settings, options);
  return {
    ...{ rows: trial.rows, units: trial.unitCount, ...settings, policies: estimates.map(({ estimate }) => estimate) },
    seconds: (performance.now() - start) / 1000,
  };
}

export interface Policy {
  name: string;
  /** Number of the arm in the trial's names, by row. */
  arm?: Uint16Array;
  /** Or the chance with which it gives each row the arm that the row got. */
  chance?: Float64Array;
}

type GivenPolicy = PolicyInput["policies"][string];

function readPolicy(name: string, given: GivenPolicy, trial: ReadTrial): Policy {
  const { names, rows } = trial;
  if (typeof given === "object" && given !== null && "chance" in given) {
    const chance = numbers(given.chance, `policies.${name}.chance`, rows);
    const bad = chance.findIndex((p) => !(p >= 0 && p <= 1));
    if (bad >= 0) throw new RangeError(`policies.${name}.chance[${bad}] must be from 0 to 1, got ${chance[bad]}`);
    return { name, chance };
  }
  const arms = given as ArrayLike<number | string>;
  if (!Array.isArray(arms) && !ArrayBuffer.isView(arms))
    throw new TypeError(`policies.${name} must be an array of arms by row, got ${kind(arms)}`);
  if (arms.length !== rows) throw new RangeError(`policies.${name} has ${arms.length} rows, outcome has ${rows}`);
  const numberOf = new Map(names.map((arm, a): [string, number] => [arm, a]));
  const arm = Uint16Array.from(arms, (one, i) => {
    const a = numberOf.get(String(one));
    if (a !== undefined) return a;
    const text = JSON.stringify(one);
    throw new RangeError(`policies.${name}[${i}] is ${text}, which no row of the trial got: nothing tells its value`);
  });
  return { name, arm };
}

/** All policies on the same resamples, and their samples: numbers 0 to 2 are the outcome by IPW, Hájek and AIPW. */
export function estimatePolicies(
  trial: ReadTrial,
  responses: Responses,
  policies: readonly Policy[],
  settings: Settings,
  options: BootstrapOptions,
): { estimate: PolicyEstimate; sampled: Sampled }[] {
  const engine = engineOf(options);
  const scratch = new Scratch(engine.arena);
  try {
    const resamples = new Resamples(engine, scratch, trial.unitCount, settings.seed);
    const potentials = trial.names.map((_, a) => potential(trial, responses, a));
    const costs = trial.cost && potentialsOf({ ...trial, outcome: trial.cost });
    const placed = policies.map((policy) => placePolicy(engine, scratch, resamples, trial, policy, potentials, costs));
    const sampled = bootstrap(
      resamples,
      placed.map(({ count }) => count),
      settings,
      options,
    );
    return placed.map((one, s) => {
      const own = sampled[s] as Sampled;
      return { estimate: estimateOf(trial, one, own), sampled: own };
    });
  } finally {
    scratch.release();
  }
}

/** Γ by arm with each arm's mean for a model. */
function potentialsOf(trial: ReadTrial): Float64Array[] {
  const means = responsesOf(trial, {});
  return trial.names.map((_, a) => potential(trial, means, a));
}

interface PlacedPolicy extends Policy {
  count: () => number[];
  matched: number;
  effective: number;
  deviation: number;
}

/** Numbers of a policy: outcome by the three estimators, cost by the three, PMG, its gain. */
const WIDTH = 8;

function placePolicy(
  engine: Engine,
  scratch: Scratch,
  resamples: Resamples,
  trial: ReadTrial,
  { name, arm, chance: given }: Policy,
  potentials: readonly Float64Array[],
  costs: readonly Float64Array[] | undefined,
): PlacedPolicy {
  const { rows, outcome, cost, chance, units } = trial;
  const [w, wy, gamma, wc, gammaCost] = Array.from({ length: 5 }, () => new Float64Array(rows)) as Five;
  let [matched, sum, squares, ySum] = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const a = arm?.[i] ?? 0;
    gamma[i] = arm ? ((potentials[a] as Float64Array)[i] as number) : Number.NaN;
    gammaCost[i] = arm && costs ? ((costs[a] as Float64Array)[i] as number) : Number.NaN;
    const share = arm ? Number(trial.arm[i] === a) : ((given as Float64Array)[i] as number);
    if (share === 0) continue;
    const weight = share / (chance[i] as number);
    w[i] = weight;
    wy[i] = weight * (outcome[i] as number);
    if (cost) wc[i] = weight * (cost[i] as number);
    matched++;
    sum += weight;
    squares += weight * weight;
    ySum += wy[i] as number;
  }
  const columns = new Columns(engine, scratch, resamples, units, cost ? [w, wy, gamma, wc, gammaCost] : [w, wy, gamma]);
  const cells = arm && new Columns(engine, scratch, resamples, units, matchedColumns(trial, arm));
  const mean = ySum / sum;
  let variance = 0;
  for (let i = 0; i < rows; i++) variance += ((w[i] as number) / sum) * ((outcome[i] as number) - mean) ** 2;
  const effective = (sum * sum) / squares;
  const count = () => {
    const [N, W, Y, G, C = Number.NaN, GC = Number.NaN] = columns.sums() as unknown as [number, number, number, number];
    const { pmg, gain } = cells ? matchedGain(cells.sums(), trial.names.length) : { pmg: Number.NaN, gain: Number.NaN };
    return [Y / N, Y / W, G / N, C / N, C / W, GC / N, pmg, gain];
  };
  return { name, arm, count, matched, effective, deviation: Math.sqrt(variance / effective) };
}

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** By arm but the control: sent there, matched, their outcomes; then controls and their outcomes. */
function matchedColumns({ rows, arm, outcome, names }: ReadTrial, policy: Uint16Array): Float64Array[] {
  const columns = Array.from({ length: 3 * (names.length - 1) + 2 }, () => new Float64Array(rows));
  const put = (column: number, i: number, x: number) => {
    (columns[column] as Float64Array)[i] = x;
  };
  const base = 3 * (names.length - 1);
  for (let i = 0; i < rows; i++) {
    const sent = policy[i] as number;
    const got = arm[i] as number;
    if (sent > 0) put(3 * (sent - 1), i, 1);
    if (sent > 0 && sent === got) {
      put(3 * (sent - 1) + 1, i, 1);
      put(3 * (sent - 1) + 2, i, outcome[i] as number);
    }
    if (got > 0) continue;
    put(base, i, 1);
    put(base + 1, i, outcome[i] as number);
  }
  return columns;
}

/** Mean outcome of the rows that got what the policy gives them, arms weighed by how many it sends there; arms without a match are left out. */
function matchedGain(sums: Float64Array, arms: number): { pmg: number; gain: number } {
  let [sent, total] = [0, 0];
  for (let a = 0; a < arms - 1; a++) {
    const [there, matched, y] = sums.subarray(1 + 3 * a) as unknown as [number, number, number];
    if (there === 0 || matched === 0) continue;
    sent += there;
    total += (there * y) / matched;
  }
  const [controls, y] = sums.subarray(1 + 3 * (arms - 1)) as unknown as [number, number];
  const base = y / controls;
  return { pmg: total / sent, gain: (total / sent - base) / base };
}

function estimateOf(trial: ReadTrial, one: PlacedPolicy, sampled: Sampled): PolicyEstimate {
  const { name, arm, matched, effective, deviation } = one;
  const estimates = Array.from({ length: WIDTH }, (_, j): Estimate => {
    const { value: own, error, low, high } = sampled.estimate(j);
    return { value: own, error, low, high };
  });
  const [ipw, hajek, aipw, costIpw, costHajek, costAipw, value, gain] = estimates as Eight;
  if (!arm) {
    const outcome = { ipw, hajek, eruptError: deviation };
    return {
      ...{ name, matched, effective, outcome },
      ...(trial.cost && { cost: { ipw: costIpw, hajek: costHajek } }),
    };
  }
  const sent = trial.names.map((of, a) => ({ arm: of, rows: arm.reduce((n, x) => n + Number(x === a), 0) }));
  return {
    ...{ name, sent, matched, effective },
    outcome: { ipw, hajek, aipw, eruptError: deviation },
    ...(trial.cost && { cost: { ipw: costIpw, hajek: costHajek, aipw: costAipw } }),
    pmg: { value, gain, utilisation: 1 - (sent[0] as { rows: number }).rows / trial.rows },
  };
}

type Eight = [Estimate, Estimate, Estimate, Estimate, Estimate, Estimate, Estimate, Estimate];
