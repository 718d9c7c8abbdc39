/** The generated campaign of these rows: who there is, what was tried, what is true, and what effects are worth. */
import { directions, FEATURES } from "../../src/embedded/campaign.js";
import { Normals } from "../../src/embedded/philox.js";
import { keptValue } from "../../src/index.js";
import { agreementOf } from "../../src/learn/index.js";
import { randomOf } from "../../test/learn/made.js";

export const USERS = 60_000;
const DOSES = [0, 6 / 14, 1] as const;
const COUPONS = ["6 %", "14 %"];
const COSTS = { "6 %": 1, "14 %": 2 };
const BUDGET = 0.4;
const SEED = 1;
const SALES_SPREAD = 0.8;

export type Outcome = "ordered" | "sales";

export interface Users {
  features: Record<string, Float32Array>;
  /** By arm, the control first: the chance to order, and the expected sales. */
  ordered: Float64Array[];
  sales: Float64Array[];
}

export interface Trial extends Users {
  arm: Uint8Array;
  outcomes: Record<Outcome, Float64Array>;
}

/** Users number `first` and on. */
export function users(first: number): Users {
  const { alpha, beta, gamma, delta } = directions(SEED);
  const normals = new Normals(SEED, 2);
  const x = new Float64Array(FEATURES);
  const columns = Array.from({ length: FEATURES }, () => new Float32Array(USERS));
  const made: Users = {
    features: Object.fromEntries(columns.map((column, f) => [`x${f}`, column])),
    ordered: DOSES.map(() => new Float64Array(USERS)),
    sales: DOSES.map(() => new Float64Array(USERS)),
  };
  const dot = (a: Float64Array) => a.reduce((sum, one, f) => sum + one * (x[f] as number), 0);
  for (let i = 0; i < USERS; i++) {
    normals.draw(x, first + i);
    for (const [f, column] of columns.entries()) column[i] = x[f] as number;
    const [a, b, c, d] = [dot(alpha), dot(beta), dot(gamma), dot(delta)];
    for (const [k, dose] of DOSES.entries()) {
      const p = 1 / (1 + Math.exp(2.4 - 0.6 * a - (0.6 + 0.4 * b) * dose));
      (made.ordered[k] as Float64Array)[i] = p;
      (made.sales[k] as Float64Array)[i] = p * Math.exp(6.32 + 0.3 * c + (-0.05 + 0.25 * d) * dose);
    }
  }
  return made;
}

export function trial(): Trial {
  const made = users(0);
  const random = randomOf(SEED);
  const arm = Uint8Array.from({ length: USERS }, () => Math.floor(3 * random()));
  const noise = new Normals(SEED, 3);
  const four = new Float64Array(4);
  const ordered = new Float64Array(USERS);
  const sales = new Float64Array(USERS);
  for (let i = 0; i < USERS; i++) {
    const k = arm[i] as number;
    const p = made.ordered[k]?.[i] as number;
    ordered[i] = Number(random() < p);
    noise.draw(four, i);
    // Log-normal about its mean.
    const value =
      ((made.sales[k]?.[i] as number) / p) * Math.exp(SALES_SPREAD * ((four[0] as number) - SALES_SPREAD / 2));
    sales[i] = (ordered[i] as number) * value;
  }
  return { ...made, arm, outcomes: { ordered, sales } };
}

export function effectsOf(by: Float64Array[]): Float64Array[] {
  const [control, ...arms] = by as [Float64Array, ...Float64Array[]];
  return arms.map((arm) => arm.map((x, i) => x - (control[i] as number)));
}

/** How near effects by arm are to the true ones: correlation, mean of the arms, and the share of value that an allocation by them keeps. */
export function judged(effects: Float64Array[], truth: Float64Array[]): { correlation: number; kept: number } {
  const named = (by: Float64Array[]) => Object.fromEntries(by.map((column, k) => [COUPONS[k] as string, column]));
  const each = effects.map((effect, k) => agreementOf(effect, truth[k] as Float64Array).correlation);
  const { share } = keptValue({ estimate: named(effects), truth: named(truth), cost: COSTS, budget: BUDGET * USERS });
  return { correlation: each.reduce((a, b) => a + b) / each.length, kept: share };
}
