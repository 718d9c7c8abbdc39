/** What the report needs of a plan over time: every figure from the plan itself, prices from its proof. */
import type { Model } from "../model.js";
import { nameAt } from "../report/moves.js";
import type { Solved } from "../separable/finish.js";
import type { Reading } from "../solver.js";
import type { Kkt, Move, PlanLimit } from "../types.js";
import type { Flighting, FoundFlight } from "./flighting.js";
import { excessOf, type Row } from "./rows.js";

/** How near (relative) a number is to a limit that holds it. */
const TOUCH = 1e-9;
/** Of many amounts only those with the least and the most to gain are paired, with these parts of what can move. */
const SIDES = 8;
const PARTS = [1, 0.5, 0.1, 0.01];
const MOST = 20;

export function readFlight(flighting: Flighting, { x, found, fee }: Solved): Reading {
  const { values, slopes, added = new Float64Array(0) } = flighting.evaluate(x);
  const { model, flight } = flighting;
  const prices = (found as FoundFlight).rowPrices;
  const today = model.hasCurrent.some(Boolean)
    ? flighting.evaluate(model.current)
    : { values: new Float64Array(model.size), slopes: undefined };
  const columns = {
    ...{ x, values, slopes, today: today.values, ceilings: flight.ceilings() },
    ...(today.slopes ? { todaySlopes: today.slopes } : {}),
  };
  const net = netSlopes(flighting.rows, prices, slopes);
  const held = Array.from(x, (money, i) => heldBy(flighting, i, money));
  const price = priceOf(net, held, found.price);
  const response = values.reduce((sum, value) => sum + value, 0) + added.reduce((sum, value) => sum + value, 0);
  const interactions = (model.problem.interactions ?? []).map(({ type, name }, k) => {
    return { name: name ?? `${type} ${k + 1}`, type, response: added[k] as number };
  });
  return {
    columns,
    interactions,
    held: namesOf(flighting, x, held),
    limits: limitsOf(flighting, x, found as FoundFlight, fee),
    kkt: kktOf(flighting, {
      x,
      net,
      held,
      price,
      prices,
      fee,
      budget: found.budget,
      response,
    }),
    ...marginalOf(flighting, x, slopes, held, price),
    moves: () => movesOf(flighting, x, slopes),
  };
}

interface Held {
  low: boolean;
  high: boolean;
}

function heldBy({ low, high, model }: Flighting, i: number, money: number): Held {
  const presence = model.presence[i] as number;
  if (presence > 0 && money === 0) return { low: true, high: true };
  return {
    low: money <= Math.max(low[i] as number, presence) * (1 + TOUCH),
    high: money >= (high[i] as number) * (1 - TOUCH),
  };
}

function isHeld(row: Row, x: Float64Array): boolean {
  return excessOf(row, x) >= -TOUCH * Math.abs(row.limit);
}

/** Slopes less what rows charge. */
function netSlopes(rows: readonly Row[], prices: Float64Array, slopes: Float64Array): Float64Array {
  const net = slopes.slice();
  rows.forEach(({ members, signs, kind }, k) => {
    const price = prices[k] as number;
    for (let m = 0; price !== 0 && m < members.length; m++) {
      const i = members[m] as number;
      net[i] = (net[i] as number) - price * (signs ? (signs[m] as number) : kind === "at most" ? 1 : -1);
    }
  });
  return net;
}

/** The middle of what money brings where no limit holds it. */
function priceOf(net: Float64Array, held: readonly Held[], proof: number): number {
  const free = net.filter((_, i) => !held[i]?.low && !held[i]?.high).sort();
  return free.length > 0 ? (free[free.length >> 1] as number) : proof;
}

function namesOf({ rows, low, high, model }: Flighting, x: Float64Array, held: readonly Held[]): string[][] {
  const names: string[][] = Array.from(x, (money, i) => {
    const list: string[] = [];
    if (held[i]?.high && (high[i] as number) > 0 && money > 0) list.push("max");
    if (held[i]?.low && money > 0) list.push((low[i] as number) < (model.presence[i] as number) ? "presence" : "min");
    return list;
  });
  for (const row of rows) {
    if (!isHeld(row, x)) continue;
    for (const i of row.members) {
      const list = names[i] as string[];
      const name = row.signs ? "smoothness" : row.name;
      if (!list.includes(name)) list.push(name);
    }
  }
  return names;
}

/** All limits on sums, and the steps that hold. */
function limitsOf(
  { rows, model }: Flighting,
  x: Float64Array,
  { rowPrices, price, budget }: FoundFlight,
  fee: number,
): PlanLimit[] {
  const limits: PlanLimit[] = [];
  const spent = x.reduce((sum, money) => sum + money, 0);
  if (Number.isFinite(model.budget)) {
    limits.push({ name: "budget", kind: "at most", used: spent, limit: budget, price: Math.max(0, price - fee) });
    if (model.problem.spend === "exactly") {
      limits.push({ name: "budget", kind: "at least", used: spent, limit: budget, price: Math.min(0, price - fee) });
    }
  }
  rows.forEach((row, k) => {
    const { name, kind, limit, signs } = row;
    const own = rowPrices[k] as number;
    if (signs && !isHeld(row, x)) return;
    const used = excessOf(row, x);
    const sign = kind === "at most" ? 1 : -1;
    limits.push({ name, kind, used: limit + sign * used, limit, price: own === 0 ? 0 : sign * own });
  });
  return limits;
}

interface Residuals {
  x: Float64Array;
  net: Float64Array;
  held: readonly Held[];
  price: number;
  prices: Float64Array;
  fee: number;
  budget: number;
  response: number;
}

function kktOf({ rows, low, high, model }: Flighting, of: Residuals): Kkt {
  const { x, net, held, price, prices, fee, budget, response } = of;
  const spent = x.reduce((sum, money) => sum + money, 0);
  const scale = Math.max(Math.abs(price), (1e-9 * Math.abs(response)) / Math.max(spent, 1e-300), 1e-290);
  const size = Math.max(Math.abs(response), 1e-290);
  const kkt: Kkt = { stationarity: 0, feasibility: 0, complementarity: 0, dual: 0 };
  x.forEach((money, i) => {
    const off = (net[i] as number) - price;
    const { low: floor, high: ceiling } = held[i] as Held;
    const wrong = floor && ceiling ? 0 : floor ? Math.max(0, off) : ceiling ? Math.max(0, -off) : Math.abs(off);
    kkt.stationarity = Math.max(kkt.stationarity, wrong / scale);
    kkt.feasibility = Math.max(kkt.feasibility, (low[i] as number) - money, money - (high[i] as number));
  });
  rows.forEach((row, k) => {
    const excess = excessOf(row, x);
    kkt.feasibility = Math.max(kkt.feasibility, excess);
    const slack = isHeld(row, x) ? 0 : -excess;
    kkt.complementarity = Math.max(kkt.complementarity, Math.min(1, ((prices[k] as number) * slack) / size));
  });
  kkt.feasibility = Math.max(kkt.feasibility, spent - budget);
  const slack = Math.max(0, Math.min(budget, Number.MAX_VALUE) - spent);
  if (price > fee && slack > TOUCH * budget && model.problem.spend !== "exactly") {
    kkt.complementarity = Math.max(kkt.complementarity, Math.min(1, ((price - fee) * slack) / size));
  }
  if (model.problem.spend !== "exactly") kkt.dual = Math.max(0, fee - price) / scale;
  return kkt;
}

/** The steepest slope of those that may take money; where rows tie them all together, the price. */
function marginalOf(
  { rows, flight, model }: Flighting,
  x: Float64Array,
  slopes: Float64Array,
  held: readonly Held[],
  price: number,
): Pick<Reading, "marginal" | "marginalAt"> {
  const full = new Uint8Array(x.length);
  for (const row of rows) {
    if (row.kind !== "at most" || !isHeld(row, x)) continue;
    row.members.forEach((i, m) => {
      if (!row.signs || row.signs[m] === 1) full[i] = 1;
    });
  }
  let [best, at] = [0, -1];
  slopes.forEach((slope, i) => {
    if (!full[i] && !held[i]?.high && slope > best) [best, at] = [slope, i];
  });
  // Money that only goes through several at once has no one place.
  if (rows.length > 0 && flight.concave && price > best * (1 + 1e-6)) return { marginal: price };
  return at < 0 ? { marginal: best } : { marginal: best, marginalAt: nameAt(model, at) };
}

/** Whether a plan keeps every limit, to a relative 1e-9. */
export function keepsRows({ rows, low, high, model }: Flighting, x: Float64Array): boolean {
  const near = (a: number, b: number) =>
    a <= b + TOUCH * Math.max(Math.abs(a), Math.min(Math.abs(b), Number.MAX_VALUE));
  const boxes = x.every((money, i) => {
    const present = money === 0 || near(model.presence[i] as number, money);
    return near(low[i] as number, money) && near(money, high[i] as number) && present;
  });
  const spent = x.reduce((sum, money) => sum + money, 0);
  const budget = near(spent, model.budget) && (model.problem.spend !== "exactly" || near(model.budget, spent));
  return (
    boxes && budget && rows.every((row) => excessOf(row, x) <= TOUCH * Math.max(Math.abs(row.limit), 1e-3 * spent))
  );
}

/**
 * Moves of money that still gain. Of concave curves none gains more than the proof leaves, since each leads to a plan;
 * elsewhere the proof leaves much, and what gains a millionth is told.
 */
function movesOf(flighting: Flighting, x: Float64Array, slopes: Float64Array): Move[] {
  if (flighting.flight.concave) return [];
  const { model, low, high } = flighting;
  const { unit } = model.problem;
  const before = flighting.responseOf(x);
  const worth = 1e-6 * Math.abs(before);
  const all = Array.from(x, (_, i) => i);
  const bySlope = (i: number, j: number) => (slopes[i] as number) - (slopes[j] as number) || i - j;
  const from = all
    .filter((i) => (x[i] as number) > (low[i] as number))
    .sort(bySlope)
    .slice(0, SIDES);
  const to = all
    .filter((i) => (x[i] as number) < (high[i] as number))
    .sort((i, j) => bySlope(j, i))
    .slice(0, SIDES);
  const moves: Move[] = [];
  for (const i of from) {
    for (const j of to) {
      if (i === j) continue;
      const most = Math.min((x[i] as number) - (low[i] as number), (high[j] as number) - (x[j] as number));
      let best: Move | undefined;
      for (const part of PARTS) {
        const amount = unit ? Math.floor((part * most) / unit) * unit : part * most;
        if (!(amount > 0)) continue;
        const plan = x.slice();
        plan[i] = (plan[i] as number) - amount;
        plan[j] = (plan[j] as number) + amount;
        if (!keepsRows(flighting, plan)) continue;
        const gain = flighting.responseOf(plan) - before;
        if (gain > (best?.gain ?? worth))
          best = { from: nameAt(model as Model, i), to: nameAt(model, j), amount, gain };
      }
      if (best) moves.push(best);
    }
  }
  return moves.sort((a, b) => b.gain - a.gain).slice(0, MOST);
}
