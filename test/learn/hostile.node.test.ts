/** What comes in wrong: each learner refuses it with a clear error that names the way out, or trains on; and gives its memory back. */
import { describe, expect, test } from "vitest";
import { LEARNERS } from "../../src/learn/choose/learners.js";
import { effectsOf } from "../../src/learn/data/score.js";
import { Engine, type Experiment } from "../../src/learn/index.js";
import { madeExperiment, saidBy } from "./data/experiments.js";
import { randomOf } from "./made.js";

const random = randomOf(4);
const made = madeExperiment({ rows: 1_200, arms: 3, binary: true, cost: true }, 2);
// Dearer arms that bring more: what a return on cost asks for.
const effects = [0, 0.15, 0.4];
const data: Experiment = {
  ...made.data,
  outcome: Float64Array.from(made.arm, (a) => Number(random() < 0.2 + (effects[a] as number))),
};
const column = (make: (i: number) => number) => Float32Array.from({ length: 1_200 }, (_, i) => make(i));

function train(name: string, input: Experiment, engine: Engine, signal?: AbortSignal) {
  const learner = LEARNERS.find((one) => one.name === name);
  return learner?.train(input, { trees: 3, engine, ...(signal && { signal }) });
}

const REFUSED: [string, Experiment, RegExp][] = [
  [
    "one arm alone",
    { ...data, treatment: data.outcome.length ? new Array(1_200).fill("none") : [] },
    /all rows are in one arm/,
  ],
  ["a constant outcome", { ...data, outcome: new Float64Array(1_200).fill(1) }, /outcome is 1 in all rows/],
  [
    "all features missing",
    { ...data, features: { a: column(() => Number.NaN) } },
    /no feature says anything: a is missing in all rows/,
  ],
  [
    "a constant feature alone",
    { ...data, features: { a: column(() => 7) } },
    /no feature says anything: a is the same in all rows/,
  ],
  ["no features", { ...data, features: {} }, /features is empty/],
  [
    "a chance of 0",
    { ...data, propensity: { none: 0, arm1: 0.5, arm2: 0.5 } },
    /propensity of arm "none" must be above 0/,
  ],
  ["a row's chance of 0", { ...data, propensity: new Float64Array(1_200) }, /propensity\[0\] must be above 0/],
  [
    "an infinite feature",
    { ...data, features: { a: column((i) => (i === 7 ? Infinity : i)) } },
    /features\["a"\]\[7\] is Infinity/,
  ],
  [
    "an outcome that is missing",
    { ...data, outcome: data.outcome.map((y, i) => (i === 3 ? NaN : y)) },
    /outcome\[3\] must be finite/,
  ],
  ["ids as texts of numbers", { ...data, features: { a: [1, 2] as never } }, /must be a text or null/],
  [
    "ten rows of an arm",
    { ...data, treatment: Array.from(made.arm, (a, i) => (i < 10 ? "rare" : a === 0 ? "none" : "mail")) },
    /arm "rare" has 10 rows/,
  ],
];

describe.each(LEARNERS.map(({ name }) => name))("%s", (name) => {
  test.each(REFUSED)("refuses %s", async (_, input, message) => {
    const engine = new Engine();
    const before = engine.arena.used;
    expect(await saidBy(train(name, input, engine))).toMatch(message);
    expect(engine.arena.used).toBe(before);
  });

  test("leaves out a constant feature among others, and reads texts", async () => {
    const city = Array.from(made.arm, () => (random() < 0.1 ? null : random() < 0.5 ? "Kiel" : "Ulm"));
    const input = { ...data, features: { ...data.features, same: column(() => 1), city } };
    const trained = await train(name, input, new Engine());
    expect(trained?.report.dropped).toEqual([{ feature: "same", why: "constant" }]);
    const scores = effectsOf(trained?.model as never, input, ["arm1", "arm2"]);
    for (const column of scores) expect(column.every(Number.isFinite)).toBe(true);
  });

  test("ends half-way where it is told to, and gives its memory back", async () => {
    const engine = new Engine();
    const before = engine.arena.used;
    const controller = new AbortController();
    const learner = LEARNERS.find((one) => one.name === name);
    let seen = 0;
    const run = learner?.train(data, {
      ...{ trees: 200, engine, signal: controller.signal },
      onProgress: () => {
        if (++seen === 4) controller.abort(new Error("enough"));
      },
    });
    expect(await saidBy(run)).toMatch("enough");
    expect(engine.arena.used).toBe(before);
  });
});

test("10,000 features: two models and the response model", { timeout: 60_000 }, async () => {
  const features = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, f) => [`x${f}`, Float32Array.from({ length: 400 }, () => random())]),
  );
  const arm = Uint8Array.from({ length: 400 }, (_, i) => i % 2);
  const outcome = Float64Array.from(arm, (a, i) =>
    Number(((features.x5 as Float32Array)[i] as number) < 0.4 + 0.3 * a),
  );
  for (const name of ["response", "t"]) {
    const trained = await train(name, { treatment: arm, outcome, features }, new Engine());
    expect(trained?.model.features).toHaveLength(10_000);
  }
});
