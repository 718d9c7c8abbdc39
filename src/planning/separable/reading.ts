/** What the report needs of a separable plan. */
import { heldBy, heldGroup, kktOf, type Prices, pricesOf } from "../report/kkt.js";
import { limitsOf } from "../report/limits.js";
import { columnsOf, holds } from "../report/lines.js";
import { movesOf, nameAt } from "../report/moves.js";
import type { Reading } from "../solver.js";
import type { Solved } from "./finish.js";
import type { Separable } from "./separable.js";

export function readSeparable(separable: Separable, { x, found, fee }: Solved): Reading {
  const slopes = separable.coordinates.evaluate(x).slopes.slice();
  const columns = columnsOf(separable, separable.unordered(x));
  const response = columns.values.reduce((sum, value) => sum + value, 0);
  const point = { x, slopes, response, fee };
  const prices = pricesOf(separable, point);
  return {
    columns,
    held: holds(separable, columns.x, prices),
    limits: limitsOf(separable.tree.groups, prices.sums, found.prices, fee),
    kkt: kktOf(separable, point, prices),
    ...marginalOf(separable, x, slopes, prices),
    moves: (worth) => movesOf(separable, x, worth),
  };
}

/** What one more unit of money would bring: the steepest slope of those that may take it. */
function marginalOf(
  separable: Separable,
  x: Float64Array,
  slopes: Float64Array,
  { sums }: Prices,
): Pick<Reading, "marginal" | "marginalAt"> {
  const { tree } = separable;
  const full = new Set<object>();
  let best = 0;
  let at = -1;
  for (const group of tree.groups) {
    if (group.parent && (full.has(group.parent) || heldGroup(group, sums.get(group) as number).high)) full.add(group);
    if (full.has(group)) continue;
    for (let p = group.from; p < group.own; p++) {
      if (heldBy(separable, p, x[p] as number).high || !((slopes[p] as number) > best)) continue;
      best = slopes[p] as number;
      at = p;
    }
  }
  return at < 0
    ? { marginal: best }
    : { marginal: best, marginalAt: nameAt(separable.model, tree.order[at] as number) };
}
