/** `shadowprice plan PLAN.json`: how much each channel spends. */
import { examplePlan } from "../../embedded/plan.js";
import { planBudget } from "../../planning/plan.js";
import { type PlanFrontierPoint, planFrontier } from "../../planning/scenarios.js";
import type { Method, PlanOptions, PlanProblem, PlanResult } from "../../planning/types.js";
import { EXIT } from "../failure.js";
import { readJson } from "../given.js";
import { stoppable } from "../request.js";
import type { Terminal } from "../terminal.js";
import { planLines } from "./report.js";

export interface PlanFlags {
  budget?: number;
  method?: string;
  json?: boolean;
}

/** Budgets of the chart. */
const POINTS = 40;
/** Channels times periods beyond which the chart would take longer than the plan is worth waiting for. */
const CHARTED = 2000;

export async function planCommand(
  path: string,
  flags: PlanFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  return run(readPlan(path), path, flags, terminal, signal);
}

/** `npm start -- plan`. */
export async function planDemo(flags: PlanFlags, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const plan = examplePlan();
  return run(plan, plan.name ?? "example", flags, terminal, signal);
}

function run(read: PlanProblem, path: string, flags: PlanFlags, terminal: Terminal, signal: AbortSignal): number {
  const { budget, method, json } = flags;
  const problem = budget === undefined ? read : { ...read, budget };
  const progress = terminal.progress();
  const options: PlanOptions = {
    ...(method === undefined ? {} : { method: method as Method }),
    signal,
    onProgress: ({ phase, done, total }) =>
      progress.show(phase === "climb" ? "climbing" : "branch and bound", done, total),
  };
  try {
    const result = stoppable(() => planBudget(problem, options));
    progress.end();
    if (json) terminal.print(JSON.stringify(result));
    else if (result.status === "met") {
      for (const line of planLines(problem.name ?? path, problem, result, curveOf(problem, options), terminal))
        terminal.print(line);
    } else for (const line of refusal(result)) terminal.warn(line);
    return result.status === "met" ? EXIT.met : result.status === "impossible" ? EXIT.impossible : EXIT.notFound;
  } finally {
    progress.end();
  }
}

/** Best response at budgets around the plan's, where that is quick and is what the plan asks. */
function curveOf(problem: PlanProblem, options: PlanOptions): PlanFrontierPoint[] {
  const { objective, channels, periods = 1, budget = 0, reserve } = problem;
  const response = objective === undefined || objective.type === "response" || objective.type === "blend";
  if (!response || reserve || channels.length * periods > CHARTED || !(budget > 0)) return [];
  const budgets = Array.from({ length: POINTS }, (_, i) => (2 * budget * (i + 1)) / POINTS);
  // A curve in text shows no more than this.
  const { points } = planFrontier(
    { ...problem, unit: undefined, spend: undefined },
    { ...options, tolerance: 1e-4, starts: 4, budgets },
  );
  return points;
}

export function readPlan(file: string): PlanProblem {
  return readJson(file) as PlanProblem;
}

function refusal({ clash }: PlanResult): string[] {
  const lines = ["No plan can keep all limits."];
  if (clash) {
    lines.push(`${clash.reason}.`, `Limits that clash: ${clash.limits.join(", ")}.`);
    lines.push(`Nearest plan that is possible: ${JSON.stringify(clash.nearest)}`);
  }
  return lines;
}
