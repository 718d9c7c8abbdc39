/** What became of the limits on sums: how much is used, and what one more unit of each would change in the proof. */
import type { Group } from "../separable/tree.js";
import type { PlanLimit } from "../types.js";

/** `prices` inside groups as the relaxation found them. */
export function limitsOf(
  groups: readonly Group[],
  sums: Map<Group, number>,
  prices: ReadonlyMap<object, number>,
  fee: number,
): PlanLimit[] {
  return groups.flatMap((group): PlanLimit[] => {
    const { name, low, high, parent } = group;
    const used = sums.get(group) as number;
    const outer = parent ? (prices.get(parent) ?? fee) : fee;
    const price = (prices.get(group) ?? outer) - outer;
    const limits: PlanLimit[] = [];
    if (Number.isFinite(high)) limits.push({ name, kind: "at most", used, limit: high, price: Math.max(0, price) });
    if (low > 0) limits.push({ name, kind: "at least", used, limit: low, price: Math.min(0, price) });
    return limits;
  });
}
