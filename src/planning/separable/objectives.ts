/** Every objective by solves of the one problem: most response for a budget, money kept being worth a fee. */
import type { Ask, Solver } from "../solver.js";
import type { PlanProblem, PlanResult, Stopped } from "../types.js";
import type { Solved } from "./finish.js";
import { leastSpend, targetRatio } from "./targets.js";

/** A plan; or the proof that there is none; or a search that ended before either. */
export type Outcome = Solved | { clash: NonNullable<PlanResult["clash"]> } | { stopped: Stopped };

export function solveObjective(solver: Solver, problem: PlanProblem, tolerance: number, ask: Ask = {}): Outcome {
  const { objective = { type: "response" } } = problem;
  const { budget } = solver.model;
  switch (objective.type) {
    case "least-spend":
      return leastSpend(solver, problem, objective.target, tolerance);
    case "target-roas":
      return targetRatio(solver, problem, objective.atLeast, tolerance);
    case "target-cpa":
      return targetRatio(solver, problem, 1 / objective.atMost, tolerance);
    default: {
      const fee = objective.type === "profit" ? 1 / (objective.margin ?? 1) : 0;
      const found = solver.solve(Number.isFinite(budget) ? budget : solver.worthAtMost(fee), fee, ask);
      if (found.x) return solver.finish(found, fee, {});
      return found.stopped ? { stopped: found.stopped } : { clash: unreachable(problem) };
    }
  }
}

/** The limits on sums allow a plan, presence does not: the search has seen every pattern of it. */
function unreachable(problem: PlanProblem): NonNullable<PlanResult["clash"]> {
  const nearest = structuredClone(problem) as PlanProblem;
  const limits: string[] = [];
  const free = (line: { presence?: unknown }, path: string) => {
    if (line.presence === undefined) return;
    limits.push(`${path}.presence`);
    line.presence = undefined;
  };
  nearest.channels.forEach((channel, c) => {
    free(channel, `channels[${c}]`);
    channel.campaigns?.forEach((campaign, k) => {
      free(campaign, `channels[${c}].campaigns[${k}]`);
    });
  });
  return { limits, reason: "no choice of channels that spend nothing or enough keeps the limits on sums", nearest };
}
