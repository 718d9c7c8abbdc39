/**
 * What a split gains, by criterion: causalml's definitions (0.18, `_uplift/_criterion.pyx`), and the gradient of causal forests.
 *
 * A node has arms g = 0 (control) … G, n_g rows by weight and the sum of their outcomes. Its rate is drawn to its parent's q:
 *
 *   s_g = (sum_g + q_g n_reg) / (n_g + n_reg) where n_g > least, else q_g; of the root sum_g / n_g      p = n_L / n
 *
 *   KL, ED, Chi   p D(L) + (1−p) D(R) − D(node), D = Σ_t d(s_t, s_0)                                          normalised
 *     KL          d = s_t ln(s_t/q) + (1−s_t) ln((1−s_t)/(1−q)), q = s_0 within [1e-6, 1−1e-6]; 0 where s_0 = 0
 *     ED          d = 2 (s_t − s_0)²
 *     Chi         d = (s_t − s_0)² / max(s_0, 1e-6) + (s_t − s_0)² / max(1 − s_0, 1e-6)
 *   CTS           p M(L) + (1−p) M(R) − M(node), M = max of all s, the control's included
 *   DDP           |δ(L) − δ(R)|, δ = Σ_t (s_t − s_0)
 *   IDDP          |δ(L) − δ(R)| − |δ(node)|                                                       normalised by its own
 *   IT            ((δ_L − δ_R) / (σ √(1/n_L1 + 1/n_R1 + 1/n_L0 + 1/n_R0)))², σ² = Σ (n−1) s (1−s) / Σ (n−1) over the four
 *   CIT           2 (i_L + i_R − i_node), i = −(n/2) ln(n Σ_g n_g s_g (1−s_g)) + n_1 ln n_1 + n_0 ln n_0
 *
 *   norm = .9 E(N_T/N, N_C/N) KL(pA, pC) + Σ_t [.1 E(n_t/(n_t+N_C), N_C/(n_t+N_C)) KL(pA_t, pC) + (n_t/N) e(pA_t)]
 *        + (N_C/N) e(pC) + .5        pA = N_T^R/(N_T+.1), pC = N_C^R/(N_C+.1), pA_t = n_t^R/(n_t+.1), from raw counts
 *   IDDP: E(N_T/N, N_C/N) 2 (gain+1)/3 + (N_T/N) e(pA) + (N_C/N) e(pC) + .5
 *
 * E(a, b) = −a ln b is no entropy, and only the right child (x above the border) is in it: so the source has it (Rzepakowski and
 * Jaroszewicz 2012 have neither), and parity needs it.
 *
 *   causal        Σ_t R_t² (1/n_L + 1/n_R), R_t = Σ_L ρ_t
 *
 * is the gradient criterion of Athey, Tibshirani and Wager (2019) for arms as indicators: ρ_i = A⁻¹ (W_i − W̄) (residual of i). Of arms
 * A = diag(p) − p pᵀ, so that A⁻¹ (e_k − p) = e_k / p_k for k > 0 and −1/p_0 for the control, and the residual is Y_i − μ of its arm:
 * R_t = (S_t − n_t μ_t)/p_t − (S_0 − n_0 μ_0)/p_0 follows from sums by arm, and no row is relabelled.
 */
import { log } from "../math/elementary";
import { CAUSAL, CHI, CIT, CTS, cellsOf, DDP, ED, IDDP, IT, KL, Run, ratesOf } from "./run";

/** Bytes of `run.work`: cells of the left and of the right child, rates of both, then what `prepare` makes of the node, by arm. */
export const LEFT: usize = 0;
export const RIGHT: usize = 512;
const RATES_LEFT: usize = 1024;
const RATES_RIGHT: usize = 1280;
const MEANS: usize = 1536;
const INVERSE: usize = 1792;
const WEIGHTS: usize = 2048;
/** Least q of a logarithm. */
const TINY: f64 = 1e-6;
const ALPHA: f64 = 0.9;

/** Of the node that `prepare` saw: its rows, its metric, those treated, E(N_T/N, N_C/N). */
let rows: f64 = 0;
let metric: f64 = 0;
let treated: f64 = 0;
let crossed: f64 = 0;
/** Share of the rows on the left of the split that `gainOf` looked at last. */
export let leftShare: f64 = 0;

export function ln(x: f64): f64 {
  return f64x2.extract_lane(log(f64x2.splat(x)), 0);
}

/** Rates of a node whose cells are there, drawn to its parent's; `parent` 0: a root. */
export function drawRates(run: Run, node: usize, parent: usize): void {
  const rates = ratesOf(node);
  const cells = cellsOf(node, run.arms);
  for (let g: usize = 0; g < <usize>run.arms; g++) {
    const n = load<f64>(cells + (g << 4));
    const sum = load<f64>(cells + (g << 4), 8);
    let rate = n > 0 ? sum / n : 0;
    if (parent != 0) rate = drawn(run, n, sum, load<f64>(ratesOf(parent) + (g << 3)));
    store<f64>(rates + (g << 3), rate);
  }
}

function drawn(run: Run, n: f64, sum: f64, q: f64): f64 {
  return n > run.leastArm ? (sum + q * run.shrinkage) / (n + run.shrinkage) : q;
}

/** What does not change while a node's splits are looked at. */
export function prepare(run: Run, node: usize): void {
  const arms = <usize>run.arms;
  const cells = cellsOf(node, run.arms);
  rows = 0;
  for (let g: usize = 0; g < arms; g++) rows += load<f64>(cells + (g << 4));
  const work = <usize>run.work;
  if (run.criterion == CAUSAL) {
    for (let g: usize = 0; g < arms; g++) {
      const n = load<f64>(cells + (g << 4));
      store<f64>(work + (g << 3), n > 0 ? load<f64>(cells + (g << 4), 8) / n : 0, MEANS);
      store<f64>(work + (g << 3), n > 0 ? rows / n : 0, INVERSE);
    }
    return;
  }
  metric = metricOf(run.criterion, ratesOf(node), arms);
  const control = load<f64>(cells);
  treated = rows - control;
  crossed = cross(treated / rows, control / rows);
  for (let g: usize = 1; g < arms; g++) {
    const n = load<f64>(cells + (g << 4));
    store<f64>(work + (g << 3), (1 - ALPHA) * cross(n / (n + control), control / (n + control)), WEIGHTS);
  }
}

/** Gain of the split whose left child's cells lie at LEFT; −1 where a child is too small. */
export function gainOf(run: Run, node: usize): f64 {
  const arms = <usize>run.arms;
  const work = <usize>run.work;
  const cells = cellsOf(node, run.arms);
  const least = run.leastArm;
  let left: f64 = 0;
  for (let g: usize = 0; g < arms; g++) {
    const l = v128.load(work + (g << 4), LEFT);
    const r = f64x2.sub(v128.load(cells + (g << 4)), l);
    v128.store(work + (g << 4), r, RIGHT);
    const n = f64x2.extract_lane(l, 0);
    if (n < least || f64x2.extract_lane(r, 0) < least) return -1;
    left += n;
  }
  const right = rows - left;
  leftShare = left / rows;
  const smaller = left < right ? left : right;
  if (smaller < run.leastLeaf || smaller < run.leastShare * rows || smaller <= 0) return -1;
  const criterion = run.criterion;
  if (criterion == CAUSAL) return gradient(work, arms, left, right);
  const q = ratesOf(node);
  for (let g: usize = 0; g < arms; g++) {
    const at = work + (g << 4);
    const rate = load<f64>(q + (g << 3));
    store<f64>(work + (g << 3), drawn(run, load<f64>(at, LEFT), load<f64>(at, LEFT + 8), rate), RATES_LEFT);
    store<f64>(work + (g << 3), drawn(run, load<f64>(at, RIGHT), load<f64>(at, RIGHT + 8), rate), RATES_RIGHT);
  }
  if (criterion == IT) return interaction(work);
  if (criterion == CIT) return likelihood(work, cells, q);
  const ofLeft = metricOf(criterion, work + RATES_LEFT, arms);
  const ofRight = metricOf(criterion, work + RATES_RIGHT, arms);
  if (criterion == DDP) return abs(ofLeft - ofRight);
  if (criterion == IDDP) {
    const gain = abs(ofLeft - ofRight) - abs(metric);
    return run.normalised ? gain / ownNorm(work, cells, arms, gain) : gain;
  }
  const p = left / rows;
  const gain = p * ofLeft + (1 - p) * ofRight - metric;
  return run.normalised && criterion != CTS ? gain / norm(work, cells, arms) : gain;
}

/** D, M or δ of rates. */
function metricOf(criterion: u32, rates: usize, arms: usize): f64 {
  const control = load<f64>(rates);
  if (criterion == CTS) {
    let most = control;
    for (let g: usize = 1; g < arms; g++) most = max(most, load<f64>(rates + (g << 3)));
    return most;
  }
  let sum: f64 = 0;
  for (let g: usize = 1; g < arms; g++) {
    const rate = load<f64>(rates + (g << 3));
    const difference = rate - control;
    if (criterion == KL) sum += divergence(rate, control);
    else if (criterion == ED) sum += 2 * difference * difference;
    else if (criterion == CHI) {
      const square = difference * difference;
      sum += square / max(control, TINY) + square / max(1 - control, TINY);
    } else sum += difference;
  }
  return sum;
}

/** Kullback and Leibler's divergence of two shares; q = 0 gives 0. */
export function divergence(s: f64, q: f64): f64 {
  if (q == 0) return 0;
  const clamped = min(max(q, TINY), 1 - TINY);
  if (s == 0) return -ln(1 - clamped);
  if (s == 1) return -ln(clamped);
  const ratios = f64x2.replace_lane(f64x2.splat(s / clamped), 1, (1 - s) / (1 - clamped));
  const logs = log(ratios);
  return s * f64x2.extract_lane(logs, 0) + (1 - s) * f64x2.extract_lane(logs, 1);
}

/** −a ln b; 0 where b is 0. */
function cross(a: f64, b: f64): f64 {
  return b > 0 ? -a * ln(b) : 0;
}

function norm(work: usize, cells: usize, arms: usize): f64 {
  const control = load<f64>(cells);
  const pC = load<f64>(work, RIGHT) / (control + 0.1);
  let above: f64 = 0;
  for (let g: usize = 1; g < arms; g++) above += load<f64>(work + (g << 4), RIGHT);
  let sum = ALPHA * crossed * divergence(above / (treated + 0.1), pC);
  for (let g: usize = 1; g < arms; g++) {
    const n = load<f64>(cells + (g << 4));
    const p = load<f64>(work + (g << 4), RIGHT) / (n + 0.1);
    sum += load<f64>(work + (g << 3), WEIGHTS) * divergence(p, pC) + (n / rows) * cross(p, p);
  }
  return sum + (control / rows) * cross(pC, pC) + 0.5;
}

function ownNorm(work: usize, cells: usize, arms: usize, gain: f64): f64 {
  const control = load<f64>(cells);
  const pC = load<f64>(work, RIGHT) / (control + 0.1);
  let above: f64 = 0;
  for (let g: usize = 1; g < arms; g++) above += load<f64>(work + (g << 4), RIGHT);
  const pA = above / (treated + 0.1);
  return (crossed * 2 * (gain + 1)) / 3 + (treated / rows) * cross(pA, pA) + (control / rows) * cross(pC, pC) + 0.5;
}

function interaction(work: usize): f64 {
  const nL0 = load<f64>(work, LEFT);
  const nL1 = load<f64>(work, LEFT + 16);
  const nR0 = load<f64>(work, RIGHT);
  const nR1 = load<f64>(work, RIGHT + 16);
  const l0 = load<f64>(work, RATES_LEFT);
  const l1 = load<f64>(work, RATES_LEFT + 8);
  const r0 = load<f64>(work, RATES_RIGHT);
  const r1 = load<f64>(work, RATES_RIGHT + 8);
  const sum = nL0 + nL1 + nR0 + nR1 - 4;
  const variance =
    ((nL1 - 1) * l1 * (1 - l1) + (nR1 - 1) * r1 * (1 - r1) + (nL0 - 1) * l0 * (1 - l0) + (nR0 - 1) * r0 * (1 - r0)) /
    sum;
  const difference = l1 - l0 - (r1 - r0);
  const gain = (difference * difference) / (variance * (1 / nL1 + 1 / nR1 + 1 / nL0 + 1 / nR0));
  // Without variance there is no t: no split.
  return variance > 0 && sum > 0 ? gain : -1;
}

function likelihood(work: usize, cells: usize, q: usize): f64 {
  const l = information(work + LEFT, work + RATES_LEFT);
  const r = information(work + RIGHT, work + RATES_RIGHT);
  const gain = 2 * (l + r - information(cells, q));
  return gain < Infinity ? gain : -1;
}

function information(cells: usize, rates: usize): f64 {
  const n0 = load<f64>(cells);
  const n1 = load<f64>(cells, 16);
  const s0 = load<f64>(rates);
  const s1 = load<f64>(rates, 8);
  const n = n0 + n1;
  const errors = n0 * s0 * (1 - s0) + n1 * s1 * (1 - s1);
  return -(n / 2) * ln(n * errors) + n1 * ln(n1) + n0 * ln(n0);
}

function gradient(work: usize, arms: usize, left: f64, right: f64): f64 {
  const ofControl =
    (load<f64>(work, LEFT + 8) - load<f64>(work, LEFT) * load<f64>(work, MEANS)) * load<f64>(work, INVERSE);
  let sum: f64 = 0;
  for (let g: usize = 1; g < arms; g++) {
    const at = work + (g << 4);
    const sumOf =
      (load<f64>(at, LEFT + 8) - load<f64>(at, LEFT) * load<f64>(work + (g << 3), MEANS)) *
      load<f64>(work + (g << 3), INVERSE);
    const r = sumOf - ofControl;
    sum += r * r;
  }
  return sum * (1 / left + 1 / right);
}
