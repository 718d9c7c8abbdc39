/** Limits in words. */
import { exactAmount } from "../shell/numbers.js";
import type { Request } from "./types.js";

/** A limit's name as people say it: the engine calls them "stock 10off", "group mail". */
export function limitName(name: string, kind?: "at most" | "at least"): string {
  if (name === "budget") return "Budget";
  if (name === "minReturn") return "Return, at least";
  if (name === "minSpend") return "Spend, at least";
  const [, sort, rest] = /^(stock|group|resource) (.*)$/s.exec(name) ?? [];
  if (sort === "stock") return `Users with ${rest}`;
  if (sort === "group") return `Spend on ${rest}${kind === undefined ? "" : `, ${kind}`}`;
  return rest ?? name;
}

/** What must change to come from one request to another, one phrase a limit. */
export function differences(from: Request, to: Request): string[] {
  const changes: string[] = [];
  const add = (what: string, before: number | undefined, after: number | undefined) => {
    if (before === after || before === undefined) return;
    changes.push(
      after === undefined ? `no limit: ${what}` : `${what} ${exactAmount(after)} in place of ${exactAmount(before)}`,
    );
  };
  add("a budget of", from.budget, to.budget);
  for (const [name, users] of Object.entries(from.stock ?? {})) {
    add(`users with ${name} at most`, users, to.stock?.[name]);
  }
  for (const group of from.groups ?? []) {
    const after = to.groups?.find(({ name }) => name === group.name);
    add(`spend on ${group.name} at most`, group.atMost, after?.atMost);
    add(`spend on ${group.name} at least`, group.atLeast, after?.atLeast);
  }
  add("a return of at least", from.minReturn, to.minReturn);
  add("a spend of at least", from.minSpend, to.minSpend);
  if (from.exactlyOne && !to.exactlyOne) changes.push("users may stay without an offer");
  return changes;
}
