/**
 * The plan at the break price λ: for every user the option b_i that maximises p_ij − λ k_ij, in whole quanta.
 *
 *   plan   u16 by user, 0 = none
 *
 * Scores are f64, off by at most 2^-52 (|p| + λ|k|). The given choice of a user stays where it is a maximiser within that,
 * so that the plan is near the given choices and spends nearly the budget where many options tie at λ.
 *
 * Source: Pisinger, EJOR 83 (1995), 394–410, the start of the core algorithm; group-knapsack reference, section 7.
 */
import { at } from "../budget/steps";
import { choiceAt } from "../choices";
import { cost, price, value } from "./counting";

/** Relative rounding of a score, and of a difference of two. */
const ROUNDING: f64 = 2.220446049250313e-16 * 4;

/** Plans users [from, to) and adds them to the sums of `counting`. */
export function plan(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  to: u32,
  exactlyOne: bool,
  choices: usize,
  wide: bool,
  counting: usize,
  planned: usize,
): void {
  const lambda = price(counting);
  let size = load<f64>(counting, 64);
  for (let i = from; i < to; i++) {
    const v = values + ((<usize>i) << 2);
    const c = costs + ((<usize>i) << 2);
    const now = choiceAt(choices, wide, i);
    let best: u32 = 0;
    let bestCost: i64 = 0;
    let bestValue: i64 = 0;
    let bestScore: f64 = exactlyOne ? -Infinity : 0;
    let nowCost: i64 = 0;
    let nowValue: i64 = 0;
    let nowScore: f64 = 0;
    let most: f64 = 0;
    for (let j: u32 = 1; j <= options; j++) {
      const vj = at(v, stride, j);
      if (vj == -Infinity) continue;
      const p = value(counting, vj);
      const k = cost(counting, at(c, stride, j));
      const score = <f64>p - lambda * <f64>k;
      most = max(most, abs(<f64>p) + lambda * abs(<f64>k));
      if (j == now) {
        nowCost = k;
        nowValue = p;
        nowScore = score;
      }
      if (score > bestScore || (score == bestScore && k < bestCost)) {
        best = j;
        bestCost = k;
        bestValue = p;
        bestScore = score;
      }
    }
    size += most;
    if (exactlyOne && best == 0) store<u32>(counting, load<u32>(counting, 72) + 1, 72);
    if (best != now && bestScore - nowScore <= ROUNDING * most) {
      best = now;
      bestCost = nowCost;
      bestValue = nowValue;
    }
    store<u16>(planned + ((<usize>i) << 1), <u16>best);
    store<i64>(counting, load<i64>(counting, 32) + bestValue, 32);
    store<i64>(counting, load<i64>(counting, 40) + bestCost, 40);
    store<i64>(counting, load<i64>(counting, 48) + nowValue, 48);
    store<i64>(counting, load<i64>(counting, 56) + nowCost, 56);
  }
  store<f64>(counting, size, 64);
}
