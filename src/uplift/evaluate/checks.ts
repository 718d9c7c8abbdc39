/** Whether the experiment is what it is said to be: counts of arms, propensities, features alike in all arms. */

import type { Engine } from "../../engine/engine.js";
import { chiSquareTail } from "./kernel.js";
import type { ReadTrial } from "./trial.js";
import type { ArmResult, Checks } from "./types.js";

/** A mismatch this unlikely is no chance (the usual bar of experiment platforms). */
const SUSPICIOUS = 0.001;
/** Estimates hang on few rows where they weigh more than this. */
const LEAST_CHANCE = 0.01;

export function armsOf({ names, arm, outcome, chance, rows }: ReadTrial): ArmResult[] {
  return names.map((name, a) => {
    let [n, sum, w, w2] = [0, 0, 0, 0];
    for (let i = 0; i < rows; i++) {
      if (arm[i] !== a) continue;
      const weight = 1 / (chance[i] as number);
      n++;
      sum += outcome[i] as number;
      w += weight;
      w2 += weight * weight;
    }
    return { name, rows: n, share: n / rows, mean: sum / n, effective: (w * w) / w2 };
  });
}

export function checksOf(
  trial: ReadTrial,
  features: Readonly<Record<string, Float64Array>>,
  given: boolean,
  engine: Engine,
): Checks {
  return {
    sampleRatio: sampleRatioOf(trial, given, engine),
    overlap: overlapOf(trial.chance),
    balance: balanceOf(trial, features),
  };
}

/**
 * By design chances: χ² of the counts. By chances of each row: Σ 1/p over the rows of an arm must be the number of rows, within
 * what drawing with these chances leaves open.
 */
export function sampleRatioOf(
  { design, chance, arm, rows, names }: ReadTrial,
  given: boolean,
  engine: Engine,
): Checks["sampleRatio"] {
  if (!given) {
    const why = "the design's chances are not given (propensity): the arms' own shares stand for them";
    return { tested: false, statistic: 0, degrees: 0, p: 1, suspicious: false, why };
  }
  let statistic = 0;
  if (design) {
    const counts = new Float64Array(names.length);
    for (const a of arm) counts[a] = (counts[a] as number) + 1;
    counts.forEach((n, a) => {
      const expected = rows * (design[a] as number);
      statistic += (n - expected) ** 2 / expected;
    });
    const p = chiSquareTail(engine, statistic, names.length - 1);
    const why = "counts of the arms against the design's chances";
    return { tested: true, statistic, degrees: names.length - 1, p, suspicious: p < SUSPICIOUS, why };
  }
  // The largest of the arms' squared z, its p times the number of arms (Bonferroni).
  for (let a = 0; a < names.length; a++) {
    let [sum, variance] = [-rows, 0];
    for (let i = 0; i < rows; i++) {
      if (arm[i] !== a) continue;
      const p = chance[i] as number;
      sum += 1 / p;
      variance += (1 - p) / (p * p);
    }
    if (variance > 0) statistic = Math.max(statistic, (sum * sum) / variance);
  }
  const p = Math.min(1, names.length * chiSquareTail(engine, statistic, 1));
  const why = "1 / propensity over the rows of each arm against the number of rows";
  return { tested: true, statistic, degrees: 1, p, suspicious: p < SUSPICIOUS, why };
}

function overlapOf(chance: Float64Array): Checks["overlap"] {
  let [least, most, below] = [1, 0, 0];
  for (const p of chance) {
    least = Math.min(least, p);
    most = Math.max(most, p);
    if (p < LEAST_CHANCE) below++;
  }
  return { least, most, below1Percent: below / chance.length, suspicious: below > 0 };
}

function balanceOf({ names, arm, rows }: ReadTrial, features: Readonly<Record<string, Float64Array>>) {
  return Object.entries(features).map(([feature, column]) => {
    const cells = names.map(() => ({ n: 0, sum: 0, squares: 0 }));
    for (let i = 0; i < rows; i++) {
      const x = column[i] as number;
      if (!Number.isFinite(x)) continue;
      const cell = cells[arm[i] as number] as (typeof cells)[number];
      cell.n++;
      cell.sum += x;
      cell.squares += x * x;
    }
    const moments = cells.map(({ n, sum, squares }) => ({ mean: sum / n, variance: squares / n - (sum / n) ** 2 }));
    const [control] = moments;
    let worst = { feature, arm: names[1] as string, difference: 0 };
    moments.slice(1).forEach(({ mean, variance }, k) => {
      const spread = Math.sqrt((variance + (control as (typeof moments)[number]).variance) / 2);
      const difference = spread > 0 ? (mean - (control as (typeof moments)[number]).mean) / spread : 0;
      if (Math.abs(difference) > Math.abs(worst.difference))
        worst = { feature, arm: names[k + 1] as string, difference };
    });
    return worst;
  });
}
