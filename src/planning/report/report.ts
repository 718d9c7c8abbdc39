/** From a plan to the result that is handed out. Every figure is computed from the plan itself. */
import type { Solved } from "../separable/finish.js";
import type { Separable } from "../separable/separable.js";
import type { PlanOptions, PlanResult } from "../types.js";
import { baselinesOf } from "./baselines.js";
import { heldBy, heldGroup, kktOf, type Prices, pricesOf } from "./kkt.js";
import { limitsOf } from "./limits.js";
import { columnsOf, reportChannels } from "./lines.js";
import { movesOf } from "./moves.js";

export function reportOf(separable: Separable, solved: Solved, options: PlanOptions): PlanResult {
  const { x, found, fee } = solved;
  const { model } = separable.framed;
  const { tree, coordinates } = separable;
  const slopes = coordinates.evaluate(x).slopes.slice();
  const columns = columnsOf(separable, separable.unordered(x));
  const response = columns.values.reduce((sum, value) => sum + value, 0);
  const spent = columns.x.reduce((sum, value) => sum + value, 0);
  const point = { x, slopes, response, fee };
  const prices = pricesOf(separable, point);
  // The search proves Σ f − fee · Σ x; without a fee that is the response itself.
  const bound = Math.max(solved.bound, response - fee * spent);
  const { rootBound, stopped } = found;
  const value = response - fee * spent;
  const result: PlanResult = {
    status: "met",
    spend: spendOf(separable, columns.x),
    response,
    bound: fee > 0 ? bound + fee * spent : bound,
    gap: (bound - value) / Math.max(Math.abs(bound), Number.MIN_VALUE),
    price: found.price,
    marginal: marginalOf(separable, x, slopes, prices),
    spent,
    unspent: Number.isFinite(model.budget) ? Math.max(0, model.budget - spent) : 0,
    reserve: model.reserve,
    channels: reportChannels(separable, columns, prices),
    limits: limitsOf(tree.groups, prices.sums, found.prices, fee),
    kkt: kktOf(separable, point, prices),
    baselines: baselinesOf(separable, columns, response, options.baselines),
    moves: movesOf(separable, x, Math.max(bound - value, 1e-9 * Math.abs(value))),
    ...solved.extra,
    method: "separable",
    nodes: separable.nodes,
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

/** What one more unit of money would bring: the steepest slope of those that may take it. */
function marginalOf(separable: Separable, x: Float64Array, slopes: Float64Array, { sums }: Prices): number {
  const { tree } = separable;
  const full = new Set<object>();
  let best = 0;
  for (const group of tree.groups) {
    if (group.parent && (full.has(group.parent) || heldGroup(group, sums.get(group) as number).high)) full.add(group);
    if (full.has(group)) continue;
    for (let p = group.from; p < group.own; p++) {
      if (!heldBy(separable, p, x[p] as number).high) best = Math.max(best, slopes[p] as number);
    }
  }
  return best;
}

/** Money by channel and period. */
export function spendOf({ framed: { model } }: Separable, x: Float64Array): number[][] {
  const { periods, lines, problem } = model;
  const spend = problem.channels.map(() => new Array<number>(periods).fill(0));
  lines.forEach(({ channel }, line) => {
    const row = spend[channel] as number[];
    for (let t = 0; t < periods; t++) row[t] = (row[t] as number) + (x[line * periods + t] as number);
  });
  return spend;
}
