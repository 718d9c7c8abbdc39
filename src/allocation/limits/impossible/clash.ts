/**
 * Impossible requests: which limits clash, and the nearest request that is possible.
 *
 * Prices of the limits alone (α = 0) whose dual is below zero prove that no plan holds the limits they price. Limits are
 * left out one by one while the rest is still proven impossible: what is left clashes, and no less of it does.
 */
import type { AllocationResult } from "../../types.js";
import { Problem } from "../problem.js";
import { type Meets, nearestRequest } from "./nearest.js";
import { leastProof, proofOf } from "./proof.js";

export type Clash = NonNullable<AllocationResult["clash"]>;

/** The clash of a request that is proven impossible; undefined where nothing is proven. */
export function findClash(problem: Problem, meets: Meets): Clash | undefined {
  const clashing = leastProof(problem);
  if (!clashing) return undefined;
  const set = proofOf(problem, clashing, true);
  const needsOne = problem.exactlyOne && !set;
  const nearest = nearestRequest(problem, clashing, meets);
  const names = [...new Set([...(set ?? clashing)].map((k) => problem.rows[k]?.name as string))];
  if (needsOne) names.push("exactlyOne");
  return { limits: names, nearest: nearest.request, reason: reasonOf(names, nearest.changes) };
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
