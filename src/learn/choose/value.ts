/**
 * What a model's decisions are worth on rows that it was not trained on. At each of ten budgets the rows get their arms by value per cost
 * (the path of the linear relaxation, as `gainCurve` walks it), and a doubly robust score says what a row's arm brings over the control:
 *
 *   Γ_i(a) − Γ_i(0),  Γ_i(a) = m(x_i) + 1[t_i = a] (y_i − m(x_i)) / p_i          m: what is expected of x, out of fold
 *   h_i = mean over the budgets of Γ_i(π_b(i)) − Γ_i(0)                            value = Σ h_i / n, its variance by unit
 *
 * Two models are held against each other by h_i − h'_i, row by row. Source: Robins, Rotnitzky and Zhao (1994); Athey and Wager (2021).
 */
import { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { hullOf } from "../../policy/hull.js";
import { randomScores } from "../../uplift/evaluate/kernel.js";
import { descending } from "../../uplift/evaluate/order.js";
import type { ReadTrial } from "../../uplift/evaluate/trial.js";

/** Shares of what it costs to treat everyone, at which a policy is valued. */
export const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
/** Of a normal distribution: 95 % lie within so many standard errors. */
const NORMAL_95 = 1.959963984540054;

/** A number with its standard error and 95 % interval. */
export interface Valued {
  value: number;
  error: number;
  low: number;
  high: number;
}

/** What a policy brings, per row over giving nobody anything. */
export interface PolicyWorth extends Valued {
  name: string;
  /** At each share of the money: per row. */
  curve: { share: number; gain: number }[];
  /** h_i by row. */
  rows: Float64Array;
}

/** The rows of a comparison: one trial, one Γ, one table of costs. */
export class Worth {
  readonly #trial: ReadTrial;
  readonly #gains: Float64Array[];
  /** By arm but the control, a column of one number each: what `hullOf` walks. */
  readonly #costs: Float64Array[];
  readonly #budgets: number[];
  readonly #engine: Engine;

  /** @param expected m(x) by row, out of fold; without it the mean outcome of all rows. */
  constructor(trial: ReadTrial, expected?: Float64Array, engine = new Engine()) {
    const { rows, names, outcome } = trial;
    this.#trial = trial;
    this.#engine = engine;
    const mean = outcome.reduce((sum, y) => sum + y, 0) / rows;
    const m = expected ?? new Float64Array(rows).fill(mean);
    this.#gains = names.slice(1).map((_, k) => gains(trial, m, k + 1));
    const costs = armCosts(trial);
    this.#costs = costs.map((cost) => new Float64Array(rows).fill(cost));
    const whole = (rows * costs.reduce((sum, cost) => sum + cost, 0)) / costs.length;
    this.#budgets = SHARES.map((share) => share * whole);
  }

  /** What the rows bring where the arms of these values (by arm but the control) are given as the money allows. */
  of(name: string, values: readonly Float64Array[]): PolicyWorth {
    const { rows } = this.#trial;
    const steps = stepsOf(values, this.#costs, rows);
    const h = new Float64Array(rows);
    const now = new Uint16Array(rows);
    const gainOf = (i: number, a: number) => (a === 0 ? 0 : ((this.#gains[a - 1] as Float64Array)[i] as number));
    let [at, spent, gain] = [0, 0, 0];
    const curve = this.#budgets.map((budget, b) => {
      for (; at < steps.row.length; at++) {
        const cost = steps.cost[at] as number;
        // A cent of rounding is no reason to leave the last row out.
        if (spent + cost > budget * (1 + 1e-12)) break;
        const [i, a] = [steps.row[at] as number, steps.arm[at] as number];
        const more = gainOf(i, a) - gainOf(i, now[i] as number);
        // The step counts at this budget and all above it.
        h[i] = (h[i] as number) + (more * (SHARES.length - b)) / SHARES.length;
        spent += cost;
        gain += more;
        now[i] = a;
      }
      return { share: SHARES[b] as number, gain: gain / rows };
    });
    return { name, ...valuedBy(this.#trial, h), curve, rows: h };
  }

  /** An order that knows nothing, at the arms' costs. */
  random(seed: number): PolicyWorth {
    const scratch = new Scratch(this.#engine.arena);
    try {
      const draw = (k: number) => randomScores(this.#engine, scratch, this.#trial.rows, seed + k);
      return this.of(
        "random",
        this.#costs.map((_, k) => draw(k)),
      );
    } finally {
      scratch.release();
    }
  }

  /** One policy less another, on the same rows. */
  less(a: PolicyWorth, b: PolicyWorth): Valued {
    return valuedBy(
      this.#trial,
      a.rows.map((h, i) => h - (b.rows[i] as number)),
    );
  }
}

/** All rows' steps towards dearer arms, by value per cost; tied ones by row. */
function stepsOf(values: readonly Float64Array[], costs: readonly Float64Array[], rows: number) {
  const [row, arm, cost, slope]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < rows; i++) {
    let before = 0;
    for (const step of hullOf(values, costs, i)) {
      const c = (costs[step.k] as Float64Array)[i] as number;
      row.push(i);
      arm.push(step.k + 1);
      cost.push(c - before);
      slope.push(step.slope);
      before = c;
    }
  }
  const order = descending(Float64Array.from(slope));
  const inOrder = (column: readonly number[]) => Float64Array.from(order, (k) => column[k] as number);
  return { row: inOrder(row), arm: inOrder(arm), cost: inOrder(cost) };
}

function gains({ arm, chance, outcome, rows }: ReadTrial, m: Float64Array, a: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (arm[i] !== a && arm[i] !== 0) continue;
    const rest = ((outcome[i] as number) - (m[i] as number)) / (chance[i] as number);
    out[i] = arm[i] === 0 ? -rest : rest;
  }
  return out;
}

/** What an arm costs on average over the control; 1 for every arm where an arm costs nothing, or nobody says what. */
export function armCosts({ names, arm, cost, rows }: ReadTrial): number[] {
  const ones = names.slice(1).map(() => 1);
  if (!cost) return ones;
  const [n, sum] = [new Float64Array(names.length), new Float64Array(names.length)];
  for (let i = 0; i < rows; i++) {
    const a = arm[i] as number;
    n[a] = (n[a] as number) + 1;
    sum[a] = (sum[a] as number) + (cost[i] as number);
  }
  const mean = (a: number) => (sum[a] as number) / (n[a] as number);
  const costs = ones.map((_, k) => mean(k + 1) - mean(0));
  return costs.every((c) => c > 0) ? costs : ones;
}

/** The mean of numbers by row, its standard error by unit. */
function valuedBy({ rows, units, unitCount }: ReadTrial, h: Float64Array): Valued {
  const value = h.reduce((sum, x) => sum + x, 0) / rows;
  const sums = new Float64Array(unitCount);
  for (let i = 0; i < rows; i++) {
    const u = units[i] as number;
    sums[u] = (sums[u] as number) + (h[i] as number) - value;
  }
  const error = Math.sqrt(sums.reduce((total, s) => total + s * s, 0)) / rows;
  return { value, error, low: value - NORMAL_95 * error, high: value + NORMAL_95 * error };
}
