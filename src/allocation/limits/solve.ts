/**
 * Several limits: dual → repair → result, with one of three outcomes.
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Counting } from "../counting.js";
import type { Offers } from "../offers.js";
import type { AllocationOptions, AllocationRequest } from "../types.js";
import { solveDual } from "./dual/dual.js";
import { type Clash, findClash, unservedClash } from "./impossible/clash.js";
import { proofOf } from "./impossible/proof.js";
import { Problem, type Repaired } from "./problem.js";
import { repair } from "./repair.js";

export interface LimitsSolved {
  problem: Problem;
  status: "met" | "impossible" | "not found";
  prices: Float64Array;
  bound: number;
  /** The dual's own bound: of plans of parts of options. */
  relaxed: number;
  /** Address of the choices, of columns. */
  choices: number;
  phases: Record<string, number>;
  stopped?: Repaired["stopped"];
  clash?: Clash;
}

/** Prices are held below the first, and below more while no proof and no mix of plans is found, in elasticities. */
const PENALTIES = [1e3, 1e6, 1e9, 1e12];

/** Whether a request has limits beside a budget. */
export function hasLimits({ stock, groups, minReturn, minSpend, resources }: AllocationRequest): boolean {
  const some = Object.keys(stock ?? {}).length + (groups ?? []).length + (resources ?? []).length;
  return some > 0 || minReturn !== undefined || minSpend !== undefined;
}

/** `isTrial`: only whether a plan is found without a long search; a request that is impossible is not looked into. */
export function solveLimits(
  offers: Offers,
  request: AllocationRequest,
  money: Counting,
  scratch: Scratch,
  options: AllocationOptions,
  isTrial = false,
): LimitsSolved {
  const problem = new Problem(offers, request, money, scratch, options);
  const phases: Record<string, number> = {};
  const timed = <T>(phase: string, work: () => T): T => {
    const start = performance.now();
    try {
      return work();
    } finally {
      phases[phase] = (phases[phase] ?? 0) + (performance.now() - start) / 1000;
    }
  };
  let dual = solveDual(problem, { penalty: PENALTIES[0] as number }, timed);
  const solved = (status: LimitsSolved["status"], rest?: Partial<LimitsSolved>): LimitsSolved => {
    const { prices, bound, choices } = dual;
    return { problem, status, prices, bound, relaxed: bound, choices, phases, ...rest };
  };
  const meets = (other: AllocationRequest) =>
    solveLimits(offers, other, money, scratch, options, true).status === "met";
  const clashOf = (): Partial<LimitsSolved> | undefined => {
    if (isTrial) return dual.unserved > 0 || proofOf(problem, new Set(problem.rows.keys())) ? {} : undefined;
    const clash = dual.unserved > 0 ? unservedClash(problem, dual.unserved, meets) : findClash(problem, meets);
    return clash && { clash };
  };
  for (const penalty of PENALTIES.slice(1)) {
    if (dual.held && dual.unserved === 0) break;
    const clash = timed("proof", clashOf);
    if (clash) return solved("impossible", clash);
    scratch.give(dual.choices);
    dual = solveDual(problem, { penalty }, timed);
  }
  const repaired = timed("repair", () => repair(problem, dual, dual.choices, isTrial));
  const bound = Math.min(dual.bound, repaired.bound ?? Number.POSITIVE_INFINITY);
  return solved(repaired.held ? "met" : "not found", { bound, stopped: repaired.stopped });
}
