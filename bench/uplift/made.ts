/** What the benches of scoring score: LightGBM's own model, seeded forests, and seeded rows. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Forest } from "../../src/uplift/forest.js";
import { importModel } from "../../src/uplift/import.js";
import type { Model } from "../../src/uplift/model/model.js";
import { makeForest, seeded } from "../../test/uplift/forests.js";

export const FEATURES = 20;
export const TREES = 100;

function fixture(ending: string): Uint8Array {
  return gunzipSync(readFileSync(`bench/uplift/lightgbm-100x31.${ending}.gz`));
}

/** 100 trees of 31 leaves over 20 features, trained by LightGBM: scripts/fixtures/bench.py. */
export function lightgbm(): Model {
  return importModel(fixture("txt"));
}

/** The same model as ONNX. */
export function onnx(): Uint8Array {
  return fixture("onnx");
}

/** Rows and raw scores that LightGBM itself gave. */
export function expected(): { rows: number[][]; raw: number[] } {
  return JSON.parse(new TextDecoder().decode(fixture("json")));
}

/** Symmetric trees of six levels, 60 borders a feature, in f32 as CatBoost compares. */
export function symmetric(): Forest {
  const shape = {
    trees: TREES,
    leaves: 64,
    features: FEATURES,
    symmetric: true,
    borders: 60,
    precision: "f32",
  } as const;
  return { ...makeForest(shape), sums: "f64" };
}

/** A forest of so many leaves a tree, whose thresholds are as many as its tests. */
export function forest(leaves: number, precision: "f32" | "f64"): Forest {
  return makeForest({ trees: TREES, leaves, features: FEATURES, precision });
}

/** Normal numbers (uniform ones for seeded forests), feature by feature. */
export function rowsOf(
  names: readonly string[],
  rows: number,
  kind: "normal" | "uniform",
): Record<string, Float32Array> {
  const random = seeded(20);
  const draw =
    kind === "uniform"
      ? () => 2.4 * random() - 1.2
      : () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Object.fromEntries(names.map((name) => [name, Float32Array.from({ length: rows }, draw)]));
}
