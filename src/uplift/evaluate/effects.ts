/** What each row says of an arm's effect: doubly robust scores, and the response models in them. */
import { crossFitted, designOf } from "./responses.js";
import type { ReadTrial } from "./trial.js";

/** μ_a by row, for each arm; made when they are asked for, and kept. */
export type Responses = (arm: number) => Float64Array;

/** Least squares of the outcome on the features by arm, cross-fitted; without features the arm's mean. `pooled`: of all arms. */
export function responsesOf(
  trial: ReadTrial,
  features: Readonly<Record<string, Float64Array>>,
  pooled = false,
): Responses {
  const design = designOf(Object.values(features), trial.rows);
  const made = new Map<number, Float64Array>();
  return (arm) => {
    let mu = made.get(arm);
    const uses = (i: number) => pooled || trial.arm[i] === arm;
    // A mean alone needs no folds: it moves by 1/n with a row's own outcome.
    mu ??=
      design.columns.length > 0 ? crossFitted(design, trial.outcome, trial.units, uses) : meanOf(trial.outcome, uses);
    made.set(arm, mu);
    return mu;
  };
}

/** Γ_i(a) = μ_a(x_i) + 1[t_i = a] (y_i − μ_a(x_i)) / p_i. */
export function potential(trial: ReadTrial, responses: Responses, arm: number): Float64Array {
  return responses(arm).map((mu, i) =>
    trial.arm[i] === arm ? mu + ((trial.outcome[i] as number) - mu) / (trial.chance[i] as number) : mu,
  );
}

/** Γ_i(a) − Γ_i(0) by row. */
export function effectsOf(trial: ReadTrial, responses: Responses): (arm: number) => Float64Array {
  const control = potential(trial, responses, 0);
  return (arm) => potential(trial, responses, arm).map((value, i) => value - (control[i] as number));
}

function meanOf(outcome: Float64Array, uses: (row: number) => boolean): Float64Array {
  let [n, sum] = [0, 0];
  outcome.forEach((y, i) => {
    if (uses(i)) [n, sum] = [n + 1, sum + y];
  });
  return new Float64Array(outcome.length).fill(sum / n);
}
