/**
 * Losses and their derivatives, two rows at a time. s is the raw score, w the row's weight.
 *
 *   squared    (y − s)²                            g = w (y − s)                        h = w
 *   logistic   ln(1 + e^−|s|) + max(s, 0) − y s    g = w (y − σ(s))                     h = w σ(s) (1 − σ(s))
 *   Tweedie    −y e^((1−ρ)s)/(1−ρ) + e^((2−ρ)s)/(2−ρ)                                   variance power ρ, 1 < ρ < 2, mean e^s
 *              g = w (y e^((1−ρ)s) − e^((2−ρ)s))   h = w ((ρ−1) y e^((1−ρ)s) + (2−ρ) e^((2−ρ)s))
 *
 * g is minus the derivative (of half of the squared loss), so that leaves go its way: rate · Σ g / (Σ h + l2).
 */
import { exp, log1p, sigmoid } from "../../math/elementary";
import { mix64 } from "../../math/random";
import { Boost, LOGISTIC, TWEEDIE } from "./run";

const UNIT: f64 = 1.1102230246251565e-16;
const one = f64x2.splat(1);

function pair(column: usize, a: usize, b: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(load<f64>(column + (a << 3))), 1, load<f64>(column + (b << 3)));
}

function share(seed: u64, stream: u64, i: u64): f64 {
  return <f64>(mix64(mix64(mix64(seed) + stream) + i * 0x9e3779b97f4a7c15) >> 11) * UNIT;
}

/** Draws the rows and columns of a tree, and writes entries and stats. Says Σ g² / h of them. */
export function plantBoost(at: usize, tree: u32): void {
  const run = changetype<Boost>(at);
  run.tree = tree;
  drawColumns(run);
  const drawsRows = run.rowShare < 1;
  const stream = ((<u64>5) << 40) + <u64>tree;
  let taken: usize = 0;
  for (let i: usize = 0; i < <usize>run.trainingCount; i++) {
    const row = load<u32>(<usize>run.training + (i << 2));
    if (drawsRows && share(run.seed, stream, <u64>row) >= run.rowShare) continue;
    store<u32>(<usize>run.entries + (taken << 2), row);
    taken++;
  }
  run.taken = <u32>taken;
  for (let i: usize = 0; i < taken; i += 2) {
    const entry = <usize>run.entries + (i << 2);
    const a = <usize>load<u32>(entry);
    const b = i + 1 < taken ? <usize>load<u32>(entry, 4) : a;
    derive(run, a, b, <usize>run.stats + (i << 4), i + 1 < taken);
  }
}

function drawColumns(run: Boost): void {
  const stream = ((<u64>6) << 40) + <u64>run.tree;
  let count: u32 = 0;
  for (let c: u32 = 0; c < run.columns; c++) {
    if (run.columnShare < 1 && share(run.seed, stream, <u64>c) >= run.columnShare) continue;
    store<u32>(<usize>run.used + ((<usize>count) << 2), c);
    count++;
  }
  // None was drawn: all are asked.
  for (let c: u32 = 0; count == 0 && c < run.columns; c++) store<u32>(<usize>run.used + ((<usize>c) << 2), c);
  run.usedCount = count == 0 ? run.columns : count;
}

function derive(run: Boost, a: usize, b: usize, stat: usize, both: bool): void {
  const s = pair(run.score, a, b);
  const y = pair(run.y, a, b);
  const w = run.weights ? pair(run.weights, a, b) : one;
  let g: v128;
  let h: v128;
  if (run.loss == LOGISTIC) {
    const p = sigmoid(s);
    g = f64x2.mul(w, f64x2.sub(y, p));
    h = f64x2.mul(w, f64x2.mul(p, f64x2.sub(one, p)));
  } else if (run.loss == TWEEDIE) {
    const below = f64x2.mul(y, exp(f64x2.mul(s, f64x2.splat(1 - run.power))));
    const above = exp(f64x2.mul(s, f64x2.splat(2 - run.power)));
    g = f64x2.mul(w, f64x2.sub(below, above));
    h = f64x2.mul(
      w,
      f64x2.add(f64x2.mul(below, f64x2.splat(run.power - 1)), f64x2.mul(above, f64x2.splat(2 - run.power))),
    );
  } else {
    g = f64x2.mul(w, f64x2.sub(y, s));
    h = w;
  }
  v128.store(stat, v128.shuffle<f64>(h, g, 0, 2));
  if (both) v128.store(stat, v128.shuffle<f64>(h, g, 1, 3), 16);
}

/** Σ w · loss of rows, and Σ w at `out`. */
export function lossOf(at: usize, rows: usize, count: u32, out: usize): void {
  const run = changetype<Boost>(at);
  let sum: f64 = 0;
  let weight: f64 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const a = <usize>load<u32>(rows + (i << 2));
    const w = run.weights ? load<f64>(<usize>run.weights + (a << 3)) : 1;
    const y = load<f64>(<usize>run.y + (a << 3));
    const s = load<f64>(<usize>run.score + (a << 3));
    sum += w * single(run, y, s);
    weight += w;
  }
  store<f64>(out, sum);
  store<f64>(out, weight, 8);
}

function single(run: Boost, y: f64, s: f64): f64 {
  if (run.loss == LOGISTIC) {
    const e = exp(f64x2.splat(-abs(s)));
    return f64x2.extract_lane(log1p(e), 0) + max(s, 0) - y * s;
  }
  if (run.loss == TWEEDIE) {
    const below = 1 - run.power;
    const above = 2 - run.power;
    const e = exp(f64x2.replace_lane(f64x2.splat(below * s), 1, above * s));
    return f64x2.extract_lane(e, 1) / above - (y * f64x2.extract_lane(e, 0)) / below;
  }
  return (y - s) * (y - s);
}
