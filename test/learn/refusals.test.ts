/** What forests refuse, by name and with a way out, and what they leave out; nothing of it stays in the engine's memory. */
import { describe, expect, it } from "vitest";
import {
  type CausalForestOptions,
  codesOf,
  Engine,
  type Experiment,
  intervalsOf,
  type TrainedForest,
  trainCausalForest,
  trainUpliftForest,
} from "../../src/learn/index.js";
import { randomOf } from "./made.js";

const ROWS = 1_200;

/** Two arms, an effect where x is high. */
function experiment(more: Partial<Experiment> = {}): Experiment & { features: Record<string, Float32Array> } {
  const random = randomOf(2);
  const [x, z] = [Float32Array.from({ length: ROWS }, random), Float32Array.from({ length: ROWS }, random)];
  const treatment = Uint8Array.from({ length: ROWS }, () => Number(random() < 0.5));
  const outcome = Float32Array.from(treatment, (t, i) =>
    Number(random() < 0.2 + 0.5 * t * Number((x[i] as number) > 0.5)),
  );
  return { treatment, outcome, features: { x, z }, ...more } as ReturnType<typeof experiment>;
}

const LEARNERS = {
  "causal forest": (data: Experiment, options: CausalForestOptions) =>
    trainCausalForest(data, { trees: 20, ...options }),
  "uplift forest": (data: Experiment, options: CausalForestOptions) => {
    const { sampleFraction: _, ...shared } = options;
    return trainUpliftForest(data, { trees: 5, ...shared });
  },
};

for (const [name, train] of Object.entries(LEARNERS)) {
  /** Refused with this message; the engine is as it was. */
  const refused = async (data: Experiment, message: RegExp, options: CausalForestOptions = {}) => {
    const engine = new Engine();
    const before = engine.arena.used;
    await expect(train(data, { engine, ...options })).rejects.toThrow(message);
    expect(engine.arena.used).toBe(before);
  };
  const trained = async (data: Experiment, options: CausalForestOptions = {}): Promise<TrainedForest> => {
    const engine = new Engine();
    const before = engine.arena.used;
    const made = await train(data, { engine, ...options });
    expect(engine.arena.used).toBe(before);
    return made;
  };

  describe(`a ${name}`, () => {
    it("refuses one arm, no control, and ten rows in an arm", async () => {
      await refused(
        experiment({ treatment: new Uint8Array(ROWS) }),
        /all rows are in one arm, 0: a comparison needs two/,
      );
      await refused(experiment({ treatment: new Uint8Array(ROWS).fill(1) }), /no row has the control 0/);
      const few = Uint8Array.from({ length: ROWS }, (_, i) => (i < 10 ? 2 : i % 2));
      await refused(experiment({ treatment: few }), /arm "2" has 10 rows, .* leave the arm out/);
      const weight = Float64Array.from(few, (a) => Number(a !== 1));
      await refused(experiment({ treatment: few, weight }), /every row of arm "1" has weight 0/);
    });

    it("refuses an outcome that is the same in all rows, or no number", async () => {
      await refused(
        experiment({ outcome: new Float32Array(ROWS).fill(1) }),
        /outcome is 1 in all rows: there is nothing to learn/,
      );
      const outcome = new Float32Array(ROWS);
      outcome[7] = NaN;
      await refused(experiment({ outcome }), /outcome\[7\] must be finite, got NaN/);
    });

    it("refuses chances of 0 and columns of other lengths", async () => {
      const propensity = new Float32Array(ROWS).fill(0.5);
      propensity[3] = 0;
      await refused(experiment({ propensity }), /propensity\[3\] must be above 0 and at most 1, got 0/);
      await refused(experiment({ propensity: { 0: 1, 1: 0 } }), /propensity of arm "1" must be above 0/);
      await refused(experiment({ weight: new Float64Array(3) }), /weight has 3 rows, outcome has 1200/);
      await refused(
        experiment({ features: { x: new Float32Array(5) } }),
        /features\["x"\] has 5 rows, outcome has 1200/,
      );
      const x = new Float32Array(ROWS);
      x[9] = Infinity;
      await refused(experiment({ features: { x } }), /features\["x"\]\[9\] is Infinity/);
    });

    it("leaves out what is constant or missing throughout, and refuses where nothing is left", async () => {
      const same = new Float32Array(ROWS).fill(3);
      const none = new Float32Array(ROWS).fill(NaN);
      await refused(
        experiment({ features: { same, none } }),
        /no feature says anything: same is the same in all rows, none is missing in all rows/,
      );
      const { features } = experiment();
      const { report, model } = await trained(experiment({ features: { same, ...features, none } }));
      expect(report.dropped).toEqual([
        { feature: "same", why: "constant" },
        { feature: "none", why: "missing" },
      ]);
      expect(model.features).toEqual(["x", "z"]);
    });

    it("takes texts as categories, by what rows of other folds say", async () => {
      const { features, ...data } = experiment();
      const city = Array.from(features.x as Float32Array, (x, i) =>
        i % 50 === 0 ? null : x > 0.5 ? `north ${i % 3}` : `south ${i % 3}`,
      );
      const { model, categories } = await trained({ ...data, features: { city } });
      expect(categories.city).toHaveLength(6);
      const scores = model.score({
        city: codesOf(["north 1", "south 1", null, "nowhere"], categories.city as string[]),
      });
      const [north, south] = scores[1] as Float64Array;
      expect(north).toBeGreaterThan(0.3);
      expect(south).toBeLessThan(0.2);
      // An id for every row says nothing of the rows of other folds.
      const id = Array.from({ length: ROWS }, (_, i) => `user ${i}`);
      const known = await trained({ ...data, features: { id, x: features.x as Float32Array } });
      expect(known.report.importance.id).toBeLessThan(0.4);
    });

    it("takes 10,000 features", async () => {
      const random = randomOf(4);
      const rows = 400;
      const { treatment, outcome, features } = experiment();
      const many = Object.fromEntries(
        Array.from({ length: 9_999 }, (_, f) => [
          `f${f}`,
          Float32Array.from({ length: rows }, () => Math.floor(4 * random())),
        ]),
      );
      const data = {
        treatment: (treatment as Uint8Array).slice(0, rows),
        outcome: outcome.slice(0, rows),
        features: { ...many, x: (features.x as Float32Array).slice(0, rows) },
      };
      const { model } = await trained(data, { trees: 4, maxFeatures: 10_000 });
      expect(model.features).toHaveLength(10_000);
    });

    it("ends where it is cancelled, before and half-way", async () => {
      const reason = new Error("enough");
      const early = new AbortController();
      early.abort(reason);
      await refused(experiment(), /enough/, { signal: early.signal });
      const late = new AbortController();
      let seen = 0;
      await refused(experiment(), /enough/, {
        trees: 50,
        signal: late.signal,
        onProgress: ({ phase, done }) => {
          if (phase === "trees") seen = done;
          if (seen === 25) late.abort(reason);
        },
      });
      expect(seen).toBe(25);
    });

    it("says what it takes before it starts, and refuses where the engine's ceiling is lower", async () => {
      const stated: number[] = [];
      const { report } = await trained(experiment(), { onProgress: ({ memory }) => stated.push(memory) });
      expect(new Set(stated)).toEqual(new Set([report.memory]));
      const engine = new Engine({ ceiling: 2 ** 20 });
      const { features } = experiment();
      const many = Object.fromEntries(Array.from({ length: 800 }, (_, f) => [`x${f}`, features.x as Float32Array]));
      await expect(train(experiment({ features: many }), { engine })).rejects.toThrow(
        /this training needs .* and the engine's ceiling is/,
      );
      expect(engine.arena.used).toBe(65_536);
    });

    it("refuses options that there are not, and settings out of range", async () => {
      await refused(experiment(), /options has no field "tress"/, { tress: 5 } as CausalForestOptions);
      await refused(experiment(), /trees must be a whole number from 1/, { trees: 0 });
      await refused(experiment(), /seed must be a whole number/, { seed: -1 });
      await refused(experiment(), /price is 2, and no cost is given/, { price: 2 });
    });
  });
}

it("intervals are of causal forests of twenty trees or more", async () => {
  const data = experiment();
  const { model } = await trainCausalForest(data, { trees: 10 });
  expect(() => intervalsOf(model, data.features)).toThrow(/intervals need a causal forest of 20 trees or more/);
  const forest = await trainCausalForest(data, { trees: 20 });
  expect(() => intervalsOf(forest.model, { x: data.features.x as Float32Array })).toThrow(/columns has no "z"/);
  expect(() => intervalsOf(forest.model, data.features, { level: 1 })).toThrow(
    /level must be from 0.5 to 0.999, got 1/,
  );
});
