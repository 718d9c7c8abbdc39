import { describe, expect, it } from "vitest";
import { Model } from "../../../src/index.js";
import { shuffled } from "../../../src/learn/explain/shuffle.js";
import { dependenceOf, importanceOf } from "../../../src/learn/index.js";
import type { Forest } from "../../../src/uplift/forest.js";

/** 1 where a > 0.5, plus 10 where b > 0.5; c is asked for and changes nothing. */
function steps(): Forest {
  const stump = (f: number, root: number, value: number) => ({ f, root, value });
  const trees = [stump(0, 0, 1), stump(1, 3, 10), stump(2, 6, 0)];
  return {
    ...{ features: ["a", "b", "c"], zeroMissing: new Uint8Array(3), outputs: ["score"], compares: "f64", sums: "f64" },
    ...{ start: Float64Array.of(0), scale: 1, bias: Float64Array.of(-0), link: "identity", sets: [] },
    roots: Uint32Array.of(0, 3, 6, 9),
    treeOutput: new Int32Array(3).fill(0),
    feature: Int32Array.from(trees.flatMap(({ f }) => [f, -1, -1])),
    threshold: Float64Array.from(trees.flatMap((_, t) => [0.5, 2 * t, 2 * t + 1])),
    left: Uint32Array.from(trees.flatMap(({ root }) => [root + 1, 0, 0])),
    right: Uint32Array.from(trees.flatMap(({ root }) => [root + 2, 0, 0])),
    flags: new Uint8Array(9),
    values: Float64Array.from(trees.flatMap(({ value }) => [0, value])),
  } as Forest;
}

const model = Model.from(steps());
const N = 1000;
const columns = {
  a: Float64Array.from({ length: N }, (_, i) => i % 2),
  b: Float64Array.from({ length: N }, (_, i) => (i % 4 === 0 ? 1 : 0)),
  c: Float64Array.from({ length: N }, (_, i) => i),
};
const truth = model.score(columns).score as Float64Array;
/** Minus the mean square error: what a shuffled feature costs is known. */
const fit = ({ score }: Record<string, Float64Array>) =>
  -truth.reduce((sum, y, i) => sum + (y - (score?.[i] as number)) ** 2, 0) / N;

describe("importanceOf", () => {
  it("loses twice the variance of what a feature adds, nothing by one that adds nothing, largest first", async () => {
    const { value, features } = await importanceOf(model, columns, fit, { repeats: 40, seed: 3 });
    expect(value).toBe(-0);
    expect(features.map(({ feature }) => feature)).toEqual(["b", "a", "c"]);
    const [b, a, c] = features as [(typeof features)[0], (typeof features)[0], (typeof features)[0]];
    // E (x − x′)² = 2 Var x for a shuffled x′ but for 1/N: 100 · ¼ · ¾ and ½ · ½.
    expect(Math.abs(b.drop - 2 * 100 * 0.1875)).toBeLessThan(4 * b.error + 0.04);
    expect(Math.abs(a.drop - 2 * 0.25)).toBeLessThan(4 * a.error + 0.001);
    expect(b.error).toBeLessThan(0.5);
    expect(c).toEqual({ feature: "c", drop: 0, error: 0 });
  });

  it("is the same for the same seed, another for another, and looks at what is asked", async () => {
    const drops = async (seed: number) =>
      (await importanceOf(model, columns, fit, { seed, repeats: 3, features: ["a"] })).features;
    expect(await drops(1)).toEqual(await drops(1));
    expect(await drops(1)).not.toEqual(await drops(2));
  });

  it("refuses a measure that is no number, a feature that is not there, and stops", async () => {
    await expect(importanceOf(model, columns, () => Number.NaN)).rejects.toThrow(/model as it is is NaN/);
    await expect(importanceOf(model, columns, fit, { features: ["d"] })).rejects.toThrow(/asks for no "d"/);
    const stop = new AbortController();
    const asked = importanceOf(model, columns, fit, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(asked).rejects.toThrow(/abort/i);
  });
});

describe("shuffled", () => {
  it("is an order of all rows, each place as likely for each row", () => {
    const places = new Float64Array(6 * 6);
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffled(6, [seed, 1]);
      expect(Array.from(order).sort()).toEqual([0, 1, 2, 3, 4, 5]);
      order.forEach((row, i) => {
        places[6 * i + row] = (places[6 * i + row] as number) + 1;
      });
    }
    // χ² of 25 degrees of freedom is above 52.6 once in a thousand.
    expect(places.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(52.6);
  });

  it("is Fisher and Yates by SplitMix32, in whole numbers of any size", () => {
    const word = 0xffff_ffffn;
    const mix = (x: bigint) => {
      let y = ((x ^ (x >> 16n)) * 0x21f0aaadn) & word;
      y = ((y ^ (y >> 15n)) * 0x735a2d97n) & word;
      return y ^ (y >> 15n);
    };
    const gamma = 0x9e3779b9n;
    let state = [7n, 2n, 3n].reduce((mixed, key) => mix((mixed + key + gamma) & word), 0n);
    const order = Array.from({ length: 50 }, (_, i) => i);
    for (let i = 49; i > 0; i--) {
      state = (state + gamma) & word;
      const j = Number((mix(state) * BigInt(i + 1)) >> 32n);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    expect(Array.from(shuffled(50, [7, 2, 3]))).toEqual(order);
  });
});

describe("dependenceOf", () => {
  it("is the mean over the rows with the feature set: a step of the feature's own height", () => {
    const { at, outputs } = dependenceOf(model, columns, "b", { at: [0, 0.5, 0.6, Number.NaN] });
    expect(Array.from(at)).toEqual([0, 0.5, 0.6, Number.NaN]);
    // a is 1 for half of the rows; a missing value goes right here.
    expect(Array.from(outputs.score as Float64Array)).toEqual([0.5, 0.5, 10.5, 10.5]);
  });

  it("takes numbers by rank, the least and the greatest among them, each once", () => {
    expect(Array.from(dependenceOf(model, columns, "c", { points: 5 }).at)).toEqual([0, 250, 500, 749, 999]);
    expect(Array.from(dependenceOf(model, columns, "a").at)).toEqual([0, 1]);
  });

  it("refuses a feature that is not there, or always missing", () => {
    expect(() => dependenceOf(model, columns, "d")).toThrow(/asks for no "d"/);
    const missing = { ...columns, a: new Float64Array(N).fill(Number.NaN) };
    expect(() => dependenceOf(model, missing, "a")).toThrow(/missing in all rows/);
  });
});
