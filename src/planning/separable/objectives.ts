/** Every objective by solves of the one problem: most response for a budget, money kept being worth a fee. */
import type { PlanProblem, PlanResult } from "../types.js";
import { roundToUnits, trim } from "./fit.js";
import type { Found } from "./search.js";
import type { Separable } from "./separable.js";

export interface Solved {
  /** By position. */
  x: Float64Array;
  found: Found;
  /** Worth of a unit of money that is not spent, in response. */
  fee: number;
  /** What no plan's response exceeds. */
  bound: number;
  extra: Pick<PlanResult, "target" | "leastSpend" | "profit">;
}

export function solveObjective(
  separable: Separable,
  problem: PlanProblem,
): Solved | { clash: NonNullable<PlanResult["clash"]> } {
  const { objective = { type: "response" } } = problem;
  const { budget } = separable.framed.model;
  const fee = objective.type === "profit" ? 1 / (objective.margin ?? 1) : 0;
  const found = separable.solve(budget, fee);
  if (!found.x) return { clash: unreachable(problem) };
  return finish(separable, found, fee, {});
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

/** The plan in the caller's money, in whole units where they are asked, with the bound for it. */
export function finish(separable: Separable, found: Found, fee: number, extra: Solved["extra"]): Solved {
  const { unit } = separable.framed.model.problem;
  const best = found.x as Float64Array;
  let x: Float64Array = best.slice();
  if (unit) x = roundToUnits(separable, x, unit, fee);
  trim(separable, x);
  return { x, found, fee, bound: found.bound, extra };
}
