/** The last digits of a plan: sums that hold in the caller's own money, and whole units that still sum exactly. */
import { inUnits, unitsDown, unitsUp } from "./feasible.js";
import type { Separable } from "./separable.js";
import type { Group } from "./tree.js";

/** Sums round: takes what a group has too much by rounding from its largest coordinates, in place. */
export function trim({ tree, low }: Separable, x: Float64Array): void {
  for (const group of tree.groups.toReversed()) {
    for (let turn = 0; turn < 64; turn++) {
      const over = sumOf(tree.order, x, group) - group.high;
      if (!(over > 0)) break;
      let largest = -1;
      for (let p = group.from; p < group.to; p++) {
        const room = (x[p] as number) - (low[p] as number);
        if (room >= over && (largest < 0 || (x[p] as number) > (x[largest] as number))) largest = p;
      }
      if (largest < 0) break;
      const here = x[largest] as number;
      // At least one step of the number itself, or nothing would change.
      x[largest] = Math.min(here - over, here * (1 - 2 ** -53));
    }
  }
}

/** The money of a group, added in the order of the caller's channels and periods. */
export function sumOf(order: Int32Array, x: Float64Array, { from, to }: Group): number {
  const members = Array.from({ length: to - from }, (_, k) => from + k);
  members.sort((a, b) => (order[a] as number) - (order[b] as number));
  let sum = 0;
  for (const p of members) sum += x[p] as number;
  return sum;
}

/**
 * The plan in whole units. Every coordinate is rounded down; then units are given back one at a time where they bring most,
 * first to groups below their floor, deepest first, then to all until the budget is used; last, single units are moved
 * while that gains. Limits are whole units themselves and nest, so that giving back never gets stuck.
 */
export function roundToUnits(separable: Separable, x: Float64Array, unit: number, fee: number): Float64Array {
  const { tree, low, high } = separable;
  const parents: Group[] = new Array(x.length);
  for (const group of tree.groups) for (let p = group.from; p < group.own; p++) parents[p] = group;
  const least = low.map((l) => unitsUp(l, unit));
  const most = high.map((u) => (Number.isFinite(u) ? unitsDown(u, unit) : Number.POSITIVE_INFINITY));
  const units = x.map((value, p) => Math.max(least[p] as number, Math.floor(value / unit)));
  const sums = new Map<Group, number>();
  const tops = new Map<Group, number>();
  for (const group of tree.groups) {
    let sum = 0;
    for (let p = group.from; p < group.to; p++) sum += units[p] as number;
    sums.set(group, sum);
    tops.set(group, Number.isFinite(group.high) ? unitsDown(group.high, unit) : Number.POSITIVE_INFINITY);
  }
  const add = (p: number, k: number): void => {
    units[p] = (units[p] as number) + k;
    for (let g: Group | undefined = parents[p]; g; g = g.parent) sums.set(g, (sums.get(g) as number) + k);
  };
  const roomFor = (p: number, within: Group): boolean => {
    if ((units[p] as number) >= (most[p] as number)) return false;
    for (let g: Group | undefined = parents[p]; g && g !== within.parent; g = g.parent) {
      if ((sums.get(g) as number) >= (tops.get(g) as number)) return false;
    }
    return true;
  };
  const gains = new Gains(separable, unit, units, fee);
  for (const group of tree.groups.toReversed()) {
    const floor = unitsUp(group.low, unit);
    gains.raise(
      group,
      () => (sums.get(group) as number) < floor,
      (p) => roomFor(p, group),
      add,
      false,
    );
  }
  const top = tops.get(tree.root) as number;
  gains.raise(
    tree.root,
    () => (sums.get(tree.root) as number) < top,
    (p) => roomFor(p, tree.root),
    add,
    true,
  );
  return units.map((k) => inUnits(k, unit));
}

/** What one more unit brings, coordinate by coordinate. */
class Gains {
  readonly #separable: Separable;
  readonly #unit: number;
  readonly #units: Float64Array;
  readonly #fee: number;
  readonly #gain: Float64Array;

  constructor(separable: Separable, unit: number, units: Float64Array, fee: number) {
    this.#separable = separable;
    this.#unit = unit;
    this.#units = units;
    this.#fee = fee;
    const { coordinates } = separable;
    const here = coordinates.evaluate(units.map((k) => inUnits(k, unit))).values.slice();
    const next = coordinates.evaluate(units.map((k) => inUnits(k + 1, unit))).values;
    this.#gain = next.map((f, p) => f - (here[p] as number));
  }

  /** Gives units of a group to the best coordinates with room, while `wanted`. */
  raise(
    { from, to }: Group,
    wanted: () => boolean,
    room: (p: number) => boolean,
    add: (p: number, k: number) => void,
    onlyIfWorth: boolean,
  ): void {
    if (!wanted()) return;
    const { coordinates, tree } = this.#separable;
    const presences = coordinates.presences.slice();
    const queue = Array.from({ length: to - from }, (_, k) => from + k).filter(room);
    while (wanted()) {
      let best = -1;
      for (const p of queue) {
        // One unit of a coordinate that needs more at once, or that takes no more, is no plan.
        const present = (this.#units[p] as number) > 0 || (presences[p] as number) <= this.#unit;
        if (!present || !room(p)) continue;
        if (best < 0 || this.#before(p, best, tree.order)) best = p;
      }
      if (best < 0 || (onlyIfWorth && (this.#gain[best] as number) <= this.#fee * this.#unit)) return;
      add(best, 1);
      const k = this.#units[best] as number;
      // Past whole numbers one unit more is the same.
      if (k + 1 === k) return;
      const [here, next] = coordinates.pair(best, inUnits(k, this.#unit), inUnits(k + 1, this.#unit));
      this.#gain[best] = next - here;
    }
  }

  #before(p: number, q: number, order: Int32Array): boolean {
    const [a, b] = [this.#gain[p] as number, this.#gain[q] as number];
    return a > b || (a === b && (order[p] as number) < (order[q] as number));
  }
}
