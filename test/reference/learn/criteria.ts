/** Twin of assembly/learn/criteria.ts: what a split gains. Cells are [n, sum] by arm, flat. */
import type { SplitCriterion } from "../../../src/learn/index.js";

export interface Settings {
  criterion: SplitCriterion;
  normalised: boolean;
  leastLeaf: number;
  leastArm: number;
  shrinkage: number;
  leastShare: number;
}

const TINY = 1e-6;

/** Rates of a node, drawn to its parent's; without a parent raw. */
export function drawnRates(
  n: Float64Array,
  sum: Float64Array,
  parent: Float64Array | undefined,
  settings: Settings,
): Float64Array {
  return n.map((count, g) => {
    if (!parent) return count > 0 ? (sum[g] as number) / count : 0;
    const q = parent[g] as number;
    return count > settings.leastArm ? ((sum[g] as number) + q * settings.shrinkage) / (count + settings.shrinkage) : q;
  });
}

export function divergence(s: number, q: number): number {
  if (q === 0) return 0;
  const clamped = Math.min(Math.max(q, TINY), 1 - TINY);
  if (s === 0) return -Math.log(1 - clamped);
  if (s === 1) return -Math.log(clamped);
  return s * Math.log(s / clamped) + (1 - s) * Math.log((1 - s) / (1 - clamped));
}

/** −a ln b; 0 where b is 0. */
function cross(a: number, b: number): number {
  return b > 0 ? -a * Math.log(b) : 0;
}

function metricOf(criterion: SplitCriterion, rates: Float64Array): number {
  const control = rates[0] as number;
  if (criterion === "CTS") return rates.reduce((most, rate) => Math.max(most, rate));
  let sum = 0;
  for (let g = 1; g < rates.length; g++) {
    const rate = rates[g] as number;
    const difference = rate - control;
    if (criterion === "KL") sum += divergence(rate, control);
    else if (criterion === "ED") sum += 2 * difference * difference;
    else if (criterion === "Chi")
      sum += difference ** 2 / Math.max(control, TINY) + difference ** 2 / Math.max(1 - control, TINY);
    else sum += difference;
  }
  return sum;
}

/** A node: its sums by arm and its rates. */
export interface NodeSums {
  n: Float64Array;
  sum: Float64Array;
  rates: Float64Array;
}

/** Evaluates the splits of one node; what does not change with the split is worked out once. */
export class Gains {
  readonly #node: NodeSums;
  readonly #settings: Settings;
  readonly #rows: number;
  readonly #treated: number;
  readonly #metric: number;
  readonly #crossed: number;
  readonly #weights: Float64Array;
  readonly #means: Float64Array;
  readonly #right: { n: Float64Array; sum: Float64Array };
  readonly #rates: [Float64Array, Float64Array];

  constructor(node: NodeSums, settings: Settings) {
    const { n, sum, rates } = node;
    this.#node = node;
    this.#settings = settings;
    this.#rows = n.reduce((all, count) => all + count, 0);
    const control = n[0] as number;
    this.#treated = this.#rows - control;
    this.#metric = metricOf(settings.criterion, rates);
    this.#crossed = cross(this.#treated / this.#rows, control / this.#rows);
    this.#weights = n.map((count) => 0.1 * cross(count / (count + control), control / (count + control)));
    this.#means = n.map((count, g) => (count > 0 ? (sum[g] as number) / count : 0));
    this.#right = { n: new Float64Array(n.length), sum: new Float64Array(n.length) };
    this.#rates = [new Float64Array(n.length), new Float64Array(n.length)];
  }

  /** Gain of the split with these sums on the left; −1 where a child is too small. */
  of(n: Float64Array, sum: Float64Array): number {
    const { leastArm, leastLeaf, leastShare, criterion, shrinkage } = this.#settings;
    const node = this.#node;
    const right = this.#right;
    const arms = n.length;
    let left = 0;
    for (let g = 0; g < arms; g++) {
      right.n[g] = (node.n[g] as number) - (n[g] as number);
      right.sum[g] = (node.sum[g] as number) - (sum[g] as number);
      if ((n[g] as number) < leastArm || (right.n[g] as number) < leastArm) return -1;
      left += n[g] as number;
    }
    const smaller = Math.min(left, this.#rows - left);
    if (smaller < leastLeaf || smaller < leastShare * this.#rows || smaller <= 0) return -1;
    if (criterion === "causal") return this.#gradient(n, sum, left);
    const [l, r] = this.#rates;
    for (let g = 0; g < arms; g++) {
      const q = node.rates[g] as number;
      const [a, b] = [n[g] as number, right.n[g] as number];
      l[g] = a > leastArm ? ((sum[g] as number) + q * shrinkage) / (a + shrinkage) : q;
      r[g] = b > leastArm ? ((right.sum[g] as number) + q * shrinkage) / (b + shrinkage) : q;
    }
    return this.#divided(n, left, l, r);
  }

  #divided(n: Float64Array, left: number, l: Float64Array, r: Float64Array): number {
    const { criterion, normalised } = this.#settings;
    if (criterion === "IT") return this.#interaction(n, l, r);
    if (criterion === "CIT") {
      const gain =
        2 * (information(n, l) + information(this.#right.n, r) - information(this.#node.n, this.#node.rates));
      return gain < Infinity ? gain : -1;
    }
    const [ofLeft, ofRight] = [metricOf(criterion, l), metricOf(criterion, r)];
    if (criterion === "DDP") return Math.abs(ofLeft - ofRight);
    if (criterion === "IDDP") {
      const gain = Math.abs(ofLeft - ofRight) - Math.abs(this.#metric);
      return normalised ? gain / this.#ownNorm(gain) : gain;
    }
    const p = left / this.#rows;
    const gain = p * ofLeft + (1 - p) * ofRight - this.#metric;
    return normalised && criterion !== "CTS" ? gain / this.#norm() : gain;
  }

  #norm(): number {
    const { n } = this.#node;
    const control = n[0] as number;
    const pC = (this.#right.n[0] as number) / (control + 0.1);
    let above = 0;
    for (let g = 1; g < n.length; g++) above += this.#right.n[g] as number;
    let sum = 0.9 * this.#crossed * divergence(above / (this.#treated + 0.1), pC);
    for (let g = 1; g < n.length; g++) {
      const count = n[g] as number;
      const p = (this.#right.n[g] as number) / (count + 0.1);
      sum += (this.#weights[g] as number) * divergence(p, pC) + (count / this.#rows) * cross(p, p);
    }
    return sum + (control / this.#rows) * cross(pC, pC) + 0.5;
  }

  #ownNorm(gain: number): number {
    const { n } = this.#node;
    const control = n[0] as number;
    const pC = (this.#right.n[0] as number) / (control + 0.1);
    let above = 0;
    for (let g = 1; g < n.length; g++) above += this.#right.n[g] as number;
    const pA = above / (this.#treated + 0.1);
    const own = (this.#crossed * 2 * (gain + 1)) / 3;
    return own + (this.#treated / this.#rows) * cross(pA, pA) + (control / this.#rows) * cross(pC, pC) + 0.5;
  }

  #interaction(n: Float64Array, l: Float64Array, r: Float64Array): number {
    const right = this.#right.n;
    const cells = [
      [n[0], l[0]],
      [n[1], l[1]],
      [right[0], r[0]],
      [right[1], r[1]],
    ] as [number, number][];
    const degrees = cells.reduce((sum, [count]) => sum + count - 1, 0);
    const variance = cells.reduce((sum, [count, s]) => sum + (count - 1) * s * (1 - s), 0) / degrees;
    const inverse = cells.reduce((sum, [count]) => sum + 1 / count, 0);
    const difference = (l[1] as number) - (l[0] as number) - ((r[1] as number) - (r[0] as number));
    return variance > 0 && degrees > 0 ? difference ** 2 / (variance * inverse) : -1;
  }

  #gradient(n: Float64Array, sum: Float64Array, left: number): number {
    const { n: all } = this.#node;
    const residual = (g: number) =>
      (((sum[g] as number) - (n[g] as number) * (this.#means[g] as number)) * this.#rows) / (all[g] as number);
    const control = residual(0);
    let total = 0;
    for (let g = 1; g < n.length; g++) total += (residual(g) - control) ** 2;
    return total * (1 / left + 1 / (this.#rows - left));
  }
}

function information(n: Float64Array, rates: Float64Array): number {
  const [n0, n1, s0, s1] = [n[0], n[1], rates[0], rates[1]] as [number, number, number, number];
  const all = n0 + n1;
  const errors = n0 * s0 * (1 - s0) + n1 * s1 * (1 - s1);
  return -(all / 2) * Math.log(all * errors) + n1 * Math.log(n1) + n0 * Math.log(n0);
}
