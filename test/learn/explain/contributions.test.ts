/** Shapley values: against LightGBM's own (scripts/fixtures/contributions.py), and against their definition over all sets of features. */
import { describe, expect, it } from "vitest";
import { Engine, Model } from "../../../src/index.js";
import { contributionsOf } from "../../../src/learn/index.js";
import { importModel } from "../../../src/uplift/import.js";
import { shapleyTwin } from "../../reference/learn/shapley.js";
import { type ForestShape, makeColumns, makeForest } from "../../uplift/forests.js";
import fixture from "../fixtures/contributions.json" with { type: "json" };

const NAMES = ["a", "kind", "b", "c"];
const training = Object.fromEntries(
  NAMES.map((name, f) => [name, Float64Array.from(fixture.rows[f] as (number | null)[], (x) => x ?? Number.NaN)]),
);

describe(`LightGBM ${fixture.versions.lightgbm}`, () => {
  for (const [name, { model: text, contributions }] of Object.entries(fixture.cases)) {
    it(`gives what we give: ${name}`, async () => {
      const rows = Object.fromEntries(
        NAMES.map((f) => [f, (training[f] as Float64Array).slice(0, contributions.length)]),
      );
      const ours = await contributionsOf(importModel(text), rows, { background: training });
      for (const [k, { base, features }] of Object.values(ours).entries()) {
        contributions.forEach((theirs, i) => {
          const own = theirs.slice(k * 5, k * 5 + 5);
          expect(base).toBeCloseTo(own[4] as number, 10);
          NAMES.forEach((f, at) => {
            expect([i, f, (features[f] as Float64Array)[i]]).toEqual([i, f, expect.closeTo(own[at] as number, 10)]);
          });
        });
      }
    });
  }
});

const SHAPES: Record<string, ForestShape> = {
  plain: { trees: 3, leaves: 12, features: 4 },
  "a feature asked again and again": { trees: 2, leaves: 24, features: 2 },
  "sets and missing values": { trees: 4, leaves: 10, features: 5, sets: 0.5, missing: "any" },
  "a value for each output": { trees: 3, leaves: 9, features: 4, outputs: 3, vectors: true, missing: "left" },
  "an output a tree, in f32": { trees: 4, leaves: 9, features: 4, outputs: 2, precision: "f32" },
};

describe("Shapley values by their definition", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`are what comes out: ${name}`, async () => {
      const forest = { ...makeForest({ ...shape, seed: 5 }), divisor: 3, scale: 0.5 };
      const columns = (rows: number, seed: number) => makeColumns(forest, rows, seed, "f64");
      const [background, rows] = [columns(37, 8), columns(12, 9)];
      const inRows = (from: typeof rows, i: number) => forest.features.map((f) => from[f]?.[i] as number);
      const all = Array.from({ length: 37 }, (_, i) => inRows(background, i));
      const ours = await contributionsOf(Model.from(forest), rows, { background });
      for (let i = 0; i < 12; i++) {
        shapleyTwin(forest, all, inRows(rows, i)).forEach(({ base, values }, k) => {
          const own = ours[forest.outputs[k] as string] as (typeof ours)[string];
          expect(own.base).toBeCloseTo(base, 12);
          const given = forest.features.map((f) => own.features[f]?.[i] as number);
          given.forEach((x, f) => {
            expect([i, k, f, x]).toEqual([i, k, f, expect.closeTo(values[f] as number, 12)]);
          });
        });
      }
    });
  }

  it("add up to the raw score, whatever the rows", async () => {
    const forest = makeForest({ trees: 60, leaves: 31, features: 9, sets: 0.2, missing: "any", seed: 3 });
    const model = Model.from(forest);
    const rows = makeColumns(forest, 700, 4);
    const { score } = model.score(rows);
    const { base, features } = (await contributionsOf(model, rows, { background: makeColumns(forest, 300, 6) }))
      .score ?? {
      base: 0,
      features: {},
    };
    for (let i = 0; i < 700; i++) {
      const sum = Object.values(features).reduce((total, column) => total + (column[i] as number), base);
      expect(sum).toBeCloseTo(score?.[i] as number, 11);
    }
  });

  it("of a model of leaves alone are all zero", async () => {
    const model = Model.from(makeForest({ trees: 2, leaves: 1, features: 2 }));
    const x = { x0: Float64Array.of(1, 2), x1: Float64Array.of(3, 4) };
    const { base, features } = (await contributionsOf(model, x, { background: x })).score as {
      base: number;
      features: object;
    };
    expect(base).toBe(model.score([1, 3])[0]);
    for (const column of Object.values(features)) expect(Array.from(column as Float64Array)).toEqual([0, 0]);
  });
});

describe("contributionsOf", () => {
  const forest = makeForest({ trees: 5, leaves: 8, features: 3 });
  const model = Model.from(forest);
  const rows = makeColumns(forest, 600, 2);

  it("says what is wrong with its columns", async () => {
    await expect(contributionsOf(model, {}, { background: rows })).rejects.toThrow(/column "x0" is missing/);
    const none = makeColumns(forest, 0, 2);
    await expect(contributionsOf(model, rows, { background: none })).rejects.toThrow(/background has no rows/);
  });

  it("states its memory before it starts, and gives all of it back, also where it is stopped", async () => {
    const wide = Model.from(makeForest({ trees: 200, leaves: 31, features: 3 }));
    const small = new Engine({ ceiling: 2 ** 20 });
    await expect(contributionsOf(wide, rows, { background: rows, engine: small })).rejects.toThrow(
      /the engine's ceiling/,
    );
    const engine = new Engine();
    const before = engine.arena.used;
    const stop = new AbortController();
    const done: number[] = [];
    const onProgress = (rows: number) => {
      done.push(rows);
      stop.abort();
    };
    const asked = contributionsOf(model, rows, { background: rows, engine, signal: stop.signal, onProgress });
    await expect(asked).rejects.toThrow(/abort/i);
    expect(done).toEqual([256]);
    await contributionsOf(model, rows, { background: rows, engine });
    expect(engine.arena.used).toBe(before);
  });
});
