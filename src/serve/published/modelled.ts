/** Policies with a model: features in, and out of its outputs what each option is worth to one user and costs. */

import { Problem, pointerTo } from "../problem.js";
import type { ReadyModel } from "./models.js";
import type { Amount, PolicyBody } from "./policy.js";

/** An amount of a policy with its names as numbers: times · (output − minus) + plus. */
interface Compiled {
  output: number;
  /** −1: nothing is taken off. */
  minus: number;
  times: number;
  /** Number of the given feature that multiplies, −1: none. */
  feature: number;
  plus: number;
}

/** What a decision needs of a policy's model. */
export interface Modelled {
  model: ReadyModel;
  /** Features of the model, then those that only amounts multiply by. */
  features: readonly string[];
  numbers: ReadonlyMap<string, number>;
  /** By option. A cost that is no amount of the model is the policy's or the user's. */
  values: readonly (Compiled | number)[];
  costs: readonly (Compiled | undefined)[];
  /** The features of the user at hand that amounts multiply by; NaN where they are missing. */
  given: Float64Array;
}

/** @throws {Problem} naming the place in the policy of an output or a feature that the model does not have. */
export function compile({ options }: PolicyBody, model: ReadyModel): Modelled {
  const { scorer } = model;
  const features = [...scorer.features];
  const amount = (given: Amount, at: string): Compiled => {
    const { times = 1, plus = 0 } = given;
    const feature = typeof times === "string" ? numberOf(features, times) : -1;
    const output = outputOf(model, given.output, `${at}/output`);
    const minus = given.minus === undefined ? -1 : outputOf(model, given.minus, `${at}/minus`);
    return { output, minus, times: typeof times === "number" ? times : 1, feature, plus };
  };
  const values = options.map(({ value }, j) => {
    if (value === undefined) {
      throw invalid("with a model every option says its value: a number, or an output", pointerTo("options", j));
    }
    return typeof value === "number" ? value : amount(value, pointerTo("options", j, "value"));
  });
  const costs = options.map(({ cost }, j) =>
    typeof cost === "object" ? amount(cost, pointerTo("options", j, "cost")) : undefined,
  );
  const numbers = new Map(features.map((name, f) => [name, f]));
  return { model, features, numbers, values, costs, given: new Float64Array(features.length) };
}

function numberOf(features: string[], name: string): number {
  const number = features.indexOf(name);
  return number < 0 ? features.push(name) - 1 : number;
}

function outputOf({ name, version, scorer }: ReadyModel, output: string, at: string): number {
  const number = scorer.outputs.indexOf(output);
  if (number >= 0) return number;
  const there = scorer.outputs.slice(0, 8).join(", ");
  throw invalid(`model "${name}" version ${version} has no output "${output}"; it has ${there}`, at);
}

/**
 * Scores one user: features by name, or a list in the order of `features`; null is missing. Names that nobody asks for are let be, so that
 * a model that asks for less can be published under those who send more.
 * @throws {Problem} naming a feature that is not there.
 */
export function score(modelled: Modelled, user: unknown, at: string): void {
  const { features, numbers, given, model } = modelled;
  if (Array.isArray(user)) {
    if (user.length !== features.length) {
      throw invalid(`there are ${user.length} numbers for ${features.length} features`, at);
    }
    for (let f = 0; f < user.length; f++) given[f] = number(user[f], at, f);
  } else {
    if (typeof user !== "object" || user === null) {
      throw new Problem("invalid-request", "features must be an object or a list", { pointer: at });
    }
    let found = 0;
    for (const name in user) {
      const f = numbers.get(name);
      if (f === undefined) continue;
      given[f] = number((user as Record<string, unknown>)[name], at, name);
      found++;
    }
    if (found < features.length) throw missing(features, user, at);
  }
  const { row } = model.scorer;
  for (let f = 0; f < row.length; f++) row[f] = given[f] as number;
  model.scorer.scoreRow();
}

/** An amount of the user that was scored last. @throws {Problem} when it is no number. */
export function amountOf(modelled: Modelled, amount: Compiled | number, name: string, at: string): number {
  if (typeof amount === "number") return amount;
  const { scorer } = modelled.model;
  const { output, minus, times, feature, plus } = amount;
  const scored = minus < 0 ? scorer.result(output) : scorer.result(output) - scorer.result(minus);
  const by = feature < 0 ? times : (modelled.given[feature] as number);
  const found = by * scored + plus;
  if (Number.isFinite(found)) return found;
  if (Number.isNaN(by)) {
    throw invalid(`"${name}" is worth a multiple of "${modelled.features[feature]}", which is missing`, at);
  }
  throw invalid(`the model makes "${name}" ${found}: no finite number`, at);
}

function number(x: unknown, at: string, step: string | number): number {
  if (typeof x === "number") return x;
  if (x === null) return Number.NaN;
  throw new Problem("invalid-request", "a number or null is needed", { pointer: at + pointerTo(step) });
}

function missing(features: readonly string[], user: object, at: string): Problem {
  const absent = features.find((name) => !Object.hasOwn(user, name));
  return invalid(`there is no feature "${absent}": null says that it is missing`, at);
}

function invalid(detail: string, pointer: string): Problem {
  return new Problem("invalid-value", detail, { pointer });
}
