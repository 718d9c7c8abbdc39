/**
 * Risk measures ρ of the responses R of all draws, and what bounds them. Those that are concave and rise in every R_j are
 *
 *   ρ(R) = min { Σ p_j R_j : p in P },   P a set of weights p ≥ 0 with Σ p = 1
 *
 *   CVaR      p_j ≤ 1 / (level · n)                  Rockafellar and Uryasev, "Optimization of conditional value-at-risk", 2000
 *   mean − k · sd    n Σ (p_j − 1/n)² ≤ k²           without p ≥ 0 this is mean − k · sd itself; with it, nowhere below it
 *   regret    all of P, of R_j − R_j*                R_j* the most that any plan brings in draw j
 *
 * so that every p in P proves: no plan has more than max_x Σ p_j R_j(x), which one climb certifies where curves are concave.
 */
import type { Risk } from "../../types.js";
import type { Measure } from "../flight.js";

/** min Σ p_j v_j + μ n / 2 Σ (p_j − 1/n)², 0 ≤ p_j ≤ cap, Σ p = 1: smooth for μ > 0, and nowhere below the least. */
export function leastMean(v: Float64Array, cap: number, smooth: number): ReturnType<Measure> {
  const n = v.length;
  const by = 1 / (smooth * n);
  const share = (tau: number, value: number) => Math.min(cap, Math.max(0, 1 / n + (tau - value) * by));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of v) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  [low, high] = [low - smooth, high + smooth * n * Math.min(1, cap)];
  for (let turn = 0; turn < 100; turn++) {
    const middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) break;
    let sum = 0;
    for (const value of v) sum += share(middle, value);
    if (sum > 1) high = middle;
    else low = middle;
  }
  const weights = v.map((value) => share(high, value));
  const total = weights.reduce((sum, p) => sum + p, 0);
  let value = 0;
  for (let j = 0; j < n; j++) {
    const p = (weights[j] as number) / total;
    weights[j] = p;
    value += p * (v[j] as number) + 0.5 * smooth * n * (p - 1 / n) ** 2;
  }
  return { value, weights };
}

/** min Σ p_j v_j over p ≥ 0, Σ p = 1, n Σ (p_j − 1/n)² ≤ k²: p_j in proportion to how far v_j lies below some τ. */
export function leastWithin(v: Float64Array, k: number): ReturnType<Measure> {
  const n = v.length;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of v) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const mean = v.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(v.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  if (k === 0 || !(sd > 1e-14 * Math.abs(mean))) return { value: mean, weights: new Float64Array(n).fill(1 / n) };
  if (k * (high - mean) <= sd) {
    return { value: mean - k * sd, weights: v.map((value) => (1 - (k * (value - mean)) / sd) / n) };
  }
  const at = (tau: number) => {
    const weights = v.map((value) => Math.max(0, tau - value));
    const total = weights.reduce((sum, p) => sum + p, 0);
    return weights.map((p) => p / total);
  };
  const far = (weights: Float64Array) => n * weights.reduce((sum, p) => sum + (p - 1 / n) ** 2, 0);
  let [from, to] = [low, high];
  for (let turn = 0; turn < 60; turn++) {
    const middle = from + 0.5 * (to - from);
    if (!(middle > from && middle < to)) break;
    if (far(at(middle)) > k * k) from = middle;
    else to = middle;
  }
  const weights = at(to);
  return { value: weights.reduce((sum, p, j) => sum + p * (v[j] as number), 0), weights };
}

/** The measure itself, without smoothing. Of regret, `best` are R_j*, and the value is the least R_j − R_j*. */
export function riskOf(risk: Risk, responses: Float64Array, best?: Float64Array): number {
  const n = responses.length;
  const mean = responses.reduce((sum, value) => sum + value, 0) / n;
  switch (risk.type) {
    case "expectation":
      return mean;
    case "mean-sd":
      return mean - risk.k * Math.sqrt(responses.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    case "quantile":
      return responses.slice().sort()[rankOf(risk.level, n) - 1] as number;
    case "cvar":
      return worstMean(responses.slice().sort(), risk.level * n);
    case "chance":
      return responses.reduce((sum, value) => sum + (value >= risk.target ? 1 : 0), 0) / n;
    case "regret":
      return responses.reduce((least, value, j) => Math.min(least, value - (best?.[j] as number)), 0);
  }
}

/** Mean of the first `count` of sorted numbers; the last of them may count in part. */
function worstMean(sorted: Float64Array, count: number): number {
  let [left, sum] = [count, 0];
  for (const value of sorted) {
    const part = Math.min(1, left);
    if (!(part > 0)) break;
    sum += part * value;
    left -= part;
  }
  return count < 1 ? (sorted[0] as number) : sum / count;
}

/** ⌈level · n⌉, at least 1, without the dust of 0.07 · 100. */
export function rankOf(level: number, n: number): number {
  return Math.min(n, Math.max(1, Math.ceil(level * n * (1 - 2 ** -50))));
}

/** Mean of the order statistics within `width` ranks of one: what a climb of a quantile sees. */
export function nearRank(rank: number, width: number): Measure {
  return (responses) => {
    const n = responses.length;
    const order = Uint32Array.from(responses, (_, j) => j).sort(
      (i, j) => (responses[i] as number) - (responses[j] as number) || i - j,
    );
    const [from, to] = [Math.max(0, rank - 1 - width), Math.min(n - 1, rank - 1 + width)];
    const weights = new Float64Array(n);
    let value = 0;
    for (let k = from; k <= to; k++) {
      const j = order[k] as number;
      weights[j] = 1 / (to - from + 1);
      value += (responses[j] as number) * (weights[j] as number);
    }
    return { value, weights };
  };
}

/** The share of draws that reach a target, with a smooth step of a width below it. */
export function nearTarget(target: number, width: number): Measure {
  return (responses) => {
    const n = responses.length;
    let value = 0;
    const weights = responses.map((response) => {
      const u = Math.min(1, Math.max(0, (response - target) / width + 1));
      value += (u * u * (3 - 2 * u)) / n;
      return (6 * u * (1 - u)) / (width * n);
    });
    return { value, weights };
  };
}

/** Σ min(1, R_j / target) / n, from above by at most width / 4: concave, and nowhere below the share that reaches the target. */
export function partsOf(target: number, width: number): Measure {
  return (responses) => {
    const n = responses.length;
    let value = 0;
    const weights = responses.map((response) => {
      const z = 1 - response / target;
      const [over, slope] =
        z >= width ? [z, 1] : z <= -width ? [0, 0] : [(z + width) ** 2 / (4 * width), (z + width) / (2 * width)];
      value += (1 + width / 4 - over) / n;
      return slope / (target * n);
    });
    return { value, weights };
  };
}
