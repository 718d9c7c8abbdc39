/** One user at a published policy. Checks what the user brings by itself, so that the smallest edge needs no schema library. */
// Not from the whole core: what decides alone loads no engine.
import { decide } from "../../allocation/decide.js";
import { Problem, pointerTo } from "../problem.js";
import { amountOf, score } from "./modelled.js";
import type { Policies, Ready } from "./policies.js";

export interface Decision {
  id?: string | number;
  /** null: none. */
  offer: string | null;
  score: number;
  options: { name: string; value: number; cost: number; score: number }[];
}

/** What a request for decisions is answered. */
export interface Decided {
  policy: string;
  version: number;
  price: number;
  model?: { name: string; version: number };
  decisions: Decision[];
}

/** An option that is closed to the user has a value of −Infinity. */
const CLOSED = Number.NEGATIVE_INFINITY;
/** Fields of a user: without a model and with one. */
const PLAIN = named("id", "values", "costs");
const MODELLED = named("id", "features", "closed", "costs");
const BODY = named("users");

type Names = ReadonlyMap<string, number>;

function named(...names: string[]): Names {
  return new Map(names.map((name, i) => [name, i]));
}

/**
 * The users of a body `{ users: [{ id?, values, costs? }, …] }` (with a model `{ id?, features, closed?, costs? }`), decided in their order
 * at the last version of a policy.
 * @throws {Problem} naming the place of what is missing, of another kind, or no option's.
 */
export async function decideUsers(policies: Policies, name: string, body: unknown, most: number): Promise<Decided> {
  const ready = await policies.find(name);
  const { users } = fields(body, BODY, "");
  if (!Array.isArray(users) || users.length === 0) throw wrong("users must be a list of one user or more", "/users");
  if (users.length > most) {
    throw new Problem("too-large", `decisions must be at most ${most} here, got ${users.length}`, {
      ...{ pointer: "/users", limit: { name: "decisions", most } },
    });
  }
  const model = ready.modelled?.model;
  return {
    ...{ policy: name, version: ready.version, price: ready.policy.price },
    ...(model && { model: { name: model.name, version: model.version } }),
    decisions: users.map((user, i) => decideUser(ready, user, `/users/${i}`)),
  };
}

function decideUser(ready: Ready, user: unknown, at: string): Decision {
  const { names, prices, charges, policy, modelled } = ready;
  const given = fields(user, modelled ? MODELLED : PLAIN, at);
  const { id } = given;
  if (id !== undefined && typeof id !== "string" && !Number.isSafeInteger(id)) {
    throw wrong("id must be text or a whole number", `${at}/id`);
  }
  const values = modelled ? scored(ready, given, at) : plain(ready, given.values, `${at}/values`);
  const costs = costsOf(ready, given.costs, `${at}/costs`);
  const net = values.map((value, j) => value - (charges[j] as number));
  const options = names.map((name, j) => {
    const [value, cost] = [values[j] as number, costs[j] as number];
    const score = (net[j] as number) - (prices[j] as number) * cost;
    if (Number.isNaN(score) || score === Number.POSITIVE_INFINITY) throw tooLarge(name, value, cost, at);
    return { name, value, cost, score };
  });
  const choice = decide(net, costs, prices, policy.exactlyOne ?? false);
  const chosen = options[choice - 1];
  return {
    ...(id === undefined ? {} : { id: id as string | number }),
    ...{ offer: chosen?.name ?? null, score: chosen?.score ?? 0, options },
  };
}

/** Values as the user brings them. */
function plain(ready: Ready, given: unknown, at: string): number[] {
  return numbers(given, ready, at).map((x, j) => {
    if (x === undefined) throw missing(ready.names[j] as string, at);
    return x ?? CLOSED;
  });
}

/** Values as the policy's model makes them; costs of the same scores follow, before the next user is scored. */
function scored({ names, numbers: byName, modelled }: Ready, user: Record<string, unknown>, at: string): number[] {
  if (!modelled) return [];
  score(modelled, user.features, `${at}/features`);
  const values = modelled.values.map((amount, j) => amountOf(modelled, amount, names[j] as string, `${at}/features`));
  const { closed = [] } = user;
  if (!Array.isArray(closed)) throw wrong("closed must be a list of options", `${at}/closed`);
  closed.forEach((name, i) => {
    const j = byName.get(name);
    if (j === undefined) throw value("this is no option of the policy", `${at}/closed/${i}`);
    values[j] = CLOSED;
  });
  return values;
}

/** What each option costs this user: as the policy or its model says, else as the user does; what is closed may cost anything. */
function costsOf(ready: Ready, own: unknown, at: string): number[] {
  const { names, costs, modelled } = ready;
  const given = own === undefined ? undefined : numbers(own, ready, at);
  return names.map((name, j) => {
    const amount = modelled?.costs[j];
    const fixed = modelled && amount !== undefined ? amountOf(modelled, amount, name, at) : costs[j];
    const cost = given?.[j];
    if (fixed === undefined && cost === undefined) throw missing(name, at);
    if (fixed !== undefined && typeof cost === "number") throw value(`the policy says what "${name}" costs`, at);
    return fixed ?? cost ?? 0;
  });
}

/** Numbers of the options, from a list in their order or by name: null closes one, undefined is not there. */
function numbers(given: unknown, ready: Ready, at: string): (number | null | undefined)[] {
  const { names } = ready;
  if (Array.isArray(given)) {
    if (given.length !== names.length) throw value(`there are ${given.length} numbers for ${names.length} options`, at);
    return given.map((x, j) => number(x, at, j));
  }
  const byName = fields(given, ready.numbers, at);
  return names.map((name) => (Object.hasOwn(byName, name) ? number(byName[name], at, name) : undefined));
}

function number(x: unknown, at: string, step: string | number): number | null {
  if (x === null || Number.isFinite(x)) return x as number | null;
  throw wrong("a finite number or null is needed", at + pointerTo(step));
}

/** An object with no other fields than these. */
function fields(given: unknown, known: Names, at: string): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrong("an object is needed", at);
  for (const name in given) {
    if (known.has(name)) continue;
    throw wrong(`there is no "${name}" here; there are ${[...known.keys()].slice(0, 8).join(", ")}`, at);
  }
  return given as Record<string, unknown>;
}

function missing(name: string, at: string): Problem {
  return value(`there is no number for "${name}": null closes the option to this user`, at);
}

function tooLarge(name: string, worth: number, cost: number, at: string): Problem {
  return value(`value ${worth} and cost ${cost} of "${name}" are too large to be compared at the policy's price`, at);
}

function value(detail: string, pointer: string): Problem {
  return new Problem("invalid-value", detail, { pointer });
}

function wrong(detail: string, pointer: string): Problem {
  return new Problem("invalid-request", detail, { pointer });
}
