/** Questions around a plan: all budgets in one sweep, and the same plan with a channel pinned, banned, scaled, a limit changed. */
import { finiteNumber, plainObject, wholeNumber } from "../engine/check.js";
import { checkPlan } from "./check.js";
import { modelOf } from "./model.js";
import { checkOptions, ownEngine, planBudget, TOLERANCE } from "./plan.js";
import { spendOf } from "./report/report.js";
import { methodOf, solverFor } from "./solvers.js";
import type { Channel, PlanOptions, PlanProblem, PlanResult } from "./types.js";

export interface PlanFrontierOptions extends PlanOptions {
  /** How many budgets, evenly spaced from half to twice the problem's (default 41) … */
  points?: number;
  /** … or these. */
  budgets?: readonly number[];
}

export interface PlanFrontierPoint {
  budget: number;
  /** Response of the plan, and what no plan of this budget exceeds. */
  response: number;
  bound: number;
  spent: number;
  /** The price of money in the proof. */
  price: number;
  /** Response for each unit of money on the way to the next budget; absent at the last. */
  gain?: number;
  /** Whether no mix of two other budgets of the frontier brings more on average: its upper concave envelope. */
  onEnvelope: boolean;
  spend: number[][];
}

export interface PlanFrontier {
  status: "met" | "impossible";
  /** Ascending; budgets below the floors are left out. */
  points: PlanFrontierPoint[];
  nodes: number;
  seconds: number;
  schema: 1;
}

/**
 * The best plan at many budgets, each certified, each search starting from the one before.
 *
 * @throws {TypeError | RangeError} as `planBudget`; for budgets that are no numbers above zero.
 * @example const { points } = planFrontier(problem, { points: 200 });
 */
export function planFrontier(problem: PlanProblem, options: PlanFrontierOptions = {}): PlanFrontier {
  const start = performance.now();
  plainObject(options, "the options");
  const { points = 41, budgets: given, ...rest } = options;
  wholeNumber(points, "points", 2, 100_000);
  const plan = checkPlan(problem);
  if (plan.objective && plan.objective.type !== "response" && plan.objective.type !== "blend") {
    throw new RangeError(`a frontier is of most response by budget; the objective is ${plan.objective.type}`);
  }
  if (plan.risk && plan.risk.type !== "expectation") {
    throw new RangeError(
      `a frontier is of expected response; the risk is ${plan.risk.type}: plan each budget by itself`,
    );
  }
  const middle = plan.budget as number;
  const budgets = [...(given ?? Array.from({ length: points }, (_, i) => middle * (0.5 + (1.5 * i) / (points - 1))))];
  budgets.forEach((budget, i) => {
    if (!(finiteNumber(budget, `budgets[${i}]`) > 0))
      throw new RangeError(`budgets[${i}] must be above 0, got ${budget}`);
  });
  budgets.sort((a, b) => a - b);
  const most = budgets.at(-1) as number;
  checkOptions(rest);
  const model = modelOf({ ...plan, budget: Math.max(most, middle) });
  const settings = { ...rest, tolerance: rest.tolerance ?? TOLERANCE };
  const { solver } = solverFor(rest.engine ?? ownEngine(), model, methodOf(model, rest.method), settings, start);
  if (!solver)
    return { status: "impossible", points: [], nodes: 0, seconds: (performance.now() - start) / 1000, schema: 1 };
  try {
    const found: PlanFrontierPoint[] = [];
    const kept = model.reserve;
    let before: Float64Array | undefined;
    const overTime = solver.method === "flighting";
    for (const budget of overTime ? middlesFirst(budgets) : budgets) {
      const solved = solver.solve(Math.max(0, budget - kept), 0, { start: before });
      if (!solved.x) continue;
      // A plan of less money is one of more, too; over time the solver remembers by itself.
      before = plan.spend === "exactly" || overTime ? undefined : solved.x;
      const { x, response, spent, bound } = solver.finish(solved, 0, {});
      const spend = spendOf(model, solver.unordered(x));
      found.push({
        budget,
        response,
        bound: Math.max(bound, response),
        spent,
        price: solved.price,
        onEnvelope: true,
        spend,
      });
      rest.onProgress?.({ phase: "budgets", done: found.length, total: budgets.length, response, bound });
    }
    const { nodes } = solver;
    found.sort((a, b) => a.budget - b.budget);
    compare(found);
    return {
      status: found.length > 0 ? "met" : "impossible",
      points: found,
      nodes,
      seconds: (performance.now() - start) / 1000,
      schema: 1,
    };
  } finally {
    solver.release();
  }
}

/** The ends, then the middle of every gap, the widest first: a plan over time starts between those of two other budgets. */
function middlesFirst(budgets: readonly number[]): number[] {
  const order = [0, budgets.length - 1];
  let gaps: [number, number][] = [[0, budgets.length - 1]];
  while (gaps.length > 0) {
    gaps = gaps.flatMap(([from, to]): [number, number][] => {
      if (to - from < 2) return [];
      const middle = (from + to) >> 1;
      order.push(middle);
      return [
        [from, middle],
        [middle, to],
      ];
    });
  }
  return [...new Set(order)].map((i) => budgets[i] as number);
}

/** Writes what points say to each other: gains, and which lie on the upper concave envelope. */
function compare(points: PlanFrontierPoint[]): void {
  const slope = (a: PlanFrontierPoint, b: PlanFrontierPoint) => (b.response - a.response) / (b.budget - a.budget);
  const hull: PlanFrontierPoint[] = [];
  points.forEach((point, i) => {
    const next = points[i + 1];
    if (next && next.budget > point.budget) point.gain = slope(point, next);
    for (;;) {
      const [before, last] = [hull.at(-2), hull.at(-1)];
      // What rounding may bend does not count.
      if (!before || !last || slope(last, point) <= slope(before, last) * (1 + 1e-9)) break;
      last.onEnvelope = false;
      hull.pop();
    }
    hull.push(point);
  });
}

/** One change to a plan. */
export type PlanChange =
  /** Exactly this much on a channel, in every period or in one (counted from 1). */
  | { pin: string; amount: number; period?: number }
  /** Nothing on a channel. */
  | { ban: string }
  /** This many times what the unchanged plan spends on a channel, period by period. */
  | { scale: string; factor: number }
  /** Other fields of a channel, such as { max: 500 }. */
  | { channel: string; set: Partial<Channel> }
  /** Other fields of the problem, such as { budget: 500 } or { objective: { type: "profit" } }. */
  | { set: Partial<PlanProblem> };

export interface Scenario {
  name: string;
  problem: PlanProblem;
  result: PlanResult;
  /** Against the unchanged plan; absent where the scenario is impossible. */
  responseChange?: number;
  spentChange?: number;
}

/**
 * Solves a plan as it is and with changes, by name.
 *
 * @throws {TypeError | RangeError} as `planBudget`, and for a change that names an unknown channel.
 * @example planScenarios(problem, { "no tv": [{ ban: "tv" }], "half": [{ set: { budget: 30 } }] });
 */
export function planScenarios(
  problem: PlanProblem,
  changes: Readonly<Record<string, readonly PlanChange[]>>,
  options: PlanOptions = {},
): { base: PlanResult; scenarios: Scenario[] } {
  const base = planBudget(problem, options);
  const scenarios = Object.entries(changes).map(([name, list]): Scenario => {
    const changed = list.reduce((before, change) => changePlan(before, change, base), problem);
    const result = planBudget(changed, options);
    if (base.status !== "met" || result.status !== "met") return { name, problem: changed, result };
    const responseChange = result.response - base.response;
    return { name, problem: changed, result, responseChange, spentChange: result.spent - base.spent };
  });
  return { base, scenarios };
}

/** The problem with one change; `base` is the plan that `scale` multiplies. */
export function changePlan(problem: PlanProblem, change: PlanChange, base?: PlanResult): PlanProblem {
  if ("pin" in change) {
    const { pin, amount, period } = change;
    find(problem, pin);
    return {
      ...problem,
      commitments: [...(problem.commitments ?? []), { channel: pin, amount, period, type: "exact" }],
    };
  }
  if ("ban" in change) {
    const { ban } = change;
    find(problem, ban);
    return { ...problem, commitments: [...(problem.commitments ?? []), { channel: ban, amount: 0, type: "exact" }] };
  }
  if ("scale" in change) {
    const { scale, factor } = change;
    const spend = base?.spend[find(problem, scale)];
    if (!spend || base?.status !== "met") throw new RangeError(`scale of "${scale}" needs the plan that it multiplies`);
    const commitments = spend.map((amount, t) => ({
      channel: scale,
      period: t + 1,
      amount: factor * amount,
      type: "exact" as const,
    }));
    return { ...problem, commitments: [...(problem.commitments ?? []), ...commitments] };
  }
  if ("channel" in change) {
    const c = find(problem, change.channel);
    return { ...problem, channels: problem.channels.with(c, { ...(problem.channels[c] as Channel), ...change.set }) };
  }
  return { ...problem, ...change.set };
}

function find({ channels }: PlanProblem, name: string): number {
  const found = channels.findIndex((channel) => channel.name === name);
  if (found < 0)
    throw new RangeError(`there is no channel "${name}"; known are ${channels.map((one) => one.name).join(", ")}`);
  return found;
}
