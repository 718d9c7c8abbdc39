/** `POST /v1/policies/:name/decisions`: one user or a few at a published policy, each with why. */
import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { decide } from "../../index.js";
import type { Env, Shared } from "../context.js";
import { within } from "../limits.js";
import type { Ready } from "../policies.js";
import { Problem } from "../problem.js";
import { DecisionsAnswer, DecisionsBody, Named } from "../schemas/policy.js";
import { body, json, PROBLEMS, printed } from "./answers.js";

const decisions = createRoute({
  method: "post",
  path: "/v1/policies/{name}/decisions",
  summary: "The offer of one user, or of a few",
  request: { params: Named, ...body(DecisionsBody) },
  responses: {
    200: json(DecisionsAnswer, "offers in the order of the users, with the policy's version and price"),
    ...PROBLEMS,
    404: { ...PROBLEMS[422], description: "There is no policy of this name." },
  },
});

type User = z.infer<typeof DecisionsBody>["users"][number];

export function decisionRoutes(app: OpenAPIHono<Env>, { limits, metrics, needs, policies }: Shared): void {
  app.use("/v1/policies/:name/decisions", needs("decide"));
  app.openapi(decisions, async (context) => {
    const { name } = context.req.valid("param");
    const { users } = context.req.valid("json");
    within(limits, "decisions", users.length, "/users");
    const ready = await policies.find(name);
    const decided = users.map((user, i) => decideUser(ready, user, `/users/${i}`));
    metrics.add("shadowprice_decisions_total", "Users decided by policies.", {}, users.length);
    return printed(context, { policy: name, version: ready.version, price: ready.policy.price, decisions: decided });
  });
}

/** An option that is closed to the user has a value of −Infinity. */
const CLOSED = Number.NEGATIVE_INFINITY;

function decideUser(ready: Ready, user: User, at: string): object {
  const { names, prices, charges, policy } = ready;
  const given = numbers(user.values, names, `${at}/values`);
  const costs = costsOf(ready, user, at);
  const values = given.map((value, j) => (value === undefined ? missing(`${at}/values`, names[j]) : (value ?? CLOSED)));
  const net = values.map((value, j) => value - (charges[j] as number));
  const choice = decide(net, costs, prices, policy.exactlyOne ?? false);
  const score = (j: number) => (net[j] as number) - (prices[j] as number) * (costs[j] as number);
  return {
    ...(user.id === undefined ? {} : { id: user.id }),
    offer: choice === 0 ? null : names[choice - 1],
    score: choice === 0 ? 0 : score(choice - 1),
    options: names.map((name, j) => ({ name, value: values[j], cost: costs[j], score: score(j) })),
  };
}

/** What each option costs this user: as the policy says, else as the user does; what is closed may cost anything. */
function costsOf({ names, costs }: Ready, user: User, at: string): number[] {
  const given = user.costs === undefined ? [] : numbers(user.costs, names, `${at}/costs`);
  return names.map((name, j) => {
    const fixed = costs[j];
    if (fixed !== undefined && given[j] !== undefined && given[j] !== null) {
      throw new Problem("invalid-value", `the policy says what "${name}" costs`, { pointer: `${at}/costs` });
    }
    const cost = fixed ?? given[j];
    return cost ?? (cost === null ? 0 : missing(`${at}/costs`, name));
  });
}

/** A list in the order of the options, or numbers by name: undefined where there is none. */
function numbers(given: User["values"], names: readonly string[], at: string): (number | null | undefined)[] {
  if (given === undefined) throw new Problem("invalid-value", "the user has no values", { pointer: at });
  if (Array.isArray(given)) {
    if (given.length === names.length) return given;
    throw new Problem("invalid-value", `there are ${given.length} numbers for ${names.length} options`, {
      pointer: at,
    });
  }
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger === undefined) return names.map((name) => (Object.hasOwn(given, name) ? given[name] : undefined));
  throw new Problem("invalid-value", `the policy has no option "${stranger}"; it has ${names.slice(0, 8).join(", ")}`, {
    pointer: at,
  });
}

function missing(pointer: string, name: string | undefined): never {
  throw new Problem("invalid-value", `there is no number for "${name}": null closes the option to this user`, {
    pointer,
  });
}
