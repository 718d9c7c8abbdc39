/** Columns p, q and r of curves, which their kernels take instead of taking the same logarithm at every spend. */
import { logarithm, low } from "../../math/elementary";
import { HILL, INCENTIVE, LOGIT, POWER, REACH } from "./evaluate";
import { prepareIncentive } from "./incentive";
import { prepareLogit } from "./logit";
import { prepareReach } from "./reach";

/** Curves of one family: a, b, c and d are given, as evaluate.ts has them. */
export function prepare(family: i32, curves: usize, stride: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    const at = curves + ((<usize>i) << 3);
    const b = load<f64>(at + stride);
    const c = load<f64>(at + 2 * stride);
    if (family == LOGIT) prepareLogit(b, c, at, stride);
    else if (family == INCENTIVE) prepareIncentive(b, c, load<f64>(at + 3 * stride), at, stride);
    else if (family == REACH) prepareReach(c, at, stride);
    else if (family == HILL || family == POWER) {
      const ln = logarithm(f64x2.splat(family == HILL ? b : 1));
      store<f64>(at + 4 * stride, family == HILL ? c : b);
      v128.store64_lane(at + 5 * stride, ln, 0);
      v128.store64_lane(at + 6 * stride, low, 0);
    }
  }
}
