/** Made experiments whose effects are known: for tests of training. */
import type { Experiment } from "../../../src/learn/data/types.js";
import { randomOf } from "../made.js";

export interface MadeExperiment {
  data: Experiment & { outcome: Float64Array; features: Record<string, Float32Array> };
  arms: string[];
  arm: Uint8Array;
  /** True effect of each arm but the control, by row. */
  tau: Float64Array[];
}

export interface MadeOptions {
  rows: number;
  arms?: number;
  /** Noise features beside the four that matter. */
  noise?: number;
  binary?: boolean;
  /** Chance of an arm depends on the first feature. */
  confounded?: boolean;
  cost?: boolean;
}

/** y = base(x) + τ_a(x) + noise; τ_1 = 0.4 where a > ½, else 0; τ_2 = 0.5 b − 0.1 … */
export function madeExperiment(options: MadeOptions, seed: number): MadeExperiment {
  const { rows, arms: count = 2, noise = 2, binary = false, confounded = false, cost = false } = options;
  const random = randomOf(seed);
  const column = () => Float32Array.from({ length: rows }, () => random());
  const features: Record<string, Float32Array> = { a: column(), b: column(), c: column(), d: column() };
  for (let k = 0; k < noise; k++) features[`noise${k}`] = column();
  const { a, b, c } = features as Record<"a" | "b" | "c", Float32Array>;
  const tauOf = (k: number, i: number) => (k === 1 ? ((a[i] as number) > 0.5 ? 0.4 : 0) : 0.5 * (b[i] as number) - 0.1);
  const chanceOf = (i: number) => (confounded ? 0.2 + 0.6 * (c[i] as number) : 0.5);
  const arm = Uint8Array.from({ length: rows }, (_, i) =>
    count === 2 ? Number(random() < chanceOf(i)) : Math.floor(random() * count),
  );
  const tau = Array.from({ length: count - 1 }, (_, k) =>
    Float64Array.from({ length: rows }, (_, i) => tauOf(k + 1, i)),
  );
  const outcome = Float64Array.from({ length: rows }, (_, i) => {
    const base = 0.1 + 0.4 * (c[i] as number);
    const mean = base + (arm[i] === 0 ? 0 : ((tau[(arm[i] as number) - 1] as Float64Array)[i] as number));
    return binary ? Number(random() < mean) : mean + 0.3 * (random() + random() - 1);
  });
  const names = Array.from({ length: count }, (_, k) => (k === 0 ? "none" : `arm${k}`));
  const data = {
    treatment: Array.from(arm, (k) => names[k] as string),
    control: "none",
    outcome,
    features,
    ...(cost && { cost: Float64Array.from(arm, (k, i) => (k === 0 ? 0 : k + (c[i] as number))) }),
    ...(confounded && {
      propensity: Float64Array.from(arm, (k, i) => (k === 1 ? chanceOf(i) : 1 - chanceOf(i))),
    }),
  };
  return { data, arms: names, arm, tau };
}

export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  const mean = (z: ArrayLike<number>) => Array.from(z).reduce((sum, v) => sum + v, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** What a promise is rejected with: handled in the turn in which it was made, as workerd asks. */
export async function saidBy(run: Promise<unknown> | undefined): Promise<string> {
  try {
    await run;
    return "nothing";
  } catch (error) {
    return (error as Error).message;
  }
}
