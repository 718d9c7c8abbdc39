/**
 * Pisinger's families of multiple-choice knapsack problems, from their specification (EJOR 83, 1995): exactly one option a
 * group, integers, weights before values in every draw.
 */

export const FAMILIES = {
  uncorrelated: 1,
  "weakly correlated": 2,
  "strongly correlated": 3,
  "subset sum": 4,
  "sorted pairs": 5,
  "uncorrelated with a free option": 6,
} as const;

export type Family = keyof typeof FAMILIES;

export interface Problem {
  /** By option, then by group. */
  values: Float32Array[];
  costs: Float32Array[];
  budget: number;
}

/** POSIX drand48 in two halves of 24 bits; next(m) is uniform below m. */
function drand48(seed: number): (m: number) => number {
  let low = ((seed & 0xff) << 16) | 0x330e;
  let high = (seed >>> 8) & 0xffffff;
  return (m) => {
    const product = low * 0xece66d + 0xb;
    high = (high * 0xece66d + low * 0x5de + Math.floor(product / 2 ** 24)) % 2 ** 24;
    low = product % 2 ** 24;
    return (high * 128 + (low >>> 17)) % m;
  };
}

/** Weights and profits of one group. */
type Group = [weights: number[], profits: number[]];

const ascending = (a: number, b: number) => a - b;

function drawGroup(family: Family, options: number, range: number, rand: (m: number) => number): Group {
  const weights: number[] = [];
  const profits: number[] = [];
  if (family === "strongly correlated") {
    const most = Math.max(1, Math.floor((2 * range) / options));
    const steps = Array.from({ length: options }, () => rand(most) + 1).sort(ascending);
    let weight = 0;
    for (const [j, step] of steps.entries()) {
      weight += step;
      weights.push(weight);
      profits.push(weight + 10 * (j + 1));
    }
    return [weights, profits];
  }
  if (family === "uncorrelated with a free option") {
    weights.push(0);
    profits.push(0);
  }
  while (weights.length < options) {
    const weight = rand(range) + 1;
    weights.push(weight);
    if (family === "weakly correlated") profits.push(Math.max(1, weight + rand(21) - 10));
    else profits.push(family === "subset sum" ? weight : rand(range) + 1);
  }
  if (family === "sorted pairs") {
    weights.sort(ascending);
    profits.sort(ascending);
  }
  return [weights, profits];
}

export function pisinger(family: Family, groups: number, options: number, range: number, seed: number): Problem {
  const rand = drand48(seed);
  const values = Array.from({ length: options }, () => new Float32Array(groups));
  const costs = Array.from({ length: options }, () => new Float32Array(groups));
  let least = 0;
  let most = 0;
  for (let i = 0; i < groups; i++) {
    const [weights, profits] = drawGroup(family, options, range, rand);
    let best = 0;
    for (let j = 0; j < options; j++) {
      (values[j] as Float32Array)[i] = profits[j] as number;
      (costs[j] as Float32Array)[i] = weights[j] as number;
      const more = (profits[j] as number) - (profits[best] as number);
      if (more > 0 || (more === 0 && (weights[j] as number) < (weights[best] as number))) best = j;
    }
    least += Math.min(...weights);
    most += weights[best] as number;
  }
  return { values, costs, budget: Math.floor((least + most) / 2) };
}
