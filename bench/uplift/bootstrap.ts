/** Intervals: a thousand resamples of an AUUC. */

import { Scratch } from "../../src/engine/scratch.js";
import { createEngine, evaluate } from "../../src/index.js";
import { Ordered, Resamples } from "../../src/uplift/evaluate/kernel.js";
import { DEFINITIONS, type Definition } from "../../src/uplift/evaluate/metrics.js";
import { descending } from "../../src/uplift/evaluate/order.js";
import { gainsTwin, resampleTwin, type TwinRow } from "../../test/reference/uplift/evaluate.js";
import { interleave, keeping, milliseconds } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const ROWS = 64_000;
const RESAMPLES = 1000;
const TWIN_RESAMPLES = 10;
const ASKED = 2000;
const AUUC = DEFINITIONS["auuc.causalml"] as Definition;

export default function measure({ quick, say }: SuiteOptions): Row[] {
  say(`bootstrap, ${RESAMPLES} resamples of ${ROWS} rows`);
  const trial = made();
  const engine = createEngine();
  const scratch = new Scratch(engine.arena);
  const resamples = new Resamples(engine, scratch, ROWS, 1);
  const units = Uint32Array.from({ length: ROWS }, (_, i) => i);
  const order = descending(trial.scores);
  const ordered = new Ordered(engine, scratch, resamples, { order, units, ...trial });
  const whole = keeping("bootstrap", () => {
    let sum = 0;
    for (let b = 0; b < RESAMPLES; b++) {
      resamples.draw(b);
      sum += AUUC.of(ordered.gains());
    }
    return sum / RESAMPLES;
  });
  const twin = keeping("twin in TypeScript", () => twinMean(trial, order));
  const input = { treatment: trial.treated, outcome: trial.outcome, scores: { model: trial.scores } };
  const call = keeping("evaluate", () => evaluate(input, { resamples: RESAMPLES, metrics: ["auuc.causalml"] }));
  const samples = interleave([whole, call], quick ? 1 : 5);
  const twinSamples = interleave([twin], 1);
  const ms = milliseconds(samples, "bootstrap");
  const perResample = ms / RESAMPLES;
  const twinPerResample = milliseconds(twinSamples, "twin in TypeScript") / TWIN_RESAMPLES;
  const all = milliseconds(samples, "evaluate");
  return [
    {
      name: "1,000 resamples of AUUC",
      n: ROWS,
      data: "one score, sorted before",
      median_ms: ms,
      ratio_to: { "the twin in TypeScript": perResample / twinPerResample },
      figures: { "ns a row and resample": Number(((1e6 * ms) / ROWS / RESAMPLES).toPrecision(3)) },
      asked: "at most 2 s",
      met: ms <= ASKED,
    },
    {
      name: "evaluate, 1,000 resamples of AUUC",
      n: ROWS,
      data: "the whole call: the score and a random order, both sorted, calibration in ten buckets",
      median_ms: all,
    },
  ];
}

function twinMean({ treated, outcome, scores }: ReturnType<typeof made>, order: Uint32Array): number {
  const rows = Array.from(order, (i, k): TwinRow => {
    const next = order[k + 1];
    const last = next === undefined || scores[next] !== scores[i];
    return { treated: treated[i] === 1, y: outcome[i] as number, z: 0, unit: i, last };
  });
  let sum = 0;
  // The counts are the twin's once: its 64-bit whole numbers are slow in any JavaScript.
  const counts = resampleTwin(ROWS, 1, 0);
  for (let b = 0; b < TWIN_RESAMPLES; b++) sum += gainsTwin(rows, counts)[10] as number;
  return sum;
}

/** Half treated, an effect that grows with x, a score that knows it roughly: by a formula, the same on every machine. */
function made() {
  const uniform = (i: number, j: number) => ((i * 2_654_435_761 + j * 40_503 * (i % 977)) % 1_000_003) / 1_000_003;
  const treated = Uint8Array.from({ length: ROWS }, (_, i) => Number(uniform(i, 1) < 0.5));
  const scores = Float64Array.from({ length: ROWS }, (_, i) => uniform(i, 2) + uniform(i, 3) / 4);
  const outcome = Float64Array.from({ length: ROWS }, (_, i) =>
    Number(uniform(i, 4) < 0.1 + 0.1 * uniform(i, 2) * (treated[i] as number)),
  );
  return { treated, scores, outcome };
}
