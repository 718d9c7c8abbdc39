/**
 * Karush–Kuhn–Tucker residuals of a plan, from the plan alone: the price inside a group is the middle one of the marginals
 * of its coordinates that no limit of their own holds; a group that its limits do not hold has its parent's price.
 */
import type { Separable } from "../separable/separable.js";
import type { Group } from "../separable/tree.js";
import type { Kkt } from "../types.js";

export interface Point {
  /** By position. */
  x: Float64Array;
  slopes: Float64Array;
  response: number;
  fee: number;
}

/** How near (relative) a number is to a limit that holds it. */
const TOUCH = 1e-9;

export interface Held {
  low: boolean;
  high: boolean;
}

/** Which ends of its own box hold a coordinate. */
export function heldBy({ low, high, coordinates }: Separable, p: number, x: number): Held {
  const s = coordinates.presences[p] as number;
  if (s > 0 && x === 0) return { low: true, high: true };
  const l = Math.max(low[p] as number, s);
  const u = high[p] as number;
  return { low: x <= l * (1 + TOUCH), high: x >= u * (1 - TOUCH) };
}

export function heldGroup(group: Group, sum: number): Held {
  return {
    low: group.low > 0 && sum <= group.low * (1 + TOUCH),
    high: sum >= group.high * (1 - TOUCH),
  };
}

export interface Prices {
  inside: Map<Group, number>;
  sums: Map<Group, number>;
}

/** Prices of all groups as the plan itself implies them. */
export function pricesOf(separable: Separable, { x, slopes, fee }: Point): Prices {
  const { groups, root } = separable.tree;
  const sums = new Map<Group, number>();
  const free = new Map<Group, number[]>();
  for (const group of groups.toReversed()) {
    const inner: number[] = [];
    let sum = 0;
    for (let p = group.from; p < group.own; p++) {
      const here = x[p] as number;
      sum += here;
      const { low, high } = heldBy(separable, p, here);
      if (!low && !high) inner.push(slopes[p] as number);
    }
    for (const child of group.children) {
      const total = sums.get(child) as number;
      sum += total;
      const { low, high } = heldGroup(child, total);
      if (!low && !high) for (const slope of free.get(child) as number[]) inner.push(slope);
    }
    sums.set(group, sum);
    free.set(group, inner);
  }
  const inside = new Map<Group, number>();
  for (const group of groups) {
    const outer = group.parent ? (inside.get(group.parent) as number) : fee;
    const { low, high } = heldGroup(group, sums.get(group) as number);
    const own = free.get(group) as number[];
    const loose = group !== root && !low && !high;
    inside.set(group, loose ? outer : own.length > 0 ? middle(own) : between(separable, group, outer, x, slopes));
  }
  return { inside, sums };
}

function middle(slopes: number[]): number {
  const sorted = slopes.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** The price nearest to `outer` that no coordinate of the group objects to. */
function between(separable: Separable, group: Group, outer: number, x: Float64Array, slopes: Float64Array): number {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (let p = group.from; p < group.own; p++) {
    const { low, high } = heldBy(separable, p, x[p] as number);
    if (low && !high) least = Math.max(least, slopes[p] as number);
    if (high && !low) most = Math.min(most, slopes[p] as number);
  }
  const price = Math.min(Math.max(outer, least), most);
  return Number.isFinite(price) ? price : outer;
}

export function kktOf(separable: Separable, point: Point, { inside, sums }: Prices): Kkt {
  const { x, slopes, response, fee } = point;
  const { groups, root } = separable.tree;
  // Where everything is saturated, marginals are all but zero: they are then measured by the plan's average.
  const average = (1e-9 * Math.abs(response)) / Math.max(sums.get(root) as number, 1e-300);
  const scale = Math.max(inside.get(root) as number, average, 1e-290);
  const size = Math.max(Math.abs(response), 1e-290);
  const kkt: Kkt = { stationarity: 0, feasibility: 0, complementarity: 0, dual: 0 };
  for (const group of groups) {
    const price = inside.get(group) as number;
    for (let p = group.from; p < group.own; p++) {
      const here = x[p] as number;
      const { low, high } = heldBy(separable, p, here);
      const off = (slopes[p] as number) - price;
      const wrong = low && high ? 0 : low ? Math.max(0, off) : high ? Math.max(0, -off) : Math.abs(off);
      kkt.stationarity = Math.max(kkt.stationarity, wrong / scale);
      const under = here > 0 ? (separable.low[p] as number) - here : 0;
      kkt.feasibility = Math.max(kkt.feasibility, under, here - (separable.high[p] as number));
    }
    const sum = sums.get(group) as number;
    kkt.feasibility = Math.max(kkt.feasibility, sum - group.high, group.low - sum);
    const multiplier = price - (group.parent ? (inside.get(group.parent) as number) : fee);
    const held = heldGroup(group, sum);
    if (multiplier > 0) {
      const slack = held.high ? 0 : Math.min(group.high, Number.MAX_VALUE) - sum;
      kkt.complementarity = Math.max(kkt.complementarity, Math.min(1, (multiplier * slack) / size));
    } else if (multiplier < 0) {
      if (!held.low) kkt.dual = Math.max(kkt.dual, -multiplier / scale);
    }
  }
  return kkt;
}
