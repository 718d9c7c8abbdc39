/** What the channels' page and its worker say to each other. */
import type { PlanFrontierPoint } from "../../planning/scenarios.js";
import type { PlanProblem, PlanResult } from "../../planning/types.js";

export interface Planned {
  problem: PlanProblem;
  result: PlanResult;
  /** What the plan does, said in sentences. */
  sentences: string[];
}

/** Response to spend in one period, for one channel by itself. */
export interface ResponseCurve {
  spend: number[];
  response: number[];
}

export type Budgets = Pick<PlanFrontierPoint, "budget" | "response" | "spent">[];
