/** Tables above the mean of S-shaped draws. */
import { describe, expect, it } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine } from "../../../src/index.js";
import { Mean } from "../../../src/planning/draws/averaged.js";
import type { Curve } from "../../../src/planning/types.js";
import { normal, random } from "./made.js";

const engine = createEngine();

describe("the table of a mean curve", () => {
  for (let seed = 1; seed <= 20; seed++) {
    it(`is nowhere below it, and its own at the nodes: ${seed}`, () => {
      const scratch = new Scratch(engine.arena);
      const next = random(seed);
      const n = 1 + Math.floor(40 * next());
      const of = (mean: number, spread: number) =>
        Array.from({ length: n }, () => mean * Math.exp(spread * normal(next)));
      const [max, half, shape] = [of(50, 0.2), of(20, 0.05 + 0.6 * next()), of(0.5 + 3 * next(), 0.4)];
      const curve = (j: number): Curve =>
        seed % 3 === 0
          ? { type: "logit", max: max[j] as number, slope: (shape[j] as number) / 5, midpoint: half[j] as number }
          : { type: "hill", max: max[j] as number, half: half[j] as number, shape: shape[j] as number };
      const top = 20 + 100 * next();
      try {
        const mean = new Mean(engine, scratch, curve, n, top);
        const nodes = Array.from({ length: 12 }, () => top * next());
        for (const node of nodes) expect(mean.insert(node)).toBe(true);
        const { spend, response } = mean.table(1) as Curve & { type: "table" };
        const [xs, ys] = [
          [0, ...spend],
          [0, ...response],
        ];
        const tableAt = (u: number) => {
          const k = Math.max(
            1,
            xs.findIndex((x) => x >= u),
          );
          const [x, y] = [xs[k - 1] as number, ys[k - 1] as number];
          return y + (((ys[k] as number) - y) * (u - x)) / ((xs[k] as number) - x);
        };
        for (let k = 1; k <= 400; k++) {
          const u = top * (k / 400) ** 3;
          const its = mean.valueAt(u);
          expect(tableAt(u) + mean.slack - its).toBeGreaterThanOrEqual(0);
        }
        for (const u of nodes) {
          expect(Math.abs(tableAt(u) - mean.valueAt(u))).toBeLessThan(1e-10 * (1 + mean.valueAt(u)));
        }
      } finally {
        scratch.release();
      }
    });
  }
});
