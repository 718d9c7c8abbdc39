/**
 * Impossible requests: which limits clash, and the nearest request that is possible.
 *
 * Prices of the limits alone (α = 0) whose dual is below zero prove that no plan holds the limits they price. Limits are
 * left out one by one while the rest is still proven impossible: what is left clashes, and no less of it does.
 */
import type { AllocationResult } from "../../types.js";
import { Problem } from "../problem.js";
import { type Meets, nearestRequest } from "./nearest.js";
import { leastProof } from "./proof.js";

export type Clash = NonNullable<AllocationResult["clash"]>;

/** The clash of a request that is proven impossible; undefined where nothing is proven. */
export function findClash(problem: Problem, meets: Meets): Clash | undefined {
  const proven = leastProof(problem);
  if (!proven) return undefined;
  const { rows, needsOne } = fewestNames(problem, proven);
  const nearest = nearestRequest(problem, rows, meets);
  const names = [...new Set([...rows].map((k) => nameOf(problem, k)))];
  if (needsOne) names.push("exactlyOne");
  return { limits: names, nearest: nearest.request, reason: reasonOf(names, nearest.changes) };
}

const nameOf = ({ rows }: Problem, k: number) => rows[k]?.name as string;

/** Limits that clash of which no name can be left out: a group at most and at least is two limits of one name. */
function fewestNames(
  problem: Problem,
  clashing: ReadonlySet<number>,
): { rows: ReadonlySet<number>; needsOne: boolean } {
  const names = new Set([...clashing].map((k) => nameOf(problem, k)));
  const named = new Set([...problem.rows.keys()].filter((k) => names.has(nameOf(problem, k))));
  const free = problem.exactlyOne ? leastProof(problem, named, true) : undefined;
  if (free && free.size < clashing.size) return fewestNames(problem, free);
  if (named.size > clashing.size && names.size > 1) {
    for (const name of names) {
      const rest = leastProof(problem, new Set([...named].filter((k) => nameOf(problem, k) !== name)));
      if (rest) return fewestNames(problem, rest);
    }
  }
  return { rows: free ?? clashing, needsOne: problem.exactlyOne && !free };
}

function reasonOf(names: readonly string[], changes: readonly string[]): string {
  const together = names.length > 1 ? `${listed(names)} cannot hold together` : `${names[0]} cannot be held`;
  return `${together}; possible would be ${listed(changes)}`;
}

function listed(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "");
}

/** Where users without an open option must get one; other limits may clash besides. */
export function unservedClash(problem: Problem, without: number, meets: Meets): Clash {
  const { offers, money, scratch, options } = problem;
  const request = { ...problem.request, exactlyOne: false };
  const rest = new Problem(offers, request, money, scratch, options);
  const clashing = leastProof(rest);
  const nearest = clashing ? nearestRequest(rest, clashing, meets) : { request };
  return {
    limits: ["exactlyOne"],
    nearest: nearest.request,
    reason: `${without} ${without === 1 ? "user has" : "users have"} no open option, and every user must get exactly one`,
  };
}
