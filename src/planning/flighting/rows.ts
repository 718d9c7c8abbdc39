/**
 * Limits beside the budget, as rows Σ c_i x_i ≤ limit: sums of coordinates, and steps from period to period. They are kept
 * by an augmented Lagrangian (Hestenes 1969, Powell 1969; for inequalities Rockafellar 1974):
 *
 *   ψ(x) = Σ_k (max(0, μ_k + ρ r_k)² − μ_k²) / 2ρ,   r_k = Σ c_i x_i − limit,   μ_k ← max(0, μ_k + ρ r_k)
 */
import type { Model, Source, SumLimit } from "../model.js";
import { inUnits, unitsDown, unitsUp } from "../separable/feasible.js";

export interface Row {
  name: string;
  kind: "at most" | "at least";
  /** The limit as it was asked, and its row's: negated for at least. */
  limit: number;
  members: Int32Array;
  /** By member; all +1 (at most) or −1 (at least) where absent. */
  signs?: Int8Array;
  /** What set the limit. */
  source: Source | undefined;
}

/** The rows of a model, in whole units where the plan has a unit; limits of infinity and floors of zero are left out. */
export function rowsOf(model: Model): Row[] {
  const { unit } = model.problem;
  const inside = (row: Row): Row => {
    if (!unit) return row;
    const k = row.kind === "at most" ? unitsDown(row.limit, unit) : unitsUp(row.limit, unit);
    return { ...row, limit: inUnits(k, unit) };
  };
  return [...model.sums.flatMap(sumRows), ...stepRows(model)].map(inside);
}

function sumRows({ name, members, low, high, lowSource, highSource }: SumLimit): Row[] {
  const rows: Row[] = [];
  if (high < Number.POSITIVE_INFINITY) rows.push({ name, kind: "at most", limit: high, members, source: highSource });
  if (low > 0) rows.push({ name, kind: "at least", limit: low, members, source: lowSource });
  return rows;
}

/** How far a channel's spend may move from a period to the next; undefined for as far as it wants. */
export function stepOf({ problem, periods }: Model, channel: number): number | undefined {
  const { smoothness } = problem.channels[channel] as Model["problem"]["channels"][number];
  if (!smoothness || periods === 1) return undefined;
  return "amount" in smoothness ? smoothness.amount : (smoothness.share * (problem.budget ?? 0)) / periods;
}

/** What `smoothness` says, and how it is set. */
export function stepSource({ problem, periods }: Model, channel: number): Source {
  const field = "amount" in (problem.channels[channel]?.smoothness ?? {}) ? "amount" : "share";
  return {
    path: `channels[${channel}].smoothness.${field}`,
    set: (copy, amount) => {
      const smoothness = copy.channels[channel]?.smoothness as { amount?: number; share?: number };
      const share = (amount * periods) / Math.max(copy.budget ?? 0, Number.MIN_VALUE);
      if (field === "amount") smoothness.amount = Math.max(smoothness.amount ?? 0, amount);
      else smoothness.share = Math.max(smoothness.share ?? 0, share);
    },
  };
}

/** Spend of a channel, its campaigns together, moves by so much at most from a period to the next. */
function stepRows(model: Model): Row[] {
  const { problem, lines, periods } = model;
  return problem.channels.flatMap(({ name }, channel) => {
    const amount = stepOf(model, channel);
    if (amount === undefined) return [];
    const own = lines.flatMap((line, i) => (line.channel === channel ? [i] : []));
    const source = stepSource(model, channel);
    return Array.from({ length: periods - 1 }, (_, t) => t).flatMap((t) => {
      const members = Int32Array.from(own.flatMap((line) => [line * periods + t, line * periods + t + 1]));
      const signs = (sign: 1 | -1) => Int8Array.from(members, (_, k) => (k % 2 ? sign : -sign));
      const row = { kind: "at most" as const, limit: amount, members, source };
      const steps = `channel ${name} from period ${t + 1} to ${t + 2}`;
      return [
        { ...row, name: steps, signs: signs(1) },
        { ...row, name: steps, signs: signs(-1) },
      ];
    });
  });
}

/** Prices of rows, and what breaking them costs. */
export class Multipliers {
  readonly rows: readonly Row[];
  readonly prices: Float64Array;
  weight: number;

  constructor(rows: readonly Row[], weight: number) {
    this.rows = rows;
    this.prices = new Float64Array(rows.length);
    this.weight = weight;
  }

  /** Takes ψ(x) from a value whose slopes are in g, and its slopes from g. */
  lower(value: number, x: Float64Array, g: Float64Array): number {
    let lowered = value;
    this.rows.forEach((row, k) => {
      const price = this.prices[k] as number;
      const pushed = Math.max(0, price + this.weight * excessOf(row, x));
      lowered -= (pushed * pushed - price * price) / (2 * this.weight);
      if (pushed === 0) return;
      const { members, signs, kind } = row;
      for (let m = 0; m < members.length; m++) {
        const i = members[m] as number;
        g[i] = (g[i] as number) - pushed * (signs ? (signs[m] as number) : kind === "at most" ? 1 : -1);
      }
    });
    return lowered;
  }

  /** New prices from a point; the largest excess before. */
  update(x: Float64Array): number {
    let worst = 0;
    this.rows.forEach((row, k) => {
      const excess = excessOf(row, x);
      worst = Math.max(worst, excess);
      this.prices[k] = Math.max(0, (this.prices[k] as number) + this.weight * excess);
    });
    return worst;
  }

  /** Σ price · excess: what the Lagrangian takes from the value. */
  paid(x: Float64Array): number {
    return this.rows.reduce((sum, row, k) => sum + (this.prices[k] as number) * excessOf(row, x), 0);
  }
}

/** How much a row is above its limit; negative where it has room. */
export function excessOf({ members, signs, kind, limit }: Row, x: Float64Array): number {
  let sum = 0;
  for (let m = 0; m < members.length; m++) {
    const amount = x[members[m] as number] as number;
    sum += signs ? amount * (signs[m] as number) : amount;
  }
  return !signs && kind === "at least" ? limit - sum : sum - limit;
}

/**
 * Moves x into all rows and boxes, as near as it lies: Dykstra's projections (1983), row by row. Returns the largest excess
 * that is left.
 */
export function intoRows(rows: readonly Row[], x: Float64Array, project: (x: Float64Array) => void): number {
  const shifts = new Float64Array(rows.length);
  const drift = new Float64Array(x.length);
  const size = x.reduce((most, amount) => Math.max(most, Math.abs(amount)), 1e-300);
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const before = x.slice();
    rows.forEach((row, k) => {
      const { members, signs, kind } = row;
      const shift = Math.max(0, (shifts[k] as number) + excessOf(row, x) / members.length);
      const move = shift - (shifts[k] as number);
      shifts[k] = shift;
      for (let m = 0; move !== 0 && m < members.length; m++) {
        const i = members[m] as number;
        x[i] = (x[i] as number) - move * (signs ? (signs[m] as number) : kind === "at most" ? 1 : -1);
      }
    });
    for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + (drift[i] as number);
    const wished = x.slice();
    project(x);
    for (let i = 0; i < x.length; i++) drift[i] = (wished[i] as number) - (x[i] as number);
    const worst = rows.reduce((most, row) => Math.max(most, excessOf(row, x)), 0);
    const moved = x.reduce((most, amount, i) => Math.max(most, Math.abs(amount - (before[i] as number))), 0);
    if (worst <= NEAR * size && moved <= NEAR * size) return worst;
  }
  return rows.reduce((most, row) => Math.max(most, excessOf(row, x)), 0);
}

const MOST_TURNS = 20_000;
const NEAR = 1e-13;
