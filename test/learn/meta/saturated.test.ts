/**
 * Meta-learners where each has one answer: every cluster holds the same rows, and a tree has a leaf for each cell, so that folds by cluster and
 * trees change nothing. Held to EconML's output (scripts/fixtures/learners.py), and to the learners' formulas over the cells.
 */
import { describe, expect, test } from "vitest";
import { scoreExperiment } from "../../../src/learn/data/score.js";
import { type Experiment, trainMetaLearner } from "../../../src/learn/index.js";
import type { MetaLearner, MetaOptions } from "../../../src/learn/meta/types.js";
import fixtures from "./fixtures.json" with { type: "json" };

const CLUSTERS = fixtures.clusters;
const exact: MetaOptions = { trees: 3, leaves: 16, learningRate: 1, minSamplesLeaf: 1, allow: true };

/** A row of a cluster: cell, arm, outcome, weight. */
interface Row {
  cell: number;
  arm: number;
  y: number;
  w: number;
}

function experimentOf(rows: readonly Row[], chances?: readonly number[]): Experiment {
  const all = Array.from({ length: CLUSTERS }, (_, cluster) => rows.map((row) => ({ ...row, cluster }))).flat();
  return {
    treatment: all.map(({ arm }) => `arm${arm}`),
    control: "arm0",
    outcome: Float64Array.from(all, ({ y }) => y),
    weight: Float64Array.from(all, ({ w }) => w),
    cluster: all.map(({ cluster }) => `cluster ${cluster}`),
    ...(chances && { propensity: Object.fromEntries(chances.map((p, a) => [`arm${a}`, p])) }),
    features: { cell: Float32Array.from(all, ({ cell }) => cell) },
  };
}

/** What a learner says of each cell, by arm. */
async function effects(rows: readonly Row[], learner: MetaLearner, chances?: readonly number[]): Promise<number[][]> {
  const { model } = await trainMetaLearner(experimentOf(rows, chances), { ...exact, learner });
  const cells = [...new Set(rows.map(({ cell }) => cell))].sort((a, b) => a - b);
  const scores = scoreExperiment(model, { features: { cell: Float32Array.from(cells) } } as unknown as Experiment);
  return Object.values(scores).map((score) => [...score]);
}

const total = (rows: readonly Row[], of: (row: Row) => number) => rows.reduce((sum, row) => sum + row.w * of(row), 0);
const mean = (rows: readonly Row[], of: (row: Row) => number = ({ y }) => y) => total(rows, of) / total(rows, () => 1);

function expectClose(got: readonly number[][], expected: readonly number[][]): void {
  expect(got.length).toBe(expected.length);
  for (const [a, row] of expected.entries())
    for (const [c, effect] of row.entries()) expect(got[a]?.[c]).toBeCloseTo(effect, 9);
}

describe("EconML", () => {
  const rows = fixtures.outcomes.flatMap((arms, cell) =>
    arms.flatMap((values, arm) => values.map((y): Row => ({ cell, arm, y, w: 1 }))),
  );

  test.each(Object.entries(fixtures.effects))("%s says the same", async (learner, expected) => {
    expectClose(await effects(rows, learner as MetaLearner), [expected]);
  });
});

describe("the formula over cells, three arms, weights, chances that are not the shares", () => {
  const CHANCES = [0.5, 0.3, 0.2];
  const rows: Row[] = [0, 1, 2, 3].flatMap((cell) =>
    [0, 1, 2].flatMap((arm) =>
      Array.from({ length: 2 + ((cell + 2 * arm) % 3) }, (_, j) => ({
        ...{ cell, arm, w: 1 + ((cell + arm + j) % 3) / 2 },
        y: Number((cell * 7 + arm * 5 + j * 3) % 4 < 2),
      })),
    ),
  );
  const cells = [0, 1, 2, 3].map((cell) => rows.filter((row) => row.cell === cell));
  const byArm = (of: (cell: readonly Row[], a: number) => number) =>
    [1, 2].map((a) => cells.map((cell) => of(cell, a)));
  const at = (cell: readonly Row[], ...arms: number[]) => cell.filter(({ arm }) => arms.includes(arm));
  const p = (arm: number) => CHANCES[arm] as number;
  const difference = byArm((cell, a) => mean(at(cell, a)) - mean(at(cell, 0)));

  test.each<[MetaLearner, number[][]]>([
    ["s", difference],
    ["t", difference],
    ["x", difference],
    ["transformed", byArm((cell, a) => mean(cell, ({ arm, y }) => (arm === a ? y / p(a) : arm === 0 ? -y / p(0) : 0)))],
    [
      "class",
      byArm((cell, a) => {
        const pair = at(cell, 0, a).map((row) => ({ ...row, w: row.w / p(row.arm) }));
        return mean(pair, ({ arm, y }) => (y === Number(arm === a) ? 1 : -1));
      }),
    ],
    [
      "r",
      byArm((cell, a) => {
        const pair = at(cell, 0, a);
        const [m, e] = [mean(pair), p(a) / (p(a) + p(0))];
        const rest = ({ arm }: Row) => Number(arm === a) - e;
        return total(pair, (row) => rest(row) * (row.y - m)) / total(pair, (row) => rest(row) ** 2);
      }),
    ],
    // E[μ_a + 1[t = a] (y − μ_a) / p_a]: within a cell the residuals of an arm are 0 on average.
    ["dr", difference],
  ])("%s", async (learner, expected) => {
    expectClose(await effects(rows, learner, CHANCES), expected);
  });

  test("response: the average effects by Hájek, in proportion to the outcome", async () => {
    const average = (a: number) => mean(at(rows, a)) - mean(at(rows, 0));
    const expected = byArm((cell, a) => (average(a) * mean(cell)) / mean(rows));
    expectClose(await effects(rows, "response", CHANCES), expected);
  });
});
