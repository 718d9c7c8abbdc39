/** The answer under several limits: totals from the final choices, every limit as it was used, and the proof. */
import type { Scratch } from "../../engine/scratch.js";
import { exactTotals } from "../kernel.js";
import { readChoices } from "../reading.js";
import type { AllocationOptions, AllocationResult, LimitReport } from "../types.js";
import { type Account, accountsOf, brokenBy } from "./accounts.js";
import * as kernel from "./kernel.js";
import type { Problem } from "./problem.js";
import { type Row, signOf } from "./rows.js";
import type { LimitsSolved } from "./solve.js";

/** All money, as a limit that is none. */
const SPEND: Row = {
  name: "spend",
  kind: "at most",
  limit: 0,
  counts: "money",
  members: undefined,
  resource: -1,
};

export function limitsResult(
  solved: LimitsSolved,
  scratch: Scratch,
  options: AllocationOptions,
  start: number,
): AllocationResult {
  const { problem, status, prices, phases, clash, stopped } = solved;
  const { offers, request, wide, money } = problem;
  const from = performance.now();
  const { choices, counts } = readChoices(offers, { choices: solved.choices, wide }, scratch, options.into);
  phases.write = (performance.now() - from) / 1000;
  const { cost, value, limits, broken } = reportOf(problem, solved.choices, prices, status === "met");
  if (status === "met" && problem.exactlyOne && (counts[0] as number) > 0) throw recounted("exactlyOne");
  const bound = status === "met" ? Math.max(solved.bound, value) : status === "impossible" ? value : solved.bound;
  const budget = limits.find(({ name }) => name === "budget");
  return {
    status,
    value,
    cost,
    bound,
    gap: Math.max(0, bound - value) / Math.max(Math.abs(bound), Number.MIN_VALUE),
    price: request.budget === undefined ? 0 : (budget?.price ?? 0),
    limits,
    counts: counts.slice(1),
    none: counts[0] as number,
    choices,
    passes: problem.passes,
    phases,
    unit: money.quantum,
    ...(stopped && { stopped }),
    ...(status === "not found" && broken && { violation: broken }),
    ...(clash && { clash }),
    schema: 1,
    seconds: (performance.now() - start) / 1000,
  };
}

/**
 * What choices bring, cost and use of each limit, and the limit they break most, relative to its size.
 * @throws {Error} when a plan that is said to hold every limit does not.
 */
export function reportOf(problem: Problem, choices: number, prices: ArrayLike<number>, isHeld = false) {
  const { offers, rows, accounts, money, wide } = problem;
  const [spend] = accountsOf(offers, [SPEND], money) as [Account];
  const at = { choices, wide };
  const [spent = 0, ...used] = kernel.tally(
    offers.engine,
    problem.source,
    offers.names.length,
    [spend, ...accounts],
    at,
  );
  const totals = exactTotals(offers, choices, wide);
  const cost = money.decimal ? moneyOf(spend, spent) : totals.cost;
  const limits: LimitReport[] = rows.map((row, k) => ({
    name: row.name,
    kind: row.kind,
    used: usedOf(accounts[k] as Account, used[k] as number, { value: totals.value, cost }),
    limit: row.limit,
    // Not −0, which a price of nothing at least would be.
    price: signOf(row) * (prices[k] as number) || 0,
  }));
  let broken: { name: string; used: number; limit: number } | undefined;
  let most = 0;
  accounts.forEach((account, k) => {
    const by = brokenBy(account, used[k] as number) / (Math.abs(account.limit) || 1);
    if (by <= most) return;
    most = by;
    const { name, used: u, limit } = limits[k] as LimitReport;
    broken = { name, used: u, limit };
  });
  if (isHeld && broken) throw recounted(broken.name);
  return { cost, value: totals.value, limits, broken };
}

/** The count here shares nothing with the search: that they differ would be our error, and no answer may leave then. */
function recounted(name: string): Error {
  return new Error(`a plan that should hold "${name}" does not when it is counted again: please report this`);
}

/** Money, users or units of so many quanta. */
function moneyOf({ perMoney, quantum }: Account, quanta: number): number {
  return perMoney > 0 && Number.isInteger(perMoney) ? quanta / perMoney : quanta * quantum;
}

function usedOf(account: Account, quanta: number, { value, cost }: { value: number; cost: number }): number {
  const { row } = account;
  if (row.counts !== "return") {
    // All money that has no unit was summed exactly.
    const isSum = row.counts === "money" && row.members === undefined && account.perMoney === 0;
    return isSum ? cost : moneyOf(account, quanta);
  }
  const ratio = cost > 0 ? value / cost : value >= row.limit * cost ? Number.POSITIVE_INFINITY : value / cost;
  return brokenBy(account, quanta) === 0 ? Math.max(ratio, row.limit) : ratio;
}
