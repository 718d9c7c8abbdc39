/**
 * Targets by certified solves at chosen budgets. A solve at budget B leaves lines, best(B′) ≤ max (bound − price · (B − B′))
 * over its leaves for every B′ ≤ B (weak duality in each leaf's boxes): they rule budgets out without another solve.
 */
import type { Solver } from "../solver.js";
import type { PlanProblem, PlanResult } from "../types.js";
import type { Solved } from "./finish.js";
import type { Found } from "./search.js";

type Answer = Solved | { clash: NonNullable<PlanResult["clash"]> };
/** Solves for one target; each narrows as Newton's method does. */
const TURNS = 200;

function span(solver: Solver): { least: number; most: number } {
  const { least, most } = solver.span();
  return { least, most: Math.min(most, solver.model.budget) };
}

/** The least budget, proven from below, whose best plan reaches `target`. */
export function leastSpend(solver: Solver, problem: PlanProblem, target: number, tolerance: number): Answer {
  const { least, most } = span(solver);
  let low = least;
  let high = Number.isFinite(most) ? most : Math.max(1, 2 * least);
  let best = solver.solve(high, 0, { decide: target });
  while (best.value < target && high < most && high < 1e290) {
    if (best.bound < target) low = high;
    // In steps that grow: a curve without a ceiling may need much.
    high *= high > 1e12 * Math.max(1, least) ? 2 ** 40 : 4;
    best = solver.solve(high, 0, { decide: target });
  }
  if (best.value < target) return { clash: outOfReach(problem, solver.solve(high, 0).value) };
  let budget = high;
  let found = best;
  for (let turn = 0; turn < TURNS && high - low > 0.25 * tolerance * high; turn++) {
    found = solver.solve(budget, 0, { decide: budget === high ? undefined : target });
    if (found.value >= target) {
      best = found;
      high = Math.min(high, budget);
      for (const cut of lowered(found, budget, target)) low = Math.max(low, cut);
    } else if (found.bound < target) low = Math.max(low, budget);
    // Neither proven: the least spend lies within the tolerance of the curves above here.
    else low = Math.max(low, Math.min(...lowered(found, budget, target)));
    const newton = best.price > 0 ? high - (best.value - target) / best.price : high;
    const wanted = turn % 3 === 2 ? (low + high) / 2 : newton + 0.1 * tolerance * high;
    budget = wanted > low && wanted < high ? wanted : (low + high) / 2;
  }
  const solved = within(
    solver,
    { ...best, bound: Math.max(best.bound, best.value) },
    1,
    ({ response }) => response >= target,
  );
  const { response } = solved;
  return {
    ...solved,
    extra: { leastSpend: low, target: { kind: "response", asked: target, reached: response, slack: false } },
  };
}

/** The least budget that the lines of a solve leave for a target. */
function lowered({ cuts }: Found, budget: number, target: number): number[] {
  const open = cuts.filter(({ bound }) => bound >= target);
  return [Math.min(budget, ...open.map(({ bound, price }) => (price > 0 ? budget - (bound - target) / price : 0)))];
}

function outOfReach(problem: PlanProblem, most: number): NonNullable<PlanResult["clash"]> {
  const target = problem.objective?.type === "least-spend" ? problem.objective.target : 0;
  const nearest = structuredClone(problem) as PlanProblem;
  // What the best plan has, less what rounding may do to it on another way.
  nearest.objective = { type: "least-spend", target: Math.max(0, most * (1 - 1e-9)) };
  return {
    limits: ["objective.target", ...(problem.budget === undefined ? [] : ["budget"])],
    reason: `the limits allow a response of ${most} at most, and the target is ${target}`,
    nearest,
  };
}

/** The most response with response / spend ≥ ratio: the largest budget whose best plan still has it. */
export function targetRatio(solver: Solver, problem: PlanProblem, ratio: number, tolerance: number): Answer {
  const { least, most } = span(solver);
  let budget = Number.isFinite(most) ? most : beyond(solver, ratio);
  let found = solver.solve(budget, 0, { decide: ratio * budget });
  const slack = found.value >= ratio * budget;
  // From above: what the lines rule out never comes back, so that the largest of several crossings is found.
  for (let turn = 0; !slack && turn < TURNS && found.bound < ratio * budget; turn++) {
    const next = Math.max(
      ...found.cuts.map(({ bound, price }) => (price < ratio ? (bound - price * budget) / (ratio - price) : 0)),
    );
    if (next < least || !(next > 0)) {
      budget = least;
      found = solver.solve(budget, 0);
      break;
    }
    if (next >= budget * (1 - 1e-15)) break;
    budget = next;
    found = solver.solve(budget, 0, { decide: ratio * budget });
  }
  if (slack) found = solver.solve(budget, 0);
  const { bound } = found;
  const kept = stepDown(solver, found, budget, ratio, least, tolerance);
  if (!kept) return { clash: tooDear(solver, problem, least) };
  const solved = within(solver, kept, -1, ({ response, spent }) => response >= ratio * spent);
  const { response, spent } = solved;
  const reached = spent > 0 ? response / spent : Number.POSITIVE_INFINITY;
  const cpa = problem.objective?.type === "target-cpa";
  const target = cpa
    ? { kind: "cpa" as const, asked: 1 / ratio, reached: 1 / reached, slack }
    : { kind: "roas" as const, asked: ratio, reached, slack };
  return { ...solved, bound: Math.max(bound, response), extra: { target } };
}

/**
 * A budget that no plan with the ratio exceeds. At half the ratio as a price, weak duality says best(B) ≤ price · B + most
 * (Σ f − price · Σ x) for every B, which meets ratio · B at the latest here.
 */
function beyond(solver: Solver, ratio: number): number {
  const fee = ratio / 2;
  const high = solver.high.slice();
  const budget = solver.worthAtMost(fee);
  const { bound } = solver.solve(budget, fee);
  solver.high.set(high);
  return Math.max(bound / (ratio - fee), Number.MIN_VALUE * 2 ** 60);
}

/** A plan that has the ratio, as near below the proven budget as its own response lets it. */
function stepDown(
  solver: Solver,
  first: Found,
  budget: number,
  ratio: number,
  least: number,
  tolerance: number,
): Found | undefined {
  let found = first;
  let here = budget;
  const has = ({ x, value }: Found) => x !== undefined && value >= ratio * x.reduce((sum, money) => sum + money, 0);
  let step = 0;
  for (let turn = 0; turn < 80 && !has(found); turn++) {
    const missing = (ratio * here - found.value) / Math.max(ratio - found.price, 1e-3 * ratio);
    step = Math.max(2 * step, missing * (1 + 1e-6), 1e-12 * here, turn > 8 ? tolerance * here : 0);
    if (here <= least) return undefined;
    here = Math.max(least, here - step);
    found = solver.solve(here, 0);
  }
  return has(found) ? found : undefined;
}

/** Even the best ratio that the floors allow is below the target. */
function tooDear(solver: Solver, problem: PlanProblem, least: number): NonNullable<PlanResult["clash"]> {
  const { most } = span(solver);
  let fee = solver.solve(least, 0).value / least;
  // Dinkelbach: the plan of most response − ratio · spend has a better ratio, until none has.
  for (let turn = 0; turn < 50; turn++) {
    const { x, value } = solver.solve(Math.min(most, 1e290), fee);
    if (!x) break;
    const spent = x.reduce((sum, money) => sum + money, 0);
    const ratio = (value + fee * spent) / spent;
    if (!(ratio > fee * (1 + 1e-12))) break;
    fee = ratio;
  }
  const best = fee * (1 - 1e-6);
  const nearest = structuredClone(problem) as PlanProblem;
  const cpa = problem.objective?.type === "target-cpa";
  nearest.objective = cpa ? { type: "target-cpa", atMost: 1 / best } : { type: "target-roas", atLeast: best };
  return {
    limits: [cpa ? "objective.atMost" : "objective.atLeast", ...solver.floors()],
    reason: `the floors take ${least}, and the best plan above them has ${cpa ? `a cost per response of ${1 / fee}` : `a return of ${fee}`}`,
    nearest,
  };
}

/** The plan in whole units; while rounding breaks the target, with a unit more or less of budget. */
function within(solver: Solver, found: Found, direction: 1 | -1, holds: (solved: Solved) => boolean): Solved {
  const { unit } = solver.model.problem;
  let solved = solver.finish(found, 0, {});
  for (let k = 1; unit && k <= 64 && !holds(solved); k++) {
    const budget = Math.max(0, (Math.round(solved.spent / unit) + direction * k) * unit);
    const next = solver.solve(budget, 0);
    if (next.x) solved = solver.finish(next, 0, {});
  }
  return solved;
}
