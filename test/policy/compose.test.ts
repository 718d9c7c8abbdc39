/** Models become uplifts, gates, segments, calibrated scores and offers. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocate,
  calibrated,
  createEngine,
  type Forest,
  gatesOf,
  isotonic,
  Model,
  offersOf,
  segmentsOf,
  transformed,
  twoModels,
} from "../../src/index.js";
import { isotonicSteps } from "../../src/policy/isotonic.js";

/** A model that gives `low` where x ≤ 0 and `high` above. */
function stump(feature: string, low: number, high: number, outputs = ["score"]): Model {
  const forest: Forest = {
    features: [feature],
    zeroMissing: new Uint8Array(1),
    outputs,
    compares: "f64",
    sums: "f64",
    start: new Float64Array(outputs.length),
    scale: 1,
    bias: new Float64Array(outputs.length).fill(-0),
    link: "identity",
    roots: Uint32Array.of(0, 3),
    treeOutput: Int32Array.of(0),
    feature: Int32Array.of(0, -1, -1),
    threshold: Float64Array.of(0, 0, 1),
    left: Uint32Array.of(1, 0, 0),
    right: Uint32Array.of(2, 0, 0),
    flags: new Uint8Array(3),
    values: Float64Array.of(low, high),
    sets: [],
  };
  return Model.from(forest);
}

const columns = { x: Float64Array.of(-1, 1, -1, 1), z: Float64Array.of(-1, -1, 1, 1) };

describe("an uplift", () => {
  it("of two models is .10 where .50 buy without the coupon and .60 with it; a response model ranks another user first", () => {
    // The user with x > 0 is a sure thing: .90 either way.
    const control = stump("x", 0.5, 0.9);
    const treated = stump("x", 0.6, 0.9);
    const { score } = twoModels(control, treated).score(columns) as { score: Float64Array };
    expect(score).toEqual(Float64Array.of(0.6 - 0.5, 0, 0.6 - 0.5, 0));
    const response = treated.score(columns).score as Float64Array;
    expect(response.indexOf(Math.max(...response))).toBe(1);
    expect(score.indexOf(Math.max(...score))).toBe(0);
  });

  it("of several offers has an output for each, and asks for the features of all models", () => {
    const uplift = twoModels(stump("x", 0.1, 0.2), { a: stump("z", 0.3, 0.4), b: stump("x", 0, 0.2) });
    expect([uplift.features, uplift.outputs]).toEqual([
      ["x", "z"],
      ["a", "b"],
    ]);
    expect(uplift.score(columns).b).toEqual(Float64Array.of(-0.1, 0, -0.1, 0));
  });

  it("of a class transformation is 2 P − 1, and of a transformed outcome M / (p (1 − p))", () => {
    expect(transformed(stump("x", 0.5, 0.75)).score(columns).score).toEqual(Float64Array.of(0, 0.5, 0, 0.5));
    const outcome = transformed(stump("x", 0.01, 0.02), { trained: "outcome", treated: 0.25 });
    expect(outcome.score(columns).score).toEqual(Float64Array.of(0.01, 0.02, 0.01, 0.02).map((m) => m * (1 / 0.1875)));
    expect(() => transformed(stump("x", 0, 1), { treated: 0.3 })).toThrow("only where half is treated");
  });

  it("refuses what is no model, and several outputs without a name", () => {
    expect(() => twoModels(5 as never, stump("x", 0, 1))).toThrow(TypeError);
    expect(() => twoModels(stump("x", 0, 1), {})).toThrow(RangeError);
    const two = stump("x", 0, 1, ["a", "b"]);
    expect(() => twoModels(two, two).score(columns)).toThrow("name one of a, b");
    expect(twoModels(two, two, { output: "b" }).score(columns).score).toEqual(new Float64Array(4));
  });
});

describe("gates and segments", () => {
  const intent = Float64Array.of(0.9, 0.1, 0.3, 0.95, 0.1);
  const uplift = Float64Array.of(0, 0, 0.2, -0.2, -0.01);

  it("name four kinds of users", () => {
    const { segment, counts } = segmentsOf(intent, uplift, { effect: 0.02 });
    expect([...segment]).toEqual([1, 0, 2, 3, 0]);
    expect(counts).toEqual({ "lost cause": 2, "sure thing": 1, persuadable: 1, "sleeping dog": 1 });
  });

  it("have edges that belong to one side: as likely as asked is likely, as harmful as borne is no sleeping dog", () => {
    const { segment } = segmentsOf(Float64Array.of(0.4, 0.4, 0.3), Float64Array.of(0.02, -0.05, -0.06), {
      ...{ likely: 0.4, effect: 0.02, harm: 0.05 },
    });
    expect([...segment]).toEqual([1, 1, 3]);
    const lifetime = Float64Array.of(5, 4.99);
    const { open } = gatesOf({ lifetime, uplift: Float64Array.of(0.2, 0.2) }, { worth: 5, sensitivity: 0.1 });
    expect([...open]).toEqual([1, 0]);
    expect(gatesOf({ uplift: Float64Array.of(0.1) }, { sensitivity: 0.1 }).closed.sensitivity).toBe(1);
  });

  it("close by intent, sensitivity and worth, each user once", () => {
    const lifetime = Float64Array.of(9, 9, 1, 9, 9);
    const { open, closed } = gatesOf({ intent, uplift, lifetime }, { band: [0.1, 0.9], sensitivity: -0.05, worth: 5 });
    expect([...open]).toEqual([1, 1, 0, 0, 1]);
    expect(closed).toEqual({ intent: 1, sensitivity: 0, lifetime: 1 });
    expect(() => gatesOf({ intent }, { worth: 1 })).toThrow("worth needs a column of lifetime");
    expect(() => gatesOf({ intent: Float64Array.of(Number.NaN) }, {})).toThrow("intent[0] is NaN");
    expect(() => segmentsOf(intent, Float64Array.of(1))).toThrow("uplift has 1 rows");
  });
});

describe("isotonic calibration", () => {
  it("pools adjacent violators (a worked case)", () => {
    const steps = isotonicSteps(Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(1, 3, 2, 4, 3.5));
    expect(steps).toEqual([
      { upTo: 1.5, mean: 1 },
      { upTo: 3.5, mean: 2.5 },
      { upTo: Infinity, mean: 3.75 },
    ]);
  });

  it("is one step where means are alike, and steps end below the next score also where no number lies between", () => {
    expect(isotonicSteps(Float64Array.of(1, 2), Float64Array.of(3, 3))).toEqual([{ upTo: Infinity, mean: 3 }]);
    const [odd, even] = [1 + Number.EPSILON, 1 + 2 * Number.EPSILON];
    const { score } = isotonic(Float64Array.of(odd, even), Float64Array.of(0, 1)).score({
      score: Float64Array.of(odd, even),
    });
    expect(score).toEqual(Float64Array.of(0, 1));
  });

  it("is the least-squares fit: max over starts of the min over ends of the means between", () => {
    const numbers = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(numbers, (pairs) => {
        const scores = Float64Array.from(pairs, ([x]) => x);
        const outcomes = Float64Array.from(pairs, ([, y]) => y);
        const { score: fitted } = isotonic(scores, outcomes).score({ score: scores }) as { score: Float64Array };
        for (const [i, x] of scores.entries()) {
          const mean = (a: number, b: number) => {
            const inside = pairs.filter(([s]) => s >= a && s <= b);
            return inside.reduce((sum, [, y]) => sum + y, 0) / inside.length;
          };
          const below = scores.filter((s) => s <= x);
          const above = scores.filter((s) => s >= x);
          const expected = Math.max(...below.map((a) => Math.min(...above.map((b) => mean(a, b)))));
          expect(fitted[i]).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  it("is applied at scoring, and its bytes come back", () => {
    const calibration = isotonic(Float64Array.of(0.2, 0.8), Float64Array.of(0.1, 0.3), Float64Array.of(2, 1));
    const model = calibrated(stump("x", 0.2, 0.8), Model.read(calibration.bytes()));
    expect(model.score(columns).score).toEqual(Float64Array.of(0.1, 0.3, 0.1, 0.3));
    expect(() => isotonic(Float64Array.of(1), Float64Array.of(1), Float64Array.of(-1))).toThrow("weights[0]");
    expect(() => isotonic(new Float64Array(0), new Float64Array(0))).toThrow("nothing to fit to");
  });
});

describe("offers of models", () => {
  it("are worth · uplift and face · chance to redeem, closed where a gate is, and can be allocated", () => {
    const engine = createEngine();
    const uplift = twoModels(stump("x", 0.5, 0.5), { five: stump("x", 0.75, 0.5), ten: stump("z", 0.5, 1) });
    const table = offersOf(engine, columns, {
      open: Uint8Array.of(1, 1, 1, 0),
      offers: {
        five: { value: { model: uplift, output: "five" }, worth: 40, cost: stump("x", 0.5, 0.25), face: 4 },
        ten: { value: { model: uplift, output: "ten" }, worth: Float64Array.of(10, 10, 10, 10), cost: 1 },
      },
    });
    const result = allocate(table, { budget: 3, exact: true });
    // User 0: five is worth 10 for 2. User 2: five 10 for 2, or ten 5 for 1. User 3 is closed.
    expect([...result.choices]).toEqual([1, 0, 2, 0]);
    expect([result.value, result.cost]).toEqual([15, 3]);
    table.release();
    expect(() => offersOf(engine, columns, { offers: { a: { value: uplift, cost: 1 } } })).toThrow(
      "name one of five, ten",
    );
    expect(() => offersOf(engine, columns, { offers: {} })).toThrow(RangeError);
  });
});
