/** Calibration: what a score promises against what came out, by bucket of the score. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import type { Sampled } from "./bootstrap.js";
import type { Rows } from "./judge.js";
import { Columns, type Resamples } from "./kernel.js";
import type { CalibrationBucket, Estimate } from "./types.js";

export interface Buckets {
  rows: number[];
  predicted: number[];
  /** Treated mean less control mean by bucket, on the resample that is drawn. */
  count: () => number[];
}

/** Buckets of as many rows each as can be, in the order of the score. */
export function bucketRows(
  engine: Engine,
  scratch: Scratch,
  resamples: Resamples,
  { treated, outcome, units }: Pick<Rows, "treated" | "outcome" | "units">,
  scores: Float64Array,
  order: Uint32Array,
  buckets: number,
): Buckets {
  const n = order.length;
  const parts = Array.from({ length: Math.min(buckets, n) }, (_, b) =>
    order.subarray(Math.floor((b * n) / buckets), Math.floor(((b + 1) * n) / buckets)),
  ).filter((part) => part.length > 0);
  const sums = parts.map((part) => {
    const t = Float64Array.from(part, (i) => treated[i] as number);
    const y = Float64Array.from(part, (i) => outcome[i] as number);
    const columns = [t, y.map((x, k) => x * (t[k] as number)), y];
    return new Columns(
      engine,
      scratch,
      resamples,
      Uint32Array.from(part, (i) => units[i] as number),
      columns,
    );
  });
  return {
    rows: parts.map((part) => part.length),
    predicted: parts.map((part) => part.reduce((sum, i) => sum + (scores[i] as number), 0) / part.length),
    count: () =>
      sums.map((columns) => {
        const [all, n_t, Y_t, Y] = columns.sums() as unknown as [number, number, number, number];
        return Y_t / n_t - (Y - Y_t) / (all - n_t);
      }),
  };
}

/** Buckets with their intervals; their numbers stand from `at` on. */
export function calibrationOf({ rows, predicted }: Buckets, sampled: Sampled, at: number): CalibrationBucket[] {
  return rows.map((n, b) => {
    const { value, error, low, high } = sampled.estimate(at + b);
    const observed: Estimate = { value, error, low, high };
    return { rows: n, predicted: predicted[b] as number, observed };
  });
}
