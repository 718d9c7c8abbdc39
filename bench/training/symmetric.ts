/** Symmetric trees beside others of the same depth and number: what they cost in quality and what they win in scoring. */
import { createEngine } from "../../src/index.js";
import { type Model, trainCausalForest, trainUpliftForest } from "../../src/learn/index.js";
import { interleave, keeping, milliseconds } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { effectsOf, judged, trial, USERS, users } from "./made.js";

const TREES = 100;
const DEPTH = 6;

export default async function measure({ quick, say }: SuiteOptions): Promise<Row[]> {
  say("symmetric trees");
  const [made, fresh] = [trial(), users(USERS)];
  const truth = effectsOf(fresh.ordered);
  const data = { treatment: made.arm, outcome: made.outcomes.ordered, features: made.features };
  const shared = { trees: TREES, maxDepth: DEPTH };
  const kinds = { "causal forest": trainCausalForest, "uplift forest": trainUpliftForest };
  const rows: Row[] = [];
  for (const [name, train] of Object.entries(kinds)) {
    const plain = (await train(data, shared)).model;
    const symmetric = (await train(data, { ...shared, symmetric: true })).model;
    const samples = interleave(
      [scoring("plain", plain, fresh.features), scoring("symmetric", symmetric, fresh.features)],
      quick ? 3 : 15,
    );
    const [slow, fast] = [milliseconds(samples, "plain"), milliseconds(samples, "symmetric")];
    const quality = (model: Model) => {
      const scores = model.score(fresh.features);
      const effects = ["1", "2"].map((arm) => Float64Array.from(scores[arm] as Float64Array));
      const { correlation, kept } = judged(effects, truth);
      return `${correlation.toFixed(3)} and ${(100 * kept).toFixed(1)} %`;
    };
    rows.push({
      name: `symmetric trees: ${name}`,
      n: USERS,
      data: `12 features, 2 outputs, ${TREES} trees of depth ${DEPTH}, rows scored`,
      median_ms: fast,
      ratio_to: { "the other trees": fast / slow },
      figures: {
        "times as fast": Number((slow / fast).toPrecision(3)),
        "correlation with the true effects, value kept": quality(symmetric),
        "of the other trees": quality(plain),
      },
    });
  }
  return rows;
}

function scoring(name: string, model: Model, columns: Record<string, Float32Array>) {
  const placed = model.place(createEngine());
  return keeping(name, () => placed.score(columns));
}
