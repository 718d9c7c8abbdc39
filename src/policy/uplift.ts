/**
 * Models of an outcome become an uplift: what an offer changes, by user.
 *
 *   two models           τ = P(y | x, treated) − P(y | x, nothing)
 *   class transformation τ = 2 P(z = 1 | x) − 1, z = [y = t], where treated and control weigh the same
 *   transformed outcome  τ = M(x) / (p (1 − p)), M trained on y (t − p), p the share that was treated
 *
 * Source: reference in ARCHITECTURE.md, "Composition".
 */
import { finiteNumber, kind } from "../engine/check.js";
import type { ScoreColumns } from "../uplift/model/rows.js";

/** What gives a number for each row, by output: a Model, a calibrated one, or an uplift. */
export interface Scorer {
  readonly features: readonly string[];
  readonly outputs: readonly string[];
  score(columns: ScoreColumns): Record<string, Float64Array>;
}

/** Of which output a scorer of several is meant. */
export interface Output {
  output?: string;
}

/**
 * The uplift of two models of the same outcome, one trained on users who got the offer and one on users who got nothing; of several
 * offers with one such model each, an output by offer. Columns that only one of them asks for are asked for too.
 * @throws {TypeError} for what is no model, {RangeError} where a model has several outputs and `output` names none.
 * @example
 * const uplift = twoModels(importModel(control), { "5 off": importModel(treated) });
 * const { "5 off": effect } = uplift.score(columns);
 */
export function twoModels(
  control: Scorer,
  treated: Scorer | Readonly<Record<string, Scorer>>,
  options: Output = {},
): Scorer {
  const arms = isScorer(treated) ? { score: treated } : treated;
  const names = Object.keys(arms);
  if (names.length === 0) throw new RangeError("twoModels needs a model of users who got an offer");
  checkScorer(control, "control");
  for (const name of names) checkScorer(arms[name], `the model of "${name}"`);
  const output = options.output;
  return {
    features: union([control, ...Object.values(arms)]),
    outputs: names,
    score(columns) {
      const base = outputOf(control, columns, output);
      return Object.fromEntries(
        names.map((name) => {
          const out = outputOf(arms[name] as Scorer, columns, output);
          for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) - (base[i] as number);
          return [name, out];
        }),
      );
    },
  };
}

export interface TransformedOptions extends Output {
  /**
   * What the model was trained on. "class" (default): z = [y = t], rows of both arms of equal weight (or weighted by 1 / p and
   * 1 / (1 − p)), and it gives P(z = 1). "outcome": y (t − p), of a trial that treated the share `treated`.
   */
  trained?: "class" | "outcome";
  /** Share of the users who were treated, above 0 and below 1: for "outcome"; for "class" it must be 0.5, or left out. */
  treated?: number;
}

/**
 * The uplift of one model of a transformed outcome.
 * @throws {RangeError} for a class transformation with unequal arms: its 2 P − 1 is no uplift unless the rows were weighted.
 * @example const uplift = transformed(importModel(bytes));
 */
export function transformed(model: Scorer, options: TransformedOptions = {}): Scorer {
  checkScorer(model, "the model");
  const { trained = "class", treated = 0.5, output } = options;
  if (trained !== "class" && trained !== "outcome")
    throw new RangeError(`trained must be "class" or "outcome", got ${String(trained)}`);
  if (!(finiteNumber(treated, "treated") > 0 && treated < 1))
    throw new RangeError(`treated must be a share above 0 and below 1, got ${treated}`);
  if (trained === "class" && treated !== 0.5) {
    throw new RangeError(
      `2 P − 1 is the uplift only where half is treated, and treated is ${treated}: ` +
        "weight the rows by 1 / p and 1 / (1 − p) in training and leave treated out, or train on the outcome y (t − p)",
    );
  }
  const [scale, shift] = trained === "class" ? [2, -1] : [1 / (treated * (1 - treated)), -0];
  return {
    features: model.features,
    outputs: ["score"],
    score(columns) {
      const out = outputOf(model, columns, output);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * scale + shift;
      return { score: out };
    },
  };
}

/**
 * A model that has an output for each group (causalml's uplift forests) becomes an uplift: each output less that of the control.
 * @throws {RangeError} where no output has the control's name.
 * @example const uplift = againstControl(importModel(json), "control");
 */
export function againstControl(model: Scorer, control: string): Scorer {
  checkScorer(model, "the model");
  if (!model.outputs.includes(control))
    throw new RangeError(`the model has no output "${control}": name one of ${model.outputs.join(", ")}`);
  const names = model.outputs.filter((name) => name !== control);
  return {
    features: model.features,
    outputs: names,
    score(columns) {
      const scores = model.score(columns);
      const base = scores[control] as Float64Array;
      const less = (out: Float64Array) => out.map((x, i) => x - (base[i] as number));
      return Object.fromEntries(names.map((name) => [name, less(scores[name] as Float64Array)]));
    },
  };
}

/**
 * The effects of an EconML or grf forest, whose trees average moments and their Jacobian: jac · effects = alpha, by elimination
 * with pivoting. Outputs alpha_0 …, jac_0_0 …; gives effect_0 … (the treatments, then the intercept where there is one).
 * @throws {RangeError} where the outputs are not those. An effect is NaN where the Jacobian is singular (of grf: where no tree's leaf has a training row).
 * @example const { effect_0: uplift } = solvedEffects(importModel(json)).score(columns);
 */
export function solvedEffects(model: Scorer): Scorer {
  checkScorer(model, "the model");
  const n = model.outputs.filter((name) => name.startsWith("alpha_")).length;
  const range = Array.from({ length: n }, (_, i) => i);
  const alphas = range.map((i) => `alpha_${i}`);
  const jacobian = range.flatMap((i) => range.map((j) => `jac_${i}_${j}`));
  const lost = [...alphas, ...jacobian].find((name) => !model.outputs.includes(name));
  if (n === 0 || lost)
    throw new RangeError(`the model has no output "${lost ?? "alpha_0"}": export it with from_econml or from_grf`);
  return {
    features: model.features,
    outputs: range.map((i) => `effect_${i}`),
    score(columns) {
      const scores = model.score(columns);
      const column = (name: string) => scores[name] as Float64Array;
      const out = alphas.map((name) => new Float64Array(column(name).length));
      for (let i = 0; i < (out[0] as Float64Array).length; i++) {
        const rows = range.map((r) => [
          ...range.map((c) => column(`jac_${r}_${c}`)[i] as number),
          column(`alpha_${r}`)[i] as number,
        ]);
        for (const [k, effect] of solve(rows).entries()) (out[k] as Float64Array)[i] = effect;
      }
      return Object.fromEntries(out.map((values, k) => [`effect_${k}`, values]));
    },
  };
}

/** Solves n equations of n unknowns, each row with its right side at its end. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  const at = (r: number, c: number) => (rows[r] as number[])[c] as number;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(at(r, k)) > Math.abs(at(pivot, k))) pivot = r;
    [rows[k], rows[pivot]] = [rows[pivot] as number[], rows[k] as number[]];
    if (at(k, k) === 0) return new Array(n).fill(Number.NaN);
    for (let r = k + 1; r < n; r++) {
      const factor = at(r, k) / at(k, k);
      for (let c = k; c <= n; c++) (rows[r] as number[])[c] = at(r, c) - factor * at(k, c);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = at(k, n);
    for (let c = k + 1; c < n; c++) rest -= at(k, c) * (x[c] as number);
    x[k] = rest / at(k, k);
  }
  return x;
}

/** One output of a scorer; the array is the caller's to change. */
export function outputOf(scorer: Scorer, columns: ScoreColumns, output: string | undefined): Float64Array {
  const scores = scorer.score(columns);
  const name = output ?? (scorer.outputs.length === 1 ? (scorer.outputs[0] as string) : undefined);
  if (name === undefined || !Object.hasOwn(scores, name)) {
    throw new RangeError(
      `${name === undefined ? "the model has several outputs" : `the model has no output "${name}"`}: name one of ${scorer.outputs.join(", ")}`,
    );
  }
  return scores[name] as Float64Array;
}

export function isScorer(value: unknown): value is Scorer {
  return typeof (value as Scorer | undefined)?.score === "function";
}

function checkScorer(value: unknown, name: string): void {
  if (!isScorer(value)) throw new TypeError(`${name} must be a model, got ${kind(value)}`);
}

function union(models: readonly Scorer[]): string[] {
  return [...new Set(models.flatMap((model) => model.features))];
}
