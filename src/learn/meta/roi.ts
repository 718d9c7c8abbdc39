/**
 * Value per unit of cost, learned directly (DRP; Zhou et al., AAAI 2023): of an arm against the control, or (DPM) of each arm against
 * the next cheaper one, which says what the step to it is worth.
 *
 *   loss(s) = −Σ w_i (y_i s_i + c_i ln(1 − σ(s_i)))      w = 1 / p of the arm, −1 / p of the one below it
 *   E[loss | x] = −(τ_y s + τ_c ln(1 − σ(s)))             least where σ(s) = τ_y / τ_c, in (0, 1)
 *
 * Boosted on its gradient w (y − c σ(s)), tree by tree, with steps of 4 / mean cost: c σ' is at most c / 4. Outcomes are scaled so that the
 * average return stands at σ = 1/5: what returns more than five times the average is not told apart.
 */
import type { Forest } from "../../uplift/forest.js";
import { boost } from "../boosting/boost.js";
import { joined, type Part } from "./join.js";
import { type Chances, FOLDS, type Stage } from "./stage.js";
import type { MetaSettings } from "./train.js";
import type { MetaOptions } from "./types.js";

/** σ of the average return. */
const CENTRE = 0.2;

export async function directRoi(
  stage: Stage,
  chances: Chances,
  settings: MetaSettings,
  options: MetaOptions,
  steps: boolean,
): Promise<{ forest: Forest; scale: Record<string, number> }> {
  const { names } = stage.read;
  const arms = names.slice(1);
  const costs = means(stage, chances, stage.read.cost as Float64Array);
  const byCost = names.map((_, a) => a).sort((a, b) => (costs[a] as number) - (costs[b] as number));
  const parts: Part[] = [];
  const constants: number[] = [];
  const scale: Record<string, number> = {};
  for (const [k, name] of arms.entries()) {
    const a = k + 1;
    const below = steps ? (byCost[byCost.indexOf(a) - 1] ?? 0) : 0;
    const made = await ranked(stage, chances, settings, options, a, below);
    const shares = arms.map((_, o) => (o === k ? 1 : 0));
    for (const forest of made.forests) parts.push({ forest, shares: shares.map((share) => share * made.step) });
    constants.push(made.start);
    scale[name] = made.scale;
  }
  return { forest: { ...joined(stage.binned, arms, parts, constants), link: "sigmoid" }, scale };
}

function means(stage: Stage, { own }: Chances, y: Float64Array): number[] {
  const { arm, names } = stage.read;
  const [w, wy] = [new Float64Array(names.length), new Float64Array(names.length)];
  for (let i = 0; i < stage.rows; i++) {
    const a = arm[i] as number;
    const weight = (stage.weight ? (stage.weight[i] as number) : 1) / (own[i] as number);
    w[a] = (w[a] as number) + weight;
    wy[a] = (wy[a] as number) + weight * (y[i] as number);
  }
  return names.map((_, a) => (wy[a] as number) / (w[a] as number));
}

/** One arm over another: trees, the step that each is worth, where they start from. */
async function ranked(
  stage: Stage,
  chances: Chances,
  { boost: asked }: MetaSettings,
  { signal }: MetaOptions,
  a: number,
  below: number,
) {
  const { arm, names, outcome, cost, rows } = { ...stage.read, cost: stage.read.cost as Float64Array };
  const ofCost = means(stage, chances, cost);
  const ofValue = means(stage, chances, outcome);
  const [more, value] = [
    (ofCost[a] as number) - (ofCost[below] as number),
    (ofValue[a] as number) - (ofValue[below] as number),
  ];
  if (!(more > 0)) {
    throw new RangeError(
      `"${names[a]}" costs ${more} more than "${names[below]}": a return on cost asks for arms that cost more; leave it out, or take another learner`,
    );
  }
  if (!(value > 0)) {
    throw new RangeError(
      `"${names[a]}" brings ${value} over "${names[below]}" on average: there is no return to rank; take another learner`,
    );
  }
  const scale = value / more / CENTRE;
  const weight = Float64Array.from(arm, (own, i) => {
    const w = (stage.weight ? (stage.weight[i] as number) : 1) / (chances.own[i] as number);
    return own === a ? w : own === below ? -w : 0;
  });
  const [inside, validation]: [number[], number[]] = [[], []];
  for (let i = 0; i < rows; i++) if (weight[i] !== 0) (stage.folds[i] === FOLDS - 1 ? validation : inside).push(i);
  const start = stage.logarithms(Float64Array.of(CENTRE / (1 - CENTRE)))[0] as number;
  const score = new Float64Array(rows).fill(start);
  const step = (4 * asked.learningRate) / more;
  const lossOf = () => {
    const share = stage.probabilities(score);
    const rest = stage.logarithms(share.map((p) => 1 - p));
    let loss = 0;
    for (const i of validation) {
      const y = (outcome[i] as number) / scale;
      loss -= (weight[i] as number) * (y * (score[i] as number) + (cost[i] as number) * (rest[i] as number));
    }
    return loss;
  };
  const forests: Forest[] = [];
  let [best, bestAt] = [lossOf(), 0];
  for (let t = 0; t < asked.trees && t - bestAt < asked.earlyStopping; t++) {
    signal?.throwIfAborted();
    const share = stage.probabilities(score);
    const y = Float64Array.from(
      share,
      (p, i) => (weight[i] as number) * ((outcome[i] as number) / scale - (cost[i] as number) * p),
    );
    const { forest, raw } = await boost(
      stage.binned,
      { y, rows: Uint32Array.from(inside) },
      {
        loss: "squared",
        trees: 1,
        leaves: asked.leaves,
        learningRate: 1,
        minSamplesLeaf: asked.minSamplesLeaf,
        signal,
      },
    );
    forests.push(forest);
    for (let i = 0; i < rows; i++) score[i] = (score[i] as number) + step * (raw[i] as number);
    const loss = lossOf();
    if (loss < best) [best, bestAt] = [loss, t + 1];
  }
  stage.models++;
  return { forests: forests.slice(0, bestAt), step, start, scale };
}
