import { describe, expect, it } from "vitest";
import { Engine, Model, trainZeroInflated, zeroInflated } from "../../../src/learn/index.js";
import { randomOf } from "../made.js";

const random = randomOf(8);
const ROWS = 20_000;
const x = Float64Array.from({ length: ROWS }, () => Math.floor(random() * 4));
/** A standard normal number (Box and Muller). */
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const SIGMA = 0.8;
const chanceOf = (k: number) => 0.05 + 0.1 * k;
const muOf = (k: number) => 1 + 0.5 * k;
const spend = Float64Array.from(x, (k) => (random() < chanceOf(k) ? Math.exp(muOf(k) + SIGMA * normal()) : 0));
const four = { x: Float64Array.of(0, 1, 2, 3) };

describe("trainZeroInflated", () => {
  it("finds the chance, the mean of the logarithm and what is left of it, and so the mean amount", async () => {
    const { chance, amount, model, report } = await trainZeroInflated(
      { features: { x }, outcome: spend },
      { trees: 200, leaves: 4, earlyStopping: 30 },
    );
    expect(report.positive).toBe(spend.filter((y) => y > 0).length);
    expect(Math.abs(report.variance - SIGMA ** 2)).toBeLessThan(0.06);
    const [p, y, both] = [chance, amount, model].map((one) => one.score(four).score as Float64Array);
    for (let k = 0; k < 4; k++) {
      expect(Math.abs((p?.[k] as number) - chanceOf(k))).toBeLessThan(0.02);
      const mean = Math.exp(muOf(k) + SIGMA ** 2 / 2);
      // Four standard errors of a mean of logarithms, of the rows that it learns from.
      const error = SIGMA / Math.sqrt(0.8 * (ROWS / 4) * chanceOf(k));
      expect(Math.abs((y?.[k] as number) / mean - 1)).toBeLessThan(4 * error);
      expect(both?.[k]).toBe((p?.[k] as number) * (y?.[k] as number));
    }
  });

  it("is two models, kept as bytes", async () => {
    const { chance, amount, model } = await trainZeroInflated({ features: { x }, outcome: spend }, { trees: 5 });
    const again = zeroInflated(Model.read(chance.bytes()), Model.read(amount.bytes()));
    expect(again.score(four)).toEqual(model.score(four));
  });

  it("refuses amounts below 0, a table of nothing, and a loss; its memory goes back", async () => {
    const below = spend.slice();
    below[7] = -1;
    await expect(trainZeroInflated({ features: { x }, outcome: below })).rejects.toThrow(/outcome\[7\] is -1/);
    const one = new Float64Array(ROWS);
    one[3] = 2;
    const engine = new Engine();
    const used = engine.arena.used;
    await expect(trainZeroInflated({ features: { x }, outcome: one }, { engine })).rejects.toThrow(
      /1 amounts are above 0/,
    );
    expect(engine.arena.used).toBe(used);
    const options = { loss: "squared" } as object;
    await expect(trainZeroInflated({ features: { x }, outcome: spend }, options)).rejects.toThrow(/no field "loss"/);
  });
});
