/** The last digits of a plan over time: whole units, and sums that hold in the caller's own money. */
import { inUnits, unitsDown, unitsUp } from "../separable/feasible.js";
import type { Solved } from "../separable/finish.js";
import type { Found } from "../separable/search.js";
import type { Flighting } from "./flighting.js";
import { excessOf, type Row, stepOf } from "./rows.js";

export function finishFlight(flighting: Flighting, found: Found, fee: number, extra: Solved["extra"]): Solved {
  const { model } = flighting;
  const { unit } = model.problem;
  let x: Float64Array = (found.x as Float64Array).slice();
  if (unit) x = toUnits(flighting, x, unit, found.budget, fee);
  trim(flighting, x, found.budget);
  const { values, added } = flighting.evaluate(x);
  // A frontier comes here two hundred times: sums by loops, of 520 numbers 0.5 µs where `reduce` takes 5.
  let response = 0;
  for (let i = 0; i < values.length; i++) response += values[i] as number;
  for (const value of added ?? []) response += value;
  let spent = 0;
  for (let i = 0; i < x.length; i++) spent += x[i] as number;
  return { x, response, spent, found, fee, bound: found.bound, extra };
}

/** Sums round: takes what the budget and ceilings have too much by rounding from the largest amounts, in place. */
function trim({ rows, everything, low, model }: Flighting, x: Float64Array, budget: number): void {
  for (const row of rows) if (row.kind === "at most" && !row.signs) trimRow(row);
  trimRow({ name: "budget", kind: "at most", limit: budget, members: everything, source: undefined });

  function trimRow(row: Row): void {
    for (let turn = 0; turn < 64; turn++) {
      const over = excessOf(row, x);
      if (!(over > 0)) return;
      let largest = -1;
      for (let m = 0; m < row.members.length; m++) {
        const i = row.members[m] as number;
        const least = Math.max(low[i] as number, model.presence[i] as number);
        if ((x[i] as number) - least < over) continue;
        if (largest < 0 || (x[i] as number) > (x[largest] as number)) largest = i;
      }
      if (largest < 0) return;
      const here = x[largest] as number;
      // At least one step of the number itself, or nothing would change.
      x[largest] = Math.min(here - over, here * (1 - 2 ** -53));
    }
  }
}

/**
 * The plan in whole units. Every amount is rounded down, steps between periods are mended by lowering the higher side, and
 * units are given back where they bring most: to rows below their floor first, then to all until the budget is used.
 */
function toUnits(flighting: Flighting, x: Float64Array, unit: number, budget: number, fee: number): Float64Array {
  const { model, rows, low, high } = flighting;
  const least = low.map((l) => unitsUp(l, unit));
  const most = high.map((u) => (Number.isFinite(u) ? unitsDown(u, unit) : Number.POSITIVE_INFINITY));
  // A hair below a whole unit is the unit: climbs end a little inside their limits.
  const units = x.map((money, i) => Math.max(least[i] as number, Math.floor(money / unit + 1e-6)));
  model.presence.forEach((presence, i) => {
    if (presence > 0 && (units[i] as number) > 0) units[i] = Math.max(units[i] as number, unitsUp(presence, unit));
  });
  lowerSteps(flighting, units, unit, least);
  const room = roomOf(flighting, units, unit, budget);
  const slopes = () => flighting.evaluate(units.map((k) => inUnits(k, unit))).slopes;
  const give = (members: Iterable<number>, wanted: () => boolean, worth: number) => {
    for (let round = 0; wanted() && round < 4 + 1e6 / units.length; round++) {
      const by = slopes();
      const order = [...members].filter((i) => (units[i] as number) < (most[i] as number) && (by[i] as number) > worth);
      // First what rounding took most of, among what brings most.
      const lost = (i: number) => (x[i] as number) / unit - (units[i] as number);
      order.sort((i, j) => (by[j] as number) * lost(j) - (by[i] as number) * lost(i) || i - j);
      let given = 0;
      for (const i of order) {
        if (!wanted()) return;
        const absent = (model.presence[i] as number) > unit && units[i] === 0;
        if (absent || !room.take(i)) continue;
        units[i] = (units[i] as number) + 1;
        given++;
      }
      if (given === 0) return;
    }
  };
  rows.forEach((row, k) => {
    if (row.kind === "at least")
      give(row.members, () => room.used(k) < unitsUp(row.limit, unit), Number.NEGATIVE_INFINITY);
  });
  const everybody = Array.from(units, (_, i) => i);
  give(everybody, () => room.left() > 0, fee);
  return units.map((k) => inUnits(k, unit));
}

/** Lowers whole units until no channel of one line steps too far: the largest such plan below. */
function lowerSteps({ model }: Flighting, units: Float64Array, unit: number, least: Float64Array): void {
  const { periods, lines } = model;
  lines.forEach(({ channel, campaign }, line) => {
    const amount = stepOf(model, channel);
    if (amount === undefined || campaign >= 0) return;
    const step = unitsDown(amount, unit);
    for (const by of [1, -1]) {
      for (let k = 1; k < periods; k++) {
        const i = line * periods + (by > 0 ? k : periods - 1 - k);
        units[i] = Math.max(least[i] as number, Math.min(units[i] as number, (units[i - by] as number) + step));
      }
    }
  });
}

/** What rows and the budget leave, in whole units, as units are given. */
function roomOf({ rows }: Flighting, units: Float64Array, unit: number, budget: number) {
  const sums = rows.map(({ members, signs }) => {
    let sum = 0;
    for (let m = 0; m < members.length; m++)
      sum += (units[members[m] as number] as number) * (signs ? (signs[m] as number) : 1);
    return sum;
  });
  const tops = rows.map(({ kind, limit }) => (kind === "at most" ? unitsDown(limit, unit) : Number.POSITIVE_INFINITY));
  const touching: { row: number; sign: number }[][] = Array.from(units, () => []);
  rows.forEach(({ members, signs }, row) => {
    for (let m = 0; m < members.length; m++)
      touching[members[m] as number]?.push({ row, sign: signs ? (signs[m] as number) : 1 });
  });
  let left = Number.isFinite(budget)
    ? unitsDown(budget, unit) - units.reduce((sum, k) => sum + k, 0)
    : Number.POSITIVE_INFINITY;
  return {
    left: () => left,
    used: (row: number) => sums[row] as number,
    /** Takes room for one more unit of i; false where there is none. */
    take(i: number): boolean {
      const own = touching[i] as { row: number; sign: number }[];
      if (left <= 0 || own.some(({ row, sign }) => (sums[row] as number) + sign > (tops[row] as number))) return false;
      for (const { row, sign } of own) sums[row] = (sums[row] as number) + sign;
      left--;
      return true;
    },
  };
}
