/**
 * The embedded campaign: users and eight discounts (0, 2, …, 14 %) by the Criteo-MT7 formula of FunnelCausalNet, preset
 * "realistic", with Gaussian features. X ∈ R^12 is N(0, I), so the z-score and the clip at ±8 of the formula change nothing.
 *
 *   s_k = d_k / 14                                         dose of discount d_k
 *   logit p_k  = −2.4 + .6 X·alpha + (.6 + .4 X·beta) s_k          probability to order
 *   log OV_k   =  6   + .3 X·gamma + (−.05 + .25 X·delta) s_k      median order value, sigma .8
 *   mu_k       = p_k · exp(log OV_k + .32)                         expected sales
 *   value_k    = mu_k − mu_0        cost_k = (d_k / 100) · mu_k
 *
 * alpha, beta, gamma, delta are random unit directions with beta·delta = −.6: who reacts to a discount spends less.
 */
import { Normals } from "./philox.js";

export const DISCOUNTS = [0, 2, 4, 6, 8, 10, 12, 14] as const;
export const FEATURES = 12;
export const RHO = 0.6;

const DIRECTIONS = 1;
const USERS = 2;

export interface Directions {
  alpha: Float64Array;
  beta: Float64Array;
  gamma: Float64Array;
  delta: Float64Array;
}

/** The four directions of this seed, drawn in the order of the formula: beta, one more for delta, alpha, gamma. */
export function directions(seed: number): Directions {
  const normals = new Normals(seed, DIRECTIONS);
  const draw = (index: number) => {
    const direction = new Float64Array(FEATURES);
    normals.draw(direction, index);
    return direction;
  };
  const beta = unit(draw(0));
  const rest = draw(1);
  const along = dot(rest, beta);
  const across = unit(rest.map((x, i) => x - along * (beta[i] as number)));
  const delta = unit(across.map((x, i) => Math.sqrt(1 - RHO * RHO) * x - RHO * (beta[i] as number)));
  const alpha = unit(draw(2));
  const gamma = unit(draw(3));
  return { alpha, beta, gamma, delta };
}

/** Draws the users once; every column is then a formula over their four numbers. */
export class Campaign {
  readonly users: number;
  readonly options = DISCOUNTS.map((discount) => `${discount} %`);
  /** logit p_0, its slope in s, log E[OV_0], its slope in s, mu_0: five numbers a user. */
  readonly #logit: Float64Array;
  readonly #logitSlope: Float64Array;
  readonly #log: Float64Array;
  readonly #logSlope: Float64Array;
  readonly #control: Float64Array;

  constructor(users: number, seed: number) {
    this.users = users;
    this.#logit = new Float64Array(users);
    this.#logitSlope = new Float64Array(users);
    this.#log = new Float64Array(users);
    this.#logSlope = new Float64Array(users);
    this.#control = new Float64Array(users);
    const { alpha, beta, gamma, delta } = directions(seed);
    const normals = new Normals(seed, USERS);
    const x = new Float64Array(FEATURES);
    for (let i = 0; i < users; i++) {
      normals.draw(x, i);
      this.#logit[i] = -2.4 + 0.6 * dot(x, alpha);
      this.#logitSlope[i] = 0.6 + 0.4 * dot(x, beta);
      this.#log[i] = 6 + 0.3 * dot(x, gamma) + 0.32;
      this.#logSlope[i] = -0.05 + 0.25 * dot(x, delta);
      this.#control[i] = sales(this.#logit[i] as number, this.#log[i] as number);
    }
  }

  /** Writes the values and the costs of discount j for all users. */
  column(j: number, values: Float32Array, costs: Float32Array): void {
    const discount = DISCOUNTS[j] as number;
    const dose = discount / 14;
    const share = discount / 100;
    for (let i = 0; i < this.users; i++) {
      const mu = this.#sales(i, dose);
      values[i] = mu - (this.#control[i] as number);
      costs[i] = share * mu;
    }
  }

  /** Value and cost of discount j for user i, as `column` rounds them. */
  offer(i: number, j: number): { value: number; cost: number } {
    const discount = DISCOUNTS[j] as number;
    const mu = this.#sales(i, discount / 14);
    return { value: Math.fround(mu - (this.#control[i] as number)), cost: Math.fround((discount / 100) * mu) };
  }

  #sales(i: number, dose: number): number {
    return sales(
      (this.#logit[i] as number) + (this.#logitSlope[i] as number) * dose,
      (this.#log[i] as number) + (this.#logSlope[i] as number) * dose,
    );
  }

  /** How the logit of ordering and the logarithm of the order value rise with the dose, user by user. */
  slopes(): { logit: Float64Array; log: Float64Array } {
    return { logit: this.#logitSlope, log: this.#logSlope };
  }

  /** What it costs to give everyone the highest discount. */
  topCost(): number {
    const last = DISCOUNTS.length - 1;
    const costs = new Float32Array(this.users);
    this.column(last, new Float32Array(this.users), costs);
    let total = 0;
    for (const cost of costs) total += cost;
    return total;
  }
}

/** mu = p · E[OV] from the logit of p and the logarithm of E[OV]. */
function sales(logit: number, log: number): number {
  const clipped = Math.min(30, Math.max(-30, logit));
  return Math.exp(log) / (1 + Math.exp(-clipped));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function unit(direction: Float64Array): Float64Array {
  const length = Math.sqrt(dot(direction, direction));
  return direction.map((x) => x / length);
}
