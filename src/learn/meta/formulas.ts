/**
 * The learners as formulas: what is boosted, and how the models of it add up to an effect for each arm. Sources: Künzel, Sekhon, Bickel and
 * Yu (2019) for S, T and X; Jaskowski and Jaroszewicz (2012) for class transformation; Athey and Imbens (2016) for transformed outcome;
 * Nie and Wager (2021) for R; Kennedy (2020) for DR. Several arms: each against the control, as causalml and EconML have it.
 */
import type { Part } from "./join.js";
import { asks, specialised } from "./specialise.js";
import type { Chances, Stage } from "./stage.js";
import type { MetaLearner } from "./types.js";

/** Effects as a sum: of each arm but the control (outputs 0 …), on one outcome. */
export interface Sum {
  parts: Part[];
  constants: number[];
}

/** What a formula is given: an outcome of the rows, by its name. */
export interface Question {
  stage: Stage;
  chances: Chances;
  y: Float64Array;
  name: string;
}

export type Formula = (question: Question) => Promise<Sum>;

export const FORMULAS: Record<Exclude<MetaLearner, "roi" | "roi-steps">, Formula> = {
  response,
  class: classTransformed,
  transformed,
  s: oneModel,
  t: twoModels,
  x: crossed,
  r: residual,
  dr: doublyRobust,
};

/** Boosted models that a formula trains for an outcome of so many arms: for progress. */
export function modelsOf(learner: MetaLearner, arms: number): number {
  const treated = arms - 1;
  const counts: Record<MetaLearner, number> = {
    ...{ response: 1, s: 1, t: arms, class: treated, transformed: treated },
    ...{ x: 5 * arms + 2 * treated, r: 6 * treated, dr: 5 * arms + treated, roi: 0, "roi-steps": 0 },
  };
  return counts[learner];
}

/** Shares of one output. */
function unit(stage: Stage, arm: number, share = 1): number[] {
  return Array.from({ length: stage.arms - 1 }, (_, o) => (o === arm - 1 ? share : 0));
}

const zeros = (stage: Stage) => new Array<number>(stage.arms - 1).fill(0);
const treatedArms = (stage: Stage) => Array.from({ length: stage.arms - 1 }, (_, k) => k + 1);

/** A model for each arm, of targets that are effects already. */
async function eachArm(stage: Stage, taskOf: (arm: number) => Promise<{ y: Float64Array; weight?: Float64Array }>) {
  const parts: Part[] = [];
  for (const a of treatedArms(stage)) {
    const { forest } = await stage.fit(await taskOf(a));
    parts.push({ forest, shares: unit(stage, a) });
  }
  return { parts, constants: zeros(stage) };
}

/** τ_a(x) = τ̄_a μ(x) / μ̄: who does much anyway is taken to be moved much. Where μ̄ is not above 0, τ̄_a + μ(x) − μ̄. */
async function response({ stage, chances, y }: Question): Promise<Sum> {
  const { forest, raw } = await stage.fit({ y });
  const weight = stage.weight;
  let [sum, total] = [0, 0];
  for (let i = 0; i < stage.rows; i++) {
    const w = weight ? (weight[i] as number) : 1;
    sum += w * (raw[i] as number);
    total += w;
  }
  const mean = sum / total;
  const effects = averageEffects(stage, chances, y);
  if (mean > 0) return { parts: [{ forest, shares: effects.map((effect) => effect / mean) }], constants: zeros(stage) };
  return { parts: [{ forest, shares: effects.map(() => 1) }], constants: effects.map((effect) => effect - mean) };
}

/** Differences of the arms' means by Hájek. */
export function averageEffects(stage: Stage, { own }: Chances, y: Float64Array): number[] {
  const { arm } = stage.read;
  const [w, wy] = [new Float64Array(stage.arms), new Float64Array(stage.arms)];
  for (let i = 0; i < stage.rows; i++) {
    const a = arm[i] as number;
    const weight = (stage.weight ? (stage.weight[i] as number) : 1) / (own[i] as number);
    w[a] = (w[a] as number) + weight;
    wy[a] = (wy[a] as number) + weight * (y[i] as number);
  }
  const mean = (a: number) => (wy[a] as number) / (w[a] as number);
  return treatedArms(stage).map((a) => mean(a) - mean(0));
}

/** z = 2 [y = t] − 1 of the rows of an arm and the control, weighed by 1 / chance: E[z] = P(y | a) − P(y | 0). */
function classTransformed({ stage, chances, y, name }: Question): Promise<Sum> {
  const other = y.findIndex((value) => value !== 0 && value !== 1);
  if (other >= 0) {
    throw new RangeError(
      `class transformation takes an outcome of 0 and 1, and ${name}[${other}] is ${y[other]}: use "transformed", or another learner`,
    );
  }
  const { arm } = stage.read;
  const weight = chances.own.map((p) => 1 / p);
  return eachArm(stage, async (a) => ({
    y: stage.only(y, a, 0).map((value, i) => 2 * Number(value === Number(arm[i] === a)) - 1 + 0 * value),
    weight,
  }));
}

/** z = y (t − e) / (e (1 − e)), of several arms 1[t = a] y / p_a − 1[t = 0] y / p_0 over all rows. */
function transformed({ stage, chances, y }: Question): Promise<Sum> {
  const { arm } = stage.read;
  return eachArm(stage, async (a) => ({
    y: y.map((value, i) => {
      if (arm[i] !== a && arm[i] !== 0) return 0;
      return (arm[i] === a ? value : -value) / (chances.own[i] as number);
    }),
  }));
}

async function oneModel({ stage, y }: Question): Promise<Sum> {
  const { forest } = await stage.fit({ y, withArm: true });
  const feature = stage.binned.features.length;
  const keep = asks(forest, feature);
  const at = (a: number) => ({
    ...specialised(forest, feature, a, keep),
    start: Float64Array.of(0),
    bias: Float64Array.of(-0),
  });
  const control: Part = { forest: at(0), shares: zeros(stage).map(() => -1) };
  const parts = treatedArms(stage).map((a): Part => ({ forest: at(a), shares: unit(stage, a) }));
  return { parts: [...parts, control], constants: zeros(stage) };
}

async function twoModels({ stage, y }: Question): Promise<Sum> {
  const parts: Part[] = [];
  for (let a = 0; a < stage.arms; a++) {
    const { forest } = await stage.fit({ y: stage.only(y, a) });
    parts.push({ forest, shares: a === 0 ? zeros(stage).map(() => -1) : unit(stage, a) });
  }
  return { parts, constants: zeros(stage) };
}

/** μ_a(x) of every row, out of fold. */
function expected({ stage, y, name }: Question, a: number): Promise<Float64Array> {
  return stage.predicted(`${name} of arm ${a}`, () => ({ y: stage.only(y, a) }));
}

/** The two halves weigh by the arms' shares: any weight is right, and a constant one is a sum of trees. */
async function crossed(question: Question): Promise<Sum> {
  const { stage, y } = question;
  const { arm, armRows } = stage.read;
  const control = await expected(question, 0);
  const parts: Part[] = [];
  for (const a of treatedArms(stage)) {
    const own = await expected(question, a);
    const [n, n0] = [armRows[a] as number, armRows[0] as number];
    const e = n / (n + n0);
    const ofTreated = y.map((value, i) => (arm[i] === a ? value - (control[i] as number) : Number.NaN));
    const ofControl = y.map((value, i) => (arm[i] === 0 ? (own[i] as number) - value : Number.NaN));
    parts.push({ forest: (await stage.fit({ y: ofTreated })).forest, shares: unit(stage, a, 1 - e) });
    parts.push({ forest: (await stage.fit({ y: ofControl })).forest, shares: unit(stage, a, e) });
  }
  return { parts, constants: zeros(stage) };
}

/** Σ (t − e)² (ỹ / (t − e) − τ)², ỹ = y − m(x): least squares with weights. */
function residual({ stage, chances, y, name }: Question): Promise<Sum> {
  const { arm } = stage.read;
  if (!chances.of) {
    throw new RangeError(
      "the learner \"r\" needs every arm's chance, and propensity has that of the row's own arm alone: give them by arm, " +
        'take "dr", or propensity: "estimated"',
    );
  }
  const control = chances.of(0);
  return eachArm(stage, async (a) => {
    const m = await stage.predicted(`${name} of arms 0 and ${a}`, () => ({ y: stage.only(y, 0, a) }));
    const p = (chances.of as NonNullable<Chances["of"]>)(a);
    const rest = (i: number) => {
      const e = (p[i] as number) / ((p[i] as number) + (control[i] as number));
      return Number(arm[i] === a) - e;
    };
    return {
      y: stage.only(y, 0, a).map((value, i) => (value - (m[i] as number)) / rest(i)),
      weight: y.map((_, i) => (arm[i] === a || arm[i] === 0 ? rest(i) ** 2 : 0)),
    };
  });
}

async function doublyRobust(question: Question): Promise<Sum> {
  const { stage, chances, y } = question;
  const control = robust(question, chances, await expected(question, 0), 0);
  return eachArm(stage, async (a) => {
    const own = robust(question, chances, await expected(question, a), a);
    return { y: y.map((_, i) => (own[i] as number) - (control[i] as number)) };
  });
}

/** Γ_a = μ_a + 1[t = a] (y − μ_a) / p_a. */
export function robust({ stage, y }: Question, { own }: Chances, mu: Float64Array, a: number): Float64Array {
  const { arm } = stage.read;
  return mu.map((m, i) => (arm[i] === a ? m + ((y[i] as number) - m) / (own[i] as number) : m));
}
