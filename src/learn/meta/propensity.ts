/** Chances of the arms: given, the arms' own shares, or a boosted logistic of the features, each row out of its fold. */
import { chancesDiffer } from "../data/guard.js";
import type { ReadExperiment } from "../data/read.js";
import type { Experiment } from "../data/types.js";
import type { Chances, Stage } from "./stage.js";
import type { PropensityReport } from "./types.js";

export interface Propensities extends Chances {
  report: PropensityReport;
  /** 0: left out. */
  kept?: Uint8Array;
}

/** The chances that an experiment says. */
export function given(read: ReadExperiment, data: Experiment): Propensities {
  const { names, arm, chance, rows, design } = read;
  const report = { ...span(chance), clipped: 0, trimmed: 0 };
  if (chancesDiffer(read)) {
    const of = (a: number) => chance.map((p, i) => (arm[i] === a ? p : 1 - p));
    return { own: chance, ...(names.length === 2 && { of }), report: { how: "given by row", ...report } };
  }
  const share = new Float64Array(names.length);
  for (let i = 0; i < rows; i++) share[arm[i] as number] = chance[i] as number;
  const of = (a: number) => new Float64Array(rows).fill(design?.[a] ?? (share[a] as number));
  const how = data.propensity === undefined ? "shares of the arms" : design ? "given by arm" : "given by row";
  return { own: chance, of, report: { how, ...report } };
}

/** p_a(x), one logistic an arm (one alone of two), made to add up to 1. */
export async function estimated(stage: Stage, clip: number, trim: number): Promise<Propensities> {
  const { arm, rows } = stage.read;
  const one = async (a: number) => {
    const y = Float64Array.from(arm, (own) => Number(own === a));
    const raw = await stage.predicted(`arm ${a}`, () => ({ y, loss: "logistic" }));
    return stage.probabilities(raw);
  };
  const columns: Float64Array[] = [];
  if (stage.arms === 2) {
    const treated = await one(1);
    columns.push(
      treated.map((p) => 1 - p),
      treated,
    );
  } else for (let a = 0; a < stage.arms; a++) columns.push(await one(a));
  const [clippedRows, kept] = [new Uint8Array(rows), new Uint8Array(rows).fill(1)];
  for (let i = 0; i < rows; i++) {
    const total = columns.reduce((sum, column) => sum + (column[i] as number), 0);
    for (const column of columns) {
      const p = (column[i] as number) / total;
      if (p < trim) kept[i] = 0;
      if (p < clip) clippedRows[i] = 1;
      column[i] = Math.max(p, clip);
    }
  }
  const own = Float64Array.from(arm, (a, i) => (columns[a] as Float64Array)[i] as number);
  const count = (marks: Uint8Array, value: number) => marks.reduce((n, mark) => n + Number(mark === value), 0);
  const report = { how: "estimated" as const, ...span(own), clipped: count(clippedRows, 1), trimmed: count(kept, 0) };
  return { own, of: (a) => columns[a] as Float64Array, report, ...(report.trimmed > 0 && { kept }) };
}

function span(chance: Float64Array): { least: number; most: number } {
  let [least, most] = [1, 0];
  for (const p of chance) [least, most] = [Math.min(least, p), Math.max(most, p)];
  return { least, most };
}
