/**
 * Timing by benchmark.js. Ratios are between runs of the same rounds: each round runs every case once, so that a machine
 * that slows down for a while slows all of them down.
 */
import Benchmark from "benchmark";

export interface Case {
  name: string;
  run: () => void;
}

/** A case whose last result can be looked at; it has run once when it is made. */
export interface Keeping<T> extends Case {
  result: T;
}

export function keeping<T>(name: string, make: () => T): Keeping<T> {
  const kept: Keeping<T> = {
    name,
    result: make(),
    run() {
      kept.result = make();
    },
  };
  return kept;
}

/** Seconds by case: one sample a round. The first, cold round is run and dropped. */
export function interleave(cases: readonly Case[], rounds: number): Map<string, number[]> {
  const samples = new Map(cases.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of cases) {
      const seconds = once(name, run);
      if (round > 0) samples.get(name)?.push(seconds);
    }
  }
  return samples;
}

/** One sample of benchmark.js: as many calls as its clock needs, the mean of them. */
function once(name: string, run: () => void): number {
  let failure: unknown;
  const benchmark = new Benchmark(name, run, {
    minSamples: 1,
    maxTime: 0,
    initCount: 1,
    onError: ({ target }: { target: { error?: unknown } }) => {
      failure = target.error;
    },
  } as Benchmark.Options);
  benchmark.run({ async: false });
  if (failure) throw failure;
  return median(benchmark.stats.sample);
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** The median of the rounds' own ratios. */
export function ratio(samples: Map<string, number[]>, name: string, to: string): number {
  const above = samples.get(name) ?? [];
  const below = samples.get(to) ?? [];
  return median(above.map((seconds, i) => seconds / (below[i] as number)));
}

export function milliseconds(samples: Map<string, number[]>, name: string): number {
  return 1000 * median(samples.get(name) ?? []);
}

export function peakMebibytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
