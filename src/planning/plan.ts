/** The public solve of a plan: checks, solves, and reports with its proof. */
import { finiteNumber, kind, plainObject, wholeNumber } from "../engine/check.js";
import { Engine } from "../engine/engine.js";
import { checkPlan, MOST_UNITS } from "./check.js";
import { Drawn } from "./draws/drawn.js";
import { addOutcomes } from "./draws/report.js";
import { solveRisk } from "./draws/risk/averse.js";
import { modelOf } from "./model.js";
import { reportOf } from "./report/report.js";
import { termsOf } from "./report/terms.js";
import { checkBy, type Schema } from "./schema.js";
import { solveObjective } from "./separable/objectives.js";
import { startAt } from "./separable/start.js";
import { methodOf, solverFor } from "./solvers.js";
import type { BaselineOptions, Method, PlanOptions, PlanProblem, PlanResult, Risk } from "./types.js";

const FIELDS = [
  ...["engine", "method", "tolerance", "nodes", "starts", "seconds", "seed", "signal", "onProgress", "baselines"],
];
const METHODS = ["separable", "flighting"];

export const TOLERANCE = 1e-6;
/** Of risks over draws, whose measures have corners. */
const RISK_TOLERANCE = 1e-5;

/**
 * Plans how much each channel spends, with a proof of how near the optimum the plan is.
 *
 * @param problem channels with response curves, a budget, limits and an objective: see `PlanProblem` and the published
 *   plan.schema.json.
 * @returns spend by channel and period, its response, a bound that no plan within the limits exceeds, the gap between them,
 *   the price of money in the proof and the marginal at the plan. `status` is "impossible" when no plan keeps the limits,
 *   with the limits that clash and the nearest problem that is possible.
 * @throws {TypeError} for a wrong kind, an unknown or a missing field; {RangeError} for a wrong value; naming the field.
 * @throws {CeilingError} when the curves do not fit under the engine's ceiling.
 * @example
 * const { spend, response, bound } = planBudget({
 *   budget: 60,
 *   channels: [
 *     { name: "search", curve: { type: "hill", max: 100, half: 50, shape: 3 } },
 *     { name: "tv", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
 *   ],
 * });
 */
export function planBudget(problem: PlanProblem, options: PlanOptions = {}): PlanResult {
  return planFrom(problem, options);
}

/** As `planBudget`, from the plan of a problem like this one: where that keeps the limits here, the search starts at it. */
export function planFrom(problem: PlanProblem, options: PlanOptions, near?: PlanResult): PlanResult {
  return planMended(problem, options, near, 0);
}

/** As `planFrom`; `mends` nearest problems lie between it and the caller's. */
function planMended(
  problem: PlanProblem,
  options: PlanOptions,
  near: PlanResult | undefined,
  mends: number,
): PlanResult {
  const start = performance.now();
  checkOptions(options);
  const plan = checkPlan(problem);
  checkBaselines(plan, options.baselines ?? {});
  options.signal?.throwIfAborted();
  const model = modelOf(plan);
  const method = methodOf(model, options.method);
  const engine = options.engine ?? ownEngine();
  const tolerance = options.tolerance ?? (plan.risk ? RISK_TOLERANCE : TOLERANCE);
  const { solver, clash } = solverFor(engine, model, method, { ...options, tolerance }, start);
  if (!solver) return refused(plan, method, settled(clash, options, mends), start);
  try {
    const solved = solveObjective(solver, plan, tolerance, near && startAt(solver, near));
    if ("clash" in solved) return refused(plan, method, solved.clash, start);
    if ("stopped" in solved) {
      const { nodes } = solver;
      return { ...refused(plan, method, undefined, start), status: "not found", stopped: solved.stopped, nodes };
    }
    const averse = solver instanceof Drawn && plan.risk && plan.risk.type !== "expectation";
    const chosen = averse ? solveRisk(solver, solved, plan.risk as Risk, tolerance) : { solved };
    const x = solver.unordered(chosen.solved.x);
    const result = reportOf(solver, chosen.solved, options);
    if ("risk" in chosen) result.risk = chosen.risk;
    if (solver instanceof Drawn) addOutcomes(result, solver, x);
    if (plan.objective?.type === "blend") result.terms = termsOf(solver, plan, engine, x);
    result.seconds = (performance.now() - start) / 1000;
    return result;
  } finally {
    solver.release();
  }
}

/** Nearest problems of nearest problems that are looked at: numbers at their last digits may ask for ever more. */
const MENDS = 8;

/** A clash whose nearest problem is possible for presence as well, which only a search can tell. */
function settled(
  clash: NonNullable<PlanResult["clash"]>,
  options: PlanOptions,
  mends: number,
): NonNullable<PlanResult["clash"]> {
  const { nearest, limits, reason } = clash;
  const lines = nearest.channels.flatMap((channel) => [channel, ...(channel.campaigns ?? [])]);
  if (mends === MENDS || !lines.some(({ presence }) => presence)) return clash;
  const asked = { ...nearest, objective: undefined, budget: nearest.budget ?? ANY };
  // Limits so large that whole units of the money they need could not be counted: it is no plan to look for.
  if (asked.unit !== undefined && asked.budget / asked.unit > MOST_UNITS) return clash;
  const next = planMended(asked, options, undefined, mends + 1).clash;
  // The same again: there was nothing left to mend.
  if (!next || next.reason === reason) return clash;
  const { budget, objective } = nearest;
  return { limits: [...new Set([...limits, ...next.limits])], reason, nearest: { ...next.nearest, budget, objective } };
}

/** More money than any plan has, where a plan names none. */
const ANY = 1e15;

let shared: Engine | undefined;

/** One small engine for callers that bring none. */
export function ownEngine(): Engine {
  shared ??= new Engine();
  return shared;
}

/** Baselines as an option: checked as plans are. */
const BASELINES: Schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    shares: { type: "object", additionalProperties: { type: "number", minimum: 0 } },
    growth: { type: "number", minimum: -1 },
    edits: {
      type: "array",
      items: {
        type: "object",
        required: ["channel", "amount"],
        additionalProperties: false,
        properties: {
          channel: { type: "string" },
          period: { type: "integer", minimum: 1 },
          amount: { type: "number", minimum: 0 },
        },
      },
    },
  },
};

/** Channels and periods that baselines name are the plan's. */
function checkBaselines({ channels, periods = 1 }: PlanProblem, { shares = {}, edits = [] }: BaselineOptions): void {
  const names = new Set(channels.map(({ name }) => name));
  const known = (name: string, path: string): void => {
    if (names.has(name)) return;
    throw new RangeError(`${path}: there is no "${name}"; known are ${[...names].slice(0, 20).join(", ")}`);
  };
  for (const name of Object.keys(shares)) known(name, "baselines.shares");
  edits.forEach(({ channel, period = 1 }, i) => {
    known(channel, `baselines.edits[${i}].channel`);
    if (period <= periods) return;
    throw new RangeError(`baselines.edits[${i}].period must be at most ${periods}, the last period, got ${period}`);
  });
}

export function checkOptions(options: PlanOptions): void {
  plainObject(options, "the options");
  for (const field of Object.keys(options)) {
    if (!FIELDS.includes(field)) {
      throw new TypeError(`the options have no field "${field}"; their fields are ${FIELDS.join(", ")}`);
    }
  }
  if (options.baselines !== undefined) checkBy(options.baselines, BASELINES, "baselines");
  const { method, tolerance, nodes, starts, seconds, engine, seed } = options;
  if (engine !== undefined && !(engine instanceof Engine)) {
    throw new TypeError(`engine must be made by createEngine, got ${kind(engine)}`);
  }
  if (method !== undefined && !METHODS.includes(method)) {
    throw new RangeError(`method must be one of ${METHODS.join(", ")}, got ${JSON.stringify(method)}`);
  }
  if (tolerance !== undefined && !(finiteNumber(tolerance, "tolerance") >= 0)) {
    throw new RangeError(`tolerance must be at least 0, such as 1e-6, got ${tolerance}`);
  }
  if (nodes !== undefined) wholeNumber(nodes, "nodes", 1, 1e9);
  if (starts !== undefined) wholeNumber(starts, "starts", 1, 1e6);
  if (seed !== undefined) wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  if (seconds !== undefined && !(finiteNumber(seconds, "seconds") > 0)) {
    throw new RangeError(`seconds must be above 0, got ${seconds}`);
  }
}

function refused(problem: PlanProblem, method: Method, clash: PlanResult["clash"], start: number): PlanResult {
  return {
    status: "impossible",
    spend: problem.channels.map(() => new Array<number>(problem.periods ?? 1).fill(0)),
    ...{ response: 0, bound: 0, gap: 0, price: 0, marginal: 0, spent: 0, unspent: 0, reserve: 0 },
    ...{ channels: [], limits: [], baselines: [], moves: [] },
    kkt: { stationarity: 0, feasibility: 0, complementarity: 0, dual: 0 },
    method,
    nodes: 0,
    rootGap: 0,
    seconds: (performance.now() - start) / 1000,
    ...(clash ? { clash } : {}),
    schema: 1,
  };
}
