/** The frontier between response now and response later: the best plan at every weight of a blend. */
import { finiteNumber, plainObject, wholeNumber } from "../engine/check.js";
import { planFrom } from "./plan.js";
import type { PlanOptions, PlanProblem, PlanResult } from "./types.js";

export interface PlanBlendOptions extends PlanOptions {
  /** How many weights, evenly spaced from 0 to 1 (default 11) … */
  points?: number;
  /** … or these. */
  weights?: readonly number[];
}

export interface PlanBlendPoint {
  /** Of the short term; the long term has the rest. */
  weight: number;
  shortTerm: number;
  longTerm: number;
  /** weight · shortTerm + (1 − weight) · longTerm, and what no plan exceeds at this weight. */
  response: number;
  bound: number;
  spend: number[][];
}

export interface PlanBlend {
  status: PlanResult["status"];
  /** By weight, ascending: plans of which none is worse than another in both terms. */
  points: PlanBlendPoint[];
  /** Weights whose plan another one is at least as good as in both terms: ties, and what the tolerance leaves open. */
  dominated: number[];
  clash?: PlanResult["clash"];
  seconds: number;
  schema: 1;
}

/**
 * The best plans from "all for later" (weight 0) to "all for now" (weight 1), each certified, each search starting at the
 * one before. `longTerm` of channels says what a unit of response brings later. Source: budget-optimisation checklist, 15.
 *
 * @throws {TypeError | RangeError} as `planBudget`; for weights that are no numbers from 0 to 1.
 * @example const { points } = planBlend(problem, { points: 21 });
 */
export function planBlend(problem: PlanProblem, options: PlanBlendOptions = {}): PlanBlend {
  const start = performance.now();
  plainObject(options, "the options");
  const { points: count = 11, weights: given, ...rest } = options;
  wholeNumber(count, "points", 2, 10_000);
  const weights = [...(given ?? Array.from({ length: count }, (_, i) => i / (count - 1)))];
  weights.forEach((weight, i) => {
    if (finiteNumber(weight, `weights[${i}]`) >= 0 && weight <= 1) return;
    throw new RangeError(`weights[${i}] must be from 0 to 1, got ${weight}`);
  });
  weights.sort((a, b) => a - b);
  const found: PlanBlendPoint[] = [];
  let before: PlanResult | undefined;
  for (const weight of weights) {
    const plan = planFrom({ ...problem, objective: { type: "blend", weight } }, rest, before);
    const { status, terms, response, bound, spend, clash } = plan;
    if (status !== "met" || !terms) {
      const seconds = (performance.now() - start) / 1000;
      return { status, points: [], dominated: [], ...(clash ? { clash } : {}), seconds, schema: 1 };
    }
    before = plan;
    found.push({ weight, ...terms, response, bound, spend });
  }
  const kept = found.filter((one, i) => !found.some((other, k) => k !== i && dominates(other, one, k < i)));
  const dominated = found.filter((one) => !kept.includes(one)).map(({ weight }) => weight);
  const seconds = (performance.now() - start) / 1000;
  return { status: "met", points: kept, dominated, seconds, schema: 1 };
}

/** Of two that are alike the first stays. */
function dominates(a: PlanBlendPoint, b: PlanBlendPoint, first: boolean): boolean {
  if (a.shortTerm < b.shortTerm || a.longTerm < b.longTerm) return false;
  return a.shortTerm > b.shortTerm || a.longTerm > b.longTerm || first;
}
