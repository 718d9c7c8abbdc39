/**
 * Models become a table of offers: value_ij = worth_i · τ_ij, cost_ij = face_j · P(redeem | x_i, j), or numbers and columns in their
 * place; closed where a gate is.
 */
import { type Ids, Offers } from "../allocation/offers.js";
import { finiteNumber, floats, plainObject } from "../engine/check.js";
import type { Engine } from "../engine/engine.js";
import type { NumberColumn } from "../uplift/evaluate/types.js";
import type { ScoreColumns } from "../uplift/model/rows.js";
import { isScorer, outputOf, type Scorer } from "./uplift.js";

/** A number for all users, a number for each, or what a model says. */
export type Amount = number | NumberColumn | Scorer | { model: Scorer; output: string };

export interface ModelledOffer {
  /** What the offer changes by user: an uplift, or money. */
  value: Amount;
  /** Money that a unit of value is worth: a margin, or each user's lifetime value. Default 1. */
  worth?: Amount;
  /** Cost where it is sent, or with `face` the chance that it is redeemed. */
  cost: Amount;
  /** Face value: the cost of one that is redeemed. Default 1. */
  face?: number;
}

export interface ModelledOffers {
  offers: Readonly<Record<string, ModelledOffer>>;
  ids?: Ids;
  /** 1 where a user may be sent something (gatesOf). */
  open?: Uint8Array;
}

/**
 * A table of offers by what models say of each user, in the engine's memory: to be allocated, and released.
 * @throws {RangeError} for a score that is not finite, columns of unlike lengths or an output that is not there.
 * @example
 * using table = offersOf(engine, columns, { offers: { "5 off": { value: uplift, worth: 40, cost: redeem, face: 5 } } });
 * const result = allocate(table, { budget: 10_000 });
 */
export function offersOf(engine: Engine, columns: ScoreColumns, plan: ModelledOffers): Offers {
  plainObject(plan?.offers, "offers");
  const names = Object.keys(plan.offers);
  if (names.length === 0) throw new RangeError("offers has no offer");
  const users = Object.values(columns)[0]?.length ?? 0;
  const { ids, open } = plan;
  if (open !== undefined && (!(open instanceof Uint8Array) || open.length !== users))
    throw new RangeError(`open must be a Uint8Array of ${users}, a number for each user`);
  const table = new Offers(engine, { users, options: names, ...(ids ? { ids } : {}) });
  try {
    for (const [j, name] of names.entries()) {
      const { value, worth = 1, cost, face = 1 } = plan.offers[name] as ModelledOffer;
      const values = times(
        amountOf(value, columns, users, `value of "${name}"`),
        amountOf(worth, columns, users, `worth of "${name}"`),
      );
      const costs = times(
        amountOf(cost, columns, users, `cost of "${name}"`),
        new Float64Array(users).fill(finiteNumber(face, `face of "${name}"`)),
      );
      if (open) for (let i = 0; i < users; i++) if (open[i] === 0) values[i] = -Infinity;
      table.set(j, 0, values, costs);
    }
    return table;
  } catch (error) {
    table.release();
    throw error;
  }
}

/** A column of our own. */
function amountOf(amount: Amount, columns: ScoreColumns, users: number, name: string): Float64Array {
  if (typeof amount === "number") return new Float64Array(users).fill(finiteNumber(amount, name));
  if (isScorer(amount)) return outputOf(amount, columns, undefined);
  if (typeof amount === "object" && amount !== null && "model" in amount)
    return outputOf(amount.model, columns, amount.output);
  floats(amount, name);
  if (amount.length !== users) throw new RangeError(`${name} has ${amount.length} rows for ${users} users`);
  return Float64Array.from(amount);
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) * (b[i] as number);
  return a;
}
