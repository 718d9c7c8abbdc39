/** One user at a published policy. Checks what the user brings by itself, so that the smallest edge needs no schema library. */
// Not from the whole core: what decides alone loads no engine.
import { decide } from "../allocation/decide.js";
import type { Ready } from "./policies.js";
import { Problem } from "./problem.js";

export interface Decision {
  id?: string | number;
  /** null: none. */
  offer: string | null;
  score: number;
  options: { name: string; value: number; cost: number; score: number }[];
}

/** An option that is closed to the user has a value of −Infinity. */
const CLOSED = Number.NEGATIVE_INFINITY;

/**
 * The users of a body `{ users: [{ id?, values, costs? }, …] }`, decided in their order.
 * @throws {Problem} naming the place of what is missing, of another kind, or no option's.
 */
export function decideUsers(ready: Ready, body: unknown, most: number): Decision[] {
  const { users } = fields(body, ["users"], "");
  if (!Array.isArray(users) || users.length === 0) throw wrong("users must be a list of one user or more", "/users");
  if (users.length > most) {
    throw new Problem("too-large", `decisions must be at most ${most} here, got ${users.length}`, {
      ...{ pointer: "/users", limit: { name: "decisions", most } },
    });
  }
  return users.map((user, i) => decideUser(ready, user, `/users/${i}`));
}

function decideUser(ready: Ready, user: unknown, at: string): Decision {
  const { names, prices, charges, policy } = ready;
  const { id, values: given, costs: own } = fields(user, ["id", "values", "costs"], at);
  if (id !== undefined && typeof id !== "string" && !Number.isSafeInteger(id)) {
    throw wrong("id must be text or a whole number", `${at}/id`);
  }
  const values = numbers(given, names, `${at}/values`).map((value, j) => {
    if (value === undefined) throw missing(names[j] as string, `${at}/values`);
    return value ?? CLOSED;
  });
  const costs = costsOf(ready, own, `${at}/costs`);
  const net = values.map((value, j) => value - (charges[j] as number));
  const choice = decide(net, costs, prices, policy.exactlyOne ?? false);
  const options = names.map((name, j) => {
    const cost = costs[j] as number;
    return { name, value: values[j] as number, cost, score: (net[j] as number) - (prices[j] as number) * cost };
  });
  const chosen = options[choice - 1];
  return {
    ...(id === undefined ? {} : { id: id as string | number }),
    ...{ offer: chosen?.name ?? null, score: chosen?.score ?? 0, options },
  };
}

/** What each option costs this user: as the policy says, else as the user does; what is closed may cost anything. */
function costsOf({ names, costs }: Ready, own: unknown, at: string): number[] {
  const given = own === undefined ? [] : numbers(own, names, at);
  return names.map((name, j) => {
    const [fixed, cost] = [costs[j], given[j]];
    if (fixed === undefined && cost === undefined) throw missing(name, at);
    if (fixed !== undefined && typeof cost === "number") throw value(`the policy says what "${name}" costs`, at);
    return fixed ?? cost ?? 0;
  });
}

/** Numbers of the options, from a list in their order or by name: null closes one, undefined is not there. */
function numbers(given: unknown, names: readonly string[], at: string): (number | null | undefined)[] {
  if (Array.isArray(given)) {
    if (given.length !== names.length) throw value(`there are ${given.length} numbers for ${names.length} options`, at);
    return given.map((x, j) => number(x, `${at}/${j}`));
  }
  const byName = fields(given, names, at);
  return names.map((name) => (Object.hasOwn(byName, name) ? number(byName[name], at) : undefined));
}

function number(x: unknown, at: string): number | null {
  if (x !== null && typeof x !== "number") throw wrong("a number or null is needed", at);
  return x;
}

/** An object with no other fields than these. */
function fields(given: unknown, known: readonly string[], at: string): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrong("an object is needed", at);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger === undefined) return given as Record<string, unknown>;
  throw wrong(`there is no "${stranger}" here; there are ${known.slice(0, 8).join(", ")}`, at);
}

function missing(name: string, at: string): Problem {
  return value(`there is no number for "${name}": null closes the option to this user`, at);
}

function value(detail: string, pointer: string): Problem {
  return new Problem("invalid-value", detail, { pointer });
}

function wrong(detail: string, pointer: string): Problem {
  return new Problem("invalid-request", detail, { pointer });
}
