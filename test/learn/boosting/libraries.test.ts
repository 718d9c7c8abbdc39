/** Losses on rows held out beside LightGBM's and scikit-learn's at the same settings (scripts/fixtures/boosting.py, which makes the same table). */
import { describe, expect, it } from "vitest";
import { trainBoosting } from "../../../src/learn/index.js";
import fixture from "../fixtures/boosting.json" with { type: "json" };

const [ROWS, HELD] = [6000, 2000];
const n = ROWS - HELD;

function words(count: number, seed: number): Float64Array {
  let x = seed;
  return Float64Array.from({ length: count }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return (x >>> 16) / 65536;
  });
}

const u = words(8 * ROWS, 7);
const column = (of: (row: Float64Array) => number) =>
  Float64Array.from({ length: ROWS }, (_, i) => of(u.subarray(8 * i, 8 * i + 8)));
const at = (row: Float64Array, k: number) => row[k] as number;
const a = column((row) => at(row, 0));
const b = column((row) => Math.floor(at(row, 1) * 12));
const c = column((row) => (at(row, 2) < 0.15 ? Number.NaN : at(row, 3)));
const d = column((row) => at(row, 4));
const signal = Float64Array.from(a, (x, i) => {
  const third = c[i] as number;
  return (
    (x < 0.3 ? -1 : x) +
    (b[i] as number) / 6 +
    (Number.isNaN(third) ? 0.8 : third * third) +
    Number((d[i] as number) > 0.5)
  );
});
const noise = (i: number, k: number) => u[8 * i + k] as number;
const amount = signal.map((s, i) => s + noise(i, 5) - 0.5);
const answer = signal.map((s, i) => Number(noise(i, 6) * 4 < s));
const spend = signal.map((s, i) => (noise(i, 7) * 5 < s ? Math.floor(10 * s * (0.5 + noise(i, 5))) : 0));
const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, y) => sum + y, 0) / x.length;
const part = (from: number, to: number) => ({
  a: a.slice(from, to),
  b: b.slice(from, to),
  c: c.slice(from, to),
  d: d.slice(from, to),
});

async function heldOut(
  outcome: Float64Array,
  loss: "squared" | "logistic" | "tweedie",
  of: (p: number, y: number) => number,
) {
  const settings = { trees: 60, leaves: 15, learningRate: 0.1, minSamplesLeaf: 20 };
  const { model } = await trainBoosting({ features: part(0, n), outcome: outcome.slice(0, n) }, { ...settings, loss });
  const { score } = model.score(part(n, ROWS));
  return mean((score as Float64Array).map((p, i) => of(p, outcome[n + i] as number)));
}

/** Tweedie's deviance at power 1.5. */
const deviance = (p: number, y: number) => 2 * (y ** 0.5 / (0.5 * -0.5) + y * (2 * p ** -0.5) + 2 * p ** 0.5);

describe(`LightGBM ${fixture.versions.lightgbm}, scikit-learn ${fixture.versions["scikit-learn"]}`, () => {
  it("saw the same table", () => {
    expect([amount, answer, spend].map(mean)).toEqual(fixture.means.map((x) => expect.closeTo(x, 12)));
  });

  it("predict an amount no better than by half a per cent", async () => {
    const ours = await heldOut(amount, "squared", (p, y) => (p - y) ** 2);
    expect(ours / Math.min(fixture.squared, fixture["squared, scikit-learn"])).toBeLessThan(1.005);
    // As good as the same trees can be: nothing was seen that should not have been.
    expect(ours / fixture.squared).toBeGreaterThan(0.98);
  });

  it("predict a chance no better than by half a per cent", async () => {
    const ours = await heldOut(answer, "logistic", (p, y) => -Math.log(y === 1 ? p : 1 - p));
    expect(ours / fixture.logistic).toBeLessThan(1.005);
    expect(ours / fixture.logistic).toBeGreaterThan(0.98);
  });

  it("predict spend no better than by half a per cent", async () => {
    const ours = await heldOut(spend, "tweedie", deviance);
    expect(ours / fixture.tweedie).toBeLessThan(1.005);
    expect(ours / fixture.tweedie).toBeGreaterThan(0.98);
  });
});
