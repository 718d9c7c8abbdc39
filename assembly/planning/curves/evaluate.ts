/**
 * Curves of one family at many spends: value, slope and curvature.
 *
 *   family               a       b          c        d        p, q, r
 *   0 hill               max     half       shape    carry    shape, ln half (two numbers)
 *   1 logit              max     slope      midpoint          e^(slope · midpoint) = 2^p q, σ(slope · midpoint)
 *   2 tanh               max     rate
 *   3 michaelis-menten   max     half
 *   4 power              scale   exponent            0        exponent, 0, 0
 *   5 log                scale   unit
 *   6 exponential        max     rate
 *   7 linear             slope
 *   9 incentive          value · market   slope   intercept   market   e^−intercept, σ(−intercept), slope / market
 *   10 reach             population   1 / population   times   ln (times−1)! and a bound: reach.ts
 *
 *   curves   parameter k (a … r = 0 … 6) of curve i at curves + k · stride + i · step: columns, step 8; or one curve for all
 *            spends, step 0, its parameters written twice (16 bytes each, stride 16)
 *   x        spend of curve i at x + i · xStep, 8; with xStep 0 one spend for all, written twice
 *   value, first, second   f64 each, n of them, away from x and from the curves; an address of 0 is not wanted
 *
 * All addresses are multiples of 8. The last pair of an odd n reads 8 bytes past the end of its arrays and writes none.
 */
import { exponential, tangential } from "./decaying";
import { write } from "./derivatives";
import { hills, powers, roots } from "./hill";
import { incentive } from "./incentive";
import { logit } from "./logit";
import { reach } from "./reach";
import { linear, logarithmic, michaelisMenten } from "./simple";

export const HILL = 0;
export const LOGIT = 1;
export const TANH = 2;
export const MICHAELIS_MENTEN = 3;
export const POWER = 4;
export const LOG = 5;
export const EXPONENTIAL = 6;
export const LINEAR = 7;
/** 8 is a table: assembly/planning/response.ts. */
export const INCENTIVE = 9;
export const REACH = 10;

/** Spends of curves of a power that go through both steps together: 256 bytes of an array. */
const TILE: u32 = 32;

export function evaluate(
  family: i32,
  curves: usize,
  stride: usize,
  step: usize,
  x: usize,
  xStep: usize,
  n: u32,
  value: usize,
  first: usize,
  second: usize,
): void {
  if (family == HILL || family == POWER) inTwoSteps(family, curves, stride, step, x, xStep, n, value, first, second);
  else inOneStep(family, curves, stride, step << 1, x, xStep << 1, n, value, first, second);
}

function inTwoSteps(
  family: i32,
  curves: usize,
  stride: usize,
  step: usize,
  x: usize,
  xStep: usize,
  n: u32,
  value: usize,
  first: usize,
  second: usize,
): void {
  for (let i: u32 = 0; i < n; i += TILE) {
    const count = min(n - i, TILE);
    const at = (<usize>i) << 3;
    // u of the first step lies where the second writes its last result.
    const us = (second ? second : first ? first : value) + at;
    const spends = x + i * xStep;
    const these = curves + i * step;
    powers(spends, xStep << 1, these, step << 1, stride, count, us);
    const f = value ? value + at : 0;
    const f1 = first ? first + at : 0;
    const f2 = second ? second + at : 0;
    if (family == HILL) hills(us, spends, xStep << 1, these, step << 1, stride, count, f, f1, f2);
    else roots(us, spends, xStep << 1, these, step << 1, stride, count, f, f1, f2);
  }
}

function inOneStep(
  family: i32,
  curves: usize,
  stride: usize,
  step: usize,
  x: usize,
  xStep: usize,
  n: i32,
  value: usize,
  first: usize,
  second: usize,
): void {
  for (let at: usize = 0; n > 0; n -= 2, at += 16) {
    write(curve(family, v128.load(x), curves, stride), n, at, value, first, second);
    x += xStep;
    curves += step;
  }
}

/** The values of two curves; `write` knows their derivatives. */
function curve(family: i32, x: v128, at: usize, stride: usize): v128 {
  switch (family) {
    case LOGIT:
      return logit(x, at, stride);
    case TANH:
      return tangential(x, at, stride);
    case MICHAELIS_MENTEN:
      return michaelisMenten(x, at, stride);
    case LOG:
      return logarithmic(x, at, stride);
    case EXPONENTIAL:
      return exponential(x, at, stride);
    case INCENTIVE:
      return incentive(x, at, stride);
    case REACH:
      return reach(x, at, stride);
    default:
      return linear(x, at);
  }
}
