import { describe, expect, it } from "vitest";
import { createEngine, Model } from "../../src/index.js";
import { restlessEngine } from "../engine/restless.js";
import { scoreColumns } from "../reference/uplift/forest.js";
import { type ForestShape, makeColumns, makeForest } from "./forests.js";

/** Models of every kind that a kernel is chosen by. */
const SHAPES: Record<string, ForestShape> = {
  "boosted, f64": { trees: 40, leaves: 31, features: 7 },
  "boosted, f32": { trees: 40, leaves: 31, features: 7, precision: "f32" },
  "missing values go left": { trees: 20, leaves: 16, features: 5, missing: "left" },
  "missing values by the test": { trees: 20, leaves: 16, features: 5, missing: "any", precision: "f32" },
  "sets of categories": { trees: 20, leaves: 16, features: 5, sets: 0.4, missing: "any" },
  "a few borders": { trees: 50, leaves: 32, features: 4, borders: 20, missing: "any" },
  "64 leaves": { trees: 10, leaves: 64, features: 6, borders: 100 },
  deep: { trees: 5, leaves: 700, features: 6 },
  symmetric: { trees: 30, leaves: 64, features: 8, symmetric: true, precision: "f32" },
  "symmetric, f64, missing by the test": { trees: 9, leaves: 16, features: 3, symmetric: true, missing: "any" },
  "several outputs": { trees: 30, leaves: 20, features: 5, outputs: 3 },
  "a value for each output in a leaf": {
    trees: 30,
    leaves: 20,
    features: 5,
    outputs: 4,
    vectors: true,
    precision: "f32",
  },
  "deep, a value for each output in a leaf": { trees: 6, leaves: 300, features: 5, outputs: 3, vectors: true },
  "one leaf a tree": { trees: 9, leaves: 1, features: 2 },
  "one tree": { trees: 1, leaves: 8, features: 2 },
  "no tree": { trees: 0, leaves: 1, features: 1 },
};

/** 0 and −0 are told apart. */
function sameBits(a: Float64Array, b: Float64Array): void {
  expect(a.length).toBe(b.length);
  const at = a.findIndex((x, i) => !Object.is(x, b[i]));
  expect(at < 0 ? "" : `row ${at}: ${a[at]} for ${b[at]}`).toBe("");
}

describe.each(Object.entries(SHAPES))("a model: %s", (_, shape) => {
  it.each([1, 2, 3])("scores rows as the twin does, to the bit, columns and rows alike (seed %i)", (seed) => {
    const forest = makeForest({ ...shape, seed });
    const model = Model.from(forest);
    for (const rows of [1, 7, 33, 2_500, 65, 24]) {
      const columns = makeColumns(forest, rows, seed * 100 + rows);
      const inOrder = forest.features.map((name) => columns[name] as Float64Array);
      const expected = scoreColumns(forest, inOrder, rows);
      const scores = model.score(columns);
      for (const [k, name] of forest.outputs.entries())
        sameBits(scores[name] as Float64Array, expected[k] as Float64Array);
      using placed = model.place(createEngine());
      for (let i = 0; i < Math.min(rows, 300); i++) {
        for (const [f, column] of inOrder.entries()) placed.row[f] = column[i] as number;
        placed.scoreRow();
        const byMasks = Float64Array.from(forest.outputs, (_, k) => placed.result(k));
        sameBits(
          byMasks,
          Float64Array.from(expected, (column) => column[i] as number),
        );
      }
      for (let i = 0; i < Math.min(rows, 50); i++) {
        const one = model.score(inOrder.map((column) => column[i] as number));
        sameBits(
          one,
          Float64Array.from(expected, (column) => column[i] as number),
        );
      }
    }
  });
});

/** Thresholds at which grids, keys and rounding go wrong, if they do. */
const AWKWARD: Record<string, (i: number, x: number) => number> = {
  "of all sizes, by powers of ten": (i, x) => x * 10 ** ((i % 60) - 30),
  "at the ends of the range": (i, x) => x * ([1e308, 1.7e308, -1.7e308, 1][i % 4] as number),
  infinite: (i, x) => [Infinity, -Infinity, x, 0][i % 4] as number,
  "zero, signed, and denormal": (i) =>
    [0, -0, 5e-324, -5e-324, 1e-310, 1e-35, -1e-35, 1.0000000180025095e-35][i % 8] as number,
  "next to each other": (i) => 1 + (i % 9) * 2 ** -52,
  "all the same": () => 0.25,
  "crowded beside one far away": (i, x) => (i % 50 === 0 ? 1e6 : x * 1e-6),
};

describe.each(Object.entries(AWKWARD))("thresholds %s", (_, threshold) => {
  it.each([
    { precision: "f64", missing: "any", borders: 60 },
    { precision: "f32", missing: "left", borders: 12 },
    { precision: "f64", missing: "right", symmetric: true },
  ] as const)("are compared as the twin does, by every kernel: %o", (shape) => {
    const made = makeForest({ trees: 24, leaves: 16, features: 3, seed: 5, ...shape });
    const narrow = (x: number) => (shape.precision === "f32" ? Math.fround(x) : x);
    const known = new Map<number, number>();
    // The same threshold stays the same: levels of symmetric trees.
    const changed = (x: number) => {
      if (!known.has(x)) known.set(x, narrow(threshold(known.size, x)));
      return known.get(x) as number;
    };
    const forest = {
      ...made,
      threshold: made.threshold.map((x, i) => ((made.feature[i] as number) < 0 ? x : changed(x))),
    };
    const columns = makeColumns(forest, 2_000, 11);
    const inOrder = forest.features.map((name) => columns[name] as Float64Array);
    const [expected] = scoreColumns(forest, inOrder, 2_000) as [Float64Array];
    const model = Model.from(forest);
    using placed = model.place(createEngine());
    // Fewer rows than the bulk takes: walked.
    const parts = Array.from({ length: 20 }, (_, p) => 100 * p);
    const walked = parts.flatMap((from) => [
      ...(placed.score(
        Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.subarray(from, from + 100)])),
      ).score as Float64Array),
    ]);
    sameBits(Float64Array.from(walked), expected);
    sameBits(placed.score(columns).score as Float64Array, expected);
    const single = expected.map((_, i) => placed.score(inOrder.map((column) => column[i] as number))[0] as number);
    sameBits(single, expected);
  });
});

describe("a placed model", () => {
  const forest = makeForest({ trees: 30, leaves: 31, features: 4, outputs: 2 });
  const model = Model.from(forest);

  it("scores alike where the memory grows with every block taken", () => {
    const { engine } = restlessEngine();
    using placed = model.place(engine);
    const columns = makeColumns(forest, 5_000, 3);
    expect(placed.score(columns)).toEqual(model.score(columns));
    expect(placed.score([1, 2, Number.NaN, 4])).toEqual(model.score([1, 2, Number.NaN, 4]));
  });

  it("scores a row written in place", () => {
    const engine = createEngine();
    const placed = model.place(engine);
    placed.row.set([0.5, -0.5, Number.NaN, 1]);
    const [first, second] = model.score([0.5, -0.5, Number.NaN, 1]);
    expect(placed.scoreRow()).toBe(first);
    expect(placed.result(1)).toBe(second);
    engine.memory.grow(1);
    expect(placed.row[0]).toBe(0.5);
    expect(placed.scoreRow(1)).toBe(second);
    placed.release();
    expect(() => placed.scoreRow()).toThrow(/released/);
    expect(engine.arena.used).toBe(createEngine().arena.used);
  });

  it("writes into arrays that are given, and takes no more memory for more rows", () => {
    const engine = createEngine();
    const placed = model.place(engine);
    const out = { offer0: new Float64Array(100_000), offer1: new Float64Array(100_000) };
    const few = placed.score(makeColumns(forest, 5_000, 4));
    const size = engine.memory.buffer.byteLength;
    expect(placed.score(makeColumns(forest, 100_000, 4), { out }).offer0).toBe(out.offer0);
    expect(engine.memory.buffer.byteLength).toBe(size);
    expect(few.offer1).toHaveLength(5_000);
  });

  it("names what is wrong with its rows", () => {
    const { x0: _, ...rest } = makeColumns(forest, 5, 1);
    expect(() => model.score(rest)).toThrow(
      'column "x0" is missing: the model asks for it; there are "x1", "x2", "x3"',
    );
    expect(() => model.score({ ...rest, x0: new Float32Array(4) })).toThrow(
      'column "x1" has 5 rows and column "x0" has 4',
    );
    expect(() => model.score({ ...rest, x0: [1, 2, 3, 4, 5] as never })).toThrow(TypeError);
    expect(() => model.score([1, 2, 3])).toThrow("a row of this model has 4 numbers, this one has 3");
    expect(() => model.score([1, 2, "3", 4] as never)).toThrow('number 2 of the row, feature "x2"');
    expect(() => model.score(5 as never)).toThrow(TypeError);
    expect(() => model.score({ ...rest, x0: new Float64Array(5) }, { out: {} })).toThrow('out["offer0"] must be');
  });
});

describe("the quantised mode", () => {
  it.each([
    { trees: 60, leaves: 64, precision: "f64" },
    { trees: 300, leaves: 32, precision: "f32" },
    { trees: 5, leaves: 2, precision: "f64", missing: "any" },
    { trees: 3, leaves: 1, precision: "f64" },
  ] as const)("stays within its stated error: %o", (shape) => {
    const forest = makeForest({ features: 6, symmetric: true, borders: 40, ...shape });
    using placed = Model.from(forest).place(createEngine());
    const columns = makeColumns(forest, 3_001, 8);
    const exact = placed.score(columns).score as Float64Array;
    const quick = placed.score(columns, { quantised: true }).score as Float64Array;
    const error = placed.quantisedError as number;
    const worst = exact.reduce((most, x, i) => Math.max(most, Math.abs(x - (quick[i] as number))), 0);
    expect(worst).toBeLessThanOrEqual(error);
    // Half a quantum a tree, and leaves lie within one unit.
    expect(error).toBeLessThan((shape.trees / 2 + 1) / 65_535 + (shape.precision === "f32" ? 1e-2 : 1e-9));
  });

  it("is refused where there is none", () => {
    const forest = makeForest({ trees: 5, leaves: 9, features: 2 });
    using placed = Model.from(forest).place(createEngine());
    expect(placed.quantisedError).toBeUndefined();
    expect(() => placed.score(makeColumns(forest, 10, 1), { quantised: true })).toThrow(
      /quantised scoring is for symmetric/,
    );
  });
});

describe("links", () => {
  const shape = { trees: 20, leaves: 8, features: 3, outputs: 3 } as const;

  it.each(["sigmoid", "exp", "softmax"] as const)("%s is near the function itself", (link) => {
    const forest = makeForest({ ...shape, link });
    const columns = makeColumns(forest, 101, 5);
    const sums = Model.from({ ...forest, link: "identity" }).score(columns);
    const scores = Model.from(forest).score(columns);
    for (let i = 0; i < 101; i++) {
      const z = forest.outputs.map((name) => sums[name]?.[i] as number);
      const total = z.reduce((sum, x) => sum + Math.exp(x), 0);
      for (const [k, name] of forest.outputs.entries()) {
        const e = Math.exp(z[k] as number);
        const value = link === "exp" ? e : link === "sigmoid" ? e / (1 + e) : e / total;
        expect(Math.abs((scores[name]?.[i] as number) / value - 1)).toBeLessThan(1e-14);
      }
    }
  });

  it("divides sums, so that an average is the one that a library rounds", () => {
    const forest = makeForest({ trees: 9, leaves: 16, features: 3 });
    const columns = makeColumns(forest, 50, 4);
    const plain = Model.from(forest).score(columns).score as Float64Array;
    expect(Model.from({ ...forest, divisor: 9 }).score(columns).score).toEqual(plain.map((sum) => sum / 9));
    expect(() => Model.from({ ...forest, divisor: 0 })).toThrow("divisor must be a whole number from 1");
  });

  it("scales and shifts before the link", () => {
    const forest = makeForest({ ...shape, outputs: 1 });
    const scaled = Model.from({ ...forest, scale: 0.5, bias: Float64Array.of(3) });
    const columns = makeColumns(forest, 50, 6);
    const plain = Model.from(forest).score(columns).score as Float64Array;
    expect(scaled.score(columns).score).toEqual(plain.map((sum) => sum * 0.5 + 3));
  });
});
