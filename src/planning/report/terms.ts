/** The two ends of a blend: what a plan brings now, and later. */
import type { Engine } from "../../engine/engine.js";
import { modelOf } from "../model.js";
import type { Solver } from "../solver.js";
import { solverFor } from "../solvers.js";
import type { PlanProblem, PlanResult } from "../types.js";

/** A plan by coordinate, scored by each end alone. */
export function termsOf(
  { method }: Solver,
  problem: PlanProblem,
  engine: Engine,
  plan: Float64Array,
): NonNullable<PlanResult["terms"]> {
  const of = (weight: 0 | 1): number => {
    const model = modelOf({ ...problem, objective: { type: "blend", weight } });
    const { solver } = solverFor(engine, model, method, { tolerance: 1 }, 0);
    // The limits are those of the plan that is scored.
    if (!solver) return 0;
    try {
      return solver.responseOf(plan);
    } finally {
      solver.release();
    }
  };
  return { shortTerm: of(1), longTerm: of(0) };
}
