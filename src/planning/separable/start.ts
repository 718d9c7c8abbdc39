/** Where a search may start: at the plan of a problem like this one, where that keeps every limit here. */
import type { Ask, Solver } from "../solver.js";
import type { PlanResult } from "../types.js";
import { sumOf } from "./fit.js";
import { Separable } from "./separable.js";

export function startAt(solver: Solver, { status, channels, spend, price }: PlanResult): Ask {
  if (!(solver instanceof Separable) || status !== "met") return {};
  const guess = price > 0 ? { guess: price } : {};
  const { periods, lines, problem } = solver.model;
  const plan = lines.flatMap(({ name, channel, campaign }) => {
    // By name: what channels there are may have changed.
    const here = channels.findIndex((one) => one.name === problem.channels[channel]?.name);
    const own = channels[here]?.campaigns?.find((one) => name.endsWith(` / ${one.name}`));
    return (campaign < 0 ? spend[here] : own?.byPeriod) ?? [];
  });
  if (plan.length !== periods * lines.length) return guess;
  const x = solver.ordered(Float64Array.from(plan));
  return keeps(solver, x) ? { ...guess, start: x } : guess;
}

/** To the last digit, unlike what a person's plan is held to. */
function keeps({ tree, low, high, coordinates, model }: Separable, x: Float64Array): boolean {
  if (tree.root.low > 0) return false;
  const least = (p: number) => Math.max(low[p] as number, coordinates.presences[p] as number);
  const boxes = x.every((here, p) => {
    if (here === 0) return (low[p] as number) <= 0;
    return here >= least(p) && here <= (high[p] as number);
  });
  return (
    boxes &&
    tree.groups.every((group) => {
      const sum = sumOf(tree.order, x, group);
      return sum >= group.low && sum <= (group === tree.root ? Math.min(group.high, model.budget) : group.high);
    })
  );
}
