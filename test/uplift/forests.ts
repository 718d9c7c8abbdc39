/** Forests and rows made by a seed, for the tests and the bench: sets, missing rules, vector leaves, rows on the thresholds. */
import { type Forest, type Link, MISSING_LEFT, SET, WHOLE } from "../../src/uplift/forest.js";

/** Uniform numbers in [0, 1), mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ForestShape {
  trees: number;
  /** Most leaves of a tree. */
  leaves: number;
  features: number;
  outputs?: number;
  precision?: "f32" | "f64";
  /** Share of the tests that are by set. */
  sets?: number;
  /** Which way missing values go: all right, all left, or by the test. */
  missing?: "left" | "right" | "any";
  /** Trees of which every level has one test. */
  symmetric?: boolean;
  /** How many different thresholds a feature has; 0: a new one for each test. */
  borders?: number;
  vectors?: boolean;
  link?: Link;
  seed?: number;
}

export function makeForest(shape: ForestShape): Forest {
  const { trees, leaves, features, outputs = 1, precision = "f64", sets: share = 0, missing = "right" } = shape;
  const random = seeded(shape.seed ?? 1);
  const narrow = (x: number) => (precision === "f32" ? Math.fround(x) : x);
  const grid = Array.from({ length: features }, () =>
    Array.from({ length: shape.borders ?? 0 }, () => narrow(random() * 2 - 1)),
  );
  const [roots, treeOutput, feature, threshold, left, right, flags, values] = Array.from(
    { length: 8 },
    () => [] as number[],
  ) as [number[], number[], number[], number[], number[], number[], number[], number[]];
  const sets =
    share > 0
      ? Array.from({ length: 8 }, () =>
          Uint32Array.from({ length: 1 + Math.floor(random() * 3) }, () => random() * 2 ** 32),
        )
      : [];
  const node = () => {
    for (const column of [left, right, flags]) column.push(0);
    threshold.push(0);
    return feature.push(-1) - 1;
  };
  /** Makes node `at` a test and returns its children. */
  const split = (at: number, f: number, limit: number, flag: number): [number, number] => {
    feature[at] = f;
    threshold[at] = limit;
    flags[at] = flag;
    left[at] = node();
    right[at] = node();
    return [left[at], right[at]];
  };
  const drawn = (): [number, number, number] => {
    const f = Math.floor(random() * features);
    const goesLeft = missing === "any" ? random() < 0.5 : missing === "left";
    const flag = goesLeft ? MISSING_LEFT : 0;
    if (random() < share) {
      return [f, Math.floor(random() * sets.length), flag | SET | (random() < 0.5 ? WHOLE : 0)];
    }
    const borders = grid[f] as number[];
    const limit =
      borders.length > 0 ? (borders[Math.floor(random() * borders.length)] as number) : narrow(random() * 2 - 1);
    return [f, limit, flag];
  };
  for (let t = 0; t < trees; t++) {
    roots.push(feature.length);
    const isVector = shape.vectors === true && t % 3 > 0;
    treeOutput.push(isVector ? -1 : t % outputs);
    let ends = [node()];
    if (shape.symmetric) {
      while (ends.length * 2 <= leaves) {
        const test = drawn();
        ends = ends.flatMap((at) => split(at, ...test));
      }
    } else {
      const many = 1 + Math.floor((0.5 + random() / 2) * leaves - 0.5);
      while (ends.length < many) {
        const [at] = ends.splice(Math.floor(random() ** 2 * ends.length), 1) as [number];
        ends.push(...split(at, ...drawn()));
      }
    }
    for (const at of ends) {
      threshold[at] = values.length;
      for (let k = 0; k < (isVector ? outputs : 1); k++) values.push(narrow(random() - 0.5));
    }
  }
  roots.push(feature.length);
  return {
    features: Array.from({ length: features }, (_, f) => `x${f}`),
    zeroMissing: Uint8Array.from({ length: features }, () => (missing === "any" && random() < 0.3 ? 1 : 0)),
    outputs: Array.from({ length: outputs }, (_, k) => (outputs === 1 ? "score" : `offer${k}`)),
    compares: precision,
    sums: precision,
    start: Float64Array.from({ length: outputs }, () => narrow(random())),
    scale: 1,
    bias: new Float64Array(outputs).fill(-0),
    link: shape.link ?? "identity",
    roots: Uint32Array.from(roots),
    treeOutput: Int32Array.from(treeOutput),
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    left: Uint32Array.from(left),
    right: Uint32Array.from(right),
    flags: Uint8Array.from(flags),
    values: Float64Array.from(values),
    sets,
  };
}

const SPECIAL = [
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  1e-35,
  -1e-35,
  1.0000000180025095e-35,
  5e-324,
  -5e-324,
  1e-40,
  3.5,
  -0.5,
  31,
  32.9,
  63,
  64,
  1e10,
  -1e300,
  1e300,
];

/** Columns for a forest: ordinary numbers, its own thresholds and their neighbours, and all that is awkward. */
export function makeColumns(
  forest: Forest,
  rows: number,
  seed: number,
  kind: "f32" | "f64" | "both" = "both",
): Record<string, Float32Array | Float64Array> {
  const random = seeded(seed);
  const limits = forest.features.map(() => [] as number[]);
  for (const [i, f] of forest.feature.entries()) {
    if (f >= 0 && !((forest.flags[i] as number) & SET)) limits[f]?.push(forest.threshold[i] as number);
  }
  const draw = (f: number): number => {
    const which = random();
    if (which < 0.5) return random() * 2.4 - 1.2;
    const own = limits[f] as number[];
    const limit = own[Math.floor(random() * own.length)] ?? 0;
    if (which < 0.65) return limit;
    if (which < 0.75) return limit * (1 + (random() < 0.5 ? 1 : -1) * (random() < 0.5 ? 2 ** -52 : 2 ** -23));
    if (which < 0.9) return Math.floor(random() * 100);
    return SPECIAL[Math.floor(random() * SPECIAL.length)] as number;
  };
  return Object.fromEntries(
    forest.features.map((name, f) => {
      const isSingle = kind === "f32" || (kind === "both" && f % 2 === 0);
      const column = isSingle ? new Float32Array(rows) : new Float64Array(rows);
      for (let i = 0; i < rows; i++) column[i] = draw(f);
      return [name, column];
    }),
  );
}
