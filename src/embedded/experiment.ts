/**
 * The embedded experiment: users of the embedded campaign (campaign.ts, whose formula and directions are these), each given nothing,
 * 6 % or 12 % by the draw, and what came of it. Whoever orders under a discount costs it: money flows on redemption, not on assignment.
 *
 *   logit p_k = −2.4 + .6 X·alpha + (.6 + .4 X·beta) s_k        s = 0, 3/7, 6/7
 *   ordered ~ p_k        order value = exp(6 + .3 X·gamma + (−.05 + .25 X·delta) s_k + .8 z)        cost = discount · order value, if ordered
 *   true uplift of k in orders: p_k − p_0        true cost of k: discount · p_k · E[order value]
 */
import { directions, FEATURES } from "./campaign.js";
import { Normals, philox } from "./philox.js";

export const ARMS = ["none", "6 %", "12 %"] as const;
const DISCOUNTS = [0, 6, 12] as const;
const SIGMA = 0.8;

/** Streams of the generator; 1 and 2 are the campaign's. */
const [USERS, LUCK] = [3, 4];

/** Users, all that was seen of them, and what nobody sees outside of a generator. */
export interface DrawnExperiment {
  users: number;
  /** x1 … x12. */
  features: Record<string, Float32Array>;
  treatment: string[];
  /** 1: ordered. */
  outcome: Float64Array;
  /** The discount given. */
  cost: Float64Array;
  /** By discount: what it adds to the chance of an order, and what it is expected to cost. */
  trueUplift: Float64Array[];
  trueCost: Float64Array[];
}

/** Draws users `from` … `from + users − 1` of the seed. */
export function drawExperiment(users: number, seed: number, from = 0): DrawnExperiment {
  const { alpha, beta, gamma, delta } = directions(seed);
  const normals = new Normals(seed, USERS);
  const x = new Float64Array(FEATURES);
  const luck = new Uint32Array(4);
  const columns = Array.from({ length: FEATURES }, () => new Float32Array(users));
  const treatment = new Array<string>(users);
  const [outcome, cost] = [new Float64Array(users), new Float64Array(users)];
  const trueUplift = DISCOUNTS.slice(1).map(() => new Float64Array(users));
  const trueCost = DISCOUNTS.slice(1).map(() => new Float64Array(users));
  const z = new Float64Array(4);
  const values = new Normals(seed, LUCK + 1);
  for (let i = 0; i < users; i++) {
    normals.draw(x, from + i);
    for (let f = 0; f < FEATURES; f++) (columns[f] as Float32Array)[i] = x[f] as number;
    const [logit, slope] = [-2.4 + 0.6 * dot(x, alpha), 0.6 + 0.4 * dot(x, beta)];
    const [log, logSlope] = [6 + 0.3 * dot(x, gamma), -0.05 + 0.25 * dot(x, delta)];
    const order = (k: number) => 1 / (1 + Math.exp(-(logit + slope * dose(k))));
    const median = (k: number) => Math.exp(log + logSlope * dose(k));
    for (let k = 1; k < ARMS.length; k++) {
      (trueUplift[k - 1] as Float64Array)[i] = order(k) - order(0);
      (trueCost[k - 1] as Float64Array)[i] = share(k) * order(k) * median(k) * Math.exp(SIGMA ** 2 / 2);
    }
    philox(luck, from + i, 0, LUCK, seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
    values.draw(z, from + i);
    const arm = (luck[0] as number) % ARMS.length;
    treatment[i] = ARMS[arm] as string;
    if ((luck[1] as number) * 2 ** -32 >= order(arm)) continue;
    outcome[i] = 1;
    cost[i] = share(arm) * median(arm) * Math.exp(SIGMA * (z[0] as number));
  }
  const features = Object.fromEntries(columns.map((column, f) => [`x${f + 1}`, column]));
  return { users, features, treatment, outcome, cost, trueUplift, trueCost };
}

function dose(k: number): number {
  return (DISCOUNTS[k] as number) / 14;
}

function share(k: number): number {
  return (DISCOUNTS[k] as number) / 100;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
