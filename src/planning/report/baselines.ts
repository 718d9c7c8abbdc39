/**
 * Naive plans beside the optimum, scored by the same curves (budget-optimisation checklist, 1 to 5): fixed shares, last mix,
 * hand edits, one mix over all periods, money in proportion to return.
 */
import type { Model } from "../model.js";
import { inUnits, unitsDown } from "../separable/feasible.js";
import { sumOf } from "../separable/fit.js";
import type { Separable } from "../separable/separable.js";
import type { Solver } from "../solver.js";
import type { Baseline, BaselineOptions } from "../types.js";
import type { Columns } from "./lines.js";
import { spendOf } from "./report.js";

export function baselinesOf(
  solver: Solver,
  columns: Columns,
  response: number,
  { shares, growth, edits }: BaselineOptions = {},
): Baseline[] {
  const { model } = solver;
  const { x, today } = columns;
  const { size, periods, current, lines, hasCurrent } = model;
  const money = Number.isFinite(model.budget) ? model.budget : x.reduce((sum, value) => sum + value, 0);
  const { unit } = model.problem;
  const plans: [string, Float64Array][] = [];
  plans.push(["fixed shares", spread(shares ? sharesOf(model, shares) : new Float64Array(size).fill(1), money, unit)]);
  if (hasCurrent.every(Boolean) && current.some((value) => value > 0)) {
    const all = current.reduce((sum, value) => sum + value, 0);
    plans.push(["last mix", spread(current, growth === undefined ? money : all * (1 + growth), unit)]);
    const returns = current.map((value, i) => (value > 0 ? (today[i] as number) / value : 0));
    plans.push(["proportional to return", spread(returns, money, unit)]);
  }
  if (periods > 1) {
    const mix = new Float64Array(size);
    lines.forEach((_, line) => {
      const own = x.subarray(line * periods, (line + 1) * periods);
      mix.fill(own.reduce((sum, value) => sum + value, 0) / periods, line * periods, (line + 1) * periods);
    });
    plans.push(["static", mix]);
  }
  if (edits) plans.push(["hand edits", edited(model, x, edits)]);
  return plans.map(([name, plan]): Baseline => {
    const own = solver.responseOf(plan);
    const feasible = solver.keepsLimits(plan);
    const scored = { name, spend: spendOf(model, plan), response: own, feasible, shortfall: response - own };
    return name === "hand edits" ? { ...scored, edits: costsOf(solver, x, response, edits) } : scored;
  });
}

/** What each edit costs after those before it. */
function costsOf(
  solver: Solver,
  x: Float64Array,
  response: number,
  edits: NonNullable<BaselineOptions["edits"]> = [],
): NonNullable<Baseline["edits"]> {
  let before = response;
  return edits.map((edit, i) => {
    const after = solver.responseOf(edited(solver.model, x, edits.slice(0, i + 1)));
    const cost = before - after;
    before = after;
    return { ...edit, cost };
  });
}

/** `money` in the proportions of `weights`: in whole units where there are units, the largest remainders first, to the same sum. */
function spread(weights: Float64Array, money: number, unit: number | undefined): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (total > 0 ? (money * weight) / total : 0));
  if (!unit || total === 0) return exact;
  const units = exact.map((x) => unitsDown(x, unit));
  let left = unitsDown(money, unit) - units.reduce((sum, k) => sum + k, 0);
  const rest = (i: number) => (exact[i] as number) / unit - (units[i] as number);
  const order = Array.from(exact, (_, i) => i).sort((a, b) => rest(b) - rest(a) || a - b);
  for (const i of order) {
    if (left < 1) break;
    units[i] = (units[i] as number) + 1;
    left--;
  }
  return units.map((k) => inUnits(k, unit));
}

/** Shares by channel, in equal parts over its campaigns and periods. */
function sharesOf(model: Model, shares: Readonly<Record<string, number>>): Float64Array {
  const weights = new Float64Array(model.size);
  model.lines.forEach(({ channel }, line) => {
    const { name, campaigns } = model.problem.channels[channel] as { name: string; campaigns?: readonly unknown[] };
    const share = (Object.hasOwn(shares, name) ? (shares[name] as number) : 0) / (campaigns?.length ?? 1);
    weights.fill(share, line * model.periods, (line + 1) * model.periods);
  });
  return weights;
}

/** The plan with single amounts overwritten; a channel's campaigns keep their proportions. */
function edited(model: Model, x: Float64Array, edits: BaselineOptions["edits"] = []): Float64Array {
  const plan = x.slice();
  const { periods, lines, problem } = model;
  for (const { channel, period, amount } of edits) {
    const own = lines.flatMap((line, l) => (problem.channels[line.channel]?.name === channel ? [l] : []));
    for (let t = 0; t < periods; t++) {
      if (period !== undefined && period !== t + 1) continue;
      const before = own.reduce((sum, line) => sum + (x[line * periods + t] as number), 0);
      for (const line of own) {
        const i = line * periods + t;
        plan[i] = before > 0 ? (amount * (x[i] as number)) / before : amount / own.length;
      }
    }
  }
  return plan;
}

export function responseOf(separable: Separable, plan: Float64Array): number {
  const { values } = separable.coordinates.evaluate(separable.ordered(plan));
  return separable.unordered(values).reduce((sum, value) => sum + value, 0);
}

/** Whether a plan by coordinate keeps every limit, to a relative 1e-9. */
export function keepsLimits(separable: Separable, plan: Float64Array): boolean {
  const { tree, low, high, coordinates } = separable;
  const x = separable.ordered(plan);
  const near = (a: number, b: number) => a <= b + 1e-9 * Math.max(Math.abs(a), Math.min(Math.abs(b), Number.MAX_VALUE));
  const boxes = x.every((value, p) => {
    const present = value === 0 || near(coordinates.presences[p] as number, value);
    return near(low[p] as number, value) && near(value, high[p] as number) && present;
  });
  return (
    boxes &&
    tree.groups.every((group) => {
      const sum = sumOf(tree.order, x, group);
      return near(group.low, sum) && near(sum, group.high);
    })
  );
}
