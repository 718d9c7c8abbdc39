/**
 * Channels × time in plain TypeScript: the same spectral projected gradient, written as fast as good JavaScript is.
 *
 *   maximise Σ_c Σ_t weight_ct f_c(a_ct),   a_c = adstock(x_c),   Σ x = B,   l ≤ x ≤ u
 *
 * Source: Birgin, Martínez and Raydan, "Nonmonotone spectral projected gradient methods on convex sets" (SIAM J. Optim. 2000).
 */
export interface Flight {
  channels: number;
  periods: number;
  /** By channel: geometric decay (normalised: each unit of spend counts once) and Hill's max, half and shape. */
  decay: readonly number[];
  max: readonly number[];
  half: readonly number[];
  shape: readonly number[];
  /** What each response counts. */
  weight: number;
  least: number;
  most: number;
  budget: number;
}

export interface Flown {
  spend: Float64Array;
  response: number;
  /** No plan responds more than this: the Frank–Wolfe bound, for concave curves. */
  bound: number;
  turns: number;
  evaluations: number;
}

const MEMORY = 10;
const SUFFICIENT = 1e-4;
const MOST_TURNS = 5000;
/** Responses are taken at an adstock of at least this: slopes of shapes below 1 are infinite at zero. */
const FLOOR = 1e-9;

export function fly(flight: Flight, tolerance: number): Flown {
  const { channels, periods, least, most, budget } = flight;
  const n = channels * periods;
  let x = new Float64Array(n).fill(budget / n);
  let g = new Float64Array(n);
  let toX = new Float64Array(n);
  let toG = new Float64Array(n);
  const p = new Float64Array(n);
  let response = respond(flight, x, g);
  let evaluations = 1;
  const before = [response];
  let step = 1 / g.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  for (let turn = 0; ; turn++) {
    const bound = response + gapAt(g, x, least, most, budget);
    if (bound - response <= tolerance * Math.abs(bound) || turn === MOST_TURNS) {
      return { spend: x, response, bound, turns: turn, evaluations };
    }
    for (let i = 0; i < n; i++) p[i] = (x[i] as number) + step * (g[i] as number);
    project(p, least, most, budget);
    let slope = 0;
    for (let i = 0; i < n; i++) {
      p[i] = (p[i] as number) - (x[i] as number);
      slope += (g[i] as number) * (p[i] as number);
    }
    const reference = Math.min(...before.slice(-MEMORY));
    let reached = 0;
    for (let length = 1; ; length /= 2) {
      for (let i = 0; i < n; i++) toX[i] = (x[i] as number) + length * (p[i] as number);
      reached = respond(flight, toX, toG);
      evaluations++;
      if (reached >= reference + SUFFICIENT * length * slope || length < 1e-10) break;
    }
    step = spectral(x, g, toX, toG);
    [x, toX] = [toX, x];
    [g, toG] = [toG, g];
    response = reached;
    before.push(response);
  }
}

/** The response of a plan; `g` takes its slopes: the adjoint of the adstock is its recursion run backwards. */
export function respond(
  { channels, periods, decay, max, half, shape, weight }: Flight,
  x: Float64Array,
  g: Float64Array,
) {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const θ = decay[c] as number;
    const s = shape[c] as number;
    const scale = weight * (max[c] as number);
    const h = (half[c] as number) ** s;
    let a = 0;
    for (let t = c * periods; t < (c + 1) * periods; t++) {
      a = θ * a + (1 - θ) * (x[t] as number);
      const z = Math.max(a, FLOOR);
      const power = z ** s;
      sum += (scale * power) / (h + power);
      g[t] = (scale * s * h * power) / (z * (h + power) * (h + power));
    }
    let b = 0;
    for (let t = (c + 1) * periods - 1; t >= c * periods; t--) {
      b = θ * b + (1 - θ) * (g[t] as number);
      g[t] = b;
    }
  }
  return sum;
}

/** max gᵀ(s − x) over the plans: the dearest slopes first. */
function gapAt(g: Float64Array, x: Float64Array, least: number, most: number, budget: number): number {
  const sorted = Float64Array.from(g).sort();
  let left = budget - least * g.length;
  let best = 0;
  for (let i = g.length - 1; i >= 0; i--) {
    const more = Math.min(most - least, left);
    best += (sorted[i] as number) * (least + more);
    left -= more;
  }
  for (let i = 0; i < g.length; i++) best -= (g[i] as number) * (x[i] as number);
  return best;
}

/** The nearest plan of Σ = B within the bounds, in place: Newton on the price, kept inside its bracket. */
function project(v: Float64Array, least: number, most: number, budget: number): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let price = -budget;
  for (const value of v) {
    low = Math.min(low, value - most);
    high = Math.max(high, value - least);
    price += value;
  }
  price = Math.min(high, Math.max(low, price / v.length));
  for (let turn = 0; turn < 100; turn++) {
    let sum = -budget;
    let free = 0;
    for (const value of v) {
      const x = value - price;
      if (x <= least) sum += least;
      else if (x >= most) sum += most;
      else {
        sum += x;
        free++;
      }
    }
    if (Math.abs(sum) <= 1e-13 * Math.abs(budget)) break;
    if (sum > 0) low = price;
    else high = price;
    const newton = price + sum / free;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === price) break;
    price = next;
  }
  for (let i = 0; i < v.length; i++) v[i] = Math.min(most, Math.max(least, (v[i] as number) - price));
}

function spectral(x: Float64Array, g: Float64Array, toX: Float64Array, toG: Float64Array): number {
  let squares = 0;
  let curved = 0;
  for (let i = 0; i < x.length; i++) {
    const s = (toX[i] as number) - (x[i] as number);
    squares += s * s;
    curved += s * ((g[i] as number) - (toG[i] as number));
  }
  return curved > 0 ? Math.min(1e6, Math.max(1e-6, squares / curved)) : 1e3;
}
