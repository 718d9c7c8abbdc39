/** From a plan to the result that is handed out. Every figure is computed from the plan itself. */
import type { Model } from "../model.js";
import type { Solved } from "../separable/finish.js";
import type { Solver } from "../solver.js";
import type { PlanOptions, PlanResult } from "../types.js";
import { baselinesOf } from "./baselines.js";
import { reportChannels } from "./lines.js";

export function reportOf(solver: Solver, solved: Solved, options: PlanOptions): PlanResult {
  const { found, fee } = solved;
  const { model } = solver;
  const { columns, held, limits, kkt, marginal, marginalAt, moves, interactions } = solver.read(solved);
  const own = columns.values.reduce((sum, value) => sum + value, 0);
  const response = own + (interactions ?? []).reduce((sum, one) => sum + one.response, 0);
  const spent = columns.x.reduce((sum, value) => sum + value, 0);
  // The search proves Σ f − fee · Σ x; without a fee that is the response itself.
  const bound = Math.max(solved.bound, response - fee * spent);
  const { rootBound, stopped } = found;
  const value = response - fee * spent;
  const result: PlanResult = {
    status: "met",
    spend: spendOf(model, columns.x),
    response,
    bound: fee > 0 ? bound + fee * spent : bound,
    gap: (bound - value) / Math.max(Math.abs(bound), Number.MIN_VALUE),
    price: found.price,
    marginal,
    ...(marginalAt === undefined ? {} : { marginalAt }),
    spent,
    unspent: Number.isFinite(model.budget) ? Math.max(0, model.budget - spent) : 0,
    reserve: model.reserve,
    channels: reportChannels(model, columns, held),
    limits,
    kkt,
    baselines: baselinesOf(solver, columns, response, options.baselines),
    moves: moves(Math.max(bound - value, 1e-9 * Math.abs(value))),
    ...(interactions && interactions.length > 0 ? { interactions } : {}),
    ...solved.extra,
    method: solver.method,
    nodes: solver.nodes,
    rootGap: Math.max(0, (rootBound - value) / Math.max(Math.abs(rootBound), Number.MIN_VALUE)),
    seconds: 0,
    schema: 1,
  };
  if (fee > 0) result.profit = { value: value / fee, bound: bound / fee };
  if (stopped) result.stopped = stopped;
  // Of a target's two sides the spend is what is proven.
  if (result.leastSpend !== undefined) {
    result.leastSpend = Math.min(result.leastSpend, spent);
    result.gap = spent > 0 ? (spent - result.leastSpend) / spent : 0;
  }
  return result;
}

/** Money by channel and period. */
export function spendOf(model: Model, x: Float64Array): number[][] {
  const { periods, lines, problem } = model;
  const spend = problem.channels.map(() => new Array<number>(periods).fill(0));
  lines.forEach(({ channel }, line) => {
    const row = spend[channel] as number[];
    for (let t = 0; t < periods; t++) row[t] = (row[t] as number) + (x[line * periods + t] as number);
  });
  return spend;
}
