/** Intervals by the bootstrap: every statistic on the same resamples, so that differences are paired. */
import { finiteNumber, wholeNumber } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import type { Resamples } from "./kernel.js";
import type { BootstrapOptions, Estimate } from "./types.js";

export const MOST_RESAMPLES = 100_000;

export interface Settings {
  resamples: number;
  level: number;
  seed: number;
}

export function settingsOf({ resamples = 1000, level = 0.95, seed = 1 }: BootstrapOptions): Settings {
  wholeNumber(resamples, "resamples", 0, MOST_RESAMPLES);
  wholeNumber(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
  if (!(finiteNumber(level, "level") > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`);
  return { resamples, level, seed };
}

/** The caller's engine, or one that goes when the job is done: its memory would not shrink. */
export function engineOf({ engine }: BootstrapOptions): Engine {
  if (engine !== undefined && !(engine instanceof Engine)) throw new TypeError("engine must be made by createEngine");
  return engine ?? new Engine();
}

/** Numbers that are looked at together: `of` counts them on the resample that is drawn. */
export type Statistic = () => ArrayLike<number>;

/** The numbers of one statistic: as they are, and by resample. */
export class Sampled {
  readonly values: Float64Array;
  readonly #draws: Float64Array[];
  readonly #level: number;

  constructor(values: ArrayLike<number>, resamples: number, level: number) {
    this.values = Float64Array.from(values);
    this.#draws = Array.from(this.values, () => new Float64Array(resamples));
    this.#level = level;
  }

  put(replicate: number, values: ArrayLike<number>): void {
    this.#draws.forEach((draws, j) => {
      draws[replicate] = values[j] as number;
    });
  }

  estimate(j: number): Estimate & { undefinedResamples: number } {
    return summary(this.values[j] as number, this.#draws[j] as Float64Array, this.#level);
  }

  /** Number j less number k of another statistic, resample by resample. */
  less(j: number, other: Sampled, k: number): Estimate {
    const [mine, theirs] = [this.#draws[j] as Float64Array, other.#draws[k] as Float64Array];
    const draws = mine.map((x, b) => x - (theirs[b] as number));
    const { undefinedResamples: _, ...estimate } = summary(
      (this.values[j] as number) - (other.values[k] as number),
      draws,
      this.#level,
    );
    return estimate;
  }
}

/** Counts every statistic on the rows as they are and on each resample. */
export function bootstrap(
  resamples: Resamples,
  statistics: readonly Statistic[],
  { resamples: count, level }: Settings,
  { signal, onProgress }: BootstrapOptions,
): Sampled[] {
  resamples.draw(-1);
  const sampled = statistics.map((of) => new Sampled(of(), count, level));
  for (let b = 0; b < count; b++) {
    signal?.throwIfAborted();
    resamples.draw(b);
    statistics.forEach((of, s) => {
      sampled[s]?.put(b, of());
    });
    onProgress?.(b + 1, count);
  }
  return sampled;
}

function summary(value: number, draws: Float64Array, level: number): Estimate & { undefinedResamples: number } {
  const sorted = draws.filter(Number.isFinite).sort();
  const n = sorted.length;
  const undefinedResamples = draws.length - n;
  if (n < 2) return { value, error: Number.NaN, low: Number.NaN, high: Number.NaN, undefinedResamples };
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const error = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  const tail = (1 - level) / 2;
  return { value, error, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), undefinedResamples };
}

/** Between the two sorted numbers around it, linearly (Hyndman and Fan's type 7). */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const a = sorted[below] as number;
  const b = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return a + (at - below) * (b - a);
}
