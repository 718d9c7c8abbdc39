/** Made experiments for tests of training: a small generator, and rows of bins in an engine's memory. */
import { Engine } from "../../src/engine/engine.js";
import { Memory, strideOf } from "../../src/learn/kernel.js";
import type { Ground } from "../../src/learn/trees/kernel.js";

/** Numbers in [0, 1) of a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface MadeBins {
  rows: number;
  columns: Uint8Array[];
  counts: Uint16Array;
  arms: number;
  arm: Uint8Array;
  y: Float64Array;
  cost: Float64Array;
  weight: Float64Array | undefined;
}

export interface Shape {
  rows: number;
  arms: number;
  /** Bins by feature, the missing one included. */
  bins: number[];
  missing?: number;
  binary?: boolean;
  weighted?: boolean;
}

/** Rows whose arm 1 works where the first feature is in its upper half. */
export function madeBins(
  { rows, arms, bins, missing = 0, binary = true, weighted = false }: Shape,
  seed: number,
): MadeBins {
  const random = randomOf(seed);
  const columns = bins.map((count) =>
    Uint8Array.from({ length: rows }, () => (random() < missing ? 0 : 1 + Math.floor(random() * (count - 1)))),
  );
  const arm = Uint8Array.from({ length: rows }, () => Math.floor(random() * arms));
  const effect = (i: number) => (arm[i] === 1 && (columns[0]?.[i] as number) > (bins[0] as number) / 2 ? 0.3 : 0);
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const p = 0.25 + effect(i) + 0.1 * ((columns[1]?.[i] ?? 0) / (bins[1] ?? 1));
    return binary ? Number(random() < p) : p + random();
  });
  const cost = Float64Array.from(arm, (a) => (a === 0 ? 0 : a + random()));
  const weight = weighted ? Float64Array.from({ length: rows }, () => Math.floor(random() * 4) / 2) : undefined;
  return { rows, columns, counts: Uint16Array.from(bins), arms, arm, y, cost, weight };
}

export function placed(made: MadeBins, memory = new Memory(new Engine())): { memory: Memory; ground: Ground } {
  const stride = strideOf(made.rows);
  const bins = memory.take(stride * made.columns.length);
  for (const [f, column] of made.columns.entries()) memory.bytes(bins + f * stride, made.rows).set(column);
  const target = memory.put(made.y);
  const ground: Ground = {
    ...{ rows: made.rows, features: made.columns.length, bins, stride, counts: made.counts, armCount: made.arms },
    ...{ arms: memory.put(made.arm), units: 0, unitCount: made.rows, target },
    weights: made.weight ? memory.put(made.weight) : 0,
    outcomes: [target, memory.put(made.cost)],
  };
  return { memory, ground };
}
