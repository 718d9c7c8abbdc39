/**
 * One question at a time around a plan: a channel pinned, banned or scaled, a limit changed, another objective. Each starts its
 * search at the plan that is asked about (`base`), where that is one here.
 */
import { finiteNumber } from "../engine/check.js";
import { checkPlan } from "./check.js";
import { type Model, modelOf } from "./model.js";
import { planBudget, planFrom } from "./plan.js";
import { changePlan } from "./scenarios.js";
import type { Objective, PlanOptions, PlanProblem, PlanResult } from "./types.js";

export interface WhatIfOptions extends PlanOptions {
  /** The plan of the problem as it is, where it is at hand; it is solved otherwise. */
  base?: PlanResult;
}

export interface WhatIf {
  base: PlanResult;
  /** The problem as it was changed, and its plan. */
  problem: PlanProblem;
  result: PlanResult;
  /** Against the base; absent where one of the two has no plan, or where the objectives differ. */
  responseChange?: number;
  spentChange?: number;
}

export interface LimitChange extends WhatIf {
  /** Price in the base's proof · change of the limit: what the proof lets one expect. Prices hold near the limit as it was. */
  estimate?: number;
  /** Change of response less the estimate. */
  difference?: number;
}

function asked(
  problem: PlanProblem,
  { base: given, ...options }: WhatIfOptions,
  change: (base: PlanResult) => PlanProblem,
): WhatIf {
  const base = given ?? planBudget(problem, options);
  const changed = change(base);
  const result = planFrom(changed, options, base);
  const whatIf: WhatIf = { base, problem: changed, result };
  if (base.status !== "met" || result.status !== "met") return whatIf;
  const spentChange = result.spent - base.spent;
  if (JSON.stringify(changed.objective) !== JSON.stringify(problem.objective)) return { ...whatIf, spentChange };
  return { ...whatIf, responseChange: result.response - base.response, spentChange };
}

/**
 * Exactly `amount` on a channel, in every period or in one (counted from 1).
 * @throws {TypeError | RangeError} as `planBudget`, and for a channel that is not there.
 * @example planPin(problem, "tv", 30).responseChange
 */
export function planPin(
  problem: PlanProblem,
  channel: string,
  amount: number,
  options: WhatIfOptions & { period?: number } = {},
): WhatIf {
  const { period, ...rest } = options;
  return asked(problem, rest, () => changePlan(problem, { pin: channel, amount, period }));
}

/**
 * Nothing on a channel.
 * @throws {TypeError | RangeError} as `planPin`.
 * @example planBan(problem, "tv").responseChange
 */
export function planBan(problem: PlanProblem, channel: string, options: WhatIfOptions = {}): WhatIf {
  return asked(problem, options, () => changePlan(problem, { ban: channel }));
}

/**
 * `factor` times what the plan spends on a channel, period by period.
 * @throws {TypeError | RangeError} as `planPin`.
 * @example planScale(problem, "tv", 0.5).responseChange
 */
export function planScale(problem: PlanProblem, channel: string, factor: number, options: WhatIfOptions = {}): WhatIf {
  finiteNumber(factor, "factor");
  return asked(problem, options, (base) => changePlan(problem, { scale: channel, factor }, base));
}

/**
 * Another amount for a limit, by its name in `limits` of a result ("budget", "group social", "channel tv over all periods"),
 * beside what the proof's price lets one expect. `side` of the options says which side of a limit that has two (default "at most").
 *
 * @throws {TypeError | RangeError} as `planBudget`, and for a limit that is not there.
 * @example const { responseChange, estimate } = planLimit(problem, "budget", 110);
 */
export function planLimit(
  problem: PlanProblem,
  limit: string,
  amount: number,
  options: WhatIfOptions & { side?: "at most" | "at least" } = {},
): LimitChange {
  const { side = "at most", ...rest } = options;
  finiteNumber(amount, "amount");
  const changed = setLimit(modelOf(checkPlan(problem)), limit, side, amount);
  const whatIf = asked(problem, rest, () => changed);
  const before = whatIf.base.limits.find(({ name, kind }) => name === limit && kind === side);
  if (!before || whatIf.responseChange === undefined) return whatIf;
  const estimate = before.price * (amount - before.limit);
  return { ...whatIf, estimate, difference: whatIf.responseChange - estimate };
}

function setLimit({ problem, sums, reserve }: Model, limit: string, side: string, amount: number): PlanProblem {
  const copy = structuredClone(problem) as PlanProblem;
  if (limit === "budget" && problem.budget !== undefined) {
    const share = copy.reserve && "share" in copy.reserve ? copy.reserve.share : undefined;
    copy.budget = share === undefined ? amount + reserve : amount / (1 - share);
    return copy;
  }
  const found = sums.find(({ name }) => name === limit);
  const source = side === "at least" ? found?.lowSource : found?.highSource;
  if (!source) {
    const names = ["budget", ...sums.map(({ name }) => name)].slice(0, 20).join(", ");
    throw new RangeError(`there is no limit "${limit}" ${side}; known are ${names}`);
  }
  source.set(copy, amount);
  return copy;
}

/**
 * The same data under another objective.
 * @throws {TypeError | RangeError} as `planBudget`.
 * @example planObjective(problem, { type: "profit", margin: 0.4 }).result.profit
 */
export function planObjective(problem: PlanProblem, objective: Objective, options: WhatIfOptions = {}): WhatIf {
  return asked(problem, options, () => ({ ...problem, objective }));
}
